"""What browsers are told to be careful with (CSP level 3)."""

from __future__ import annotations

from collections.abc import Iterable

#: No script, style or frame but our own; nothing inline.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


def framed_policy(sites: Iterable[str]) -> str:
    """The policy of a page that these sites may show in a frame; where it names any, ``X-Frame-Options`` is not heard.

    Args:
        sites: origins such as ``https://province.example``.
    """
    return " ".join((POLICY, *sites))
