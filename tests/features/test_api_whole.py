"""The API is whole: what a page does, a call does; and what its description says, it does, whatever is sent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from meetup.rest.tokens import create_token
from tests.features import world

if TYPE_CHECKING:
    from meetup.mount import Mount

#: The form of a page (endpoint, and its action where the address has one) → the call that does it.
PAIRS: dict[str, str] = {
    "departments.day": "PUT /days/{day}",
    "departments.edit": "PATCH /departments/{code}",
    "departments.field": "POST /fields",
    "departments.new": "POST /departments",
    "follow_ups.act accept": "POST /follow-ups/{number}/accept",
    "follow_ups.act accept-transfer": "POST /follow-ups/{number}/accept-transfer",
    "follow_ups.act answer": "POST /follow-ups/{number}/answer",
    "follow_ups.open_sender": "GET /registrations/{registration_id}",
    "follow_ups.act decide-transfer": "POST /follow-ups/{number}/decide-transfer",
    "follow_ups.act extend": "POST /follow-ups/{number}/extend",
    "follow_ups.act grant-extension": "POST /follow-ups/{number}/grant-extension",
    "follow_ups.act opinion": "POST /follow-ups/{number}/opinion",
    "follow_ups.act progress": "POST /follow-ups/{number}/progress",
    "follow_ups.act refuse-extension": "POST /follow-ups/{number}/refuse-extension",
    "follow_ups.act refuse-transfer": "POST /follow-ups/{number}/refuse-transfer",
    "follow_ups.act send-back": "POST /follow-ups/{number}/send-back",
    "follow_ups.act transfer": "POST /follow-ups/{number}/transfer",
    "follow_ups.act verify": "POST /follow-ups/{number}/verify",
    "follow_ups.at_once agree": "POST /issues/{issue_id}/agree",
    "follow_ups.at_once disagree": "POST /issues/{issue_id}/disagree",
    "follow_ups.conclude": "POST /issues/{issue_id}/conclusion",
    "follow_ups.conclude_alone": "POST /issues/{issue_id}/conclusion",
    "follow_ups.of_issue_confirm": "POST /follow-ups/{number}/confirm",
    "follow_ups.of_issue_reopen": "POST /follow-ups/{number}/reopen",
    "follow_ups.own_confirm": "POST /follow-ups/{number}/confirm",
    "follow_ups.own_reopen": "POST /follow-ups/{number}/reopen",
    "follow_ups.put_on": "PUT /sessions/{session_id}/stage",
    "follow_ups.save_minutes": "PUT /sessions/{session_id}/minutes",
    "issues.co_sign": "POST /issues/{issue_id}/co-sign",
    "issues.desk_do accept": "POST /issues/{issue_id}/accept",
    "issues.desk_do ask": "POST /issues/{issue_id}/request-information",
    "issues.desk_do decline": "POST /issues/{issue_id}/decline",
    "issues.desk_do merge": "POST /issues/{issue_id}/merge",
    "issues.desk_do publish": "POST /issues/{issue_id}/publish",
    "issues.desk_do unpublish": "POST /issues/{issue_id}/unpublish",
    "issues.desk_do write": "POST /issues/{issue_id}/messages",
    "issues.do inform": "POST /issues/{issue_id}/inform",
    "issues.do withdraw": "POST /issues/{issue_id}/withdraw",
    "issues.do write": "POST /issues/{issue_id}/messages",
    "issues.enter": "POST /sessions/{session_id}/issues",
    "issues.moderate approve": "POST /comments/{comment_id}/approve",
    "issues.moderate reject": "POST /comments/{comment_id}/reject",
    "issues.new": "POST /sessions/{session_id}/issues",
    "issues.open_sender": "GET /registrations/{registration_id}",
    "issues.save_agenda": "PUT /sessions/{session_id}/agenda",
    "issues.several_do accept": "POST /issues/{issue_id}/accept",
    "issues.several_do decline": "POST /issues/{issue_id}/decline",
    "issues.show_files": "PUT /issues/{issue_id}/public-files",
    "issues.stage": "PUT /sessions/{session_id}/stage",
    "outbox.resume": "POST /outbox/channels/{channel}/resume",
    "outbox.send_again": "POST /outbox/{message_id}/send-again",
    "outbox.send_all_again": "POST /outbox/send-all-again",
    "photos.add": "POST /sessions/{session_id}/photos",
    "photos.do describe": "PATCH /photos/{photo_id}",
    "photos.do down": "POST /photos/{photo_id}/move",
    "photos.do publish": "POST /photos/{photo_id}/publish",
    "photos.do remove": "POST /photos/{photo_id}/remove",
    "photos.do up": "POST /photos/{photo_id}/move",
    "photos.do withhold": "POST /photos/{photo_id}/withhold",
    "programmes.edit": "PATCH /programmes/{programme_id}",
    "programmes.new": "POST /programmes",
    "registrations.absent": "POST /sessions/{session_id}/absent",
    "registrations.cancel": "POST /registrations/{registration_id}/cancel",
    "registrations.do accept": "PATCH /registrations/{registration_id}",
    "registrations.do cancel": "POST /registrations/{registration_id}/cancel",
    "registrations.do check-in": "POST /registrations/{registration_id}/check-in",
    "registrations.do contact": "GET /registrations/{registration_id}",
    "registrations.do decline": "PATCH /registrations/{registration_id}",
    "registrations.door_arrivals": "POST /registrations/{registration_id}/check-in",
    "registrations.do link": "POST /registrations/{registration_id}/send-link",
    "registrations.do miss": "POST /registrations/{registration_id}/miss",
    "registrations.invitations": "POST /sessions/{session_id}/invitations",
    "registrations.participants": "PATCH /registrations/{registration_id}",
    "registrations.register": "POST /sessions/{session_id}/registrations",
    "registrations.reply": "PATCH /registrations/{registration_id}",
    "registrations.walk_in": "POST /sessions/{session_id}/walk-ins",
    "reminders.edit": "PATCH /reminder-rules/{key}",
    "reminders.new": "POST /reminder-rules",
    "reminders.own": "POST /programmes/{programme_id}/reminder-rules/own",
    "reminders.switch": "PATCH /reminder-rules/{key}",
    "sessions.change_series": "POST /sessions/{session_id}/series/change",
    "sessions.do cancel": "POST /sessions/{session_id}/cancel",
    "sessions.do copy": "POST /sessions/{session_id}/copy",
    "sessions.do hold": "POST /sessions/{session_id}/hold",
    "sessions.do publish": "POST /sessions/{session_id}/publish",
    "sessions.do report": "POST /sessions/{session_id}/report",
    "sessions.end_series": "POST /sessions/{session_id}/series/end",
    "sessions.edit": "PATCH /sessions/{session_id}",
    "sessions.new": "POST /sessions",
    "sessions.publish_series": "POST /sessions/{session_id}/series/publish",
}

#: Forms that are a person's own with this site, and no business of a machine with a token.
PERSONAL = {
    "filters.drop": "what one looks for oneself; a call says it in its address",
    "filters.keep": "likewise",
    "follow_ups.act approve": "the head's own word on a draft; a program answers with a token",
    "follow_ups.act draft": "between an officer and the head of the agency",
    "follow_ups.act drop-draft": "between an officer and the head of the agency",
    "follow_ups.act explain": "an agency's own word beside its figure, once and by a named person",
    "follow_ups.act return-draft": "the head's own word on a draft",
    "follow_ups.make_feed": "a secret address for one's own calendar program",
    "follow_ups.revoke_feed": "the end of it",
    "issues.comment": "a reader's, without an account",
    "issues.take_back": "one's own decision on several, within the minute; a program decides on each at once",
    "issues.open_new": "a visitor's, without a registration; programs hand in by one",
    "outbox.unsubscribe": "the recipient's, by the link in the mail",
    "scorecards.close_period": "an act on record of a named person: no program publishes the figures of a period",
    "scorecards.correct_period": "likewise, with that person's reason",
    "scorecards.new_period": "likewise",
    "scorecards.weigh_period": "likewise",
    "registrations.consents": "the contact's own word about itself; a program cannot give it or take it back",
    "registrations.lost": "asks by mail for one's own link",
    "registrations.make_feed": "a secret address for one's own calendar program",
    "registrations.revoke_feed": "the end of it",
    "sessions.make_feed": "a secret address for one's own calendar program",
    "sessions.revoke_feed": "the end of it",
}


def forms(site: Flask) -> Iterator[str]:
    """Every form of a page that changes something."""
    from meetup.followups.views.actions import ACTIONS

    for rule in site.url_map.iter_rules():
        name, _dot, endpoint = rule.endpoint.partition(".")
        if name != "meetup" or endpoint.startswith("api.") or "POST" not in (rule.methods or ()):
            continue
        if "action" in rule.arguments or "verdict" in rule.arguments:
            which = "action" if "action" in rule.arguments else "verdict"
            items = getattr(rule._converters[which], "items", None) or ACTIONS
            yield from (f"{endpoint} {item}" for item in items)
        else:
            yield endpoint


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_form_of_a_page_has_its_call(site: Flask, mount: Mount) -> None:
    document = site.test_client().get("/api/v1/openapi.json").get_json()
    calls = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, operations in document["paths"].items()
        for method in operations
    }
    found = set(forms(site))
    assert found - PAIRS.keys() - PERSONAL.keys() == set(), "a form without its call: build it, and name the pair"
    assert (PAIRS.keys() | PERSONAL.keys()) - found == set(), "a form that is gone"
    assert set(PAIRS.values()) - calls == set(), "a call that is not there"


@pytest.fixture
def described(site: Flask, mount: Mount, clock: Any) -> tuple[Any, str, dict[str, list[Any]]]:
    """The description, an organiser's token, and what is there by the names of path parameters."""
    from sqlalchemy import select

    from meetup.departments.models import Department
    from meetup.followups.models import FollowUp
    from meetup.issues.models import Comment, Issue
    from meetup.outbox.models import Outgoing
    from meetup.photos.models import Photo
    from meetup.programmes.models import Programme
    from meetup.registrations.models import Registration
    from meetup.sessions.models import Session

    with site.app_context():
        world.tell(mount, clock)
    with site.app_context(), mount.work() as work:
        _row, token = create_token(work, name="fuzz", role="admin")
        there = {
            name: list(work.db.scalars(select(column).limit(12)))
            for name, column in {
                "session_id": Session.id,
                "registration_id": Registration.id,
                "issue_id": Issue.number,
                "number": FollowUp.number,
                "comment_id": Comment.id,
                "message_id": Outgoing.id,
                "programme_id": Programme.id,
                "photo_id": Photo.id,
                "code": Department.code,
            }.items()
        }
        work.commit()
    there["channel"], there["day"] = ["mail"], ["2026-12-24"]
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site, config=CONFIG), token, there


