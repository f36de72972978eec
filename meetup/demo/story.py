"""Tells the demo's story through the services, each step at its own time, so that log, mails and states are real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from meetup.access import SYSTEM, Actor
from meetup.demo import people, photographs, rows, script
from meetup.demo.calendar import StoryTime
from meetup.demo.scripts import IssueScript, SessionScript
from meetup.departments import service as departments
from meetup.departments.models import CalendarOverride
from meetup.domain.periods import before, quarter, quarter_of
from meetup.domain.workdays import VIETNAM_2026_OVERRIDES
from meetup.followups import service as followups
from meetup.followups.models import Extension
from meetup.issues import service as issues
from meetup.issues.models import Comment
from meetup.mount import Mount
from meetup.photos import service as photos
from meetup.programmes import service as programmes
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.scorecards import service as scorecards
from meetup.sessions import service as sessions
from meetup.storage import Upload
from meetup.work import Work

Step = tuple[datetime, Callable[[Work], None]]

ORGANIZER = Actor("staff", "demo:thuky", "Lâm Thị Thư", frozenset({"organizer"}))


class Story:
    """The demo programme, told step by step.

    Args:
        mount: where it is told; its database is migrated and empty.
        tell: called with (steps done, steps in all).
        after: called with the time of each step once it is stored, such as to deliver the mails that it caused.
    """

    def __init__(
        self,
        mount: Mount,
        tell: Callable[[int, int], None],
        after: Callable[[datetime], object] = lambda _when: None,
    ) -> None:
        self.mount = mount
        self.tell = tell
        self.after = after
        self.time = StoryTime(mount.clock())
        self.issue_numbers: dict[str, int] = {}

    def run(self) -> None:
        """Tell it."""
        steps = sorted(self._steps(), key=lambda step: step[0])
        for done, (when, action) in enumerate(steps):
            self.tell(done, len(steps))
            now = min(when, self.time.now)
            with self.mount.work(ORGANIZER, now=now) as work:
                action(work)
                work.commit()
            self.after(now)
        self.tell(len(steps), len(steps))

    def _steps(self) -> Iterator[Step]:
        on = self.time.on
        yield on(1, 8), self._begin
        for session in script.SESSIONS:
            start = on(*session.day, 7, 0)
            yield start - timedelta(days=14), partial(self._publish, one=session)
            raised = [one for one in script.ISSUES if one.session == session.number]
            for at, one in enumerate(raised):
                yield start - timedelta(days=8) + timedelta(hours=12 * at), partial(self._raise, one=one)
                yield start - timedelta(days=4), partial(self._triage, one=one)
                yield start + timedelta(hours=1, minutes=at), partial(self._conclude, one=one)
                for day, month, step, values in one.steps:
                    hour = 16 if step in {"verify", "publish"} else 9
                    yield on(day, month, hour, at), partial(self._follow, one=one, step=step, values=values)
            yield start - timedelta(days=2), partial(self._agenda, one=session)
            yield start, partial(self._hold, one=session)
            yield start + timedelta(days=3, hours=8), partial(self._report, one=session)
        yield start + timedelta(days=3, hours=9), partial(self._photos, one=session)
        yield on(16, 11), self._publish_coming
        for at, key in enumerate(people.ENTERPRISES):
            yield on(17 + at // 4, 11, 8 + at % 4), partial(self._register_coming, key=key)
        for at, row in enumerate(script.COMING_ISSUES):
            yield on(20, 11, 9, at), partial(self._raise_coming, row=row)
        yield on(21, 11), self._triage_coming
        yield on(21, 11, 17), self._periods
        yield on(21, 11, 17, 1), self._approval

    # -- the ground ------------------------------------------------------------------------------

    def _begin(self, work: Work) -> None:
        for day, day_kind in VIETNAM_2026_OVERRIDES.items():
            work.db.add(
                CalendarOverride(day=day, kind=day_kind, note="Hoán đổi ngày làm việc", source="12729/VPCP-KGVX")
            )
        for code, name, name_en, kind in people.DEPARTMENTS:
            mail = people.address(code.lower())
            departments.create_department(
                work,
                code=code,
                name=name,
                name_en=name_en,
                kind=kind,
                email=mail,
                head_email=people.address(f"thutruong.{code.lower()}"),
            )
        for code, name, name_en in people.FIELDS:
            departments.create_field(work, code=code, name=name, name_en=name_en)
        programme = programmes.create_programme(
            work,
            slug="ca-phe",
            name="Cà phê kết nối doanh nghiệp",
            name_en="Business Connect Coffee",
            description=(
                "Lãnh đạo tỉnh gặp gỡ, lắng nghe và tháo gỡ khó khăn, vướng mắc của doanh nghiệp "
                "bên ly cà phê sáng thứ Bảy."
            ),
            legal_basis={
                "name": "Kế hoạch tổ chức chương trình Cà phê kết nối doanh nghiệp (mẫu)",
                "number": "01/KH-UBND",
                "date": "2026-01-05",
                "url": "https://example.com/01-KH-UBND",
            },
            launched_on=self.time.day(5, 1),
            email=people.address("caphe"),
            goals=[{"name": "Kiến nghị được trả lời đúng hạn", "target": 90, "unit": "%", "measure": "on_time"}],
        )
        programme.last_number = script.SESSIONS[0].number - 1

    def _periods(self, work: Work) -> None:
        """The quarter that we are in is open, the one before is closed and frozen."""
        today = work.now.astimezone(work.zone).date()
        present = quarter(today.year, quarter_of(today))
        over = scorecards.open_period(work, starts_on=before(*present)[0], ends_on=before(*present)[1])
        scorecards.close_period(work, over)
        scorecards.open_period(work, starts_on=present[0], ends_on=present[1])

    def _approval(self, work: Work) -> None:
        """From now on the head of the tax office approves its answers before they are sent."""
        departments.update_department(work, rows.department(work, "THUE"), needs_approval=True)

    # -- sessions ---------------------------------------------------------------------------------

    def _publish(self, work: Work, one: SessionScript) -> None:
        start = self.time.on(*one.day, 7, 0)
        session = sessions.draft(
            work,
            programme=rows.programme(work),
            title=one.title,
            topic=one.topic,
            description=(
                "Chương trình gồm ba phần: trao đổi tự do bên ly cà phê, doanh nghiệp nêu khó khăn, "
                "vướng mắc, và kết luận của Chủ tọa. Trân trọng kính mời Quý doanh nghiệp tham dự."
            ),
            starts_at=start,
            ends_at=start + timedelta(hours=2),
            venue="Không gian Khởi nghiệp tỉnh, 1 Ngô Quyền, phường An Xuyên, Cà Mau",
            capacity=25,
            seats_per_enterprise=3,
            chair="Nguyễn Văn Chủ (mẫu)",
            chair_role="Chủ tịch UBND tỉnh",
            secretary="Lâm Thị Thư",
            registration_closes_at=start - timedelta(hours=12),
        )
        sessions.publish(work, session)

    def _publish_coming(self, work: Work) -> None:
        self._publish(work, script.COMING)

    def _register(self, work: Work, number: int, key: str, people_count: int = 1) -> Registration:
        kind, tax_code, name, sector, contact, mail, phone = people.ENTERPRISES[key]
        outcome = registrations.register(
            work,
            rows.session(work, number),
            enterprise={"kind": kind, "tax_code": tax_code or None, "name": name, "sector": sector},
            contact={
                "name": contact,
                "email": people.address(mail),
                "phone": phone,
                "language": "en" if kind == "investor" else "vi",
            },
            participants=[
                {"name": contact, "position": "Giám đốc"},
                {"name": f"Trợ lý {contact.split()[-1]}", "position": "Trợ lý"},
                {"name": f"Kế toán {contact.split()[-1]}", "position": "Kế toán trưởng"},
            ][:people_count],
            response="accepted",
            consent=True,
        )
        return rows.registration(work, outcome.registration.id)

    def _register_coming(self, work: Work, key: str) -> None:
        # 25 seats: twelve enterprises ask for 29, so that the last ones wait.
        asked = 3 if key in {"mot", "hai", "ba", "sau", "bay"} else 2
        self._register(work, script.COMING.number, key, asked)

    def _agenda(self, work: Work, one: SessionScript) -> None:
        session = rows.session(work, one.number)
        found = [rows.issue(work, self.issue_numbers[item.key]) for item in script.ISSUES if item.session == one.number]
        issues.set_agenda(work, session, [(issue, 110 // len(found) if len(found) > 5 else 20) for issue in found])

    def _hold(self, work: Work, one: SessionScript) -> None:
        session = rows.session(work, one.number)
        sessions.hold(work, session)
        for registration in rows.confirmed(work, session):
            registrations.check_in(work, registration)

    def _report(self, work: Work, one: SessionScript) -> None:
        heard = sum(item.session == one.number for item in script.ISSUES)
        summary = (
            f"Lãnh đạo tỉnh đã nghe {heard} kiến nghị về {one.topic[:1].lower()}{one.topic[1:]}; mỗi việc được giao một cơ quan chủ trì "
            "và có hạn trả lời, doanh nghiệp xác nhận khi việc đã xong."
        )
        number = f"{one.number + 100}/TB-UBND"
        sessions.report(work, rows.session(work, one.number), conclusion_number=number, summary=summary)

    def _photos(self, work: Work, one: SessionScript) -> None:
        """Two are taken in, and one of them is published; the other waits for the visitor's own look."""
        session = rows.session(work, one.number)
        made = [
            photo
            for drawing in photographs.DRAWINGS
            for photo in photos.add(
                work,
                session,
                [Upload("anh.jpg", drawing.draw())],
                caption=drawing.caption,
                caption_en=drawing.caption_en,
                credit="Ảnh: Ban tổ chức (mẫu)",
                alt=drawing.alt,
                alt_en=drawing.alt_en,
            )
        ]
        photos.publish(work, made[0], nobody_unasked=True)

    # -- issues -----------------------------------------------------------------------------------

    def _raise(self, work: Work, one: IssueScript) -> None:
        registration = self._register(work, one.session, one.who, 2)
        issue = issues.submit(
            work,
            registration=registration,
            session=registration.session,
            title=one.title,
            description=one.text,
            kind=one.kind,
            visibility=one.visibility,
        )
        self.issue_numbers[one.key] = issue.number

    def _raise_coming(self, work: Work, row: tuple[str, ...]) -> None:
        key, title, text, _field, _lead, visibility, kind, _fate = row
        registration = rows.registration_of(work, script.COMING.number, key)
        issue = issues.submit(
            work,
            registration=registration,
            session=registration.session,
            title=title,
            description=text,
            kind=kind,
            visibility=visibility,
        )
        self.issue_numbers[f"coming:{title}"] = issue.number

    def _triage(self, work: Work, one: IssueScript) -> None:
        issue = rows.issue(work, self.issue_numbers[one.key])
        issues.accept(work, issue, field=rows.field(work, one.field), lead_department=rows.department(work, one.lead))
        for key in one.also:
            registration = self._register(work, one.session, key)
            issues.co_sign(work, issue, registration.enterprise, contact=registration.contact_id)

    def _triage_coming(self, work: Work) -> None:
        # What has no fate yet waits for the visitor's own triage.
        for _key, title, _text, field, lead, _visibility, _kind, fate in script.COMING_ISSUES:
            issue = rows.issue(work, self.issue_numbers[f"coming:{title}"])
            if fate in {"accept", "schedule"}:
                issues.accept(work, issue, field=rows.field(work, field), lead_department=rows.department(work, lead))
            if fate == "schedule":
                issues.set_agenda(work, rows.session(work, script.COMING.number), [(issue, 20)])
            elif fate == "decline":
                issues.decline(work, issue, reason="Giá điện do Bộ Công Thương quy định, tỉnh không có thẩm quyền.")
            elif fate == "ask":
                issues.request_information(
                    work, issue, question="Đề nghị cho biết tên kênh và chiều dài đoạn bồi lắng."
                )
            elif fate == "withdraw":
                issues.withdraw(work, issue)
            elif fate == "merge":
                first = rows.issue(work, self.issue_numbers[f"coming:{script.COMING_ISSUES[0][1]}"])
                issues.merge(work, issue, into=first)

    def _conclude(self, work: Work, one: IssueScript) -> None:
        lead = rows.department(work, one.lead)
        if not one.task:
            text = "Trả lời tại chỗ." if one.answer else "Đưa ra họp lãnh đạo tuần sau."
            outcome = "planned" if one.answer else ""
            issue = rows.issue(work, self.issue_numbers[one.key])
            followups.conclude(work, issue, text=text, answer=one.answer, outcome=outcome)
            return
        followups.conclude(
            work,
            rows.issue(work, self.issue_numbers[one.key]),
            text=f"Giao {lead.name} chủ trì: {one.task}",
            orders=[
                followups.FollowUpOrder(
                    lead_department=lead,
                    task=one.task,
                    coordinating=[rows.department(work, code) for code in one.along],
                    working_days=one.working_days,
                )
            ],
        )

    # -- follow-ups -------------------------------------------------------------------------------

    def _follow(self, work: Work, one: IssueScript, step: str, values: dict[str, Any]) -> None:
        if step in {"publish", "comments"}:
            (self._publish_issue if step == "publish" else self._comments)(work, one)
            return
        follow_up = rows.follow_up(work, self.issue_numbers[one.key])
        lead = follow_up.transfer_to if step == "accept_transfer" else follow_up.lead_department
        if lead is not None and step in {"accept", "progress", "answer", "transfer", "accept_transfer", "extend"}:
            work.actor = Actor(
                "staff", f"demo:{lead.code}", f"Cán bộ {lead.name}", frozenset({"officer"}), department_id=lead.id
            )
        if step in {"confirm", "reopen"}:
            work.actor = Actor("enterprise", name=follow_up.enterprise.name, enterprise_id=follow_up.enterprise_id)
        if step == "accept":
            followups.accept(work, follow_up)
        elif step == "transfer":
            to = rows.department(work, values["to"])
            followups.request_transfer(work, follow_up, to=to, reason=values["reason"], ground=values["ground"])
        elif step == "accept_transfer":
            followups.accept_transfer(work, follow_up)
        elif step == "decide":
            to = rows.department(work, values["to"])
            followups.decide_transfer(work, follow_up, to=to, reason=values["reason"])
        elif step == "extend":
            asked = self.time.day(*values["due_on"])
            followups.request_extension(work, follow_up, due_on=asked, reason=values["reason"])
            work.actor = ORGANIZER
            extension = work.db.scalars(select(Extension).where(Extension.follow_up_id == follow_up.id)).one()
            followups.grant_extension(work, extension)
        elif step == "lapse":
            work.actor = SYSTEM
            followups.lapse_unanswered(work)
        else:
            getattr(followups, step)(work, follow_up, **values)

    def _publish_issue(self, work: Work, one: IssueScript) -> None:
        issue = rows.issue(work, self.issue_numbers[one.key])
        answer = next(values["text"] for _d, _m, step, values in one.steps if step == "answer")
        issues.publish(work, issue, title=one.title, question=one.text, answer=answer)

    def _comments(self, work: Work, one: IssueScript) -> None:
        issue = rows.issue(work, self.issue_numbers[one.key])
        shown = issues.comment(
            work,
            issue,
            name="Độc giả mẫu",
            email=people.address("docgia1"),
            body="Rất mong sớm có nước cho mùa khô này.",
        )
        issues.moderate(work, work.db.get_one(Comment, shown.id), approve=True)
        issues.comment(
            work,
            issue,
            name="Chủ nhà hàng mẫu",
            email=people.address("docgia2"),
            body="Xin hỏi tuyến ống nối dài khi nào khởi công?",
        )
