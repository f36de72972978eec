"""One unit of work, and the one way in which a state changes.

A :class:`Work` is what a view, a command or the worker hands to the services:
the database session, the instant, who acts, and the mount's settings and
plugins. Whoever made it commits it, once, at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from meetup import links
from meetup.access import Actor
from meetup.activity.log import record
from meetup.db import Stateful, guarded_update
from meetup.domain.events import Change
from meetup.domain.machine import START
from meetup.errors import NotFound

if TYPE_CHECKING:
    from meetup.config import Settings
    from meetup.mount import Mount
    from meetup.plugins.manager import PluginManager

Thing = TypeVar("Thing", bound=Stateful)


@dataclass
class Work:
    """One unit of work.

    Args:
        mount: where it happens: settings, plugins, links, storage.
        db: the session; its transaction is this unit.
        now: the instant, aware, in UTC; the same all through the unit.
        actor: who does it.
        request_id: follows the unit into the log and the mails that it causes.
        about: names of things that entries are also about, by subject.
    """

    mount: Mount
    db: Session
    now: datetime
    actor: Actor
    request_id: str = ""
    memo: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The mount's settings."""
        return self.mount.settings

    @property
    def hooks(self) -> PluginManager:
        """The mount's plugins."""
        return self.mount.plugins

    @property
    def zone(self) -> ZoneInfo:
        """The zone that the site thinks in; a session may have its own."""
        return ZoneInfo(self.settings.timezone)

    def commit(self) -> None:
        """Make it so. For the edge alone: a view, a command, the worker."""
        self.db.commit()

    def get(self, model: type[Any], key: Any) -> Any:
        """The row of `model` with the primary key `key`.

        Raises:
            NotFound: if there is none.
        """
        found = self.db.get(model, key)
        if found is None:
            raise NotFound()
        return found

    def token(self, purpose: str, subject: str, *, new: bool = False) -> str:
        """The signed link's token that does `purpose` to `subject`; of a `new` thing none is looked for."""
        return links.token_for(self.db, self.mount.secret, purpose, subject, self.now, new=new)

    def log(
        self, action: str, thing: Any, *, about: str = "", before: str = "", after: str = "", **details: Any
    ) -> None:
        """Put on record what is no change of state: an edit, an upload, a reading."""
        record(
            self.db,
            now=self.now,
            actor=self.actor,
            action=action,
            subject=thing if isinstance(thing, str) else thing.subject,
            about=about or getattr(thing, "about", ""),
            before=before,
            after=after,
            details=details,
            request_id=self.request_id,
        )


def change(
    work: Work,
    thing: Stateful,
    action: str,
    *,
    to: str | None = None,
    details: dict[str, Any] | None = None,
    **values: Any,
) -> Change:
    """Move `thing` along one arrow of its machine.

    Args:
        action: the arrow's name.
        to: the target, where the arrow has several.
        details: for the log and for listeners; plain JSON values, nothing personal that need not be there.
        values: columns that change together with the state.

    Raises:
        WrongState: if there is no such arrow from here.
        Stale: if the row changed since it was read.
        Refused: if a plugin forbids it.
    """
    after = thing.MACHINE.next(thing.state, action, to)
    event = Change(thing.MACHINE.name, action, thing.state, after, thing, details or {})
    work.hooks.tell("meetup_before_change", work=work, change=event)
    guarded_update(work.db, thing, state=after, changed_at=work.now, **values)
    _announce(work, event)
    return event


def create(work: Work, thing: Stateful, action: str, *, details: dict[str, Any] | None = None) -> Change:
    """Bring `thing` into the world by an arrow from the start: its first state, log entry and event.

    Raises:
        WrongState: if `action` does not begin a life.
        Refused: if a plugin forbids it.
    """
    after = thing.MACHINE.next(START, action)
    event = Change(thing.MACHINE.name, action, START, after, thing, details or {})
    work.hooks.tell("meetup_before_change", work=work, change=event)
    thing.state = after
    thing.version = 1
    thing.created_at = thing.changed_at = work.now
    work.db.add(thing)
    work.db.flush()
    _announce(work, event)
    return event


def edit(work: Work, thing: Stateful, action: str, *, details: dict[str, Any] | None = None, **values: Any) -> None:
    """Change columns of `thing` without moving its state, guarded by its version, and put it on record.

    Raises:
        Stale: if the row changed since it was read.
    """
    guarded_update(work.db, thing, changed_at=work.now, **values)
    work.log(f"{thing.MACHINE.name}.{action}", thing, **(details or {}))


def _announce(work: Work, event: Change) -> None:
    work.log(event.name, event.thing, before=event.before, after=event.after, **dict(event.details))
    work.hooks.tell("meetup_after_change", work=work, change=event)
