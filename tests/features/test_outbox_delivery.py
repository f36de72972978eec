"""How messages leave: order, leases, failures, crashes. Through a real SMTP socket, on both databases."""

from __future__ import annotations

import smtplib
import threading
import time
from datetime import timedelta
from typing import Any

import flask_mail
import pytest

from meetup.access import SYSTEM
from meetup.outbox import addresses, deadletters, lease, queries
from meetup.outbox import smtp as smtp_channel
from meetup.outbox.delivery import deliver_several
from meetup.outbox.models import TransportState
from meetup.outbox.notice import Expired, Superseded
from meetup.outbox.worker import drain, due_work, run_for_ever, send_one
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


def test_what_is_due_leaves_once(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    row = letters.add("lan@enterprise.example", name="Nguyễn Thị Lan")
    assert send_one(mount) is True
    assert send_one(mount) is False
    sent = letters.row(row)
    assert (sent.state, sent.title, sent.attempts) == ("sent", "Thử nghiệm", 1)
    mail = smtp.last("lan@enterprise.example")
    assert mail["Message-ID"] == sent.message_id
    kept = queries.as_sent(sent)
    assert kept is not None and kept["Message-ID"] == sent.message_id
    assert len(smtp.messages) == 1


def test_nothing_leaves_before_its_time_or_from_a_transaction_that_failed(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    letters.add("a@enterprise.example", not_before=clock.now + timedelta(hours=1))
    assert not send_one(mount)
    clock.travel(hours=1)
    assert send_one(mount)
    assert len(smtp.messages) == 1


def test_messages_of_one_thread_keep_their_order_while_the_first_waits_for_a_retry(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    for number in (1, 2):
        letters.add("a@enterprise.example", "calendar_test", thread="u1", context={"subject_words": f"n{number}"})
    letters.add("b@enterprise.example", "calendar_test", thread="u1", context={"subject_words": "other"})
    smtp.answer_next("RCPT", "451 4.3.0 later")
    drain(mount)
    assert [mail["Subject"] for mail in smtp.messages] == ["other"]
    clock.travel(minutes=3)
    drain(mount)
    assert [mail["Subject"] for mail in smtp.to("a@enterprise.example")] == ["n1", "n2"]


def test_what_is_planned_for_the_morning_holds_nothing_up(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    letters.add("a@enterprise.example", thread="u1", not_before=clock.now + timedelta(hours=9))
    letters.add("a@enterprise.example", thread="u1", context={"subject_words": "now"})
    drain(mount)
    assert [mail["Subject"] for mail in smtp.messages] == ["now"]


def test_an_update_overtakes_an_unsent_invitation(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    first = letters.add("a@enterprise.example", "calendar_test", thread="u1", replaces=True)
    letters.add("a@enterprise.example", "calendar_test", thread="u1", replaces=True, context={"subject_words": "new"})
    drain(mount)
    assert letters.row(first).state == "superseded"
    assert [mail["Subject"] for mail in smtp.messages] == ["new"]


def test_a_lease_keeps_others_away_until_it_runs_out(mount: Any, letters: Letters, clock: SettableClock) -> None:
    row = letters.add("a@enterprise.example")
    assert lease.claim(mount, clock.now, "one") == row
    assert lease.claim(mount, clock.now, "two") is None
    clock.travel(minutes=2, seconds=1)
    assert lease.claim(mount, clock.now, "two") == row
    assert letters.row(row).lease_owner == "two"


def test_two_workers_at_once_send_each_message_once(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    everyone = {f"p{number}@enterprise.example" for number in range(24)}
    for person in sorted(everyone):
        letters.add(person, thread="u1" if person < "p2" else "")
    workers = [threading.Thread(target=drain, args=(mount,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(to for mail in smtp.messages for to in mail.envelope_to) == sorted(everyone)


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


@pytest.mark.parametrize("settings", [{"MEETUP_MAIL_PER_MINUTE": 2}])
def test_a_domain_gets_so_many_a_minute(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock, settings: Any
) -> None:
    for number in range(5):
        letters.add(f"p{number}@slow.example")
    letters.add("a@other.example")
    assert (drain(mount)["sent"], drain(mount)["waiting"]) == (3, 3)
    clock.travel(seconds=61)
    assert drain(mount)["sent"] == 2
    clock.travel(seconds=61)
    assert drain(mount)["sent"] == 1


@pytest.mark.parametrize("settings", [{"MEETUP_MAIL_PER_MINUTE_IN_ALL": 3, "MEETUP_MAIL_PER_MINUTE": 2}])
def test_so_many_leave_a_minute_in_all(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock, settings: Any
) -> None:
    for number in range(3):
        letters.add(f"p{number}@slow.example")
    for number in range(5):
        letters.add(f"p{number}@d{number}.example")
    left = []
    for _ in range(4):
        left.append((clock.now, drain(mount)["sent"]))
        assert drain(mount)["sent"] == 0, "the minute is not over"
        clock.travel(seconds=59)
        assert drain(mount)["sent"] == 0, "not yet"
        clock.travel(seconds=2)
    assert [count for _at, count in left] == [3, 3, 2, 0]
    assert {len(smtp.to(f"p{number}@slow.example")) for number in range(3)} == {1}


def test_a_batch_that_is_not_finished_goes_back(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    rows = [letters.add(f"p{number}@enterprise.example") for number in range(4)]
    stop = threading.Event()
    letters.look = lambda work, row: stop.set() if row.id == rows[1] else None
    assert [outcome.row_id for outcome in deliver_several(mount, stop=stop)] == rows[:2]
    assert [(letters.row(row).state, letters.row(row).lease_owner) for row in rows] == [("sent", "")] * 2 + [
        ("queued", "")
    ] * 2
    assert drain(mount)["sent"] == 2, "what was given back need not wait for the lease's end"


def test_a_row_that_another_took_over_is_left_to_it(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    rows = [letters.add(f"p{number}@enterprise.example") for number in range(3)]
    assert lease.claim_several(mount, clock.now, "one") == rows
    clock.travel(minutes=3)
    assert lease.claim_several(mount, clock.now, "two", most=2) == rows[:2]
    lease.release(mount, "one", rows)
    assert [letters.row(row).lease_owner for row in rows] == ["two", "two", ""]


def test_what_waits_idle_too_long_is_connected_anew(
    mount: Any, letters: Letters, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    real = smtp_channel.Line.configure_host
    monkeypatch.setattr(smtp_channel.Line, "configure_host", lambda line: opened.append(real(line)) or opened[-1])
    said: list[str] = []
    monkeypatch.setattr(smtplib.SMTP, "noop", lambda host: said.append("NOOP") or host.docmd("noop"))
    monkeypatch.setattr(smtplib.SMTP, "rset", lambda host: said.append("RSET") or host.docmd("rset"))
    for number in range(3):
        letters.add(f"p{number}@enterprise.example")
        assert send_one(mount)
        if number == 1:
            mount.channels["mail"]._kept.line.idle_since -= 61
    assert len(opened) == 2, "the third message came after more than a minute"
    assert said == ["NOOP", "RSET"], "asked whether it still answers, and cleared, before it was used again"
    assert opened[0].timeout == 10


def test_one_connection_carries_many_messages(
    mount: Any, letters: Letters, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    real = smtp_channel.Line.configure_host

    def count(line: Any) -> Any:
        opened.append(line)
        return real(line)

    monkeypatch.setattr(smtp_channel.Line, "configure_host", count)
    monkeypatch.setattr(smtp_channel, "KEEP_MESSAGES", 4)
    for number in range(6):
        letters.add(f"p{number}@enterprise.example")
    drain(mount)
    assert (len(smtp.messages), len(opened)) == (6, 2)


def test_a_connection_that_the_server_ended_costs_nothing(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    letters.add("a@enterprise.example")
    letters.add("b@enterprise.example")
    assert send_one(mount)
    smtp.answer_next("MAIL", "421 4.4.2 idle for too long")
    assert send_one(mount)
    assert len(smtp.messages) == 2


def test_flask_mails_listeners_hear_of_every_message(mount: Any, letters: Letters) -> None:
    letters.add("a@enterprise.example")
    with mount.app.app_context():
        mail = flask_mail.Mail()
        with mail.record_messages() as seen:
            drain(mount)
    assert [(message.subject, message.recipients) for message in seen] == [("Thử nghiệm", ["a@enterprise.example"])]
    assert "Xin chào" in seen[0].body


@pytest.mark.parametrize("settings", [{"MAIL_SUPPRESS_SEND": True}])
def test_a_suppressed_mail_is_not_sent(mount: Any, letters: Letters, smtp: SmtpServer, settings: Any) -> None:
    row = letters.add("a@enterprise.example")
    drain(mount)
    assert (letters.row(row).state, smtp.messages) == ("sent", [])


def test_dead_letters_go_again_when_told(mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock) -> None:
    row = letters.add("a@enterprise.example")
    smtp.answer_next("RCPT", "550 5.1.1 unknown")
    drain(mount)
    with mount.work(SYSTEM) as work:
        assert deadletters.send_all_again(work) == 1
        work.commit()
    drain(mount)
    assert letters.row(row).state == "sent"


def test_old_messages_go(mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock) -> None:
    sent = letters.add("a@enterprise.example")
    drain(mount)
    dead = letters.add("b@enterprise.example")
    smtp.answer_next("RCPT", "550 5.1.1 unknown")
    drain(mount)
    clock.travel(days=91)
    drain(mount)
    with mount.work(write=False) as work:
        assert [row.id for row in queries.messages(work.db, "sent")] == [sent]
        assert queries.messages(work.db, "dead") == [], dead
    clock.travel(days=640)
    drain(mount)
    with mount.work(write=False) as work:
        assert queries.messages(work.db, "sent") == []


def test_due_work_is_asked_for_while_it_finds_something_and_a_fault_is_contained(mount: Any) -> None:
    left = [3]

    class Busy:
        @hookimpl
        def meetup_due_work(self, work: Any) -> dict[str, int]:
            if not left[0]:
                return {}
            left[0] -= 1
            return {"chores": 2}

    class Broken:
        @hookimpl
        def meetup_due_work(self) -> None:
            raise RuntimeError("no")

    mount.plugins.register(Busy(), "busy")
    mount.plugins.register(Broken(), "broken")
    counts = due_work(mount)
    assert (counts["chores"], counts["faults"]) == (6, 1)


def test_the_loops_senders_send_each_message_once(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    everyone = sorted(f"p{number}@enterprise.example" for number in range(50))
    for person in everyone:
        letters.add(person)
    stop = threading.Event()
    loop = threading.Thread(target=run_for_ever, args=(mount, stop, 3))
    loop.start()
    until = time.monotonic() + 60
    while len(smtp.messages) < len(everyone) and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    loop.join(20)
    assert not loop.is_alive()
    assert sorted(to for mail in smtp.messages for to in mail.envelope_to) == everyone


def test_the_loop_sends_and_stops_when_told(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    stop = threading.Event()
    worker = threading.Thread(target=run_for_ever, args=(mount, stop))
    worker.start()
    letters.add("a@enterprise.example")
    until = time.monotonic() + 20
    while not smtp.messages and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    worker.join(20)
    assert not worker.is_alive()
    assert len(smtp.messages) == 1
