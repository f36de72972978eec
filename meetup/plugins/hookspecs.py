"""The whole plugin surface: every hook, its arguments, when it is called and in which transaction.

A plugin is a module or object with functions of these names, marked with
``meetup.hookimpl`` and announced by an entry point in group ``meetup.plugins``.
It may take fewer arguments than are listed, never others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from datetime import date

    import click
    from flask import Blueprint

    from meetup.access import Actor
    from meetup.config import Setting
    from meetup.domain.events import Change
    from meetup.outbox.models import Outgoing
    from meetup.outbox.notice import Notice
    from meetup.outbox.transports import Channel, Envelope
    from meetup.plugins.figures import Figure
    from meetup.plugins.slots import Panel
    from meetup.privacy.held import Held
    from meetup.web.nav import Entry
    from meetup.work import Work

hookspec = pluggy.HookspecMarker("meetup")
hookimpl = pluggy.HookimplMarker("meetup")


@hookspec
def meetup_settings() -> Iterable[Setting]:  # type: ignore[empty-body]
    """Settings that the plugin brings. Called once, while the extension starts; no database."""


@hookspec
def meetup_migrations() -> Iterable[str]:  # type: ignore[empty-body]
    """Folders with the plugin's Alembic versions: ``[str(files("meetup_x") / "migrations" / "versions")]``.

    Called once, while the extension starts; no database. The plugin is a branch of
    its own: its first version has ``down_revision = None``, ``branch_labels = (name,)``
    and ``depends_on`` the core's revision that it needs. Its revisions are called
    ``<name>_0001`` and so on, its tables ``meetup_<name>_…``, with ``_`` for the
    ``-`` in a name.
    """


@hookspec
def meetup_start(mount: Any) -> None:
    """The mount is wired: settings are read, hooks are known. Called once; no database, no network."""


@hookspec
def meetup_blueprints(mount: Any) -> Iterable[Blueprint]:  # type: ignore[empty-body]
    """Pages that the plugin brings; they are nested in the mount's own blueprint. Called once at start."""


@hookspec
def meetup_commands(mount: Any) -> Iterable[click.Command]:  # type: ignore[empty-body]
    """Commands that the plugin adds to ``meetup``. Called when a command line looks its commands up; no transaction."""


@hookspec
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:  # type: ignore[empty-body]
    """Menu entries for `actor` in `area` (``public``, ``desk``). Called for each page; inside its read transaction."""


@hookspec
def meetup_panels(work: Work, slot: str, thing: Any) -> Iterable[Panel]:  # type: ignore[empty-body]
    """Panels for the slot of a page (see :mod:`meetup.plugins.slots` for their names).

    Called while the page is drawn, inside its read transaction. What raises
    costs the page that panel and is logged under the plugin's name.
    """


@hookspec
def meetup_before_change(work: Work, change: Change) -> None:
    """A state is about to change. Raise :class:`meetup.errors.Refused` to forbid it, with the reason.

    Called inside the change's transaction, before anything is written.
    """


@hookspec
def meetup_after_change(work: Work, change: Change) -> None:
    """A state has changed. What is written here commits with it; what is raised rolls all of it back.

    Called inside the change's transaction, after the row and the log entry.
    """


@hookspec
def meetup_notices() -> Iterable[Notice]:  # type: ignore[empty-body]
    """Kinds of message that the plugin can send. Called once at start."""


@hookspec
def meetup_channels(mount: Any) -> Iterable[Channel]:  # type: ignore[empty-body]
    """Ways for a message to leave, besides mail. Called once at start."""


@hookspec(firstresult=True)
def meetup_envelope(mount: Any, outgoing: Outgoing) -> Envelope | None:
    """Where answers to this message and its bounces go; None leaves it to the next, at last to the programme's address.

    Called for each message while it is written, inside its transaction, and for mail
    again while it is handed over, outside of any. Write nothing, and give the same for the
    same row, for a message that is sent twice must be the same twice. What raises, or is no
    address, makes the message wait for another try.
    """


@hookspec
def meetup_due_work(work: Work) -> Mapping[str, int] | None:
    """Do what has fallen due at ``work.now``; return counts by name.

    Called by the worker in a write transaction of its own, which it commits
    when the hook returns and rolls back when it raises. Do little at a time:
    whatever is left is asked for again at the next turn.
    """


@hookspec
def meetup_figures(work: Work, since: date | None, until: date | None) -> Iterable[Figure]:  # type: ignore[empty-body]
    """Figures for the scorecards of the days from `since` to `until` (both included, in the site's zone; None: open).

    Called once for each set of results that is counted, inside the transaction of the page, or of the closing of a
    period, which freezes what is given. Few statements, none for each department. What raises stops the page.
    """


@hookspec
def meetup_held(work: Work, held: Held) -> Iterable[tuple[str, Mapping[str, Any]]]:  # type: ignore[empty-body]
    """What the plugin holds about the person of `held`: each row with a name for its kind, as plain JSON values.

    Called for ``meetup privacy export``, and before an erasure to see whether anything is held, inside that
    transaction; write nothing.
    """


@hookspec
def meetup_erase(work: Work, held: Held) -> Iterable[tuple[str, int]]:  # type: ignore[empty-body]
    """Forget the person of `held`: make tombstones of what names them; return how many rows of each kind changed.

    Called inside the transaction of the erasure, before the core's own rows lose their names.
    """


@hookspec
def meetup_demo_data(work: Work) -> None:
    """Add to the demo programme. Called once, after the core's own, in a write transaction that is then committed."""
