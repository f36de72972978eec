"""What is asked, who was asked, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from meetup.api import Base, BigKey, Row

#: Kinds of question: a mark from 1 to 5, one of several choices, a whole number, words.
KINDS = ("mark", "choice", "number", "text")
SESSION, OUTCOME = "session", "outcome"
#: What the token of a questionnaire is for.
PURPOSE = "survey"


class Rules(Row, Base):
    """Whether, and how long after, a programme asks.

    ``delay_hours`` counts from the end of a session, ``outcome_days`` from the day on which an enterprise
    confirmed a solution. A questionnaire can be answered for ``open_days`` days.
    """

    __tablename__ = "meetup_survey_rules"
    KIND = "survey-rules"

    programme_id: Mapped[int] = mapped_column(ForeignKey("meetup_programme.id"), unique=True)
    is_on: Mapped[bool]
    delay_hours: Mapped[int]
    open_days: Mapped[int]
    outcome_is_on: Mapped[bool]
    outcome_days: Mapped[int]
    version: Mapped[int]


@dataclass(frozen=True)
class Choice:
    """One choice of a question; ``key`` is what answers keep, whatever becomes of its words."""

    key: int
    name: str
    name_en: str = ""
    is_offered: bool = True


class Question(Row, Base):
    """One question of a programme. Answered ones are never deleted: they retire."""

    __tablename__ = "meetup_survey_question"
    KIND = "survey-question"

    programme_id: Mapped[int] = mapped_column(ForeignKey("meetup_programme.id"), index=True)
    place: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300))
    offered: Mapped[list[Any]]
    is_required: Mapped[bool]
    retired_at: Mapped[datetime | None]

    @property
    def all_choices(self) -> list[Choice]:
        """Every choice that there ever was."""
        return [Choice(**one) for one in self.offered]

    @property
    def choices(self) -> list[Choice]:
        """What can be chosen now."""
        return [one for one in self.all_choices if one.is_offered]


class Ask(Row, Base):
    """Somebody was asked, once: about a session (by its registration) or about what a follow-up brought.

    ``session_id`` is the session that it is about, or that the follow-up comes from.
    """

    __tablename__ = "meetup_survey_ask"
    __table_args__ = (Index("ix_meetup_survey_ask_session", "session_id", "kind"),)
    KIND = "survey"

    kind: Mapped[str] = mapped_column(String(10))
    programme_id: Mapped[int] = mapped_column(ForeignKey("meetup_programme.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_session.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_registration.id"), unique=True)
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_follow_up.id"), unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("meetup_contact.id"), index=True)
    asked_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    version: Mapped[int]

    @property
    def about(self) -> str:
        """The session that it is about, if any."""
        return f"session:{self.session_id}" if self.session_id else ""


class Answer(Base):
    """The answer to one question: a mark, the key of a choice or a number in ``number``, words in ``text``."""

    __tablename__ = "meetup_survey_answer"
    __table_args__ = (UniqueConstraint("ask_id", "question_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    ask_id: Mapped[int] = mapped_column(ForeignKey("meetup_survey_ask.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("meetup_survey_question.id"), index=True)
    number: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)


class Outcome(Base):
    """What a solution brought, as its enterprise says; what it left open is None, which is not zero."""

    __tablename__ = "meetup_survey_outcome"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    ask_id: Mapped[int] = mapped_column(ForeignKey("meetup_survey_ask.id"), unique=True)
    days_saved: Mapped[int | None]
    money_vnd: Mapped[int | None] = mapped_column(BigInteger)
    jobs: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)


def main_questions(questions: Iterable[Question]) -> dict[int, Question]:
    """Programme → its first question with marks that is still asked: the one that counts as usefulness."""
    found: dict[int, Question] = {}
    for one in sorted(questions, key=lambda one: (one.place, one.id or 0)):
        if one.kind == "mark" and one.retired_at is None:
            found.setdefault(one.programme_id, one)
    return found
