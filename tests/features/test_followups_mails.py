"""Every mail about follow-ups as it leaves, in both languages."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update

from meetup.enterprises.models import Contact
from meetup.followups import conclude, drafting, service
from meetup.followups.letters import NOTICES
from meetup.followups.models import FollowUp
from meetup.issues import intake
from meetup.outbox.worker import drain
from meetup.reminders import service as reminders
from meetup.reminders.letters import NOTICES as REMINDERS
from meetup.sessions.models import Session
from tests.features.following import ANSWER, Province, build


@pytest.fixture(params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(language: str) -> dict[str, Any]:
    other = "en" if language == "vi" else "vi"
    return {"MEETUP_LOCALES": f"{language},{other}", "MEETUP_CHAIR_EMAIL": "chu-toa@province.example"}


@pytest.fixture
def province(site: Any, mount: Any, work: Any, language: str, monkeypatch: pytest.MonkeyPatch) -> Province:
    issues, follow_ups = iter(range(234_500, 234_600)), iter(range(111_000, 111_100))

    class Numbers:
        """Numbers that are the same each time; the rest as ever."""

        def __init__(self, numbers: Any) -> None:
            self.randbelow = lambda _most: next(numbers)

    monkeypatch.setattr(intake, "secrets", Numbers(issues))
    monkeypatch.setattr(conclude, "secrets", Numbers(follow_ups))
    built = build(site, mount, work)
    with work() as w:
        w.db.execute(update(Contact).values(language=language))
        w.commit()
    return built


def said(html: str) -> str:
    lines = (line.strip() for line in BeautifulSoup(html, "html.parser").get_text("\n").splitlines())
    return "\n".join(line for line in lines if line)


def tell(province: Province) -> None:
    """Live through everything that causes a mail."""
    mount = province.mount

    def step(number: int, act: Any, who: str = "organizer") -> None:
        province.do(number, act, who)
        drain(mount)

    def draft(w: Any, f: Any) -> Any:
        return service.live_draft(w.db, f)

    def seen(w: Any, f: Any) -> int:
        return draft(w, f).version if draft(w, f) is not None else 0

    with province.work() as w:
        reminders.plan_session(w, w.get(Session, province.session))
        w.commit()
    first = province.order(along=("SXD",))
    drain(mount)
    step(first, lambda w, f: service.accept(w, f), "STC")
    step(first, lambda w, f: service.progress(w, f, text="Đã kiểm tra hồ sơ."), "STC")
    step(first, lambda w, f: service.opinion(w, f, province.department(w, "SXD"), text="Không vướng."), "SXD")
    extend = {"due_on": date(2026, 11, 23), "reason": "Chờ xác minh."}
    step(first, lambda w, f: service.request_extension(w, f, **extend), "STC")
    step(first, lambda w, f: service.grant_extension(w, service.open_extension(w, f), "Lần này thôi."))  # type: ignore[arg-type]
    step(first, lambda w, f: service.progress(w, f, text="Nhờ @SXD xem giúp.", is_public=False), "STC")
    for _round in range(2):
        step(first, lambda w, f: drafting.write(w, f, text=ANSWER, outcome="resolved", version=seen(w, f)), "STC")
        step(first, lambda w, f: drafting.ask(w, f, draft(w, f)), "STC")
        if not _round:
            step(
                first,
                lambda w, f: drafting.give_back(w, f, draft(w, f), remark="Nêu rõ ngày.", version=seen(w, f)),
                "head",
            )
    step(first, lambda w, f: service.answer(w, f, text=ANSWER, legal_references="Luật 38/2019/QH14"), "STC")
    step(first, lambda w, f: service.send_back(w, f, reason="Nêu rõ ngày hoàn."))
    step(first, lambda w, f: service.answer(w, f, text=ANSWER), "STC")
    step(first, lambda w, f: service.verify(w, f))
    step(first, lambda w, f: service.reopen(w, f, reason="Chưa nhận được tiền."))
    step(first, lambda w, f: province.bring(w, f, "closed"))

    second = province.order("Thuê đất")
    ask = {"reason": "Thuộc nhiệm vụ của sở bạn.", "ground": "Quyết định 12/2025/QĐ-UBND"}
    step(second, lambda w, f: service.request_transfer(w, f, to=province.department(w, "SXD"), **ask), "STC")
    step(second, lambda w, f: service.accept_transfer(w, f), "SXD")
    step(second, lambda w, f: service.request_transfer(w, f, to=province.department(w, "THUE"), **ask), "SXD")
    clock: Any = mount.clock
    clock.travel(to="2026-11-04T08:00")
    drain(mount)
    step(second, lambda w, f: service.decide_transfer(w, f, to=province.department(w, "STC"), reason="Làm đến cùng."))
    with province.work(province.actor("organizer")) as w:
        issue = province.issue(w, "Phí hạ tầng")
        issue_session = w.get(Session, province.session)
        from meetup.issues import service as issues

        issues.set_agenda(w, issue_session, [(issue, 10)])
        service.conclude(w, issue, text="Trả lời ngay.", outcome="explained", answer="Mức phí theo nghị quyết 12.")
        w.commit()
    silent = province.order("Im lặng", to="verified")
    drain(mount)
    for moment in ("2026-11-07T09:00", "2026-11-13T08:00", "2026-11-16T08:00", "2026-11-17T08:00", "2026-11-26T08:00"):
        clock.travel(to=moment)
        drain(mount)
    assert province.state(silent) == "closed"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_mail(province: Province, smtp: Any, language: str, snapshot: Any, backend: str) -> None:
    tell(province)
    kinds = {notice.name for notice in (*NOTICES, *REMINDERS)}
    rows = [row for row in province.mails() if row.kind in kinds]
    assert {row.kind for row in rows if row.state == "sent"} == kinds, "a mail was not caused"
    ours = {row.message_id.strip("<>") for row in rows}
    seen: dict[str, int] = {}
    names = {row.message_id.strip("<>"): row.kind for row in rows}
    for mail in smtp.messages:
        key = str(mail["Message-ID"]).strip("<>")
        if key not in ours:
            continue
        kind = names[key]
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] > 2:
            continue
        text = f"To: {mail.envelope_to[0]}\nSubject: {mail['Subject']}\n\n{mail.text}\n----\n{said(mail.html)}"
        text = re.sub(r"/(r|i|unsubscribe)/[\w-]+", r"/\1/TOKEN", text)
        assert len(mail["Subject"]) <= 110
        assert "style" not in mail.text
        assert not re.search(r"[{}]|%\(|None", mail.text), text
        assert snapshot(name=f"{language} {kind} {seen[kind]}") == text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_who_follows_reads_the_answer_without_the_others_words(
    province: Province, smtp: Any, mount: Any, backend: str
) -> None:
    from meetup.enterprises.models import Enterprise
    from meetup.issues import service as issues
    from meetup.issues.models import Issue

    number = province.order("Hoàn thuế của Mẫu Một")
    with province.work(province.actor("organizer")) as w:
        born = {"created_at": w.now, "changed_at": w.now}
        other = Enterprise(name="Hợp tác xã Mẫu Hai", **born)
        w.db.add(other)
        w.db.flush()
        contact = Contact(
            enterprise_id=other.id, name="Trần Thị Bích", email="bich@hai.example", language="vi", created_at=w.now
        )
        w.db.add(contact)
        w.db.flush()
        theirs = issues.submit(
            w, title="Chúng tôi cũng vậy", description="Ba tháng chưa hoàn.", enterprise=other, contact=contact
        )
        main = w.get(Issue, province.row(number).issue_id)
        issues.merge(w, theirs, into=main)
        f = w.get(FollowUp, province.row(number).id)
        province.bring(w, f, "verified")
        w.commit()
    drain(mount)
    letter = smtp.last("bich@hai.example")
    assert ANSWER in letter.text
    assert "Chúng tôi cũng vậy" in letter.text
    assert "Mẫu Một" not in letter.text
    assert province.token not in letter.text
