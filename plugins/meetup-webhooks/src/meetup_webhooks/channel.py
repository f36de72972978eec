"""The outbox's channel ``webhook``: one message to one endpoint, and what its answer means."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from meetup.api import InvalidInput, Mount, Outgoing, TransportError
from meetup_webhooks import calling, signing, targets
from meetup_webhooks.endpoints import NAME, endpoint_for, rules_of, switch_off
from meetup_webhooks.models import Attempt

log = logging.getLogger("meetup.webhooks")

#: Refusals that say "not now" (Too Early and Too Many Requests among them).
PASSING = frozenset({408, 425, 429})
GONE = 410
#: For so long an endpoint that gave no answer is asked by nobody else: each would wait as long as the first, and mail
#: with them. Shorter than the first wait before another try, so that a try is never put off by the one before.
QUIET = timedelta(seconds=60)


class Webhooks:
    """Sends by POST. No fault of one endpoint ever pauses the others: each is the recipient's own."""

    name = NAME

    def __init__(self, mount: Mount) -> None:
        self.mount = mount
        self._quiet_until: dict[int, datetime] = {}

    def send(self, message: EmailMessage, row: Outgoing) -> None:
        """Hand the text of `message` over to the endpoint of `row`.

        Raises:
            TransportError: if it was not taken.
        """
        now = self.mount.clock()
        with self.mount.work(write=False) as work:
            endpoint = endpoint_for(work, row)
            if endpoint is None:
                raise TransportError("the endpoint is no more", permanent=True, scope="recipient")
            if now < self._quiet_until.get(endpoint.id, now):
                raise TransportError("it gave another message no answer", permanent=False, scope="recipient")
            key = endpoint.id
            url, keys = endpoint.url, signing.secrets_of(self.mount.secret, endpoint, now)
        content = message.get_body(("plain",))
        body = (content.get_content().strip() if content is not None else "").encode()
        headers = {
            **signing.signed(keys, str(row.context["webhook"]), now, body),
            "Content-Type": "application/json",
            "User-Agent": "Meetup-Webhooks",
        }
        rules = rules_of(self.mount.settings)
        try:
            answer = calling.post(targets.target_of(url, rules), body, headers, rules)
        except (targets.Forbidden, InvalidInput) as error:
            self._note(row, None, str(error), 0)
            raise TransportError(str(error), permanent=True, scope="recipient") from None
        except calling.NoAnswer as error:
            self._quiet_until[key] = now + QUIET
            self._note(row, None, error.text, 0)
            raise TransportError(error.text, permanent=False, scope="recipient", maybe_sent=error.maybe_taken) from None
        self._quiet_until.pop(key, None)
        self._note(row, answer.status, answer.text, answer.milliseconds)
        _judge(answer)

    def _note(self, row: Outgoing, status: int | None, text: str, milliseconds: int) -> None:
        """Keep what was answered. What fails here must not make a message that was taken go again."""
        try:
            with self.mount.work() as work:
                endpoint = endpoint_for(work, row)
                if endpoint is None:
                    return
                if status == GONE:
                    switch_off(work, endpoint, "410 Gone")
                fields: dict[str, Any] = {"endpoint_id": endpoint.id, "outgoing_id": row.id, "at": work.now}
                work.db.add(Attempt(**fields, status=status, answer=text, milliseconds=milliseconds))
                work.commit()
        except Exception:
            log.exception("the answer to message %s could not be kept", row.id)

    def close(self) -> None:
        """Nothing is kept open: each endpoint is another machine."""


def _judge(answer: calling.Answer) -> None:
    """Go on only if the endpoint has taken the message.

    Raises:
        TransportError: passing for 5xx, 408, 425 and 429; for good otherwise, redirects among it.
    """
    if 200 <= answer.status < 300:
        return
    text = f"HTTP {answer.status}: {answer.text[:300]}".rstrip(": ")
    if 300 <= answer.status < 400:
        text = f"HTTP {answer.status}: redirects are not followed"
    passing = answer.status >= 500 or answer.status in PASSING
    raise TransportError(text, permanent=not passing, scope="recipient")
