"""The outbox's pages and commands: unsubscribing, dead letters, a message as it was sent."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from meetup.access import Actor
from meetup.outbox import addresses, queries
from meetup.outbox.worker import drain
from tests.features.outboxing import SECRET_LINK, Letters
from tests.rig.clock import SettableClock
from tests.rig.mail import SmtpServer
from tests.rig.visitor import Visitor

ORGANIZER = Actor("staff", "1", "Cô Hoa", frozenset({"organizer"}))


class SignedIn:
    """An identity that is always the same."""

    def __init__(self, actor: Actor | None) -> None:
        self._actor = actor

    def actor(self) -> Actor | None:
        return self._actor

    def login_url(self, after: str) -> str:
        return "/login"

    def logout_url(self) -> str:
        return "/logout"


@pytest.fixture
def letters(mount: Any) -> Letters:
    return Letters(mount)


@pytest.fixture
def organizer(mount: Any, client: Visitor) -> Visitor:
    mount.identity = SignedIn(ORGANIZER)
    return client


def unsubscribe_path(smtp: SmtpServer) -> str:
    found = re.search(r"/unsubscribe/[\w-]{38}", str(smtp.last()["List-Unsubscribe"]))
    assert found is not None
    return found[0]


def is_muted(mount: Any, email: str) -> bool:
    with mount.work(write=False) as work:
        return addresses.is_muted(work, email, "test_mutable")


def test_one_click_switches_a_kind_off(mount: Any, letters: Letters, smtp: SmtpServer, client: Visitor) -> None:
    letters.add("Lan@enterprise.example", "test_mutable")
    drain(mount)
    path = unsubscribe_path(smtp)
    assert path in smtp.last().text and path in smtp.last().html
    assert client.get(path).status_code == 200
    assert not is_muted(mount, "lan@enterprise.example"), "scanners follow links; a GET changes nothing"
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert is_muted(mount, "lan@enterprise.example")
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    muted = letters.add("lan@enterprise.example", "test_mutable")
    plain = letters.add("lan@enterprise.example")
    drain(mount)
    assert [letters.row(row).state for row in (muted, plain)] == ["superseded", "sent"]
    assert smtp.last()["List-Unsubscribe"] is None


def test_the_form_switches_off_and_on_again(mount: Any, letters: Letters, smtp: SmtpServer, client: Visitor) -> None:
    letters.add("lan@enterprise.example", "test_mutable")
    drain(mount)
    path = unsubscribe_path(smtp)
    assert client.post(path, data={"switch": "off"}).status_code == 400, "no token, no one-click body"
    assert client.fill(path).status_code == 200
    assert is_muted(mount, "lan@enterprise.example")
    assert client.fill(path).status_code == 200
    assert not is_muted(mount, "lan@enterprise.example")


def test_a_link_for_an_address_that_no_column_holds(
    mount: Any, letters: Letters, smtp: SmtpServer, client: Visitor
) -> None:
    long = "l" * 60 + "@" + "enterprise." * 6 + "example"
    letters.add(long, "test_mutable")
    drain(mount)
    client.post(unsubscribe_path(smtp), data={"List-Unsubscribe": "One-Click"})
    assert is_muted(mount, long)


def test_a_false_link_is_none(client: Visitor) -> None:
    assert client.get("/unsubscribe/" + "x" * 38).status_code == 404
    assert client.post("/unsubscribe/x", data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_only_organisers_see_messages(mount: Any, letters: Letters, client: Visitor) -> None:
    row = letters.add("a@enterprise.example")
    paths = ["/organize/outbox/", f"/organize/outbox/{row}", f"/organize/outbox/{row}/html"]
    for actor, status in ((None, 302), (Actor("staff", "2", "", frozenset({"officer"})), 403)):
        mount.identity = SignedIn(actor)
        assert [client.get(path).status_code for path in paths] == [status] * 3


def test_dead_letters_are_shown_with_the_servers_words_and_go_again(
    mount: Any, letters: Letters, smtp: SmtpServer, organizer: Visitor
) -> None:
    rows = [letters.add(f"p{number}@enterprise.example") for number in range(2)]
    smtp.answer_next("RCPT", "550 5.1.1 no mailbox <b>here</b>", times=2)
    drain(mount)
    listed = organizer.soup("/organize/outbox/")
    assert "550 5.1.1 no mailbox <b>here</b>" in listed.get_text()
    organizer.fill(f"/organize/outbox/{rows[0]}", form=f"/organize/outbox/{rows[0]}/send-again")
    assert letters.row(rows[0]).state == "queued"
    organizer.fill("/organize/outbox/", form="/organize/outbox/send-all-again")
    drain(mount)
    assert [letters.row(row).state for row in rows] == ["sent", "sent"]


def test_a_paused_transport_is_an_alarm_that_can_be_tried_again(
    mount: Any, letters: Letters, smtp: SmtpServer, organizer: Visitor, clock: SettableClock
) -> None:
    letters.add("a@enterprise.example")
    other = letters.add("b@enterprise.example")
    smtp.answer_next("MAIL", "530 5.7.0 sign in first")
    drain(mount)
    assert "530 5.7.0 sign in first" in organizer.soup("/organize/outbox/?state=queued").get_text()
    organizer.fill("/organize/outbox/?state=queued", form="/organize/outbox/resume/mail")
    drain(mount)
    assert letters.row(other).state == "sent"
    with mount.work(write=False) as work:
        assert queries.health(work.db, work.now).is_well


def test_a_sent_message_is_shown_as_sent_without_its_secrets(
    mount: Any, letters: Letters, smtp: SmtpServer, organizer: Visitor
) -> None:
    row = letters.add("a@enterprise.example", "calendar_test", context={"words": "<script>x</script> xin chào"})
    drain(mount)
    assert SECRET_LINK in smtp.last().text, "its owner has the whole link"
    shown = organizer.get(f"/organize/outbox/{row}")
    assert "http://localhost/r/…" in shown.text
    frame = organizer.get(f"/organize/outbox/{row}/html")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in frame.headers["Content-Security-Policy"]
    assert "<script>" not in frame.text
    ics = organizer.get(f"/organize/outbox/{row}/invite.ics")
    assert ics.mimetype == "text/calendar"
    assert b"URL:http://localhost/r/\xe2\x80\xa6\r\n" in ics.data
    secret = SECRET_LINK.rpartition("/")[2]
    assert not any(secret in answer.text for answer in (shown, frame, ics))
    assert "/r/" in frame.text or "http" in frame.text


def test_lists_go_page_by_page(mount: Any, letters: Letters, organizer: Visitor) -> None:
    for number in range(53):
        letters.add(f"p{number}@enterprise.example")
    first = organizer.soup("/organize/outbox/?state=queued")
    following = first.find("a", rel="next")
    assert following is not None
    seen = [cell for page in (first, organizer.soup(following["href"])) for cell in page.select("tbody tr")]
    assert len(seen) == 53
    assert len(organizer.soup("/organize/outbox/?state=queued&recipient=P7@enterprise.example").select("tbody tr")) == 1
    assert organizer.get("/organize/outbox/?state=nothing").status_code == 404


def worker(runner: FlaskCliRunner, *options: str) -> Any:
    return runner.invoke(args=["meetup", "worker", *options])


def test_worker_once_prints_counts(
    letters: Letters, runner: FlaskCliRunner, smtp: SmtpServer, clock: SettableClock
) -> None:
    letters.add("a@enterprise.example")
    letters.add("b@enterprise.example", not_before=clock.now + timedelta(days=29))
    done = worker(runner, "--once")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["sent"] == 1
    later = worker(runner, "--once", "--at", "2026-12-01T09:00:00+07:00")
    assert json.loads(later.stdout)["sent"] == 1
    assert len(smtp.messages) == 2


def test_worker_dry_run_sends_nothing(
    letters: Letters, runner: FlaskCliRunner, smtp: SmtpServer, clock: SettableClock
) -> None:
    row = letters.add("a@enterprise.example")
    letters.add("b@enterprise.example", not_before=clock.now + timedelta(days=2))
    found = json.loads(worker(runner, "--dry-run").stdout)["messages"]
    assert [entry["to"] for entry in found] == ["a@enterprise.example", "b@enterprise.example"]
    assert found[0] == {
        "id": row,
        "kind": "test_plain",
        "to": "a@enterprise.example",
        "at": "2026-11-02T09:00:00+07:00",
        "about": "",
    }
    at = json.loads(worker(runner, "--dry-run", "--at", "2026-11-03T09:00:00+07:00").stdout)["messages"]
    assert len(at) == 1
    assert smtp.messages == []


def test_worker_lists_dead_letters_and_sends_them_again(
    mount: Any, letters: Letters, runner: FlaskCliRunner, smtp: SmtpServer
) -> None:
    row = letters.add("a@enterprise.example")
    smtp.answer_next("RCPT", "550 5.1.1 unknown")
    drain(mount)
    (entry,) = json.loads(worker(runner, "--dead-letters").stdout)["dead_letters"]
    assert entry["id"] == row and "550 5.1.1 unknown" in entry["reason"]
    assert json.loads(worker(runner, "--send-again", str(row)).stdout) == {"queued": 1}
    assert worker(runner, "--send-again", str(row)).exit_code == 1
    assert worker(runner, "--send-again", "999").exit_code == 1
    drain(mount)
    assert letters.row(row).state == "sent"


@pytest.mark.parametrize("options", [("--at", "2026-12-01T08:00:00+07:00"), ("--once", "--at", "tomorrow")])
def test_worker_misused(runner: FlaskCliRunner, options: tuple[str, ...]) -> None:
    assert worker(runner, *options).exit_code == 2


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_worker_ends_in_good_order(
    letters: Letters, environment: dict[str, str], smtp: SmtpServer, clock: SettableClock
) -> None:
    # By the real clock, which the other process has; not so long ago that it is tidied away.
    lately = datetime.now(UTC) - timedelta(hours=1)
    row = letters.add("a@enterprise.example", not_before=lately, expires_at=lately)
    program = [sys.executable, "-c", "from meetup.cli import main; main()", "worker"]
    process = subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while letters.row(row).state == "queued" and process.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    said, logged = process.communicate(timeout=30)
    assert (letters.row(row).state, process.returncode, said) == ("expired", 0, "")
    # Its log says what became of the message, and nothing of an end out of order.
    assert [line.partition("meetup.outbox: ")[2].partition(" [")[0] for line in logged.splitlines()] == [
        f"message {row} (test_plain) is expired: it would come too late"
    ]
