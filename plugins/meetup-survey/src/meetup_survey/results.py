"""Counting answers: few statements, however many there are.

What the public reads is from :data:`LEAST` answers on, and so that no sum of fewer can be worked out as the
difference of two that are shown. Organisers read everything, without names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select

from meetup.api import Work
from meetup_survey.answering import FIGURES
from meetup_survey.models import OUTCOME, SESSION, Answer, Ask, Choice, Outcome, Question

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


def session_results(work: Work, session_id: int, *, texts: bool) -> Results:
    """What was answered about a session, question by question.

    Args:
        texts: whether what people wrote is asked for: not for the public.
    """
    asked, answered = asked_and_answered(work, session_id)
    if not answered:
        return Results(asked, 0, ())
    its = (Ask.session_id == session_id, Ask.kind == SESSION)
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
    if texts:
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


def sums_by_session(work: Work) -> dict[int | None, Sums]:
    """What solutions brought, by the session that they come from (None: from none); one statement."""
    return _sums(work)


def sums_of_session(work: Work, session_id: int) -> Sums | None:
    """What the solutions of one session brought; one statement."""
    return _sums(work, Ask.session_id == session_id).get(session_id)


def _sums(work: Work, *where: Any) -> dict[int | None, Sums]:
    columns: list[Any] = [func.count(Outcome.id)]
    for name in FIGURES:
        column = getattr(Outcome, name)
        columns += [func.coalesce(func.sum(column), 0), func.count(column)]
    query = select(Ask.session_id, *columns).join(Ask, Ask.id == Outcome.ask_id).where(Ask.kind == OUTCOME, *where)
    found: dict[int | None, Sums] = {}
    for key, answered, *values in work.db.execute(query.group_by(Ask.session_id)):
        sums = {name: int(values[2 * at]) for at, name in enumerate(FIGURES)}
        counts = {name: int(values[2 * at + 1]) for at, name in enumerate(FIGURES)}
        found[key] = Sums(int(answered), sums, counts)
    return found


def total_of(parts: Iterable[Sums]) -> Sums:
    """Several sums together."""
    parts = list(parts)
    return Sums(
        sum(one.answered for one in parts),
        {name: sum(one.sums[name] for one in parts) for name in FIGURES},
        {name: sum(one.counts[name] for one in parts) for name in FIGURES},
    )


def shown(sums: Sums | None) -> dict[str, tuple[int, int]]:
    """Of one session: figure → (sum, how many gave it), from :data:`LEAST` on."""
    if sums is None:
        return {}
    return {name: (sums.sums[name], sums.counts[name]) for name in FIGURES if sums.counts[name] >= LEAST}


def shown_in_all(parts: Iterable[Sums]) -> dict[str, tuple[int, int]]:
    """Of all sessions together, beside those that are shown one by one: figure → (sum, how many gave it).

    The rest, whose sums are not shown, is in it only if it is itself of :data:`LEAST` answers or more.
    """
    parts = list(parts)
    found = {}
    for name in FIGURES:
        single = [one for one in parts if one.counts[name] >= LEAST]
        rest = [one for one in parts if one.counts[name] < LEAST]
        if sum(one.counts[name] for one in rest) >= LEAST:
            single += rest
        count = sum(one.counts[name] for one in single)
        if count:
            found[name] = (sum(one.sums[name] for one in single), count)
    return found
