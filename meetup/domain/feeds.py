"""Feeds that calendars subscribe to: sessions as events, follow-ups as tasks (rules A4, A6, E2, E4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Todo, vDDDTypes, vDuration

from meetup.domain.cards import FollowUpCard, Organizer, SessionCard
from meetup.domain.ics import Years, add_categories, assemble, local, session_event, text, uri, years_of
from meetup.domain.text import clean
from meetup.domain.workdays import end_of_day

__all__ = ["FollowUpCard", "event_bytes", "feed", "feed_of", "todo_bytes", "todo_feed"]

#: How long what was cancelled stays in a feed, so that a client that imported it hears of it (rule E2).
CANCELLED_STAYS = timedelta(days=30)

# What an empty feed's VTIMEZONE covers: a calendar has to hold something (RFC 5545 §3.6).
_EMPTY_YEARS = (2020, 2037)


def event_bytes(card: SessionCard, organizer: Organizer | None = None) -> bytes:
    """One session as a feed shows it; to be kept per version of its row (rule E6).

    DTSTAMP is the instant of the last change, so that the same card gives the same bytes.

    Raises:
        InvalidInput: on text that no file can hold.
    """
    return bytes(session_event(card, organizer, stamp=card.changed_at).to_ical())


def feed(
    cards: Iterable[SessionCard],
    *,
    name: str,
    description: str = "",
    zone: str,
    refresh: timedelta = timedelta(hours=1),
    source: str = "",
    color: str = "",
    organizer: Organizer | None = None,
) -> bytes:
    """The sessions as a feed; cancelled ones are kept as long as the caller hands them in.

    Args:
        cards: in the order they shall stand in.
        name: of the feed.
        description: of the feed.
        zone: the programme's, for X-WR-TIMEZONE.
        refresh: how often clients should come again.
        source: the feed's own address.
        color: a CSS colour name (RFC 7986 §5.9).
        organizer: the programme.

    Raises:
        InvalidInput: on text that no file can hold.
    """
    listed = tuple(cards)
    return feed_of(
        (event_bytes(card, organizer) for card in listed),
        years_of(listed),
        name=name,
        description=description,
        zone=zone,
        refresh=refresh,
        source=source,
        color=color,
    )


def feed_of(
    components: Iterable[bytes],
    years: Years,
    *,
    name: str,
    description: str = "",
    zone: str,
    refresh: timedelta = timedelta(hours=1),
    source: str = "",
    color: str = "",
) -> bytes:
    """A feed out of components already written, such as :func:`event_bytes` kept from last time.

    Args:
        components: rendered, in the order they shall stand in.
        years: of the zones they use, see :func:`meetup.domain.ics.years_of`.
        name: and what follows: see :func:`feed`.
    """
    head = Calendar()
    # Twice each: RFC 7986 for those who read it, X-WR for the rest.
    for key in ("NAME", "X-WR-CALNAME"):
        head.add(key, text(name))
    if words := text(description, multiline=True):
        for key in ("DESCRIPTION", "X-WR-CALDESC"):
            head.add(key, words)
    head.add("X-WR-TIMEZONE", text(zone))
    head.add("REFRESH-INTERVAL", vDuration(refresh), parameters={"VALUE": "DURATION"})
    head.add("X-PUBLISHED-TTL", vDuration(refresh))
    if source:
        head.add("SOURCE", uri(source), parameters={"VALUE": "URI"})
    if color:
        head.add("COLOR", text(color))
    return assemble(components, years or {zone: _EMPTY_YEARS}, head=head)


def todo_bytes(card: FollowUpCard, *, as_event: bool = False) -> bytes:
    """One follow-up as a VTODO or, for programs that show none, as an all-day VEVENT (rule E4).

    Raises:
        InvalidInput: on text that no file can hold.
    """
    part: Event | Todo = Event() if as_event else Todo()
    part.add("uid", clean(card.uid))
    part.add("sequence", card.sequence)
    part.add("dtstamp", card.changed_at.astimezone(UTC))
    part.add("created", card.created_at.astimezone(UTC))
    part.add("last-modified", card.changed_at.astimezone(UTC))
    part.add("class", "PRIVATE")
    if description := text(card.description, multiline=True):
        part.add("description", description)
    if card.url:
        part["URL"] = uri(card.url)
    if card.session_uid:
        part.add("related-to", clean(card.session_uid))
    add_categories(part, card.categories)
    if as_event:
        # An event has no box to tick, so the title says it.
        mark = "✓ " if card.status == "COMPLETED" else "⚠ " if card.is_overdue else ""
        part.add("summary", text(mark + card.title))
        part.add("dtstart", card.due_on)
        part.add("dtend", card.due_on + timedelta(days=1))
        part.add("transp", "TRANSPARENT")
        part.add("status", "CANCELLED" if card.status == "CANCELLED" else "CONFIRMED")
        return bytes(part.to_ical())
    part.add("summary", text(card.title))
    part["DUE"] = vDDDTypes(local(end_of_day(card.due_on, ZoneInfo(card.zone)), card.zone))
    part.add("status", card.status)
    part.add("percent-complete", card.percent)
    if card.status == "COMPLETED":
        part.add("completed", (card.closed_at or card.changed_at).astimezone(UTC))
    # 1 is the highest, 5 the middle (RFC 5545 §3.8.1.9).
    part.add("priority", 1 if card.is_overdue else 5)
    return bytes(part.to_ical())


def todo_feed(
    items: Iterable[FollowUpCard],
    as_events: bool = False,
    *,
    name: str,
    description: str = "",
    zone: str,
    refresh: timedelta = timedelta(hours=1),
    source: str = "",
    color: str = "",
) -> bytes:
    """Follow-ups as a feed of tasks, or of all-day events that leave the time free.

    Args:
        items: in the order they shall stand in.
        as_events: for Google and Outlook, which show no VTODO.
        name: and what follows: see :func:`feed`.

    Raises:
        InvalidInput: on text that no file can hold.
    """
    listed = tuple(items)
    years: dict[str, tuple[int, int]] = {}
    if not as_events:
        for card in listed:
            year = card.due_on.year
            first, last = years.get(card.zone, (year, year))
            years[card.zone] = min(first, year), max(last, year)
    return feed_of(
        (todo_bytes(card, as_event=as_events) for card in listed),
        years,
        name=name,
        description=description,
        zone=zone,
        refresh=refresh,
        source=source,
        color=color,
    )
