"""Every programme in a line, for organisers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from meetup.api import Programme, Session, Work
from meetup_survey.models import SESSION, Answer, Ask, Outcome, Question, Rules, main_questions
from meetup_survey.questions import rules_by_programme
from meetup_survey.results import TEXTS, mean

#: How many sessions with answers the page names.
RECENT = 10


@dataclass(frozen=True)
class Line:
    """One programme: its rules, how many were asked and answered, and how useful its sessions were."""

    programme: Programme
    rules: Rules
    asked: int
    answered: int
    usefulness: Decimal | None


def overview(work: Work) -> list[Line]:
    """Every programme by its name; five statements."""
    rules = rules_by_programme(work.db)
    programmes = work.db.scalars(select(Programme).order_by(Programme.name, Programme.id))
    query = select(Ask.programme_id, func.count(Ask.id), func.count(Ask.answered_at)).where(Ask.kind == SESSION)
    counts = {
        key: (int(asked), int(answered)) for key, asked, answered in work.db.execute(query.group_by(Ask.programme_id))
    }
    main = main_questions(work.db.scalars(select(Question).where(Question.kind == "mark")))
    keys = [one.id for one in main.values()]
    marks = {
        key: mean(int(total or 0), int(count))
        for key, total, count in work.db.execute(
            select(Answer.question_id, func.sum(Answer.number), func.count())
            .where(Answer.question_id.in_(keys))
            .group_by(Answer.question_id)
        )
    }
    return [
        Line(
            one,
            rules[one.id],
            *counts.get(one.id, (0, 0)),
            marks.get(main[one.id].id) if one.id in main else None,
        )
        for one in programmes
    ]


def remarks(work: Work) -> Sequence[str]:
    """What was written of late about what solutions brought, the newest first; one statement."""
    query = select(Outcome.text).join(Ask, Ask.id == Outcome.ask_id).where(Outcome.text != "")
    return work.db.scalars(query.order_by(Ask.answered_at.desc(), Ask.id.desc()).limit(TEXTS)).all()


def recent_sessions(work: Work) -> Sequence[Session]:
    """The latest sessions that were asked about, the newest first; one statement."""
    asked = select(Ask.session_id).where(Ask.kind == SESSION)
    query = select(Session).where(Session.id.in_(asked)).order_by(Session.starts_at.desc(), Session.id.desc())
    return work.db.scalars(query.limit(RECENT)).all()
