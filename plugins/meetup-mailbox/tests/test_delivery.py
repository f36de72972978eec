"""Every way in, and what may go wrong on it: nothing is lost, nothing acts twice, nothing stops the next (D9, D12)."""

from __future__ import annotations

import io
import smtplib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from meetup_mailbox import lmtp as lmtp_module
from meetup_mailbox import taking
from meetup_mailbox.delivering import deliver
from meetup_mailbox.models import Received
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from meetup.api import Registration
from tests.domain import answers
from tests.domain.answering import answer_to, reply_address

AWAY = OperationalError("SELECT 1", {}, Exception("the database is away"))


def away(*_args: Any, **_more: Any) -> Any:
    raise AWAY


def count(post: Any) -> int:
    with post.work(write=False) as w:
        return int(w.db.scalar(select(func.count()).select_from(Received)) or 0)


class TestLmtp:
    def test_each_recipient_gets_an_answer_of_its_own(self, post: Any, lmtp: tuple[str, int]) -> None:
        with smtplib.LMTP(*lmtp) as server:
            server.ehlo("mx.example")
            assert server.mail("lan@tomdatmui.vn")[0] == 250
            assert server.rcpt("coffee@province.example")[0] == 250
            assert server.rcpt("Coffee+anything@Province.example")[0] == 250
            assert server.rcpt("somebody@else.example")[0] == 550
            assert server.rcpt("coffees@province.example")[0] == 550
            first = server.data(b"From: lan@tomdatmui.vn\r\n\r\nXin ch\xc3\xa0o\r\n")
            assert first[0] == 250
            assert server.getreply()[0] == 250
            assert server.noop()[0] == 250, "no answer is left over"
        assert count(post) == 1

    def test_while_the_database_is_away_the_server_keeps_the_message(
        self, post: Any, lmtp: tuple[str, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw = b"From: lan@tomdatmui.vn\r\n\r\nXin ch\xc3\xa0o\r\n"
        with monkeypatch.context() as patch:
            patch.setattr(lmtp_module, "deliver", away)
            with smtplib.LMTP(*lmtp) as server, pytest.raises(smtplib.SMTPDataError) as refused:
                server.sendmail("lan@tomdatmui.vn", ["coffee@province.example"], raw)
            assert refused.value.smtp_code == 451
        assert count(post) == 0
        with smtplib.LMTP(*lmtp) as server:
            server.sendmail("lan@tomdatmui.vn", ["coffee@province.example"], raw)
        assert count(post) == 1


class TestPipe:
    @pytest.fixture
    def pipe(self, runner: Any) -> Callable[..., Any]:
        return lambda raw, *words: runner.invoke(args=["meetup", "mailbox", "deliver", *words], input=io.BytesIO(raw))

    def test_a_message_is_taken_and_a_second_time_is_known(self, post: Any, pipe: Callable[..., Any]) -> None:
        mail = post.invite()
        raw = answers.gmail(answer_to(mail))
        assert pipe(raw, "--to", reply_address(mail)).output == "reply done 1\n"
        again = pipe(b"Received: by another way\r\n" + raw, "--to", reply_address(mail))
        assert (again.exit_code, again.output) == (0, "repeated done 1\n")
        assert post.state() == "confirmed"
        assert len(post.sent("calendar_confirmed")) == 1

    def test_while_the_database_is_away_it_asks_for_another_try(
        self, post: Any, pipe: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("meetup_mailbox.commands.deliver", away)
        told = pipe(b"From: a@b.example\r\n\r\nx\r\n")
        assert told.exit_code == 75
        assert "Traceback" not in told.output
        assert "try again later" in told.stderr


class TestMaildir:
    @pytest.fixture
    def maildir(self, tmp_path: Path) -> Path:
        for name in ("new", "cur", "tmp"):
            (tmp_path / "maildir" / name).mkdir(parents=True)
        return tmp_path / "maildir"

    def test_what_is_taken_moves_and_what_is_not_stays(
        self, post: Any, maildir: Path, mount: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = b"Content-Type: text/plain; charset=\xff\r\nSubject: \xc3\x28\r\n\r\n\xff\x00"
        (maildir / "new" / "1.a").write_bytes(b"From: a@b.example\r\n\r\none\r\n")
        (maildir / "new" / "2.b").write_bytes(broken)
        (maildir / "new" / "3.c").write_bytes(b"From: a@b.example\r\n\r\nthree\r\n")
        real = taking.deliver

        def until_the_third(mount: Any, raw: bytes, **more: Any) -> Any:
            return away() if raw.endswith(b"three\r\n") else real(mount, raw, **more)

        with monkeypatch.context() as patch:
            patch.setattr(taking, "deliver", until_the_third)
            with pytest.raises(OperationalError):
                taking.empty_maildir(mount, maildir)
        assert [file.name for file in (maildir / "new").iterdir()] == ["3.c"]
        assert sorted(file.name for file in (maildir / "cur").iterdir()) == ["1.a:2,S", "2.b:2,S"]
        assert (maildir / "cur" / "2.b:2,S").read_bytes() == broken
        assert taking.empty_maildir(mount, maildir) == {"other": 1}
        assert count(post) == 3


def test_two_at_once_let_it_act_once(post: Any, mount: Any) -> None:
    mail = post.invite()
    raw, to = answers.gmail(answer_to(mail)), reply_address(mail)
    gate = threading.Barrier(4)

    def run(_number: int) -> Any:
        gate.wait(10)
        return deliver(mount, raw, recipients=[to])

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(run, range(4)))
    assert sorted(one.kind for one in made) == ["repeated", "repeated", "repeated", "reply"]
    assert {one.id for one in made} == {1}
    assert post.state() == "confirmed"
    assert len(post.sent("calendar_confirmed")) == 1


@pytest.mark.parametrize(
    "change",
    [
        ("DTSTAMP:", "RECURRENCE-ID;VALUE=DATE:20261203\r\nDTSTAMP:"),
        ("DTSTAMP:", "RECURRENCE-ID:00010101T000000Z\r\nDTSTAMP:"),
        ("DTSTAMP:", "RECURRENCE-ID:99991231T235959Z\r\nDTSTAMP:"),
        ("SEQUENCE:0", "SEQUENCE:2147483647"),
        ("PARTSTAT=ACCEPTED", "PARTSTAT=X\x00Y"),
        ("PARTSTAT=ACCEPTED", 'PARTSTAT=DELEGATED;DELEGATED-TO="mailto:x\x00@y.example"'),
        ("PARTSTAT=ACCEPTED", 'PARTSTAT=DELEGATED;DELEGATED-TO="mailto:a@b.example","mailto:c@d.example"'),
        ("UID:", "UID:\x00"),
    ],
    ids=["day", "year-1", "year-9999", "sequence", "nul", "nul-delegate", "too-many-delegates", "nul-uid"],
)
def test_an_odd_answer_is_kept_and_the_next_one_comes(change: tuple[str, str], post: Any) -> None:
    mail = post.invite()
    row = post.take(answers.message("text/calendar", answer_to(mail).replace(*change).encode()), reply_address(mail))
    assert count(post) == 1 and row.state in {"waiting", "done"}
    good = answers.gmail(answer_to(mail, stamp="20261102T090000Z", sequence=0))
    assert post.take(good, reply_address(mail)).kind == "reply"
    assert post.state() == "confirmed"


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "bz2", "utf-7", "\xff", "x" * 5000])
def test_a_charset_costs_no_time(charset: str, post: Any) -> None:
    body = b"a-" + b"9" * 3_000_000
    head = f"Subject: =?{charset[:20]}?q?{'a' * 60_000}?=\r\nFrom: a@b.example\r\nTo: coffee@province.example\r\n"
    raw = f"{head}Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + body
    started = time.monotonic()
    row = post.take(raw, "coffee@province.example")
    assert row.state == "waiting"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_whatever_comes_is_kept_once(post: Any, mount: Any, backend: str) -> None:
    mail = post.invite()
    to = reply_address(mail)
    text = answer_to(mail)
    real = [answers.gmail(text), answers.outlook(text), answers.apple(text.replace("ế", "e"))]
    seen: set[str] = set()

    @st.composite
    def mutated(draw: st.DrawFn) -> bytes:
        raw = bytearray(draw(st.sampled_from(real)))
        for _ in range(draw(st.integers(1, 6))):
            place = draw(st.integers(0, len(raw) - 1))
            what = draw(st.binary(max_size=6) | st.sampled_from([b"\0", b"\r\n", b"\xff", b"=?x?q?a?=", b"\r\n\r\n"]))
            raw[place : place + draw(st.integers(0, 8))] = what
        return bytes(raw)

    @settings(
        max_examples=100 if backend == "sqlite" else 40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.binary(max_size=400) | mutated(), st.sampled_from([None, "", "a@b.example", "\0"]))
    def whatever(raw: bytes, sender: str | None) -> None:
        before = count(post)
        made = deliver(mount, raw, recipients=[to], sender=sender)
        after = count(post)
        assert after == before + (made.kind != "repeated")
        with post.work(write=False) as w:
            assert w.db.get(Received, made.id) is not None
        assert deliver(mount, raw, recipients=[to], sender=sender).kind == "repeated"
        seen.add(made.kind)

    whatever()
    assert count(post) > 10
    with post.work(write=False) as w:
        assert w.db.scalars(select(Registration.state)).one() in {"invited", "confirmed", "tentative", "declined"}
