"""The weekly digest: whose it is, when it goes, what it says, and the words of the newer reminders."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from meetup.departments.models import Department
from meetup.enterprises.models import Contact
from meetup.issues.models import Issue
from meetup.outbox.models import Outgoing
from meetup.outbox.service import enqueue
from meetup.programmes.models import Programme
from meetup.reminders import keeping
from meetup.sessions.models import Session
from tests.factories import make_registration
from tests.features.following import Province, build, worker
from tests.features.reminding import (
    CLOSES,
    change,
    digest,
    invite,
    keep,
    offer,
    planned,
    session_of,
    travel,
)


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


# -- the weekly digest ------------------------------------------------------------------------------------------------


def digests(smtp: Any, to: str) -> list[Any]:
    return [mail for mail in smtp.to(to) if mail["Subject"].startswith(("Tuần này", "Your week"))]


def test_a_digest_instead_of_a_flood(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province)
    change(province, "overdue:+1", in_digest=True)
    for number in range(5):
        province.order(f"Việc {number}")
    for monday in ("2026-11-09T08:00", "2026-11-16T08:00"):
        travel(clock, monday)
        worker(site)
    smtp.clear()
    for day in range(17, 31):
        travel(clock, f"2026-11-{day}T08:00")
        worker(site)
    assert not [mail for mail in smtp.to("stc@province.example") if "khẩn trương" in mail["Subject"]]
    # Mondays 23/11 and 30/11: five late ones in one mail each.
    letters = digests(smtp, "stc@province.example")
    assert [mail["Subject"] for mail in letters] == ["Tuần này: 5 việc quá hạn"] * 2
    assert "quá hạn 5 ngày làm việc" in letters[0].text
    assert letters[0]["List-Unsubscribe"]


def test_a_digest_looks_a_week_ahead(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province)
    province.order("Gần", days=6)
    province.order("Xa", days=30)
    travel(clock, "2026-11-09T08:00")
    worker(site)
    (letter,) = digests(smtp, "stc@province.example")
    assert "Gần" in letter.text
    assert "Xa" not in letter.text


def _conduct(province: Province, head_email: str) -> None:
    """A week with one ordinary follow-up and one about conduct, the digest for the heads on."""
    with province.work(province.actor("organizer")) as w:
        w.db.execute(update(Department).where(Department.code == "STC").values(head_email=head_email))
        w.commit()
    digest(province, "head")
    province.order("Hoàn thuế chậm", days=6)
    province.order("Cán bộ sách nhiễu", days=6, kind="conduct")


def test_conduct_stands_in_the_heads_digest(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    _conduct(province, "giamdoc.stc@province.example")
    travel(clock, "2026-11-09T08:00")
    worker(site)
    (letter,) = digests(smtp, "giamdoc.stc@province.example")
    assert "Cán bộ sách nhiễu" in letter.text
    assert "Hoàn thuế chậm" in letter.text


def test_where_there_is_no_head_the_departments_address_reads_no_conduct(
    province: Province, site: Any, smtp: Any, clock: Any
) -> None:
    _conduct(province, "")
    travel(clock, "2026-11-09T08:00")
    worker(site)
    (letter,) = digests(smtp, "stc@province.example")
    assert "Cán bộ sách nhiễu" not in letter.text
    assert "Hoàn thuế chậm" in letter.text


def test_where_there_is_no_head_conduct_alone_makes_no_digest(
    province: Province, site: Any, smtp: Any, clock: Any
) -> None:
    _conduct(province, "")
    with province.work(province.actor("organizer")) as w:
        w.db.execute(update(Issue).values(kind="conduct"))
        w.commit()
    travel(clock, "2026-11-09T08:00")
    worker(site)
    assert not digests(smtp, "stc@province.example")


def test_a_digest_that_waits_looks_who_is_the_head_now(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    _conduct(province, "giamdoc.stc@province.example")
    travel(clock, "2026-11-09T08:00")
    with province.work(province.actor("organizer")) as w:
        key = province.departments["STC"]
        # As one that was written while this was still the head's address.
        enqueue(
            w,
            "weekly_digest",
            to="gd.stc@province.example",
            subject=f"department:{key}",
            context={"whom": "head", "department": key, "programmes": list(w.db.scalars(select(Programme.id)))},
        )
        w.commit()
    worker(site)
    (letter,) = digests(smtp, "gd.stc@province.example")
    assert "Cán bộ sách nhiễu" not in letter.text
    assert "Hoàn thuế chậm" in letter.text


def test_nothing_is_sent_when_there_is_nothing(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province)
    digest(province, "chair")
    province.order("Xa", days=40)
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-09T08:00")
    counts = worker(site)
    assert counts["reminders"] == 2
    assert not smtp.messages
    # And the next week is planned all the same.
    assert sorted(planned(province, "site:0")) == [
        ("digest.chair:0-08", "16/11 08:00"),
        ("digest.department:0-08", "16/11 08:00"),
    ]


def test_the_chair_reads_whose_it_is(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province, "chair", weekday=4, hour=9)
    province.order("Một", days=3)
    province.order("Hai", days=3, lead="SXD")
    travel(clock, "2026-11-06T08:00")
    worker(site)
    smtp.clear()
    travel(clock, "2026-11-06T09:00")
    worker(site)
    (letter,) = digests(smtp, "to-chuc@province.example")
    assert "Sở Tài chính: 0 việc đến hạn, 1 việc quá hạn" in letter.text
    assert "Sở Xây dựng" in letter.text


def test_a_digest_of_the_department_names_no_conduct(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province)
    digest(province, "head")
    province.order("Cán bộ sách nhiễu", days=6, kind="conduct")
    travel(clock, "2026-11-09T08:00")
    worker(site)
    assert not digests(smtp, "stc@province.example")
    (letter,) = digests(smtp, "gd.stc@province.example")
    assert "Cán bộ sách nhiễu" in letter.text


def test_a_digest_goes_on_a_working_day_and_once(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    # Tuesday 24/11 is a public holiday in this province's calendar.
    digest(province, weekday=1)
    province.order(days=10)
    travel(clock, "2026-11-20T10:00")
    worker(site)
    assert planned(province, "site:0") == [("digest.department:1-08", "25/11 07:00")]
    smtp.clear()
    travel(clock, "2026-11-24T10:00")
    worker(site)
    assert not digests(smtp, "stc@province.example")
    travel(clock, "2026-11-25T07:00")
    worker(site)
    worker(site)
    assert len(digests(smtp, "stc@province.example")) == 1


def test_after_weeks_without_a_worker_one_digest_goes(province: Province, site: Any, smtp: Any, clock: Any) -> None:
    digest(province)
    province.order(days=3)
    travel(clock, "2026-12-10T10:00")
    worker(site)
    assert len(digests(smtp, "stc@province.example")) == 1
    assert planned(province, "site:0") == [("digest.department:0-08", "14/12 08:00")]


def test_a_programme_with_rules_of_its_own_has_its_own_digest(
    province: Province, site: Any, smtp: Any, clock: Any
) -> None:
    digest(province)
    province.order(days=6)

    def own(w: Any) -> None:
        programme = w.db.scalars(select(Programme)).one()
        rows = keeping.take_over(w, programme)
        row = next(one for one in rows if (one.kind, one.whom) == ("digest", "department"))
        keeping.switch(w, row, on=False)

    keep(province, own)
    travel(clock, "2026-11-09T08:00")
    worker(site)
    assert not digests(smtp, "stc@province.example")


# -- words ------------------------------------------------------------------------------------------------------------


def said(html: str) -> str:
    lines = (line.strip() for line in BeautifulSoup(html, "html.parser").get_text("\n").splitlines())
    return "\n".join(line for line in lines if line)


@pytest.fixture(params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    if "language" not in request.fixturenames:
        return {}
    language = request.getfixturevalue("language")
    return {"MEETUP_LOCALES": f"{language},{'en' if language == 'vi' else 'vi'}"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_new_mail(
    province: Province,
    site: Any,
    smtp: Any,
    clock: Any,
    language: str,
    snapshot: Any,
    backend: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from meetup.followups import conclude

    numbers = iter(range(111_000, 111_100))
    monkeypatch.setattr(conclude, "secrets", type("Numbers", (), {"randbelow": lambda _self, _most: next(numbers)})())
    session_of(province, registration_closes_at=CLOSES)
    digest(province)
    digest(province, "chair")
    offer(province)
    invite(province, 7)
    with province.work() as w:
        make_registration(w, w.get(Session, province.session), 8, response="tentative")
        w.db.execute(update(Contact).values(language=language))
        w.commit()
    province.order("Thuê đất", days=3)
    province.order("Hoàn thuế", days=6)
    province.order("Cấp phép", days=6, lead="SXD")
    for moment in ("2026-11-03T07:00", "2026-11-05T09:00", "2026-11-09T08:00", "2026-11-11T17:00"):
        travel(clock, moment)
        worker(site)
    kinds = {"registration_closing", "invitation_unanswered", "offer_lapsing", "weekly_digest"}
    with province.work(write=False) as w:
        rows = w.db.scalars(select(Outgoing).where(Outgoing.kind.in_(kinds)).order_by(Outgoing.id)).all()
    names = {row.message_id.strip("<>"): row.kind for row in rows if row.state == "sent"}
    assert set(names.values()) == kinds
    told: dict[str, list[str]] = {}
    for mail in smtp.messages:
        kind = names.get(str(mail["Message-ID"]).strip("<>"))
        if kind is None:
            continue
        text = f"To: {mail.envelope_to[0]}\nSubject: {mail['Subject']}\n\n{mail.text}\n----\n{said(mail.html)}"
        text = re.sub(r"/(r|unsubscribe)/[\w-]+", r"/\1/TOKEN", text)
        assert mail["Content-Language"] == language
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert len(mail["Subject"]) <= 90
        assert not re.search(r"[{}]|%\(|None", mail.text), text
        told.setdefault(kind, []).append(text.replace("\r\n", "\n"))
    assert told == snapshot
