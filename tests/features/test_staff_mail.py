"""Messages about accounts as they arrive, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskCliRunner

from meetup.staff import notices, service
from tests.rig.mail import SmtpServer
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]

EMAIL = "lan@province.example"


def test_a_forgotten_password_goes_by_mail(
    client: Visitor, runner: FlaskCliRunner, smtp: SmtpServer, work: Unit
) -> None:
    with work() as w:
        service.create_user(w, EMAIL, "organizer", name="Lan", password="ba con trau den", locale="vi")
        w.commit()
    client.fill("/reset", {"email": EMAIL})
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    mail = smtp.last(EMAIL)
    assert mail["Subject"] == "Đặt mật khẩu mới"
    link = re.search(r"http://localhost(/reset/\S+)", mail.text)
    assert link is not None
    assert link[0] in mail.html
    client.fill(link[1], {"password": "mot hai ba bon", "password_confirm": "mot hai ba bon"})
    signed = client.fill("/login", {"email": EMAIL, "password": "mot hai ba bon"}, follow=False)
    assert signed.status_code == 302
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    assert smtp.last(EMAIL)["Subject"] == "Tài khoản đã được thay đổi"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_message_about_an_account(runner: FlaskCliRunner, smtp: SmtpServer, work: Unit, locale: str) -> None:
    with work() as w:
        user = service.create_user(w, EMAIL, "organizer", name="Lan", locale=locale)
        notices.tell(w, user, notices.RESET)
        for what in ("password", "second_factor_on", "second_factor"):
            notices.tell(w, user, notices.CHANGED, what=what)
        w.commit()
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    arrived = smtp.to(EMAIL)
    assert len(arrived) == 5
    for mail in arrived:
        assert "%(" not in mail.text + mail.html
        assert EMAIL in mail.text
        vietnamese = bool(re.search("[ạảấầậắặếềệọốồộớợụứừự]", mail.text))
        assert vietnamese == (locale == "vi") or "Cà phê" in mail.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_closed_account_gets_no_link(runner: FlaskCliRunner, smtp: SmtpServer, work: Unit) -> None:
    with work() as w:
        user = service.create_user(w, EMAIL, "organizer")
        service.deactivate(w, user)
        w.commit()
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    assert not smtp.to(EMAIL)
