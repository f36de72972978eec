"""What the demo's story lacks, for the told world: a thing in each state, and words that nobody may read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from meetup.access import Actor
from meetup.demo.story import ORGANIZER
from meetup.departments.models import Department, Field
from meetup.followups import service as followups
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.issues.queries import agenda, by_number
from meetup.issues.values import Upload
from meetup.outbox.models import Outgoing
from meetup.programmes.models import Programme
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.registrations.queries import whole
from meetup.sessions import service as sessions
from meetup.sessions.models import Session

if TYPE_CHECKING:
    from meetup.work import Work

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


def add(work: Work, *, own: Department, other: Department) -> dict[str, str]:
    """One thing in each state that the story lacks, most of it with the department `own`; gives tokens."""
    tokens = {}
    coming = work.db.scalars(select(Session).where(Session.state == "published")).one()
    programme = work.db.get_one(Programme, coming.programme_id)
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


def begin(work: Work) -> dict[str, str]:
    """The morning itself: one is there, one was expected, one issue was on stage."""
    session = work.db.scalars(select(Session).where(Session.title == "Buổi đang diễn ra")).one()
    sessions.hold(work, session)
    rows = work.db.scalars(whole().where(Registration.session_id == session.id)).unique().all()
    registrations.check_in(work, rows[0])
    item = agenda(work.db, session)[0]
    issues.put_on_stage(work, session, item.issue)
    return {"held": session.slug}
