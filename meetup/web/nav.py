"""Menu entries, of the core and of plugins."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One menu entry.

    Args:
        label: in the reader's language.
        url: the path it leads to.
        icon: a name of ``_parts/icons.html``.
        order: smaller comes first.
        active: whether the current page is under it; filled in when the menu is drawn.
        also: paths of pages that belong to it and lie elsewhere.
    """

    label: str
    url: str
    icon: str = ""
    order: int = 100
    active: bool = False
    also: tuple[str, ...] = ()
