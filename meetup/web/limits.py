"""How often one address may do a thing: sign in, register, try a token.

Counted per application, never per process-wide global: in memory by default,
or wherever ``RATELIMIT_STORAGE_URI`` (the name that Flask-Limiter made known)
says, such as ``redis://…``, for several machines that count together.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

from meetup.web.current import current_mount

if TYPE_CHECKING:
    from limits.strategies import MovingWindowRateLimiter

View = TypeVar("View", bound=Callable[..., Any])

_KEY = "meetup.limits"
_PORT = re.compile(r"^(?:([0-9.]+)|\[([0-9a-fA-F:.]+)\])(?::\d+)?$")


def _limiter(app: Flask) -> MovingWindowRateLimiter:
    found = app.extensions.get(_KEY)
    if found is None:
        # Imported for the first try that is counted: it brings every kind of storage along.
        from limits.storage import storage_from_string
        from limits.strategies import MovingWindowRateLimiter

        uri = app.config.get("RATELIMIT_STORAGE_URI") or "memory://"
        found = app.extensions.setdefault(_KEY, MovingWindowRateLimiter(cast(Any, storage_from_string(uri))))
    return cast("MovingWindowRateLimiter", found)


def visitor() -> str:
    """Who is counted: the address, for IPv6 the network that one subscriber has; without a port that a proxy added."""
    address = _PORT.sub(r"\1\2", request.remote_addr or "")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        if parsed.ipv4_mapped is not None:
            # As a listener for both gives it: all of IPv4 would be one network.
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def hit(rule: str, *key: str) -> None:
    """Count one try of `key` and go on only if there are not too many.

    Args:
        rule: such as ``30 per minute``.
        key: what is counted; a name for the deed first, then whose it is.

    Raises:
        TooManyRequests: with the seconds to wait.
    """
    mount = current_mount()
    if not mount.settings.rate_limits:
        return
    from limits import parse

    limiter = _limiter(current_app._get_current_object())  # type: ignore[attr-defined]
    limit = parse(rule)
    if not limiter.hit(limit, mount.name, *key):
        raise TooManyRequests(retry_after=max(1, limit.get_expiry() // limit.amount))


def limited(rule: str, *, name: str = "") -> Callable[[View], View]:
    """Let one address come to a view only so often: ``@limited("30 per minute")``.

    Put it below ``@allow``; views with the same `name` are counted together.

    Args:
        rule: such as ``30 per minute``.
        name: the deed; by default the view's own name.
    """

    def mark(view: View) -> View:
        deed = name or f"{view.__module__}.{view.__name__}"

        @wraps(view)
        def counted(*args: Any, **kwargs: Any) -> Any:
            hit(rule, deed, visitor())
            return view(*args, **kwargs)

        return cast(View, counted)

    return mark
