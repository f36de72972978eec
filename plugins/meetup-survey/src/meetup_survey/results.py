"""Counting answers: few statements, however many there are.

What the public reads is from :data:`LEAST` answers on, and grows by as many at once: no sum of fewer is shown, or is
the difference of two that are, today's or yesterday's. Organisers read everything, without names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select

from meetup.api import Work
from meetup_survey.answering import FIGURES
from meetup_survey.models import SESSION, Answer, Ask, Choice, Outcome, Question

#: Fewer answers than this are shown to nobody but the organisers.
LEAST = 3
#: How many texts a session's page shows; all are in the export.
TEXTS = 20


@dataclass(frozen=True)
class Counted:
    """One question with what was answered.

    Args:
        question: which.
        numbers: mark, key of a choice or number → how often it was given.
        texts: what was written, the newest first, at most :data:`TEXTS`.
    """

    question: Question
    numbers: Mapping[int, int]
    texts: Sequence[str] = ()

    @property
    def count(self) -> int:
        """How many answered with a mark, a choice or a number."""
        return sum(self.numbers.values())

    @property
    def total(self) -> int:
        """The sum of marks or numbers."""
        return sum(number * times for number, times in self.numbers.items())

    @property
    def mean(self) -> Decimal | None:
        """The mean of marks or numbers, two places; None: there is none."""
        return mean(self.total, self.count) if self.question.kind in {"mark", "number"} else None

    @property
    def spread(self) -> list[tuple[Choice, int]]:
        """How often each mark, from the best, or each choice was given; choices no longer offered only if they were."""
        if self.question.kind == "mark":
            return [(Choice(mark, str(mark)), self.numbers.get(mark, 0)) for mark in range(5, 0, -1)]
        choices = self.question.all_choices if self.question.kind == "choice" else []
        return [(one, self.numbers.get(one.key, 0)) for one in choices if one.is_offered or one.key in self.numbers]


@dataclass(frozen=True)
class Results:
    """What those who came to one session said."""

    asked: int
    answered: int
    questions: Sequence[Counted]

    @property
    def is_public(self) -> bool:
        """Whether there are enough answers to speak of."""
        return self.answered >= LEAST

    @property
    def public_marks(self) -> list[Counted]:
        """The questions whose mean anyone may read."""
        return [one for one in self.questions if one.question.kind == "mark" and one.count >= LEAST]


#: What one enterprise said: the session that it comes from, and by figure what it gave, or None.
Said = tuple[int | None, Mapping[str, Any]]


@dataclass(frozen=True)
class Sums:
    """What solutions brought: for each figure its sum and how many gave it; and how many answered at all."""

    answered: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


def mean(total: int, count: int) -> Decimal | None:
    """`total` of `count`, two places, halves away from zero."""
    if not count:
        return None
    return (Decimal(total) / count).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def asked_and_answered(work: Work, session_id: int) -> tuple[int, int]:
    """How many were asked about a session, and how many answered; one statement."""
    query = select(func.count(Ask.id), func.count(Ask.answered_at))
    row = work.db.execute(query.where(Ask.session_id == session_id, Ask.kind == SESSION)).one()
    return int(row[0]), int(row[1])


def session_results(work: Work, session_id: int, *, public: bool) -> Results:
    """What was answered about a session, question by question; at most four statements.

    Args:
        public: without what people wrote, and of the first answers that make whole groups of :data:`LEAST`.
    """
    asked, answered = asked_and_answered(work, session_id)
    if public:
        answered -= answered % LEAST
    if not answered:
        return Results(asked, 0, ())
    its: tuple[Any, ...] = (Ask.session_id == session_id, Ask.kind == SESSION)
    if public:
        first = select(Ask.id).where(*its, Ask.answered_at.is_not(None)).order_by(Ask.answered_at, Ask.id)
        its = (Ask.id.in_(first.limit(answered)),)
    rows = work.db.execute(
        select(Answer.question_id, Answer.number, func.count())
        .join(Ask, Ask.id == Answer.ask_id)
        .where(*its)
        .group_by(Answer.question_id, Answer.number)
    ).all()
    numbers: dict[int, dict[int, int]] = {}
    for question_id, number, count in rows:
        found = numbers.setdefault(question_id, {})
        if number is not None:
            found[int(number)] = int(count)
    written: dict[int, list[str]] = {}
    if not public:
        latest = (
            select(Answer.question_id, Answer.text)
            .join(Ask, Ask.id == Answer.ask_id)
            .where(*its, Answer.text != "")
            .order_by(Ask.answered_at.desc(), Answer.id.desc())
            .limit(TEXTS)
        )
        for question_id, text in work.db.execute(latest):
            written.setdefault(question_id, []).append(text)
    questions = work.db.scalars(
        select(Question).where(Question.id.in_(numbers)).order_by(Question.place, Question.id)
    ).all()
    return Results(asked, answered, [Counted(one, numbers[one.id], written.get(one.id, ())) for one in questions])


def brought(work: Work) -> Sums:
    """What solutions brought in all, for organisers; one statement."""
    columns: list[Any] = [func.count(Outcome.id)]
    for name in FIGURES:
        column = getattr(Outcome, name)
        columns += [func.coalesce(func.sum(column), 0), func.count(column)]
    answered, *values = work.db.execute(select(*columns)).one()
    return Sums(
        int(answered),
        {name: int(values[2 * at]) for at, name in enumerate(FIGURES)},
        {name: int(values[2 * at + 1]) for at, name in enumerate(FIGURES)},
    )


def said(work: Work, *, session_id: int | None = None) -> list[Said]:
    """What solutions brought, one answer after the other as they first came; one statement.

    Args:
        session_id: only what comes from this session.
    """
    columns = [getattr(Outcome, name) for name in FIGURES]
    query = select(Ask.session_id, *columns).join(Ask, Ask.id == Outcome.ask_id).order_by(Ask.answered_at, Ask.id)
    if session_id is not None:
        query = query.where(Ask.session_id == session_id)
    return [(row[0], dict(zip(FIGURES, row[1:], strict=True))) for row in work.db.execute(query)]


def shown(answers: Sequence[Said]) -> dict[str, tuple[int, int]]:
    """What the public reads of one session: figure → (sum, how many gave it)."""
    found = {}
    for name in FIGURES:
        whole = _whole([values[name] for _key, values in answers if values[name] is not None])
        if whole:
            found[name] = (sum(whole), len(whole))
    return found


def shown_in_all(answers: Sequence[Said]) -> dict[str, tuple[int, int]]:
    """What the public reads of all sessions together, beside those that are shown one by one.

    The sessions that are not shown are in it together, as if they were one: so the difference to what is
    shown is nothing, or of :data:`LEAST` answers or more.
    """
    found = {}
    for name in FIGURES:
        by_session: dict[int | None, list[int]] = {}
        for key, values in answers:
            if values[name] is not None:
                by_session.setdefault(key, []).append(values[name])
        single = {key for key, given in by_session.items() if len(given) >= LEAST}
        rest = [values[name] for key, values in answers if key not in single and values[name] is not None]
        whole = [one for key in single for one in _whole(by_session[key])] + _whole(rest)
        if whole:
            found[name] = (sum(whole), len(whole))
    return found


def _whole(given: list[int]) -> list[int]:
    """The first of them that make whole groups of :data:`LEAST`: a sum that grows by one answer tells that answer."""
    return given[: len(given) - len(given) % LEAST]
