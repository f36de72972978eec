"""Telling colleagues who are called by name in a note, an opinion or a remark.

Only those who may read the follow-up can be called: the people of its departments,
organisers and leaders, as the site's identity names them (its ``colleagues``), and the
departments themselves by their code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from meetup.access import Actor, can
from meetup.departments.models import Department
from meetup.domain.mentions import handle_of, handles
from meetup.followups import notices
from meetup.followups.models import FollowUp
from meetup.followups.queries import may_see_conduct
from meetup.issues.models import Issue
from meetup.work import Work


@dataclass(frozen=True)
class Called:
    """Who is called in a text.

    Args:
        people: who may read the follow-up.
        departments: that take part in it.
        unknown: handles of nobody who may.
    """

    people: tuple[Actor, ...] = ()
    departments: tuple[Department, ...] = ()
    unknown: tuple[str, ...] = ()


def colleagues(work: Work, f: FollowUp) -> list[Actor]:
    """The members of staff who can be called on `f`, by handle; none if the site's identity names none."""
    named = getattr(work.mount.identity, "colleagues", None)
    found: Iterable[Actor] = named(work) if named is not None else ()
    conduct = work.get(Issue, f.issue_id).kind == "conduct"
    may = [
        one
        for one in found
        if one.email
        and can(one, "follow_up.read", f)
        and (not conduct or may_see_conduct(one, _department(work, one.department_id)))
    ]
    return sorted(may, key=lambda one: handle_of(one.email))


def departments(work: Work, f: FollowUp) -> list[Department]:
    """The departments that take part in `f`."""
    keys = [f.lead_department_id, *f.coordinating_ids]
    return list(work.db.scalars(select(Department).where(Department.id.in_(keys)).order_by(Department.code)))


def called(work: Work, f: FollowUp, text: str) -> Called:
    """Who is called in `text`."""
    wanted = handles(text)
    if not wanted:
        return Called()
    by_handle: dict[str, list[Actor]] = {}
    for one in colleagues(work, f):
        by_handle.setdefault(handle_of(one.email), []).append(one)
    by_code = {one.code.casefold(): one for one in departments(work, f)}
    return Called(
        tuple(one for handle in wanted for one in by_handle.get(handle, ())),
        tuple(by_code[handle] for handle in wanted if handle in by_code and handle not in by_handle),
        tuple(handle for handle in wanted if handle not in by_handle and handle not in by_code),
    )


def tell(work: Work, f: FollowUp, text: str) -> Called:
    """Tell everyone who is called in `text`, but for whoever wrote it; gives who was called."""
    found = called(work, f, text)
    for person in found.people:
        if person.email.casefold() != work.actor.email.casefold():
            notices.mentioned(work, f, text, email=person.email, name=person.name)
    for department in found.departments:
        notices.department_mentioned(work, f, text, department)
    return found


def _department(work: Work, key: int | None) -> Department | None:
    return work.db.get(Department, key) if key is not None else None
