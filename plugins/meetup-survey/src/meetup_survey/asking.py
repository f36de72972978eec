"""Asking: who is due gets one row and one message, both in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from meetup.api import Contact, FollowUp, Issue, Registration, Session, Work, enqueue
from meetup_survey.models import OUTCOME, SESSION, Ask, Rules
from meetup_survey.questions import LONGEST_DELAY, LONGEST_OPEN, rules_by_programme, store_standard

#: How many are asked in one turn at most, so that its transaction stays short.
A_TURN = 100
#: The notice of each kind.
NOTICES = {SESSION: "survey_session", OUTCOME: "survey_outcome"}
_REACHABLE = (Contact.email != "", Contact.email_dead_at.is_(None))


def ask_due(work: Work) -> dict[str, int]:
    """Ask whoever is due; gives how many by kind, nothing where there are none."""
    rules = rules_by_programme(work.db)
    found = {
        "surveys_asked": _ask_about_sessions(work, rules),
        "outcomes_asked": _ask_about_outcomes(work, rules),
    }
    return {name: count for name, count in found.items() if count}


def due_at(session: Session, rules: Rules) -> datetime:
    """When those who came are asked: after its end, which is later than its opening or planned end."""
    return max(session.held_at or session.ends_at, session.ends_at) + timedelta(hours=rules.delay_hours)


def _ask_about_sessions(work: Work, rules: dict[int, Rules]) -> int:
    oldest = work.now - timedelta(hours=LONGEST_DELAY, days=LONGEST_OPEN)
    recent = work.db.scalars(
        select(Session).where(
            Session.state.in_(("held", "reported")),
            or_(Session.held_at > oldest, Session.ends_at > oldest),
        )
    )
    due = {}
    for one in recent:
        its = rules.get(one.programme_id)
        # A session long over is not asked about anew because the plugin has come, or was switched on.
        if its is not None and its.is_on and due_at(one, its) <= work.now < due_at(one, its) + timedelta(its.open_days):
            due[one.id] = one.programme_id
    if not due:
        return 0
    rows = work.db.scalars(
        select(Registration)
        .join(Registration.contact)
        .where(
            Registration.session_id.in_(due),
            Registration.state == "attended",
            *_REACHABLE,
            ~exists().where(Ask.registration_id == Registration.id),
        )
        .options(joinedload(Registration.contact))
        .order_by(Registration.id)
        .limit(A_TURN)
    ).all()
    _store(work, rules, {due[one.session_id] for one in rows})
    return sum(
        _ask(
            work,
            rules[due[one.session_id]],
            one.contact,
            one.subject,
            kind=SESSION,
            session_id=one.session_id,
            registration_id=one.id,
        )
        for one in rows
    )


def _ask_about_outcomes(work: Work, rules: dict[int, Rules]) -> int:
    due = [
        and_(
            Issue.programme_id == one.programme_id,
            FollowUp.closed_at <= work.now - timedelta(days=one.outcome_days),
            FollowUp.closed_at > work.now - timedelta(days=one.outcome_days + one.open_days),
        )
        for one in rules.values()
        if one.outcome_is_on
    ]
    if not due:
        return 0
    rows: Sequence[Any] = work.db.execute(
        select(FollowUp, Issue.programme_id, Contact)
        .join(Issue, Issue.id == FollowUp.issue_id)
        .join(Contact, Contact.id == Issue.contact_id)
        .where(
            FollowUp.state == "closed",
            FollowUp.closing == "confirmed",
            # What is about an official's conduct saves no days, and is told to nobody.
            Issue.kind != "conduct",
            or_(*due),
            *_REACHABLE,
            ~exists().where(Ask.follow_up_id == FollowUp.id),
        )
        .order_by(FollowUp.id)
        .limit(A_TURN)
    ).all()
    _store(work, rules, {programme_id for _one, programme_id, _contact in rows})
    return sum(
        _ask(
            work,
            rules[programme_id],
            contact,
            one.subject,
            kind=OUTCOME,
            session_id=one.session_id,
            follow_up_id=one.id,
        )
        for one, programme_id, contact in rows
    )


def _store(work: Work, rules: dict[int, Rules], programmes: set[int]) -> None:
    """The first time that a programme asks, what it asks is stored: answers need keys to stand at."""
    for key in programmes:
        if not rules[key].version:
            rules[key] = store_standard(work, key)


def _ask(work: Work, rules: Rules, contact: Contact, subject: str, **values: Any) -> bool:
    """One row and one message; whom another worker has just asked is left to it."""
    ask = Ask(
        programme_id=rules.programme_id,
        contact_id=contact.id,
        asked_at=work.now,
        closes_at=work.now + timedelta(days=rules.open_days),
        version=1,
        **values,
    )
    try:
        with work.db.begin_nested():
            work.db.add(ask)
            work.db.flush()
    except IntegrityError:
        return False
    enqueue(
        work,
        NOTICES[ask.kind],
        to=contact.email,
        name=contact.name,
        locale=contact.language,
        subject=subject,
        context={"ask": ask.id},
        expires_at=ask.closes_at,
    )
    return True
