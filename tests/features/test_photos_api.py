"""A session's photographs over the API (R5)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from meetup.rest.tokens import create_token
from meetup.sessions.models import Session
from tests.features.photographing import held, one, picture, scripted, with_place

if TYPE_CHECKING:
    from tests.rig.visitor import Visitor


@pytest.fixture
def slug(mount: Any, work: Any, clock: Any) -> str:
    return held(mount, work, clock)


def test_the_same_over_the_api(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    with work() as w:
        _row, token = create_token(w, name="t", role="organizer")
        _row, other = create_token(w, name="o", role="leader")
        number = w.db.scalar(select(Session.id).where(Session.slug == slug))
        w.commit()
    head = {"Authorization": f"Bearer {token}"}
    body = {"name": "a.png", "content": base64.b64encode(with_place()).decode(), "caption": "Chú thích"}
    made = client.post(f"/api/v1/sessions/{number}/photos", json=body, headers=head)
    assert made.status_code == 201, made.text
    found = made.get_json()
    assert (found["state"], found["url"], found["content_type"], found["width"]) == (
        "withheld", None, "image/jpeg", 900,
    )  # fmt: skip
    path = f"/api/v1/photos/{found['id']}"
    refused = client.post(f"{path}/publish", json={"nobody_unasked": True}, headers=head)
    assert refused.status_code == 422 and "alt" in refused.get_json()["errors"]
    stale = client.patch(path, json={"alt": "x"}, headers={**head, "If-Match": '"photo-0-0"'})
    assert stale.status_code == 412
    assert client.patch(path, json={"alt": "Mô tả"}, headers=head).get_json()["caption"] == "Chú thích"
    assert client.post(f"{path}/publish", json={"nobody_unasked": False}, headers=head).status_code == 422
    shown = client.post(f"{path}/publish", json={"nobody_unasked": True}, headers=head).get_json()
    assert shown["small_url"].endswith(f"/sessions/{slug}/photos/{one(work).small_name}")
    svg = {"name": "a.svg", "content": base64.b64encode(scripted()).decode()}
    assert client.post(f"/api/v1/sessions/{number}/photos", json=svg, headers=head).status_code == 422
    client.post(
        f"/api/v1/sessions/{number}/photos",
        json={**body, "content": base64.b64encode(picture()).decode()},
        headers=head,
    )
    assert client.post(f"{path}/move", json={"place": 2}, headers=head).get_json()["position"] == 2
    listed = client.get(f"/api/v1/sessions/{number}/photos", headers=head).get_json()
    assert [one["id"] for one in listed["items"]][1] == found["id"]
    assert listed["without_consent"] == 2
    assert client.post(f"{path}/withhold", headers=head).get_json()["url"] is None
    assert client.post(f"{path}/remove", headers=head).get_json()["state"] == "removed"
    wrong = client.post(f"{path}/publish", json={"nobody_unasked": True}, headers=head)
    assert wrong.status_code == 409
    assert client.get(path, headers={"Authorization": f"Bearer {other}"}).status_code == 403
