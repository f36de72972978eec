"""The whole site as its visitors find it: the demo's story, what it lacks, and everyone who comes.

For the tests that go over every page: :func:`tell` fills a site, :class:`World` walks it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from sqlalchemy import inspect, select, text

from meetup.access import Actor
from meetup.demo import people
from meetup.demo.story import ORGANIZER, Story
from meetup.departments.models import Department, Field
from meetup.followups import service as followups
from meetup.followups.models import FollowUp
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.issues.queries import agenda, by_number
from meetup.issues.values import Upload
from meetup.outbox.models import Outgoing
from meetup.programmes.models import Programme
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.registrations.queries import whole
from meetup.rest.tokens import create_token
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from meetup.staff import service as staff
from tests.rig.visitor import form_values

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from meetup.mount import Mount
    from meetup.work import Work
    from tests.rig.clock import SettableClock
    from tests.rig.visitor import Visitor

#: The two departments whose officers walk about.
OWN, OTHER = "SNNMT", "SXD"
#: Everyone who signs in: role → (name of the address, role, department).
STAFF = {
    "admin": ("admin", "admin", ""),
    "organizer": ("thuky", "organizer", ""),
    "officer": ("canbo.snnmt", "officer", OWN),
    "other officer": ("canbo.sxd", "officer", OTHER),
    "leader": ("lanhdao", "leader", ""),
}
#: Everyone who comes. Those behind a link carry no cookie of anybody.
EVERYONE = ("public", "enterprise", "other enterprise", "sender", *STAFF)
PASSWORD = "mot-mat-khau-that-dai"

#: Words that stand only in what nobody but its handlers may read.
SECRETS = {
    "the words of a confidential issue": "hồ sơ tuyệt mật số chín",
    "the words of an issue about conduct": "cán bộ vòi vĩnh phong bì",
    "the enterprise behind an anonymous issue": "Công ty Giấu Tên Hoàn Toàn",
    "the enterprise behind a confidential issue": "Công ty Kín Tiếng Hoàn Toàn",
    "the contact of an anonymous issue": "Nguyễn Thị Giấu Mặt",
    "the name of a closed document": "giay-to-rieng-tu",
    "an internal note": "ghi chú nội bộ không ra ngoài",
    "a contact's address": "giau.mat@rieng.example",
    "a reader's address": "doc.gia.kin@rieng.example",
    "a contact's telephone": "0912999888",
    "an officer's own name": "Cán bộ Vô Danh Tính",
}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def tell(mount: Mount, clock: SettableClock) -> dict[str, str]:
    """Fill an empty site: the story, staff, and one thing in each state that the story lacks; gives tokens.

    Three hours pass, in which a session begins.
    """
    Story(mount, lambda _done, _total: None).run()
    with mount.work(ORGANIZER) as work:
        tokens = _more(work)
        work.commit()
    clock.travel(hours=3)
    with mount.work(ORGANIZER) as work:
        tokens |= _begin(work)
        work.commit()
    return tokens


def _begin(work: Work) -> dict[str, str]:
    """The morning itself: one is there, one was expected, one issue was on stage."""
    session = work.db.scalars(select(Session).where(Session.title == "Buổi đang diễn ra")).one()
    sessions.hold(work, session)
    rows = work.db.scalars(whole().where(Registration.session_id == session.id)).unique().all()
    registrations.check_in(work, rows[0])
    item = agenda(work.db, session)[0]
    issues.put_on_stage(work, session, item.issue)
    return {"held": session.slug}


def _more(work: Work) -> dict[str, str]:
    for name, role, department in STAFF.values():
        staff.create_user(
            work,
            email=people.address(name),
            role=role,
            department_code=department,
            name=name,
            password=PASSWORD,
        )
    tokens = {}
    for role, (_name, kind, department) in STAFF.items():
        _row, tokens[f"token of {role}"] = create_token(work, name=role, role=kind, department_code=department)
    coming = work.db.scalars(select(Session).where(Session.state == "published")).one()
    programme = work.db.get_one(Programme, coming.programme_id)
    own = work.db.scalars(select(Department).where(Department.code == OWN)).one()
    other = work.db.scalars(select(Department).where(Department.code == OTHER)).one()
    some = work.db.scalars(select(Field).order_by(Field.id)).first()
    sessions.draft(
        work,
        programme=programme,
        title="Bản nháp",
        topic="Chưa công bố",
        starts_at=coming.starts_at + timedelta(days=14),
        ends_at=coming.ends_at + timedelta(days=14),
        venue="Chưa rõ",
        capacity=5,
    )
    open_one = sessions.draft(
        work,
        programme=programme,
        title="Buổi còn chỗ",
        topic="Tổng hợp",
        starts_at=coming.starts_at + timedelta(days=7),
        ends_at=coming.ends_at + timedelta(days=7),
        venue="Không gian Khởi nghiệp",
        capacity=30,
        seats_per_enterprise=3,
    )
    sessions.publish(work, open_one)

    # Two enterprises of the open session: one answers to an invitation, one registers by itself.
    registrations.invite(
        work, open_one, [{"name": "HTX Được Mời", "contact_name": "Bà Mời", "email": "moi@duoc.example"}]
    )
    hidden = _register(work, open_one, "Công ty Giấu Tên Hoàn Toàn", "Nguyễn Thị Giấu Mặt", "giau.mat@rieng.example")
    quiet = _register(work, open_one, "Công ty Kín Tiếng Hoàn Toàn", "Trần Văn Kín", "kin.tieng@rieng.example")
    invited = work.db.scalars(select(Registration).where(Registration.state == "invited")).one()
    tokens["enterprise"] = work.token("registration", hidden.subject)
    tokens["other enterprise"] = work.token("registration", quiet.subject)
    tokens["invited"] = work.token("registration", invited.subject)
    waiting = work.db.scalars(select(Registration).where(Registration.state == "waitlisted")).first()
    assert waiting is not None
    tokens["waiting"] = work.token("registration", waiting.subject)

    under_way = sessions.draft(
        work,
        programme=programme,
        title="Buổi đang diễn ra",
        topic="Tổng hợp",
        starts_at=work.now + timedelta(hours=2),
        ends_at=work.now + timedelta(hours=4),
        venue="Không gian Khởi nghiệp",
        capacity=30,
        registration_closes_at=work.now + timedelta(hours=1),
    )
    sessions.publish(work, under_way)
    there = [
        _register(work, under_way, f"Hộ kinh doanh Sớm {n}", f"Người Sớm {n}", f"som{n}@som.example") for n in (1, 2)
    ]

    # Issues: anonymous and published, confidential, about conduct, asked back, answered on the spot, without a session.
    def raised(by: Registration, title: str, **more: Any) -> Issue:
        made = issues.submit(work, registration=by, title=title, description=f"{title}: đã chờ rất lâu.", **more)
        work.db.expire(made)
        return by_number(work.db, made.number)

    papers = (Upload("giay-to-rieng-tu.pdf", PDF),)
    anonymous = raised(hidden, "Cấp phép bến bãi ven sông", visibility="anonymous", attachments=papers)
    issues.accept(work, anonymous, field=some, lead_department=own)
    issues.write(work, anonymous, body="ghi chú nội bộ không ra ngoài", side="organizer", is_internal=True)
    (ordered,) = followups.conclude(
        work,
        anonymous,
        text="Giao Sở trả lời.",
        orders=[followups.FollowUpOrder(lead_department=own, task="Trả lời về bến bãi", working_days=9)],
    )
    issues.publish(work, anonymous, title="Cấp phép bến bãi", question="Bao giờ cấp phép?", answer="Đang xử lý.")
    told = issues.comment(work, anonymous, name="Độc giả", email="doc.gia.kin@rieng.example", body="Tôi cũng vậy.")
    issues.moderate(work, told, approve=True)
    secret = raised(quiet, "hồ sơ tuyệt mật số chín", visibility="confidential", attachments=papers)
    issues.accept(work, secret, field=some, lead_department=own)
    followups.conclude(
        work,
        secret,
        text="Giao Sở trả lời kín.",
        orders=[followups.FollowUpOrder(lead_department=own, task="Trả lời hồ sơ tuyệt mật số chín", working_days=9)],
    )
    conduct = raised(quiet, "cán bộ vòi vĩnh phong bì", kind="conduct")
    issues.accept(work, conduct, field=some, lead_department=own)
    asked = raised(hidden, "Hỏi thêm về thuế đất")
    issues.request_information(work, asked, question="Thửa đất nào?")
    raised(hidden, "Mới gửi, chưa ai xem")
    on_agenda = raised(quiet, "Đường vào kho lầy lội")
    issues.accept(work, on_agenda, field=some, lead_department=other)
    second = raised(quiet, "Điện yếu giờ cao điểm")
    issues.accept(work, second, field=some, lead_department=other)
    spot = raised(hidden, "Xin mẫu đơn đăng ký")
    issues.accept(work, spot, field=some, lead_department=own)
    issues.set_agenda(work, open_one, [(spot, 5), (on_agenda, 10), (second, 15)])
    followups.conclude(
        work, spot, text="Trả lời ngay.", orders=[], outcome="explained", answer="Mẫu đơn có tại bộ phận một cửa."
    )
    alone = issues.submit(
        work,
        enterprise=hidden.enterprise,
        contact=hidden.contact,
        title="Gửi không qua buổi gặp",
        description="Gửi từ trang chung, chờ trả lời.",
        attachments=papers,
    )
    work.db.expire(alone)
    alone = by_number(work.db, alone.number)
    issues.accept(work, alone, field=some, lead_department=own)
    stage = [raised(there[0], f"Trên sân khấu {n}") for n in (1, 2)]
    for issue in stage:
        issues.accept(work, issue, field=some, lead_department=own)
    issues.set_agenda(work, under_way, [(issue, 10) for issue in stage])
    (checked,) = followups.conclude(
        work,
        alone,
        text="Giao Sở trả lời.",
        orders=[followups.FollowUpOrder(lead_department=own, task="Trả lời việc gửi riêng", working_days=9)],
    )
    tokens["sender"] = work.token("issue", alone.subject)

    # Follow-ups: verified (the sender's turn), answered (the organiser's), a transfer and an extension asked.
    _as(work, own)
    followups.accept(work, checked, officer="Cán bộ Vô Danh Tính")
    followups.answer(work, checked, text="Đã giải quyết xong việc này.", outcome="resolved", attachments=papers)
    followups.accept(work, ordered)
    followups.progress(work, ordered, text="Đang xem hồ sơ.", is_public=True)
    followups.answer(work, ordered, text="Đã cấp phép bến bãi.", outcome="resolved")
    work.actor = ORGANIZER
    followups.verify(work, checked)
    waits = [raised(quiet, f"Việc thứ {n}") for n in range(4)]
    made = []
    for issue in waits:
        issues.accept(work, issue, field=some, lead_department=own)
        made += followups.conclude(
            work,
            issue,
            text="Giao Sở.",
            orders=[
                followups.FollowUpOrder(
                    lead_department=own, task="Trả lời doanh nghiệp", coordinating=[other], working_days=9
                )
            ],
        )
    _as(work, own)
    for f in made:
        followups.accept(work, f)
    followups.request_transfer(work, made[0], to=other, reason="Không thuộc thẩm quyền.", ground="Quy chế")
    followups.request_extension(work, made[1], due_on=made[1].due_on + timedelta(days=5), reason="Chờ ý kiến.")
    followups.answer(work, made[2], text="Đã làm xong việc được giao.", outcome="resolved")
    work.actor = ORGANIZER
    followups.verify(work, made[2])
    tokens["anonymous issue"], tokens["secret issue"] = str(anonymous.number), str(secret.number)
    tokens["conduct issue"], tokens["new issue"] = str(conduct.number), str(waits[0].number)
    tokens["open session"] = open_one.slug
    tokens["feed"] = work.token("feed", own.subject)
    dead = work.db.scalars(select(Outgoing).order_by(Outgoing.id)).first()
    assert dead is not None
    dead.state, dead.reason = "dead", "550 no such user"
    dead.request_id = tokens["batch"] = "causedbyonestep"
    tokens["unsubscribe"] = work.token("unsubscribe", f"outgoing:{dead.id}")
    return tokens


def _register(work: Work, session: Session, name: str, person: str, email: str) -> Registration:
    made = registrations.register(
        work,
        session,
        enterprise={"kind": "investor", "tax_code": None, "name": name, "sector": "Kho bãi"},
        contact={"name": person, "email": email, "phone": "0912 999 888", "language": "vi"},
        participants=[{"name": person, "position": "Giám đốc"}],
        response="accepted",
        consent=True,
    ).registration
    work.db.flush()
    query = whole().where(Registration.id == made.id).execution_options(populate_existing=True)
    return work.db.scalars(query).unique().one()


def _as(work: Work, department: Department) -> None:
    work.actor = Actor("staff", "d", "Cán bộ Vô Danh Tính", frozenset({"officer"}), department_id=department.id)


@dataclass
class World:
    """A site that was told its story, with everyone who comes to it."""

    site: Flask
    mount: Mount
    tokens: dict[str, str]
    _visitors: dict[str, Visitor] = field(default_factory=dict)

    def visitor(self, who: str) -> Visitor:
        """The browser of `who`, signed in if that is staff."""
        if who not in self._visitors:
            visitor: Any = self.site.test_client()
            if who in STAFF:
                done = visitor.fill("/login", {"email": people.address(STAFF[who][0]), "password": PASSWORD})
                assert done.status_code == 200, done.text[:800]
            self._visitors[who] = visitor
        return self._visitors[who]

    def actor(self, who: str) -> Actor:
        """The :class:`Actor` that `who` is."""
        if who in STAFF:
            _name, role, code = STAFF[who]
            return Actor("staff", who, who, frozenset({role}), department_id=self.department(code) if code else None)
        return Actor("public")

    def department(self, code: str) -> int:
        """The key of a department."""
        with self.mount.database.connect() as connection:
            query = text("SELECT id FROM meetup_department WHERE code = :code")
            return int(connection.execute(query, {"code": code}).scalar_one())

    def starts(self, who: str) -> list[str]:
        """Where `who` begins to walk."""
        told = self.tokens
        session, held = told["open session"], told["held"]
        links = {
            "public": [
                *("/", "/results/", "/issues/new", "/r/", "/calendar.ics", "/login", "/reset", "/api/v1/docs"),
                *("/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/issues/feed.atom"),
                *(
                    f"/issues/sent/{told['secret issue']}",
                    "/issues/similar?q=kho+lanh",
                    f"/sessions/{session}/registered",
                ),
                *(f"/sessions/{session}/register", f"/issues/{told['anonymous issue']}"),
                f"/feeds/{told['feed']}/follow-ups.ics",
            ],
            "enterprise": [f"/r/{self.tokens['enterprise']}", f"/r/{self.tokens['enterprise']}/issues/new"],
            "other enterprise": [f"/r/{self.tokens[name]}" for name in ("other enterprise", "invited", "waiting")],
            "sender": [f"/i/{self.tokens['sender']}", f"/unsubscribe/{self.tokens['unsubscribe']}"],
        }
        desk = f"/organize/sessions/{held}/"
        numbers = [told[name] for name in ("anonymous issue", "secret issue", "conduct issue", "new issue")]
        staff_pages = ["/desk", "/account", "/change", "/organize/", "/department/", "/leader/"]
        staff_pages += [desk, *(desk + name for name in ("live", "minutes", "agenda", "check-in", "projector"))]
        staff_pages += [f"/organize/sessions/{session}/{name}" for name in ("", "live", "agenda", "invitations")]
        staff_pages += [f"/organize/issues/{number}" for number in numbers]
        staff_pages += ["/verify", "/mf-recovery-codes", "/tf-setup"]
        return links.get(who, staff_pages)

    def walk(self, who: str, *, every: int = 6) -> Iterator[tuple[str, TestResponse]]:
        """Every page that `who` comes to by links, each with its answer.

        Args:
            every: how many pages of one kind (endpoint and names in the query) are looked at.
        """
        visitor = self.visitor(who)
        waiting, seen, counts = list(self.starts(who)), set[str](), dict[Any, int]()
        while waiting:
            path = waiting.pop(0)
            if (
                path in seen
                or "lang=" in path
                or "/logout" in path
                or path.startswith("/assets/")
                or path.endswith("/events")
            ):
                continue
            seen.add(path)
            kind = self.kind_of(path)
            counts[kind] = counts.get(kind, 0) + 1
            if counts[kind] > every:
                continue
            answer = visitor.get(path)
            yield path, answer
            if answer.status_code in (301, 302, 303, 308):
                waiting.append(own_address(path, answer.headers["Location"]))
            elif "html" in (answer.content_type or ""):
                soup = BeautifulSoup(answer.text, "html.parser")
                found = [own_address(path, str(a["href"])) for a in soup.find_all("a", href=True)]
                found += [own_address(path, str(img["src"])) for img in soup.find_all("img", src=True)]
                waiting += [one for one in found if one]

    def kind_of(self, path: str) -> tuple[str, ...]:
        """What kind of page stands at `path`: endpoint, and the names of what its query asks for."""
        from werkzeug.exceptions import HTTPException

        parts = urlsplit(path)
        try:
            endpoint, _values = self.site.url_map.bind("localhost").match(parts.path)
        except HTTPException as error:
            endpoint = f"({error.code})"
        names = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair})
        return (endpoint, *names)

    def forms(self, who: str, *, every: int = 6) -> Iterator[tuple[str, Tag, BeautifulSoup]]:
        """Every different POST form that `who` comes to: the page, the form, the page's soup."""
        seen = set()
        for path, answer in self.walk(who, every=every):
            if answer.status_code != 200 or "html" not in (answer.content_type or ""):
                continue
            soup = BeautifulSoup(answer.text, "html.parser")
            for form in soup.find_all("form"):
                if str(form.get("method", "get")).lower() != "post":
                    continue
                target = own_address(path, str(form.get("action") or path)) or path
                known = (self.action_kind(target), tuple(sorted({re.sub(r"\d+", "0", n) for n in form_values(form)})))
                if "/logout" in target or known in seen:
                    continue
                seen.add(known)
                yield path, form, soup

    def action_kind(self, target: str) -> tuple[str, str]:
        """A POST's endpoint, with the action that its address names."""
        from werkzeug.exceptions import HTTPException

        try:
            endpoint, values = self.site.url_map.bind("localhost").match(urlsplit(target).path, method="POST")
        except HTTPException as error:
            return f"({error.code}) {target}", ""
        return endpoint, str(values.get("action") or values.get("verdict") or "")

    def rules(self) -> list[Rule]:
        """The rules of the URL map that are ours, in the order of their addresses."""
        return sorted(self.site.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))

    def contents(self) -> dict[str, tuple[int, str]]:
        """Every table: how many rows, and a digest of all that stands in them."""
        found = {}
        with self.mount.database.connect() as connection:
            for name in sorted(inspect(connection).get_table_names()):
                rows = sorted(repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{name}"')))
                found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode("utf-8", "replace")).hexdigest()[:12])
        return found


def own_address(base: str, href: str) -> str:
    """`href` as a path of ours, or empty if it leads elsewhere."""
    parts = urlsplit(urljoin(f"http://localhost{base}", href))
    if parts.netloc != "localhost" or parts.scheme not in ("http", "https"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def differences(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> list[str]:
    """The tables that are not as they were."""
    return [
        f"{name}: {before.get(name, (0, ''))[0]} → {after.get(name, (0, ''))[0]} rows"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def follow_up_of(work: Work, issue: Issue) -> FollowUp:
    """The follow-up of an issue."""
    return work.db.scalars(select(FollowUp).where(FollowUp.issue_id == issue.id)).one()
