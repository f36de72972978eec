"""What is told to which room, in which words: changes of state, and nobody's text."""

from __future__ import annotations

from typing import Any

import pytest
from meetup_chat.telling import DEPARTMENTAL, EVENTS

from meetup.domain.followups import FOLLOW_UP
from meetup.domain.issues import ISSUE
from meetup.domain.registrations import REGISTRATION
from meetup.domain.sessions import SESSION
from tests.features.following import Province

from .services import GROUP, TOKEN, Services, rows


class TestTelling:
    def test_a_change_is_told_in_words_with_a_link_and_nobodys_text(
        self, province: Province, services: Services, room: Any, send: Any
    ) -> None:
        room("issue.accept", "follow_up.assign")
        number = province.order("Chuyện riêng của công ty", visibility="confidential")
        issue = province.row(number).issue
        assert services.heard == [], "nothing is sent inside a request"
        send()
        (path, _headers, first), (_path, _more, second) = services.heard
        assert path == f"/bot{TOKEN}/sendMessage"
        assert first == {
            "chat_id": GROUP,
            "text": f"An issue is taken on: number {issue.number}\nhttp://localhost/organize/issues/{issue.number}",
            "link_preview_options": {"is_disabled": True},
        }
        assert second["text"] == (
            f"A follow-up is ordered: number {number}\nhttp://localhost/department/follow-ups/{number}"
        )

    def test_each_room_speaks_its_language(self, province: Province, services: Services, room: Any, send: Any) -> None:
        room(locale="vi")
        number = province.order()
        send()
        assert services.said[0]["text"].startswith(f"Có việc được giao: số {number}\n")

    def test_a_department_hears_of_its_own_alone(
        self, province: Province, services: Services, room: Any, send: Any
    ) -> None:
        room("follow_up.assign", "issue.accept", department=province.departments["SXD"])
        province.order(lead="STC")
        send()
        assert services.said == []
        number = province.order("Giấy phép", lead="SXD")
        send()
        assert [f"number {number}\n" in one["text"] for one in services.said] == [True]

    def test_what_is_rolled_back_is_told_nobody(self, province: Province, room: Any, work: Any) -> None:
        room("issue.submit")
        with work() as w:
            province.issue(w)
        assert rows(work) == []

    @pytest.mark.parametrize("private", [False, True])
    def test_a_session_is_named_unless_it_is_private(
        self, province: Province, services: Services, room: Any, send: Any, work: Any, private: bool
    ) -> None:
        from meetup.sessions.models import Session
        from tests.features.test_registrations_form import typed

        room("registration.accept")
        assert province.as_("nobody").fill("/sessions/ky-1/register", typed(2)).status_code == 200
        with work() as w:
            w.get(Session, province.session).is_private = private
            w.commit()
        send()
        (said,) = services.said
        name = "" if private else ": Cà phê kỳ đầu"
        assert said["text"] == (
            f"An enterprise has registered{name}\nhttp://localhost/organize/sessions/ky-1/attendance"
        )

    def test_one_question_a_unit_of_work(self, province: Province, room: Any, query_counter: Any) -> None:
        room("issue.submit")
        with query_counter() as statements:
            province.order(to="closed")
        assert sum("meetup_chat" in one for one in statements) == 1

    def test_every_event_is_one(self) -> None:
        known = {
            f"{one.name}.{action}" for one in (SESSION, REGISTRATION, ISSUE, FOLLOW_UP) for _, action in one.arrows
        }
        assert set(EVENTS) <= known
        assert set(DEPARTMENTAL) < set(EVENTS)
