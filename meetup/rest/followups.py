"""Follow-ups over the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from meetup.departments.models import Department
from meetup.domain.followups import OWES_ANSWER
from meetup.errors import Stale
from meetup.followups import service as followups
from meetup.followups.models import Coordination, Extension, FollowUp
from meetup.issues.models import Issue
from meetup.issues.values import Upload
from meetup.rest import find
from meetup.rest.edge import KEY_HEADER, Resource, call, demand, tagged
from meetup.rest.schemas import (
    AnswerIn,
    CancelIn,
    ConfirmIn,
    ExtendIn,
    FollowUpOut,
    FollowUpQuery,
    ReasonIn,
    TextIn,
    TransferIn,
    page_of,
)
from meetup.web.current import current_actor, current_work
from meetup.web.paging import paged, unpack

bp = Resource("follow-ups", __name__, description="Follow-ups: what a department was told to do.")


def shown_many(numbers: Iterable[int]) -> list[FollowUp]:
    """Follow-ups by their numbers, oldest first, as they are now."""
    work = current_work()
    work.db.flush()
    work.db.expire_all()
    rows = work.db.scalars(find.follow_ups().where(FollowUp.number.in_(list(numbers))).order_by(FollowUp.id))
    return list(rows.unique().all())


def _step(number: int, action: str, run: Callable[[FollowUp], Any]) -> Any:
    row = find.follow_up(number)
    demand("issue.read_all", row)
    demand(action, row)
    run(row)
    after = shown_many([number])[0]
    return tagged(after, after)


@bp.get("/follow-ups")
@call("staff")
@bp.arguments(FollowUpQuery, location="query")
@bp.response(200, page_of(FollowUpOut))
def list_follow_ups(query: dict[str, Any]) -> Any:
    """Follow-ups that the token may read, by due date."""
    work, actor = current_work(), current_actor()
    mark = unpack(query["after"], date.fromisoformat, int)
    statement = find.follow_ups().order_by(FollowUp.due_on, FollowUp.id).limit(query["limit"] + 1)
    if mark:
        due, key = mark
        statement = statement.where(or_(FollowUp.due_on > due, (FollowUp.due_on == due) & (FollowUp.id > key)))
    if not actor.has("organizer", "leader"):
        own = actor.department_id
        along = select(Coordination.follow_up_id).where(Coordination.department_id == own)
        statement = (
            statement.join(FollowUp.issue)
            .where(Issue.kind != "conduct")
            .where(or_(FollowUp.lead_department_id == own, FollowUp.transfer_to_id == own, FollowUp.id.in_(along)))
        )
    if query["department"]:
        codes = select(Department.id).where(Department.code == query["department"])
        statement = statement.where(FollowUp.lead_department_id.in_(codes))
    if query["state"]:
        statement = statement.where(FollowUp.state == query["state"])
    today = work.now.astimezone(ZoneInfo(work.settings.timezone)).date()
    if query["overdue"] is not None:
        late = FollowUp.state.in_(sorted(OWES_ANSWER)) & (FollowUp.due_on < today)
        statement = statement.where(late if query["overdue"] else ~late)
    if query["due_before"]:
        statement = statement.where(FollowUp.due_on < query["due_before"])
    rows = work.db.scalars(statement).unique().all()
    page = paged(rows, query["limit"], lambda row: (row.due_on, row.id))
    return {"items": page.items, "next": page.next or None}


@bp.get("/follow-ups/<int:number>")
@call("staff", of="issue.read_all")
@bp.response(200, FollowUpOut)
def read_follow_up(number: int) -> Any:
    """One follow-up."""
    row = find.follow_up(number)
    demand("issue.read_all", row)
    return tagged(row, row)


@bp.post("/follow-ups/<int:number>/accept")
@call("follow_up.accept", of=("issue.read_all", "follow_up.accept"))
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, FollowUpOut)
def accept_follow_up(number: int) -> Any:
    """The lead department takes it on."""
    return _step(number, "follow_up.accept", lambda row: followups.accept(current_work(), row))


@bp.post("/follow-ups/<int:number>/progress")
@call("follow_up.progress", of=("issue.read_all", "follow_up.progress"))
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(TextIn)
@bp.response(200, FollowUpOut)
def progress(data: dict[str, Any], number: int) -> Any:
    """Note progress; the enterprise is told."""
    return _step(number, "follow_up.progress", lambda row: followups.progress(current_work(), row, **data))


@bp.post("/follow-ups/<int:number>/transfer")
@call("follow_up.transfer", of=("issue.read_all", "follow_up.transfer"))
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(TransferIn)
@bp.response(200, FollowUpOut)
def transfer(data: dict[str, Any], number: int) -> Any:
    """Ask another department to take it over; until it does, the asker answers for it."""
    to = find.department(data.pop("to"), "to")
    # The contract's call has no ground of its own: then the reason has to name it.
    ground = data.get("ground") or data["reason"]
    return _step(
        number,
        "follow_up.transfer",
        lambda row: followups.request_transfer(current_work(), row, to=to, reason=data["reason"], ground=ground),
    )


@bp.post("/follow-ups/<int:number>/accept-transfer")
@call("follow_up.answer_transfer", of=("issue.read_all", "follow_up.answer_transfer"))
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, FollowUpOut)
def accept_transfer(number: int) -> Any:
    """The receiver takes it over; the clock goes on."""
    return _step(number, "follow_up.answer_transfer", lambda row: followups.accept_transfer(current_work(), row))


@bp.post("/follow-ups/<int:number>/refuse-transfer")
@call("follow_up.answer_transfer", of=("issue.read_all", "follow_up.answer_transfer"))
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ReasonIn)
@bp.response(200, FollowUpOut)
def refuse_transfer(data: dict[str, Any], number: int) -> Any:
    """The receiver refuses; it stays where it is."""
    return _step(
        number,
        "follow_up.answer_transfer",
        lambda row: followups.refuse_transfer(current_work(), row, **data),
    )


@bp.post("/follow-ups/<int:number>/decide-transfer")
@call("follow_up.decide_transfer", of=("issue.read_all", "follow_up.decide_transfer"))
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(TransferIn)
@bp.response(200, FollowUpOut)
def decide_transfer(data: dict[str, Any], number: int) -> Any:
    """The chair or the organiser decides who leads."""
    to = find.department(data["to"], "to")
    return _step(
        number,
        "follow_up.decide_transfer",
        lambda row: followups.decide_transfer(current_work(), row, to=to, reason=data["reason"]),
    )


@bp.post("/follow-ups/<int:number>/extend")
@call("follow_up.extend", of=("issue.read_all", "follow_up.extend"))
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ExtendIn)
@bp.response(200, FollowUpOut)
def extend(data: dict[str, Any], number: int) -> Any:
    """Ask for a later due date; a token that may decide grants it at once."""
    work = current_work()

    def run(row: FollowUp) -> None:
        extension = followups.request_extension(work, row, **data)
        if work.actor.has("organizer", "leader"):
            followups.grant_extension(work, extension)

    return _step(number, "follow_up.extend", run)


def _extension(row: FollowUp) -> Extension:
    found = followups.open_extension(current_work(), row)
    if found is None:
        raise Stale()
    return found


@bp.post("/follow-ups/<int:number>/grant-extension")
@call("follow_up.decide_extension")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(CancelIn, required=False)
@bp.response(200, FollowUpOut)
def grant_extension(data: dict[str, Any], number: int) -> Any:
    """Move the due date to what was asked for; the first one is kept."""

    def run(row: FollowUp) -> Any:
        return followups.grant_extension(current_work(), _extension(row), data.get("reason", ""))

    return _step(number, "follow_up.decide_extension", run)


@bp.post("/follow-ups/<int:number>/refuse-extension")
@call("follow_up.decide_extension")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ReasonIn)
@bp.response(200, FollowUpOut)
def refuse_extension(data: dict[str, Any], number: int) -> Any:
    """The due date stays, and why."""

    def run(row: FollowUp) -> Any:
        return followups.refuse_extension(current_work(), _extension(row), **data)

    return _step(number, "follow_up.decide_extension", run)


@bp.post("/follow-ups/<int:number>/opinion")
@call("follow_up.progress")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(TextIn)
@bp.response(200, FollowUpOut)
def give_opinion(data: dict[str, Any], number: int) -> Any:
    """A coordinating department says what it thinks."""
    work = current_work()
    own = current_actor().department_id
    department = work.db.get(Department, own) if own else None
    return _step(number, "follow_up.progress", lambda row: followups.opinion(work, row, department, **data))


@bp.post("/follow-ups/<int:number>/answer")
@call("follow_up.answer", of=("issue.read_all", "follow_up.answer"))
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(AnswerIn)
@bp.response(200, FollowUpOut)
def answer(data: dict[str, Any], number: int) -> Any:
    """Answer, with an outcome and documents."""
    uploads = [Upload(one["name"], one["content"]) for one in data.pop("attachments", [])]
    return _step(
        number,
        "follow_up.answer",
        lambda row: followups.answer(current_work(), row, attachments=uploads, **data),
    )


@bp.post("/follow-ups/<int:number>/send-back")
@call("follow_up.send_back", of=("issue.read_all", "follow_up.send_back"))
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ReasonIn)
@bp.response(200, FollowUpOut)
def send_back(data: dict[str, Any], number: int) -> Any:
    """The answer is not enough: back to the department."""
    return _step(number, "follow_up.send_back", lambda row: followups.send_back(current_work(), row, **data))


@bp.post("/follow-ups/<int:number>/verify")
@call("follow_up.verify", of=("issue.read_all", "follow_up.verify"))
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, FollowUpOut)
def verify(number: int) -> Any:
    """The answer has substance: the enterprise is asked to confirm."""
    return _step(number, "follow_up.verify", lambda row: followups.verify(current_work(), row))


@bp.post("/follow-ups/<int:number>/confirm")
@call("follow_up.confirm", of=("issue.read_all", "follow_up.confirm"))
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ConfirmIn)
@bp.response(200, FollowUpOut)
def confirm(data: dict[str, Any], number: int) -> Any:
    """The enterprise says that it is solved; recorded on its behalf."""
    return _step(number, "follow_up.confirm", lambda row: followups.confirm(current_work(), row, **data))


@bp.post("/follow-ups/<int:number>/reopen")
@call("follow_up.reopen", of=("issue.read_all", "follow_up.reopen"))
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ReasonIn)
@bp.response(200, FollowUpOut)
def reopen(data: dict[str, Any], number: int) -> Any:
    """The enterprise says that it is not solved, and why; recorded on its behalf."""
    return _step(number, "follow_up.reopen", lambda row: followups.reopen(current_work(), row, **data))
