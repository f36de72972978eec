"""The surface's version, and what of it is going: a name warns for one minor version before it is gone."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

#: Major and minor version of what plugins stand on: hooks and their arguments, `meetup.api`, events, slots, blocks.
#: What is new raises the minor one. What a plugin may have used goes after a minor version of warnings.
SURFACE = (1, 0)

#: The name in a plugin's module by which it says what it was written for, such as ``"1.0"``.
ASKED = "MEETUP_SURFACE"

#: The name by which it says, with True, that kept pages may have its part in them (see :mod:`meetup.web.keeping`).
KEEPS = "MEETUP_KEEPS_PAGES"


class Going(DeprecationWarning):
    """A hook, or an argument of one, that is on its way out; given to pluggy in ``hookspecs.py``.

    ``@hookspec(warn_on_impl=Going(…))`` marks a hook, ``@hookspec(warn_on_impl_args={"old": Going(…)})`` an argument.

    Args:
        what: the name that goes.
        since: the surface's version that first warned, such as ``"1.1"``.
        until: the version that does not have it any more.
        mend: what to do, as a sentence.
        now: the hook or argument that took its place; it is called by the old name too until then.
    """

    def __init__(self, what: str, *, since: str, until: str, mend: str, now: str = "") -> None:
        super().__init__(f"{what} is going: it warns since surface {since} and is gone in {until}. {mend}")
        self.what = what
        self.since = since
        self.until = until
        self.mend = mend
        self.now = now


def version(text: str) -> tuple[int, int]:
    """The numbers in ``"1.2"``.

    Raises:
        ValueError: if it is no version.
    """
    if not (found := re.fullmatch(r"(\d+)\.(\d+)", text)):
        raise ValueError(f"{text!r} is no version such as 1.0")
    return int(found[1]), int(found[2])


def fault_of(plugin: Any, name: str) -> str:
    """Why `plugin` cannot stand on this surface, as a sentence; empty if it can."""
    asked = getattr(plugin, ASKED, None)
    if asked is None:
        return ""
    ours = "{}.{}".format(*SURFACE)
    try:
        wanted = version(str(asked))
    except ValueError as error:
        return f"plugin {name!r}: {ASKED} = {error}"
    if wanted[0] == SURFACE[0] and wanted[1] <= SURFACE[1]:
        return ""
    mend = "install a newer flask-meetup" if wanted > SURFACE else f"install a newer version of {name!r}"
    return f"plugin {name!r} was written for surface {asked} of Meetup's plugins, and this is {ours}; {mend}"


@contextmanager
def named(name: str) -> Iterator[list[str]]:
    """Gather what pluggy says of the plugin `name` while it is registered; it is warned of under that name.

    Gives the list that the sentences are in when the block ends.
    """
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
    for one in caught:
        if isinstance(one.message, Going):
            said.append(f"plugin {name!r}: {one.message}")
            warnings.warn_explicit(said[-1], DeprecationWarning, one.filename, one.lineno)
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)


class Former:
    """Names that went over into others, as the specifications say: old hooks and old arguments by their new ones.

    Args:
        specifications: the module or object with the hooks.
    """

    def __init__(self, specifications: Any) -> None:
        #: hook → the names that it had before.
        self.hooks: dict[str, list[str]] = {}
        #: (hook, old argument) → new argument.
        self.arguments: dict[tuple[str, str], str] = {}
        for name, specification in vars(specifications).items():
            options: Mapping[str, Any] = getattr(specification, "meetup_spec", None) or {}
            going = options.get("warn_on_impl")
            if isinstance(going, Going) and going.now:
                self.hooks.setdefault(going.now, []).append(name)
            for argument, warning in (options.get("warn_on_impl_args") or {}).items():
                if isinstance(warning, Going) and warning.now:
                    self.arguments[name, argument] = warning.now
