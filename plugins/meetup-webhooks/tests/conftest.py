"""A province with webhooks on, and another system that listens to it on a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from meetup_webhooks.endpoints import create_endpoint

from tests.features.following import Province, run_worker, staff
from tests.features.following import build as build_province
from tests.rig.listening import Heard, Said, listening

from .receiving import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    def answer(heard: Heard) -> Said:
        made.heard.append(heard)
        return made.answers.pop(0) if made.answers else (204, {}, b"")

    with listening(answer) as port:
        made = Receiver(port)
        yield made


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"MEETUP_PLUGINS": "webhooks", "MEETUP_WEBHOOKS_HTTP": True, "MEETUP_WEBHOOKS_NETWORKS": "127.0.0.0/8"}


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    made = build_province(site, mount, work)
    made.door.people["admin"] = staff("admin")
    return made


@pytest.fixture
def admin(province: Province) -> Any:
    return province.as_("admin")


@pytest.fixture
def listen(work: Any) -> Callable[..., int]:
    """Enters an endpoint; gives its key."""

    def enter(url: str, *chosen: str) -> int:
        with work() as w:
            made = create_endpoint(w, url=url, chosen=chosen or ["issue.accept"])
            w.commit()
            return made.id

    return enter


@pytest.fixture
def send(site: Any) -> Callable[[], dict[str, Any]]:
    """The worker, once; its counts."""

    return partial(run_worker, site)
