"""What the organiser's desk does with sessions, registrations and issues besides their arrows, over the API."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from meetup.errors import NotFound
from meetup.followups import service as followups
from meetup.issues import service as issues
from meetup.issues.models import Comment
from meetup.registrations import service as registrations
from meetup.rest import find
from meetup.rest.edge import KEY_HEADER, MATCH_HEADER, Resource, call, check_match, demand, tagged
from meetup.rest.issues import shown as shown_issue
from meetup.rest.schemas import IssueOut, ReasonIn, RegistrationOut, SessionOut, page_of
from meetup.rest.schemas.desk import (
    CommentOut,
    CommentQuery,
    CopyIn,
    CoSignIn,
    CountOut,
    FileIn,
    MessageIn,
    MinutesIn,
    NoteIn,
    PublishIn,
    StageIn,
    WalkInIn,
)
from meetup.rest.sessions import shown as shown_registration
from meetup.sessions import service as sessions
from meetup.web.current import current_actor, current_work
from meetup.web.paging import paged, unpack
from meetup.work import edit

bp = Resource("desk", __name__, description="The organiser's desk.")


def _session(session_id: int) -> Any:
    work = current_work()
    work.db.flush()
    work.db.expire_all()
    row = find.session(session_id)
    return tagged(row, row)


@bp.post("/sessions/<int:session_id>/copy")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(CopyIn)
@bp.response(201, SessionOut)
def copy_session(data: dict[str, Any], session_id: int) -> Any:
    """A new draft like this session, at another time."""
    row = find.session(sessions.copy(current_work(), find.session(session_id), **data).id)
    return tagged(row, row, 201)


@bp.put("/sessions/<int:session_id>/minutes")
@call("session.manage")
@bp.doc(parameters=[MATCH_HEADER])
@bp.arguments(MinutesIn)
@bp.response(200, SessionOut)
def write_minutes(data: dict[str, Any], session_id: int) -> Any:
    """Set the conclusion notice's number and summary of a session that was held; `report` publishes them.

    `conclusions` mends the words of single conclusions, until then.
    """
    row = find.session(session_id)
    check_match(row)
    for one in data.pop("conclusions"):
        issue = find.issue(one["issue_id"])
        if issue.session_id != row.id:
            raise NotFound()
        followups.reword(current_work(), issue, text=one["text"])
    edit(current_work(), row, "minutes", **data)
    return _session(session_id)


@bp.put("/sessions/<int:session_id>/stage")
@call("session.manage")
@bp.arguments(StageIn)
@bp.response(200, SessionOut)
def put_on_stage(data: dict[str, Any], session_id: int) -> Any:
    """Show an issue of the agenda in the hall as the one that is being discussed; null clears the stage."""
    row = find.session(session_id)
    issue = find.issue(data["issue_id"]) if data["issue_id"] is not None else None
    issues.put_on_stage(current_work(), row, issue)
    return _session(session_id)


@bp.post("/sessions/<int:session_id>/walk-ins")
@call("session.check_in")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(WalkInIn)
@bp.response(201, RegistrationOut)
def walk_in(data: dict[str, Any], session_id: int) -> Any:
    """Someone comes unannounced."""
    row = registrations.walk_in(current_work(), find.session(session_id), **data)
    return shown_registration(row.id, 201)


@bp.post("/sessions/<int:session_id>/absent")
@call("session.check_in")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, CountOut)
def mark_absent(session_id: int) -> Any:
    """Whoever had confirmed and was not checked in stayed away; gives how many."""
    return {"count": registrations.miss_the_rest(current_work(), find.session(session_id))}


@bp.post("/registrations/<int:registration_id>/miss")
@call("session.check_in")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, RegistrationOut)
def miss(registration_id: int) -> Any:
    """They stayed away."""
    registrations.miss(current_work(), find.registration(registration_id))
    return shown_registration(registration_id)


@bp.post("/registrations/<int:registration_id>/send-link")
@call("registration.change")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(202, CountOut)
def send_link(registration_id: int) -> Any:
    """Mail the contact the links of all registrations of this address; gives how many."""
    return {"count": registrations.links_again(current_work(), find.registration(registration_id).contact.email)}, 202


@bp.post("/issues/<int:issue_id>/messages")
@call("issue.write")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(MessageIn)
@bp.response(201, IssueOut)
def write_message(data: dict[str, Any], issue_id: int) -> Any:
    """Write to those who work on an issue, and to its enterprise unless it is internal."""
    row = find.issue(issue_id)
    demand("issue.read_all", row)
    demand("issue.write", row)
    side = "organizer" if current_actor().has("organizer") else "department"
    issues.write(current_work(), row, body=data["text"], side=side, is_internal=data["is_internal"])
    return shown_issue(issue_id, 201)


@bp.post("/issues/<int:issue_id>/publish")
@call("issue.publish")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(PublishIn)
@bp.response(200, IssueOut)
def publish_issue(data: dict[str, Any], issue_id: int) -> Any:
    """Publish question and answer in words that name nobody; again with a note of what was corrected."""
    issues.publish(current_work(), find.issue(issue_id), **data)
    return shown_issue(issue_id)


@bp.post("/issues/<int:issue_id>/unpublish")
@call("issue.publish")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(NoteIn)
@bp.response(200, IssueOut)
def unpublish_issue(data: dict[str, Any], issue_id: int) -> Any:
    """Take it off the public pages, with the reason."""
    issues.unpublish(current_work(), find.issue(issue_id), **data)
    return shown_issue(issue_id)


@bp.put("/issues/<int:issue_id>/public-files")
@call("issue.publish")
@bp.arguments(FileIn(many=True))
@bp.response(200, IssueOut)
def publish_files(rows: list[dict[str, Any]], issue_id: int) -> Any:
    """Set which documents the public gets, a picture with its description."""
    issues.show_files(current_work(), find.issue(issue_id), {row["id"]: row["description"] for row in rows})
    return shown_issue(issue_id)


@bp.post("/issues/<int:issue_id>/co-sign")
@call("issue.submit")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(CoSignIn)
@bp.response(200, IssueOut)
def co_sign(data: dict[str, Any], issue_id: int) -> Any:
    """Another enterprise, by its registration, has the same difficulty."""
    registration = find.registration(data["registration_id"])
    demand("issue.submit", registration)
    issue = find.issue(issue_id)
    if not issue.is_public:
        raise NotFound()
    issues.co_sign(current_work(), issue, registration.enterprise_id, contact=registration.contact_id)
    return shown_issue(issue_id)


@bp.post("/issues/<int:issue_id>/agree")
@call("follow_up.confirm")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, IssueOut)
def agree(issue_id: int) -> Any:
    """The enterprise agrees with an answer that was given on the spot."""
    followups.accept_answer(current_work(), find.issue(issue_id))
    return shown_issue(issue_id)


@bp.post("/issues/<int:issue_id>/disagree")
@call("follow_up.reopen")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ReasonIn)
@bp.response(200, IssueOut)
def disagree(data: dict[str, Any], issue_id: int) -> Any:
    """The enterprise does not agree: the issue goes back to work."""
    followups.reopen_issue(current_work(), find.issue(issue_id), **data)
    return shown_issue(issue_id)


@bp.get("/comments")
@call("comment.moderate")
@bp.arguments(CommentQuery, location="query")
@bp.response(200, page_of(CommentOut))
def list_comments(query: dict[str, Any]) -> Any:
    """Comments on published issues, oldest first; without their writers' addresses."""
    mark = unpack(query["after"], int)
    statement = select(Comment).where(Comment.state == query["state"]).order_by(Comment.id).limit(query["limit"] + 1)
    if mark:
        statement = statement.where(Comment.id > mark[0])
    page = paged(current_work().db.scalars(statement).all(), query["limit"], lambda row: (row.id,))
    return {"items": page.items, "next": page.next or None}


def _comment(comment_id: int) -> Comment:
    found: Comment = find.one(select(Comment).where(Comment.id == find.within(comment_id)))
    return found


@bp.post("/comments/<int:comment_id>/approve")
@call("comment.moderate")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, CommentOut)
def approve_comment(comment_id: int) -> Any:
    """Let a comment through."""
    return issues.moderate(current_work(), _comment(comment_id), approve=True)


@bp.post("/comments/<int:comment_id>/reject")
@call("comment.moderate")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ReasonIn)
@bp.response(200, CommentOut)
def reject_comment(data: dict[str, Any], comment_id: int) -> Any:
    """Do not show a comment, with the reason."""
    return issues.moderate(current_work(), _comment(comment_id), approve=False, **data)
