"""What the plugin holds about a person, and forgetting it: words go, numbers that name nobody stay in the sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from meetup.api import Held, Work, revoke_link
from meetup_survey.models import PURPOSE, Answer, Ask, Outcome, Question


def _asks(work: Work, held: Held) -> Sequence[Ask]:
    contacts = [one.id for one in held.contacts]
    return work.db.scalars(select(Ask).where(Ask.contact_id.in_(contacts)).order_by(Ask.id)).all()


def held_rows(work: Work, held: Held) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each questionnaire, with what was answered."""
    asks = {one.id: one for one in _asks(work, held)}
    answers: dict[int, dict[str, Any]] = {}
    query = select(Answer, Question).join(Question, Question.id == Answer.question_id).where(Answer.ask_id.in_(asks))
    for answer, question in work.db.execute(query.order_by(Answer.id)):
        said: Any = answer.text if answer.number is None else answer.number
        for choice in question.all_choices:
            said = choice.name if choice.key == answer.number else said
        answers.setdefault(answer.ask_id, {})[question.name] = said
    for outcome in work.db.scalars(select(Outcome).where(Outcome.ask_id.in_(asks))):
        names = ("days_saved", "money_vnd", "jobs", "text")
        answers[outcome.ask_id] = {name: getattr(outcome, name) for name in names}
    for key, ask in asks.items():
        answered = ask.answered_at.isoformat() if ask.answered_at else None
        about = ask.registration_id or ask.follow_up_id
        yield (
            "surveys",
            {
                "kind": ask.kind,
                "about": about,
                "asked_at": ask.asked_at.isoformat(),
                "answered_at": answered,
                "answers": answers.get(key, {}),
            },
        )


def erase(work: Work, held: Held) -> list[tuple[str, int]]:
    """Forget what somebody wrote, and end the links to it; marks and numbers name nobody and stay."""
    asks = _asks(work, held)
    keys = [one.id for one in asks]
    for one in asks:
        one.closes_at = min(one.closes_at, work.now)
        revoke_link(work.db, PURPOSE, one.subject, work.now)
    for model in (Answer, Outcome):
        work.db.execute(
            update(model).where(model.ask_id.in_(keys)).values(text="").execution_options(synchronize_session=False)
        )
    return [("surveys", len(keys))]
