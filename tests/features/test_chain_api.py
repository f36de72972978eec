"""The whole chain over the API alone, from `meetup import` to a closed follow-up in the scorecards."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import icalendar
import pytest

from tests.features.chain import Api, bring_in, deliver, tokens_of


@pytest.fixture
def token(runner: Any) -> Any:
    return tokens_of(runner)


def test_the_chain(runner: Any, site: Any, smtp: Any, clock: Any, token: Any, tmp_path: Any) -> None:
    bring_in(runner, tmp_path)
    admin = Api(site, token("admin"))
    organizer = Api(site, token("organizer"))
    officer = Api(site, token("officer", "--department", "STC"))
    stranger = Api(site, token("officer", "--department", "SXD"))

    programme = admin.call(
        "POST",
        "/programmes",
        {
            "name": "Cà phê kết nối doanh nghiệp",
            "legal_basis": {"name": "Kế hoạch", "number": "01/KH-UBND", "date": "2026-01-05"},
            "rules": {"confirm_days": 10},
        },
        201,
    ).get_json()
    admin.call("POST", "/fields", {"code": "thue", "name": "Thuế"}, 201)

    session = organizer.call(
        "POST",
        "/sessions",
        {
            "programme": programme["id"],
            "title": "Cà phê kỳ đầu",
            "topic": "Thuế, hóa đơn",
            "starts_at": "2026-11-14T07:00:00+07:00",
            "ends_at": "2026-11-14T09:00:00+07:00",
            "timezone": "Asia/Ho_Chi_Minh",
            "venue": "Không gian Khởi nghiệp",
            "capacity": 3,
            "seats_per_enterprise": 2,
        },
        201,
    ).get_json()
    assert (session["state"], session["sequence"]) == ("draft", 0)
    sid = session["id"]
    published = organizer.call("POST", f"/sessions/{sid}/publish", status=200).get_json()
    assert (published["state"], published["number"]) == ("published", 1)

    invited = organizer.call(
        "POST",
        f"/sessions/{sid}/invitations",
        [
            {"tax_code": "9999900020", "name": "HTX Mẫu Hai", "contact_name": "Bích", "email": "bich@hai.example"},
            {"tax_code": "1234567890", "name": "Sai mã", "contact_name": "Ai", "email": "not an address"},
        ],
        202,
    ).get_json()
    assert invited["sent"] == 1
    assert len(invited["faults"]) == 1
    deliver(runner)
    (invitation,) = smtp.to("bich@hai.example")
    calendar = icalendar.Calendar.from_ical(invitation.calendar)
    assert calendar["METHOD"] == "REQUEST"
    (event,) = calendar.walk("VEVENT")
    assert event["UID"] == session["uid"]
    assert int(event["SEQUENCE"]) == 0

    smtp.clear()
    body = {
        "enterprise": {"kind": "enterprise", "tax_code": "9999900013", "name": "Thủy sản Mẫu Một", "sector": ""},
        "contact": {"name": "Nguyễn Văn An", "email": "an@mot.example", "phone": "0290 000 0001", "language": "vi"},
        "participants": [{"name": "Nguyễn Văn An", "position": "Giám đốc"}, {"name": "Trần Thị Ba", "position": ""}],
        "response": "accepted",
        "consent": True,
    }
    first = organizer.call("POST", f"/sessions/{sid}/registrations", body, 201, **{"Idempotency-Key": "r-1"})
    again = organizer.call("POST", f"/sessions/{sid}/registrations", body, 201, **{"Idempotency-Key": "r-1"})
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    registration = first.get_json()
    assert (registration["state"], registration["seats"]) == ("confirmed", 2)
    assert registration["manage_url"].startswith("http://localhost/r/")
    deliver(runner)
    (confirmation,) = smtp.to("an@mot.example")
    assert registration["manage_url"] in confirmation.text
    assert b"PARTSTAT=ACCEPTED" in confirmation.calendar.replace(b"\r\n ", b"")

    # Two more seats are asked for and one is left: the waiting list.
    waiting = organizer.call(
        "POST",
        f"/sessions/{sid}/registrations",
        {
            **body,
            "enterprise": {"kind": "enterprise", "tax_code": "9999900038", "name": "Chế biến Mẫu Ba", "sector": ""},
            "contact": {**body["contact"], "email": "cuong@ba.example"},
        },
        201,
    ).get_json()
    assert (waiting["state"], waiting["waitlist_position"]) == ("waitlisted", 1)

    # A significant change reaches those who registered, with the same UID and SEQUENCE 1.
    smtp.clear()
    read = organizer.call("GET", f"/sessions/{sid}", status=200)
    moved = organizer.call(
        "PATCH",
        f"/sessions/{sid}",
        {"starts_at": "2026-11-14T07:30:00+07:00", "ends_at": "2026-11-14T09:30:00+07:00"},
        200,
        **{"If-Match": read.headers["ETag"]},
    )
    assert (moved.get_json()["state"], moved.get_json()["sequence"]) == ("published", 1)
    stale = organizer.call("PATCH", f"/sessions/{sid}", {"venue": "x"}, 412, **{"If-Match": read.headers["ETag"]})
    assert stale.content_type == "application/problem+json"
    deliver(runner)
    (update,) = smtp.to("an@mot.example")
    (event,) = icalendar.Calendar.from_ical(update.calendar).walk("VEVENT")
    assert (event["UID"], int(event["SEQUENCE"])) == (session["uid"], 1)

    # Issues.
    smtp.clear()
    issue = organizer.call(
        "POST",
        f"/sessions/{sid}/issues",
        {
            "registration_id": registration["id"],
            "title": "Hoàn thuế GTGT chậm",
            "description": "Hồ sơ hoàn thuế nộp ba tháng chưa có trả lời, ảnh hưởng vốn lưu động.",
            "field": "thue",
            "visibility": "public",
        },
        201,
    ).get_json()
    assert issue["state"] == "submitted"
    iid = issue["id"]
    refused = organizer.call("POST", f"/issues/{iid}/conclusion", {"text": "x", "follow_ups": []}, 409).get_json()
    assert "accept" in refused["possible"]
    organizer.call("POST", f"/issues/{iid}/request-information", {"question": "Số hồ sơ nào?"}, 200)
    organizer.call("POST", f"/issues/{iid}/inform", {"text": "Hồ sơ số 12."}, 200)
    accepted = organizer.call(
        "POST", f"/issues/{iid}/accept", {"field": "thue", "lead_department": "STC"}, 200
    ).get_json()
    assert (accepted["state"], accepted["lead_department"]) == ("accepted", "STC")
    agenda = organizer.call("PUT", f"/sessions/{sid}/agenda", [{"issue_id": iid, "minutes": 15}], 200).get_json()
    assert agenda[0]["starts_at"].startswith("2026-11-14T07:30:00")
    assert organizer.call("GET", f"/issues/{iid}").get_json()["state"] == "scheduled"
    deliver(runner)
    assert len(smtp.to("an@mot.example")) >= 3

    # The session.
    clock.travel(to="2026-11-14T07:30")
    organizer.call("POST", f"/sessions/{sid}/hold", status=200)
    checked = organizer.call("POST", f"/registrations/{registration['id']}/check-in", status=200).get_json()
    assert checked["state"] == "attended"
    (follow_up,) = organizer.call(
        "POST",
        f"/issues/{iid}/conclusion",
        {
            "text": "Giao Sở Tài chính trả lời.",
            "follow_ups": [
                {
                    "lead_department": "STC",
                    "coordinating_departments": ["SXD"],
                    "task": "Trả lời doanh nghiệp về hồ sơ hoàn thuế.",
                    "working_days": 10,
                }
            ],
        },
        201,
    ).get_json()
    # Received on a Saturday: counted from Monday 16/11; 24/11 is a public holiday.
    assert (follow_up["state"], follow_up["due_on"]) == ("assigned", "2026-12-01")
    fid = follow_up["id"]
    organizer.call("POST", f"/sessions/{sid}/report", {"conclusion_number": "01/TB-UBND"}, 200)
    smtp.clear()
    deliver(runner)
    assert smtp.to("stc@province.example")

    # The department.
    clock.travel(to="2026-11-16T09:00")
    assert officer.call("GET", f"/follow-ups/{fid}").status_code == 200
    officer.call("POST", f"/follow-ups/{fid}/accept", status=200)
    officer.call("POST", f"/follow-ups/{fid}/progress", {"text": "Đã kiểm tra hồ sơ."}, 200)
    asked = officer.call("POST", f"/follow-ups/{fid}/transfer", {"to": "SXD", "reason": "Thuộc Sở Xây dựng."}, 200)
    assert asked.get_json()["state"] == "transfer_requested"
    assert asked.get_json()["lead_department"] == "STC"
    back = stranger.call("POST", f"/follow-ups/{fid}/refuse-transfer", {"reason": "Không thuộc thẩm quyền."}, 200)
    assert (back.get_json()["state"], back.get_json()["lead_department"]) == ("accepted", "STC")
    extended = officer.call(
        "POST", f"/follow-ups/{fid}/extend", {"due_on": "2026-12-08", "reason": "Chờ xác minh."}, 200
    ).get_json()
    assert (extended["due_on"], extended["first_due_on"]) == ("2026-12-01", "2026-12-01")
    nothing = officer.call("POST", f"/follow-ups/{fid}/answer", {"text": "Ghi nhận.", "outcome": "noted"})
    assert nothing.status_code == 422
    assert "outcome" in nothing.get_json()["errors"]
    answered = officer.call(
        "POST",
        f"/follow-ups/{fid}/answer",
        {
            "text": "Hồ sơ đủ điều kiện; số thuế được hoàn trong 5 ngày làm việc kể từ hôm nay.",
            "outcome": "resolved",
            "legal_references": "Luật Quản lý thuế 38/2019/QH14",
        },
        200,
    ).get_json()
    assert answered["state"] == "answered"
    assert organizer.call("POST", f"/follow-ups/{fid}/confirm", {"satisfaction": 5}).status_code == 409
    organizer.call("POST", f"/follow-ups/{fid}/send-back", {"reason": "Nêu rõ ngày hoàn."}, 200)
    officer.call(
        "POST",
        f"/follow-ups/{fid}/answer",
        {"text": "Số thuế được hoàn vào tài khoản ngày 20/11/2026 theo quyết định 45.", "outcome": "resolved"},
        200,
    )
    organizer.call("POST", f"/follow-ups/{fid}/verify", status=200)
    smtp.clear()
    deliver(runner)
    assert smtp.to("an@mot.example")

    # The enterprise says no, then yes.
    reopened = organizer.call("POST", f"/follow-ups/{fid}/reopen", {"reason": "Chưa nhận được tiền."}, 200).get_json()
    assert reopened["state"] == "reopened"
    assert organizer.call("GET", f"/issues/{iid}").get_json()["state"] == "in_follow_up"
    officer.call("POST", f"/follow-ups/{fid}/accept", status=200)
    officer.call(
        "POST",
        f"/follow-ups/{fid}/answer",
        {"text": "Đã chuyển tiền ngày 23/11/2026, chứng từ số 99 kèm theo thư này.", "outcome": "resolved"},
        200,
    )
    organizer.call("POST", f"/follow-ups/{fid}/verify", status=200)
    closed = organizer.call("POST", f"/follow-ups/{fid}/confirm", {"satisfaction": 4}, 200).get_json()
    assert (closed["state"], closed["closing"], closed["satisfaction"]) == ("closed", "confirmed", 4)
    assert organizer.call("GET", f"/issues/{iid}").get_json()["state"] == "resolved"
    deliver(runner)

    # Results, log.
    rows = organizer.call("GET", "/scorecards?by=department", status=200).get_json()["items"]
    (row,) = [row for row in rows if row["assigned"]]
    assert (row["assigned"], row["late"], row["overdue_now"]) == (1, 0, 0)
    log = organizer.call("GET", f"/activity?subject=issue:{iid}&limit=500", status=200).get_json()["items"]
    arrows = [entry["action"] for entry in log if entry["after"]]
    assert (arrows[0], arrows[-1]) == ("issue.submit", "issue.resolve")
    whole = organizer.call("GET", "/activity?limit=500", status=200).get_json()["items"]
    actions = [entry["action"] for entry in whole]
    for action in ("session.publish", "registration.accept", "issue.accept", "follow_up.assign", "follow_up.confirm"):
        assert action in actions
    assert all(after["prev_hash"] == before["hash"] for before, after in pairwise(whole))
    result = runner.invoke(args=["meetup", "audit", "verify"])
    assert result.exit_code == 0, result.output

    page = site.test_client().get("/results/")
    assert page.status_code == 200
    assert "Sở Tài chính" in page.text
