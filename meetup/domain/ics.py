"""The parts that .ics files are made of: a session's VEVENT, and a VCALENDAR around parts (RFC 5545, 7986).

Everything typed by people is cleaned here once more (rule A16), whatever was done
before, for what reaches a calendar file reaches other people's programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from itertools import chain
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, vCalAddress, vCategory, vDDDLists, vDDDTypes, vRecur, vText, vUri

from meetup.domain.cards import Organizer, SessionCard, Status
from meetup.domain.text import clean
from meetup.domain.timezones import vtimezone

#: Who made the file; without a version, which would change every feed at every release.
PRODID = "-//Meetup//flask-meetup//EN"

#: A zone's name → first and last year to cover.
Years = Mapping[str, tuple[int, int]]

# A rule without an end is covered by its zone's changes for so long.
_ENDLESS_YEARS = 10


class Text(vText):
    r"""A TEXT value, escaped in one pass (RFC 5545 §3.3.11, rule A2).

    icalendar (7.3) takes a backslash before a capital N, as in ``C:\New``, for a line break.
    """

    def to_ical(self) -> bytes:
        return re.sub(r"[\\;,]", r"\\\g<0>", self).replace("\n", "\\n").encode()


def text(typed: str, *, multiline: bool = False) -> Text:
    """`typed` as a TEXT value, cleaned.

    Raises:
        InvalidInput: on text that no file can hold.
    """
    return Text(clean(typed, multiline=multiline))


def session_event(
    card: SessionCard,
    organizer: Organizer | None = None,
    *,
    stamp: datetime,
    summary_prefix: str = "",
    status: Status | None = None,
    description: bool = True,
) -> Event:
    """The VEVENT of `card`, without attendee and alarm.

    Args:
        card: the session.
        organizer: left out where None.
        stamp: DTSTAMP, aware: when a message is made, or of the last change in a feed (rule A6).
        summary_prefix: goes before the title with a blank.
        status: replaces the card's.
        description: False leaves DESCRIPTION and what belongs to it out.

    Raises:
        InvalidInput: on text that no file can hold.
        ValueError: on a malformed rule, or one with COUNT and UNTIL.
    """
    event = Event()
    event.add("uid", clean(card.uid))
    event.add("sequence", card.sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("created", card.created_at.astimezone(UTC))
    event.add("last-modified", card.changed_at.astimezone(UTC))
    starts_at, ends_at = (local(at, card.zone, recurring=bool(card.rrule)) for at in (card.starts_at, card.ends_at))
    if UTC in (starts_at.tzinfo, ends_at.tzinfo):
        # Both alike: recurring-ical-events takes the one from the other by the clocks on the wall.
        starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    event["DTSTART"], event["DTEND"] = vDDDTypes(starts_at), vDDDTypes(ends_at)
    _repeat(event, card)
    event.add("summary", text(f"{summary_prefix} {card.title}"))
    event.add("status", status or card.status)
    event.add("class", "PRIVATE" if card.is_private else "PUBLIC")
    event.add("transp", "OPAQUE")
    # No property is written without a value, which libical, for one, calls a fault.
    if location := text(card.location):
        event.add("location", location)
    if card.geo is not None:
        event.add("geo", card.geo)
    if description:
        _describe(event, card)
    if card.url:
        event["URL"] = uri(card.url)
    add_categories(event, card.categories)
    if organizer is not None:
        event["ORGANIZER"] = _organizer(organizer)
    return event


def _repeat(event: Event, card: SessionCard) -> None:
    """The rule of a series with its exceptions, or the place of an occurrence in it (rules B1 to B3)."""
    if card.rrule:
        rule = vRecur.from_ical(clean(card.rrule))
        if "COUNT" in rule and "UNTIL" in rule:
            raise ValueError("a rule ends by COUNT or by UNTIL")
        if any(getattr(until, "tzinfo", None) is None for until in rule.get("UNTIL", ())):
            raise ValueError("UNTIL is an instant in UTC where the start has a zone (RFC 5545 §3.3.10)")
        starts_at = local(card.starts_at, card.zone, recurring=True)
        if starts_at.day > 28 and not any(part.startswith("BY") for part in rule):
            # What DTSTART implies is said, since node-ical (0.25) goes on with 28 after a February.
            if rule["FREQ"] == ["YEARLY"]:
                rule["BYMONTH"] = [starts_at.month]
            if rule["FREQ"] in (["YEARLY"], ["MONTHLY"]):
                rule["BYMONTHDAY"] = [starts_at.day]
        event["RRULE"] = rule
    if card.exdates:
        event["EXDATE"] = vDDDLists([local(one, card.zone, recurring=True) for one in sorted(card.exdates)])
    if card.recurrence_id is not None:
        event["RECURRENCE-ID"] = vDDDTypes(local(card.recurrence_id, card.zone, recurring=True))


def _describe(event: Event, card: SessionCard) -> None:
    """DESCRIPTION and what goes with it; the link is in it too, for clients without CONFERENCE (rule A12)."""
    words, html = clean(card.description, multiline=True), clean(card.html_description, multiline=True)
    if card.online_url:
        link = uri(card.online_url)
        link.params["VALUE"] = "URI"
        event["CONFERENCE"] = link
        if str(link) not in words:
            words = f"{words}\n\n{link}".strip()
        if html and escape(str(link)) not in html:
            html += f'<p><a href="{escape(str(link))}">{escape(str(link))}</a></p>'
    if words:
        event.add("description", Text(words))
    if html:
        event.add("x-alt-desc", Text(html), parameters={"FMTTYPE": "text/html"})
    if card.agenda_url:
        event["ATTACH"] = uri(card.agenda_url)


def add_categories(part: Component, categories: Iterable[str]) -> None:
    """CATEGORIES of `part`, if there are any (rule A13)."""
    named = [name for name in map(clean, categories) if name]
    if named:
        found = vCategory([])
        found.cats = [Text(name) for name in named]
        part.add("categories", found)


def local(instant: datetime, zone: str, *, recurring: bool = False) -> datetime:
    """`instant` by the clocks of `zone`, as DTSTART wants it (rule A7).

    In the hour that clocks repeat, a local time with TZID means the first one (RFC 5545
    §3.3.5), but node-ical, for one, takes the second; an instant in either is said in UTC,
    unless a rule needs a zone.
    """
    found = instant.astimezone(ZoneInfo(zone))
    comes_twice = found.replace(fold=0).utcoffset() != found.replace(fold=1).utcoffset()
    return instant.astimezone(UTC) if comes_twice and not recurring else found


def uri(typed: str) -> vUri:
    """A URI that stays on its line: no control characters, blanks written as %20."""
    return vUri(clean(typed).replace(" ", "%20"))


def address(email: str, name: str) -> vCalAddress:
    """A calendar user: ``mailto:`` and the name as CN, if there is one (rules A2, A9, A10).

    A backslash in the name is written as its full-width twin: parameters have no escapes by it
    (RFC 6868 §3), but common parsers, icalendar's own among them, read one before a semicolon so and then
    take the next parameter for a part of the name.
    """
    found = vCalAddress(f"mailto:{clean(email).replace(' ', '')}")
    if shown := clean(name).replace("\\", "＼"):
        found.params["CN"] = shown
    return found


def _organizer(organizer: Organizer) -> vCalAddress:
    found = address(organizer.email, organizer.name)
    if organizer.sent_by:
        found.params["SENT-BY"] = str(address(organizer.sent_by, ""))
    return found


def years_of(cards: Iterable[SessionCard]) -> dict[str, tuple[int, int]]:
    """Every zone used by `cards` with the years that its VTIMEZONE has to cover."""
    found: dict[str, tuple[int, int]] = {}
    for card in cards:
        instants = chain((card.starts_at, card.ends_at), card.exdates, filter(None, [card.recurrence_id]))
        years = [local(one, card.zone).year for one in instants]
        if card.rrule:
            until = vRecur.from_ical(clean(card.rrule)).get("UNTIL")
            years.append(until[0].year + 1 if until else max(years) + _ENDLESS_YEARS)
        first, last = found.get(card.zone, (years[0], years[0]))
        found[card.zone] = min(first, *years), max(last, *years)
    return found


def merged_years(several: Iterable[Years]) -> dict[str, tuple[int, int]]:
    """The zones of several parts with the years that one VTIMEZONE of each has to cover."""
    found: dict[str, tuple[int, int]] = {}
    for years in several:
        for zone, (first, last) in years.items():
            known = found.get(zone, (first, last))
            found[zone] = min(first, known[0]), max(last, known[1])
    return found


def assemble(
    components: Iterable[bytes], years: Years, *, method: str | None = None, head: Calendar | None = None
) -> bytes:
    """One VCALENDAR out of components already written, with one set of VTIMEZONEs (rules A3, E6).

    Args:
        components: rendered VEVENTs or VTODOs, each ending in CRLF.
        years: the zones they use, see :func:`years_of`; UTC needs no VTIMEZONE.
        method: of iTIP, exactly when this is a message.
        head: properties of the whole, such as a feed's name.
    """
    calendar = head if head is not None else Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODID)
    if method:
        calendar.add("method", method)
    written: bytes = calendar.to_ical()
    end = b"END:VCALENDAR\r\n"
    zones = (vtimezone(tzid, *years[tzid]) for tzid in sorted(years) if tzid not in ("UTC", "Etc/UTC"))
    return b"".join((written.removesuffix(end), *zones, *components, end))
