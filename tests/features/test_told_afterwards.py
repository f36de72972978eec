"""What a session tells of itself: who chaired in the chair's place, and its photographs (R5)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from meetup.sessions import service
from meetup.sessions.models import Session
from tests.factories import make_session, sign_in


@pytest.fixture
def slug(mount: Any, work: Any) -> str:
    """A published session."""
    sign_in(mount)
    with work() as w:
        made = make_session(w)
        w.commit()
        return str(made.slug)


def held(work: Any, clock: Any, slug: str) -> None:
    clock.travel(to="2026-11-28T07:30")
    with work() as w:
        service.hold(w, w.db.scalars(select(Session).where(Session.slug == slug)).one())
        w.commit()


def test_the_delegate_stands_beside_the_chair(client: Any, work: Any, clock: Any, slug: str) -> None:
    assert "Chairs in their place" not in client.get(f"/sessions/{slug}?lang=en").text
    held(work, clock, slug)
    address = f"/organize/sessions/{slug}/edit"
    given = {"delegate": "Trần Thị Thay", "delegate_role": "Phó Chủ tịch UBND tỉnh"}
    assert client.fill(address, given).status_code == 200
    page = client.soup(f"/sessions/{slug}?lang=en").get_text(" ", strip=True)
    assert "Chair Nguyễn Văn Chủ Chủ tịch UBND tỉnh" in page
    assert "Chairs in their place Trần Thị Thay Phó Chủ tịch UBND tỉnh" in page
    too_long = client.fill(address, {"delegate": "x" * 121})
    assert too_long.status_code == 422
    assert "x" * 121 in too_long.text
