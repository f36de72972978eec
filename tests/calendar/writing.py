"""What the tests write, and what any program has to read in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from meetup.domain.cards import FollowUpCard, Organizer, Person, SessionCard
from meetup.domain.feeds import feed, todo_feed
from meetup.domain.invites import cancellation, invitation
from meetup.domain.text import clean
from meetup.domain.workdays import end_of_day
from tests.calendar.reading import Entry, Reading, Who, instant
from tests.domain.cards import COFFEE, MADE, card, follow_up


@dataclass(frozen=True)
class File:
    """A file, and what it says; ``faults`` are none."""

    data: bytes
    meant: Reading


# ---- what a program has to find


def who(name: str, email: str, partstat: str = "") -> Who:
    return Who(email, clean(name).replace("\\", "＼"), partstat)


def entry(
    one: SessionCard,
    *,
    organizer: Organizer | None = None,
    person: Person | None = None,
    status: str = "",
    prefix: str = "",
    described: bool = True,
) -> Entry:
    return Entry(
        kind="VEVENT",
        uid=one.uid,
        recurrence_id=instant(one.recurrence_id),
        start=instant(one.starts_at),
        end=instant(one.ends_at),
        summary=clean(f"{prefix} {one.title}"),
        location=clean(one.location),
        description=clean(one.description, multiline=True) if described else "",
        status=status or one.status,
        sequence=one.sequence,
        organizer=who(organizer.name, organizer.email) if organizer else None,
        attendees=(who(person.name, person.email, person.partstat),) if person else (),
    )


def meant(entries: list[Entry], occurrences: list[tuple[str, str, str]] | None = None, method: str = "") -> Reading:
    taking_place = [(one.uid, one.start, one.end) for one in entries if one.kind == "VEVENT"]
    return Reading(
        tuple(sorted(entries, key=lambda one: (one.uid, one.recurrence_id, one.kind))),
        tuple(sorted(taking_place if occurrences is None else occurrences)),
        method,
    )


# ---- the kinds of files


def request(one: SessionCard, organizer: Organizer, person: Person, alarm: timedelta | None = None) -> File:
    return File(
        invitation(one, organizer, person, made_at=MADE, alarm=alarm),
        meant([entry(one, organizer=organizer, person=person)], method="REQUEST"),
    )


def cancel(one: SessionCard, organizer: Organizer, person: Person) -> File:
    return File(
        cancellation(one, organizer, person, made_at=MADE, summary_prefix="Đã hủy:"),
        meant(
            [entry(one, organizer=organizer, person=person, status="CANCELLED", prefix="Đã hủy:", described=False)],
            method="CANCEL",
        ),
    )


def event_feed(cards: list[SessionCard], name: str = "Cà phê, kết nối; DN", description: str = "") -> File:
    return File(
        feed(cards, name=name, description=description, zone="Asia/Ho_Chi_Minh", organizer=COFFEE, source="https://x/"),
        meant([entry(one, organizer=COFFEE) for one in cards]),
    )


def task_feed(cards: list[FollowUpCard], *, as_events: bool = False) -> File:
    entries = []
    for one in cards:
        mark = "✓ " if one.status == "COMPLETED" else "⚠ " if one.is_overdue else ""
        texts: dict[str, Any] = {
            "uid": one.uid,
            "sequence": one.sequence,
            "summary": clean((mark if as_events else "") + one.title),
            "description": clean(one.description, multiline=True),
        }
        if as_events:
            status = "CANCELLED" if one.status == "CANCELLED" else "CONFIRMED"
            end = one.due_on + timedelta(days=1)
            entries.append(Entry("VEVENT", start=instant(one.due_on), end=instant(end), status=status, **texts))
        else:
            due = instant(end_of_day(one.due_on, ZoneInfo(one.zone)))
            entries.append(Entry("VTODO", due=due, status=one.status, **texts))
    return File(todo_feed(cards, as_events, name="Việc phải làm", zone="Asia/Ho_Chi_Minh"), meant(entries))


# ---- words that break programs

_PIECES = [
    ",", ";", "\\", "\\n", "\\N", "\\,", "\\;", "\n", "\r\n", '"', "'", "^", "^n", "^'", ":", "=", "%n", "\t", "  ",
    "ế" * 30, "e\u0302\u0301" * 12, "a\u0323\u0302", "👩‍👩‍👧‍👦" * 4, "🇻🇳", "1️⃣", "😀" * 20, "Đất Mũi",
    "\u00a0", "\u2028", "\x85",
    "\r\nEND:VEVENT", "\nBEGIN:VALARM\n", "X-A;B=C:D", "\x00", "\x1f", "\u202e", "\u2067", "\u200b", "\ufeff",
    "<b>&amp;", "مرحبا", "漢字", "\U0010ffff", "\ufffe",
]  # fmt: skip


def hostile() -> st.SearchStrategy[str]:
    any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
    return st.lists(st.sampled_from(_PIECES) | any_text, max_size=8).map("".join)


# Without Casablanca: when Ramadan falls is a forecast that changes with each edition of the IANA database.
_ZONES = ["Europe/Berlin", "Asia/Ho_Chi_Minh", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin",
          "Asia/Kathmandu", "UTC"]  # fmt: skip

# An hour or so around each of these is looked at closely.
_EDGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin, Dublin
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2027, 3, 28, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe, by half an hour
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 12, 31, 17, tzinfo=UTC),  # New Year in Viet Nam, and then in UTC
    datetime(2027, 1, 1, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 0, tzinfo=UTC),
]


def instants() -> st.SearchStrategy[datetime]:
    near = st.builds(
        lambda edge, steps: edge + timedelta(minutes=15 * steps), st.sampled_from(_EDGES), st.integers(-9, 9)
    )
    minutes = st.integers(0, 6 * 366 * 24 * 60).map(lambda m: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
    return near | minutes


@st.composite
def sessions(draw: st.DrawFn) -> SessionCard:
    starts_at = draw(instants())
    return card(
        uid=draw(st.uuids()).hex,
        sequence=draw(st.integers(0, 99)),
        title="Kỳ 3 " + draw(hostile()),
        description=draw(hostile()),
        location=draw(hostile()),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=15 * draw(st.integers(1, 12))),
        zone=draw(st.sampled_from(_ZONES)),
        status=draw(st.sampled_from(["CONFIRMED", "TENTATIVE", "CANCELLED"])),
    )


def people() -> st.SearchStrategy[Person]:
    return st.builds(
        Person,
        hostile(),
        st.sampled_from(
            ["an@example.com", "o'brien+a=b@example.com", "UPPER@Example.COM", "a_b-c.d@xn--v-d-dka.example"]
        ),
        st.sampled_from(["NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE"]),
    )


def tasks() -> st.SearchStrategy[FollowUpCard]:
    return st.builds(
        lambda uid, **values: follow_up(uid=uid.hex, **values),
        st.uuids(),
        title=hostile().map("Việc {}".format),
        description=hostile(),
        due_on=st.dates(date(2025, 1, 1), date(2030, 12, 31))
        | st.just(date(2026, 10, 25))
        | st.just(date(2028, 2, 29)),
        zone=st.sampled_from(_ZONES),
        state=st.sampled_from(["assigned", "accepted", "answered", "closed", "cancelled"]),
        is_overdue=st.booleans(),
        sequence=st.integers(0, 9),
    )


@st.composite
def files(draw: st.DrawFn) -> File:
    """Any file without a series."""
    kind = draw(st.sampled_from(["request", "cancel", "feed", "tasks", "tasks as events"]))
    if kind == "feed":
        cards = draw(st.lists(sessions(), min_size=1, max_size=3, unique_by=lambda one: one.uid))
        return event_feed(cards, name="Cà phê " + draw(hostile()), description=draw(hostile()))
    if kind.startswith("tasks"):
        items = draw(st.lists(tasks(), min_size=1, max_size=3, unique_by=lambda one: one.uid))
        return task_feed(items, as_events=kind != "tasks")
    organizer = Organizer(draw(hostile()), "coffee@example.com")
    if kind == "cancel":
        return cancel(draw(sessions()), organizer, draw(people()))
    alarm = draw(st.none() | st.just(timedelta(days=1)))
    # What is cancelled is a CANCEL: RFC 5546 §3.2.2 allows no such STATUS in a REQUEST.
    one = draw(sessions().filter(lambda one: one.status != "CANCELLED"))
    return request(one, organizer, draw(people()), alarm)


# ---- series

# A rule, and whether a day is one of it that began on `first`: told apart by counting days, not by a library.
_RULES: dict[str, Callable[[date, date], bool]] = {
    "FREQ=DAILY": lambda first, day: True,
    "FREQ=DAILY;INTERVAL=3": lambda first, day: (day - first).days % 3 == 0,
    "FREQ=WEEKLY": lambda first, day: (day - first).days % 7 == 0,
    "FREQ=WEEKLY;INTERVAL=2": lambda first, day: (day - first).days % 14 == 0,
    "FREQ=WEEKLY;BYDAY=TU,TH,SU": lambda first, day: day.weekday() in (1, 3, 6),
    "FREQ=MONTHLY": lambda first, day: day.day == first.day,
    "FREQ=MONTHLY;BYMONTHDAY=29": lambda first, day: day.day == 29,
    "FREQ=MONTHLY;BYMONTHDAY=31": lambda first, day: day.day == 31,
    "FREQ=MONTHLY;BYMONTHDAY=-1": lambda first, day: (day + timedelta(days=1)).day == 1,
    "FREQ=MONTHLY;BYDAY=1MO": lambda first, day: day.weekday() == 0 and day.day <= 7,
    "FREQ=MONTHLY;BYDAY=-1SU": lambda first, day: day.weekday() == 6 and (day + timedelta(days=7)).day <= 7,
    "FREQ=YEARLY": lambda first, day: (day.month, day.day) == (first.month, first.day),
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29": lambda first, day: (day.month, day.day) == (2, 29),
}
RULES = tuple(_RULES)


def days_of(rule: str, since: date, count: int) -> list[date]:
    """The first `count` days of `rule` on or after `since`, before 2033."""
    first = day = since
    found: list[date] = []
    while len(found) < count and day.year < 2033:
        if _RULES[rule](first, day):
            found.append(day)
        elif not found:
            # A series begins on a day of its rule.
            first = day + timedelta(days=1)
        day += timedelta(days=1)
    return found


def at(day: date, wall: time, zone: str) -> datetime:
    return datetime.combine(day, wall, ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True)
class Series:
    """A series: its master and moved occurrences, and when it takes place."""

    master: SessionCard
    overrides: tuple[SessionCard, ...]
    takes_place: tuple[tuple[datetime, datetime], ...]

    @property
    def occurrences(self) -> list[tuple[str, str, str]]:
        return [(self.master.uid, instant(start), instant(end)) for start, end in self.takes_place]

    def as_feed(self) -> File:
        found = event_feed([self.master, *self.overrides])
        return replace(found, meant=meant(list(found.meant.entries), self.occurrences))

    def as_request(self, person: Person) -> File:
        cards = (self.master, *self.overrides)
        return File(
            invitation(self.master, COFFEE, person, made_at=MADE, overrides=self.overrides),
            meant([entry(one, organizer=COFFEE, person=person) for one in cards], self.occurrences, "REQUEST"),
        )


def series(
    rule: str,
    zone: str,
    since: date,
    wall: time,
    *,
    count: int,
    minutes: int = 60,
    until: bool = False,
    left_out: frozenset[int] = frozenset(),
    moved: dict[int, timedelta] | None = None,
) -> Series:
    """A series whose occurrences by number are `left_out` (EXDATE) or `moved`."""
    lasts = timedelta(minutes=minutes)
    starts = [at(day, wall, zone) for day in days_of(rule, since, count)]
    end = f"UNTIL={starts[-1]:%Y%m%dT%H%M%SZ}" if until else f"COUNT={len(starts)}"
    master = card(
        uid="0f4e5d6c7b8a49d0b1c2d3e4f5a6b7c8",
        zone=zone,
        starts_at=starts[0],
        ends_at=starts[0] + lasts,
        rrule=f"{rule};{end}",
        exdates=tuple(start for number, start in enumerate(starts) if number in left_out),
    )
    overrides, takes_place = [], []
    for number, start in enumerate(starts):
        if number in left_out:
            continue
        to = start + (moved or {}).get(number, timedelta())
        if to != start:
            overrides.append(
                replace(
                    master, rrule="", exdates=(), recurrence_id=start, starts_at=to, ends_at=to + lasts, title="Dời"
                )
            )
        takes_place.append((to, to + lasts))
    return Series(master, tuple(overrides), tuple(takes_place))


@st.composite
def any_series(draw: st.DrawFn) -> Series:
    count = draw(st.integers(1, 20))
    numbers = st.integers(0, count - 1)
    # Not from 2 to 3 o'clock, which Berlin lacks once a year and has twice: those have tests of their own.
    wall = draw(st.sampled_from([time(0, 15), time(1, 30), time(3, 0), time(7, 30), time(12, 0), time(23, 45)]))
    return series(
        draw(st.sampled_from(RULES)),
        draw(st.sampled_from(["Europe/Berlin", "Asia/Ho_Chi_Minh"])),
        draw(
            st.dates(date(2025, 1, 1), date(2027, 12, 31))
            | st.sampled_from(
                [date(2026, 3, 22), date(2026, 10, 18), date(2027, 1, 29), date(2027, 1, 31), date(2028, 2, 29)]
            )
        ),
        wall,
        # Nor across it: ical.js adds a length by the clocks on the wall.
        minutes=15 if wall.hour == 1 else 60,
        count=count,
        until=draw(st.booleans()),
        left_out=draw(st.frozensets(numbers, max_size=min(3, count - 1))),
        moved=draw(
            st.dictionaries(
                numbers,
                st.sampled_from([timedelta(hours=2), timedelta(days=-1), timedelta(days=3, hours=-5)]),
                max_size=3,
            )
        ),
    )
