"""Meetup: business coffee meetings, from the invitation to the confirmed solution.

The whole public face. Names are loaded when they are first used (PEP 562), so
that ``meetup.domain`` works where neither Flask nor SQLAlchemy is installed.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meetup.extension import Meetup
    from meetup.plugins.hookspecs import hookimpl
    from meetup.standalone import create_app

__version__ = "0.1.0"

__all__ = ["Meetup", "__version__", "create_app", "hookimpl"]

_HOMES = {
    "Meetup": "meetup.extension",
    "create_app": "meetup.standalone",
    "hookimpl": "meetup.plugins.hookspecs",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'meetup' has no attribute {name!r}")
    if name != "create_app" or home in sys.modules:
        return getattr(import_module(home), name)
    with _kept_for_good():
        return getattr(import_module(home), name)


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """What is loaded inside is never looked through for garbage: a tenth of the stand-alone site's start.

    Modules and classes stay as long as the process, so each look at them is in vain. A host's process is its own,
    which is why embedding Meetup leaves the collector as it is.
    """
    watched = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if watched:
            gc.enable()
