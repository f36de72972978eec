"""Where a webhook may go: checked when it is typed, and each time again for the very address that is called."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from meetup.api import N_, InvalidInput

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST = 500
#: How many of a name's addresses are tried.
MOST = 4
#: Ranges that are global by the register and lead back inside: 6to4, and NAT64 of one's own network.
_TUNNELS = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("64:ff9b:1::/48"))


class Forbidden(Exception):
    """The target may not be called; the argument says why."""


@dataclass(frozen=True)
class Rules:
    """What the operator allows beyond the open Internet by https.

    Args:
        http: whether ``http://`` may be called.
        networks: networks that may be called although they are private.
    """

    http: bool = False
    networks: Sequence[str] = ()

    def forbids(self, address: Address) -> bool:
        """Whether `address` may not be called."""
        if any(address in ipaddress.ip_network(network) for network in self.networks):
            return False
        return not _is_open(address)


@dataclass(frozen=True)
class Target:
    """The parts of an endpoint's URL.

    Args:
        host: the name or address to resolve, and to check the certificate against.
        path: with the query.
        netloc: for the Host header.
    """

    scheme: str
    host: str
    port: int
    path: str
    netloc: str


def networks_fault(value: Sequence[str]) -> str | None:
    """What is wrong with the setting of networks."""
    for network in value:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            return f"has {network!r}, which is no network; write 10.1.0.0/16"
    return None


def target_of(url: str, rules: Rules) -> Target:
    """The parts of `url`, if it may be called as far as can be seen without a name server.

    Raises:
        InvalidInput: at the field ``url``.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    schemes = ("https", "http") if rules.http else ("https",)
    if not host or len(url) > LONGEST or not re.fullmatch(r"[!-~]+", url) or "\\" in url or "%" in parts.netloc:
        raise InvalidInput("url", N_("This is no web address."), N_("Write it as https://example.vn/meetup."))
    if parts.scheme not in schemes:
        raise InvalidInput("url", N_("Only https is called."), N_("Write it as https://example.vn/meetup."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidInput("url", N_("A name, a password or a # may not stand in the address."))
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        literal = None
    if literal is not None and rules.forbids(literal):
        raise InvalidInput("url", N_("This address lies in a network that is not called."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path, parts.netloc)


def resolved(target: Target, rules: Rules) -> list[str]:
    """The addresses of a target's name; asked once, and these very ones are called.

    Raises:
        Forbidden: if any of them may not be called: a name with two faces is not trusted.
        OSError: if the name is not known, for now.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise Forbidden(f"{target.host} leads to {text}, which is not called") from None
        if rules.forbids(address):
            raise Forbidden(f"{target.host} leads to {address}, which is not called")
    return addresses[:MOST]


def _is_open(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or address.scope_id or address.is_site_local:
            return False
        if any(address in network for network in _TUNNELS):
            return False
    closed = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not (closed or address.is_link_local)
