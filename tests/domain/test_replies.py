"""Answers that calendar programs send, out of the messages they lie in (rules D1, D5–D9)."""

from __future__ import annotations

import base64
import quopri
import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meetup.domain import Reply, Unreadable, mail_address, parse_replies, replies_in
from meetup.domain.bounces import bounces_in
from meetup.domain.mailparts import MAX_CALENDAR, MAX_DEPTH, MAX_MESSAGE, read_message
from meetup.domain.text import clean
from tests.domain.answers import ATTENDEE, UID, apple, calendar, gmail, message, outlook

STAMP = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
PLAIN = Reply("REPLY", UID, ATTENDEE, "ACCEPTED", sequence=1, dtstamp=STAMP)


def why(raw: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        replies_in(raw)
    return caught.value.why


@pytest.mark.parametrize("program", [gmail, outlook, apple])
def test_the_programs_in_use_are_understood(program) -> None:
    assert replies_in(program(calendar())) == (PLAIN,)


@pytest.mark.parametrize(
    "kind",
    [
        "text/calendar",
        "application/ics",
        'application/octet-stream; name="invite.ics"',
        'text/plain; name="INVITE.ICS"',
    ],
)
def test_it_is_found_whatever_its_type_is(kind: str) -> None:
    assert replies_in(message(kind, calendar().encode())) == (PLAIN,)


def test_a_file_name_in_the_disposition_is_enough() -> None:
    raw = message(
        "application/octet-stream", calendar().encode(), disposition="attachment; filename*=utf-8''l%E1%BB%8Bch.ics"
    )
    assert replies_in(raw) == (PLAIN,)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (base64.encodebytes(calendar().encode()), "base64"),
        (quopri.encodestring(calendar().encode()), "quoted-printable"),
        (b"\xef\xbb\xbf" + calendar().encode(), "8bit"),
        (calendar().replace("\r\n", "\n").encode(), "8bit"),
        (base64.encodebytes(calendar().encode("utf-16")), "base64"),
        (base64.encodebytes(calendar().replace("\r\n", "\r\r\n").encode()), "base64"),
    ],
    ids=["base64", "quoted-printable", "BOM", "LF only", "UTF-16", "CR twice"],
)
def test_it_is_read_however_it_was_written(body: bytes, encoding: str) -> None:
    assert replies_in(message("text/calendar", body, encoding=encoding)) == (PLAIN,)


@pytest.mark.parametrize(
    "charset", ["", "; charset=us-ascii", "; charset=iso-8859-1", "; charset=zlib", "; charset=x''y"]
)
def test_a_wrong_or_absent_charset_costs_no_letter(charset: str) -> None:
    raw = message(f"text/calendar{charset}", calendar("COMMENT:Tôi đến muộn").encode())
    assert replies_in(raw)[0].comment == "Tôi đến muộn"


def test_another_charset_is_used_where_it_is_no_utf8() -> None:
    raw = message("text/calendar; charset=iso-8859-1", calendar("COMMENT:déjà").encode("latin-1"))
    assert replies_in(raw)[0].comment == "déjà"


@pytest.mark.parametrize("charset", ["UT\0F-8", "punycode", "utf-7", "hex", "zip"])
def test_no_codec_reads_a_message_because_its_sender_named_it(charset: str) -> None:
    event = f"COMMENT:{'Không đi được. ' * 4_000}"
    begun = time.process_time()
    found = replies_in(message(f'text/calendar; method=REPLY; charset="{charset}"', calendar(event=event).encode()))
    assert [one.partstat for one in found] == ["ACCEPTED"]
    report = message(f'multipart/report; report-type=delivery-status; charset="{charset}"', "Đi đâu".encode() * 9_000)
    assert bounces_in(read_message(report)) == ()
    assert time.process_time() - begun < 5


def test_a_line_folded_in_the_midst_of_a_letter_is_whole_again() -> None:
    raw = calendar("COMMENT:Tiếng").encode().replace("ế".encode(), b"\xe1\xba\r\n \xbf")
    assert replies_in(message("text/calendar", raw))[0].comment == "Tiếng"


def test_the_method_may_stand_inside_or_outside_alone() -> None:
    assert replies_in(message("text/calendar; method=reply", calendar(method="").encode())) == (PLAIN,)
    assert replies_in(message("text/calendar", calendar().encode())) == (PLAIN,)
    assert replies_in(message("text/calendar; method=REQUEST", calendar().encode())) == (PLAIN,)
    assert why(message("text/calendar", calendar(method="").encode())) == "no_answer"
    assert why(message("text/calendar; method=REPLY", calendar(method="REQUEST").encode())) == "no_answer"


def test_a_message_without_a_calendar_has_no_answers() -> None:
    assert replies_in(b"From: a@b.vn\r\nSubject: x\r\n\r\nhello") == ()
    assert replies_in(b"") == ()


