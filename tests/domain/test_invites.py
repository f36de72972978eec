"""Rules A1 to A16, numbered."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meetup.domain.invites import Organizer, Person, cancellation, invitation, raises_sequence
from meetup.domain.text import clean
from meetup.domain.timezones import vtimezone
from meetup.errors import InvalidInput

from .cards import AN, COFFEE, MADE, card, event, lines, parsed

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\\;,:\"'^n\r\n\t\x00\x1f\x7f\x85\u2028\u202eế=%<&😀"),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=120,
)


def value(data: bytes, name: str) -> str:
    unfolded = lines(data)
    of_event = unfolded[unfolded.index("BEGIN:VEVENT") :]
    found = [line for line in of_event if line.split(":")[0].split(";")[0] == name]
    assert len(found) == 1, found
    return found[0]


def test_a01_lines_are_folded_between_characters() -> None:
    for length in range(60, 80):
        title = "x" * length + "ế" * 60
        data = invitation(card(title=title), COFFEE, AN, made_at=MADE)
        assert f"SUMMARY:{title}" in lines(data)


@settings(max_examples=150, deadline=None)
@example("END:VEVENT\r\nBEGIN:VEVENT", "\\n\\;", '"^n^', "a\x85b")
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_a02_a16_hostile_text_survives_or_is_dropped_but_never_breaks_out(
    title: str, description: str, name: str, place: str
) -> None:
    sent = card(title=title, description=description, location=place, categories=(title, name))
    person = replace(AN, name=name)
    shown = clean(name).replace("\\", "＼")
    for data in (
        invitation(sent, replace(COFFEE, name=name), person, made_at=MADE, alarm=timedelta(hours=1)),
        cancellation(sent, replace(COFFEE, name=name), person, made_at=MADE),
    ):
        lines(data)
        found = event(data)
        assert len(parsed(data).walk("VEVENT")) == 1
        assert found["SUMMARY"] == clean(title)
        assert found.get("LOCATION", "") == clean(place)
        assert found["ATTENDEE"].params.get("CN", "") == shown
        assert found["ORGANIZER"].params.get("CN", "") == shown
        assert found["ATTENDEE"] == "mailto:an@example.com"
        assert unicodedata.is_normalized("NFC", data.decode())
    data = invitation(sent, COFFEE, person, made_at=MADE)
    assert event(data).get("DESCRIPTION", "") == clean(description, multiline=True)
    wanted = [one for one in (clean(title), clean(name)) if one]
    assert [str(one) for one in event(data).get("CATEGORIES", ()) and event(data)["CATEGORIES"].cats] == wanted


def test_a02_the_company_with_everything_in_its_name() -> None:
    name = 'Công ty TNHH "Đất Mũi"; Cà Mau, VN'
    programme = Organizer(name, "c@example.com", "thu.ky@example.com")
    data = invitation(card(), programme, replace(AN, name=name), made_at=MADE)
    assert "CN=\"Công ty TNHH ^'Đất Mũi^'; Cà Mau, VN\"" in value(data, "ATTENDEE")
    assert event(data)["ATTENDEE"].params["CN"] == name
    assert event(data)["ORGANIZER"].params["SENT-BY"] == "mailto:thu.ky@example.com"


def test_a02_text_escapes_four_things_only() -> None:
    data = invitation(card(title="a\\b;c,d:e\"f'g=h", description="1\n2"), COFFEE, AN, made_at=MADE)
    assert value(data, "SUMMARY") == "SUMMARY:a\\\\b\\;c\\,d:e\"f'g=h"
    assert value(data, "DESCRIPTION") == "DESCRIPTION:1\\n2"


def test_a03_the_frame() -> None:
    data = invitation(card(), COFFEE, AN, made_at=MADE)
    assert lines(data)[:4] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Meetup//flask-meetup//EN", "METHOD:REQUEST"]
    assert not [line for line in lines(data) if line.startswith("CALSCALE")]
    assert "METHOD" not in parsed(invitation(card(), COFFEE, AN, method=None, made_at=MADE))
    with pytest.raises(ValueError, match="one UID"):
        invitation(card(), COFFEE, AN, made_at=MADE, overrides=[card(uid="other")])


def test_a05_a06_uid_is_the_cards_and_stamps_are_utc() -> None:
    made = MADE.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    for data in (invitation(card(), COFFEE, AN, made_at=made), cancellation(card(), COFFEE, AN, made_at=made)):
        assert value(data, "UID") == f"UID:{card().uid}"
        assert value(data, "DTSTAMP") == "DTSTAMP:20261103T040506Z"
        assert value(data, "CREATED") == "CREATED:20261101T020000Z"
        assert value(data, "LAST-MODIFIED") == "LAST-MODIFIED:20261102T030000Z"


def test_a07_times_are_local_with_their_zone() -> None:
    data = invitation(card(), COFFEE, AN, made_at=MADE)
    assert value(data, "DTSTART") == "DTSTART;TZID=Asia/Ho_Chi_Minh:20261128T073000"
    assert lines(data).count("TZID:Asia/Ho_Chi_Minh") == 1
    assert "DTSTART:20261128T003000Z" in lines(invitation(card(zone="UTC"), COFFEE, AN, made_at=MADE))


def test_a07_the_hour_that_comes_twice_is_told_apart() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    data = invitation(card(starts_at=first, ends_at=second, zone="Europe/Berlin"), COFFEE, AN, made_at=MADE)
    assert value(data, "DTSTART") == "DTSTART:20261025T003000Z"
    assert value(data, "DTEND") == "DTEND:20261025T013000Z"
    assert event(data)["DTSTART"].dt.astimezone(UTC) == first
    assert event(data)["DTEND"].dt.astimezone(UTC) == second
    before = invitation(
        card(starts_at=first - timedelta(hours=1), ends_at=second, zone="Europe/Berlin"), COFFEE, AN, made_at=MADE
    )
    assert value(before, "DTSTART") == "DTSTART:20261024T233000Z", "both or none"


ZONES = ["Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin",
         "Africa/Casablanca", "America/Sao_Paulo", "Asia/Kathmandu"]  # fmt: skip


@pytest.mark.parametrize("tzid", ZONES)
def test_a07_a_vtimezone_says_what_the_zone_does(tzid: str) -> None:
    """Read with RFC 5545 §3.6.5 in hand: the latest onset at or before an instant gives the offset."""
    zone = ZoneInfo(tzid)
    data = b"BEGIN:VCALENDAR\r\n" + vtimezone(tzid, 2025, 2028) + b"END:VCALENDAR\r\n"
    onsets: list[tuple[datetime, timedelta]] = []
    for part in parsed(data).walk("VTIMEZONE")[0].subcomponents:
        # Neither: ical.js, and so Thunderbird, reads the first value of RDATE alone, and then no DTSTART.
        assert not {"RDATE", "RRULE"} & set(part)
        at = part["DTSTART"].dt.replace(tzinfo=UTC) - part["TZOFFSETFROM"].td
        onsets.append((at, part["TZOFFSETTO"].td))
    onsets.sort()
    at = datetime(2025, 1, 1, tzinfo=UTC)
    while at < datetime(2029, 1, 1, tzinfo=UTC):
        offset = [to for onset, to in onsets if onset <= at][-1]
        assert at.astimezone(zone).utcoffset() == offset, at
        at += timedelta(hours=7)
    for onset, offset in onsets[1:]:
        assert onset.astimezone(zone).utcoffset() == offset
        assert (onset - timedelta(seconds=1)).astimezone(zone).utcoffset() != offset


def test_a07_a_zone_covers_all_years_of_a_series() -> None:
    series = card(zone="Europe/Berlin", rrule="FREQ=WEEKLY;UNTIL=20290101T000000Z")
    text = "\n".join(lines(invitation(series, COFFEE, AN, made_at=MADE)))
    assert "20290325T020000" in text
    endless = "\n".join(lines(invitation(replace(series, rrule="FREQ=WEEKLY"), COFFEE, AN, made_at=MADE)))
    assert "20360330T020000" in endless


@pytest.mark.parametrize(
    ("change", "raises"),
    [
        ({}, False),
        ({"title": "x"}, False),
        ({"description": "x", "html_description": "x"}, False),
        ({"categories": ("x",), "changed_at": MADE, "url": "https://x"}, False),
        ({"starts_at": datetime(2026, 11, 28, 1, tzinfo=UTC)}, True),
        ({"ends_at": datetime(2026, 11, 28, 3, tzinfo=UTC)}, True),
        ({"location": "Năm Căn"}, True),
        ({"status": "CANCELLED"}, True),
        ({"zone": "Europe/Berlin"}, True),
        ({"rrule": "FREQ=WEEKLY"}, True),
        ({"exdates": (MADE,)}, True),
        ({"location": "Năm Căn", "status": "CANCELLED"}, True),
    ],
)
def test_a08_what_raises_sequence(change: dict[str, object], raises: bool) -> None:
    assert raises_sequence(card(), card(**change)) is raises


def test_a09_a10_organizer_and_the_one_attendee() -> None:
    data = invitation(card(sequence=3), COFFEE, AN, made_at=MADE)
    assert value(data, "ORGANIZER") == 'ORGANIZER;CN="Cà phê kết nối doanh nghiệp":mailto:coffee@example.com'
    assert value(data, "ATTENDEE") == (
        'ATTENDEE;CN="Nguyễn An";CUTYPE=INDIVIDUAL;LANGUAGE=vi;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE'
        ":mailto:an@example.com"
    )
    assert value(data, "SEQUENCE") == "SEQUENCE:3"
    accepted = invitation(card(), COFFEE, Person("", "an@example.com", "ACCEPTED", ""), made_at=MADE)
    assert "RSVP" not in value(accepted, "ATTENDEE")
    assert "CN=" not in value(accepted, "ATTENDEE")


def test_a11_status_and_who_waits() -> None:
    data = invitation(card(), COFFEE, AN, made_at=MADE)
    assert {"STATUS:CONFIRMED", "TRANSP:OPAQUE", "CLASS:PUBLIC"} <= set(lines(data))
    waiting = invitation(
        card(is_private=True), COFFEE, AN, made_at=MADE, status="TENTATIVE", summary_prefix="Danh sách chờ:"
    )
    assert {"STATUS:TENTATIVE", "CLASS:PRIVATE"} <= set(lines(waiting))
    assert value(waiting, "SUMMARY").startswith("SUMMARY:Danh sách chờ: Kỳ 37")


def test_a12_a13_places_links_and_texts() -> None:
    sent = card(
        location="Trung tâm\nXúc tiến",
        geo=(9.1769, 105.15),
        online_url="https://meet.example/a b?x=1&y=2",
        url="https://example.com/r/token\r\nX-EVIL:1",
        agenda_url="https://example.com/agenda.pdf",
        description="Xin mời",
        html_description="<p>Xin mời</p>",
    )
    data = invitation(sent, COFFEE, AN, made_at=MADE)
    assert value(data, "LOCATION") == "LOCATION:Trung tâm Xúc tiến"
    assert value(data, "GEO") == "GEO:9.1769;105.15"
    assert value(data, "CONFERENCE") == "CONFERENCE;VALUE=URI:https://meet.example/a%20b?x=1&y=2"
    assert value(data, "DESCRIPTION") == "DESCRIPTION:Xin mời\\n\\nhttps://meet.example/a%20b?x=1&y=2"
    assert "?x=1&amp\\;y=2" in value(data, "X-ALT-DESC")
    assert value(data, "ATTACH") == "ATTACH:https://example.com/agenda.pdf"
    assert value(data, "URL") == "URL:https://example.com/r/token%20X-EVIL:1"
    assert not [line for line in lines(data) if line.startswith("X-EVIL")]
    plain = invitation(card(online_url="https://m.example/1"), COFFEE, AN, made_at=MADE)
    assert value(plain, "DESCRIPTION") == "DESCRIPTION:https://m.example/1"
    assert not [line for line in lines(plain) if line.startswith("X-ALT-DESC")]


def test_a14_an_alarm_where_it_is_asked_for() -> None:
    data = invitation(card(), COFFEE, AN, made_at=MADE, alarm=timedelta(days=1, hours=2))
    assert {"ACTION:DISPLAY", "TRIGGER:-P1DT2H"} <= set(lines(data))
    assert "BEGIN:VALARM" not in lines(invitation(card(), COFFEE, AN, made_at=MADE))
    assert "BEGIN:VALARM" not in lines(cancellation(card(), COFFEE, AN, made_at=MADE))


def test_a15_a_cancel() -> None:
    person = replace(AN, partstat="ACCEPTED")
    data = cancellation(card(sequence=2, description="x"), COFFEE, person, made_at=MADE, summary_prefix="Hủy:")
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:2"} <= set(lines(data))
    assert value(data, "SUMMARY") == "SUMMARY:Hủy: Kỳ 37: Thuế\\, hóa đơn"
    assert value(data, "DTSTART") == "DTSTART;TZID=Asia/Ho_Chi_Minh:20261128T073000"
    assert "RSVP" not in value(data, "ATTENDEE")
    assert value(data, "ORGANIZER")
    assert not [line for line in lines(data) if line.startswith("DESCRIPTION")]


def test_a16_broken_text_is_refused() -> None:
    with pytest.raises(InvalidInput):
        invitation(card(title="a\ud800"), COFFEE, AN, made_at=MADE)


def test_b_series_and_their_occurrences() -> None:
    week = timedelta(weeks=1)
    start, end = card().starts_at, card().ends_at
    master = card(rrule="FREQ=WEEKLY;BYDAY=SA;UNTIL=20270301T000000Z", exdates=(start + 3 * week, start + 2 * week))
    moved = card(starts_at=start + week + timedelta(hours=2), ends_at=end + week + timedelta(hours=2),
                 recurrence_id=start + week)  # fmt: skip
    data = invitation(master, COFFEE, AN, made_at=MADE, overrides=[moved])
    assert value(data, "RRULE") == "RRULE:FREQ=WEEKLY;UNTIL=20270301T000000Z;BYDAY=SA"
    assert value(data, "EXDATE") == "EXDATE;TZID=Asia/Ho_Chi_Minh:20261212T073000,20261219T073000"
    assert value(data, "RECURRENCE-ID") == "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261205T073000"
    alone = invitation(moved, COFFEE, AN, made_at=MADE)
    assert not [line for line in lines(alone) if line.startswith("RRULE")]
    assert value(cancellation(moved, COFFEE, AN, made_at=MADE), "RECURRENCE-ID")


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;COUNT=3;UNTIL=20270301T000000Z", "FREQ=WEEKLY;UNTIL=20270301", "FREQ=X"])
def test_b1_a_malformed_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError):
        invitation(card(rrule=rule), COFFEE, AN, made_at=MADE)
