"""How people are reached is shown to whoever asks for it and may, and that they asked is on record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from meetup.access import LEADER, Actor
from meetup.activity.models import Activity
from meetup.departments.models import Department
from meetup.followups import service as followups
from meetup.issues.queries import by_number
from meetup.outbox.models import Outgoing
from meetup.registrations.models import Registration
from meetup.rest.tokens import create_token
from tests.features.issuing import ORGANIZER, Province, Unit, build, officer
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from flask.testing import FlaskCliRunner

    from meetup.mount import Mount


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


def record(work: Unit, action: str = "contact.open") -> list[tuple[str, str]]:
    """Who looked, and at what."""
    with work(write=False) as w:
        rows = w.db.scalars(select(Activity).where(Activity.action == action).order_by(Activity.seq))
        return [(one.actor_kind, one.about or one.subject) for one in rows]


def test_at_an_issue(client: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue(to="accepted")
    issue = province.issue(number)
    with work(write=False) as w:
        email = by_number(w.db, number).contact.email
    path = f"/organize/issues/{number}"
    for actor in (ORGANIZER, officer(province.land)):
        province.sign_in(actor)
        assert email not in client.get(path).text, "only for the asking"
        before = record(work)
        shown = client.fill(path, form=f"{path}/contact")
        assert shown.status_code == 200 and email in shown.text
        assert record(work) == [*before, (actor.kind, issue.subject)]
        assert email not in client.get(path).text, "and once"
    for actor in (officer(province.tax), Actor("staff", "l", "Lãnh đạo", frozenset({LEADER})), None):
        province.sign_in(actor)
        token = client.soup("/issues/new").find("input", {"name": "csrf_token"})
        assert token is not None
        answer = client.post(f"{path}/contact", data={"csrf_token": token["value"]})
        assert answer.status_code in {302, 403, 404} and email not in answer.text
    assert len(record(work)) == 2


def test_at_a_follow_up(client: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue(to="accepted")
    with work() as w:
        issue = by_number(w.db, number)
        contact = issue.contact
        contact.phone = "+84912000111"
        land, tax = (w.db.get_one(Department, key) for key in (province.land, province.tax))
        order = followups.FollowUpOrder(lead_department=land, task="Trả lời", coordinating=[tax], working_days=9)
        (f,) = followups.conclude(w, issue, text="Giao Sở trả lời.", orders=[order])
        path, subject = f"/department/follow-ups/{f.number}", f.subject
        w.commit()
    province.sign_in(officer(province.land))
    assert "0912 000 111" not in client.get(path).text
    assert "0912 000 111" in client.fill(path, form=f"{path}/contact").text
    assert record(work) == [("staff", subject)]
    # Who coordinates writes to the lead agency: the enterprise, which may be anonymous, is not theirs to call.
    province.sign_in(officer(province.tax))
    page = client.get(path)
    assert page.status_code == 200 and "0912 000 111" not in page.text and f"{path}/contact" not in page.text
    token = client.soup("/issues/new").find("input", {"name": "csrf_token"})
    assert token is not None
    assert client.post(f"{path}/contact", data={"csrf_token": token["value"]}).status_code == 404


def test_at_a_registration(client: Visitor, province: Province, work: Unit) -> None:
    with work(write=False) as w:
        row = w.db.scalars(select(Registration).order_by(Registration.id)).first()
        assert row is not None
        key, subject = row.id, row.subject
    province.sign_in(ORGANIZER)
    path = f"/organize/sessions/{province.slug}/"
    assert "thuy@" not in client.get(path).text
    shown = client.fill(path, form=f"/organize/registrations/{key}/contact")
    assert "@" in shown.text and record(work) == [("staff", subject)]


def test_over_the_api_and_in_exports(site: Any, mount: Mount, province: Province, work: Unit, runner: Any) -> None:
    with mount.work() as w:
        _row, token = create_token(w, name="Trục liên thông", role="organizer")
        row = w.db.scalars(select(Registration).order_by(Registration.id)).first()
        assert row is not None
        key, session = row.id, row.session_id
        w.commit()
    client, bearer = site.test_client(), {"Authorization": f"Bearer {token}"}
    assert client.get(f"/api/v1/registrations/{key}", headers=bearer).status_code == 200
    listed = client.get(f"/api/v1/sessions/{session}/registrations", headers=bearer)
    assert listed.status_code == 200 and len(listed.get_json()["items"]) == 2
    assert record(work, "contact.read") == [
        ("token", f"registration:{key}"),
        ("token", f"session:{session}"),
    ]
    assert record(work, "contact.export") == []
    assert runner.invoke(args=["meetup", "export", "enterprises"]).exit_code == 0
    assert record(work, "contact.export") == [("system", "export:enterprises")]
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0


def test_a_person_learns_who_looked(runner: FlaskCliRunner, client: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue()
    with work(write=False) as w:
        email = by_number(w.db, number).contact.email
    province.sign_in(ORGANIZER)
    client.fill(f"/organize/issues/{number}", form=f"/organize/issues/{number}/contact")
    held = json.loads(runner.invoke(args=["meetup", "privacy", "export", email]).stdout)
    assert "contact.open" in {entry["action"] for entry in held["activity"]}


def test_in_the_outbox(client: Visitor, province: Province, work: Unit) -> None:
    """Which addresses of contacts a page of the outbox showed; a department's is nobody's."""
    number = province.raise_issue(to="accepted")
    with work(write=False) as w:
        contact = by_number(w.db, number).contact
        row = w.db.scalars(select(Outgoing).where(Outgoing.recipient == contact.email)).first()
        assert row is not None
    province.sign_in(ORGANIZER)
    assert contact.email in client.get("/organize/outbox/?state=queued").text
    assert contact.email in client.get(f"/organize/outbox/{row.id}").text
    assert client.get("/organize/outbox/?state=dead").status_code == 200
    assert record(work, "contact.read") == [("staff", "outbox:list"), ("staff", row.subject)]
    with work(write=False) as w:
        notes = w.db.scalars(select(Activity.details).where(Activity.action == "contact.read")).all()
    assert [one and one["contacts"] for one in notes] == [[contact.id], [contact.id]]
