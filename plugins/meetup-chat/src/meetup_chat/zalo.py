"""Zalo Official Account: consultation messages (``/v3.0/oa/message/cs``), with a token that is renewed."""

from __future__ import annotations

import re

from meetup.api import N_, TransportError
from meetup_chat import speaking
from meetup_chat.messenger import Blocked, Busy, Unwell
from meetup_chat.tokens import Tokens

#: The API's own limit, in characters.
LONGEST = 2_000
# Zalo answers 200 to everything; these are its own numbers.
_TOKEN = frozenset({-216, -220})
_BLOCKED = frozenset({-213, -217, -227})
_BUSY = frozenset({-32, -211, -234})
#: The number is wrong, or the person has not written for so long that this message may not be sent; a later one may.
_NOT_THIS = frozenset({-201, -230, -232})
_OURS = frozenset({-204, -205, -209, -221, -224})


class Zalo:
    """Speaks as one Official Account.

    Args:
        api: the address of the OA API.
        tokens: gives its access token.
    """

    name = "zalo"
    label = "Zalo"
    hint = N_("The user's number for this Official Account, such as 2468458835296197922.")

    def __init__(self, api: str, tokens: Tokens) -> None:
        self._api = api
        self._tokens = tokens

    def takes(self, address: str) -> bool:
        return re.fullmatch(r"[0-9]{6,30}", address) is not None

    def send(self, address: str, text: str) -> None:
        token = self._tokens.access()
        number, words = self._say(token, address, text)
        if number in _TOKEN:
            # It may have been taken back before its time: a new one, once.
            number, words = self._say(self._tokens.access(refused=token), address, text)
        if number == 0:
            return
        said = f"Zalo {number}: {words}"
        if number in _BLOCKED:
            raise Blocked(said)
        if number in _BUSY:
            raise Busy(said)
        if number in _TOKEN or number in _OURS:
            raise Unwell(said)
        raise TransportError(said, permanent=number in _NOT_THIS, scope="recipient")

    def _say(self, token: str, address: str, text: str) -> tuple[int, str]:
        said = {"recipient": {"user_id": address}, "message": {"text": text[:LONGEST]}}
        status, answer = speaking.post(
            self._api, "/v3.0/oa/message/cs", json_body=said, headers={"access_token": token}
        )
        number = answer.get("error")
        if status == 429:
            raise Busy(f"Zalo HTTP {status}")
        if not isinstance(number, int):
            raise TransportError(f"Zalo HTTP {status}: no answer that is understood", permanent=False)
        return number, str(answer.get("message") or "")[:300].replace(token, "…")
