"""Sessions as calendars know them: cards for invitations, downloads and feeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import Any

from meetup.domain.cards import Organizer, SessionCard, Status
from meetup.domain.feeds import event_bytes, feed_of
from meetup.domain.ics import assemble, merged_years, years_of
from meetup.domain.invites import raises_sequence
from meetup.errors import N_
from meetup.sessions.models import Series, Session
from meetup.work import Work

_STATUS: dict[str, Status] = {"draft": "TENTATIVE", "cancelled": "CANCELLED"}

#: A change of these shows in a calendar's entry, and those who come hear of it.
VISIBLE = frozenset({"starts_at", "ends_at", "timezone", "venue", "online_url", "title", "topic"})


def place(venue: str, online_url: str) -> str:
    """LOCATION: the venue, or the address where an online session is."""
    return venue or online_url


def significant(work: Work, session: Session, changed: Mapping[str, Any]) -> bool:
    """Whether these changes raise the session's SEQUENCE, once for all of them (rule A8)."""
    before = card(work, session, url=str(work.settings.base_url))
    after = replace(
        before,
        starts_at=changed.get("starts_at", session.starts_at),
        ends_at=changed.get("ends_at", session.ends_at),
        zone=changed.get("timezone", session.timezone),
        location=place(changed.get("venue", session.venue), changed.get("online_url", session.online_url)),
    )
    return raises_sequence(before, after)


def organizer(work: Work, session: Session | Series) -> Organizer:
    """The programme as everyone's calendar names it: the address that mail comes from (rules A9, C4)."""
    return Organizer(session.programme.name, work.mount.mail_from)


def card(
    work: Work,
    session: Session,
    *,
    url: str = "",
    notes: Iterable[str] = (),
    sequence: int | None = None,
    changed_at: datetime | None = None,
) -> SessionCard:
    """`session` for a calendar, its words in the present language.

    Args:
        url: the enterprise's own page in a personal one; else the public page.
        notes: lines for one reader, above the description.
        sequence: a person's own, where it is higher than the session's.
        changed_at: of the last change; the row's by default.
    """
    address = url or work.mount.url("sessions.show", slug=session.slug)
    words = description(work, session, address, notes)
    return SessionCard(
        uid=session.calendar_uid,
        sequence=session.sequence if sequence is None else sequence,
        title=session.title,
        description=words,
        html_description="<html><body>" + escape(words).replace("\n", "<br>") + "</body></html>",
        location=place(session.venue, session.online_url),
        online_url=session.online_url,
        url=address,
        starts_at=session.starts_at.astimezone(UTC),
        ends_at=session.ends_at.astimezone(UTC),
        zone=session.timezone,
        status=_STATUS.get(session.state, "CONFIRMED"),
        created_at=session.created_at,
        changed_at=changed_at or session.changed_at,
        categories=(session.programme.name,),
        is_private=session.is_private,
        recurrence_id=session.calendar_recurrence_id,
    )


def description(work: Work, session: Session, url: str, notes: Iterable[str] = ()) -> str:
    """What a calendar entry says below its title."""
    say = work.mount.words.gettext
    chair = f"{session.chair_role} {session.chair}".strip()
    facts = [
        (N_("Session"), str(session.number) if session.number else ""),
        (N_("Topic"), session.topic if session.topic != session.title else ""),
        (N_("Chair"), chair),
        (N_("Join online"), session.online_url),
    ]
    lines = [f"{say(label)}: {value}" for label, value in facts if value]
    parts = ["\n".join(notes), "\n".join(lines), session.description, url]
    return "\n\n".join(part for part in parts if part)


def download(work: Work, session: Session) -> bytes:
    """One session as a file to put into a calendar; no message, so it has no METHOD."""
    one = card(work, session)
    return assemble([event_bytes(one, organizer(work, session))], years_of((one,)))


#: What a feed holds of one thing as it is written, and the years of its zones.
Part = tuple[bytes, dict[str, tuple[int, int]]]


def part(work: Work, session: Session, locale: str) -> Part:
    """The session as feeds show it, and the years of its zones; made once for a version of its row (rule E6).

    Args:
        locale: the present language.
    """
    key = ("session", session.id, session.version, session.sequence, session.programme.version, locale)

    def make() -> Part:
        one = card(work, session)
        return event_bytes(one, organizer(work, session)), years_of((one,))

    return work.mount.kept_parts.get(key, make)


def public_feed(
    work: Work, sessions: Iterable[Session], *, source: str, locale: str, series: Iterable[Part] = ()
) -> bytes:
    """All public sessions as a feed to subscribe to.

    Args:
        sessions: in their order; occurrences among them are left to `series`.
        source: the feed's own address.
        locale: the present language.
        series: masters and what differs from them, see :func:`meetup.sessions.recurring.part`.
    """
    listed = list(sessions)
    parts = [*(part(work, row, locale) for row in listed if not row.series_uid), *series]
    say = work.mount.words.gettext
    one = listed[0] if listed and len({row.programme_id for row in listed}) == 1 else None
    return feed_of(
        (content for content, _years in parts),
        merged_years(years for _content, years in parts),
        name=one.programme.name if one else work.settings.site_name,
        description=say(N_("Sessions where provincial leaders and enterprises meet.")),
        zone=work.settings.timezone,
        source=source,
        color="teal",
    )


def desk_feed(work: Work, sessions: Iterable[Session], *, source: str) -> bytes:
    """Every session for its organisers: drafts and closed ones too, marked as such in their titles."""
    say = work.mount.words.gettext
    cards, parts = [], []
    for row in sessions:
        one = card(work, row, url=work.mount.url("sessions.desk", slug=row.slug))
        marks = [say(N_("Draft:"))] * (row.state == "draft") + [say(N_("By invitation:"))] * row.is_private
        cards.append(replace(one, title=" ".join([*marks, row.title])))
        parts.append(event_bytes(cards[-1], organizer(work, row)))
    return feed_of(
        parts,
        years_of(cards),
        name=say(N_("%(name)s: all sessions")) % {"name": work.settings.site_name},
        zone=work.settings.timezone,
        source=source,
        color="teal",
    )
