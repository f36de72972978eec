"""What ``meetup export`` knows: a sheet for each kind of thing; those that can be imported have an import's columns."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import aliased

from meetup.cli.casework import ACTIVITY, FOLLOW_UPS, ISSUES, REGISTRATIONS
from meetup.cli.rows import BATCH, Rows, Sheet, local, simple
from meetup.departments.importing import COLUMNS as DEPARTMENT_COLUMNS
from meetup.departments.models import Department
from meetup.enterprises.importing import COLUMNS as ENTERPRISE_COLUMNS
from meetup.enterprises.models import Contact, Enterprise
from meetup.errors import N_
from meetup.programmes.models import Programme
from meetup.sessions.importing import COLUMNS as SESSION_COLUMNS
from meetup.sessions.models import Session
from meetup.tables.columns import Column
from meetup.work import Work

_CREATED = Column("created_at", N_("Entered at"))

_ENTERPRISES = Sheet(
    (*ENTERPRISE_COLUMNS, _CREATED),
    simple(
        select(
            Enterprise.kind,
            Enterprise.tax_code,
            Enterprise.name,
            Enterprise.sector,
            Enterprise.address,
            Contact.name,
            Contact.position,
            Contact.email,
            Contact.phone,
            Contact.language,
            Enterprise.created_at,
        )
        .outerjoin(Contact, Contact.enterprise_id == Enterprise.id)
        .order_by(Enterprise.id, Contact.id)
    ),
)

_Successor = aliased(Department)

_DEPARTMENTS = Sheet(
    DEPARTMENT_COLUMNS,
    simple(
        select(
            Department.code,
            Department.name,
            Department.name_en,
            Department.kind,
            Department.email,
            Department.head_email,
            Department.valid_from,
            Department.valid_to,
            _Successor.code,
        )
        .outerjoin(_Successor, _Successor.id == Department.successor_id)
        .order_by(Department.kind, Department.code)
    ),
)

_SESSION_FACTS = ("number", "state", "seats_taken", "timezone", "uid")


def _session_rows(work: Work) -> Rows:
    """Times by the session's own clock, as an import reads them."""
    query = (
        select(Session, Programme.slug, Programme.timezone)
        .join(Programme, Programme.id == Session.programme_id)
        .order_by(Session.starts_at, Session.id)
    )
    for session, programme, timezone in work.db.execute(query.execution_options(yield_per=BATCH)):
        zone = ZoneInfo(timezone) if timezone else work.zone
        starts, ends = local(session.starts_at, zone), local(session.ends_at, zone)
        special = {
            "programme": programme,
            "date": starts.date(),
            "starts": starts.strftime("%H:%M"),
            "ends": ends.strftime("%H:%M"),
            "published": session.published_at is not None,
        }
        names = (*(column.name for column in SESSION_COLUMNS), *_SESSION_FACTS)
        yield tuple(special[name] if name in special else local(getattr(session, name), zone) for name in names)


_SESSIONS = Sheet(
    (
        *SESSION_COLUMNS,
        Column("number", N_("Number")),
        Column("state", N_("State")),
        Column("seats_taken", N_("Seats taken")),
        Column("timezone", N_("Time zone")),
        Column("uid", N_("Calendar UID")),
    ),
    _session_rows,
)

SHEETS: Mapping[str, Sheet] = {
    "enterprises": _ENTERPRISES,
    "departments": _DEPARTMENTS,
    "sessions": _SESSIONS,
    "registrations": REGISTRATIONS,
    "issues": ISSUES,
    "follow-ups": FOLLOW_UPS,
    "activity": ACTIVITY,
}
