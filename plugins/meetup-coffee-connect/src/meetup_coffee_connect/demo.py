"""What the demo shows of a programme's year: a remedy, two initiatives, a review conference."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from meetup.api import Department, Work, frozen_periods
from meetup_coffee_connect.conferences import service as conferences
from meetup_coffee_connect.initiatives import service as initiatives
from meetup_coffee_connect.remedies import service as remedies


def tell(work: Work) -> None:
    """Add them to the demo; nothing where it has no tax office."""
    office = work.db.scalar(select(Department).where(Department.code == "THUE"))
    if office is None:
        return
    for period in frozen_periods(work)[:1]:
        remedy = remedies.plan(
            work,
            period,
            "on_time",
            task="Nhắc hạn trước năm ngày làm việc và giao một người theo dõi từng nhiệm vụ.",
            lead_department_id=office.id,
            due_on=period.ends_on + timedelta(days=180),
        )
        remedies.report(
            work,
            remedy,
            evidence="Đã phân công người theo dõi tại tất cả các phòng.",
            evidence_url="",
            version=remedy.version,
        )
    year = work.now.astimezone(work.zone).year
    best = initiatives.record(
        work,
        lead_department_id=office.id,
        year=year,
        title="Hoàn thuế theo mức rủi ro",
        text="Hồ sơ ít rủi ro được hoàn trước, kiểm tra sau.\nThời gian hoàn trung bình giảm từ 40 còn 12 ngày.",
        issues="",
        follow_ups="",
    )
    initiatives.publish(work, best)
    initiatives.choose(work, best)
    initiatives.record(
        work,
        lead_department_id=office.id,
        year=year,
        title="Bàn trợ giúp kê khai vào sáng thứ bảy",
        text="Hai cán bộ hướng dẫn kê khai cho hộ kinh doanh mới thành lập.",
        issues="",
        follow_ups="",
    )
    conference = conferences.prepare(
        work,
        year=year - 1,
        held_on=date(year, 1, 16),
        venue="Hội trường UBND tỉnh",
        minutes="Chủ tọa khai mạc.\nCác sở báo cáo kết quả.\nDoanh nghiệp phát biểu ý kiến.",
        lessons="Trả lời sớm một phần tốt hơn trả lời muộn toàn bộ.",
        report_url="",
    )
    conferences.publish(work, conference)
