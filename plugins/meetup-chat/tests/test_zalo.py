"""Notices to Zalo, over a socket to a server that answers as it does; its tokens are fetched, kept, renewed."""

from __future__ import annotations

from typing import Any

import pytest
from meetup_chat.models import Token
from sqlalchemy import select

from meetup.outbox.models import TransportState
from tests.features.following import Province

from .services import USER, Services, room_of, rows


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
