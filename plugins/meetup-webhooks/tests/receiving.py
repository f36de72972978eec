"""Another system that listens, and what a test asks of endpoints and messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import time_machine
from meetup_webhooks.models import Endpoint
from sqlalchemy import select
from standardwebhooks import Webhook

from meetup.outbox.models import Outgoing
from tests.rig.listening import Heard, Said


@dataclass
class Receiver:
    """Another system, on a socket: keeps what it hears and answers as it is told."""

    port: int
    heard: list[Heard] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in?a=1"

    def says(self, status: int, text: str = "", **headers: str) -> None:
        self.answers.append((status, headers, text.encode()))


def rows(work: Any) -> list[Outgoing]:
    with work(write=False) as w:
        return list(w.db.scalars(select(Outgoing).where(Outgoing.channel == "webhook").order_by(Outgoing.id)))


def endpoint_of(work: Any, key: int = 1) -> Endpoint:
    with work(write=False) as w:
        found: Endpoint = w.get(Endpoint, key)
        return found


def secret_in(text: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", text.replace("&#43;", "+"))
    assert found is not None
    return found[0]


def verify(secret: str, heard: Heard, now: datetime) -> Any:
    """By the library of Standard Webhooks, which reads the clock of the machine."""
    with time_machine.travel(now, tick=False):
        return Webhook(secret).verify(heard.body.decode(), heard.headers)


def enter_on_page(admin: Any, receiver: Receiver, *chosen: str) -> str:
    """An endpoint by the form; gives its secret."""
    data = {"url": receiver.url, "description": "Trục tích hợp", "chosen": list(chosen) or ["issue.accept"]}
    shown = admin.fill("/organize/webhooks/new", data)
    assert shown.status_code == 200
    secret = secret_in(shown.text)
    assert secret not in admin.get("/organize/webhooks/1/").text, "it is shown once"
    return secret