def test_what_is_in_a_forwarded_message_is_nobodys_answer() -> None:
    assert replies_in(message("message/rfc822", outlook(calendar()))) == ()


@pytest.mark.parametrize(
    "written",
    [
        "mailto:lan@tomdatmui.vn",
        "MAILTO:Lan@TomDatMui.VN",
        "lan@tomdatmui.vn",
        '"mailto:lan@tomdatmui.vn"',
        "mailto:<lan%40tomdatmui.vn>",
    ],
)
def test_one_address_has_many_ways_to_be_written(written: str) -> None:
    assert mail_address(written) == ATTENDEE
    assert replies_in(outlook(calendar(attendee=f"ATTENDEE;PARTSTAT=ACCEPTED:{written}"))) == (PLAIN,)


def test_a_comment_keeps_its_lines_and_other_properties_break_nothing() -> None:
    (answer,) = parse_replies(
        calendar("COMMENT:Một\\, hai\\nba\nCOMMENT:bốn\nX-MS-OLK-ODD;X=1:…\nX:\x01").replace("\r\n", "\n")
    )
    assert answer.comment == "Một, hai\nba\nbốn"


def test_a_delegation_names_the_delegate() -> None:
    line = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Minh@tomdatmui.vn":mailto:{ATTENDEE}'
    (answer,) = replies_in(outlook(calendar(attendee=line)))
    assert (answer.partstat, answer.delegated_to) == ("DELEGATED", ("minh@tomdatmui.vn",))


ZONE = """
BEGIN:VTIMEZONE
TZID:Bangkok and Hanoi
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0700
TZOFFSETTO:+0700
RRULE:FREQ=SECONDLY
END:STANDARD
END:VTIMEZONE
"""


@pytest.mark.parametrize(
    "tzid", ["Asia/Ho_Chi_Minh", "SE Asia Standard Time", '"Bangkok and Hanoi"', "/example.org/2026/Asia/Ho_Chi_Minh"]
)
def test_one_occurrence_is_named_by_its_original_start(tzid: str) -> None:
    (answer,) = replies_in(outlook(calendar(f"RECURRENCE-ID;TZID={tzid}:20261203T073000", more=ZONE)))
    assert answer.recurrence_id == datetime(2026, 12, 3, 0, 30, tzinfo=UTC)
    assert not answer.this_and_future


def test_a_day_and_a_range_are_told_apart() -> None:
    (answer,) = replies_in(outlook(calendar("RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20261203")))
    assert (answer.recurrence_id, answer.this_and_future) == (date(2026, 12, 3), True)


def test_an_occurrence_that_cannot_be_told_is_not_taken_for_the_whole_series() -> None:
    assert why(outlook(calendar("RECURRENCE-ID;TZID=Nowhere/Land:20261203T073000"))) == "no_zone"
    assert why(outlook(calendar("RECURRENCE-ID:20261303T073000Z"))) == "broken"
    assert why(outlook(calendar("RECURRENCE-ID:20261203T003000Z\nRECURRENCE-ID:20261204T003000Z"))) == "broken"


def test_a_counter_proposes_a_time() -> None:
    (answer,) = replies_in(outlook(calendar("COMMENT:Later?", method="COUNTER", partstat="TENTATIVE")))
    assert answer.proposed_start == datetime(2026, 12, 3, 0, 30, tzinfo=UTC)
    assert answer.proposed_end == datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
    assert (answer.method, answer.comment) == ("COUNTER", "Later?")


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        ("DTSTART:20261204T010000Z\nDURATION:PT90M", datetime(2026, 12, 4, 2, 30, tzinfo=UTC)),
        ("DTSTART:20261204T010000Z", None),
        ("DTSTART;VALUE=DATE:20261204\nDTEND;VALUE=DATE:20261205", date(2026, 12, 5)),
    ],
)
def test_a_counter_may_give_its_end_in_other_ways(lines: str, end: date | None) -> None:
    whole = calendar(lines, method="COUNTER")
    answers = replies_in(
        outlook(whole.replace("DTSTART:20261203T003000Z\r\n", "").replace("DTEND:20261203T020000Z\r\n", ""))
    )
    assert answers[0].proposed_end == end


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("DTSTART:20261203T003000Z", "DTSTART:20261203T003000", "no_zone"),
        ("DTSTART:20261203T003000Z", "DTSTART;VALUE=DATE:20261203", "broken"),
        ("DTSTART:20261203T003000Z", "DTSTART:20261204T003000Z", "broken"),
        ("DTSTART:20261203T003000Z", "X-START:20261203T003000Z", "broken"),
        ("DTEND:20261203T020000Z", "DURATION:P99999999999999D", "broken"),
        ("DTEND:20261203T020000Z", "DURATION:long", "broken"),
    ],
)
def test_a_proposal_that_is_no_time_is_refused(old: str, new: str, reason: str) -> None:
    assert why(outlook(calendar(method="COUNTER").replace(old, new))) == reason
    assert replies_in(outlook(calendar().replace(old, new))) == (PLAIN,)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("END:VCALENDAR", ""),
        lambda text: text.replace("END:VEVENT", "END:VTODO"),
        lambda text: text.replace("SEQUENCE:1", "SEQUENCE:99999999999"),
        lambda text: text.replace("SEQUENCE:1", "SEQUENCE:-1"),
        lambda text: text.replace(f"UID:{UID}\r\n", ""),
        lambda text: text.replace("ATTENDEE", "X-ATTENDEE"),
        lambda text: text.replace("mailto:lan@tomdatmui.vn", "mailto:"),
        lambda text: text.replace("20261127T080000Z", "yesterday"),
        lambda text: "this is no calendar",
        lambda text: "",
    ],
)
def test_what_is_broken_is_refused(damage) -> None:
    assert why(outlook(damage(calendar()))) == "broken"


