"""Answers as a file: one line an enterprise, without its name."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import Response, make_response
from sqlalchemy import select

from meetup.api import Session, Work, _, name_of, write_csv, write_xlsx
from meetup_survey.models import SESSION, Answer, Ask, Outcome, Question

#: Kind of file → how it is written, and what it is called on the wire.
EXPORTS: Mapping[str, tuple[Callable[..., int], str]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def export_session(work: Work, session: Session, kind: str) -> Response:
    """The answers about `session` as a file of `kind`; two statements."""
    its = select(Ask.id).where(Ask.session_id == session.id, Ask.kind == SESSION)
    asked = work.db.scalars(
        select(Question)
        .where(Question.id.in_(select(Answer.question_id).where(Answer.ask_id.in_(its))))
        .order_by(Question.place, Question.id)
    ).all()
    headings = (_("No."), *(name_of(one) for one in asked))
    return _file(f"{session.slug}-survey", kind, headings, _rows(work, session, list(asked)))


def export_outcomes(work: Work, kind: str) -> Response:
    """What solutions brought, one answer a line, as a file of `kind`; one statement."""
    rows = work.db.scalars(select(Outcome).join(Ask, Ask.id == Outcome.ask_id).order_by(Ask.answered_at, Ask.id))
    headings = (
        _("No."),
        _("Working days saved"),
        _("Money released, in VND"),
        _("Jobs kept or made"),
        _("What has changed for you?"),
    )
    lines = ((at, one.days_saved, one.money_vnd, one.jobs, one.text) for at, one in enumerate(rows, 1))
    return _file("outcomes", kind, headings, lines)


def _file(name: str, kind: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    write, content_type = EXPORTS[kind]
    out = io.BytesIO()
    write(out, headings, rows)
    answer = make_response(out.getvalue())
    answer.content_type = content_type
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _rows(work: Work, session: Session, asked: list[Question]) -> Iterator[tuple[Any, ...]]:
    """In the order in which they came: that of the registrations would say who is who."""
    rows = work.db.execute(
        select(Answer)
        .join(Ask, Ask.id == Answer.ask_id)
        .where(Ask.session_id == session.id, Ask.kind == SESSION)
        .order_by(Ask.answered_at, Ask.id)
    ).scalars()
    lines: dict[int, dict[int, Answer]] = {}
    for one in rows:
        lines.setdefault(one.ask_id, {})[one.question_id] = one
    words = {one.id: {choice.key: name_of(choice) for choice in one.all_choices} for one in asked}
    for number, line in enumerate(lines.values(), 1):
        yield number, *(_cell(line.get(one.id), words[one.id]) for one in asked)


def _cell(answer: Answer | None, words: Mapping[int, str]) -> Any:
    if answer is None:
        return None
    return answer.text if answer.number is None else words.get(answer.number, answer.number)
