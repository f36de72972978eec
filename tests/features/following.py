"""A province with two departments and an enterprise, for the tests about follow-ups, reminders and results."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask import request
from sqlalchemy import select

from meetup.access import Actor
from meetup.departments.models import Department, Field
from meetup.enterprises.models import Contact, Enterprise
from meetup.followups import service
from meetup.followups.models import Extension, FollowUp, Transfer
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.outbox.models import Outgoing
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.reminders.models import Reminder
from meetup.sessions.models import Session

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]

ANSWER = "Sở đã hoàn số thuế vào tài khoản của công ty ngày 05/11/2026 theo quyết định 45."


def staff(role: str, department: int | None = None, email: str = "") -> Actor:
    """Someone of the staff."""
    return Actor(
        "staff",
        id=f"{role}-{department or 0}",
        name={"organizer": "Nguyễn Thị Lan", "leader": "Phó Chủ tịch"}.get(role, f"Cán bộ {department}"),
        roles=frozenset({role}),
        department_id=department,
        email=email,
    )


class Door:
    """A sign-in that believes a header, so that several people can come at once."""

    def __init__(self) -> None:
        self.people: dict[str, Actor] = {}

    def actor(self) -> Actor | None:
        return self.people.get(request.headers.get("X-As", ""))

    def login_url(self, after: str) -> str:
        return "/sign-in"

    def logout_url(self) -> str:
        return "/sign-out"


@dataclass
class Province:
    """What stands in the database, and people to come in as."""

    site: Any
    mount: Mount
    work: Unit
    door: Door
    departments: dict[str, int] = field(default_factory=dict)
    session: int = 0
    registration: int = 0
    token: str = ""
    fields: dict[str, int] = field(default_factory=dict)

    def as_(self, who: str) -> Any:
        """A browser: ``organizer``, ``leader``, ``STC``, ``SXD``, ``head`` (of STC), ``nobody``."""
        client = self.site.test_client()
        client.environ_base["HTTP_X_AS"] = who
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    def actor(self, who: str) -> Actor:
        return self.door.people[who]

    def department(self, w: Work, code: str) -> Department:
        found: Department = w.get(Department, self.departments[code])
        return found

    def issue(self, w: Work, title: str = "Hoàn thuế GTGT chậm", **more: Any) -> Issue:
        """An issue that was taken on."""
        made = issues.submit(
            w,
            title=title,
            description=f"{title}: hồ sơ nộp ba tháng chưa có trả lời.",
            registration=w.get(Registration, self.registration),
            **more,
        )
        issues.accept(
            w,
            made,
            field=w.get(Field, self.fields["thue"]),
            lead_department=self.department(w, "STC"),
        )
        return made

    def order(
        self,
        title: str = "Hoàn thuế GTGT chậm",
        *,
        to: str = "",
        lead: str = "STC",
        along: tuple[str, ...] = (),
        days: int | None = 10,
        due_on: date | None = None,
        **more: Any,
    ) -> int:
        """A follow-up of an issue, brought on to the state `to`; gives its number."""
        with self.work(self.actor("organizer")) as w:
            made = self.issue(w, title, **more)
            order = service.FollowUpOrder(
                self.department(w, lead),
                "Trả lời doanh nghiệp về hồ sơ hoàn thuế.",
                tuple(self.department(w, code) for code in along),
                due_on,
                None if due_on else days,
            )
            (f,) = service.conclude(w, made, text="Giao Sở trả lời.", orders=[order])
            if to:
                self.bring(w, f, to)
            w.commit()
            return f.number

    def bring(self, w: Work, f: FollowUp, to: str) -> None:
        """Along the short way to `to`."""
        steps: list[tuple[str, Callable[[], Any]]] = [
            ("accepted", lambda: service.accept(w, f)),
            ("answered", lambda: service.answer(w, f, text=ANSWER)),
            ("verified", lambda: service.verify(w, f)),
            ("closed", lambda: service.confirm(w, f, satisfaction=4)),
        ]
        for name, step in steps:
            step()
            if name == to:
                return

    def do(self, number: int, step: Callable[[Work, FollowUp], Any], who: str = "organizer") -> Any:
        """One service call, committed."""
        with self.work(self.actor(who)) as w:
            f = w.db.scalars(select(FollowUp).where(FollowUp.number == number)).one()
            result = step(w, f)
            w.commit()
            return result

    def row(self, number: int) -> FollowUp:
        """The row as it is now, its issue at hand."""
        with self.work(write=False) as w:
            found = w.db.scalars(select(FollowUp).where(FollowUp.number == number)).one()
            found.issue = w.get(Issue, found.issue_id)
            return found

    def state(self, number: int) -> str:
        return self.row(number).state

    def issue_state(self, number: int) -> str:
        return self.row(number).issue.state

    def transfers(self, number: int) -> list[Transfer]:
        with self.work(write=False) as w:
            query = select(Transfer).join(FollowUp, Transfer.follow_up_id == FollowUp.id)
            return list(w.db.scalars(query.where(FollowUp.number == number).order_by(Transfer.id)))

    def extensions(self, number: int) -> list[Extension]:
        with self.work(write=False) as w:
            query = select(Extension).join(FollowUp, Extension.follow_up_id == FollowUp.id)
            return list(w.db.scalars(query.where(FollowUp.number == number).order_by(Extension.id)))

    def mails(self, kind: str = "", to: str = "") -> list[Outgoing]:
        """What is or was in the outbox, oldest first."""
        with self.work(write=False) as w:
            query = select(Outgoing).order_by(Outgoing.id)
            if kind:
                query = query.where(Outgoing.kind == kind)
            if to:
                query = query.where(Outgoing.recipient == to)
            return list(w.db.scalars(query))

    def reminders(self, subject: str = "", state: str = "planned") -> list[Reminder]:
        """The rows about `subject` in `state`, the next first."""
        with self.work(write=False) as w:
            query = select(Reminder).where(Reminder.state == state).order_by(Reminder.due_at, Reminder.id)
            return list(w.db.scalars(query.where(Reminder.subject == subject) if subject else query))

    def page(self, number: int) -> str:
        return f"/department/follow-ups/{number}"

    def own(self, number: int) -> str:
        return f"/r/{self.token}/follow-ups/{number}"


def run_worker(site: Any) -> dict[str, Any]:
    """The worker, once; its counts."""
    result = site.test_cli_runner().invoke(args=["meetup", "worker", "--once"])
    assert result.exit_code == 0, result.output
    counts: dict[str, Any] = json.loads(result.stdout)
    return counts


def worker(site: Any) -> dict[str, Any]:
    """The worker, once, and every message is handed over; its counts."""
    counts = run_worker(site)
    assert counts.get("failed", 0) == counts.get("dead", 0) == 0, counts
    return counts


def build(site: Any, mount: Mount, work: Unit) -> Province:
    """The province, with one session in twelve days."""
    door = Door()
    mount.identity = door
    province = Province(site, mount, work, door)
    with work() as w:
        now = w.now
        born = {"created_at": now, "changed_at": now}
        programme = Programme(
            slug="ca-phe",
            name="Cà phê kết nối doanh nghiệp",
            timezone="Asia/Ho_Chi_Minh",
            email="to-chuc@province.example",
            **born,
        )
        departments = [
            Department(
                code=code,
                name=name,
                name_en=name_en,
                kind=kind,
                email=f"{code.lower()}@province.example",
                head_email=f"gd.{code.lower()}@province.example",
                **born,
            )
            for code, name, name_en, kind in (
                ("STC", "Sở Tài chính", "Department of Finance", "department"),
                ("SXD", "Sở Xây dựng", "Department of Construction", "department"),
                ("THUE", "Thuế tỉnh", "Provincial Tax Office", "branch"),
                ("NAMCAN", "Xã Năm Căn", "Năm Căn Commune", "locality"),
            )
        ]
        fields = [Field(code="thue", name="Thuế", name_en="Taxes"), Field(code="dat", name="Đất đai", name_en="Land")]
        enterprise = Enterprise(name="Công ty TNHH Thủy sản Mẫu Một", tax_code="9999900013", **born)
        w.db.add_all([programme, *departments, *fields, enterprise])
        w.db.flush()
        contact = Contact(
            enterprise_id=enterprise.id, name="Nguyễn Văn An", email="an@mot.example", language="vi", created_at=now
        )
        session = Session(
            programme_id=programme.id,
            number=1,
            slug="ky-1",
            uid="session-1",
            title="Cà phê kỳ đầu",
            starts_at=now + timedelta(days=12),
            ends_at=now + timedelta(days=12, hours=2),
            timezone="Asia/Ho_Chi_Minh",
            venue="Không gian Khởi nghiệp",
            capacity=20,
            state="published",
            published_at=now,
            **born,
        )
        w.db.add_all([contact, session])
        w.db.flush()
        registration = Registration(
            session_id=session.id,
            enterprise_id=enterprise.id,
            contact_id=contact.id,
            seats=2,
            state="confirmed",
            **born,
        )
        w.db.add(registration)
        w.db.flush()
        province.departments = {one.code: one.id for one in departments}
        province.fields = {one.code: one.id for one in fields}
        province.session, province.registration = session.id, registration.id
        province.token = w.token("registration", registration.subject)
        w.commit()
    stc, sxd = province.departments["STC"], province.departments["SXD"]
    door.people = {
        "organizer": staff("organizer"),
        "leader": staff("leader"),
        "STC": staff("officer", stc),
        "SXD": staff("officer", sxd),
        "THUE": staff("officer", province.departments["THUE"]),
        "head": staff("officer", stc, "gd.stc@province.example"),
    }
    return province
