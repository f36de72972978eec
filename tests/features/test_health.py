"""What watchers ask: alive, ready, numbers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from meetup.outbox.models import TransportState
from meetup.outbox.service import enqueue
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]


def test_a_site_that_can_work_is_ready(client: Visitor) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "reasons": []}
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_ill_channel_makes_it_unready_without_saying_secrets(client: Visitor, work: Unit) -> None:
    with work() as w:
        w.db.add(TransportState(channel="mail", alarm="AUTH: 535 wrong password for bot@x", since=w.now))
        w.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert [reason["part"] for reason in answer.json["reasons"]] == ["outbox"]
    assert "535" not in answer.text
    assert client.get("/healthz").json == {"status": "ok"}


class TestUnmigrated:
    """Before the migrations."""

    @pytest.fixture
    def database_url(self, bare_database_url: str) -> str:
        return bare_database_url

    def test_it_says_what_to_run(self, client: Visitor) -> None:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "meetup db upgrade" in answer.text
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
class TestNoDatabase:
    """A database that is away."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_DATABASE_URL": "postgresql://nobody:secret@127.0.0.1:1/nothing"}

    def test_it_is_alive_but_not_ready(self, client: Visitor) -> None:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "secret" not in answer.text
        assert client.get("/healthz").status_code == 200


def test_the_numbers_count_requests_and_messages(client: Visitor, work: Unit) -> None:
    with work() as w:
        enqueue(w, "staff_reset", to="a@province.example")
        w.commit()
    client.get("/healthz")
    client.get("/healthz")
    text = client.get("/metrics").text
    assert 'meetup_requests_total{endpoint="meetup.health.healthz",method="GET",status="200"} 2.0' in text
    assert 'meetup_request_seconds_count{endpoint="meetup.health.healthz"} 2.0' in text
    assert 'meetup_outbox_messages{state="queued"} 1.0' in text
    assert "meetup_outbox_late_seconds" in text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "caller",
    [
        {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}},
        {"headers": {"X-Forwarded-For": "203.0.113.7"}},
        {"headers": {"Authorization": "Bearer guess"}, "environ_base": {"REMOTE_ADDR": "203.0.113.7"}},
    ],
)
def test_strangers_get_no_numbers(client: Visitor, caller: dict[str, Any]) -> None:
    assert client.get("/metrics", **caller).status_code == 404


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
class TestMetricsToken:
    """With a token, from anywhere, and only with it."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_METRICS_TOKEN": "prometheus-knows"}

    def test_the_token_opens(self, client: Visitor) -> None:
        assert client.get("/metrics").status_code == 404
        allowed = {"Authorization": "Bearer prometheus-knows", "X-Forwarded-For": "203.0.113.7"}
        assert client.get("/metrics", headers=allowed).status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
class TestBehindAProxy:
    """One proxy in front: its word is believed, what a client adds before it is not."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_PROXIES": 1, "MEETUP_RATE_LIMITS": True}

    def test_who_is_counted_is_the_client_that_the_proxy_saw(self, client: Visitor) -> None:
        def ask(forged: str) -> int:
            headers = {"X-Forwarded-For": f"{forged}, 203.0.113.7"}
            return client.post("/login", data={"email": f"{forged}@x.vn"}, headers=headers).status_code

        answers = [ask(f"198.51.100.{number}") for number in range(21)]
        assert answers[:20] == [422] * 20
        assert answers[20] == 429


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/healthz", "/"])
class TestRequestId:
    """The id that a proxy gives a request."""

    @pytest.mark.parametrize("given", ["0f9b2c1e-7a4d-4c55-9d0e-3f6a1b2c4d5e", "my-request_42.1", "cafe0042", "a" * 40])
    def test_it_stays(self, client: Visitor, path: str, given: str) -> None:
        assert client.get(path, headers={"X-Request-ID": given}).headers["X-Request-ID"] == given

    @pytest.mark.parametrize("given", ["", "a" * 41, "a b", "a;b", "mã", '"a"', "<a>", "a%0d%0ab"])
    def test_another_is_replaced(self, client: Visitor, path: str, given: str) -> None:
        told = client.get(path, headers={"X-Request-ID": given}).headers["X-Request-ID"]
        assert told != given
        assert len(told) == 16
