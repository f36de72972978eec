"""Webhooks from a change of state to a receiver's socket: what is sent, how it is signed, what answers mean."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import pytest
import time_machine
from meetup_webhooks.endpoints import create_endpoint
from meetup_webhooks.events import ARROWS
from meetup_webhooks.models import Attempt, Endpoint
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from meetup.domain.followups import FOLLOW_UP
from meetup.domain.issues import ISSUE
from meetup.domain.registrations import REGISTRATION
from meetup.domain.sessions import SERIES, SESSION
from meetup.outbox.models import Outgoing, TransportState
from tests.features.following import Province, run_worker, staff
from tests.features.following import build as build_province
from tests.rig.listening import Heard, Said, listening


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


class TestMessages:
    def test_a_change_reaches_its_endpoint_signed(
        self, province: Province, admin: Any, receiver: Receiver, send: Any, clock: Any
    ) -> None:
        secret = enter_on_page(admin, receiver, "issue.accept", "follow_up.verify")
        number = province.order(to="verified")
        issue = province.row(number).issue
        assert receiver.heard == [], "nothing is sent inside a request"
        assert send()["sent"] >= 2
        first, second = receiver.heard
        assert first.path == "/in?a=1"
        assert first.headers["content-type"] == "application/json"
        assert verify(secret, first, clock.now) == {
            "type": "issue.accept",
            "timestamp": "2026-11-02T02:00:00Z",
            "data": {
                "kind": "issue",
                "number": issue.number,
                "state": "accepted",
                "url": f"http://localhost/organize/issues/{issue.number}",
            },
        }
        assert verify(secret, second, clock.now)["data"] == {
            "kind": "follow_up",
            "number": number,
            "state": "verified",
            "url": f"http://localhost/department/follow-ups/{number}",
        }
        assert first.headers["webhook-id"] != second.headers["webhook-id"]
        with pytest.raises(WebhookVerificationError):
            verify("whsec_" + "A" * 44, first, clock.now)
        assert admin.get(f"/organize/issues/{issue.number}").status_code == 200

    def test_what_is_rolled_back_tells_nobody(
        self, province: Province, receiver: Receiver, listen: Any, work: Any
    ) -> None:
        listen(receiver.url)
        with work() as w:
            province.issue(w)
        assert rows(work) == []

    @pytest.mark.parametrize("later", [False, True], ids=["from the start", "since it waits"])
    def test_of_a_confidential_issue_there_are_number_and_state_alone(
        self, province: Province, receiver: Receiver, listen: Any, send: Any, work: Any, later: bool
    ) -> None:
        listen(receiver.url, "issue.accept", "follow_up.assign")
        number = province.order("Chuyện riêng", visibility="public" if later else "confidential")
        if later:
            with work() as w:
                from meetup.issues.models import Issue

                w.db.scalars(select(Issue)).one().visibility = "confidential"
                w.commit()
        send()
        assert len(receiver.heard) == 2
        for heard in receiver.heard:
            assert set(json.loads(heard.body)["data"]) == {"kind", "number", "state"}
        assert json.loads(receiver.heard[1].body)["data"]["number"] == number

    def test_nothing_personal_is_in_any_body(
        self, province: Province, receiver: Receiver, listen: Any, send: Any, work: Any
    ) -> None:
        listen(receiver.url, *(f"{machine}.{arrow}" for machine, arrows in ARROWS.items() for arrow in arrows))
        province.order(to="closed")
        send()
        assert len(receiver.heard) >= 7
        sent = b"".join(heard.body for heard in receiver.heard).decode()
        for word in ("Nguyễn", "an@mot", "Mẫu", "9999900013", "Hoàn", "Trả lời", "hồ sơ"):
            assert json.dumps(word)[1:-1] not in sent

    def test_registrations_and_sessions_lead_to_the_desk(
        self, province: Province, receiver: Receiver, listen: Any, send: Any
    ) -> None:
        from tests.features.test_registrations_form import typed

        listen(receiver.url, "registration.accept", "session.cancel")
        assert province.as_("nobody").fill("/sessions/ky-1/register", typed(2)).status_code == 200
        send()
        (heard,) = receiver.heard
        data = json.loads(heard.body)["data"]
        assert data["kind"] == "registration"
        assert data["state"] == "confirmed"
        assert data["url"] == "http://localhost/organize/sessions/ky-1/attendance"

    def test_one_question_a_unit_of_work_and_none_for_each_event(
        self, province: Province, receiver: Receiver, listen: Any, query_counter: Any, work: Any
    ) -> None:
        listen(receiver.url, "issue.submit")
        with query_counter() as statements:
            province.order(to="closed")
        assert sum("meetup_webhooks_endpoint" in one for one in statements) == len(
            [one for one in statements if "meetup_webhooks" in one]
        )
        assert sum("meetup_webhooks" in one for one in statements) == 1

    def test_the_events_are_those_of_the_documentation(self) -> None:
        machines = (SESSION, SERIES, REGISTRATION, ISSUE, FOLLOW_UP)
        known = {one.name: {action for _, action in one.arrows} for one in machines}
        assert {name: set(arrows) for name, arrows in ARROWS.items()} == known


class TestSecrets:
    def test_while_a_secret_is_changed_both_sign(self, admin: Any, receiver: Receiver, send: Any, clock: Any) -> None:
        old = enter_on_page(admin, receiver)
        new = secret_in(admin.fill("/organize/webhooks/1/", form="/organize/webhooks/1/secret").text)
        assert new != old
        assert "Đang chờ" in admin.fill("/organize/webhooks/1/?lang=vi", form="/organize/webhooks/1/test").text
        send()
        (heard,) = receiver.heard
        assert heard.headers["webhook-signature"].count("v1,") == 2
        assert verify(new, heard, clock.now) == verify(old, heard, clock.now)
        clock.travel(hours=25)
        admin.fill("/organize/webhooks/1/", form="/organize/webhooks/1/test")
        send()
        verify(new, receiver.heard[1], clock.now)
        with pytest.raises(WebhookVerificationError):
            verify(old, receiver.heard[1], clock.now)

    def test_the_database_and_the_log_hold_no_secret(
        self, admin: Any, receiver: Receiver, work: Any, mount: Any
    ) -> None:
        secret = enter_on_page(admin, receiver).removeprefix("whsec_")
        with mount.database.connect() as connection:
            from meetup.db import Base

            for name in ("meetup_webhooks_endpoint", "meetup_activity", "meetup_outgoing"):
                table = Base.metadata.tables.get(name)
                if table is not None:
                    assert secret not in str(connection.execute(select(table)).all())


class TestAnswers:
    @pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
    def test_a_passing_one_is_tried_again_with_the_same_id(
        self, province: Province, receiver: Receiver, listen: Any, send: Any, work: Any, clock: Any, status: int
    ) -> None:
        listen(receiver.url)
        receiver.says(status, "busy")
        province.order()
        send()
        (row,) = rows(work)
        assert (row.state, row.reason) == ("queued", f"HTTP {status}: busy")
        clock.travel(minutes=3)
        send()
        assert rows(work)[0].state == "sent"
        first, second = receiver.heard
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert first.body == second.body
        assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]

    @pytest.mark.parametrize("status", [400, 401, 404, 422])
    def test_a_final_one_is_a_dead_letter(
        self, province: Province, receiver: Receiver, listen: Any, send: Any, work: Any, admin: Any, status: int
    ) -> None:
        listen(receiver.url)
        receiver.says(status, "not <b>like</b> that")
        province.order()
        assert send()["dead"] == 1
        shown = admin.get("/organize/webhooks/1/").text
        assert f"<b>{status}</b>" in shown
        assert "not &lt;b&gt;like&lt;/b&gt; that" in shown
        with work(write=False) as w:
            assert w.db.scalars(select(TransportState)).all() == [], "one endpoint's fault pauses nobody else"
        path = f"/organize/webhooks/1/deliveries/{rows(work)[0].id}/again"
        admin.fill("/organize/webhooks/1/", form=path)
        send()
        assert rows(work)[0].state == "sent"
        first, second = receiver.heard
        assert first.headers["webhook-id"] == second.headers["webhook-id"]

    def test_gone_switches_the_endpoint_off(
        self, province: Province, receiver: Receiver, listen: Any, send: Any, work: Any, admin: Any
    ) -> None:
        listen(receiver.url)
        receiver.says(410)
        province.order()
        province.order("Đất đai")
        send()
        assert not endpoint_of(work).is_on
        assert [row.state for row in rows(work)] == ["dead", "superseded"]
        assert len(receiver.heard) == 1
        province.order("Điện")
        assert len(rows(work)) == 2, "whoever is off hears of nothing"
        page = admin.soup("/organize/webhooks/1/")
        assert "410 Gone" in page.text
        assert page.find("form", action="/organize/webhooks/1/test") is None

    def test_what_was_taken_can_go_again_too(
        self, province: Province, receiver: Receiver, listen: Any, send: Any, work: Any, admin: Any
    ) -> None:
        listen(receiver.url)
        province.order()
        send()
        admin.fill("/organize/webhooks/1/", form=f"/organize/webhooks/1/deliveries/{rows(work)[0].id}/again")
        send()
        first, second = receiver.heard
        assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])

    def test_a_redirect_is_not_followed(
        self, province: Province, receiver: Receiver, listen: Any, send: Any, work: Any
    ) -> None:
        listen(receiver.url)
        receiver.says(307, Location=f"http://127.0.0.1:{receiver.port}/elsewhere")
        province.order()
        send()
        assert [heard.path for heard in receiver.heard] == ["/in?a=1"]
        assert rows(work)[0].state == "dead"
        assert "redirects are not followed" in rows(work)[0].reason

    def test_old_answers_are_forgotten(
        self, province: Province, receiver: Receiver, listen: Any, send: Any, work: Any, clock: Any
    ) -> None:
        listen(receiver.url)
        province.order()
        send()
        clock.travel(days=31)
        assert send()["webhooks_forgotten"] == 1
        with work(write=False) as w:
            assert w.db.scalars(select(Attempt)).all() == []


class TestPages:
    def test_for_administrators_alone(self, province: Province, admin: Any, receiver: Receiver) -> None:
        enter_on_page(admin, receiver)
        assert 'href="/organize/webhooks/"' in admin.get("/organize/issues/").text
        organizer = province.as_("organizer")
        assert 'href="/organize/webhooks/"' not in organizer.get("/organize/issues/").text
        for path in ("", "new", "1/", "1/edit"):
            assert organizer.get(f"/organize/webhooks/{path}").status_code == 403, path
            assert province.as_("nobody").get(f"/organize/webhooks/{path}").status_code == 302
        assert admin.post("/organize/webhooks/1/test").status_code == 400, "no form token"

    def test_faults_stand_at_their_fields_and_the_typed_text_is_kept(self, admin: Any) -> None:
        refused = admin.fill("/organize/webhooks/new", {"url": "ftp://x.example", "description": "Kho dữ liệu"})
        assert refused.status_code == 422
        assert "Only https is called." in refused.text
        assert "Choose at least one." in refused.text
        assert "Kho dữ liệu" in refused.text

    def test_changed_by_two_at_once_the_second_is_told(self, admin: Any, receiver: Receiver, work: Any) -> None:
        enter_on_page(admin, receiver)
        seen = admin.soup("/organize/webhooks/1/edit")
        admin.fill("/organize/webhooks/1/edit", {"description": "Một"})
        assert admin.send(seen, "/organize/webhooks/1/edit", {"description": "Hai"}).status_code == 422
        assert endpoint_of(work).description == "Một"

    def test_removed_with_its_log(
        self, province: Province, admin: Any, receiver: Receiver, send: Any, work: Any
    ) -> None:
        enter_on_page(admin, receiver)
        province.order()
        send()
        province.order("Đất đai")
        admin.fill("/organize/webhooks/1/", form="/organize/webhooks/1/remove")
        send()
        assert [row.state for row in rows(work)] == ["sent", "superseded"]
        assert "No system listens yet" in admin.get("/organize/webhooks/").text

    def test_the_log_is_paged_by_key(self, admin: Any, receiver: Receiver, work: Any) -> None:
        enter_on_page(admin, receiver)
        from meetup_webhooks.endpoints import send_test

        with work() as w:
            for _number in range(53):
                send_test(w, w.get(Endpoint, 1))
            w.commit()
        first = admin.soup("/organize/webhooks/1/")
        assert len(first.select("tbody tr")) == 50
        following = first.select_one('a[href*="after="]')
        assert following is not None
        assert len(admin.soup(str(following["href"])).select("tbody tr")) == 3


def test_no_answer_in_time_is_tried_again(
    province: Province, listen: Any, send: Any, work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meetup_webhooks import calling

    monkeypatch.setattr(calling, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        listen(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        province.order()
        send()
    (row,) = rows(work)
    assert row.state == "queued"
    assert "no answer" in row.reason
    assert row.attempted_at is not None, "it may have been taken"
