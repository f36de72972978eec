"""From an invitation by SMTP to an answer by LMTP, over real sockets; bounces and issues the same way."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select

from meetup.api import Contact, Issue, Outgoing, Session
from meetup.issues.models import Attachment
from meetup.outbox.worker import drain
from meetup.sessions import service as sessions
from tests.domain import answers
from tests.domain.answering import answer_to, reply_address
from tests.factories import make_registration, make_session, sign_in

SHAPES: dict[str, Callable[[str], bytes]] = {
    "gmail": answers.gmail,
    "outlook": answers.outlook,
    "apple": answers.apple,
}


def hand_over(lmtp: tuple[str, int], raw: bytes, *to: str, sender: str = "lan@tomdatmui.vn") -> dict[str, Any]:
    """What the operator's mail server does; gives the recipients that were refused."""
    with smtplib.LMTP(*lmtp) as server:
        return server.sendmail(sender, list(to), raw)


def report(*, recipient: str, action: str = "failed", status: str = "5.1.1", message_id: str = "<x@y>") -> bytes:
    """A report of delivery as mail servers send it."""
    return (
        f"From: MAILER-DAEMON@mx.example\r\nMessage-ID: <{action}{status}@mx.example>\r\n"
        "Auto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_an_answer_becomes_the_registrations(shape: str, post: Any, lmtp: Any, mount: Any, client: Any) -> None:
    mail = post.invite()
    to = reply_address(mail)
    assert to.startswith("coffee+r")
    assert mail.envelope_from.startswith("coffee+b")
    assert "coffee@province.example" in str(mail["From"])
    event = "" if shape == "apple" else "COMMENT:Xin chỗ gần cửa\\, cảm ơn"
    assert hand_over(lmtp, SHAPES[shape](answer_to(mail, event=event)), to) == {}
    assert post.state() == "confirmed"
    (row,) = post.received()
    assert (row.kind, row.state, row.is_applied, row.partstat) == ("reply", "done", True, "ACCEPTED")
    assert row.comment == ("" if shape == "apple" else "Xin chỗ gần cửa, cảm ơn")
    drain(mount)
    assert post.sent("calendar_confirmed")[0].state == "sent"
    with post.work(write=False) as w:
        slug = w.db.scalars(select(Session.slug)).one()
    sign_in(mount)
    shown = client.get(f"/organize/sessions/{slug}/?lang=en").text
    assert ("Xin chỗ gần cửa" in shown) == bool(event)

    declined = SHAPES[shape](answer_to(mail, "DECLINED", stamp="20261102T090000Z"))
    hand_over(lmtp, declined, to)
    assert post.state() == "declined"


def test_a_forged_answer_changes_nothing_and_is_shown(post: Any, lmtp: Any, mount: Any, client: Any) -> None:
    first, second = post.invite(1), post.invite(2)
    mine = reply_address(first)
    token = mine.partition("-")[2].partition("@")[0]
    wrong = mine.replace(token, ("a" if token[0] != "a" else "b") + token[1:])
    # From alone, a guessed secret, and another one's secret.
    for n, (to, mail) in enumerate([("coffee@province.example", first), (wrong, first), (mine, second)]):
        raw = answers.gmail(answer_to(mail)).replace(b"lan@tomdatmui.vn", mail.envelope_to[0].encode())
        hand_over(lmtp, b"Message-ID: <%d@x>\r\n" % n + raw, to)
    assert (post.state(1), post.state(2)) == ("invited", "invited")
    rows = post.received()
    assert [(row.kind, row.state, row.is_applied) for row in rows] == [("reply", "waiting", False)] * 3
    sign_in(mount)
    page = client.get("/organize/mailbox/?lang=en").text
    assert "It is not proven that the answer is this person" in page
    # The organiser, who knows whose it is, lets it count.
    done = client.fill(f"/organize/mailbox/{rows[0].id}", form=f"/organize/mailbox/{rows[0].id}/take")
    assert done.status_code == 200
    assert (post.state(1), post.state(2)) == ("confirmed", "invited")


def test_an_acceptance_of_a_full_session_waits_and_hears_so(post: Any, lmtp: Any, mount: Any) -> None:
    mail = post.invite(1, capacity=1)
    with post.work() as w:
        make_registration(w, w.db.scalars(select(Session)).one(), 2)
        w.commit()
    hand_over(lmtp, answers.outlook(answer_to(mail)), reply_address(mail))
    assert post.state(1) == "waitlisted"
    drain(mount)
    assert [row.state for row in post.sent("calendar_waitlisted")] == ["sent"]


def test_an_answer_that_comes_too_late_is_answered(post: Any, lmtp: Any, mount: Any, clock: Any, smtp: Any) -> None:
    mail = post.invite()
    clock.travel(to="2026-11-28T08:00")
    hand_over(lmtp, answers.gmail(answer_to(mail)), reply_address(mail))
    assert post.state() == "invited"
    drain(mount)
    said = smtp.last("dn1@example.com")
    assert "Registration for this session is closed." in said.text
    assert post.received()[0].state == "done"


def test_an_acceptance_of_the_old_time_does_not_count_for_the_new_one(post: Any, lmtp: Any, mount: Any) -> None:
    mail = post.invite()
    with post.work() as w:
        session = w.db.scalars(select(Session)).one()
        sessions.update(
            w, session, starts_at=session.starts_at.replace(hour=1), ends_at=session.ends_at.replace(hour=3)
        )
        w.commit()
    drain(mount)
    hand_over(lmtp, answers.gmail(answer_to(mail)), reply_address(mail))
    assert post.state() == "invited"
    assert post.received()[0].state == "waiting"
    hand_over(lmtp, answers.gmail(answer_to(mail, "DECLINED", stamp="20261102T090000Z")), reply_address(mail))
    assert post.state() == "declined"


def test_another_time_is_proposed_and_refused(post: Any, lmtp: Any, mount: Any, client: Any, smtp: Any) -> None:
    mail = post.invite()
    everyone = "ATTENDEE:mailto:dn1@example.com\r\nATTENDEE:mailto:somebody@else.example"
    raw = answers.outlook(answer_to(mail, method="COUNTER", attendee=everyone, event="COMMENT:Chiều được không?"))
    hand_over(lmtp, raw, reply_address(mail))
    assert post.state() == "invited"
    sign_in(mount)
    assert "Chiều được không?" in client.get("/organize/mailbox/?lang=en").text
    done = client.fill("/organize/mailbox/", {"words": "Rất tiếc."}, form="/organize/mailbox/proposals/1/refuse")
    assert done.status_code == 200
    drain(mount)
    said = smtp.last("dn1@example.com")
    assert b"METHOD:DECLINECOUNTER" in said.calendar
    assert b"somebody@else.example" not in said.calendar


@pytest.mark.parametrize("by", ["envelope", "message-id"])
def test_a_hard_bounce_marks_the_address_and_stops_what_waits(
    by: str, post: Any, lmtp: Any, mount: Any, client: Any, smtp: Any
) -> None:
    mail = post.invite()
    to = mail.envelope_from if by == "envelope" else "coffee@province.example"
    told = "<x@y>" if by == "envelope" else mail["Message-ID"]
    hand_over(
        lmtp, report(recipient="dn1@example.com", action="delayed", status="4.4.1", message_id=told), to, sender=""
    )
    with post.work(write=False) as w:
        assert w.db.scalars(select(Contact.email_dead_at)).one() is None
    hand_over(lmtp, report(recipient="dn1@example.com", message_id=told), to, sender="")
    with post.work() as w:
        assert w.db.scalars(select(Contact.email_dead_at)).one() is not None
        w.db.add(
            Outgoing(
                kind="registration_found",
                recipient="dn1@example.com",
                subject="registration:1",
                context={"registration": 1},
                created_at=w.now,
                not_before=w.now,
            )
        )
        w.commit()
    before = len(smtp.to("dn1@example.com"))
    drain(mount)
    assert len(smtp.to("dn1@example.com")) == before
    sign_in(mount)
    page = client.get("/organize/mailbox/?lang=en").text
    assert "dn1@example.com comes back for good (5.1.1)" in page
    assert [row.kind for row in post.received()] == ["bounce", "bounce"]


def test_a_forged_bounce_marks_nobody(post: Any, lmtp: Any) -> None:
    mail = post.invite()
    signed = mail["Message-ID"]
    for n, (to, told) in enumerate(
        [
            (mail.envelope_from.replace("-", "-a", 1)[:-1] + "e", "<x@y>"),
            ("coffee@province.example", "<outbox-1.0123456789abcdef@province.example>"),
            ("coffee@province.example", signed),
        ]
    ):
        whose = "dn1@example.com" if n < 2 else "other@example.com"
        raw = report(recipient=whose, message_id=told).replace(b"<failed", b"<f%d" % n)
        try:
            hand_over(lmtp, raw, to, sender="")
        except smtplib.SMTPRecipientsRefused:
            continue
    with post.work(write=False) as w:
        assert w.db.scalars(select(Contact.email_dead_at)).one() is None


def write(sender: str, to: str, *, text: str = "Hồ sơ nộp ba tháng chưa có trả lời.", file: bytes = b"") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Lan <{sender}>", to, "Hoàn thuế chậm"
    mail["Message-ID"] = f"<{abs(hash((sender, to, text, file)))}@tomdatmui.vn>"
    mail.set_content(text)
    if file:
        mail.add_attachment(file, maintype="application", subtype="pdf", filename="hồ sơ.pdf")
    return mail.as_bytes()


def test_a_mail_becomes_an_issue_with_its_file(post: Any, lmtp: Any) -> None:
    with post.work() as w:
        make_registration(w, make_session(w), 1)
        w.commit()
    to = "coffee@province.example"
    hand_over(lmtp, write("dn1@example.com", to, file=b"%PDF-1.4\n%%EOF\n"), to)
    with post.work(write=False) as w:
        issue = w.db.scalars(select(Issue)).one()
        assert (issue.title, issue.channel, issue.state) == ("Hoàn thuế chậm", "mail", "submitted")
        assert w.db.scalars(select(Attachment.name)).one() == "hồ sơ.pdf"
    assert post.received()[0].issue_id == issue.id
    assert len(post.sent("issue_received")) == 1


def test_who_is_not_known_or_did_not_agree_raises_no_issue(post: Any, lmtp: Any) -> None:
    post.invite(1)
    to = "coffee@province.example"
    for sender in ("stranger@nowhere.example", "dn1@example.com"):
        hand_over(lmtp, write(sender, to), to)
    with post.work(write=False) as w:
        assert w.db.scalars(select(Issue)).all() == []
    assert [(row.kind, row.state) for row in post.received()] == [("other", "waiting")] * 2
