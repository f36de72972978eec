"""Notices to chat rooms, over sockets to servers that speak as Telegram and Zalo do."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest
from meetup_chat.models import Room, Token
from meetup_chat.plugin import SETTINGS
from meetup_chat.telling import DEPARTMENTAL, EVENTS
from sqlalchemy import select

from meetup import create_app
from meetup.domain.followups import FOLLOW_UP
from meetup.domain.issues import ISSUE
from meetup.domain.registrations import REGISTRATION
from meetup.domain.sessions import SESSION
from meetup.errors import BadConfiguration
from meetup.outbox.models import Outgoing, TransportState
from tests.features.following import Province, run_worker, staff
from tests.features.following import build as build_province
from tests.rig.listening import Heard, Said, listening

TOKEN = "123456:AAbot-token-that-nobody-may-see"
USER = "2468458835296197922"
GROUP = "-1001234567890"


@dataclass
class Services:
    """Telegram and Zalo on one port: keep what is said, and answer as they do, or as they are told to."""

    port: int = 0
    heard: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    answers: list[tuple[int, Any]] = field(default_factory=list)
    #: Zalo: the tokens that count now.
    access: str = ""
    refresh: str = "refresh-0"
    renewed: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> list[dict[str, Any]]:
        """The messages, whoever took them."""
        return [body for path, _headers, body in self.heard if not path.startswith("/v4/")]

    def answer(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        self.heard.append((path, headers, body))
        if path == "/v4/oa/access_token":
            return self._renew(headers, body)
        if self.answers:
            return self.answers.pop(0)
        if path == "/v3.0/oa/message/cs":
            if not self.access or headers.get("access_token") != self.access:
                return 200, {"error": -216, "message": "Access token is invalid"}
            return 200, {"error": 0, "message": "Success", "data": {"message_id": "1", "user_id": USER}}
        if path == f"/bot{TOKEN}/sendMessage":
            return 200, {"ok": True, "result": {"message_id": 1, "chat": {"id": 1}, "text": body["text"]}}
        return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}

    def _renew(self, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        if headers.get("secret_key") != "app-secret" or body.get("app_id") != "77":
            return 200, {"error": -14004, "error_name": "Invalid app", "error_description": "Invalid app"}
        if body.get("refresh_token") != self.refresh or body.get("grant_type") != "refresh_token":
            return 200, {"error": -14014, "error_name": "Invalid refresh token", "error_description": "used before"}
        self.renewed += 1
        self.access, self.refresh = f"access-{self.renewed}", f"refresh-{self.renewed}"
        return 200, {"access_token": self.access, "refresh_token": self.refresh, "expires_in": "90000"}


@pytest.fixture
def services() -> Iterator[Services]:
    made = Services()

    def answer(heard: Heard) -> Said:
        raw = heard.body.decode()
        form = heard.headers["content-type"] == "application/x-www-form-urlencoded"
        body = {name: value[0] for name, value in parse_qs(raw).items()} if form else json.loads(raw)
        status, said = made.answer(heard.path, heard.headers, body)
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        return status, {"Content-Type": "application/json"}, content

    with listening(answer) as made.port:
        yield made


@pytest.fixture
def settings(services: Services) -> dict[str, Any]:
    return {
        "MEETUP_PLUGINS": "chat",
        "MEETUP_CHAT_TELEGRAM_TOKEN": TOKEN,
        "MEETUP_CHAT_TELEGRAM_API": services.url,
        "MEETUP_CHAT_ZALO_APP_ID": "77",
        "MEETUP_CHAT_ZALO_APP_SECRET": "app-secret",
        "MEETUP_CHAT_ZALO_REFRESH_TOKEN": "refresh-0",
        "MEETUP_CHAT_ZALO_API": services.url,
        "MEETUP_CHAT_ZALO_OAUTH": services.url,
    }


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    made = build_province(site, mount, work)
    made.door.people["admin"] = staff("admin")
    return made


@pytest.fixture
def room(work: Any) -> Callable[..., int]:
    """Enters a room; gives its key."""

    def enter(*events: str, service: str = "telegram", department: int | None = None, locale: str = "en") -> int:
        with work() as w:
            made = Room(
                service=service,
                address=USER if service == "zalo" else GROUP,
                name="A room",
                department_id=department,
                locale=locale,
                events=list(events or ["follow_up.assign"]),
                created_at=w.now,
            )
            w.db.add(made)
            w.commit()
            return made.id

    return enter


@pytest.fixture
def send(site: Any) -> Callable[[], dict[str, Any]]:
    """The worker, once; its counts."""

    return partial(run_worker, site)


def rows(work: Any) -> list[Outgoing]:
    with work(write=False) as w:
        return list(w.db.scalars(select(Outgoing).where(Outgoing.kind == "chat_notice").order_by(Outgoing.id)))


def room_of(work: Any, key: int = 1) -> Room:
    with work(write=False) as w:
        found: Room = w.get(Room, key)
        return found


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


class TestTelegram:
    def test_patience_is_kept(
        self, province: Province, services: Services, room: Any, send: Any, work: Any, clock: Any
    ) -> None:
        room()
        more = {"retry_after": 900}
        services.answers.append(
            (429, {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": more})
        )
        number = province.order()
        send()
        assert rows(work)[0].state == "queued"
        assert "Too Many Requests" in rows(work)[0].reason
        clock.travel(minutes=5)
        send()
        assert len(services.said) == 1, "asked for 15 minutes"
        clock.travel(minutes=11)
        send()
        assert rows(work)[0].state == "sent"
        assert f"number {number}" in services.said[1]["text"]

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (403, "Forbidden: bot was blocked by the user"),
            (403, "Forbidden: bot was kicked from the supergroup chat"),
            (400, "Bad Request: chat not found"),
        ],
    )
    def test_a_closed_room_is_switched_off(
        self, province: Province, services: Services, room: Any, send: Any, work: Any, status: int, words: str
    ) -> None:
        room()
        services.answers.append((status, {"ok": False, "error_code": status, "description": words}))
        province.order()
        province.order("Đất đai")
        send()
        assert [row.state for row in rows(work)] == ["dead", "superseded"]
        assert len(services.said) == 1
        assert not room_of(work).is_on
        page = province.as_("organizer").get("/organize/chat/1").text
        assert words in page
        province.order("Điện")
        assert len(rows(work)) == 2
        with work(write=False) as w:
            assert w.db.scalars(select(TransportState)).all() == []

    def test_a_wrong_token_is_an_alarm_and_nothing_is_lost(
        self, province: Province, services: Services, room: Any, send: Any, work: Any, clock: Any, caplog: Any
    ) -> None:
        caplog.set_level(logging.DEBUG)
        room()
        said = {"ok": False, "error_code": 401, "description": f"Unauthorized {TOKEN}"}
        services.answers.append((401, said))
        province.order()
        send()
        (row,) = rows(work)
        assert row.state == "queued"
        with work(write=False) as w:
            (state,) = w.db.scalars(select(TransportState)).all()
            assert (state.channel, state.alarm) == ("telegram", "Telegram 401: Unauthorized …")
        clock.travel(minutes=6)
        send()
        assert rows(work)[0].state == "sent"
        assert TOKEN not in caplog.text
        assert TOKEN not in row.reason

    def test_a_group_that_moved_is_followed(
        self, province: Province, services: Services, room: Any, send: Any, work: Any
    ) -> None:
        room()
        moved = {"migrate_to_chat_id": -1009999}
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        services.answers.append((400, {"ok": False, "error_code": 400, "description": words, "parameters": moved}))
        province.order()
        send()
        assert [one["chat_id"] for one in services.said] == [GROUP, "-1009999"]
        assert room_of(work).address == "-1009999"
        assert rows(work)[0].state == "sent"

    @pytest.mark.parametrize("answer", [(502, b"<html>"), (200, b"[]"), (200, b"{"), (200, {"ok": False})])
    def test_what_is_no_answer_is_tried_again(
        self, province: Province, services: Services, room: Any, send: Any, work: Any, answer: Any, clock: Any
    ) -> None:
        room()
        services.answers.append(answer)
        province.order()
        send()
        assert rows(work)[0].state == "queued"
        clock.travel(minutes=3)
        send()
        assert rows(work)[0].state == "sent"

    def test_a_service_that_is_away_delays(
        self, province: Province, mount: Any, room: Any, send: Any, work: Any, caplog: Any
    ) -> None:
        room()
        mount.channels["telegram"].messenger._api = "http://127.0.0.1:9"
        province.order()
        send()
        (row,) = rows(work)
        assert row.state == "queued"
        assert "no connection to 127.0.0.1:9" in row.reason
        assert TOKEN not in row.reason + caplog.text


class TestZalo:
    def test_a_token_is_fetched_kept_and_renewed(
        self, province: Province, services: Services, room: Any, send: Any, work: Any, clock: Any
    ) -> None:
        room(service="zalo")
        number = province.order()
        send()
        assert rows(work)[0].state == "sent"
        path, headers, body = services.heard[-1]
        assert path == "/v3.0/oa/message/cs"
        assert headers["access_token"] == "access-1"
        assert body == {
            "recipient": {"user_id": USER},
            "message": {
                "text": f"A follow-up is ordered: number {number}\nhttp://localhost/department/follow-ups/{number}"
            },
        }
        province.order("Đất đai")
        send()
        assert services.renewed == 1, "it is kept"
        clock.travel(hours=25)
        province.order("Điện")
        send()
        assert services.renewed == 2
        assert [row.state for row in rows(work)] == ["sent"] * 3
        with work(write=False) as w:
            kept = w.get(Token, "zalo")
            assert "access" not in kept.sealed
            assert kept.renewing_until is None

    def test_a_token_taken_back_is_renewed_at_once(
        self, province: Province, services: Services, room: Any, send: Any, work: Any
    ) -> None:
        room(service="zalo")
        province.order()
        send()
        services.access = "another"
        province.order("Đất đai")
        send()
        assert services.renewed == 2
        assert [row.state for row in rows(work)] == ["sent", "sent"]

    def test_a_refresh_token_that_is_used_up_is_an_alarm_until_there_is_a_new_one(
        self, province: Province, services: Services, room: Any, send: Any, work: Any, mount: Any, clock: Any
    ) -> None:
        room(service="zalo")
        services.refresh = "someone took it"
        province.order()
        send()
        assert rows(work)[0].state == "queued"
        with work(write=False) as w:
            (state,) = w.db.scalars(select(TransportState)).all()
            assert state.channel == "zalo"
            assert "used before" in state.alarm
        services.refresh = "new-from-the-operator"
        mount.settings._values["CHAT_ZALO_REFRESH_TOKEN"] = "new-from-the-operator"
        clock.travel(minutes=6)
        send()
        assert rows(work)[0].state == "sent"

    def test_while_another_worker_renews_a_notice_waits(
        self, province: Province, services: Services, room: Any, send: Any, work: Any, clock: Any
    ) -> None:
        from datetime import timedelta

        room(service="zalo")
        with work() as w:
            w.db.add(Token(service="zalo", expires_at=None, renewing_until=w.now + timedelta(minutes=2)))
            w.commit()
        province.order()
        send()
        assert services.heard == [], "a refresh token works once"
        assert rows(work)[0].state == "queued"
        clock.travel(minutes=3)
        send()
        assert rows(work)[0].state == "sent"

    @pytest.mark.parametrize(
        ("number", "state", "is_on"),
        [
            (-213, "dead", False),
            (-217, "dead", False),
            (-230, "dead", True),
            (-32, "queued", True),
            (-999, "queued", True),
        ],
    )
    def test_its_numbers_are_understood(
        self,
        province: Province,
        services: Services,
        room: Any,
        send: Any,
        work: Any,
        number: int,
        state: str,
        is_on: bool,
    ) -> None:
        room(service="zalo")
        services.answers.append((200, {"error": number, "message": "as Zalo says it"}))
        province.order()
        send()
        (row,) = rows(work)
        assert row.state == state
        assert row.reason == f"Zalo {number}: as Zalo says it"
        assert room_of(work).is_on is is_on


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
