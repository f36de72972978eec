"""The organiser's desk: drafting, publishing, changing, calling off, copying a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from meetup.outbox.models import Outgoing
from meetup.sessions.models import Session
from tests.factories import ADMIN, OFFICER, ORGANIZER, make_programme, make_registration, make_session, sign_in
from tests.features.test_registrations_form import HOSTILE
from tests.rig.visitor import parse

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.visitor import Visitor

NEW = {
    "title": "Cà phê kỳ mới",
    "topic": "Thuế, hóa đơn",
    "starts_at": "28/11/2026 07:00",
    "ends_at": "28/11/2026 09:00",
    "venue": "Không gian Khởi nghiệp",
    "capacity": "25",
    "seats_per_enterprise": "2",
}


@pytest.fixture(autouse=True)
def signed_in(mount: Mount) -> None:
    sign_in(mount, ORGANIZER)


@pytest.fixture
def programme(work: Unit) -> str:
    with work() as w:
        found = make_programme(w).slug
        w.commit()
    return found


def one(work: Unit) -> Session:
    with work(write=False) as w:
        return w.db.scalars(select(Session).order_by(Session.id.desc()).limit(1)).one()


def test_who_may_come(client: Visitor, mount: Mount, work: Unit, programme: str) -> None:
    with work() as w:
        slug = make_session(w).slug
        w.commit()
    pages = (
        "/organize/",
        "/organize/sessions/",
        "/organize/sessions/new",
        f"/organize/sessions/{slug}/",
        f"/organize/sessions/{slug}/edit",
        f"/organize/sessions/{slug}/invitations",
        f"/organize/sessions/{slug}/check-in",
        f"/organize/sessions/{slug}/attendance",
        "/organize/departments/",
        "/organize/departments/new",
    )
    for who, code in ((ORGANIZER, 200), (ADMIN, 200), (OFFICER, 403), (None, 302)):
        sign_in(mount, who)
        for path in pages:
            assert client.get(path).status_code == code, (path, who)
    for who, code in ((ORGANIZER, 403), (ADMIN, 200)):
        sign_in(mount, who)
        for path in ("/organize/programmes/", "/organize/programmes/new", f"/organize/programmes/{programme}"):
            assert client.get(path).status_code == code, (path, who)


def test_from_draft_to_report(client: Visitor, work: Unit, clock: Any, programme: str) -> None:
    done = client.fill("/organize/sessions/new", NEW)
    session = one(work)
    desk = f"/organize/sessions/{session.slug}/"
    assert done.request.path == desk
    assert session.state == "draft"
    client.fill(desk, form=f"{desk}publish")
    assert one(work).state == "published"
    assert one(work).number == 1
    page = client.get(desk).text
    assert "còn thiếu" in page
    client.fill(f"{desk}edit", {"starts_at": "2026-11-28T07:30", "ends_at": "2026-11-28T09:30", "chair": "Bà Lan"})
    changed = one(work)
    assert (changed.sequence, changed.chair) == (1, "Bà Lan")
    assert changed.starts_at.isoformat() == "2026-11-28T00:30:00+00:00"
    clock.travel(to="2026-11-28T07:25")
    client.fill(desk, form=f"{desk}hold")
    assert one(work).state == "held"
    client.fill(desk, {"conclusion_number": "12/TB-UBND", "summary": "Đã nghe 3 ý kiến."}, form=f"{desk}report")
    assert (one(work).state, one(work).conclusion_number) == ("reported", "12/TB-UBND")
    public = client.get(f"/sessions/{session.slug}").text
    assert "12/TB-UBND" in public
    assert "Đã nghe 3 ý kiến." in public
    again = client.send(client.soup(desk), desk, {"starts_at": "12/12/2026 07:00"}, form=f"{desk}copy")
    copied = one(work)
    assert again.status_code == 200
    assert (copied.state, copied.title, copied.sequence) == ("draft", NEW["title"], 0)
    assert copied.uid != session.uid
    assert copied.ends_at.isoformat() == "2026-12-12T02:00:00+00:00"


def test_calling_off_needs_a_reason_and_tells_everyone(client: Visitor, work: Unit) -> None:
    with work() as w:
        session = make_session(w, capacity=2)
        for number in range(3):
            make_registration(w, session, number, seats=1)
        desk = f"/organize/sessions/{session.slug}/"
        w.commit()
    failed = client.fill(desk, {"reason": " "}, form=f"{desk}cancel")
    assert failed.status_code == 422
    assert parse(failed).select("#reason-error .mu-error")
    assert one(work).state == "published"
    client.fill(desk, {"reason": "Bão số 9"}, form=f"{desk}cancel")
    assert (one(work).state, one(work).sequence) == ("cancelled", 1)
    with work(write=False) as w:
        kinds = w.db.scalars(select(Outgoing.kind).where(Outgoing.state == "queued")).all()
        assert kinds == ["calendar_session_cancelled"] * 3


def test_an_arrow_that_is_not_drawn(client: Visitor, work: Unit) -> None:
    with work() as w:
        session = make_session(w)
        desk = f"/organize/sessions/{session.slug}/"
        w.commit()
    page = client.soup(desk)
    client.send(page, desk, form=f"{desk}hold")
    late = client.send(page, desk, {"reason": "x"}, form=f"{desk}cancel")
    assert late.status_code == 422
    assert parse(late).select(".mu-summary li")
    assert one(work).state == "held"


def test_two_editors(client: Visitor, work: Unit) -> None:
    with work() as w:
        slug = make_session(w).slug
        w.commit()
    path = f"/organize/sessions/{slug}/edit"
    mine = client.soup(path)
    client.fill(path, {"chair": "Người trước"})
    late = client.send(mine, path, {"chair": "Người sau"})
    assert late.status_code == 422
    assert "Người sau" in late.text
    assert one(work).chair == "Người trước"


def test_wall_times_that_do_not_exist_or_exist_twice(client: Visitor, work: Unit, programme: str) -> None:
    for start in ("28/03/2027 02:30", "31/10/2027 02:30"):
        day = start[:10]
        done = client.fill(
            "/organize/sessions/new",
            {**NEW, "timezone": "Europe/Berlin", "starts_at": start, "ends_at": f"{day} 05:00"},
        )
        assert done.status_code == 422
        assert parse(done).select("#starts_at-error .mu-error")
        assert parse(done).find("input", {"name": "starts_at"})["value"] == start
    done = client.fill(
        "/organize/sessions/new",
        {**NEW, "timezone": "Europe/Berlin", "starts_at": "28/03/2027 03:30", "ends_at": "28/03/2027 05:00"},
    )
    assert done.status_code == 200
    assert one(work).starts_at.isoformat() == "2027-03-28T01:30:00+00:00"


def test_faults_of_a_session_stand_at_their_fields(client: Visitor, work: Unit, programme: str) -> None:
    wrong = {
        "title": "",
        "ends_at": "28/11/2026 06:00",
        "online_url": "javascript:alert(1)",
        "capacity": "0",
        "timezone": "Mars/Olympus",
        "registration_closes_at": "29/11/2026 07:00",
    }
    done = client.fill("/organize/sessions/new", {**NEW, **wrong})
    assert done.status_code == 422
    assert parse(done).select("#timezone-error .mu-error")
    done = client.fill("/organize/sessions/new", {**NEW, **wrong, "timezone": ""})
    for name in ("title", "ends_at", "online_url", "capacity", "registration_closes_at"):
        assert parse(done).select(f"#{name}-error .mu-error"), name
    for name, text in (("starts_at", "gestern"), ("capacity", "viele")):
        done = client.fill("/organize/sessions/new", {**NEW, name: text})
        assert done.status_code == 422
        assert parse(done).find("input", {"name": name})["value"] == text
    with work(write=False) as w:
        assert not w.db.scalar(select(func.count()).select_from(Session))


@pytest.mark.parametrize(
    "field", ["title", "topic", "starts_at", "timezone", "online_url", "capacity", "programme", "version"]
)
def test_hostile_sessions(client: Visitor, work: Unit, programme: str, field: str) -> None:
    page = client.soup("/organize/sessions/new")
    for text in HOSTILE.values():
        done = client.send(page, "/organize/sessions/new", {**NEW, field: text})
        assert done.status_code in (200, 422)
        assert "<script>alert" not in done.text


def test_fewer_seats_than_are_taken(client: Visitor, work: Unit) -> None:
    with work() as w:
        session = make_session(w)
        make_registration(w, session, 1, seats=2)
        slug = session.slug
        w.commit()
    done = client.fill(f"/organize/sessions/{slug}/edit", {"capacity": "1"})
    assert done.status_code == 422
    assert "2 chỗ được giữ" in done.text


def test_hostile_addresses(client: Visitor, work: Unit, mount: Mount) -> None:
    with work() as w:
        slug = make_session(w).slug
        w.commit()
    for bad in ("%00", "a%00b", "%F0%9F%A6%90", "..%2f", "%ff", "x" * 3_000):
        for path in (f"/sessions/{bad}", f"/sessions/{bad}.ics", f"/organize/sessions/{bad}/", f"/r/{bad}"):
            assert client.get(path).status_code in (404, 308), path
        sign_in(mount, ADMIN)
        assert client.get(f"/organize/programmes/{bad}").status_code in (404, 308)
        # A NUL names nothing anywhere; anything else is looked for, not found, and the page says so.
        answers = (404,) if "%00" in bad else (200,)
        for path in (
            f"/sessions/?programme={bad}",
            f"/calendar.ics?programme={bad}",
            f"/organize/sessions/{slug}/?q={bad}&show={bad}",
            f"/organize/sessions/{slug}/check-in?q={bad}",
            f"/organize/sessions/?state={bad}",
        ):
            assert client.get(path).status_code in answers, path


def test_a_copy_needs_its_day(client: Visitor, work: Unit) -> None:
    with work() as w:
        desk = f"/organize/sessions/{make_session(w).slug}/"
        w.commit()
    for text in ("", *HOSTILE.values()):
        done = client.fill(desk, {"starts_at": text}, form=f"{desk}copy")
        assert done.status_code == 422
        assert parse(done).select("#starts_at-error .mu-error")
    with work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Session)) == 1
