"""Every way in ends in one queue with its channel named; the programme's page counts them; papers to print."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from meetup.issues.models import Issue
from meetup.sessions.models import Session
from tests.features.following import Province, build

WAYS = {"hotline": "Hotline", "paper": "Paper form", "dialogue": "Formal dialogue"}


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"MEETUP_PLUGINS": "coffee-connect", "MEETUP_AUTHORITY": "Ủy ban nhân dân tỉnh Cà Mau"}


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def entered(province: Province, channel: str, times: int = 1) -> None:
    """The secretary enters what came in by `channel`."""
    typed = {
        "channel": channel,
        "session": "ky-1",
        "title": f"Qua kênh {channel} {times}",
        "description": "Hồ sơ nộp ba tháng chưa có trả lời.",
        "sender_name": "HTX Lúa tôm Mẫu Hai",
        "sender_kind": "cooperative",
        "name": "Trần Văn Bình",
        "email": f"{channel}@binh.example",
        "consent": "y",
    }
    done = province.as_("organizer").fill("/organize/issues/new", typed)
    assert done.status_code == 200, done.text


@pytest.mark.parametrize("channel", WAYS)
def test_whatever_the_way_it_stands_in_the_one_queue_with_its_channel(province: Province, channel: str) -> None:
    entered(province, channel)
    queue = province.as_("organizer").soup("/organize/issues/")
    row = next(one for one in queue.select("[data-issue-row]") if f"Qua kênh {channel}" in one.get_text())
    assert WAYS[channel] in row.get_text()
    assert WAYS[channel] in province.as_("organizer").get(row.a["href"]).text


def test_the_programmes_page_counts_each_way(province: Province) -> None:
    for times in (1, 2):
        entered(province, "hotline", times)
    entered(province, "paper")
    ways = [li.get_text(" ", strip=True) for li in province.as_("nobody").soup("/programme/").select("#ways ~ ul li")]
    assert any("Hotline" in one and "2 issues received" in one for one in ways)
    assert any("Paper form" in one and "1 issue received" in one for one in ways)
    assert any("Formal dialogue" in one and "received" not in one for one in ways)
    with province.work() as w:
        w.db.execute(update(Issue).where(Issue.channel == "paper").values(state="withdrawn"))
        w.commit()
    assert "1 issue received" not in province.as_("nobody").get("/programme/").text


def test_the_next_sessions_stand_under_the_rhythm(province: Province) -> None:
    assert "Cà phê kỳ đầu" in province.as_("nobody").soup("/programme/").find(id="rhythm").parent.get_text()
    with province.work() as w:
        w.db.execute(update(Session).values(is_private=True))
        w.commit()
    assert "Cà phê kỳ đầu" not in province.as_("nobody").get("/programme/").text
    with province.work() as w:
        session = w.db.scalars(select(Session)).one()
        session.is_private, session.starts_at = False, w.now - timedelta(days=1)
        w.commit()
    assert "Cà phê kỳ đầu" not in province.as_("nobody").get("/programme/").text, "it is over"


def test_the_paper_form_is_one_link_away(province: Province) -> None:
    link = province.as_("nobody").soup("/programme/").select_one('#ways ~ ul a[href="/programme/form"]')
    assert link is not None
    sheet = province.as_("nobody").soup("/programme/form?lang=vi").get_text(" ", strip=True)
    for said in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "ỦY BAN NHÂN DÂN TỈNH CÀ MAU", "NGƯỜI GỬI", "đồng ý"):
        assert said in sheet


def test_the_letter_of_invitation_of_a_session(province: Province) -> None:
    desk = province.as_("organizer").soup("/organize/sessions/ky-1/")
    assert desk.select_one('a[href="/organize/sessions/ky-1/letter"]') is not None
    sheet = province.as_("organizer").soup("/organize/sessions/ky-1/letter?lang=vi").get_text(" ", strip=True)
    for said in ("GIẤY MỜI", "Kính gửi", "Cà phê kỳ đầu", "Không gian Khởi nghiệp", "/sessions/ky-1", "Nơi nhận:"):
        assert said in sheet
    assert province.as_("organizer").get("/organize/sessions/none/letter").status_code == 404
    assert province.as_("STC").get("/organize/sessions/ky-1/letter").status_code == 403
    assert province.as_("nobody").get("/organize/sessions/ky-1/letter").status_code == 302
