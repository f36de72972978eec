"""What a step would send: the step is taken for real, its messages are counted and drawn, and all is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from meetup.access import Actor
from meetup.domain.registrations import LIVE
from meetup.enterprises.models import Contact
from meetup.errors import N_, MeetupError
from meetup.outbox.drawing import Drawn, draw, rehearsed
from meetup.outbox.models import Outgoing
from meetup.outbox.render import speaking
from meetup.previews.samples import as_row, samples
from meetup.registrations.models import Registration
from meetup.sessions import service
from meetup.sessions.models import Session
from meetup.work import Work

if TYPE_CHECKING:
    from meetup.mount import Mount

#: Nothing of this kind has a thing to show yet.
NOTHING = N_("there is nothing to show yet")


def _cancel(work: Work, session: Session) -> None:
    service.cancel(work, session, reason=work.mount.words.gettext(N_("(here stands what you write)")))


def _move(work: Work, session: Session) -> None:
    hour = timedelta(hours=1)
    service.update(work, session, starts_at=session.starts_at + hour, ends_at=session.ends_at + hour)


#: The steps that an organiser can look at before taking them; another time is an hour later.
STEPS: Mapping[str, Callable[[Work, Session], object]] = {
    "publish": service.publish,
    "move": _move,
    "cancel": _cancel,
}


@dataclass(frozen=True)
class Outcome:
    """What a step would send.

    Args:
        counts: kind of message → to how many.
        why_not: why the step is not possible, in words; empty if it is.
    """

    counts: Mapping[str, int]
    why_not: str = ""


def outcome(mount: Mount, actor: Actor, session_id: int, step: str) -> Outcome:
    """What `step` would send now, by kind."""
    with speaking(mount, mount.settings.locales[0]), mount.work(actor) as work:
        everyone = work.db.scalar(select(func.count()).select_from(_concerned(session_id).subquery())) or 0
        try:
            first = _take(work, session_id, step)
        except MeetupError as error:
            return Outcome({}, str(error))
        rows = work.db.execute(
            select(Outgoing.kind, func.min(Outgoing.subject).label("subject"), func.count().label("number"))
            .where(Outgoing.id > first, Outgoing.state == "queued")
            .group_by(Outgoing.kind)
            .order_by(Outgoing.kind)
        )
        return Outcome({row.kind: everyone if row.subject.startswith("registration:") else row.number for row in rows})


def message(mount: Mount, actor: Actor, session_id: int, step: str, kind: str, locale: str) -> Drawn:
    """The first message of `kind` that `step` would send, in that language."""

    def drawn(work: Work) -> Drawn:
        first = _take(work, session_id, step)
        query = select(Outgoing).where(Outgoing.id > first, Outgoing.kind == kind, Outgoing.state == "queued")
        row = work.db.scalar(query.order_by(Outgoing.id).limit(1))
        if row is None:
            return Drawn(why_not=NOTHING)
        row.locale = locale
        return draw(work, row)

    try:
        with speaking(mount, locale):
            return rehearsed(mount, actor, drawn)
    except MeetupError as error:
        return Drawn(why_not=str(error))


def sample(mount: Mount, actor: Actor, kind: str, locale: str) -> Drawn:
    """A message of `kind` drawn with a sample thing of the site."""
    last = Drawn(why_not=NOTHING)
    for one in samples(mount, kind):

        def drawn(work: Work, one: Callable[..., Mapping[str, object] | None] = one) -> Drawn:
            context = one(work)
            return Drawn(why_not=NOTHING) if context is None else draw(work, as_row(work, kind, locale, context))

        try:
            with speaking(mount, locale):
                found = rehearsed(mount, actor, drawn)
        except (MeetupError, SQLAlchemyError):
            # No thing of the site can be brought into that state; perhaps an older message shows it.
            continue
        if not found.why_not:
            return found
        last = found if found.why_not != NOTHING else last
    return last


def _concerned(session_id: int) -> Select[Any]:
    """The registrations of a session that its steps write to."""
    return (
        select(Registration.id)
        .join(Contact, Registration.contact_id == Contact.id)
        .where(
            Registration.session_id == session_id,
            Registration.state.in_(sorted(LIVE - {"attended"})),
            Contact.email_dead_at.is_(None),
            Contact.email != "",
        )
    )


def _take(work: Work, session_id: int, step: str) -> int:
    """Take the step, with one of those who are written to for all of them; gives the last message's key from before.

    Each of the others would get the same message: a look costs as much for a hundred as for one.
    """
    first = work.db.scalar(select(func.max(Outgoing.id))) or 0
    one = work.db.scalar(_concerned(session_id).order_by(Registration.id).limit(1))
    work.db.execute(
        update(Registration)
        .where(Registration.session_id == session_id, Registration.id != (one or 0), Registration.state.in_(LIVE))
        .values(state="absent")
        .execution_options(synchronize_session=False)
    )
    STEPS[step](work, work.get(Session, session_id))
    work.db.flush()
    return int(first)
