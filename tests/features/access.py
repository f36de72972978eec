"""Who everyone is to each thing of the told world: by hand, so that it is no echo of the code that decides."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from sqlalchemy import select

from meetup.demo.story import ORGANIZER
from meetup.departments.models import Department
from meetup.followups import service as followups
from meetup.followups.models import FollowUp
from meetup.issues.models import Attachment, Comment, Issue
from meetup.issues.queries import by_number
from meetup.links import veiled
from meetup.outbox.models import Outgoing
from meetup.outbox.queries import as_sent, calendar_of
from meetup.photos import service as photos
from meetup.photos.models import Photo
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.scorecards import service as scorecards
from meetup.sessions import series
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from meetup.storage import Upload
from tests.features.world import OTHER, OWN, STAFF, World

if TYPE_CHECKING:
    from meetup.web.rights import Right

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
#: Whose link it is → the name of its token in the world.
LINKS = {"enterprise": "enterprise", "other enterprise": "other enterprise"}

_LEADS = frozenset({"lead", "participant", "participant, not about conduct"})
_ALONG = frozenset({"receiver", "coordinator", "participant", "participant, not about conduct"})


@dataclass(frozen=True)
class Thing:
    """One thing of the world: what it is called in addresses, and who stands how to it."""

    name: str
    values: Mapping[str, Any]
    relations: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, who: str) -> frozenset[str]:
        """How `who` stands to it; ``everyone`` holds for all."""
        return self.relations.get(who, frozenset()) | self.relations.get("everyone", frozenset())


def table() -> dict[str, dict[str, frozenset[str]]]:
    """Action → role → the relations that do, read off the page that people read."""
    lines = PAGE.read_text("utf-8").splitlines()
    head = next(line for line in lines if line.startswith("| action |"))
    roles = [cell.strip() for cell in head.strip("|").split("|")][1:]
    found = {}
    for line in lines:
        if match := re.match(r"\| `([a-z_]+\.[a-z_]+)` \|", line):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            found[match[1]] = {
                role: frozenset(part for part in cell.split(", or ") if part)
                for role, cell in zip(roles, cells[1:], strict=True)
            }
    return found


def complete(world: World) -> dict[str, str]:
    """What the world lacks: a follow-up about conduct, a private session; gives their names in addresses."""
    with world.mount.work(ORGANIZER) as work:
        own = work.db.scalars(select(Department).where(Department.code == OWN)).one()
        conduct = by_number(work.db, int(world.tokens["conduct issue"]))
        (made,) = followups.conclude(
            work,
            conduct,
            text="Giao người đứng đầu.",
            orders=[followups.FollowUpOrder(lead_department=own, task="Xem xét", working_days=9)],
        )
        coming = work.db.scalars(select(Session).where(Session.slug == world.tokens["open session"])).one()
        private = sessions.draft(
            work,
            programme=work.db.get_one(Programme, coming.programme_id),
            title="Buổi theo giấy mời",
            starts_at=coming.starts_at,
            ends_at=coming.ends_at,
            venue="Phòng kín",
            capacity=5,
            is_private=True,
        )
        sessions.publish(work, private)
        repeated = series.start(
            work,
            programme=work.db.get_one(Programme, coming.programme_id),
            rule="FREQ=WEEKLY;COUNT=3",
            title="Buổi định kỳ",
            starts_at=coming.starts_at + timedelta(days=60),
            ends_at=coming.ends_at + timedelta(days=60),
        )
        shown = work.db.scalars(select(Photo).order_by(Photo.id)).first()
        assert shown is not None
        (withheld,) = photos.add(work, work.get(Session, shown.session_id), [Upload("kin.png", one_pixel())])
        period = scorecards.open_period(work, starts_on=date(2027, 1, 1), ends_on=date(2027, 3, 31))
        work.commit()
        return {
            "conduct follow-up": str(made.number),
            "private": private.slug,
            "repeated": repeated.slug,
            "period": str(period.id),
            "withheld photo": str(withheld.id),
        }


def one_pixel() -> bytes:
    """The smallest of pictures."""
    out = io.BytesIO()
    Image.new("RGB", (1, 1)).save(out, "PNG")
    return out.getvalue()


def has_calendar(row: Outgoing) -> bool:
    """Whether a sent message has a page and a calendar of its own."""
    message = as_sent(row)
    return message is not None and bool(calendar_of(message)) and message.get_body(("html",)) is not None


def things(world: World) -> dict[str, list[Thing]]:
    """Every kind of thing that addresses name."""
    told = world.tokens
    with world.mount.work(ORGANIZER, write=False) as work:
        db = work.db

        def titled(title: str) -> Issue:
            return db.scalars(select(Issue).where(Issue.title.startswith(title))).one()

        def task_of(issue: Issue) -> FollowUp:
            return db.scalars(select(FollowUp).where(FollowUp.issue_id == issue.id)).one()

        def numbered(name: str) -> Issue:
            return by_number(db, int(told[name]), whole=False)

        published, secret = numbered("anonymous issue"), numbered("secret issue")
        conduct, passed = numbered("conduct issue"), numbered("new issue")
        elsewhere, alone = titled("Đường vào kho lầy lội"), titled("Gửi không qua buổi gặp")
        staged = titled("Trên sân khấu 2")

        def issue(name: str, row: Issue, relations: dict[str, frozenset[str]]) -> Thing:
            file = db.scalar(
                select(Attachment.id).where(Attachment.issue_id == row.id, Attachment.follow_up_id.is_(None))
            )
            name = veiled(world.mount.secret, f"attachment:{file}")
            values = {"number": row.number, "issue_id": row.number, "key": file or 10**6, "name": name}
            return Thing(name, values, relations)

        own = frozenset({"own"})
        issues = [
            issue(
                "published, anonymous",
                published,
                {"everyone": frozenset({"public"}), "officer": _LEADS, "enterprise": own},
            ),
            issue("confidential", secret, {"officer": _LEADS, "other enterprise": own}),
            issue(
                "about conduct",
                conduct,
                {"officer": _LEADS - {"participant, not about conduct"}, "other enterprise": own},
            ),
            issue("another department's", elsewhere, {"other officer": _LEADS, "other enterprise": own}),
            issue("without a session", alone, {"officer": _LEADS, "sender": own}),
        ]
        # Coordinating is of the follow-up; the issue is the lead's.
        follow_ups = [
            Thing(
                "published, anonymous",
                {"number": task_of(published).number},
                {"officer": _LEADS, "enterprise": own},
            ),
            Thing("confidential", {"number": task_of(secret).number}, {"officer": _LEADS, "other enterprise": own}),
            # About conduct it goes to the head alone, who is not here (R23).
            Thing("about conduct", {"number": told["conduct follow-up"]}, {"other enterprise": own}),
            Thing(
                "passed on",
                {"number": task_of(passed).number},
                {"officer": _LEADS, "other officer": _ALONG, "other enterprise": own},
            ),
            Thing("without a session", {"number": task_of(alone).number}, {"officer": _LEADS, "sender": own}),
        ]
        follow_ups = [
            Thing(one.name, {**one.values, "key": match.values["key"]}, one.relations)
            for one in follow_ups
            for match in [next((i for i in issues if i.name == one.name), issues[0])]
        ]

        def session(name: str, row: Session, is_public: bool) -> Thing:
            public = {"everyone": frozenset({"public"})} if is_public else {}
            return Thing(name, {"slug": row.slug, "session_id": row.id}, public)

        def photo(name: str, row: Photo | None, is_public: bool) -> Thing:
            assert row is not None
            slug = db.get_one(Session, row.session_id).slug
            values = {"slug": slug, "key": row.id, "photo_id": row.id, "name": row.small_name, "size": "small"}
            return Thing(name, values, {"everyone": frozenset({"public"})} if is_public else {})

        def by_slug(slug: str) -> Session:
            return db.scalars(select(Session).where(Session.slug == slug)).one()

        draft = db.scalars(select(Session).where(Session.state == "draft")).first()
        assert draft is not None
        programme = db.scalars(select(Programme).order_by(Programme.id)).first()
        calendar = next(
            row for row in db.scalars(select(Outgoing).where(Outgoing.state == "sent")) if has_calendar(row)
        )
        assert programme is not None
        comment = db.scalars(select(Comment).order_by(Comment.id)).first()
        own_registration = db.get_one(Registration, published.registration_id)
        foreign = db.get_one(Registration, secret.registration_id)
        registration = [
            Thing("a registration", {"registration_id": row.id, "key": row.id}, {})
            for row in (own_registration, foreign)
        ]
        department = db.scalars(select(Department).where(Department.code == OTHER)).one()
        return {
            "issue": issues,
            "follow-up": follow_ups,
            "session": [
                session("open", by_slug(told["open session"]), True),
                session("held", by_slug(told["held"]), True),
                session("draft", draft, False),
                session("private", by_slug(told["private"]), False),
            ],
            "staged": [Thing("on stage", {"slug": told["held"], "number": staged.number})],
            "programme": [Thing("programme", {"slug": programme.slug, "programme_id": programme.id})],
            "registration": registration,
            "department": [Thing("department", {"key": department.id, "code": department.code})],
            "comment": [Thing("comment", {"key": comment.id, "comment_id": comment.id} if comment else {})],
            "message": [
                Thing("message", {"row_id": calendar.id, "message_id": calendar.id, "channel": "mail"}),
            ],
            "batch": [Thing("batch", {"batch": told["batch"]})],
            "series": [session("repeated", by_slug(told["repeated"]), False)],
            "period": [Thing("period", {"key": told["period"]})],
            "photo": [
                photo("published", db.scalars(select(Photo).order_by(Photo.id)).first(), True),
                photo("withheld", db.get_one(Photo, int(told["withheld photo"])), False),
            ],
            "year": [Thing("year", {"year": 2026, "name": "agencies"})],
        }


def kind_of(right: Right) -> str:
    """Which kind of thing the address of `right` names; empty: none."""
    names = set(re.findall(r"<(?:[^<>:]*(?:\([^)]*\))?:)?(\w+)>", right.path))
    feature = right.endpoint.partition(".")[0]
    if "photo_id" in names or (feature == "photos" and names & {"key", "name"}):
        return "photo"
    if {"slug", "number"} <= names:
        return "staged"
    if "slug" in names and "series" in right.endpoint:
        return "series"
    if "slug" in names:
        return "programme" if feature == "programmes" else "session"
    if "number" in names:
        task = "follow-ups" in right.path
        return "follow-up" if task else "issue"
    simple = {
        "issue_id": "issue",
        "session_id": "session",
        "registration_id": "registration",
        "programme_id": "programme",
        "code": "department",
        "comment_id": "comment",
        "message_id": "message",
        "year": "year",
        "row_id": "message",
        "batch": "batch",
        "channel": "message",
    }
    for name, kind in simple.items():
        if name in names:
            return kind
    if "key" in names:
        return {
            "registrations": "registration",
            "departments": "department",
            "issues": "comment",
            "scorecards": "period",
        }.get(feature, "")
    return ""


def allowed(rules: Mapping[str, Mapping[str, frozenset[str]]], right: Right, who: str, thing: Thing | None) -> bool:
    """Whether the table lets `who` in."""
    role = STAFF[who][1] if who in STAFF else "everyone"

    def holds(action: str, relations: frozenset[str] | None) -> bool:
        if action == "public":
            return True
        if action == "staff":
            return who in STAFF
        if action == "published":
            return relations is not None and "public" in relations
        if action == "signing in":
            return False
        needed = rules[action][role]
        if relations is None:
            return bool(needed) if right.token else "any" in needed
        return bool(needed & (relations | {"any"}))

    relations = thing.of(who) if thing is not None else frozenset()
    return holds(right.action, None) and all(holds(action, relations) for action in right.of)
