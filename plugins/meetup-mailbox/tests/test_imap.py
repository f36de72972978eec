"""An IMAP mailbox over a real socket: read without being marked, marked once the effect is committed (D12)."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from meetup_mailbox import taking
from sqlalchemy.exc import OperationalError

from tests.domain import answers
from tests.domain.answering import answer_to, reply_address

PASSWORD = "s3cret@"


class Mailbox(socketserver.ThreadingTCPServer):
    """As much of an IMAP server (RFC 3501) as a client needs that reads, marks and moves."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.messages: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.moved: dict[str, list[int]] = {}
        self.port = int(self.server_address[1])


class Conversation(socketserver.StreamRequestHandler):
    server: Mailbox

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, rest = line.partition(" ")
            words = rest.split()
            command = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
            answer = getattr(self, f"do_{command.replace(' ', '_').lower()}", None)
            if answer is None:
                self.say(f"{tag} BAD what is {command}?")
                continue
            self.say(f"{tag} {answer(rest) or 'OK done'}")
            if command == "LOGOUT":
                return

    def do_capability(self, _rest: str) -> None:
        self.say("* CAPABILITY IMAP4rev1")

    def do_login(self, rest: str) -> str:
        return "OK in" if [one.strip('"') for one in rest.split()[1:]] == ["coffee", PASSWORD] else "NO go away"

    def do_select(self, _rest: str) -> str:
        self.say(f"* {len(self.server.messages)} EXISTS")
        self.say("* OK [UIDVALIDITY 1] valid")
        return "OK [READ-WRITE] selected"

    def do_uid_search(self, _rest: str) -> None:
        found = sorted(self.server.messages.keys() - self.server.seen)
        self.say(" ".join(["* SEARCH", *map(str, found)]))

    def do_uid_fetch(self, rest: str) -> None:
        uid = int(rest.split()[2])
        assert "BODY.PEEK[]" in rest, "reading would mark it"
        raw = self.server.messages[uid]
        self.wfile.write(b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (uid, uid, len(raw), raw))

    def do_uid_store(self, rest: str) -> None:
        uid = int(rest.split()[2])
        if "Seen" in rest:
            self.server.seen.add(uid)
        if "Deleted" in rest:
            self.server.messages.pop(uid, None)

    def do_uid_copy(self, rest: str) -> None:
        match = re.match(r"UID COPY (\d+) \"?([^\"]+)\"?", rest, re.IGNORECASE)
        assert match
        self.server.moved.setdefault(match[2], []).append(int(match[1]))

    def do_expunge(self, _rest: str) -> None:
        return None

    do_close = do_noop = do_expunge

    def do_logout(self, _rest: str) -> None:
        self.say("* BYE")


@pytest.fixture
def imap() -> Iterator[Mailbox]:
    with Mailbox() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def url(imap: Mailbox) -> str:
    return f"imap://coffee:s3cret%40@127.0.0.1:{imap.port}/INBOX"


def fill(post: Any, imap: Mailbox) -> None:
    mail = post.invite()
    reply = f"Delivered-To: {reply_address(mail)}\r\n".encode() + answers.gmail(answer_to(mail))
    imap.messages |= {1: b"\xff\x00 no message at all", 2: reply, 3: b"From: a@b.example\r\n\r\nXin\r\n"}


def test_every_message_is_taken_once_and_marked(post: Any, imap: Mailbox, mount: Any) -> None:
    fill(post, imap)
    assert sum(taking.empty_imap(mount, url(imap)).values()) == 3
    assert imap.seen == {1, 2, 3}
    assert post.state() == "confirmed"
    assert sum(taking.empty_imap(mount, url(imap)).values()) == 0


def test_a_death_between_commit_and_mark_lets_it_act_once(
    post: Any, imap: Mailbox, mount: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(post, imap)

    def dies(*_args: Any, **_more: Any) -> None:
        raise KeyboardInterrupt

    for _message in range(2):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("imap_tools.BaseMailBox.flag", dies)
            taking.empty_imap(mount, url(imap))
    assert imap.seen == set()
    assert len(post.received()) == 1
    assert taking.empty_imap(mount, url(imap))["repeated"] == 1
    assert len(post.sent("calendar_confirmed")) == 1
    assert len(post.received()) == 3


def test_while_the_database_is_away_nothing_is_marked(
    post: Any, imap: Mailbox, mount: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(post, imap)

    def away(*_args: Any, **_more: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        patch.setattr(taking, "deliver", away)
        taking.empty_imap(mount, url(imap))
    assert imap.seen == set()


def test_what_is_taken_may_move_to_a_folder(post: Any, imap: Mailbox, mount: Any) -> None:
    fill(post, imap)
    taking.empty_imap(mount, url(imap), "Done")
    assert imap.moved == {"Done": [1, 2, 3]}
    assert imap.messages == {}


class TestCommand:
    @pytest.fixture
    def settings(self, imap: Mailbox) -> dict[str, Any]:
        return {
            "MEETUP_PLUGINS": "mailbox",
            "MEETUP_MAILBOX_ADDRESS": "coffee@province.example",
            "MEETUP_MAILBOX_IMAP_URL": url(imap),
        }

    def test_it_polls_and_says_what_came(
        self, post: Any, imap: Mailbox, runner: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(post, imap)
        told = runner.invoke(args=["meetup", "mailbox", "poll"])
        assert told.exit_code == 0, told.output
        assert "reply: 1" in told.output
        assert runner.invoke(args=["meetup", "mailbox", "poll"]).output == "nothing new\n"
        monkeypatch.setitem(globals(), "PASSWORD", "another")
        refused = runner.invoke(args=["meetup", "mailbox", "poll"])
        assert refused.exit_code == 1
        assert "The mailbox cannot be emptied" in refused.stderr
        assert "s3cret" not in refused.stderr
        assert "Traceback" not in refused.stderr
