"""A province with one session and people in it, for the tests about issues."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from meetup.access import Actor
from meetup.departments.models import Department, Field
from meetup.enterprises.models import Contact, Enterprise
from meetup.issues import service
from meetup.issues.models import Issue
from meetup.outbox.models import Outgoing
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.sessions.models import Session

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]

ORGANIZER = Actor("staff", id="1", name="Nguyễn Thị Lan", roles=frozenset({"organizer"}), email="lan@province.example")
LEADER = Actor("staff", id="2", name="Phó Chủ tịch", roles=frozenset({"leader"}))

#: Words that must never be seen by anyone but those who handle the issue.
SECRET = "bí mật không ai được biết"


def officer(department_id: int) -> Actor:
    """An officer of a department."""
    return Actor(
        "staff", id=f"d{department_id}", name="Cán bộ", roles=frozenset({"officer"}), department_id=department_id
    )


class As:
    """A sign-in that always answers with one person."""

    def __init__(self, actor: Actor | None) -> None:
        self.who = actor

    def actor(self) -> Actor | None:
        return self.who

    def login_url(self, after: str) -> str:
        return "/sign-in"

    def logout_url(self) -> str:
        return "/sign-out"


@dataclass
class Province:
    """What stands in the database: ids, and the tokens of two enterprises."""

    mount: Mount
    work: Unit
    session: int
    slug: str
    land: int
    tax: int
    thuy: str
    mai: str

    def sign_in(self, actor: Actor | None) -> None:
        """From now on requests without a link are made by `actor`."""
        self.mount.identity = As(actor)

    def raise_issue(
        self, title: str = "Thuê đất mở rộng kho lạnh", *, of: str = "thuy", to: str = "", **more: Any
    ) -> int:
        """An issue; `to` brings it further: ``accepted``, ``published``; gives its number."""
        with self.work() as w:
            registration = w.db.scalars(
                select(Registration)
                .join(Contact, Registration.contact_id == Contact.id)
                .where(Contact.email.startswith(of))
            ).one()
            issue = service.submit(
                w,
                title=title,
                description=more.pop("description", f"{title}: chờ hơn 6 tháng."),
                registration=registration,
                **more,
            )
            if to:
                self._on(w, issue, to)
            w.commit()
            return issue.number

    def _on(self, w: Work, issue: Issue, to: str) -> None:
        service.accept(w, issue, field=w.db.scalar(select(Field)), lead_department=w.get(Department, self.land))
        if to in ("discussed", "answered", "published"):
            session = w.get(Session, self.session)
            from meetup.issues.queries import agenda

            there = [(item.issue, item.minutes) for item in agenda(w.db, session)]
            service.set_agenda(w, session, [*there, (issue, 10)])
            service.discuss(w, issue, text="Giao Sở trả lời.")
        if to in ("answered", "published"):
            service.answer(
                w,
                issue,
                text="Sở đã cấp giấy xác nhận trong tháng này.",
                outcome="resolved",
                legal_references="Luật Đất đai 31/2024/QH15",
            )
        if to == "published":
            service.publish(w, issue, title=issue.title, question="Đã chờ lâu.", answer="Đã cấp giấy xác nhận.")

    def issue(self, number: int) -> Issue:
        """The row as it is now."""
        with self.work(write=False) as w:
            return w.db.scalars(select(Issue).where(Issue.number == number)).one()

    def mails(self, kind: str = "") -> list[Outgoing]:
        """What waits in the outbox, oldest first."""
        with self.work(write=False) as w:
            query = select(Outgoing).order_by(Outgoing.id)
            return list(w.db.scalars(query.where(Outgoing.kind == kind) if kind else query))

    def own(self, number: int, token: str = "") -> str:
        """The path of an issue on its enterprise's page."""
        return f"/r/{token or self.thuy}/issues/{number}"


def build(mount: Mount, work: Unit) -> Province:
    """The province."""
    with work() as w:
        now = w.now
        programme = Programme(
            slug="ca-phe",
            name="Cà phê kết nối doanh nghiệp",
            timezone="Asia/Ho_Chi_Minh",
            email="to-chuc@province.example",
            created_at=now,
            changed_at=now,
        )
        land = Department(
            code="SNNMT",
            name="Sở Nông nghiệp và Môi trường",
            name_en="Department of Agriculture and Environment",
            kind="department",
            email="snnmt@province.example",
            head_email="giamdoc@province.example",
            created_at=now,
            changed_at=now,
        )
        tax = Department(
            code="THUE", name="Thuế tỉnh", kind="branch", email="thue@province.example", created_at=now, changed_at=now
        )
        w.db.add_all(
            [programme, land, tax, Field(code="land", name="Đất đai", name_en="Land"), Field(code="tax", name="Thuế")]
        )
        w.db.flush()
        session = Session(
            programme_id=programme.id,
            state="published",
            number=37,
            slug="ky-37",
            uid="u37",
            title="Kỳ 37: Đất đai",
            starts_at=now + timedelta(days=5),
            ends_at=now + timedelta(days=5, hours=2),
            timezone="Asia/Ho_Chi_Minh",
            venue="Không gian Khởi nghiệp",
            capacity=25,
            created_at=now,
            changed_at=now,
            published_at=now,
        )
        w.db.add(session)
        w.db.flush()
        tokens = []
        for name, email, code in (("Thủy sản Mẫu Một", "thuy", "9999900013"), ("May Mẫu Chín", "mai", "9999900091")):
            enterprise = Enterprise(
                kind="enterprise", tax_code=code, name=f"Công ty {name}", created_at=now, changed_at=now
            )
            w.db.add(enterprise)
            w.db.flush()
            contact = Contact(
                enterprise_id=enterprise.id,
                name=f"Bà {email.title()}",
                email=f"{email}@example.com",
                phone="+84912345678",
                language="vi" if email == "thuy" else "en",
                created_at=now,
            )
            w.db.add(contact)
            w.db.flush()
            registration = Registration(
                session_id=session.id,
                enterprise_id=enterprise.id,
                contact_id=contact.id,
                state="confirmed",
                created_at=now,
                changed_at=now,
            )
            w.db.add(registration)
            w.db.flush()
            tokens.append(w.token("registration", registration.subject))
        w.commit()
        return Province(mount, work, session.id, session.slug, land.id, tax.id, tokens[0], tokens[1])
