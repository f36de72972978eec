"""The own page behind its link: what can be changed there, and that it belongs to its enterprise alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from sqlalchemy import func, select

from meetup import links
from meetup.activity.models import Activity
from meetup.outbox.models import Outgoing
from meetup.registrations.models import Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.factories import make_invitation, make_registration, make_session, own_path
from tests.rig.visitor import parse

if TYPE_CHECKING:
    from tests.factories import Unit
    from tests.rig.visitor import Visitor


def state(work: Unit, path: str) -> str:
    with work(write=False) as w:
        subject = links.subject_of(w.db, w.mount.secret, "registration", path.removeprefix("/r/"))
        return str(w.get(Registration, int(subject.partition(":")[2])).state)


@pytest.fixture
def paths(work: Unit) -> list[str]:
    """Own pages: one confirmed with two people, one invited, one waiting."""
    with work() as w:
        session = make_session(w, capacity=3)
        rows = [make_registration(w, session, 1, seats=2), make_invitation(w, session, 2)]
        rows.append(make_registration(w, session, 3, seats=2))
        found = [own_path(w, row) for row in rows]
        w.commit()
    return found


def test_it_shows_its_own_data_alone(client: Visitor, paths: list[str]) -> None:
    response = client.get(paths[0])
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"].startswith("noindex")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "dn1@example.com" in response.text
    assert "Người 1.2" in response.text
    for other in ("dn2@example.com", "dn3@example.com", "Mẫu 2", "Mẫu 3"):
        assert other not in response.text


def test_reading_changes_nothing(client: Visitor, work: Unit, paths: list[str]) -> None:
    def count() -> tuple[Any, ...]:
        with work(write=False) as w:
            return tuple(
                w.db.scalar(select(func.count()).select_from(model)) for model in (Activity, Outgoing, links.Link)
            )

    before = count()
    for path in paths:
        for below in ("", "/session.ics"):
            assert client.get(path + below).status_code == 200
        assert client.get(f"{path}/reply").status_code == 405
        assert client.get(f"{path}/cancel").status_code == 405
    assert count() == before


def test_replies(client: Visitor, work: Unit, paths: list[str]) -> None:
    invited = paths[1]
    for response, reached in (("tentative", "tentative"), ("declined", "declined"), ("accepted", "confirmed")):
        done = client.fill(invited, {"response": response}, form=f"{invited}/reply")
        assert done.status_code == 200
        assert state(work, invited) == reached
    client.fill(invited, {"response": "tentative"}, form=f"{invited}/reply")
    # A seat is free again, but a party of two waits; one seat is of no use to them.
    assert state(work, paths[2]) == "waitlisted"
    assert client.fill(invited, {"response": "nonsense"}, form=f"{invited}/reply").status_code == 200
    assert state(work, invited) == "tentative"


def test_people_and_seats(client: Visitor, work: Unit, paths: list[str]) -> None:
    path = paths[0]
    form = f"{path}/participants"
    changed = {"participants-0-name": "Lê Văn Mới", "participants-1-name": "", "participants-1-position": ""}
    assert client.fill(path, changed, form=form).status_code == 200
    page = client.get(path).text
    assert "Lê Văn Mới" in page
    assert "Người 1.2" not in page
    # Two seats are free now: the party that waits has an offer.
    assert state(work, paths[2]) == "offered"
    failed = client.fill(path, {"participants-0-name": "", "participants-0-position": ""}, form=form)
    assert failed.status_code == 422
    full = client.fill(path, {"participants-1-name": "Thêm một"}, form=form)
    assert full.status_code == 422
    assert "Thêm một" in full.text
    more = client.fill(path, {"participants-1-name": "Thêm một", "add": "1"}, form=form)
    assert parse(more).find("input", {"name": "participants-1-name"})["value"] == "Thêm một"


def test_an_offer_is_taken(client: Visitor, work: Unit, paths: list[str]) -> None:
    client.fill(paths[0], {"reason": "Bận"}, form=f"{paths[0]}/cancel")
    assert state(work, paths[0]) == "cancelled"
    assert "03/11/2026 09:00" in client.get(paths[2]).text
    client.fill(paths[2], {"response": "accepted"}, form=f"{paths[2]}/reply")
    assert state(work, paths[2]) == "confirmed"


def test_cancelling_is_final_and_keeps_the_page(client: Visitor, work: Unit, paths: list[str]) -> None:
    page = client.soup(paths[0])
    client.send(page, paths[0], {"reason": ""}, form=f"{paths[0]}/cancel")
    again = client.send(page, paths[0], {"reason": ""}, form=f"{paths[0]}/cancel")
    assert again.status_code == 422
    assert state(work, paths[0]) == "cancelled"
    assert client.get(paths[0]).status_code == 200


def test_too_late(client: Visitor, work: Unit, clock: Any, paths: list[str]) -> None:
    page = client.soup(paths[1])
    clock.travel(to="2026-11-28T07:00")
    client.send(page, paths[1], {"response": "accepted"}, form=f"{paths[1]}/reply")
    assert state(work, paths[1]) == "invited"
    assert not parse(client.get(paths[1])).find("button", {"name": "response"})


def test_a_link_that_is_none(client: Visitor, paths: list[str]) -> None:
    for token in ("x", paths[0][3:-1] + ("B" if paths[0].endswith("A") else "A"), "ô" * 38, "%00" * 38):
        for below in ("", "/session.ics"):
            assert client.get(f"/r/{token}{below}").status_code == 404
    assert "/r/" in client.get("/r/x").text


def test_a_revoked_link_is_gone(client: Visitor, work: Unit, paths: list[str]) -> None:
    with work() as w:
        row = w.db.scalars(select(Registration).order_by(Registration.id)).first()
        assert row is not None
        links.revoke(w.db, "registration", row.subject, w.now)
        w.commit()
    assert client.get(paths[0]).status_code == 404
    assert client.get(paths[1]).status_code == 200


def test_a_lost_link_is_mailed_and_never_shown(client: Visitor, work: Unit, paths: list[str]) -> None:
    answers = []
    for address in ("DN1@example.com", "nobody@example.com"):
        done = client.fill("/r/", {"email": address})
        assert done.status_code == 200
        assert paths[0] not in done.text
        answers.append(parse(done).select_one(".mu-flashes").get_text(strip=True))
    assert answers[0] == answers[1]
    with work(write=False) as w:
        sent = w.db.scalars(select(Outgoing.recipient).where(Outgoing.kind == "registration_links")).all()
        assert sent == ["dn1@example.com"]
    for bad in ("", "not an address", "a" * 400):
        assert client.fill("/r/", {"email": bad}).status_code == 422


def test_the_calendar_of_ones_own(client: Visitor, paths: list[str]) -> None:
    for path, partstat, status in ((paths[0], "ACCEPTED", "CONFIRMED"), (paths[2], "TENTATIVE", "TENTATIVE")):
        response = client.get(f"{path}/session.ics")
        calendar = icalendar.Calendar.from_ical(response.data)
        assert "METHOD" not in calendar
        (event,) = calendar.walk("VEVENT")
        assert event["ATTENDEE"].params["PARTSTAT"] == partstat
        assert event["STATUS"] == status
        assert str(event["URL"]).endswith(path)
        if status == "TENTATIVE":
            assert str(event["SUMMARY"]).startswith("Danh sách chờ")


def test_a_session_that_was_called_off(client: Visitor, work: Unit, paths: list[str]) -> None:
    with work() as w:
        sessions.cancel(w, w.db.scalars(select(Session)).one(), reason="Bão số 9 <b>")
        w.commit()
    page = client.get(paths[0]).text
    assert "Bão số 9 &lt;b&gt;" in page
    assert f'action="{paths[0]}/reply"' not in page
