"""Rules A1, A2, A7, A10, A15, B1 to B3, B5, B7 and E4 as four programs by others see them."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from meetup.domain.cards import Person
from tests.calendar.programs import Program
from tests.calendar.reading import Entry, Reading, Who
from tests.calendar.writing import (
    RULES,
    File,
    Series,
    any_series,
    cancel,
    event_feed,
    files,
    people,
    request,
    series,
    task_feed,
)
from tests.domain.cards import AN, COFFEE, card, follow_up, lines

# Many files an example, since it is the programs that are slow to call, not the files to write.
BATCHES = settings(
    max_examples=15,
    deadline=None,
    # A batch need not be made small: what fails is one file, and it is shown.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def in_words_of(program: Program, meant: Reading) -> Reading:
    """`meant` with the known faults of node-ical in it; nothing is forgiven to the others."""
    if program.name != "node-ical":
        return meant
    return replace(meant, entries=tuple(map(_as_node_ical_reads, meant.entries)))


def _as_node_ical_reads(entry: Entry) -> Entry:
    def text(value: str) -> str:
        # It unescapes in four passes instead of one, so that a backslash before n is taken for a line break.
        for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
            value = value.replace(plain, escaped)
        value = re.sub(r"\\n", "\n", value.replace("\\,", ",").replace("\\;", ";"), flags=re.IGNORECASE)
        return re.sub('^"(.*)"$', r"\1", value.replace("\\\\", "\\"))

    return replace(
        entry, summary=text(entry.summary), location=text(entry.location), description=text(entry.description)
    )


def check(program: Program, written: list[File]) -> None:
    """`program` finds in each file what was meant, and nothing wrong with it."""
    found = program.read([one.data for one in written])
    assert len(found) == len(written)
    for one, read in zip(written, found, strict=True):
        lines(one.data)
        expected = in_words_of(program, one.meant)
        if program.name == "node-ical":
            # It cuts parameters at semicolons within quotes and knows nothing of RFC 6868.
            expected, read = _without_names(expected), _without_names(read)
        if read != expected:
            pytest.fail(f"{program.name}\n{differences(read, expected)}\n{one.data.decode()}", pytrace=False)


def differences(read: Reading, meant: Reading) -> str:
    """What was read and what was meant, where they differ."""
    pairs: list[tuple[Any, Any]] = [(read, meant), *zip(read.entries, meant.entries, strict=False)]
    found = [
        (name, getattr(got, name), getattr(want, name))
        for got, want in pairs
        for name in asdict(got)
        if getattr(got, name) != getattr(want, name)
    ]
    return "\n".join(f"  {name}\n    read  {got!r}\n    meant {want!r}" for name, got, want in found)


def _without_names(found: Reading) -> Reading:
    def nameless(who: Who | None) -> Who | None:
        return who and replace(who, name="")

    return replace(
        found,
        entries=tuple(
            replace(
                one,
                organizer=nameless(one.organizer),
                attendees=tuple(replace(who, name="") for who in one.attendees),
            )
            for one in found.entries
        ),
    )


@BATCHES
@given(batch=st.lists(files(), min_size=10, max_size=25))
def test_any_file_says_the_same_to_every_program(program: Program, batch: list[File]) -> None:
    check(program, batch)


@BATCHES
@given(batch=st.lists(st.tuples(any_series(), people()), min_size=5, max_size=20))
def test_b7_a_series_takes_place_when_we_say(program: Program, batch: list[tuple[Series, Person]]) -> None:
    check(program, [one.as_feed() for one, _ in batch] + [one.as_request(person) for one, person in batch])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Ho_Chi_Minh"])
@pytest.mark.parametrize("until", [False, True])
def test_b7_every_rule_over_both_changes_of_clocks(program: Program, zone: str, until: bool) -> None:
    """Each rule at each time of day, from shortly before a change; every third left out, every fourth moved."""
    written = []
    for rule in RULES:
        for wall in (time(0, 15), time(3), time(7, 30), time(23, 45)):
            for since in (
                date(2026, 3, 24),
                date(2026, 10, 20),
                date(2027, 1, 29),
                date(2027, 1, 31),
                date(2028, 2, 29),
            ):
                plain = series(rule, zone, since, wall, count=9, until=until)
                changed = series(
                    rule,
                    zone,
                    since,
                    wall,
                    count=9,
                    until=until,
                    left_out=frozenset({2, 5}),
                    moved={3: timedelta(hours=-3), 7: timedelta(days=1, hours=2)},
                )
                written += [plain.as_feed(), changed.as_feed()]
    check(program, written)


def test_b5_an_occurrence_alone_has_its_place_in_the_series(program: Program) -> None:
    whole = series("FREQ=WEEKLY", "Europe/Berlin", date(2026, 10, 20), time(9), count=4, moved={1: timedelta(days=1)})
    moved = whole.overrides[0]
    assert moved.recurrence_id == datetime(2026, 10, 27, 8, tzinfo=UTC)
    check(program, [request(moved, COFFEE, AN), cancel(replace(moved, sequence=2), COFFEE, AN)])


def test_b3_a_series_whose_first_or_last_is_left_out(program: Program) -> None:
    rules = [("FREQ=WEEKLY", date(2026, 10, 22)), ("FREQ=MONTHLY;BYMONTHDAY=31", date(2026, 1, 31))]
    check(
        program,
        [
            series(rule, zone, since, time(9), count=4, until=until, left_out=frozenset({gone})).as_feed()
            for rule, since in rules
            for zone in ("Europe/Berlin", "Asia/Ho_Chi_Minh")
            for until in (False, True)
            for gone in (0, 3)
        ],
    )


def test_b1_a_series_without_end_goes_on(program: Program) -> None:
    master = replace(
        series("FREQ=WEEKLY", "Europe/Berlin", date(2026, 10, 20), time(9), count=1).master, rrule="FREQ=WEEKLY"
    )
    found = program.read([event_feed([master]).data])[0]
    hours = {(int(start[:4]), start[11:13]) for _, start, _ in found.occurrences}
    # 9 o'clock in winter and in summer of every year that is looked at.
    assert {(year, hour) for year in range(2027, 2034) for hour in ("07", "08")} <= hours
    assert not {hour for _, hour in hours} - {"07", "08"}


def test_a01_a_fold_at_any_octet_leaves_letters_whole(program: Program) -> None:
    """The fold falls before, within and after letters of two to four octets and marks that combine."""
    letters = ["ế" * 40, "Đ" * 60, "😀" * 30, "👩‍👩‍👧‍👦" * 8, "x\u0323\u0307" * 30, "\\" * 80, ",;" * 40, "\\n" * 40]
    people_ = [replace(AN, name=f'{"a" * n}{"ế" * 30}"; , ^') for n in range(40)]
    written = [event_feed([card(title="a" * n + long, location=long)]) for n in range(76) for long in letters]
    check(program, [*written, *(request(card(), COFFEE, person) for person in people_)])


@pytest.mark.parametrize(
    "typed",
    [
        "C:\\New\\nhà",
        'Công ty TNHH "Đất Mũi"; Cà Mau, VN',
        "một\r\nhai\nba",
        "BEGIN:VALARM\r\nEND:VEVENT",
        "\\", "\\\\", "\\;", "\\,", "\\n", "\\N", "\\\\N", ";", ",", '"', '""', "a:b", "^n^'^^",
        "e\u0302\u0301", "\u00a0x\u00a0", "\x00\x07\u2028", "TRUE", "007", "=", "%0A",
    ],
)  # fmt: skip
def test_a02_what_people_type_arrives(program: Program, typed: str) -> None:
    one = card(title=f"Kỳ {typed}", location=typed, description=typed, categories=(typed,))
    person = replace(AN, name=typed)
    task = follow_up(title=f"Việc {typed}", description=typed)
    check(
        program,
        [
            request(one, replace(COFFEE, name=typed), person, timedelta(hours=2)),
            request(replace(one, sequence=3), COFFEE, replace(person, partstat="ACCEPTED")),
            cancel(one, COFFEE, person),
            event_feed([one], name=f"Lịch {typed}", description=typed),
            task_feed([task]),
            task_feed([task], as_events=True),
        ],
    )


def test_a07_a_series_at_an_hour_that_is_skipped_is_unsure(program: Program) -> None:
    """Why nobody may choose such a time: each program takes 02:30 on 29 March for something else.

    icalendar and node-ical read 03:30, ical.js 01:30, and libical stays at 03:30 for ever after; in
    October, when 02:30 comes twice, libical and ical.js take the second. Up to that day all are right.
    """
    for since, change in ((date(2026, 3, 8), "2026-03-29"), (date(2026, 10, 4), "2026-10-25")):
        one = series("FREQ=WEEKLY", "Europe/Berlin", since, time(2, 30), count=6, minutes=15)
        found = program.read([one.as_feed().data])[0]
        until_then = [start for _, start, _ in one.occurrences if start[:10] < change]
        assert [start for _, start, _ in found.occurrences if start[:10] < change] == until_then
        assert sum(start[:10] == change for _, start, _ in found.occurrences) == 1
