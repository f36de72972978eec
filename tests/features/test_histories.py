"""A timeline on every object: what became of it, out of the log, and with names for the staff alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from meetup.registrations import service as registrations
from meetup.registrations.links import manage_token
from meetup.sessions import service as sessions
from tests.factories import (
    ADMIN,
    ORGANIZER,
    Unit,
    make_department,
    make_programme,
    make_registration,
    make_session,
    sign_in,
)

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.rig.visitor import Visitor


def steps(client: Visitor, path: str) -> list[str]:
    return [one.get_text(strip=True) for one in client.soup(path).select(".mu-time__what")]


def who(client: Visitor, path: str) -> str:
    return " ".join(one.get_text() for one in client.soup(path).select(".mu-time__who"))


def test_a_session_tells_its_way(client: Visitor, mount: Mount, work: Unit) -> None:
    with work(ORGANIZER) as w:
        session = make_session(w)
        sessions.update(w, session, venue="Hội trường lớn")
        sessions.hold(w, session)
        sessions.report(w, session, summary="Đã kết luận.")
        path = f"/organize/sessions/{session.slug}/"
        w.commit()
    sign_in(mount, ORGANIZER)
    assert steps(client, path) == ["Soạn thảo", "Công bố", "Đã thay đổi", "Đã diễn ra", "Đã công khai kết quả"]
    assert ORGANIZER.name in who(client, path)


def test_a_registration_tells_its_way_and_no_name_of_the_staff(client: Visitor, work: Unit) -> None:
    with work(ORGANIZER) as w:
        registration = make_registration(w, make_session(w), 1)
        registrations.check_in(w, registration)
        path = f"/r/{manage_token(w, registration)}"
        w.commit()
    assert steps(client, path) == ["Đã giữ chỗ", "Đã điểm danh"]
    assert ORGANIZER.name not in who(client, path)


@pytest.mark.parametrize("thing", ["programme", "department"])
def test_what_is_kept_by_the_office_tells_who_changed_it(client: Visitor, mount: Mount, work: Unit, thing: str) -> None:
    with work(ADMIN) as w:
        programme, department = make_programme(w), make_department(w)
        path = (
            f"/organize/programmes/{programme.slug}"
            if thing == "programme"
            else f"/organize/departments/{department.id}"
        )
        w.commit()
    sign_in(mount, ADMIN)
    assert len(steps(client, path)) == 1
    client.fill(path, {"name": "Tên mới"})
    assert steps(client, path)[-1] == "Đã thay đổi"
    assert ADMIN.name in who(client, path)
