"""Finding what an API call names, with all that its answer shows, in one statement each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, inspect, select
from sqlalchemy.orm import joinedload, selectinload

from meetup.departments.models import Department, Field
from meetup.domain.followups import is_overdue
from meetup.errors import N_, InvalidInput, NotFound
from meetup.followups.models import Coordination, FollowUp
from meetup.issues.models import Issue
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from meetup.web.current import current_work

#: What fits the columns: keys are 64 bits wide, the numbers that people quote 32.
MOST_KEY = 2**63 - 1
MOST_NUMBER = 2**31 - 1


def within(key: int, most: int = MOST_KEY) -> int:
    """`key`, if a row can have it at all: databases fail on larger ones, and there is nothing to find.

    Raises:
        NotFound: if not.
    """
    if not 0 < key <= most:
        raise NotFound()
    return key


def one(statement: Select[Any], **values: Any) -> Any:
    """The one row of `statement`, with these values in it.

    Raises:
        NotFound: if there is none.
    """
    found = current_work().db.scalars(statement, values).unique().one_or_none()
    if found is None:
        raise NotFound()
    return found


def programme(key: Any) -> Programme:
    """The programme with this id or slug.

    Raises:
        InvalidInput: if there is none.
    """
    column = Programme.id if isinstance(key, int) and not isinstance(key, bool) else Programme.slug
    wanted = key if isinstance(key, int) else str(key)
    if isinstance(wanted, int) and not 0 < wanted <= MOST_KEY:
        wanted = 0
    found = current_work().db.scalar(select(Programme).where(column == wanted))
    if found is None:
        raise InvalidInput("programme", N_("There is no such programme."), N_("Give its id or slug."))
    return found


def department(code: str, field: str = "department") -> Department:
    """The department with this code.

    Raises:
        InvalidInput: at `field`, if there is none.
    """
    found = current_work().db.scalar(select(Department).where(Department.code == code))
    if found is None:
        raise InvalidInput(
            field,
            N_("There is no department with the code “%(code)s”."),
            N_("Look at the list of departments."),
            code=code,
        )
    return found


def departments(codes: Iterable[str], field: str) -> list[Department]:
    """The departments with these codes, in their order."""
    return [department(code, field) for code in codes]


def field_of_work(code: str) -> Field:
    """The field of work with this code.

    Raises:
        InvalidInput: if there is none.
    """
    found = current_work().db.scalar(select(Field).where(Field.code == code))
    if found is None:
        raise InvalidInput(
            "field", N_("There is no field with the code “%(code)s”."), N_("Look at the list of fields."), code=code
        )
    return found


def programme_by_id(programme_id: int) -> Programme:
    """The programme with this id."""
    found: Programme = one(select(Programme).where(Programme.id == within(programme_id, MOST_KEY)))
    return found


def sessions() -> Select[Any]:
    """Sessions with their programme."""
    return select(Session).options(joinedload(Session.programme))


#: Put into words once: every registration over the API asks it.
_SESSION = sessions().where(Session.id == bindparam("of"))


def session(session_id: int) -> Session:
    """The session with this id."""
    found: Session = one(_SESSION, of=within(session_id, MOST_KEY))
    return found


def registration(registration_id: int) -> Registration:
    """The registration with this id."""
    found: Registration = one(
        select(Registration)
        .where(Registration.id == within(registration_id, MOST_KEY))
        .options(
            joinedload(Registration.session).joinedload(Session.programme),
            joinedload(Registration.enterprise),
            joinedload(Registration.contact),
            selectinload(Registration.participants),
        )
    )
    return found


def is_whole(row: Registration) -> bool:
    """Whether all that an answer shows of a registration is loaded."""
    return inspect(row).unloaded.isdisjoint(("session", "enterprise", "contact", "participants"))


def issues() -> Select[Any]:
    """Issues with all that an answer shows."""
    return select(Issue).options(
        joinedload(Issue.enterprise),
        joinedload(Issue.contact),
        joinedload(Issue.session).joinedload(Session.programme),
        joinedload(Issue.field),
        joinedload(Issue.lead_department),
        joinedload(Issue.suggested_department),
        joinedload(Issue.merged_into),
    )


def issue(number: int) -> Issue:
    """The issue with this number, which is its id in the API."""
    found: Issue = one(issues().where(Issue.number == within(number, MOST_NUMBER)))
    return found


def follow_ups() -> Select[Any]:
    """Follow-ups with all that an answer shows."""
    return select(FollowUp).options(
        joinedload(FollowUp.issue).joinedload(Issue.contact),
        joinedload(FollowUp.issue).joinedload(Issue.session).joinedload(Session.programme),
        joinedload(FollowUp.enterprise),
        joinedload(FollowUp.lead_department),
        joinedload(FollowUp.transfer_to),
        selectinload(FollowUp.coordinating).joinedload(Coordination.department),
    )


def follow_up(number: int) -> FollowUp:
    """The follow-up with this number, which is its id in the API."""
    found: FollowUp = one(follow_ups().where(FollowUp.number == within(number, MOST_NUMBER)))
    return found


def overdue(row: FollowUp) -> bool:
    """Whether a follow-up is overdue today, in the site's zone."""
    work = current_work()
    today = work.now.astimezone(ZoneInfo(work.settings.timezone)).date()
    return is_overdue(row.state, row.due_on, today)


def unknown_issue(number: int) -> InvalidInput:
    """The error for an issue that a list names and that there is not."""
    return InvalidInput("issue_id", N_("There is no issue %(number)s."), N_("Give an issue's id."), number=number)


def invalid_registration() -> InvalidInput:
    """The error for a registration of another session."""
    return InvalidInput(
        "registration_id",
        N_("This registration is for another session."),
        N_("Give a registration of this session."),
    )


def log_subject(subject: str) -> str:
    """The log's own name of what the API calls `subject`: issues and follow-ups go by their numbers here.

    Raises:
        NotFound: if there is no such issue or follow-up.
    """
    kind, _, key = subject.partition(":")
    models: dict[str, type[Issue] | type[FollowUp]] = {"issue": Issue, "follow-up": FollowUp}
    model = models.get(kind)
    if model is None:
        return subject
    if not key.isdecimal() or len(key) > 12:
        raise NotFound()
    found = current_work().db.scalar(select(model.id).where(model.number == within(int(key), MOST_NUMBER)))
    if found is None:
        raise NotFound()
    return f"{kind}:{found}"