def nested(levels: int) -> bytes:
    heads = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(levels))
    ends = "".join(f"\r\n--b{n}--\r\n" for n in reversed(range(levels)))
    return f"{heads}Content-Type: text/calendar; method=REPLY\r\n\r\n{calendar()}{ends}".encode()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (message("text/calendar", calendar("COMMENT:" + "x" * MAX_CALENDAR).encode()), "calendar_too_large"),
        (message("text/calendar", b"x" * (5 * MAX_CALENDAR)), "calendar_too_large"),
        (b"x" * (MAX_MESSAGE + 1), "message_too_large"),
        (b"\n" * (MAX_MESSAGE // 2), "message_too_large"),
        (nested(2 * MAX_DEPTH) + b"\n" * 1_000_000, "message_too_large"),
        (outlook(calendar("BEGIN:VALARM\nEND:VALARM\n" * 1_000)), "too_many"),
        (outlook(calendar("BEGIN:VALARM\n" * 30_000)), "too_many"),
        (outlook(calendar(attendee="ATTENDEE:mailto:a@b.vn\n" * 30_000)), "too_many"),
        (nested(MAX_DEPTH + 1), "too_deep"),
        (nested(20_000), "too_deep"),
        (message('application/octet-stream; name="a.ics"', b"PK\x03\x04" + b"\0" * 1_000), "packed"),
    ],
    ids=[
        "text",
        "undecoded",
        "message",
        "empty lines",
        "lines within parts",
        "flat",
        "nested",
        "attendees",
        "51 deep",
        "20,000 deep",
        "zip",
    ],
)
def test_what_is_over_a_bound_is_refused_at_once(raw: bytes, reason: str) -> None:
    began = time.process_time()
    assert why(raw) == reason
    assert time.process_time() - began < 2


def test_what_is_within_the_bounds_is_read() -> None:
    assert replies_in(nested(MAX_DEPTH)) == (PLAIN,)


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=SECONDLY;INTERVAL=0", "FREQ=YEARLY;BYDAY=" + "MO," * 100_000])
def test_a_rule_of_recurrence_is_never_looked_at(rule: str) -> None:
    began = time.process_time()
    assert replies_in(outlook(calendar(f"RRULE:{rule}", more=ZONE))) == (PLAIN,)
    assert time.process_time() - began < 2


LINES = st.lists(
    st.sampled_from(calendar("COMMENT:a\nRECURRENCE-ID:20261203T003000Z", method="COUNTER", more=ZONE).split("\r\n"))
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=40),
    max_size=40,
)


@given(LINES)
@example(["BEGIN:VCALENDAR", "END:VCALENDAR", "END:VCALENDAR"])
def test_any_lines_are_answers_or_refused(lines: list[str]) -> None:
    try:
        answers = parse_replies("\n".join(lines), "REPLY")
    except Unreadable:
        return
    assert all(answer.uid and "@" in answer.attendee for answer in answers)


@given(st.binary(max_size=400), st.integers(0, 2_000), st.sampled_from([gmail, outlook, apple]))
def test_any_octets_are_answers_or_refused(octets: bytes, at: int, program) -> None:
    raw = program(calendar("COMMENT:a"))
    try:
        replies_in(raw[:at] + octets + raw[at + len(octets) :])
        replies_in(octets)
        replies_in(message("text/calendar", octets))
    except Unreadable:
        return


@given(
    st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"]),
    st.integers(0, 2**31 - 1),
    st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=60),
    st.sampled_from([gmail, outlook]),
)
def test_what_was_answered_comes_out_of_the_message(partstat: str, sequence: int, words: str, program) -> None:
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = calendar(f"COMMENT:{escaped}", partstat=partstat).replace("SEQUENCE:1", f"SEQUENCE:{sequence}")
    (answer,) = replies_in(program(text))
    assert (answer.partstat, answer.sequence) == (partstat, sequence)
    assert answer.comment == clean(words, multiline=True)
