"""What keeps the site going, over the API: the outbox, reminder rules, days off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from meetup.departments import service as departments
from meetup.domain.rules import Rule
from meetup.errors import NotFound
from meetup.outbox import deadletters
from meetup.outbox.models import Outgoing
from meetup.programmes.models import Programme
from meetup.reminders import keeping
from meetup.reminders.models import ReminderRule
from meetup.reminders.rules import as_rule, rules
from meetup.rest import find
from meetup.rest.edge import KEY_HEADER, Resource, call
from meetup.rest.schemas import page_of
from meetup.rest.schemas.desk import (
    CountOut,
    DayIn,
    OutgoingOut,
    OutgoingQuery,
    OwnRulesIn,
    RuleIn,
    RuleOut,
    RulePatch,
    RuleQuery,
)
from meetup.web.current import current_work
from meetup.web.paging import paged, unpack

bp = Resource("site", __name__, description="The outbox, reminder rules and days off.")


@bp.put("/days/<day>")
@call("department.manage")
@bp.arguments(DayIn)
@bp.response(204)
def set_day(data: dict[str, Any], day: str) -> None:
    """Make a day (YYYY-MM-DD) a holiday or a working day whatever the calendar says; with kind "" it is as it says."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise NotFound() from None
    departments.set_override(current_work(), found, data["kind"], note=data["note"], source=data["source"])


@bp.get("/outbox")
@call("outbox.read")
@bp.arguments(OutgoingQuery, location="query")
@bp.response(200, page_of(OutgoingOut))
def list_outbox(query: dict[str, Any]) -> Any:
    """Messages of a state, newest first; the dead letters if none is named."""
    mark = unpack(query["after"], int)
    statement = select(Outgoing).where(Outgoing.state == query["state"]).order_by(Outgoing.id.desc())
    if mark:
        statement = statement.where(Outgoing.id < mark[0])
    rows = current_work().db.scalars(statement.limit(query["limit"] + 1)).all()
    page = paged(rows, query["limit"], lambda row: (row.id,))
    return {"items": page.items, "next": page.next or None}


@bp.post("/outbox/<int:message_id>/send-again")
@call("outbox.read")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, OutgoingOut)
def send_again(message_id: int) -> Any:
    """Put a dead letter back into the queue."""
    row = find.one(select(Outgoing).where(Outgoing.id == find.within(message_id)))
    deadletters.send_again(current_work(), row)
    return row


@bp.post("/outbox/send-all-again")
@call("outbox.read")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, CountOut)
def send_all_again() -> Any:
    """Put all dead letters back into the queue; gives how many."""
    return {"count": deadletters.send_all_again(current_work())}


@bp.post("/outbox/channels/<channel>/resume")
@call("outbox.read")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(204)
def resume_channel(channel: str) -> None:
    """Try a paused channel again at once."""
    if channel not in current_work().mount.channels:
        raise NotFound()
    deadletters.resume(current_work(), channel)


def _programme(slug: str) -> Programme | None:
    return find.programme(slug) if slug else None


def _told(row: ReminderRule | Rule) -> dict[str, Any]:
    rule = as_rule(row) if isinstance(row, ReminderRule) else row
    return {"key": rule.key, **{name: getattr(rule, name) for name in RuleOut().fields if name != "key"}}


@bp.get("/reminder-rules")
@call("reminder.manage")
@bp.arguments(RuleQuery, location="query")
@bp.response(200, RuleOut(many=True))
def list_rules(query: dict[str, Any]) -> Any:
    """The reminder rules that hold for the site, or for a programme."""
    programme = _programme(query["programme"])
    return [_told(one) for one in rules(current_work(), programme.id if programme else None).all]


@bp.post("/reminder-rules")
@call("reminder.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(RuleQuery, location="query")
@bp.arguments(RuleIn)
@bp.response(201, RuleOut)
def add_rule(query: dict[str, Any], data: dict[str, Any]) -> Any:
    """A new rule of the site or of a programme."""
    return _told(keeping.add(current_work(), _programme(query["programme"]), Rule(**data)))


@bp.patch("/reminder-rules/<key>")
@call("reminder.manage")
@bp.arguments(RuleQuery, location="query")
@bp.arguments(RulePatch)
@bp.response(200, RuleOut)
def change_rule(query: dict[str, Any], data: dict[str, Any], key: str) -> Any:
    """Change a rule, or switch it on or off; what it is about and whom it tells stays."""
    work = current_work()
    programme = _programme(query["programme"])
    if key not in {one.key for one in rules(work, programme.id if programme else None).all}:
        raise NotFound()
    row = keeping.by_key(work, programme, key)
    keeping.change(work, row, replace(as_rule(row), **data))
    return _told(row)


@bp.post("/programmes/<int:programme_id>/reminder-rules/own")
@call("reminder.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(OwnRulesIn)
@bp.response(204)
def own_rules(data: dict[str, Any], programme_id: int) -> None:
    """The programme takes the rules as its own, or follows the site's again."""
    work = current_work()
    programme: Programme = find.one(select(Programme).where(Programme.id == find.within(programme_id)))
    if data["own"]:
        keeping.take_over(work, programme)
    else:
        keeping.give_back(work, programme)
