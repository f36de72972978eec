"""The scorecards' figure: how useful the sessions were to the enterprises whose issues an agency or a field had."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from meetup.api import N_, Department, Field, Figure, Issue, Session, Work
from meetup_survey.models import SESSION, Answer, Ask, Question, main_questions
from meetup_survey.results import LEAST, mean

KEY = "survey_usefulness"
LABEL = N_("Usefulness of the sessions")
MEANING = N_(
    "The mean of the marks from 1 to 5 that enterprises gave to the sessions where they raised their issues, "
    "from three marks on."
)


def usefulness(work: Work, since: date | None, until: date | None) -> Figure:
    """The figure of the sessions that began in these days; four statements."""
    main = [one.id for one in main_questions(work.db.scalars(select(Question).where(Question.kind == "mark"))).values()]
    values: dict[str, dict[str, Decimal]] = {"whole": {}, "department": {}, "field": {}}
    if main:
        marks = (
            select(Ask.registration_id, Answer.number)
            .join(Ask, Ask.id == Answer.ask_id)
            .join(Session, Session.id == Ask.session_id)
            .where(Ask.kind == SESSION, Answer.question_id.in_(main), *_between(work, since, until))
            .subquery()
        )
        sums = (func.sum(marks.c.number), func.count())
        values["whole"] = _means([("", *work.db.execute(select(*sums)).one())])
        for by, model, key in (("department", Department, Issue.lead_department_id), ("field", Field, Issue.field_id)):
            # An enterprise counts once for each agency, however many issues of its that one had.
            raised = (
                select(Issue.registration_id, key.label("key"))
                .where(Issue.registration_id.is_not(None), Issue.kind != "conduct", key.is_not(None))
                .distinct()
                .subquery()
            )
            rows = work.db.execute(
                select(model.code, *sums)
                .select_from(marks)
                .join(raised, raised.c.registration_id == marks.c.registration_id)
                .join(model, model.id == raised.c.key)
                .group_by(model.code)
            )
            values[by] = _means(rows)
    return Figure(KEY, LABEL, MEANING, values)


def _means(rows: Any) -> dict[str, Decimal]:
    found = {}
    for code, total, count in rows:
        value = mean(int(total or 0), int(count)) if count >= LEAST else None
        if value is not None:
            found[code] = value
    return found


def _between(work: Work, since: date | None, until: date | None) -> list[Any]:
    def start_of(day: date) -> datetime:
        return datetime.combine(day, time(), work.zone).astimezone(UTC)

    where = []
    if since is not None:
        where.append(Session.starts_at >= start_of(since))
    if until is not None:
        where.append(Session.starts_at < start_of(until + timedelta(days=1)))
    return where
