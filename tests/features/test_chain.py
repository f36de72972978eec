"""The whole chain over HTTP and SMTP: every page, mail and state on the way, as the people who do it."""

from __future__ import annotations

import re
from typing import Any

import icalendar

from meetup.departments.service import create_field
from tests.features.chain import bring_in, command, deliver, hire, own_path, sign_in


def state_of(mount: Any, table: str) -> list[str]:
    from sqlalchemy import text

    with mount.database.connect() as connection:
        return list(connection.execute(text(f"SELECT state FROM meetup_{table} ORDER BY id")).scalars())


def test_the_chain(runner: Any, site: Any, mount: Any, smtp: Any, clock: Any, tmp_path: Any) -> None:
    bring_in(runner, tmp_path)
    hire(runner)
    admin = sign_in(site.test_client(), "admin@province.example")
    organizer = sign_in(site.test_client(), "thuky@province.example")
    visitor = site.test_client()

    # A programme and a field, then a session, published.
    done = admin.fill(
        "/organize/programmes/new", {"name": "Cà phê kết nối doanh nghiệp", "email": "caphe@province.example"}
    )
    assert done.status_code == 200
    with mount.work() as w:
        create_field(w, code="thue", name="Thuế")
        w.commit()
    done = organizer.fill(
        "/organize/sessions/new",
        {
            "title": "Cà phê kỳ đầu",
            "topic": "Thuế, hóa đơn",
            "starts_at": "2026-11-14T07:00",
            "ends_at": "2026-11-14T09:00",
            "venue": "Không gian Khởi nghiệp",
            "capacity": "3",
            "seats_per_enterprise": "2",
            "chair": "Nguyễn Văn Chủ",
            "chair_role": "Chủ tịch UBND tỉnh",
        },
    )
    assert done.status_code == 200, done.text[:1000]
    assert state_of(mount, "session") == ["draft"]
    with mount.database.connect() as connection:
        from sqlalchemy import text

        slug, uid = connection.execute(text("SELECT slug, uid FROM meetup_session")).one()
    desk = f"/organize/sessions/{slug}/"
    assert visitor.get(f"/sessions/{slug}").status_code == 404
    organizer.fill(desk, form=f"{desk}publish")
    assert state_of(mount, "session") == ["published"]
    page = visitor.get(f"/sessions/{slug}").text
    assert "Cà phê kỳ đầu" in page
    assert "14/11/2026" in page
    assert "07:00" in page

    # An invitation, which a calendar can take; its link is enough to reply.
    organizer.fill(
        f"{desk}invitations",
        {"rows": "9999900020;HTX Mẫu Hai;Trần Thị Bích;bich@hai.example;0290 000 0002"},
    )
    deliver(runner)
    invitation = smtp.last("bich@hai.example")
    (event,) = icalendar.Calendar.from_ical(invitation.calendar).walk("VEVENT")
    assert (str(event["UID"]), int(event["SEQUENCE"])) == (uid, 0)
    assert state_of(mount, "registration") == ["invited"]
    bich = site.test_client()
    hai = own_path(invitation.text)
    bich.fill(hai, {"response": "tentative"}, form=f"{hai}/reply")
    assert state_of(mount, "registration") == ["tentative"]

    # Another one registers on the public page, without an account.
    smtp.clear()
    asked = {
        "kind": "enterprise",
        "tax_code": "9999900013",
        "name": "Công ty TNHH Thủy sản Mẫu Một",
        "contact_name": "Nguyễn Văn An",
        "email": "an@mot.example",
        "phone": "0290 000 0001",
        "participants-0-name": "Nguyễn Văn An",
        "participants-0-position": "Giám đốc",
        "participants-1-name": "Trần Thị Ba",
        "consent": "y",
    }
    done = visitor.fill(f"/sessions/{slug}/register", asked)
    assert done.status_code == 200, done.text[:1000]
    assert state_of(mount, "registration") == ["tentative", "confirmed"]
    # Twice with the same tax code: the first is found, the link goes to the mailbox and never onto the screen.
    done = site.test_client().fill(f"/sessions/{slug}/register", {**asked, "email": "someone@else.example"})
    assert state_of(mount, "registration") == ["tentative", "confirmed"]
    assert "/r/" not in done.text.replace('href="/r/"', "")
    deliver(runner)
    assert not smtp.to("someone@else.example")
    own = own_path(smtp.to("an@mot.example")[0].text)
    assert own_path(smtp.to("an@mot.example")[-1].text) == own
    assert b"PARTSTAT=ACCEPTED" in smtp.to("an@mot.example")[0].calendar.replace(b"\r\n ", b"")

    # It moves: same UID, SEQUENCE 1.
    smtp.clear()
    organizer.fill(f"{desk}edit", {"starts_at": "2026-11-14T07:30", "ends_at": "2026-11-14T09:30"})
    deliver(runner)
    (event,) = icalendar.Calendar.from_ical(smtp.last("an@mot.example").calendar).walk("VEVENT")
    assert (str(event["UID"]), int(event["SEQUENCE"])) == (uid, 1)

    # An issue, with a document, asked back, accepted and put on the agenda.
    smtp.clear()
    an = site.test_client()
    done = an.fill(
        f"{own}/issues/new",
        {
            "title": "Hoàn thuế GTGT chậm",
            "description": "Hồ sơ hoàn thuế nộp ba tháng chưa có trả lời, ảnh hưởng vốn lưu động.",
            "attachments": (_pdf(), "ho-so.pdf"),
        },
    )
    assert done.status_code == 200, done.text[:1000]
    assert state_of(mount, "issue") == ["submitted"]
    with mount.database.connect() as connection:
        number = connection.execute(text("SELECT number FROM meetup_issue")).scalar_one()
    triage = f"/organize/issues/{number}"
    organizer.fill(triage, {"question": "Số hồ sơ nào?"}, form=f"{triage}/ask")
    assert state_of(mount, "issue") == ["needs_information"]
    mine = f"{own}/issues/{number}"
    an.fill(mine, {"text": "Hồ sơ số 12."}, form=f"{mine}/inform")
    organizer.fill(triage, {"field": "thue", "lead_department": "STC"}, form=f"{triage}/accept")
    assert state_of(mount, "issue") == ["accepted"]
    agenda = f"{desk}agenda"
    organizer.send(organizer.soup(agenda), agenda, {"add": str(number)})
    assert state_of(mount, "issue") == ["scheduled"]
    assert "07:30" in organizer.get(agenda).text
    deliver(runner)
    assert len(smtp.to("an@mot.example")) >= 3

    # The morning itself: check-in, on stage, the conclusion and what it orders.
    clock.travel(to="2026-11-14T07:30")
    organizer.fill(desk, form=f"{desk}hold")
    assert state_of(mount, "session") == ["held"]
    door = organizer.soup(f"{desk}check-in")
    check_in = next(
        form["action"]
        for form in door.find_all("form")
        if re.fullmatch(r"/organize/registrations/\d+/check-in", form.get("action", ""))
    )
    organizer.send(door, f"{desk}check-in", form=check_in)
    assert "attended" in state_of(mount, "registration")
    live = f"{desk}live"
    organizer.fill(live, {"issue": str(number)}, form=f"{live}/stage")
    assert "Hoàn thuế GTGT chậm" in organizer.get(f"{desk}projector").text
    done = organizer.fill(
        live,
        {
            "text": "Giao Sở Tài chính trả lời.",
            "lines": "STC 10 ngày làm việc: trả lời doanh nghiệp về hồ sơ hoàn thuế",
        },
        form=f"{live}/{number}",
    )
    assert done.status_code == 200, done.text[:1000]
    assert (state_of(mount, "issue"), state_of(mount, "follow_up")) == (["in_follow_up"], ["assigned"])
    smtp.clear()
    deliver(runner)
    assert smtp.to("stc@province.example")

    # The department.
    clock.travel(to="2026-11-16T09:00")
    officer = sign_in(site.test_client(), "canbo@stc.example")
    stranger = sign_in(site.test_client(), "canbo@sxd.example")
    with mount.database.connect() as connection:
        follow_up, due = connection.execute(text("SELECT number, due_on FROM meetup_follow_up")).one()
    assert str(due) == "2026-12-01"
    assert "01/12/2026" in officer.get("/department/").text
    work = f"/department/follow-ups/{follow_up}"
    assert stranger.get(work).status_code == 404
    officer.fill(work, form=f"{work}/accept")
    officer.fill(work, {"text": "Đã kiểm tra hồ sơ."}, form=f"{work}/progress")
    assert state_of(mount, "follow_up") == ["accepted"]
    assert "Đã kiểm tra hồ sơ." in an.get(mine).text
    officer.fill(
        work,
        {
            "outcome": "resolved",
            "text": "Số thuế được hoàn vào tài khoản ngày 20/11/2026 theo quyết định 45.",
            "legal_references": "Luật Quản lý thuế 38/2019/QH14",
        },
        form=f"{work}/answer",
    )
    assert state_of(mount, "follow_up") == ["answered"]
    organizer.fill(work, form=f"{work}/verify")
    assert (state_of(mount, "follow_up"), state_of(mount, "issue")) == (["verified"], ["answered"])
    smtp.clear()
    deliver(runner)
    told = smtp.to("an@mot.example")
    assert told

    # The enterprise reads, says no with its reason; the department answers again; then yes.
    answer_page = f"{own}/follow-ups/{follow_up}"
    assert f"/follow-ups/{follow_up}" in told[-1].text
    an.get(answer_page)
    assert state_of(mount, "follow_up") == ["verified"], "a GET changed something"
    an.fill(answer_page, {"reason": "Chưa nhận được tiền."}, form=f"{answer_page}/reopen")
    assert (state_of(mount, "follow_up"), state_of(mount, "issue")) == (["reopened"], ["in_follow_up"])
    officer.fill(work, form=f"{work}/accept")
    officer.fill(
        work,
        {"outcome": "resolved", "text": "Đã chuyển tiền ngày 23/11/2026, chứng từ số 99 kèm theo."},
        form=f"{work}/answer",
    )
    organizer.fill(work, form=f"{work}/verify")
    an.fill(answer_page, {"satisfaction": "4"}, form=f"{answer_page}/confirm")
    assert (state_of(mount, "follow_up"), state_of(mount, "issue")) == (["closed"], ["resolved"])

    # Published, on the board, in the results; the leader sees nothing late; the log is whole.
    organizer.fill(
        triage,
        {
            "title": "Hoàn thuế GTGT chậm",
            "question": "Hồ sơ hoàn thuế nộp ba tháng chưa có trả lời.",
            "answer": "Đã chuyển tiền ngày 23/11/2026.",
        },
        form=f"{triage}/publish",
    )
    public = visitor.get(f"/issues/{number}")
    assert public.status_code == 200
    assert "Đã chuyển tiền" in public.text
    assert "an@mot.example" not in public.text
    assert "Hoàn thuế" in visitor.get("/issues/?q=hoan thue").text
    assert "Sở Tài chính" in visitor.get("/results/").text
    leader = sign_in(site.test_client(), "lanhdao@province.example")
    assert leader.get("/leader/").status_code == 200
    organizer.fill(desk, form=f"{desk}report")
    assert state_of(mount, "session") == ["reported"]
    deliver(runner)
    command(runner, "audit", "verify")


def _pdf() -> Any:
    from io import BytesIO

    return BytesIO(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
