"""Builders for tests: a programme, a session, people in it, all made by the services as the site makes them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from meetup.access import Actor
from meetup.departments import service as departments
from meetup.departments.models import Department, Field
from meetup.programmes import service as programmes
from meetup.programmes.models import Programme
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]

ADMIN = Actor("staff", id="0", name="Quản trị", roles=frozenset({"admin"}))
ORGANIZER = Actor("staff", id="1", name="Nguyễn Thị Lan", roles=frozenset({"organizer"}), email="lan@province.example")
OFFICER = Actor("staff", id="2", name="Cán bộ", roles=frozenset({"officer"}), department_id=1)

#: Saturday 28 November 2026, 07:00 in Viet Nam; the tests' clock stands on 2 November.
STARTS = datetime(2026, 11, 28, 0, 0, tzinfo=UTC)
ENDS = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


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


def sign_in(mount: Mount, actor: Actor | None = ORGANIZER) -> None:
    """From now on requests without a secret link are made by `actor`; None: by the public."""
    mount.identity = As(actor)


def tax_code(number: int) -> str:
    """A tax code of ten digits with the right check digit, of a range that is not issued."""
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    found = []
    serial = 999_000_000
    while len(found) <= number:
        digits = [int(digit) for digit in str(serial)]
        check = 10 - sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if check < 10:
            found.append(f"{serial}{check}")
        serial += 1
    return found[number]


def make_programme(work: Work, **values: Any) -> Programme:
    """A programme."""
    given = {"name": "Cà phê kết nối doanh nghiệp", "name_en": "Business Connect Coffee", **values}
    return programmes.create_programme(work, **given)


def make_department(work: Work, code: str = "STC", **values: Any) -> Department:
    """A department."""
    given = {"name": "Sở Tài chính", "email": f"{code.lower()}@province.example", **values}
    return departments.create_department(work, code=code, **given)


def make_field(work: Work, code: str = "thue", name: str = "Thuế", **values: Any) -> Field:
    """A field of work."""
    return departments.create_field(work, code=code, name=name, **values)


def make_session(work: Work, programme: Programme | None = None, *, published: bool = True, **values: Any) -> Session:
    """A session on 28 November 2026, published unless told otherwise."""
    if programme is None:
        programme = work.db.scalar(select(Programme).order_by(Programme.id).limit(1)) or make_programme(work)
    given = {
        "title": "Cà phê kết nối doanh nghiệp",
        "topic": "Giao thông, logistics",
        "starts_at": STARTS,
        "ends_at": ENDS,
        "venue": "Không gian Khởi nghiệp, phường An Xuyên",
        "capacity": 25,
        "seats_per_enterprise": 2,
        "chair": "Nguyễn Văn Chủ",
        "chair_role": "Chủ tịch UBND tỉnh",
        **values,
    }
    session = sessions.draft(work, programme=programme, **given)
    return sessions.publish(work, session) if published else session


def make_registration(
    work: Work,
    session: Session,
    number: int = 1,
    *,
    seats: int = 1,
    response: str = "accepted",
    language: str = "vi",
    **contact: Any,
) -> Registration:
    """The registration of enterprise no. `number`, which sends so many people."""
    return registrations.register(
        work,
        session,
        enterprise={"kind": "enterprise", "tax_code": tax_code(number), "name": f"Công ty TNHH Mẫu {number}"},
        contact={
            "name": f"Nguyễn Văn {number}",
            "email": f"dn{number}@example.com",
            "phone": "0290 000 0001",
            "language": language,
            **contact,
        },
        participants=[{"name": f"Người {number}.{place}", "position": "Giám đốc"} for place in range(1, seats + 1)],
        response=response,
        consent=True,
    ).registration


def make_invitation(work: Work, session: Session, number: int = 1, *, language: str = "vi") -> Registration:
    """The invitation of enterprise no. `number`."""
    registrations.invite(
        work,
        session,
        [
            {
                "tax_code": tax_code(number),
                "name": f"Công ty TNHH Mẫu {number}",
                "contact_name": f"Nguyễn Văn {number}",
                "email": f"dn{number}@example.com",
                "language": language,
            }
        ],
    )
    query = select(Registration).where(Registration.session_id == session.id).order_by(Registration.id.desc())
    return work.db.scalars(query.limit(1)).one()


def own_path(work: Work, registration: Registration) -> str:
    """The path of the registration's own page."""
    return f"/r/{registrations.manage_token(work, registration)}"
