"""Every mail about issues as it leaves, in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from meetup.access import Actor
from meetup.departments.models import Department, Field
from meetup.enterprises.models import Contact
from meetup.issues import intake, queries, service
from meetup.issues.letters import NOTICES
from meetup.issues.models import Issue
from meetup.outbox.models import Outgoing
from meetup.outbox.worker import drain
from meetup.sessions.models import Session
from tests.features.issuing import Province, Unit, build, officer
from tests.rig.mail import SmtpServer

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

ENTERPRISE = Actor("enterprise", name="Bà Thuy")


@pytest.fixture(params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(language: str) -> dict[str, Any]:
    return {"MEETUP_LOCALES": f"{language},{'en' if language == 'vi' else 'vi'}"}


@pytest.fixture
def province(mount: Mount, work: Unit, language: str, monkeypatch: pytest.MonkeyPatch) -> Province:
    numbers = iter(range(234_566, 234_600))
    monkeypatch.setattr(intake.secrets, "randbelow", lambda _most: next(numbers))
    built = build(mount, work)
    with work() as w:
        w.db.execute(update(Contact).values(language=language))
        w.commit()
    return built


def said(html: str) -> str:
    lines = (line.strip() for line in BeautifulSoup(html, "html.parser").get_text("\n").splitlines())
    return "\n".join(line for line in lines if line)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_mail(
    province: Province, work: Unit, smtp: SmtpServer, mount: Mount, language: str, snapshot: Any, backend: str
) -> None:
    first = province.raise_issue("Thuê đất mở rộng kho lạnh")
    other = province.raise_issue("Xin thuê đất kho lạnh", of="mai")
    refused, taken_back = province.raise_issue("Đơn tố cáo"), province.raise_issue("Gửi nhầm")
    conduct = province.raise_issue("Cán bộ hẹn nhiều lần", kind="conduct")

    def step(act: Any, number: int = first, actor: Actor | None = None) -> None:
        with work(actor) as w:
            act(w, queries.by_number(w.db, number))
            w.commit()
        drain(mount)

    def accept(w: Work, issue: Issue) -> None:
        service.accept(w, issue, field=w.db.scalar(select(Field)), lead_department=w.get(Department, province.land))

    drain(mount)
    step(lambda w, i: service.request_information(w, i, question="Thửa đất số mấy?\nTờ bản đồ nào?"))
    step(lambda w, i: service.inform(w, i, text="Thửa 12, tờ 3."), actor=ENTERPRISE)
    step(lambda w, i: service.merge(w, i, into=queries.by_number(w.db, first)), other)
    step(accept)
    step(accept, conduct)
    step(lambda w, i: service.decline(w, i, reason="Tố cáo gửi Thanh tra tỉnh."), refused)
    step(lambda w, i: service.withdraw(w, i), taken_back)
    step(lambda w, i: service.write(w, i, body="Khi nào có kết quả?", side="enterprise"), actor=ENTERPRISE)
    step(lambda w, i: service.write(w, i, body="Đang đo đạc.", side="department"), actor=officer(province.land))
    step(lambda w, i: service.write(w, i, body="Sẽ bàn tại kỳ 37.", side="organizer"))
    step(lambda w, i: service.set_agenda(w, w.get(Session, province.session), [(i, 15)]))
    step(lambda w, i: service.discuss(w, i, text="Giao Sở trả lời."))
    step(lambda w, i: service.answer(w, i, text="Đã cấp giấy xác nhận tháng này.", outcome="resolved"))
    step(lambda w, i: service.publish(w, i, title="Thuê đất", question="Chờ lâu", answer="Đã cấp giấy"))
    step(lambda w, i: service.comment(w, i, name="Bà Sáu", email="sau@example.com", body="Cảm ơn Sở."))

    with work(write=False) as w:
        rows = {row.message_id: row for row in w.db.scalars(select(Outgoing).order_by(Outgoing.id))}
    assert {row.kind for row in rows.values()} == {notice.name for notice in NOTICES}
    assert {row.state for row in rows.values()} == {"sent"}
    letters: dict[str, str] = {}
    for mail in smtp.messages:
        row = rows[str(mail["Message-ID"])]
        words = f"{mail['Subject']}\n\n{mail.text.strip()}\n\n--- HTML\n{said(mail.html)}"
        letters.setdefault(f"=== {row.kind} → {row.recipient}", words)
        assert "%(" not in mail.text and "None" not in mail.text
    text = "\n\n".join(f"{head}\n{words}" for head, words in letters.items()).replace("\r\n", "\n")
    text = re.sub(r"/(r|i)/[\w-]{38}", r"/\1/TOKEN", text)
    assert text == snapshot(name=language)
    addresses = re.findall(r"[\w.-]+@example\.com", "\n".join(mail.text for mail in smtp.messages))
    assert not addresses, "no mail tells another's address"
