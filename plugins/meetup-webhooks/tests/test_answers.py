"""What a receiver's answers mean: taken, tried again, given up, switched off."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from meetup_webhooks import calling
from meetup_webhooks.endpoints import remove, update_endpoint
from meetup_webhooks.models import Attempt, Endpoint
from sqlalchemy import select

from meetup.outbox.models import TransportState
from tests.features.following import Province
from tests.rig.listening import Heard, Said, listening
from tests.rig.visitor import find_form, form_values

from .receiving import Receiver, endpoint_of, rows


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

    def test_one_that_does_not_answer_is_waited_for_once(
        self, province: Province, receiver: Receiver, listen: Any, send: Any, work: Any, clock: Any, monkeypatch: Any
    ) -> None:
        """However much waits for it, the others do not wait with it; and each has its own tries all the same."""
        monkeypatch.setattr(calling, "ANSWER_SECONDS", 0.5)
        with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
            listen(f"http://127.0.0.1:{silent.getsockname()[1]}/")
            listen(receiver.url)
            for number in range(6):
                province.order(f"Kiến nghị {number}")
            begun = time.monotonic()
            send()
            took = time.monotonic() - begun
        assert took < 6 * 0.5, "at most as many wait as send at once"
        assert len(receiver.heard) == 6
        waiting = [row for row in rows(work) if row.state == "queued"]
        assert [row.attempts for row in waiting] == [1] * 6
        asked = {row.reason for row in waiting}
        assert asked - {"it gave another message no answer"}, "one was tried"
        assert "it gave another message no answer" in asked
        # A minute later somebody tries again.
        clock.travel(minutes=3)
        send()
        assert {row.attempts for row in rows(work) if row.state == "queued"} == {2}

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


def test_what_waits_for_a_removed_endpoint_never_reaches_the_next_one(
    province: Province, receiver: Receiver, listen: Any, send: Any, work: Any, clock: Any, admin: Any
) -> None:
    old = listen(receiver.url)
    receiver.says(503)
    province.order()
    send()
    with work() as w:
        remove(w, w.get(Endpoint, old))
        w.commit()
    clock.travel(minutes=1)
    heard: list[Heard] = []

    def answer(one: Heard) -> Said:
        heard.append(one)
        return 204, {}, b""

    with listening(answer) as port:
        # SQLite gives the same key again.
        new = listen(f"http://127.0.0.1:{port}/new", "issue.accept")
        page = f"/organize/webhooks/{new}/"
        assert not admin.soup(page).select("tbody tr")
        token = form_values(find_form(admin.soup(page), f"{page}test"))
        assert admin.post(f"{page}deliveries/{rows(work)[0].id}/again", data=token).status_code == 404
        clock.travel(minutes=5)
        send()
        assert heard == []
        assert [row.state for row in rows(work)] == ["superseded"]
        province.order("Đất đai")
        send()
        assert len(heard) == 1
    assert len(receiver.heard) == 1


def test_an_event_that_was_given_up_is_sent_no_more(
    province: Province, receiver: Receiver, listen: Any, send: Any, work: Any, clock: Any
) -> None:
    key = listen(receiver.url)
    receiver.says(503)
    province.order()
    send()
    with work() as w:
        one = w.get(Endpoint, key)
        update_endpoint(
            w, one, url=one.url, chosen=["session.publish"], description="", is_on=True, version=one.version
        )
        w.commit()
    clock.travel(minutes=5)
    send()
    (row,) = rows(work)
    assert (row.state, row.reason) == ("superseded", "the endpoint no longer listens to this")
    assert len(receiver.heard) == 1
