"""What the other tests stand on does what it says."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, text

from tests.rig.clock import SettableClock
from tests.rig.mail import SmtpServer
from tests.rig.visitor import find_form, form_values


def send(smtp: SmtpServer, to: str = "lan@example.org") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "coffee@example.org", to, "Cà phê kỳ 34"
    message.set_content("Kính gửi Quý vị")
    message.add_alternative("<p>Kính gửi Quý vị</p>", subtype="html")
    with smtplib.SMTP(smtp.host, smtp.port, timeout=5) as connection:
        connection.send_message(message)


def test_mail_is_kept_with_its_envelope(smtp: SmtpServer) -> None:
    send(smtp)
    mail = smtp.last("LAN@example.org")
    assert (mail["Subject"], mail.text.strip(), mail.envelope_to) == (
        "Cà phê kỳ 34",
        "Kính gửi Quý vị",
        ("lan@example.org",),
    )
    assert "<p>" in mail.html
    assert smtp.to("nobody@example.org") == []


@pytest.mark.parametrize(
    ("command", "raised"),
    [("MAIL", smtplib.SMTPSenderRefused), ("RCPT", smtplib.SMTPRecipientsRefused), ("DATA", smtplib.SMTPDataError)],
)
def test_an_answer_is_given_once(smtp: SmtpServer, command: str, raised: type[Exception]) -> None:
    smtp.answer_next(command, "451 4.3.0 later")
    with pytest.raises(raised):
        send(smtp)
    assert smtp.messages == []
    send(smtp)
    assert len(smtp.messages) == 1


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_connection_is_cut(smtp: SmtpServer, command: str) -> None:
    smtp.drop_next(command)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(smtp)
    assert smtp.messages == []


def test_a_message_is_taken_and_the_sender_never_hears_so(smtp: SmtpServer) -> None:
    smtp.drop_next("DATA", keep=True)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(smtp)
    assert len(smtp.messages) == 1


def test_the_server_goes_down_and_comes_back(smtp: SmtpServer) -> None:
    smtp.stop()
    with pytest.raises(ConnectionError):
        send(smtp)
    smtp.start()
    send(smtp)
    assert len(smtp.messages) == 1


def test_time_is_set(clock: SettableClock) -> None:
    before = clock()
    assert clock.travel(days=1, by=timedelta(hours=1)) == before + timedelta(hours=25)
    assert clock.travel(to="2026-11-20T08:30") == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert clock.now == clock()


def test_each_test_has_a_migrated_database_of_its_own(database_url: str, backend: str) -> None:
    from meetup.db import make_engine

    engine: Engine = make_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM meetup_alembic_version")).scalar_one() > 0
        assert connection.execute(text("SELECT count(*) FROM meetup_session")).scalar_one() == 0
    assert engine.dialect.name == backend
    engine.dispose()


def test_statements_are_counted(mount: Any, query_counter: Callable[..., Any]) -> None:
    with query_counter() as statements, mount.work(write=False) as work:
        work.db.execute(text("SELECT 1"))
        work.db.execute(text("SELECT 2"))
    assert len(statements) == 2


def test_a_form_is_sent_as_the_page_gave_it() -> None:
    page = BeautifulSoup(
        """
        <form method="post" action="/logout"><button name="x" value="1">Out</button></form>
        <main><form method="post"><input type="hidden" name="token" value="t"><input name="a" value="1">
        <select name="s"><option value="first"><option value="second" selected></select>
        <input type="checkbox" name="no" value="n"><input type="checkbox" name="yes" value="y" checked>
        <textarea name="words">
typed</textarea><input name="off" value="x" disabled></form></main>""",
        "html.parser",
    )
    assert form_values(find_form(page)) == {"token": "t", "a": "1", "s": "second", "yes": "y", "words": "typed"}
    assert find_form(page, "/logout")["action"] == "/logout"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_live_server_answers_a_browser(page: Any) -> None:
    assert page.goto("/").ok
