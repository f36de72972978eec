"""A province with chat on, whose rooms are on services that listen on a socket of our own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest
from meetup_chat.models import Room

from tests.features.following import Province, run_worker, staff
from tests.features.following import build as build_province
from tests.rig.listening import Heard, Said, listening

from .services import GROUP, TOKEN, USER, Services


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
