"""The two mails: looked up just before they leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.api import (
    N_,
    Expired,
    FollowUp,
    Issue,
    Notice,
    Outgoing,
    Prepared,
    Programme,
    Registration,
    Session,
    Superseded,
    Work,
    is_muted,
)
from meetup_survey.models import OUTCOME, PURPOSE, SESSION, Ask, main_questions
from meetup_survey.questions import questions_of

#: Whoever switched one of these off is asked nothing: a questionnaire reminds too.
_REMINDERS = ("session_reminder", "survey_session", "survey_outcome")


def _ask(work: Work, row: Outgoing) -> tuple[Ask, dict[str, Any]]:
    ask = work.db.get(Ask, row.context["ask"])
    if ask is None:
        raise Superseded(N_("the questionnaire is gone"))
    if ask.closes_at <= work.now:
        raise Expired(N_("the questionnaire is closed"))
    if any(is_muted(work, row.recipient, kind) for kind in _REMINDERS):
        raise Superseded(N_("the recipient switched reminders off"))
    programme = work.get(Programme, ask.programme_id)
    url = work.mount.url("survey.answer", token=work.token(PURPOSE, ask.subject))
    return ask, {"ask": ask, "programme": programme, "programme_slug": programme.slug, "action_url": url}


def prepare_session(work: Work, row: Outgoing) -> Prepared:
    """How was it? With a link for each mark, which opens the page and stores nothing."""
    ask, context = _ask(work, row)
    first = main_questions(questions_of(work.db, ask.programme_id)).get(ask.programme_id)
    marks = [(mark, f"{context['action_url']}?mark={mark}") for mark in range(1, 6)] if first is not None else []
    return Prepared({**context, "session": work.get(Session, ask.session_id), "question": first, "marks": marks})


def prepare_outcome(work: Work, row: Outgoing) -> Prepared:
    """What did the solution bring?"""
    ask, context = _ask(work, row)
    found = work.db.scalars(
        select(FollowUp).options(joinedload(FollowUp.issue)).where(FollowUp.id == ask.follow_up_id)
    ).one()
    if found.state != "closed":
        raise Superseded(N_("the follow-up was reopened"))
    return Prepared({**context, "issue": found.issue})


def _sample(kind: str, work: Work) -> Mapping[str, Any] | None:
    ask = work.db.scalars(select(Ask).where(Ask.kind == kind).order_by(Ask.id.desc()).limit(1)).first()
    if ask is None:
        ask = _sample_session(work) if kind == SESSION else _sample_outcome(work)
        if ask is None:
            return None
        work.db.add(ask)
    # For looking at, however long ago it was; whatever is changed here is rolled back.
    ask.closes_at = work.now + timedelta(days=14)
    work.db.flush()
    return {"ask": ask.id}


def _sample_session(work: Work) -> Ask | None:
    query = select(Registration).where(Registration.state == "attended").options(joinedload(Registration.session))
    one = work.db.scalars(query.order_by(Registration.id.desc()).limit(1)).first()
    if one is None:
        return None
    return Ask(
        kind=SESSION,
        programme_id=one.session.programme_id,
        session_id=one.session_id,
        registration_id=one.id,
        contact_id=one.contact_id,
        asked_at=work.now,
        version=1,
    )


def _sample_outcome(work: Work) -> Ask | None:
    query = (
        select(FollowUp)
        .join(FollowUp.issue)
        .where(FollowUp.state == "closed", Issue.kind != "conduct")
        .options(joinedload(FollowUp.issue))
    )
    one = work.db.scalars(query.order_by(FollowUp.id.desc()).limit(1)).first()
    if one is None:
        return None
    return Ask(
        kind=OUTCOME,
        programme_id=one.issue.programme_id,
        session_id=one.session_id,
        follow_up_id=one.id,
        contact_id=one.issue.contact_id,
        asked_at=work.now,
        version=1,
    )


def sample_session(work: Work) -> Mapping[str, Any] | None:
    """A sample, for whoever looks at the kind before one is sent."""
    return _sample(SESSION, work)


def sample_outcome(work: Work) -> Mapping[str, Any] | None:
    """Likewise."""
    return _sample(OUTCOME, work)


NOTICES = [
    Notice("survey_session", prepare_session, N_("Questions after a session"), mutable=True, sample=sample_session),
    Notice(
        "survey_outcome",
        prepare_outcome,
        N_("Questions about what a solution brought"),
        mutable=True,
        sample=sample_outcome,
    ),
]
