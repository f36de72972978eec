"""Everything that was written about a follow-up: notes, answers, transfers, extensions, documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as DbSession

from meetup.followups.models import Answer, Draft, Extension, FollowUp, Progress, Transfer
from meetup.issues.models import Attachment


@dataclass(frozen=True)
class Papers:
    """Everything that was written about a follow-up, oldest first."""

    progress: Sequence[Progress]
    answers: Sequence[Answer]
    transfers: Sequence[Transfer]
    extensions: Sequence[Extension]
    files: Sequence[Attachment]


def papers(db: DbSession, f: FollowUp, draft: Draft | None = None) -> Papers:
    """What was written about `f`, with the documents of the issue and of the answers.

    Args:
        draft: whose documents are among them; None for a reader who may not read it.
    """

    def of(model: Any) -> Sequence[Any]:
        return db.scalars(select(model).where(model.follow_up_id == f.id).order_by(model.id)).all()

    files = db.scalars(
        select(Attachment)
        .where(
            Attachment.issue_id == f.issue_id,
            or_(Attachment.follow_up_id.is_(None), Attachment.follow_up_id == f.id),
            or_(Attachment.draft_id.is_(None), Attachment.draft_id == (draft.id if draft is not None else None)),
        )
        .order_by(Attachment.id)
    ).all()
    return Papers(of(Progress), of(Answer), of(Transfer), of(Extension), files)


def of_draft(db: DbSession, f: FollowUp, draft: Draft) -> Sequence[Attachment]:
    """The documents that lie with `draft`, and go with the answer that it becomes."""
    query = select(Attachment).where(Attachment.issue_id == f.issue_id, Attachment.draft_id == draft.id)
    return db.scalars(query.order_by(Attachment.id)).all()


def of_answer(db: DbSession, f: FollowUp, answer: Answer) -> Sequence[Attachment]:
    """The documents that were sent with `answer`: those of an earlier round, which was sent back, are none of them."""
    query = select(Attachment).where(Attachment.issue_id == f.issue_id, Attachment.answer_id == answer.id)
    return db.scalars(query.order_by(Attachment.id)).all()


def public_papers(db: DbSession, ids: Sequence[int]) -> tuple[dict[int, list[Progress]], dict[int, Answer]]:
    """For the enterprise: the public notes of each follow-up, and its last answer."""
    notes: dict[int, list[Progress]] = {}
    if not ids:
        return notes, {}
    for row in db.scalars(
        select(Progress).where(Progress.follow_up_id.in_(ids), Progress.is_public).order_by(Progress.id)
    ):
        notes.setdefault(row.follow_up_id, []).append(row)
    answers = db.scalars(select(Answer).where(Answer.follow_up_id.in_(ids)).order_by(Answer.id))
    return notes, {row.follow_up_id: row for row in answers}
