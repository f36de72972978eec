"""Telegram: the Bot API's ``sendMessage``."""

from __future__ import annotations

import re
from typing import Any

from meetup.api import N_, TransportError
from meetup_chat import speaking
from meetup_chat.messenger import Blocked, Busy, Moved, Unwell

#: The API's own limit, in characters.
LONGEST = 4_096
_NO_SUCH_ROOM = ("chat not found", "user is deactivated", "not enough rights", "have no rights", "topic_closed")


class Telegram:
    """Speaks as one bot.

    Args:
        api: the address of the Bot API.
        token: the bot's; it stands in the path of every request and in nothing that we write.
    """

    name = "telegram"
    label = "Telegram"
    hint = N_("The number of the chat, such as -1001234567890, or @channel.")

    def __init__(self, api: str, token: str) -> None:
        self._api = api
        self._token = token

    def takes(self, address: str) -> bool:
        return re.fullmatch(r"-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31}", address) is not None

    def send(self, address: str, text: str) -> None:
        said = {"chat_id": address, "text": text[:LONGEST], "link_preview_options": {"is_disabled": True}}
        status, answer = speaking.post(self._api, f"/bot{self._token}/sendMessage", json_body=said)
        if status == 200 and answer.get("ok") is True:
            return
        raise self._fault(status, answer)

    def _fault(self, status: int, answer: dict[str, Any]) -> Exception:
        words = str(answer.get("description") or "no description").replace(self._token, "…")[:300]
        text = f"Telegram {status}: {words}"
        more = answer.get("parameters")
        more = more if isinstance(more, dict) else {}
        moved = more.get("migrate_to_chat_id")
        if isinstance(moved, int):
            return Moved(str(moved))
        if status == 429:
            wait = more.get("retry_after")
            return Busy(text, wait if isinstance(wait, int) else 0)
        if status in {401, 404}:
            return Unwell(text)
        if status == 403 or (status == 400 and any(part in words.lower() for part in _NO_SUCH_ROOM)):
            return Blocked(text)
        if 400 <= status < 500:
            return TransportError(text, permanent=True, scope="content")
        return TransportError(text, permanent=False)
