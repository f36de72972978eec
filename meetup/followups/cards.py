"""A department's follow-ups as a feed shows them (rules E2, E4, E5)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import joinedload

from meetup.departments.models import Department, Field
from meetup.domain.feeds import FollowUpCard
from meetup.domain.followups import is_overdue
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.work import Work

#: How long what is closed stays, so that a calendar that has it hears that it is done.
CLOSED_STAYS = timedelta(days=30)
#: More than this no calendar is helped by.
MOST = 1000


def of_department(work: Work, department: Department) -> list[FollowUpCard]:
    """What the department leads, by due date; of what is confidential or about conduct the number alone."""
    rows = _rows(work.db, department, work)
    today = work.now.astimezone(work.zone).date()
    return [
        FollowUpCard(
            uid=_uid(f),
            sequence=f.extensions,
            title=_title(f),
            description="" if _is_closed_matter(f.issue) else f.task,
            url=work.mount.url("follow_ups.show", number=f.number),
            due_on=f.due_on,
            zone=work.settings.timezone,
            state=f.state,
            is_overdue=is_overdue(f.state, f.due_on, today),
            closed_at=f.closed_at,
            session_uid=f.issue.session.calendar_uid if f.issue.session is not None else "",
            created_at=f.created_at,
            changed_at=f.changed_at,
            categories=(f.issue.field.name,) if f.issue.field is not None else (),
        )
        for f in rows
    ]


def feed_print(work: Work, department: Department) -> tuple[str, datetime | None]:
    """What changes whenever the department's feed does, and when its newest change was; without loading a row."""
    rows = work.db.execute(
        select(FollowUp.id, FollowUp.version, FollowUp.changed_at, Issue.version, Field.name)
        .join(Issue, FollowUp.issue_id == Issue.id)
        .outerjoin(Field, Issue.field_id == Field.id)
        .where(*_in_feed(work, department))
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(MOST)
    ).all()
    return str([tuple(row) for row in rows]), max((row.changed_at for row in rows), default=None)


def _in_feed(work: Work, department: Department) -> tuple[ColumnElement[bool], ...]:
    return (
        FollowUp.lead_department_id == department.id,
        or_(FollowUp.state != "closed", FollowUp.closed_at > work.now - CLOSED_STAYS),
    )


def _rows(db: DbSession, department: Department, work: Work) -> Sequence[FollowUp]:
    query = (
        select(FollowUp)
        .where(*_in_feed(work, department))
        .options(
            joinedload(FollowUp.issue).joinedload(Issue.session), joinedload(FollowUp.issue).joinedload(Issue.field)
        )
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(MOST)
    )
    return db.scalars(query).unique().all()


def _is_closed_matter(issue: Issue) -> bool:
    return issue.kind == "conduct" or issue.visibility == "confidential"


def _title(f: FollowUp) -> str:
    if _is_closed_matter(f.issue):
        return str(f.number)
    return f"{f.number} · {f.issue.title}"


def _uid(f: FollowUp) -> str:
    return hashlib.sha256(f"follow-up|{f.number}|{f.created_at.isoformat()}".encode()).hexdigest()[:36]
