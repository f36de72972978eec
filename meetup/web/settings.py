"""Settings of the web side that stand on the same hook as a plugin's."""

from __future__ import annotations

from meetup.config import Setting


def _count(value: int) -> str | None:
    return None if 0 <= value <= 10 else f"must be from 0 to 10, not {value}"


SETTINGS = (
    Setting(
        "PROXIES",
        int,
        0,
        "Reverse proxies in front of the stand-alone site; so many X-Forwarded-* entries are believed.",
        _count,
    ),
    Setting(
        "METRICS_TOKEN", str, "", "What /metrics asks for as a bearer token; empty: this machine alone may read it."
    ),
)
