"""What an enterprise answers; answering again before the end replaces it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as DbSession

from meetup.api import N_, Fault, InvalidInput, Work, guarded_update
from meetup_survey.models import Answer, Ask, Outcome, Question
from meetup_survey.numbers import whole_number
from meetup_survey.texts import clean

LONGEST_TEXT = 2_000
#: The largest number of each kind that is believed.
MOST = {"number": 10**12, "days_saved": 100_000, "money_vnd": 10**15, "jobs": 100_000}
FIGURES = ("days_saved", "money_vnd", "jobs")


def is_open(work: Work, ask: Ask) -> bool:
    """Whether it can still be answered."""
    return work.now < ask.closes_at


def given(db: DbSession, ask: Ask) -> dict[int, Answer]:
    """What was answered, by question."""
    return {one.question_id: one for one in db.scalars(select(Answer).where(Answer.ask_id == ask.id))}


def outcome_of(db: DbSession, ask: Ask) -> Outcome | None:
    """What it brought, if that was said."""
    return db.scalar(select(Outcome).where(Outcome.ask_id == ask.id))


def answer(work: Work, ask: Ask, questions: Sequence[Question], typed: Mapping[str, str]) -> Ask:
    """Take the answers to a session's questions; they replace those given before.

    Args:
        questions: those that are asked now; answers to others stay as they are.
        typed: by ``q<key of the question>``.

    Raises:
        InvalidInput: with every fault at its question, or because it is closed.
        Stale: if it was answered in another window in the meantime.
    """
    _still_open(work, ask)
    faults: list[Fault] = []
    taken = [made for one in questions if (made := _take(one, clean(typed.get(f"q{one.id}", "")), faults))]
    if faults:
        raise InvalidInput.many(faults)
    _mark(work, ask)
    work.db.execute(
        delete(Answer)
        .where(Answer.ask_id == ask.id, Answer.question_id.in_([one.id for one in questions]))
        .execution_options(synchronize_session=False)
    )
    work.db.add_all([Answer(ask_id=ask.id, **one) for one in taken])
    work.db.flush()
    return ask


def say_outcome(work: Work, ask: Ask, typed: Mapping[str, str]) -> Ask:
    """Take what a solution brought: days, money and jobs, of which each may be left open, and words.

    Raises:
        InvalidInput: with every fault at its field, or because it is closed.
        Stale: if it was answered in another window in the meantime.
    """
    _still_open(work, ask)
    faults: list[Fault] = []
    values: dict[str, Any] = {name: _number(name, clean(typed.get(name, "")), MOST[name], faults) for name in FIGURES}
    values["text"] = _text("text", clean(typed.get("text", "")), faults)
    if not faults and all(values[name] is None for name in FIGURES):
        faults.append(
            Fault("days_saved", N_("No number is given."), N_("Give at least one of the three; 0 is an answer too."))
        )
    if faults:
        raise InvalidInput.many(faults)
    _mark(work, ask)
    found = outcome_of(work.db, ask)
    if found is None:
        found = Outcome(ask_id=ask.id)
        work.db.add(found)
    for name, value in values.items():
        setattr(found, name, value)
    work.db.flush()
    return ask


def _still_open(work: Work, ask: Ask) -> None:
    if not is_open(work, ask):
        raise InvalidInput("closed", N_("These questions are closed."), N_("Nothing can be changed any more."))


def _mark(work: Work, ask: Ask) -> None:
    guarded_update(work.db, ask, answered_at=ask.answered_at or work.now)
    work.log("survey.answer", ask)


def _take(question: Question, text: str, faults: list[Fault]) -> dict[str, Any] | None:
    name = f"q{question.id}"
    if not text:
        if question.is_required:
            faults.append(Fault(name, N_("This question is not answered."), N_("Please answer it.")))
        return None
    if question.kind == "text":
        return {"question_id": question.id, "number": None, "text": _text(name, text, faults)}
    if question.kind == "number":
        number = _number(name, text, MOST["number"], faults)
    else:
        number = whole_number(text, 10**6) if text.isascii() and text.isdigit() else None
        offered = range(1, 6) if question.kind == "mark" else [one.key for one in question.choices]
        if number not in offered:
            faults.append(Fault(name, N_("This cannot be chosen."), N_("Choose one of the answers.")))
    return {"question_id": question.id, "number": number, "text": ""}


def _number(name: str, text: str, most: int, faults: list[Fault]) -> int | None:
    if not text:
        return None
    found = whole_number(text, most)
    if found is None:
        rule = N_("This is no whole number that we can take.")
        faults.append(Fault(name, rule, N_("Write digits alone, such as 12 or 1.500.000.")))
    return found


def _text(name: str, text: str, faults: list[Fault]) -> str:
    if len(text) > LONGEST_TEXT:
        rule = N_("This is longer than %(most)s characters.")
        faults.append(Fault(name, rule, N_("Shorten it."), most=LONGEST_TEXT))
    return text
