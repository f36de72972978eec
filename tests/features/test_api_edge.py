"""What every call of the API keeps to: the type of a body, tags that tell a change, keys that give the first answer."""

from __future__ import annotations

from typing import Any

import pytest

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
