"""The words of a conclusion notice, once for the sheet that is printed and for the file that is edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from meetup.followups import queries
from meetup.followups.views.attendance import attendance
from meetup.issues.models import Issue
from meetup.issues.publication import public_names
from meetup.issues.views.agenda import agenda_of
from meetup.programmes.models import Programme
from meetup.sessions.models import Session
from meetup.web.formats import format_date, name_of
from meetup.web.i18n import _
from meetup.work import Work


@dataclass(frozen=True)
class Point:
    """One conclusion: what it is about, and what was said and ordered, paragraph by paragraph."""

    heading: str
    about: str
    paragraphs: Sequence[str]


@dataclass(frozen=True)
class Paper:
    """A notice ("Thông báo kết luận") in the parts that Decree 30/2020/NĐ-CP, appendix I, names.

    Args:
        authority: the body that issues it, in capitals.
        number: number and notation.
        place_and_date: where and when it is issued.
        subject: what it is about, under its kind ("Thông báo").
        opening: what comes before the conclusions, paragraph by paragraph.
        points: the conclusions, numbered from 1.
        closing: what follows from all of them; empty where nothing was concluded.
        recipients: who gets it.
        signatory: who signs; may be empty.
        draft: whether it is not issued yet, which the paper then says.
    """

    authority: str
    number: str
    place_and_date: str
    subject: str
    opening: Sequence[str]
    points: Sequence[Point]
    closing: str
    recipients: Sequence[str]
    signatory: str
    draft: bool


def write(work: Work, session: Session) -> Paper:
    """The notice of `session`, in the reader's language, from what was recorded.

    What was said in confidence, or about an official's conduct, stands in it as a number alone.
    """
    programme = work.get(Programme, session.programme_id)
    ordered: dict[int, list[Any]] = {}
    for f in queries.of_session(work.db, session.id):
        ordered.setdefault(f.issue_id, []).append(f)
    chair = " ".join(filter(None, (session.chair_role, session.chair))) or _("the chair")
    subject = _("Conclusion of %(chair)s at “%(programme)s”", chair=chair, programme=programme.name)
    if session.number:
        subject += ", " + _("session %(number)s", number=session.number)
    came = attendance(work, session)
    heard = [item.issue for item in agenda_of(work, session) if item.issue.state not in ("scheduled", "accepted")]
    names = public_names(work, heard)
    points = [_point(issue, names.get(issue.id, ""), ordered.get(issue.id, [])) for issue in heard]
    return Paper(
        authority=(work.settings.authority or programme.name).upper(),
        number=_("No.: %(number)s", number=session.conclusion_number or "…/TB-UBND"),
        place_and_date=_issued(work, session),
        subject=subject,
        opening=(
            _(
                "On %(date)s at %(place)s, %(chair)s met enterprises on the subject “%(topic)s”. "
                "%(enterprises)s enterprises with %(people)s people took part.",
                date=format_date(session.starts_at, session.timezone),
                place=session.venue or "…",
                chair=chair,
                topic=session.topic or session.title,
                enterprises=came.enterprises,
                people=came.people,
            ),
            _("Having heard the enterprises and the agencies concerned, the chair concluded as follows:"),
        ),
        points=points,
        closing=_(
            "The agencies named answer the enterprises in writing within these dates; the organiser follows up, "
            "urges and reports what is late to the chair."
        )
        if points
        else "",
        recipients=[*_recipients(ordered), _("The enterprises concerned;"), _("Archives.")],
        signatory=session.secretary,
        draft=session.state != "reported",
    )


def _issued(work: Work, session: Session) -> str:
    at = (session.reported_at or work.now).astimezone(work.zone)
    return _(
        "%(place)s, %(day)s/%(month)s/%(year)s",
        place=work.settings.place or "…",
        # The decree: days under 10 and the months 1 and 2 are written with a 0, which nobody can add to.
        day=f"{at.day:02}",
        month=f"{at.month:02}" if at.month < 3 else str(at.month),
        year=at.year,
    )


def is_closed(issue: Issue) -> bool:
    """Whether the notice says of it that it was there, and no more."""
    return issue.visibility == "confidential" or issue.kind == "conduct"


def _point(issue: Issue, name: str, ordered: Sequence[Any]) -> Point:
    closed = is_closed(issue)
    number = _("issue No. %(number)s", number=issue.number)
    about = f"{name}, {number}" if name else number
    if closed:
        return Point(_("A confidential issue"), about, ())
    said = _paragraphs(issue.conclusion)
    if not ordered and issue.answer:
        said += [_("Answered at the session:"), *_paragraphs(issue.answer)]
    return Point(issue.title, about, [*said, *map(_order, ordered)])


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _order(f: Any) -> str:
    who = _("%(department)s leads", department=name_of(f.lead_department))
    for place, part in enumerate(f.coordinating):
        name = name_of(part.department)
        who += f", {name}" if place else _(", with %(names)s", names=name)
    due = _("To be answered by %(date)s.", date=format_date(f.first_due_on))
    return f"– {who}: {f.task} {due}"


def _recipients(ordered: dict[int, list[Any]]) -> list[str]:
    """Everyone who got an order, each once, in the order of the paper."""
    found: dict[int, str] = {}
    for rows in ordered.values():
        for f in rows:
            for department in (f.lead_department, *(part.department for part in f.coordinating)):
                found.setdefault(department.id, f"{name_of(department)};")
    return list(found.values())
