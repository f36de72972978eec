"""Notices to Telegram, over a socket to a server that answers as it does."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import select

from meetup.outbox.models import TransportState
from tests.features.following import Province

from .services import GROUP, TOKEN, Services, room_of, rows


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
