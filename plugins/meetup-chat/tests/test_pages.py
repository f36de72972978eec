"""The rooms' pages, and a site on which no service is set up."""

from __future__ import annotations

from typing import Any

import pytest
from meetup_chat.plugin import SETTINGS

from meetup import create_app
from meetup.errors import BadConfiguration
from tests.features.following import Province

from .services import GROUP, Services, room_of, rows


class TestPages:
    def test_a_room_is_entered_changed_tried_and_removed(
        self, province: Province, services: Services, send: Any, work: Any
    ) -> None:
        organizer = province.as_("organizer")
        assert 'href="/organize/chat/"' in organizer.get("/organize/issues/").text
        typed = {
            "name": "Tổ giúp việc",
            "service": "telegram",
            "address": GROUP,
            "events": ["issue.submit", "follow_up.answer"],
        }
        assert "Tổ giúp việc" in organizer.fill("/organize/chat/new", typed).text
        assert "A test waits" in organizer.fill("/organize/chat/1", form="/organize/chat/1/test").text
        send()
        assert "Đây là tin thử" in services.said[0]["text"]
        sent = organizer.soup("/organize/chat/1").select_one('a[href*="outbox"][href*="recipient"]')
        assert sent is not None
        assert "Đây là tin thử" in organizer.get(sent["href"]).text
        organizer.fill("/organize/chat/1", {"is_on": None}, form=".mu-form")
        assert not room_of(work).is_on
        assert organizer.soup("/organize/chat/1").find("form", action="/organize/chat/1/test") is None
        organizer.fill("/organize/chat/1", form="/organize/chat/1/remove")
        assert "No room yet" in organizer.get("/organize/chat/").text

    def test_faults_stand_at_their_fields_and_the_typed_text_is_kept(self, province: Province) -> None:
        organizer = province.as_("organizer")
        typed = {
            "name": "Phòng thuế",
            "service": "zalo",
            "address": "not a number",
            "department_id": str(province.departments["STC"]),
            "events": ["session.publish"],
        }
        refused = organizer.fill("/organize/chat/new", typed)
        assert refused.status_code == 422
        assert "This service has no such address." in refused.text
        assert "hears of its issues and follow-ups alone" in refused.text
        assert "Phòng thuế" in refused.text
        forged = {**typed, "service": "carrier-pigeon", "department_id": "99999"}
        page = organizer.fill("/organize/chat/new", forged)
        assert page.status_code == 422
        assert "There is no such service here." in page.text
        assert "There is no such department." in page.text

    def test_changed_by_two_at_once_the_second_is_told(self, province: Province, room: Any, work: Any) -> None:
        room()
        organizer = province.as_("organizer")
        seen = organizer.soup("/organize/chat/1")
        organizer.fill("/organize/chat/1", {"name": "One"}, form=".mu-form")
        assert organizer.send(seen, "/organize/chat/1", {"name": "Two"}, form=".mu-form").status_code == 422
        assert room_of(work).name == "One"

    def test_for_organisers_alone(self, province: Province, room: Any) -> None:
        room()
        for who, status in (("STC", 403), ("nobody", 302)):
            for path in ("", "new", "1"):
                assert province.as_(who).get(f"/organize/chat/{path}").status_code == status, (who, path)


class TestOff:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_PLUGINS": "chat"}

    def test_without_a_service_nothing_is_asked_and_nothing_kept(
        self, province: Province, room: Any, work: Any, query_counter: Any, mount: Any
    ) -> None:
        room()
        with query_counter() as statements:
            province.order()
        assert not any("meetup_chat" in one for one in statements)
        assert rows(work) == []
        assert set(mount.channels) == {"mail"}
        assert 'href="/organize/chat/"' not in province.as_("organizer").get("/organize/issues/").text
        assert "No chat service is set up" in province.as_("admin").get("/organize/chat/").text


def test_a_service_is_spoken_to_by_https_alone() -> None:
    with pytest.raises(BadConfiguration, match="CHAT_TELEGRAM_API is no https address"):
        create_app(
            {
                "MEETUP_SECRET_KEY": "x" * 40,
                "MEETUP_PLUGINS": "chat",
                "MEETUP_CHAT_TELEGRAM_API": "http://telegram.example",
            }
        )
    assert all(one.name.startswith("CHAT_") for one in SETTINGS)
