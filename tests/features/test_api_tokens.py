"""What the API gives to whom: a token is needed, and each sees what its role and department may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from meetup.departments.service import by_code as find_department
from meetup.departments.service import create_field
from meetup.issues import service as issues
from meetup.programmes.service import create_programme
from meetup.registrations import service as registrations
from meetup.sessions import service as sessions
from tests.features.chain import Api, bring_in, deliver, tokens_of


@pytest.fixture
def token(runner: Any) -> Any:
    return tokens_of(runner)


def someone_registered(work: Any) -> Any:
    """A published session and an enterprise that comes."""
    session = sessions.draft(
        work,
        programme=create_programme(work, name="Cà phê"),
        title="Kỳ đầu",
        venue="Không gian Khởi nghiệp",
        starts_at=work.now + timedelta(days=20),
        ends_at=work.now + timedelta(days=20, hours=2),
    )
    sessions.publish(work, session)
    outcome = registrations.register(
        work,
        session,
        enterprise={"kind": "investor", "name": "Nhà đầu tư"},
        contact={"name": "Ông An", "email": "an@invest.example", "language": "vi"},
        participants=[{"name": "Ông An"}],
        consent=True,
    )
    return session, outcome.registration


def test_a_token_is_needed(site: Any) -> None:
    response = site.test_client().get("/api/v1/sessions")
    assert response.status_code == 401
    assert response.content_type == "application/problem+json"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_department_does_not_see_anothers(site: Any, token: Any, runner: Any, tmp_path: Any) -> None:
    bring_in(runner, tmp_path)
    officer = Api(site, token("officer", "--department", "SXD"))
    assert officer.call("POST", "/sessions", {}).status_code == 403
    assert officer.call("GET", "/activity").status_code == 403
    assert officer.call("GET", "/follow-ups/1234567").status_code == 404


def test_the_description_is_openapi(site: Any) -> None:
    document = site.test_client().get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/sessions/{session_id}/publish" in document["paths"]
    assert site.test_client().get("/api/v1/docs").status_code == 200


def test_answers_are_not_kept_for_ever(site: Any, mount: Any, token: Any, runner: Any, clock: Any) -> None:
    admin = Api(site, token("admin"))
    body = {"name": "Cà phê"}
    first = admin.call("POST", "/programmes", body, 201, **{"Idempotency-Key": "p"}).get_json()
    assert admin.call("POST", "/programmes", body, 201, **{"Idempotency-Key": "p"}).get_json() == first
    other = admin.call("POST", "/programmes", {"name": "Khác"}, 422, **{"Idempotency-Key": "p"}).get_json()
    assert "Idempotency-Key" in other["errors"]
    clock.travel(days=3)
    deliver(runner)
    again = admin.call("POST", "/programmes", body, 201, **{"Idempotency-Key": "p"}).get_json()
    assert again["id"] != first["id"]


def test_an_officers_token_reads_no_conduct_and_no_unpublished_words(
    site: Any, mount: Any, token: Any, runner: Any, tmp_path: Any
) -> None:
    bring_in(runner, tmp_path)
    organizer = Api(site, token("organizer"))
    officer = Api(site, token("officer", "--department", "STC"))
    other = Api(site, token("officer", "--department", "SXD"))
    with mount.work() as work:
        departments = {code: find_department(work, code) for code in ("STC", "SXD")}
        field = create_field(work, code="thue", name="Thuế")
        session, registration = someone_registered(work)
        numbers = []
        for kind in ("obstacle", "conduct"):
            issue = issues.submit(
                work,
                registration=registration,
                session=session,
                title=f"Kiến nghị {kind}",
                description="Chi tiết kín của doanh nghiệp, chờ hơn sáu tháng.",
                kind=kind,
                visibility="public" if kind == "obstacle" else "confidential",
            )
            issues.accept(work, issue, field=field, lead_department=departments["STC"])
            numbers.append(issue.number)
            if kind == "obstacle":
                issues.publish(work, issue, title="Đã biên tập", question="Đã biên tập.", answer="Đã trả lời.")
        work.commit()
    open_one, conduct = numbers
    assert officer.call("GET", f"/issues/{open_one}").status_code == 200
    assert other.call("GET", f"/issues/{open_one}").status_code == 404
    assert officer.call("GET", f"/issues/{conduct}").status_code == 404
    assert organizer.call("GET", f"/issues/{conduct}").status_code == 200
    assert [one["id"] for one in officer.call("GET", "/issues").get_json()["items"]] == [open_one]
    assert other.call("GET", "/issues?q=chi tiet kin").get_json()["items"] == []
    orders = [{"lead_department": "STC", "task": "Xem xét.", "working_days": 5}]
    (made,) = organizer.call(
        "POST", f"/issues/{conduct}/conclusion", {"text": "Giao.", "follow_ups": orders}, 201
    ).get_json()
    assert officer.call("GET", f"/follow-ups/{made['id']}").status_code == 404
    assert officer.call("POST", f"/follow-ups/{made['id']}/accept").status_code == 404
    assert officer.call("GET", "/follow-ups").get_json()["items"] == []


def test_only_who_may_read_registrations_makes_one_over_the_api(
    site: Any, mount: Any, token: Any, runner: Any, tmp_path: Any
) -> None:
    """The answer to a second registration is the first one, with its contact and its secret link."""
    bring_in(runner, tmp_path)
    known = {"kind": "enterprise", "tax_code": "0100109106", "name": "Công ty Đã Đăng ký", "sector": ""}
    curious = {"name": "Kẻ tò mò", "email": "to.mo@example.vn", "phone": "", "language": "vi"}
    with mount.work() as work:
        session, _registration = someone_registered(work)
        first = {"name": "Bà Đầu tiên", "email": "dau.tien@example.vn", "language": "vi"}
        who = [{"name": "Bà Đầu tiên"}]
        registrations.register(work, session, enterprise=known, contact=first, participants=who, consent=True)
        session_id = session.id
        work.commit()
    people = [{"name": "Kẻ tò mò", "position": ""}]
    body = {"enterprise": known, "contact": curious, "participants": people, "consent": True}
    for role in ("officer", "leader"):
        more = ("--department", "SXD") if role == "officer" else ()
        answer = Api(site, token(role, *more)).call("POST", f"/sessions/{session_id}/registrations", body)
        assert answer.status_code == 403, answer.text
        assert "manage_url" not in answer.text
        assert "dau.tien@example.vn" not in answer.text
    again = Api(site, token("organizer")).call("POST", f"/sessions/{session_id}/registrations", body, 200).get_json()
    assert again["contact"]["email"] == "dau.tien@example.vn"
