"""What every call of the API keeps to: the type of a body, tags that tell a change, keys that give the first answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from meetup import Meetup
from tests.features.chain import Api, bring_in, tokens_of

BODY: dict[str, Any] = {
    "enterprise": {"kind": "enterprise", "tax_code": "9999900013", "name": "Thủy sản Mẫu Một", "sector": ""},
    "contact": {"name": "Nguyễn Văn An", "email": "an@mot.example", "phone": "0290 000 0001", "language": "vi"},
    "participants": [{"name": "Nguyễn Văn An", "position": ""}, {"name": "Trần Thị Ba", "position": ""}],
    "response": "accepted",
    "consent": True,
}
OTHER: dict[str, Any] = {
    **BODY,
    "enterprise": {"kind": "enterprise", "tax_code": "9999900020", "name": "HTX Mẫu Hai", "sector": ""},
    "contact": {**BODY["contact"], "email": "bich@hai.example"},
}


@pytest.fixture
def organizer(runner: Any, site: Any, smtp: Any, clock: Any, tmp_path: Any) -> Api:
    """An organiser's caller; departments, a programme, a field and a draft with two seats are there."""
    bring_in(runner, tmp_path)
    token = tokens_of(runner)
    admin = Api(site, token("admin"))
    admin.call("POST", "/programmes", {"name": "Cà phê", "slug": "ca-phe", "rules": {}}, 201)
    admin.call("POST", "/fields", {"code": "thue", "name": "Thuế"}, 201)
    caller = Api(site, token("organizer"))
    caller.call(
        "POST",
        "/sessions",
        {
            "programme": "ca-phe",
            "title": "Kỳ đầu",
            "starts_at": "2026-11-14T07:00:00+07:00",
            "ends_at": "2026-11-14T09:00:00+07:00",
            "timezone": "Asia/Ho_Chi_Minh",
            "venue": "Không gian Khởi nghiệp",
            "capacity": 2,
            "seats_per_enterprise": 2,
        },
        201,
    )
    return caller


def at_once(
    site: Any, organizer: Api, method: str, path: str, bodies: list[Any], **headers: str
) -> list[tuple[int, bool, Any]]:
    """Send the same call with each of these bodies at the same moment; how each is answered."""
    ready = Barrier(len(bodies))

    def send(body: Any) -> tuple[int, bool, Any]:
        client = site.test_client()
        ready.wait()
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers={**organizer.headers, **headers})
        return answer.status_code, "Idempotency-Replayed" in answer.headers, answer.get_json(force=True)

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(send, bodies))


