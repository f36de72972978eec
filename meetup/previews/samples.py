"""A sample of each kind of message, made of what the site holds: brought into the state that the message is about.

For a unit of work that is rolled back: here things are put into states without their arrows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, select, update

from meetup.enterprises.models import Contact
from meetup.errors import N_
from meetup.followups.models import Answer, Coordination, Extension, FollowUp, Progress, Transfer
from meetup.issues.models import AgendaItem, Comment, Issue, Message
from meetup.outbox.models import Outgoing
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.work import Work

if TYPE_CHECKING:
    from meetup.mount import Mount

Context = Mapping[str, Any]
Sample = Callable[[Work], "Context | None"]

#: Kind → the state of the registration that it is about.
_OF_REGISTRATION = {
    "calendar_invitation": "invited",
    "calendar_confirmed": "confirmed",
    "calendar_waitlisted": "waitlisted",
    "calendar_tentative": "tentative",
    "calendar_declined": "declined",
    "calendar_offer": "offered",
    "calendar_offer_lapsed": "declined",
    "calendar_cancelled": "cancelled",
    "calendar_rescheduled": "confirmed",
    "calendar_updated": "confirmed",
    "calendar_session_cancelled": "confirmed",
    "registration_changed": "confirmed",
    "registration_found": "confirmed",
    "registration_links": "confirmed",
    "session_reminder": "confirmed",
    "registration_closing": "invited",
    "invitation_unanswered": "invited",
    "offer_lapsing": "offered",
}

#: Kind → the state of the follow-up, and how many days off its due date is.
_OF_FOLLOW_UP = {
    "follow_up_assigned": ("assigned", 10),
    "follow_up_coordinating": ("assigned", 10),
    "follow_up_progress": ("accepted", 5),
    "follow_up_opinion": ("accepted", 5),
    "follow_up_mention": ("accepted", 5),
    "draft_waiting": ("accepted", 2),
    "draft_returned": ("accepted", 2),
    "follow_up_answered": ("answered", 2),
    "follow_up_sent_back": ("accepted", 2),
    "follow_up_verified": ("verified", 2),
    "follow_up_closed": ("closed", 2),
    "follow_up_reopened": ("assigned", 5),
    "follow_up_postponed": ("accepted", 10),
    "follow_up_due": ("accepted", 3),
    "follow_up_overdue": ("accepted", -5),
    "follow_up_escalated": ("accepted", -7),
    "follow_up_apology": ("accepted", -2),
    "follow_up_confirm_soon": ("verified", 2),
    "transfer_asked": ("transfer_requested", 5),
    "transfer_to_decide": ("transfer_requested", 5),
    "transfer_settled": ("accepted", 5),
    "transfer_unanswered": ("transfer_requested", 5),
    "extension_asked": ("accepted", 2),
    "extension_settled": ("accepted", 5),
}

#: What stands in a sample where a person writes something.
_WORDS = N_("(here stands what you write)")


def samples(mount: Mount, kind: str) -> list[Sample]:
    """How to come by a sample, to try one after the other: the notice's own way, ours, the newest one of the outbox."""
    found = (mount.notices[kind].sample, _of_things(kind), _newest(kind))
    return [one for one in found if one is not None]


def as_row(work: Work, kind: str, locale: str, context: Mapping[str, Any]) -> Outgoing:
    """A row of the outbox that is not in the outbox."""
    # No key of any row, so that nothing is ever told apart by it.
    return Outgoing(
        id=0,
        kind=kind,
        channel="mail",
        recipient="ban-xem-truoc@example.org",
        recipient_name=_name(work, context),
        locale=locale,
        subject="",
        thread="",
        context=dict(context),
        created_at=work.now,
        not_before=work.now,
        request_id="",
    )


def _name(work: Work, context: Mapping[str, Any]) -> str:
    """How the reader of a sample is called: the contact of the thing that it is about."""
    if context.get("registration") is not None:
        query = select(Contact.name).join(Registration, Registration.contact_id == Contact.id)
        return work.db.scalar(query.where(Registration.id == context["registration"])) or ""
    return ""


