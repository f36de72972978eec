"""Finding the story's rows again, with all that the services want loaded."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from meetup.demo import people
from meetup.departments.models import Department, Field
from meetup.enterprises.models import Enterprise
from meetup.followups.models import Coordination, FollowUp
from meetup.issues.models import Issue
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.work import Work


def programme(work: Work) -> Programme:
    """The demo's programme."""
    return work.db.scalars(select(Programme).where(Programme.slug == "ca-phe")).one()


def department(work: Work, code: str) -> Department:
    """The department with this code."""
    return work.db.scalars(select(Department).where(Department.code == code)).one()


def field(work: Work, code: str) -> Field:
    """The field with this code."""
    return work.db.scalars(select(Field).where(Field.code == code)).one()


def session(work: Work, number: int) -> Session:
    """The session with this number."""
    query = select(Session).where(Session.number == number).options(joinedload(Session.programme))
    return work.db.scalars(query).unique().one()


def registration(work: Work, key: int) -> Registration:
    """The registration with this key."""
    query = (
        select(Registration)
        .where(Registration.id == key)
        .options(
            joinedload(Registration.session).joinedload(Session.programme),
            joinedload(Registration.enterprise),
            joinedload(Registration.contact),
            selectinload(Registration.participants),
        )
    )
    return work.db.scalars(query).unique().one()


def registration_of(work: Work, number: int, who: str) -> Registration:
    """The registration of an enterprise of the story for a session."""
    key = work.db.scalars(
        select(Registration.id)
        .join(Registration.session)
        .join(Registration.enterprise)
        .where(Session.number == number, Enterprise.name == people.ENTERPRISES[who][2])
    ).one()
    return registration(work, key)


def confirmed(work: Work, of: Session) -> list[Registration]:
    """The confirmed registrations of a session."""
    keys = work.db.scalars(
        select(Registration.id).where(Registration.session_id == of.id, Registration.state == "confirmed")
    ).all()
    return [registration(work, key) for key in keys]


def issue(work: Work, number: int) -> Issue:
    """The issue with this number."""
    query = (
        select(Issue)
        .where(Issue.number == number)
        .options(
            joinedload(Issue.session).joinedload(Session.programme),
            joinedload(Issue.enterprise),
            joinedload(Issue.contact),
            joinedload(Issue.field),
            joinedload(Issue.lead_department),
        )
    )
    return work.db.scalars(query).unique().one()


def follow_up(work: Work, number: int) -> FollowUp:
    """The newest follow-up of the issue with this number."""
    query = (
        select(FollowUp)
        .join(FollowUp.issue)
        .where(Issue.number == number)
        .options(
            joinedload(FollowUp.issue).joinedload(Issue.contact),
            joinedload(FollowUp.issue).joinedload(Issue.session).joinedload(Session.programme),
            joinedload(FollowUp.issue).joinedload(Issue.enterprise),
            joinedload(FollowUp.enterprise),
            joinedload(FollowUp.lead_department),
            joinedload(FollowUp.transfer_to),
            selectinload(FollowUp.coordinating).joinedload(Coordination.department),
        )
        .order_by(FollowUp.id.desc())
        .limit(1)
    )
    return work.db.scalars(query).unique().one()
