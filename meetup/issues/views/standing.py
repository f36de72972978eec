"""Where an issue stands, in one line: who has it, until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.web.formats import format_date, format_datetime, name_of
from meetup.web.i18n import _
from meetup.work import Work


@dataclass(frozen=True)
class Standing:
    """One issue's place on its way.

    Args:
        line: the sentence.
        follow_up: the state of the follow-up that is due first, for the row of steps.
        confirmed: whether the enterprise confirmed; False where silence closed it.
    """

    line: str
    follow_up: str = ""
    confirmed: bool = True


def standings(work: Work, issues: Iterable[Issue]) -> dict[int, Standing]:
    """The standing of each issue, by id, with one question for all of them.

    The issues need their ``lead_department``, ``session`` and ``merged_into`` loaded.
    """
    listed = list(issues)
    keys = {issue.id for issue in listed} | {issue.merged_into_id for issue in listed if issue.merged_into_id}
    found: dict[int, list[FollowUp]] = {}
    if keys:
        rows = work.db.scalars(
            select(FollowUp)
            .where(FollowUp.issue_id.in_(keys))
            .options(joinedload(FollowUp.lead_department))
            .order_by(FollowUp.due_on, FollowUp.id)
        )
        for row in rows:
            found.setdefault(row.issue_id, []).append(row)
    return {issue.id: _standing(issue, found) for issue in listed}


def _standing(issue: Issue, follow_ups: dict[int, list[FollowUp]], *, followed: bool = False) -> Standing:
    """Where it stands; `followed`: for the sender of another issue that was merged into it."""
    if issue.state == "merged" and issue.merged_into is not None:
        into = (
            _standing(issue.merged_into, follow_ups, followed=True) if _is_loaded(issue.merged_into) else Standing("")
        )
        line = _("It goes on together with issue %(number)s.", number=issue.merged_into.number)
        return Standing(f"{line} {into.line}".strip(), into.follow_up)
    mine = follow_ups.get(issue.id, [])
    running = [one for one in mine if one.state not in ("closed", "verified", "answered")]
    if issue.state == "in_follow_up" and running:
        parts = [
            _(
                "%(department)s has it until %(date)s.",
                department=name_of(one.lead_department),
                date=format_date(one.due_on),
            )
            for one in running
        ]
        return Standing(" ".join(parts), running[0].state)
    silent = bool(mine) and all(one.closing == "no_response" for one in mine)
    waiting = any(one.state == "verified" for one in mine)
    state = mine[0].state if mine else ""
    return Standing(_line(issue, waiting=waiting, silent=silent, followed=followed), state, not silent)


def _is_loaded(issue: Issue) -> bool:
    return "lead_department" in issue.__dict__ and "session" in issue.__dict__


def _line(issue: Issue, *, waiting: bool, silent: bool, followed: bool) -> str:
    department = name_of(issue.lead_department) or _("The organiser")
    if issue.state == "declined" and followed and not issue.is_shared:
        return _("It was not taken on.")
    session = issue.session
    if issue.state == "scheduled" and session is not None and (not followed or issue.is_shared_at(session)):
        return _(
            "%(department)s has it; it is on the agenda of “%(session)s”, %(at)s.",
            department=department,
            session=session.title,
            at=format_datetime(session.starts_at, session.timezone),
        )
    if issue.state == "answered":
        if waiting:
            return _("%(department)s has answered. Please confirm, or say what is missing.", department=department)
        date = format_date(issue.answered_at)
        return _("%(department)s answered on %(date)s.", department=department, date=date)
    if issue.state == "resolved":
        date = format_date(issue.resolved_at)
        if silent:
            return _("Closed on %(date)s without a response from the enterprise.", date=date)
        return _("Closed on %(date)s.", date=date)
    words = {
        "submitted": _("The organiser has it since %(date)s and decides who deals with it."),
        "needs_information": _("The organiser needs more information before it can go on."),
        "accepted": _("%(department)s has it; it waits for its session or for a decision."),
        "scheduled": _("%(department)s has it; it is on the agenda."),
        "discussed": _("It was discussed at the session; the follow-ups are being ordered."),
        "in_follow_up": _("%(department)s has it; the organiser checks its answer."),
        "declined": _("It was not taken on: %(reason)s"),
        "withdrawn": _("The enterprise took it back."),
        "merged": _("It goes on together with another issue."),
    }
    return words[issue.state] % {
        "date": format_date(issue.received_at),
        "department": department,
        "reason": issue.decline_reason,
    }