def _of_things(kind: str) -> Sample | None:
    if kind in _OF_REGISTRATION:
        return lambda work: _registration(work, kind)
    if kind in _OF_FOLLOW_UP:
        return lambda work: _follow_up(work, kind)
    if kind == "weekly_digest":
        return _digest
    if kind == "session_unreported":
        return _unreported
    if kind in _ISSUES or kind.startswith("issue_") or kind == "comment_waiting":
        return lambda work: _issue(work, kind)
    return None


def _newest(kind: str) -> Sample:
    def sample(work: Work) -> Context | None:
        query = select(Outgoing.context).where(Outgoing.kind == kind).order_by(Outgoing.id.desc()).limit(1)
        return work.db.scalar(query)

    return sample


def _set(work: Work, model: Any, key: int, **values: Any) -> None:
    """Put a row into a state without its arrow; it is rolled back."""
    work.db.execute(update(model).where(model.id == key).values(**values).execution_options(synchronize_session=False))
    work.db.expire_all()


def _registration(work: Work, kind: str) -> Context | None:
    state = _OF_REGISTRATION[kind]
    found = work.db.execute(
        select(Registration.id, Registration.session_id)
        .where(Registration.state != "cancelled")
        .order_by(case((Registration.state == state, 0), else_=1), Registration.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    session: Session = work.get(Session, found.session_id)
    moved = max(work.now + timedelta(days=7) - session.starts_at, timedelta())
    starts_at, until = session.starts_at + moved, work.now + timedelta(hours=6)
    closes = work.now + timedelta(days=1)
    off = kind == "calendar_session_cancelled"
    _set(
        work,
        Session,
        session.id,
        state="cancelled" if off else "published",
        cancel_reason=work.mount.words.gettext(_WORDS) if off else "",
        starts_at=starts_at,
        ends_at=session.ends_at + moved,
        registration_closes_at=closes,
    )
    _set(work, Registration, found.id, state=state, offered_until=until, queued_at=work.now, calendar_sequence=1)
    before = starts_at - timedelta(days=1)
    return {
        "registration": found.id,
        "registrations": [found.id],
        "sequence": 1,
        "first": state != "cancelled" and kind != "calendar_offer_lapsed",
        "before": [before.isoformat(), before.isoformat()] if kind == "calendar_rescheduled" else [],
        "starts_at": starts_at.isoformat(),
        "closes_at": closes.isoformat(),
        "until": until.isoformat(),
        "rule": "",
    }


def _unreported(work: Work) -> Context | None:
    found = work.db.scalar(select(Session.id).where(Session.state == "held").order_by(Session.id.desc()).limit(1))
    found = found or work.db.scalar(select(Session.id).order_by(Session.id.desc()).limit(1))
    if found is None:
        return None
    ended = work.now - timedelta(days=4)
    _set(work, Session, found, state="held", starts_at=ended - timedelta(hours=2), ends_at=ended)
    return {"session": found, "rule": ""}


def _follow_up(work: Work, kind: str) -> Context | None:
    state, days = _OF_FOLLOW_UP[kind]
    more: dict[str, Any] = {}
    part: Any = _PARTS.get(kind)
    if part is not None:
        model, name = part
        row = work.db.scalar(select(model).order_by(model.id.desc()).limit(1))
        if row is None:
            return None
        key = row.follow_up_id
        more[name] = row.department_id if model is Coordination else row.id
        if kind in {"transfer_asked", "transfer_to_decide", "extension_asked"}:
            _set(work, model, row.id, decision="")
    else:
        newest = work.db.scalar(
            select(FollowUp.id).order_by(case((FollowUp.state == state, 0), else_=1), FollowUp.id.desc()).limit(1)
        )
        if newest is None:
            return None
        key = newest
    today = work.now.astimezone(work.zone).date()
    f: FollowUp = work.get(FollowUp, key)
    receiver = f.transfer_to_id or f.lead_department_id
    department = f.lead_department_id
    _set(
        work,
        FollowUp,
        key,
        state=state,
        due_on=today + timedelta(days=days),
        confirm_by=today + timedelta(days=4),
        transfer_to_id=receiver if state == "transfer_requested" else None,
        closing="confirmed" if state == "closed" else "",
    )
    return {
        "follow_up": key,
        "reason": work.mount.words.gettext(_WORDS),
        "promised": (today + timedelta(days=7)).isoformat(),
        **({"whom": "head"} if kind == "follow_up_escalated" else {}),
        **({} if kind in _TO_READERS else {"department": department}),
        **more,
    }


_TO_READERS = {
    "follow_up_progress",
    "follow_up_verified",
    "follow_up_closed",
    "follow_up_postponed",
    "follow_up_apology",
    "follow_up_confirm_soon",
}
_PARTS: dict[str, tuple[Any, str]] = {
    "follow_up_progress": (Progress, "progress"),
    "follow_up_opinion": (Coordination, "by"),
    "follow_up_answered": (Answer, "answer"),
    "follow_up_postponed": (Extension, "extension"),
    "extension_asked": (Extension, "extension"),
    "extension_settled": (Extension, "extension"),
    "transfer_asked": (Transfer, "transfer"),
    "transfer_to_decide": (Transfer, "transfer"),
    "transfer_settled": (Transfer, "transfer"),
}


def _digest(work: Work) -> Context | None:
    found = work.db.execute(
        select(FollowUp.id, FollowUp.lead_department_id, Issue.programme_id)
        .join(Issue, FollowUp.issue_id == Issue.id)
        .where(Issue.kind != "conduct")
        .order_by(FollowUp.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    due = work.now.astimezone(work.zone).date() + timedelta(days=2)
    _set(work, FollowUp, found.id, state="accepted", due_on=due)
    return {"programmes": [found.programme_id], "department": found.lead_department_id, "whom": "department"}


#: Kind → the state that its issue must be in, if any.
_ISSUES = {
    "issue_question": "needs_information",
    "issue_answered_at_once": "answered",
    "issue_withdrawn": "withdrawn",
    "issue_declined": "declined",
}


def _issue(work: Work, kind: str) -> Context | None:
    query = select(Issue.id).order_by(Issue.id.desc()).limit(1)
    more: dict[str, Any] = {}
    if kind in {"issue_message", "issue_information"}:
        message = work.db.scalar(select(Message).order_by(Message.id.desc()).limit(1))
        if message is None:
            return None
        query = select(Issue.id).where(Issue.id == message.issue_id)
        more = {"message": message.id}
    elif kind == "comment_waiting":
        comment = work.db.scalar(select(Comment).order_by(Comment.id.desc()).limit(1))
        if comment is None:
            return None
        _set(work, Comment, comment.id, state="pending")
        query = select(Issue.id).where(Issue.id == comment.issue_id)
        more = {"comment": comment.id}
    elif kind == "issue_scheduled":
        item = work.db.scalar(
            select(AgendaItem)
            .join(Session, AgendaItem.session_id == Session.id)
            .where(Session.state != "cancelled")
            .order_by(AgendaItem.id.desc())
            .limit(1)
        )
        if item is None or item.issue_id is None:
            return None
        query = select(Issue.id).where(Issue.id == item.issue_id)
        more = {"session": item.session_id}
    elif kind == "issue_merged":
        query = query.where(Issue.merged_into_id.is_not(None))
    elif kind == "issue_published":
        query = query.where(Issue.published_at.is_not(None))
    elif kind == "issue_assigned":
        query = query.where(Issue.lead_department_id.is_not(None))
    key = work.db.scalar(query)
    if key is None:
        return None
    if kind in _ISSUES:
        _set(work, Issue, key, state=_ISSUES[kind])
    if kind == "issue_assigned":
        more = {"department": work.get(Issue, key).lead_department_id}
    return {"issue": key, **more}
