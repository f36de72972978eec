"""The rig's fixtures, for the tests of the core and of the plugins alike.

What each is for stands in ``tests/rig/``: ``site``, ``mount``, ``client``, ``runner``,
``smtp``, ``clock``, ``work``, ``query_counter``, ``live_server``, ``page`` and others.
"""

from __future__ import annotations

pytest_plugins = [
    "tests.rig.browsing",
    "tests.rig.clock",
    "tests.rig.databases",
    "tests.rig.mail",
    "tests.rig.plugin",
    "tests.rig.redis",
    "tests.rig.sites",
]
