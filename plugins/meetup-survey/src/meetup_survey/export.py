"""Answers as a file: one line an enterprise, without its name."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Response, make_response
from sqlalchemy import select

from meetup.api import Session, Work, _, name_of, write_csv, write_xlsx
from meetup_survey.models import SESSION, Answer, Ask, Question

#: Kind of file → how it is written, and what it is called on the wire.
EXPORTS: Mapping[str, tuple[Callable[..., int], str]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def export(work: Work, session: Session, kind: str) -> Response:
    """The answers about `session` as a file of `kind`; two statements."""
    its = select(Ask.id).where(Ask.session_id == session.id, Ask.kind == SESSION)
    asked = work.db.scalars(
        select(Question)
        .where(Question.id.in_(select(Answer.question_id).where(Answer.ask_id.in_(its))))
        .order_by(Question.place, Question.id)
    ).all()
    write, content_type = EXPORTS[kind]
    out = io.BytesIO()
    write(out, (_("No."), *(name_of(one) for one in asked)), _rows(work, session, list(asked)))
    answer = make_response(out.getvalue())
    answer.content_type = content_type
    answer.headers["Content-Disposition"] = f'attachment; filename="{session.slug}-survey.{kind}"'
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
