"""The sheets of what happened: registrations, issues, follow-ups and the activity log."""

from __future__ import annotations

from sqlalchemy import select

from meetup.activity.models import Activity
from meetup.cli.rows import Rows, Sheet, Shown, batches, columns_of, grouped, simple
from meetup.departments.models import Department, Field
from meetup.domain.followups import is_overdue
from meetup.enterprises.models import Contact, Enterprise
from meetup.errors import N_
from meetup.followups.models import Coordination, FollowUp
from meetup.issues.models import Issue
from meetup.registrations.models import Participant, Registration
from meetup.sessions.models import Session
from meetup.tables.columns import Column
from meetup.work import Work

_REGISTRATION: list[Shown] = [
    (Registration.id, N_("Key")),
    (Session.number, N_("Session no."), "session_number"),
    (Session.title, N_("Title of session"), "session"),
    (Session.starts_at, N_("Starts"), "starts_at"),
    (Enterprise.name, N_("Name of enterprise"), "enterprise"),
    (Enterprise.kind, N_("Kind of enterprise"), "enterprise_kind"),
    (Enterprise.tax_code, N_("Tax code")),
    (Registration.state, N_("State")),
    (Registration.seats, N_("Seats")),
    (Contact.name, N_("Contact person"), "contact_name"),
    (Contact.email, N_("Email")),
    (Contact.phone, N_("Phone")),
    (Registration.source, N_("Source")),
    (Registration.note, N_("Note")),
    (Registration.created_at, N_("Entered at")),
    (Registration.replied_at, N_("Replied at")),
    (Registration.checked_in_at, N_("Checked in at")),
]


def _registration_rows(work: Work) -> Rows:
    query = (
        select(*(one[0] for one in _REGISTRATION))
        .join(Session, Session.id == Registration.session_id)
        .join(Enterprise, Enterprise.id == Registration.enterprise_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .order_by(Registration.id)
    )
    for batch in batches(work, query):
        people = grouped(
            work,
            select(Participant.registration_id, Participant.name, Participant.position)
            .where(Participant.registration_id.in_([row[0] for row in batch]))
            .order_by(Participant.id),
        )
        for row in batch:
            named = [f"{name} ({position})" if position else name for name, position in people[row[0]]]
            yield (*row, named)


_ISSUE: list[Shown] = [
    (Issue.number, N_("Number")),
    (Issue.title, N_("Title")),
    (Issue.description, N_("Description")),
    (Issue.state, N_("State")),
    (Issue.kind, N_("Kind")),
    (Issue.channel, N_("Channel")),
    (Issue.visibility, N_("Visibility")),
    (Enterprise.name, N_("Name of enterprise"), "enterprise"),
    (Enterprise.tax_code, N_("Tax code")),
    (Session.number, N_("Session no."), "session_number"),
    (Field.name, N_("Field of work"), "field"),
    (Department.code, N_("Lead department"), "lead_department"),
    (Issue.received_at, N_("Received at")),
    (Issue.conclusion, N_("Conclusion")),
    (Issue.outcome, N_("Outcome")),
    (Issue.answer, N_("Answer")),
    (Issue.legal_references, N_("Legal references")),
    (Issue.answered_at, N_("Answered at")),
    (Issue.resolved_at, N_("Resolved at")),
    (Issue.published_at, N_("Published at")),
]

_FOLLOW_UP: list[Shown] = [
    (FollowUp.id, N_("Key")),
    (FollowUp.number, N_("Number")),
    (Issue.number, N_("Issue"), "issue"),
    (Enterprise.name, N_("Name of enterprise"), "enterprise"),
    (Department.code, N_("Lead department"), "lead_department"),
    (FollowUp.task, N_("Task")),
    (FollowUp.state, N_("State")),
    (FollowUp.assigned_at, N_("Assigned at")),
    (FollowUp.first_due_on, N_("First due")),
    (FollowUp.due_on, N_("Due")),
    (FollowUp.accepted_at, N_("Accepted at")),
    (FollowUp.answered_at, N_("Answered at")),
    (FollowUp.verified_at, N_("Verified at")),
    (FollowUp.closed_at, N_("Closed at")),
    (FollowUp.closing, N_("How it was closed")),
    (FollowUp.outcome, N_("Outcome")),
    (FollowUp.satisfaction, N_("Satisfaction")),
    (FollowUp.satisfaction_comment, N_("Comment")),
    (FollowUp.transfers, N_("Transfers")),
    (FollowUp.extensions, N_("Extensions")),
    (FollowUp.reopenings, N_("Reopenings")),
    (FollowUp.send_backs, N_("Sent back")),
]
_STATE, _DUE = 6, 9


def _follow_up_rows(work: Work) -> Rows:
    today = work.now.astimezone(work.zone).date()
    query = (
        select(*(one[0] for one in _FOLLOW_UP))
        .join(Issue, Issue.id == FollowUp.issue_id)
        .join(Enterprise, Enterprise.id == FollowUp.enterprise_id)
        .join(Department, Department.id == FollowUp.lead_department_id)
        .order_by(FollowUp.id)
    )
    for batch in batches(work, query):
        along = grouped(
            work,
            select(Coordination.follow_up_id, Department.code)
            .join(Department, Department.id == Coordination.department_id)
            .where(Coordination.follow_up_id.in_([row[0] for row in batch]))
            .order_by(Coordination.id),
        )
        for row in batch:
            yield (*row, is_overdue(row[_STATE], row[_DUE], today), [code for (code,) in along[row[0]]])


_ACTIVITY: list[Shown] = [
    (Activity.seq, N_("Number")),
    (Activity.at, N_("At")),
    (Activity.actor_kind, N_("Kind of actor")),
    (Activity.actor_id, N_("Key of actor")),
    (Activity.actor_name, N_("Actor")),
    (Activity.action, N_("Action")),
    (Activity.subject, N_("Subject")),
    (Activity.about, N_("About")),
    (Activity.before, N_("Before")),
    (Activity.after, N_("After")),
    (Activity.details, N_("Details")),
    (Activity.request_id, N_("Request")),
    (Activity.hash, N_("Hash")),
]


REGISTRATIONS = Sheet(
    (*columns_of(_REGISTRATION), Column("participants", N_("Participants"))),
    _registration_rows,
)

ISSUES = Sheet(
    columns_of(_ISSUE),
    simple(
        select(*(one[0] for one in _ISSUE))
        .join(Enterprise, Enterprise.id == Issue.enterprise_id)
        .outerjoin(Session, Session.id == Issue.session_id)
        .outerjoin(Field, Field.id == Issue.field_id)
        .outerjoin(Department, Department.id == Issue.lead_department_id)
        .order_by(Issue.id)
    ),
)

FOLLOW_UPS = Sheet(
    (
        *columns_of(_FOLLOW_UP),
        Column("overdue", N_("Overdue")),
        Column("coordinating", N_("Coordinating departments")),
    ),
    _follow_up_rows,
)

ACTIVITY = Sheet(
    columns_of(_ACTIVITY),
    simple(select(*(one[0] for one in _ACTIVITY)).order_by(Activity.seq)),
)
