"""Issues and agendas over the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.departments.models import Field
from meetup.domain.agenda import starting_times
from meetup.followups import service as followups
from meetup.issues import search
from meetup.issues import service as issues
from meetup.issues.agenda import mark_of
from meetup.issues.models import AgendaItem, Issue
from meetup.issues.values import Upload
from meetup.rest import find
from meetup.rest.edge import KEY_HEADER, MATCH_HEADER, Resource, call, check_match, demand, tagged
from meetup.rest.followups import shown_many
from meetup.rest.schemas import (
    AcceptIn,
    AgendaItemIn,
    AgendaItemOut,
    ConclusionIn,
    FollowUpOut,
    IssueIn,
    IssueOut,
    IssueQuery,
    MergeIn,
    QuestionIn,
    ReasonIn,
    TextIn,
    page_of,
    rfc3339,
)
from meetup.sessions.models import Session
from meetup.sessions.service import lock
from meetup.web.current import current_actor, current_work
from meetup.web.paging import paged, unpack

bp = Resource("issues", __name__, description="Issues, agendas and conclusions.")


def shown(number: int, status: int = 200) -> Any:
    """An issue as it is now, as an answer."""
    work = current_work()
    work.db.flush()
    work.db.expire_all()
    row = find.issue(number)
    return tagged(row, row, status)


@bp.post("/sessions/<int:session_id>/issues")
@call("issue.submit", of="issue.submit")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(IssueIn)
@bp.response(201, IssueOut)
def submit_issue(data: dict[str, Any], session_id: int) -> Any:
    """Hand in an issue for a session."""
    session = find.session(session_id)
    registration = find.registration(data.pop("registration_id"))
    demand("issue.submit", registration)
    if registration.session_id != session.id:
        raise find.invalid_registration()
    field = data.pop("field", None)
    department = data.pop("suggested_department", None)
    uploads = [Upload(one["name"], one["content"]) for one in data.pop("attachments", [])]
    row = issues.submit(
        current_work(),
        registration=registration,
        session=session,
        field=find.field_of_work(field) if field else None,
        suggested_department=find.department(department, "suggested_department") if department else None,
        attachments=uploads,
        **data,
    )
    return shown(row.number, 201)


@bp.get("/issues")
@call("staff")
@bp.arguments(IssueQuery, location="query")
@bp.response(200, page_of(IssueOut))
def list_issues(query: dict[str, Any]) -> Any:
    """Issues that the token may read, newest first; ``q`` ignores case and diacritics."""
    actor = current_actor()
    mark = unpack(query["after"], int)
    keys: Any = select(Issue.id)
    if not actor.has("organizer", "leader"):
        keys = keys.where(Issue.lead_department_id == actor.department_id, Issue.kind != "conduct")
    if query["state"]:
        keys = keys.where(Issue.state == query["state"])
    if query["field"]:
        keys = keys.where(Issue.field_id.in_(select(Field.id).where(Field.code == query["field"])))
    limit, after, db = query["limit"] + 1, mark[0] if mark else None, current_work().db
    if query["q"].strip():
        keys = search.whole(db, keys, query["q"], limit=limit, after=after)
    else:
        keys = keys.where(Issue.id < after) if after is not None else keys
        keys = keys.order_by(Issue.id.desc()).limit(limit)
    statement = find.issues().where(Issue.id.in_(keys)).order_by(Issue.id.desc())
    page = paged(db.scalars(statement).all(), query["limit"], lambda row: (row.id,))
    return {"items": page.items, "next": page.next or None}


@bp.get("/issues/<int:issue_id>")
@call("staff", of="issue.read_all")
@bp.response(200, IssueOut)
def read_issue(issue_id: int) -> Any:
    """One issue."""
    row = find.issue(issue_id)
    demand("issue.read_all", row)
    return tagged(row, row)


@bp.post("/issues/<int:issue_id>/accept")
@call("issue.triage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(AcceptIn)
@bp.response(200, IssueOut)
def accept_issue(data: dict[str, Any], issue_id: int) -> Any:
    """Take an issue on, with its field and lead department."""
    row = find.issue(issue_id)
    field = find.field_of_work(data["field"])
    lead = find.department(data["lead_department"], "lead_department")
    issues.accept(current_work(), row, field=field, lead_department=lead)
    return shown(issue_id)


@bp.post("/issues/<int:issue_id>/decline")
@call("issue.triage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ReasonIn)
@bp.response(200, IssueOut)
def decline_issue(data: dict[str, Any], issue_id: int) -> Any:
    """Decline an issue, with the reason."""
    issues.decline(current_work(), find.issue(issue_id), **data)
    return shown(issue_id)


@bp.post("/issues/<int:issue_id>/request-information")
@call("issue.triage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(QuestionIn)
@bp.response(200, IssueOut)
def request_information(data: dict[str, Any], issue_id: int) -> Any:
    """Ask the enterprise back."""
    issues.request_information(current_work(), find.issue(issue_id), **data)
    return shown(issue_id)


@bp.post("/issues/<int:issue_id>/inform")
@call("issue.inform")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(TextIn)
@bp.response(200, IssueOut)
def inform(data: dict[str, Any], issue_id: int) -> Any:
    """Give the information that was asked for, on the enterprise's behalf."""
    issues.inform(current_work(), find.issue(issue_id), **data)
    return shown(issue_id)


