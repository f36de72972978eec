"""Reports of delivery and automatic mail, told from what people write (rules D10 and D11)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetup.domain import Bounce, Unreadable, bounces_in, is_automatic, read_message
from tests.domain.answers import calendar, outlook

RETURNED = (
    "Content-Type: message/rfc822\r\n\r\nMessage-ID: <outbox-7.ab@example.vn>\r\nSubject: Coffee\r\n\r\nHello\r\n"
)
HEADERS = "Content-Type: text/rfc822-headers\r\n\r\nSubject: Coffee\r\nMessage-ID:\r\n <outbox-7.ab@example.vn>\r\n"


def report(
    *recipients: tuple[str, str], returned: str = RETURNED, kind: str = "report; report-type=delivery-status"
) -> bytes:
    """A report about `recipients`, each with its action and status."""
    blocks = "".join(
        f"\r\nFinal-Recipient: rfc822; Lan@TomDatMui.vn\r\nAction: {action}\r\nStatus: {status}\r\n"
        for action, status in recipients
    )
    return (
        f'Return-Path: <>\r\nSubject: Undelivered\r\nContent-Type: multipart/{kind}; boundary="r"\r\n\r\n'
        "--r\r\nContent-Type: text/plain\r\n\r\nSorry\r\n"
        f"--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.vn\r\n{blocks}"
        f"\r\n--r\r\n{returned}\r\n--r--\r\n"
    ).encode()


@pytest.mark.parametrize("returned", [RETURNED, HEADERS], ids=["message", "header"])
def test_a_failure_names_the_recipient_and_the_message(returned: str) -> None:
    (bounce,) = bounces_in(read_message(report(("failed", "5.1.1 (no such user)"), returned=returned)))
    assert bounce == Bounce("lan@tomdatmui.vn", "failed", "5.1.1", "<outbox-7.ab@example.vn>")
    assert bounce.permanent


@pytest.mark.parametrize(
    ("action", "status"),
    [("delayed", "4.4.1"), ("failed", "4.4.7"), ("delayed", "5.0.0"), ("delivered", "2.0.0"), ("failed", "what")],
)
def test_only_a_failure_of_class_five_is_for_good(action: str, status: str) -> None:
    (bounce,) = bounces_in(read_message(report((action, status))))
    assert not bounce.permanent


def test_each_recipient_has_its_own_word() -> None:
    bounces = bounces_in(read_message(report(("failed", "5.1.1"), ("delayed", "4.4.1"), returned="\r\n")))
    assert [(one.action, one.permanent, one.message_id) for one in bounces] == [
        ("failed", True, ""),
        ("delayed", False, ""),
    ]


@pytest.mark.parametrize("kind", ["mixed", "report", "report; report-type=disposition-notification"])
def test_what_only_looks_like_a_report_is_none(kind: str) -> None:
    assert bounces_in(read_message(report(("failed", "5.1.1"), kind=kind))) == ()


def test_what_a_person_quotes_is_no_report() -> None:
    raw = b"From: lan@tomdatmui.vn\r\n\r\n> Final-Recipient: rfc822; a@b.vn\r\n> Action: failed\r\n> Status: 5.1.1\r\n"
    assert bounces_in(read_message(raw)) == ()


def test_a_report_about_too_many_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        bounces_in(read_message(report(*[("failed", "5.1.1")] * 1_001)))
    assert caught.value.why == "too_many"


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=x@y.vn",
        "Return-Path: <>",
        "Precedence: bulk",
        "List-Id: <coffee.example.vn>",
        "X-Autoreply: yes",
    ],
)
def test_what_a_program_wrote_is_automatic(line: str) -> None:
    assert is_automatic(read_message(f"{line}\r\nFrom: a@b.vn\r\n\r\nI am away".encode()))


def test_what_a_person_wrote_is_not() -> None:
    by_hand = read_message(b"Auto-Submitted: no\r\nReturn-Path: <a@b.vn>\r\nFrom: a@b.vn\r\n\r\nAuto-Submitted: x")
    assert not is_automatic(by_hand)
    assert not is_automatic(by_hand, "a@b.vn")
    assert is_automatic(by_hand, "")
    assert is_automatic(by_hand, "<>")
    assert not is_automatic(read_message(outlook(calendar())))
    assert is_automatic(read_message(report(("failed", "5.1.1"))))


@given(st.binary(max_size=200), st.integers(0, 700))
def test_any_octets_are_a_report_or_none(octets: bytes, at: int) -> None:
    raw = report(("failed", "5.1.1"))
    message = read_message(raw[:at] + octets + raw[at + len(octets) :])
    assert isinstance(is_automatic(message), bool)
    assert all(bounce.action for bounce in bounces_in(message))
