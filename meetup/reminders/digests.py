"""The weekly digest: one mail with what is due in the next week and what is late, instead of a flood.

A digest is planned as one reminder of its whole scope and sent to everyone who has something in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from meetup.departments.models import Department
from meetup.departments.service import calendar
from meetup.domain.followups import OWES_ANSWER
from meetup.domain.reminders import allowed
from meetup.domain.rules import SITE, Rule, next_digest
from meetup.errors import N_
from meetup.followups.models import FollowUp
from meetup.followups.queries import WITH_ROW
from meetup.issues.models import Issue
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Notice, Prepared, Superseded
from meetup.outbox.service import enqueue
from meetup.programmes.models import Programme
from meetup.reminders.plan import Planned, replan
from meetup.reminders.rules import Rules, own_scopes, rules
from meetup.work import Work

#: What a planned digest is about: the first parts of its subject.
SUBJECTS = ("site", "programme")

#: How far ahead a digest looks.
DAYS = 7

#: How many follow-ups a digest names; of the others it gives the number.
MOST = 25

_OWED = sorted(OWES_ANSWER)


@dataclass(frozen=True)
class Share:
    """What one department has in a digest.

    Args:
        name: the department's.
        due: how many fall due in the week ahead.
        late: how many are late.
        worst: by how many working days the latest is.
    """

    name: str
    due: int
    late: int
    worst: int


def subject_of(scope: str) -> str:
    """What the digests of a scope are planned as."""
    return "site:0" if scope == SITE else scope


def rules_of(work: Work, subject: str) -> Rules:
    """The rules of a digest's scope; none for a programme that follows the site's again."""
    kind, _, key = subject.partition(":")
    found = rules(work, None if kind == "site" else int(key))
    return found if subject_of(found.scope) == subject else Rules(found.scope, True, ())


def plan(work: Work, subject: str) -> None:
    """Plan the next digest of each rule of a scope; what no rule wants any more is superseded."""
    wanted = []
    zone = _zone(work, subject)
    for rule in rules_of(work, subject).of("digest"):
        instant = next_digest(work.now, rule.weekday, rule.hour, zone)
        wanted.append(Planned(rule.key, instant, allowed(instant, None, zone, calendar(work))))
    replan(work, subject, wanted)


def send(work: Work, subject: str, rule: Rule) -> None:
    """Write the digest to everyone who has something in it; whoever has nothing gets nothing."""
    zone = _zone(work, subject)
    programmes = _programmes(work, subject)
    at = allowed(work.now, None, zone, calendar(work))
    # In a week there is the next one.
    expires = work.now + timedelta(days=DAYS)
    for to, name, context in _readers(work, rule, programmes):
        enqueue(
            work,
            rule.notice,
            to=to,
            name=name,
            subject=context.pop("subject"),
            channel=rule.channel,
            not_before=at,
            expires_at=expires,
            context={**context, "whom": rule.whom},
        )


def _readers(work: Work, rule: Rule, programmes: Mapping[int, Programme]) -> list[tuple[str, str, dict[str, Any]]]:
    keys = sorted(programmes)
    if rule.whom == "chair":
        by_address: dict[str, list[int]] = {}
        found = work.db.scalars(
            select(Issue.programme_id)
            .join(FollowUp, FollowUp.issue_id == Issue.id)
            .where(_in_it(work, keys))
            .distinct()
        )
        for key in sorted(found):
            by_address.setdefault(chair_address(work, programmes[key]), []).append(key)
        return [
            (to, "", {"subject": f"programme:{those[0]}", "programmes": those})
            for to, those in by_address.items()
            if to
        ]
    # About conduct the head alone is told (R23); where none is entered, the head's digest goes to the department.
    may_read = Issue.kind != "conduct"
    if rule.whom == "head":
        may_read |= Department.head_email != ""
    departments = work.db.scalars(
        select(Department)
        .where(
            Department.id.in_(
                select(FollowUp.lead_department_id)
                .join(Issue, FollowUp.issue_id == Issue.id)
                .join(Department, FollowUp.lead_department_id == Department.id)
                .where(_in_it(work, keys), may_read)
            )
        )
        .order_by(Department.id)
    )
    return [
        (
            (one.head_email or one.email) if rule.whom == "head" else (one.email or one.head_email),
            one.name,
            {"subject": one.subject, "department": one.id, "programmes": keys},
        )
        for one in departments
    ]


def weekly_digest(work: Work, row: Outgoing) -> Prepared:
    """What is due in the next week, what is late and by how many working days, and whose it is."""
    context = row.context
    condition = _in_it(work, context["programmes"])
    if context.get("department"):
        condition &= FollowUp.lead_department_id == context["department"]
    if context["whom"] != "chair" and not _is_head(work, row):
        condition &= Issue.kind != "conduct"
    today = _today(work)
    cal = calendar(work)
    counts = work.db.execute(
        select(FollowUp.lead_department_id, FollowUp.due_on, func.count().label("number"))
        .join(Issue, FollowUp.issue_id == Issue.id)
        .where(condition)
        .group_by(FollowUp.lead_department_id, FollowUp.due_on)
    ).all()
    if not counts:
        raise Superseded(N_("nothing is due and nothing is late"))
    rows = (
        work.db.scalars(
            select(FollowUp)
            .join(FollowUp.issue)
            .where(condition)
            .options(*WITH_ROW)
            .order_by(FollowUp.due_on, FollowUp.id)
            .limit(MOST)
        )
        .unique()
        .all()
    )
    late = [(f, max(cal.between(f.due_on, today), 1)) for f in rows if f.due_on < today]
    due = [(f, max(cal.between(today, f.due_on), 0)) for f in rows if f.due_on >= today]
    late_count = sum(one.number for one in counts if one.due_on < today)
    due_count = sum(one.number for one in counts) - late_count
    of_one = bool(context.get("department"))
    return Prepared(
        {
            "name": row.recipient_name,
            "late": late,
            "due": due,
            "late_count": late_count,
            "due_count": due_count,
            "more": late_count + due_count - len(rows),
            "shares": [] if of_one else _shares(work, counts, today),
            "until": today + timedelta(days=DAYS),
            "page": lambda f: work.mount.url("follow_ups.show", number=f.number),
            "action_url": work.mount.url("follow_ups.department" if of_one else "follow_ups.leader"),
        }
    )


def _is_head(work: Work, row: Outgoing) -> bool:
    """Whether a digest goes to the head of its department, as entered now."""
    if row.context["whom"] != "head":
        return False
    head = work.get(Department, row.context["department"]).head_email
    return bool(head) and row.recipient == head


def _shares(work: Work, counts: Sequence[Any], today: date) -> list[Share]:
    """Each department's part, who is latest first."""
    cal = calendar(work)
    keys = {one.lead_department_id for one in counts}
    names = {one.id: one.name for one in work.db.scalars(select(Department).where(Department.id.in_(keys)))}
    shares = []
    for key, name in names.items():
        own = [one for one in counts if one.lead_department_id == key]
        late = [one for one in own if one.due_on < today]
        worst = max((max(cal.between(one.due_on, today), 1) for one in late), default=0)
        late_count = sum(one.number for one in late)
        shares.append(Share(name, sum(one.number for one in own) - late_count, late_count, worst))
    return sorted(shares, key=lambda one: (-one.late, -one.due, one.name))