@pytest.mark.parametrize("kind", [None, "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_that_is_not_json_is_refused_and_changes_nothing(organizer: Api, kind: str | None) -> None:
    organizer.call("POST", "/sessions/1/publish", status=200)
    organizer.call("POST", "/sessions/1/registrations", BODY, 201)
    for method, path, text in (
        ("PATCH", "/sessions/1", '{"title": "Kỳ hai"}'),
        ("PATCH", "/registrations/1", '{"response": "declined"}'),
        ("POST", "/registrations/1/cancel", '{"reason": "Ốm"}'),
        ("POST", "/sessions/1/hold", '{"anything": 1}'),
        ("PUT", "/sessions/1/agenda", "[]"),
    ):
        answer = organizer.client.open(
            f"/api/v1{path}",
            method=method,
            data=text.encode(),
            content_type=kind,
            headers={**organizer.headers, "Idempotency-Key": "k-1"},
        )
        assert answer.status_code == 415, f"{method} {path}: {answer.status_code} {answer.text}"
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["type"] == "urn:meetup:problem:not_json"
    session = organizer.call("GET", "/sessions/1", status=200).get_json()
    assert (session["title"], session["state"]) == ("Kỳ đầu", "published")
    assert organizer.call("GET", "/registrations/1", status=200).get_json()["state"] == "confirmed"


def test_json_of_any_kind_is_taken_and_so_is_no_body_at_all(organizer: Api) -> None:
    for kind, title in (("application/json; charset=utf-8", "Kỳ hai"), ("application/merge-patch+json", "Kỳ ba")):
        answer = organizer.client.patch(
            "/api/v1/sessions/1", data=f'{{"title": "{title}"}}'.encode(), content_type=kind, headers=organizer.headers
        )
        assert (answer.status_code, answer.get_json()["title"]) == (200, title)
    bare = organizer.client.post(
        "/api/v1/sessions/1/publish",
        data=b"",
        content_type="application/x-www-form-urlencoded",
        headers=organizer.headers,
    )
    assert bare.status_code == 200, "as curl -d '' sends it"


def test_who_has_no_token_is_told_that_first(organizer: Api) -> None:
    answer = organizer.client.patch("/api/v1/sessions/1", data=b"title=x", content_type="text/plain")
    assert answer.status_code == 401


def tabled(organizer: Api) -> int:
    """The draft is published and has one accepted issue; its number."""
    organizer.call("POST", "/sessions/1/publish", status=200)
    organizer.call("POST", "/sessions/1/registrations", BODY, 201)
    handed_in = {"registration_id": 1, "title": "Hoàn thuế", "description": "Hồ sơ hoàn thuế ba tháng chưa có trả lời."}
    number: int = organizer.call("POST", "/sessions/1/issues", handed_in, 201).get_json()["id"]
    organizer.call("POST", f"/issues/{number}/accept", {"field": "thue", "lead_department": "STC"}, 200)
    return number


def test_an_agenda_that_somebody_else_changed_is_not_written_over(organizer: Api) -> None:
    number, path = tabled(organizer), "/sessions/1/agenda"
    empty = organizer.call("GET", path, status=200).headers["ETag"]
    written = organizer.call("PUT", path, [{"issue_id": number, "minutes": 10}], 200, **{"If-Match": empty})
    assert written.headers["ETag"] != empty

    stale = organizer.call("PUT", path, [], 412, **{"If-Match": empty})
    assert stale.get_json()["title"] == "Changed in the meantime"
    read = organizer.call("GET", path, status=200, **{"If-None-Match": empty})
    assert [one["issue_id"] for one in read.get_json()] == [number]
    assert read.headers["ETag"] == written.headers["ETag"]
    organizer.call("GET", path, status=304, **{"If-None-Match": read.headers["ETag"]})

    # Longer, and at another time: each is another agenda.
    longer = organizer.call(
        "PUT", path, [{"issue_id": number, "minutes": 20}], 200, **{"If-Match": read.headers["ETag"]}
    )
    organizer.call("PUT", path, [], 412, **{"If-Match": read.headers["ETag"]})
    organizer.call("PATCH", "/sessions/1", {"starts_at": "2026-11-14T07:30:00+07:00"}, 200)
    moved = organizer.call("GET", path, status=200, **{"If-None-Match": longer.headers["ETag"]})
    organizer.call("PUT", path, [], 200, **{"If-Match": moved.headers["ETag"]})
    organizer.call("PUT", path, [], 200)
    organizer.call("PUT", path, [], 200, **{"If-Match": "*"})


def test_of_two_agendas_written_at_once_over_the_same_one_is_taken(organizer: Api, site: Any) -> None:
    number, path = tabled(organizer), "/sessions/1/agenda"
    tag = organizer.call("PUT", path, [{"issue_id": number, "minutes": 10}], 200).headers["ETag"]
    wanted = [[{"issue_id": number, "minutes": minutes}] for minutes in (20, 30, 40)]
    answers = at_once(site, organizer, "PUT", path, wanted, **{"If-Match": tag})
    assert sorted(status for status, _replayed, _text in answers) == [200, 412, 412], answers


def test_the_same_key_at_the_same_moment_gets_the_first_answer(organizer: Api, site: Any) -> None:
    """A client that repeats after a timeout, while the first is still at work."""

    def repeated(path: str, body: Any, key: str, status: int) -> None:
        answers = at_once(site, organizer, "POST", path, [body] * 4, **{"Idempotency-Key": key})
        assert [one[0] for one in answers] == [status] * 4, f"{path}: {answers}"
        assert sorted(one[1] for one in answers) == [False, True, True, True]
        assert all(one[2] == answers[0][2] for one in answers)

    repeated("/sessions/1/publish", None, "k-1", 200)
    repeated("/sessions/1/registrations", BODY, "k-2", 201)
    handed_in = {"registration_id": 1, "title": "Hoàn thuế", "description": "Hồ sơ hoàn thuế ba tháng chưa có trả lời."}
    repeated("/sessions/1/issues", handed_in, "k-3", 201)
    number = organizer.call("GET", "/issues", status=200).get_json()["items"][0]["id"]
    repeated(f"/issues/{number}/accept", {"field": "thue", "lead_department": "STC"}, "k-4", 200)
    ordered = [{"lead_department": "STC", "task": "Trả lời", "working_days": 3}]
    repeated(f"/issues/{number}/conclusion", {"text": "Giao Sở Tài chính", "follow_ups": ordered}, "k-5", 201)
    assert len(organizer.call("GET", "/follow-ups", status=200).get_json()["items"]) == 1
    repeated("/sessions/1/cancel", {"reason": "Bão"}, "k-6", 200)


def test_a_refusal_is_nobodys_first_answer(organizer: Api, site: Any) -> None:
    organizer.call("POST", "/sessions/1/publish", status=200, **{"Idempotency-Key": "k-1"})
    wrong = organizer.call("POST", "/sessions/1/publish", status=409, **{"Idempotency-Key": "k-2"})
    assert wrong.get_json()["state"] == "published"
    organizer.call("POST", "/sessions/1/cancel", {"reason": "Bão"}, 422, **{"Idempotency-Key": "k-1"})
    bodies = [{"reason": "Bão"}, {"reason": "Lũ"}]
    answers = at_once(site, organizer, "POST", "/sessions/1/cancel", bodies, **{"Idempotency-Key": "k-3"})
    assert sorted(one[0] for one in answers) == [200, 422], "one key for two requests"


def test_who_polls_sees_what_changes_without_a_new_version(organizer: Api, clock: Any) -> None:
    """Seats taken, a place in line, a due date that passes: each tag still lets its holder write."""
    organizer.call("POST", "/sessions/1/publish", status=200)
    session = organizer.call("GET", "/sessions/1", status=200)
    organizer.call("GET", "/sessions/1", status=304, **{"If-None-Match": session.headers["ETag"]})
    organizer.call("POST", "/sessions/1/registrations", BODY, 201)
    later = organizer.call("GET", "/sessions/1", status=200, **{"If-None-Match": session.headers["ETag"]})
    assert (session.get_json()["seats_taken"], later.get_json()["seats_taken"]) == (0, 2)
    assert session.get_json()["version"] == later.get_json()["version"]
    changed = organizer.call("PATCH", "/sessions/1", {"topic": "Thuế"}, 200, **{"If-Match": session.headers["ETag"]})
    organizer.call("GET", "/sessions/1", status=304, **{"If-None-Match": changed.headers["ETag"]})
    organizer.call("PATCH", "/sessions/1", {"topic": "Đất"}, 412, **{"If-Match": later.headers["ETag"]})
    several = f'"session-9-9", {changed.headers["ETag"]}'
    organizer.call("PATCH", "/sessions/1", {"topic": "Đất"}, 200, **{"If-Match": several})
    organizer.call("PATCH", "/sessions/1", {"topic": "Nước"}, 200, **{"If-Match": "*"})
    organizer.call("PATCH", "/sessions/1", {"topic": "Điện"}, 412, **{"If-Match": "nonsense"})

    third = {**OTHER["contact"], "email": "cuong@ba.example"}
    enterprise = {**OTHER["enterprise"], "tax_code": "9999900038", "name": "Chế biến Mẫu Ba"}
    organizer.call("POST", "/sessions/1/registrations", OTHER, 201)
    organizer.call("POST", "/sessions/1/registrations", {**OTHER, "contact": third, "enterprise": enterprise}, 201)
    waiting = organizer.call("GET", "/registrations/3", status=200)
    organizer.call("POST", "/registrations/2/cancel", status=200)
    nearer = organizer.call("GET", "/registrations/3", status=200, **{"If-None-Match": waiting.headers["ETag"]})
    assert (waiting.get_json()["waitlist_position"], nearer.get_json()["waitlist_position"]) == (2, 1)

    handed_in = {"registration_id": 1, "title": "Hoàn thuế", "description": "Hồ sơ hoàn thuế ba tháng chưa có trả lời."}
    number = organizer.call("POST", "/sessions/1/issues", handed_in, 201).get_json()["id"]
    organizer.call("POST", f"/issues/{number}/accept", {"field": "thue", "lead_department": "STC"}, 200)
    ordered = [{"lead_department": "STC", "task": "Trả lời", "working_days": 3}]
    body = {"text": "Giao Sở Tài chính", "follow_ups": ordered}
    (made,) = organizer.call("POST", f"/issues/{number}/conclusion", body, 201).get_json()
    early = organizer.call("GET", f"/follow-ups/{made['id']}", status=200)
    clock.travel(days=60)
    late = organizer.call("GET", f"/follow-ups/{made['id']}", status=200, **{"If-None-Match": early.headers["ETag"]})
    assert (early.get_json()["overdue"], late.get_json()["overdue"]) == (False, True)


def test_a_second_registration_is_answered_as_described(organizer: Api) -> None:
    organizer.call("POST", "/sessions/1/publish", status=200)
    organizer.call("POST", "/sessions/1/registrations", BODY, 201)
    assert organizer.call("POST", "/sessions/1/registrations", BODY, 200).get_json()["id"] == 1
    answers = organizer.call("GET", "/openapi.json", status=200).get_json()["paths"]
    described = answers["/api/v1/sessions/{session_id}/registrations"]["post"]["responses"]
    shape = {"$ref": "#/components/schemas/RegistrationOut"}
    assert [described[status]["content"]["application/json"]["schema"] for status in ("200", "201")] == [shape, shape]


def test_the_description_of_a_mounted_site_says_its_prefix_once(tmp_path: Path) -> None:
    host = Flask("host")
    host.config.update(TESTING=True, SECRET_KEY="x" * 40, MEETUP_BASE_URL="http://localhost/coffee")
    host.config.update(MEETUP_DATABASE_URL=f"sqlite:///{tmp_path / 'a.db'}", MEETUP_PLUGINS="")
    Meetup(host, url_prefix="/coffee")
    described = host.test_client().get("/coffee/api/v1/openapi.json").get_json()
    assert described["servers"] == [{"url": "http://localhost"}]
    assert "/coffee/api/v1/sessions" in described["paths"]


def test_a_scorecard_has_the_fields_that_are_described(organizer: Api) -> None:
    number = tabled(organizer)
    ordered = [{"lead_department": "STC", "task": "Trả lời", "working_days": 3}]
    organizer.call("POST", f"/issues/{number}/conclusion", {"text": "Giao Sở", "follow_ups": ordered}, 201)
    described = organizer.call("GET", "/openapi.json", status=200).get_json()
    known = described["components"]["schemas"]["ScorecardOut"]["properties"]
    answer = described["paths"]["/api/v1/scorecards"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ScorecardPage"}
    for by in ("department", "criterion"):
        items = organizer.call("GET", f"/scorecards?by={by}", status=200).get_json()["items"]
        assert items
        assert all(one.keys() == known.keys() for one in items)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_field_of_every_answer_has_its_type(site: Any) -> None:
    """A client that is made of the description knows what it gets."""
    shapes = site.test_client().get("/api/v1/openapi.json").json["components"]["schemas"]
    kinds = {"type", "$ref", "allOf", "anyOf", "oneOf"}
    without = {
        f"{name}.{field}"
        for name, shape in shapes.items()
        for field, said in shape.get("properties", {}).items()
        if not kinds & said.keys()
    }
    assert len(shapes) > 20
    assert without == set()
