"""The demo's answers: for each session that was held, and for what solutions brought."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from meetup.api import FollowUp, Issue, Registration, Session, Work
from meetup_survey.models import OUTCOME, SESSION, Answer, Ask, Outcome
from meetup_survey.questions import questions_of, store_standard

#: Marks for use and for the point, the choice, and words: what those who came say, one after the other.
_SAID = (
    (5, 4, 1, "Nên công bố thời hạn trả lời ngay tại buổi gặp."),
    (4, 4, 1, ""),
    (5, 5, 1, "Rất thẳng thắn. Mong có thêm đại diện ngân hàng."),
    (3, 2, 2, "Thời gian cho mỗi doanh nghiệp còn ngắn."),
    (4, 5, 1, ""),
    (4, 3, 1, "Gửi trước danh sách câu hỏi để các sở chuẩn bị kỹ hơn."),
    (5, 4, 2, ""),
)
#: Working days saved, VND and jobs.
_BROUGHT = ((12, 480_000_000, 6), (5, 35_000_000, 0), (20, None, 14), (3, 8_500_000, 2), (8, 120_000_000, None))


def fill(work: Work) -> None:
    """Add them; every fourth was asked and has not answered."""
    sessions = work.db.scalars(
        select(Session).where(Session.state.in_(("held", "reported"))).order_by(Session.starts_at, Session.id)
    ).all()
    for programme_id in dict.fromkeys(one.programme_id for one in sessions):
        store_standard(work, programme_id)
    for one in sessions:
        _about(work, one)
    _brought(work)


def _about(work: Work, session: Session) -> None:
    asked = questions_of(work.db, session.programme_id)
    came = work.db.scalars(
        select(Registration)
        .where(Registration.session_id == session.id, Registration.state == "attended")
        .order_by(Registration.id)
    ).all()
    for at, one in enumerate(came):
        ask = _asked(
            work,
            Ask.registration_id == one.id,
            kind=SESSION,
            programme_id=session.programme_id,
            session_id=session.id,
            registration_id=one.id,
            contact_id=one.contact_id,
            asked_at=session.ends_at + timedelta(hours=3),
            closes_at=session.ends_at + timedelta(days=14, hours=3),
        )
        if at % 4 != 3:
            ask.answered_at = ask.asked_at + timedelta(hours=1 + at)
        if ask.answered_at is None:
            continue
        for question, said in zip(asked, _SAID[at % len(_SAID)], strict=True):
            if said != "":
                number, text = (said, "") if isinstance(said, int) else (None, said)
                work.db.add(Answer(ask_id=ask.id, question_id=question.id, number=number, text=text))


def _brought(work: Work) -> None:
    rows = work.db.execute(
        select(FollowUp, Issue)
        .join(Issue, Issue.id == FollowUp.issue_id)
        .where(FollowUp.state == "closed", FollowUp.closing == "confirmed", Issue.kind != "conduct")
        .order_by(FollowUp.id)
    ).all()
    for at, (one, issue) in enumerate(rows):
        days, money, jobs = _BROUGHT[at % len(_BROUGHT)]
        ask = _asked(
            work,
            Ask.follow_up_id == one.id,
            kind=OUTCOME,
            programme_id=issue.programme_id,
            session_id=one.session_id,
            follow_up_id=one.id,
            contact_id=issue.contact_id,
            asked_at=work.now - timedelta(days=3),
            closes_at=work.now + timedelta(days=11),
        )
        ask.answered_at = ask.asked_at + timedelta(hours=20)
        work.db.add(Outcome(ask_id=ask.id, days_saved=days, money_vnd=money, jobs=jobs, text=""))


def _asked(work: Work, which: Any, **values: Any) -> Ask:
    """The question that the worker asked while the story was told, or one as it would have asked."""
    ask = work.db.scalars(select(Ask).where(which)).first()
    if ask is None:
        ask = Ask(**values, version=1)
        work.db.add(ask)
        work.db.flush()
    return ask
