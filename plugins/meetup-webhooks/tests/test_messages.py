"""Webhooks from a change of state to a receiver's socket: what is sent, and how it is signed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from meetup_webhooks.events import ARROWS
from sqlalchemy import select
from standardwebhooks import WebhookVerificationError

from meetup.domain.followups import FOLLOW_UP
from meetup.domain.issues import ISSUE
from meetup.domain.registrations import REGISTRATION
from meetup.domain.sessions import SERIES, SESSION
from tests.features.following import Province

from .receiving import Receiver, enter_on_page, rows, secret_in, verify


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