#: All checks, with one thing that a schema cannot say: 422 is the answer where a rule of ours refuses what has
#: the right shape (a tax code's check digit, a due date in the past, a used idempotency key), 412 where a tag is old.
CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "3xx", 401, 403, 404, 409, 412, 422, 429],
            },
        },
    }
)

#: Examples of each call; `make bench ARGS=fuzz` sends many more.
EXAMPLES = int(os.environ.get("MEETUP_TEST_FUZZ_EXAMPLES", "6"))


def _sending(operation: Any, headers: dict[str, str], there: dict[str, list[Any]]) -> Any:
    """Sends examples of one call, half of them about what is there, and holds all checks against each answer."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES < 10,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def send(data: Any) -> None:
        case = data.draw(operation.as_strategy())
        for name in case.path_parameters or {}:
            if there.get(name) and data.draw(st.booleans()):
                case.path_parameters[name] = data.draw(st.sampled_from(there[name]))
        case.call_and_validate(headers=headers)

    return send


@pytest.mark.slow
def test_whatever_is_sent_the_answer_is_as_described(described: tuple[Any, str, dict[str, list[Any]]]) -> None:
    schema, token, there = described
    headers = {"Authorization": f"Bearer {token}"}
    faults: list[str] = []
    count = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        count += 1
        try:
            _sending(operation, headers, there)()
        except BaseExceptionGroup as group:
            faults.append(f"{operation.label}: {[str(one)[:600] for one in group.exceptions]}")
        except Exception as error:
            faults.append(f"{operation.label}: {str(error)[:900]}")
    assert count > 60
    assert faults == [], "\n\n".join(faults)
