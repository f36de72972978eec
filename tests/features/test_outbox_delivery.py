"""How messages leave: order, leases, failures, crashes. Through a real SMTP socket, on both databases."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from meetup.access import SYSTEM
from meetup.outbox import deadletters, lease, queries
from meetup.outbox.worker import drain, due_work, run_for_ever, send_one
from meetup.plugins.hookspecs import hookimpl
from tests.features.outboxing import Letters
from tests.rig.clock import SettableClock
from tests.rig.mail import SmtpServer


@pytest.fixture
def letters(mount: Any) -> Letters:
    return Letters(mount)


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
