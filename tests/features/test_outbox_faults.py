"""What fails on the way, and what becomes of the message: tried again, dead, paused, sent once more (F2 to F4)."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import flask_mail
import pytest

from meetup.errors import InvalidInput
from meetup.outbox import addresses, queries
from meetup.outbox.models import TransportState
from meetup.outbox.notice import Expired, Superseded
from meetup.outbox.worker import drain, send_one
from meetup.plugins.hookspecs import hookimpl
from tests.features.outboxing import Letters
from tests.rig.clock import SettableClock
from tests.rig.mail import SmtpServer


@pytest.fixture
def letters(mount: Any) -> Letters:
    return Letters(mount)


def transport(mount: Any) -> TransportState | None:
    with mount.work(write=False) as work:
        found: TransportState | None = work.db.get(TransportState, "mail")
        return found


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("RCPT", "450 4.2.1 greylisted"),
        ("RCPT", "452 4.2.2 mailbox full"),
        ("MAIL", "451 4.7.1 too fast"),
        ("DATA", "451 4.3.0 try later"),
        ("MAIL", "421 4.3.2 closing"),
    ],
)
def test_a_passing_fault_is_tried_again(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock, command: str, reply: str
) -> None:
    row = letters.add("a@enterprise.example")
    smtp.answer_next(command, reply)
    assert drain(mount)["failed"] == 1
    waiting = letters.row(row)
    assert (waiting.state, waiting.attempts, waiting.attempted_at) == ("queued", 1, None)
    assert reply[4:] in waiting.reason
    assert timedelta(minutes=1.6) <= waiting.not_before - clock.now <= timedelta(minutes=2.4)
    clock.travel(minutes=3)
    assert drain(mount)["sent"] == 1
    assert len(smtp.messages) == 1


def test_the_wait_doubles_up_to_six_hours_and_ends_after_five_days(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    row = letters.add("a@enterprise.example")
    begun, waits = clock.now, []
    smtp.answer_next("RCPT", "450 not now", times=200)
    while (now := letters.row(row)).state == "queued":
        clock.travel(to=max(now.not_before, clock.now))
        drain(mount)
        waits.append(letters.row(row).not_before - clock.now)
    assert now.attempts > 10
    for number, wait in enumerate(waits[:8], 1):
        assert 0.8 <= wait / timedelta(minutes=2**number) <= 1.2
    assert max(waits) <= timedelta(hours=7.2)
    assert letters.row(row).state == "dead"
    assert timedelta(days=5) <= clock.now - begun <= timedelta(days=5, hours=8)


@pytest.mark.parametrize("down", ["refused", "EHLO", "MAIL"])
def test_a_server_that_is_away_kills_nothing(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock, down: str
) -> None:
    rows = [letters.add(f"p{number}@enterprise.example") for number in range(3)]
    if down == "refused":
        smtp.stop()
    else:
        smtp.drop_next(down)
    assert drain(mount)["failed"] == 1, "the others need not ask a server that is away"
    if down == "refused":
        smtp.start()
    clock.travel(minutes=3)
    drain(mount)
    assert [letters.row(row).state for row in rows] == ["sent"] * 3
    assert len(smtp.messages) == 3


def test_a_refused_recipient_is_dead_alone_and_gets_no_more(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    row = letters.add("gone@enterprise.example")
    other = letters.add("b@enterprise.example")
    smtp.answer_next("RCPT", "550 5.1.1 no such user here")
    counts = drain(mount)
    assert (counts["dead"], counts["sent"]) == (1, 1)
    assert "550 5.1.1 no such user here" in letters.row(row).reason
    assert letters.row(other).state == "sent"
    later = letters.add("Gone@enterprise.example")
    assert drain(mount)["superseded"] == 1
    assert letters.row(later).reason == "the address cannot be reached"


def test_a_recipient_refused_for_policy_is_not_unknown(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    row = letters.add("a@enterprise.example")
    smtp.answer_next("RCPT", "550 5.7.1 not from you")
    drain(mount)
    assert letters.row(row).state == "dead"
    with mount.work(write=False) as work:
        assert not addresses.is_dead(work, "a@enterprise.example")


def test_listeners_hear_of_a_dead_address(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    heard: list[str] = []

    class Contacts:
        @hookimpl
        def meetup_after_change(self, work: Any, change: Any) -> None:
            if change.name == "address.bounce":
                heard.append(change.thing.recipient)

    mount.plugins.register(Contacts(), "contacts")
    letters.add("gone@enterprise.example")
    smtp.answer_next("RCPT", "550 5.1.1 unknown")
    drain(mount)
    assert heard == ["gone@enterprise.example"]


@pytest.mark.parametrize(("command", "reply"), [("MAIL", "550 5.7.1 sender refused"), ("DATA", "550 5.7.0 no")])
def test_an_ill_transport_pauses_the_queue_and_kills_nothing(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock, command: str, reply: str
) -> None:
    rows = [letters.add(f"p{number}@enterprise.example") for number in range(3)]
    smtp.answer_next(command, reply)
    counts = drain(mount)
    assert (counts["failed"], counts["sent"], counts["dead"], counts["waiting"]) == (1, 0, 0, 2)
    ill = transport(mount)
    assert ill is not None and reply in ill.alarm
    with mount.work(write=False) as work:
        assert not queries.health(work.db, work.now).is_well
    assert letters.row(rows[0]).attempts == 0
    clock.travel(minutes=5, seconds=1)
    drain(mount)
    assert [letters.row(row).state for row in rows] == ["sent"] * 3
    well = transport(mount)
    assert well is not None and well.alarm == ""


@pytest.mark.parametrize(
    "settings",
    [{"MEETUP_MAIL_FROM": "", "MAIL_DEFAULT_SENDER": None, "MEETUP_BASE_URL": "http://[::1]:5000"}],
)
def test_a_sender_that_is_no_address_pauses_the_queue_and_kills_nothing(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock, runner: Any
) -> None:
    rows = [letters.add(f"p{number}@enterprise.example") for number in range(3)]
    counts = drain(mount)
    assert (counts["failed"], counts["sent"], counts["dead"], counts["waiting"]) == (1, 0, 0, 2)
    ill = transport(mount)
    assert ill is not None and "meetup@::1" in ill.alarm and "MEETUP_MAIL_FROM" in ill.alarm
    assert "meetup@::1" in runner.invoke(args=["meetup", "check"]).output
    mount.app.config["MAIL_DEFAULT_SENDER"] = "Cà phê <coffee@province.example>"
    clock.travel(minutes=5, seconds=1)
    drain(mount)
    assert [letters.row(row).state for row in rows] == ["sent"] * 3
    assert smtp.last()["From"].endswith("<coffee@province.example>")


def test_what_a_notice_finds_wrong_is_tried_again(mount: Any, letters: Letters, clock: SettableClock) -> None:
    def refuse(*_: Any) -> None:
        raise InvalidInput("venue", "There is no venue.")

    row = letters.add("a@enterprise.example")
    letters.look = refuse
    assert drain(mount)["failed"] == 1
    letters.look = lambda *_: None
    clock.travel(minutes=3)
    assert drain(mount)["sent"] == 1
    assert letters.row(row).state == "sent"


def test_a_wrong_password_kills_nothing(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def login(*_: Any, **__: Any) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 bad credentials")

    rows = [letters.add(f"p{number}@enterprise.example") for number in range(3)]
    state = mount.app.extensions["mail"]
    state.username, state.password = "coffee", "wrong"
    monkeypatch.setattr(smtplib.SMTP, "login", login)
    for _ in range(4):
        assert drain(mount)["dead"] == 0
        clock.travel(minutes=6)
    ill = transport(mount)
    assert ill is not None and "535 5.7.8 bad credentials" in ill.alarm
    state.username = None
    drain(mount)
    assert [letters.row(row).state for row in rows] == ["sent"] * 3


def test_content_refused_twice_is_a_dead_letter_alone(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    row, other = letters.add("a@enterprise.example"), letters.add("b@enterprise.example")
    smtp.answer_next("DATA", "554 5.6.0 looks like spam")
    assert drain(mount) | {} == drain(mount) | {"sent": 1, "failed": 1}
    assert (letters.row(row).state, letters.row(other).state) == ("queued", "sent")
    clock.travel(minutes=3)
    smtp.answer_next("DATA", "554 5.6.0 looks like spam")
    assert drain(mount)["dead"] == 1
    assert transport(mount) is None


def test_one_message_cannot_stop_the_queue_for_ever(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    poison = letters.add("a@enterprise.example")
    for number in range(4):
        smtp.answer_next("DATA", "550 5.7.1 refused")
        drain(mount)
        clock.travel(minutes=6)
        letters.add(f"p{number}@enterprise.example", not_before=clock.now - timedelta(hours=1))
        send_one(mount)
    assert letters.row(poison).state == "dead"


def test_a_lost_answer_sends_again_with_the_same_id_and_is_counted(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    row = letters.add("a@enterprise.example")
    smtp.drop_next("DATA", keep=True)
    assert drain(mount)["failed"] == 1
    assert letters.row(row).attempted_at is not None
    clock.travel(minutes=3)
    counts = drain(mount)
    assert (counts["sent"], counts["maybe_sent_before"]) == (1, 1)
    assert len({mail["Message-ID"] for mail in smtp.messages}) == 1
    assert len(smtp.messages) == 2


class Killed(BaseException):
    """As sudden as a kill: nobody catches it."""


def test_a_death_between_the_servers_answer_and_our_commit(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    rows = [letters.add(f"p{number}@enterprise.example") for number in range(4)]

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with flask_mail.email_dispatched.connected_to(die), pytest.raises(Killed):
        drain(mount)
    assert letters.row(rows[0]).state == "leased"
    clock.travel(minutes=2, seconds=1)
    counts = drain(mount)
    assert (counts["sent"], counts["maybe_sent_before"]) == (4, 1)
    assert {to for mail in smtp.messages for to in mail.envelope_to} == {f"p{n}@enterprise.example" for n in range(4)}
    twice = smtp.to("p0@enterprise.example")
    assert len(twice) == 2
    assert twice[0]["Message-ID"] == twice[1]["Message-ID"]


def test_a_death_before_sending_loses_nothing(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    row = letters.add("a@enterprise.example")

    def die(*_: Any) -> None:
        raise Killed

    letters.look = die
    with pytest.raises(Killed):
        drain(mount)
    letters.look = lambda work, row: None
    clock.travel(minutes=2, seconds=1)
    counts = drain(mount)
    assert (counts["sent"], counts["maybe_sent_before"]) == (1, 0)
    assert letters.row(row).state == "sent"


def test_what_is_no_longer_of_use_is_not_sent(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    late = letters.add("a@enterprise.example", expires_at=clock.now)

    def look(_work: Any, row: Any) -> None:
        raise {"over": Superseded("the session is cancelled"), "late": Expired("it has begun")}[row.context["why"]]

    letters.look = look
    over = letters.add("a@enterprise.example", context={"why": "over"})
    begun = letters.add("a@enterprise.example", context={"why": "late"})
    counts = drain(mount)
    assert (counts["expired"], counts["superseded"], len(smtp.messages)) == (2, 1, 0)
    assert [letters.row(row).reason for row in (late, over, begun)] == [
        "it would come too late",
        "the session is cancelled",
        "it has begun",
    ]


def test_a_notice_that_breaks_holds_nobody_up(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    def look(_work: Any, row: Any) -> None:
        if row.context.get("broken"):
            raise KeyError("nothing")

    letters.look = look
    broken = letters.add("a@enterprise.example", context={"broken": True})
    unknown = letters.add("a@enterprise.example", "no_such_kind")
    letters.add("b@enterprise.example")
    counts = drain(mount)
    assert (counts["failed"], counts["sent"]) == (2, 1)
    assert letters.row(broken).state == letters.row(unknown).state == "queued"
    assert "no_such_kind" in letters.row(unknown).reason


def test_what_happens_after_sending_commits_with_it_and_cannot_undo_it(
    mount: Any, letters: Letters, smtp: SmtpServer
) -> None:
    def fail() -> None:
        raise RuntimeError("afterwards")

    letters.after_sent = fail
    row = letters.add("a@enterprise.example")
    drain(mount)
    assert letters.row(row).state == "sent"
    assert len(smtp.messages) == 1
