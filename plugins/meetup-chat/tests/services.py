"""Servers that speak as Telegram and Zalo do, and what a test asks of the rooms and notices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from meetup_chat.models import Room
from sqlalchemy import select

from meetup.outbox.models import Outgoing

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


def rows(work: Any) -> list[Outgoing]:
    with work(write=False) as w:
        return list(w.db.scalars(select(Outgoing).where(Outgoing.kind == "chat_notice").order_by(Outgoing.id)))


def room_of(work: Any, key: int = 1) -> Room:
    with work(write=False) as w:
        found: Room = w.get(Room, key)
        return found