@bp.post("/issues/<int:issue_id>/merge")
@call("issue.triage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(MergeIn)
@bp.response(200, IssueOut)
def merge_issue(data: dict[str, Any], issue_id: int) -> Any:
    """Merge a duplicate into another issue; both submitters stay."""
    issues.merge(current_work(), find.issue(issue_id), into=find.issue(data["into"]))
    return shown(issue_id)


@bp.post("/issues/<int:issue_id>/withdraw")
@call("issue.withdraw")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, IssueOut)
def withdraw_issue(issue_id: int) -> Any:
    """Withdraw an issue on the enterprise's behalf."""
    issues.withdraw(current_work(), find.issue(issue_id))
    return shown(issue_id)


@dataclass(frozen=True)
class Agenda:
    """What an agenda's entity tag is made of: its rows are no part of the session's version.

    Args:
        id: the session's key.
        version: its mark, as the page of the desk has it.
    """

    KIND: ClassVar[str] = "agenda"
    id: int
    version: str


def _as_read(session: Session, rows: list[dict[str, Any]]) -> Agenda:
    return Agenda(session.id, mark_of((row["issue_id"], row["minutes"]) for row in rows))


def _agenda(session: Session) -> list[dict[str, Any]]:
    rows = (
        current_work()
        .db.scalars(
            select(AgendaItem)
            .where(AgendaItem.session_id == session.id)
            .options(joinedload(AgendaItem.issue))
            .order_by(AgendaItem.position)
        )
        .all()
    )
    times = starting_times(session.starts_at, [row.minutes for row in rows])
    return [
        {
            "issue_id": row.issue.number,
            "title": row.issue.title,
            "minutes": row.minutes,
            "starts_at": rfc3339(at, session.timezone),
        }
        for row, at in zip(rows, times, strict=False)
    ]


@bp.get("/sessions/<int:session_id>/agenda")
@call("session.manage")
@bp.response(200, AgendaItemOut(many=True))
def read_agenda(session_id: int) -> Any:
    """The agenda in order, with computed starting times."""
    session = find.session(session_id)
    rows = _agenda(session)
    return tagged(rows, _as_read(session, rows))


@bp.put("/sessions/<int:session_id>/agenda")
@call("session.manage")
@bp.doc(parameters=[MATCH_HEADER])
@bp.arguments(AgendaItemIn(many=True))
@bp.response(200, AgendaItemOut(many=True))
def write_agenda(rows: list[dict[str, Any]], session_id: int) -> Any:
    """Set the agenda: issues in order, each with its minutes."""
    work = current_work()
    session = find.session(session_id)
    # Of two who read the same agenda one writes first, and the other's tag is old by then.
    lock(work, session)
    check_match(_as_read(session, _agenda(session)))
    wanted = {row["issue_id"] for row in rows}
    possible = [number for number in wanted if number <= find.MOST_NUMBER]
    found = {row.number: row for row in work.db.scalars(find.issues().where(Issue.number.in_(possible))).all()}
    missing = sorted(wanted - found.keys())
    if missing:
        raise find.unknown_issue(missing[0])
    issues.set_agenda(work, session, [(found[row["issue_id"]], row["minutes"]) for row in rows])
    work.db.flush()
    agenda = _agenda(session)
    return tagged(agenda, _as_read(session, agenda))


@bp.post("/issues/<int:issue_id>/conclusion")
@call("issue.conclude")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ConclusionIn)
@bp.response(201, FollowUpOut(many=True))
def conclude(data: dict[str, Any], issue_id: int) -> Any:
    """Record the chair's conclusion and the follow-ups that it orders."""
    orders = [
        followups.FollowUpOrder(
            lead_department=find.department(order["lead_department"], f"follow_ups.{at}.lead_department"),
            task=order["task"],
            coordinating=find.departments(
                order.get("coordinating_departments", []), f"follow_ups.{at}.coordinating_departments"
            ),
            due_on=order.get("due_on"),
            working_days=order.get("working_days"),
        )
        for at, order in enumerate(data.pop("follow_ups"))
    ]
    rows = followups.conclude(current_work(), find.issue(issue_id), orders=orders, **data)
    return shown_many([row.number for row in rows])