def chair_address(work: Work, programme: Programme) -> str:
    """Where the chair reads mail: the programme's own, the site's, or the organiser's address."""
    own = (programme.rules or {}).get("chair_email")
    return str(own or work.settings.chair_email or programme.email)


def _in_it(work: Work, programmes: Sequence[int]) -> ColumnElement[bool]:
    """The condition of standing in a digest: owed, and due within the week or before."""
    return (
        FollowUp.state.in_(_OWED)
        & (FollowUp.due_on <= _today(work) + timedelta(days=DAYS))
        & Issue.programme_id.in_(programmes)
    )


def _programmes(work: Work, subject: str) -> dict[int, Programme]:
    """The programmes whose follow-ups stand in the digests of a scope."""
    kind, _, key = subject.partition(":")
    query = select(Programme)
    query = query.where(Programme.id == int(key)) if kind == "programme" else query
    others = set(own_scopes(work)) if kind == "site" else set()
    return {one.id: one for one in work.db.scalars(query) if one.id not in others}


def _today(work: Work) -> date:
    return work.now.astimezone(work.zone).date()


def _zone(work: Work, subject: str) -> ZoneInfo:
    kind, _, key = subject.partition(":")
    return ZoneInfo(work.get(Programme, int(key)).timezone) if kind == "programme" else work.zone


NOTICES = [Notice("weekly_digest", weekly_digest, N_("Weekly digests"), mutable=True)]
