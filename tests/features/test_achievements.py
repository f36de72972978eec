"""What a programme has achieved, counted from real rows; plugins read it through `meetup.api`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from meetup.api import achievements
from meetup.followups import service
from meetup.issues import service as issues
from meetup.programmes.models import Programme
from meetup.programmes.service import create_programme
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.features.following import Province, build


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def test_nothing_yet_is_nothing(province: Province) -> None:
    with province.work(write=False) as w:
        done = achievements(w)
        assert (done.sessions_held, done.issues_raised, done.issues_answered, done.issues_confirmed) == (0, 0, 0, 0)
        assert done.median_days is None


def test_only_what_stands_is_counted(province: Province, clock: Any, query_counter: Any) -> None:
    province.order("Được xác nhận", to="accepted")
    answered = [province.order(f"Vấn đề {n}", to="accepted") for n in range(3)]
    clock.travel(days=3)
    for number in answered[:2]:
        province.do(number, lambda w, f: service.answer(w, f, text="Sở đã hoàn số thuế vào tài khoản của công ty."))
        province.do(number, service.verify)
    province.do(answered[0], lambda w, f: service.confirm(w, f, satisfaction=5))
    with province.work(province.actor("organizer")) as w:
        gone = issues.submit(
            w,
            title="Rút lại",
            description="Không còn vướng mắc này nữa.",
            registration=w.get(*_registration(province)),
        )
        issues.withdraw(w, gone)
        w.commit()
    clock.travel(days=10)
    with province.work(province.actor("organizer")) as w:
        session = w.db.scalars(select(Session)).one()
        sessions.hold(w, session)
        w.commit()
    with query_counter() as statements, province.work(write=False) as w:
        done = achievements(w, w.db.scalars(select(Programme)).one())
    assert len(statements) == 3
    assert (done.sessions_held, done.issues_raised) == (1, 4)
    assert (done.issues_answered, done.issues_confirmed) == (2, 1)
    assert done.median_days == Decimal("3.0")
    province.do(answered[1], lambda w, f: service.reopen(w, f, reason="Chưa nhận được tiền hoàn thuế."))
    with province.work() as w:
        assert achievements(w).issues_answered == 1
        other = create_programme(w, name="Đối thoại")
        assert achievements(w, other).issues_raised == 0


def test_silence_is_no_confirmation(province: Province, clock: Any) -> None:
    province.order("Im lặng", to="verified")
    clock.travel(days=40)
    with province.work() as w:
        assert service.lapse_unanswered(w) == 1
        w.commit()
        done = achievements(w)
    assert (done.issues_answered, done.issues_confirmed) == (1, 0)


def _registration(province: Province) -> Any:
    from meetup.registrations.models import Registration

    return Registration, province.registration
