"""Reading an issue and what belongs to it: thread, files, comments, its place on an agenda."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import joinedload

from meetup.departments.models import Department
from meetup.errors import NotFound
from meetup.issues.models import AgendaItem, Attachment, Comment, CoSigner, Issue, Message, Revision
from meetup.issues.values import OPEN
from meetup.sessions.models import Session

PAGE = 20

#: What is closed is counted so far.
MOST_COUNTED = 1_000
CLOSED = ("resolved", "declined", "merged", "withdrawn")

#: What nearly every page of an issue shows beside it.
WITH_PARTIES = (
    joinedload(Issue.enterprise),
    joinedload(Issue.field),
    joinedload(Issue.lead_department),
    joinedload(Issue.suggested_department),
    joinedload(Issue.session),
)

#: The issue that one was merged into, with what its standing needs.
WITH_TARGET = joinedload(Issue.merged_into).options(joinedload(Issue.lead_department), joinedload(Issue.session))


def by_number(db: DbSession, number: int, *, whole: bool = True) -> Issue:
    """The issue with `number`, with everyone it concerns.

    Raises:
        NotFound: if there is none.
    """
    query = select(Issue).where(Issue.number == number)
    if whole:
        query = query.options(*WITH_PARTIES, joinedload(Issue.contact), WITH_TARGET)
    found = db.scalar(query) if 0 < number < 2**31 else None
    if found is None:
        raise NotFound()
    return found


def is_public() -> ColumnElement[bool]:
    """The condition under which anyone may read an issue's published text."""
    return and_(Issue.published_at.is_not(None), Issue.visibility != "confidential")


def counts(db: DbSession) -> dict[str, int]:
    """How many open issues there are in each state; under ``""`` the others, counted to one above MOST_COUNTED."""
    rows = db.execute(select(Issue.state, func.count()).where(Issue.state.in_(sorted(OPEN))).group_by(Issue.state))
    closed = select(Issue.id).where(Issue.state.in_(CLOSED)).limit(MOST_COUNTED + 1).subquery()
    return {**{row[0]: row[1] for row in rows}, "": db.scalar(select(func.count()).select_from(closed)) or 0}


def thread(db: DbSession, issue: Issue, *, internal: bool = False) -> list[tuple[Message, Department | None]]:
    """The words exchanged, oldest first, each with the department that wrote it; notes of the staff only if asked."""
    query = (
        select(Message, Department)
        .outerjoin(Department, Message.department_id == Department.id)
        .where(Message.issue_id == issue.id)
        .order_by(Message.id)
    )
    if not internal:
        query = query.where(Message.is_internal.is_(False))
    return [(message, department) for message, department in db.execute(query)]


def files(db: DbSession, issue: Issue, *, public: bool = False, own: bool = False) -> Sequence[Attachment]:
    """The files of an issue without those of drafts, oldest first; for the public those that were opened to it.

    For the enterprise (`own`) those that came with no follow-up: an answer's documents are
    shown with the answer, once it was checked.
    """
    query = select(Attachment).where(Attachment.issue_id == issue.id, Attachment.draft_id.is_(None))
    query = query.order_by(Attachment.id)
    if public:
        query = query.where(Attachment.is_public)
    if own:
        query = query.where(Attachment.follow_up_id.is_(None))
    return db.scalars(query).all()


def revisions(db: DbSession, issue: Issue) -> Sequence[Revision]:
    """The earlier published texts, the newest first."""
    return db.scalars(select(Revision).where(Revision.issue_id == issue.id).order_by(Revision.id.desc())).all()


def co_signers(db: DbSession, issue: Issue) -> int:
    """How many other enterprises have the same difficulty."""
    query = select(func.count(func.distinct(CoSigner.enterprise_id))).where(
        CoSigner.issue_id == issue.id, CoSigner.enterprise_id != issue.enterprise_id
    )
    return db.scalar(query) or 0


def comments(db: DbSession, issue: Issue) -> list[tuple[Comment, list[Comment]]]:
    """The approved comments, oldest first, each with its approved replies."""
    rows = db.scalars(
        select(Comment).where(Comment.issue_id == issue.id, Comment.state == "approved").order_by(Comment.id)
    ).all()
    first: dict[int, tuple[Comment, list[Comment]]] = {row.id: (row, []) for row in rows if row.parent_id is None}
    for row in rows:
        if row.parent_id in first:
            first[row.parent_id][1].append(row)
    return list(first.values())


def comments_page(
    db: DbSession, *, state: str = "pending", after: int = 0, limit: int = PAGE
) -> Sequence[tuple[Comment, Issue]]:
    """Comments in `state` with their issues, the oldest first; one more than `limit` if there is."""
    query = (
        select(Comment, Issue)
        .join(Issue, Comment.issue_id == Issue.id)
        .where(Comment.state == state, Comment.id > after)
    )
    return [(comment, issue) for comment, issue in db.execute(query.order_by(Comment.id).limit(limit + 1))]


def agenda(db: DbSession, session: Session) -> Sequence[AgendaItem]:
    """A session's agenda in order, each item with its issue and everyone that it concerns."""
    query = (
        select(AgendaItem)
        .where(AgendaItem.session_id == session.id)
        .options(*(joinedload(AgendaItem.issue).options(part) for part in WITH_PARTIES))
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    return db.scalars(query).all()


def waiting_for_agenda(db: DbSession, session: Session, *, limit: int = 100) -> Sequence[Issue]:
    """Accepted issues that could go on the agenda: those raised for the session first, then those that no other has.

    What was raised for a session that was called off, or is reported already, waits for another one.
    """
    over = select(Session.id).where(Session.state.in_(("cancelled", "reported")))
    mine = case((Issue.session_id == session.id, 0), else_=1)
    query = (
        select(Issue)
        .where(
            Issue.state == "accepted",
            or_(Issue.session_id == session.id, Issue.session_id.is_(None), Issue.session_id.in_(over)),
        )
        .options(*WITH_PARTIES)
        .order_by(mine, Issue.id)
        .limit(limit)
    )
    return db.scalars(query).all()


def of_registration(db: DbSession, registration_id: int) -> Sequence[Issue]:
    """The issues that were handed in with a registration, the newest first.

    By registration, not by enterprise: whoever types another's tax code must not see what that one raised.
    """
    query = (
        select(Issue)
        .where(Issue.registration_id == registration_id)
        .options(*WITH_PARTIES, WITH_TARGET)
        .order_by(Issue.id.desc())
    )
    return db.scalars(query).all()


def latest_answered(db: DbSession, *, limit: int = 3) -> Sequence[Issue]:
    """The published issues that were answered last."""
    query = (
        select(Issue)
        .where(is_public(), Issue.answered_at.is_not(None))
        .options(*WITH_PARTIES)
        .order_by(Issue.answered_at.desc(), Issue.id.desc())
        .limit(limit)
    )
    return db.scalars(query).all()
