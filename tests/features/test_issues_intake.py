"""Handing in an issue: by link, by anyone, by the staff; what is sniffed, stripped and refused."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from meetup.enterprises.models import Consent, Contact, Enterprise
from meetup.issues.models import Attachment, Issue
from meetup.links import veiled
from meetup.outbox.models import Outgoing
from tests.features.issuing import ORGANIZER, Province, Unit, build, officer
from tests.rig.visitor import Visitor, parse

if TYPE_CHECKING:
    from meetup.mount import Mount


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


ISSUE = {"title": "Thuê đất mở rộng kho lạnh", "description": "Hồ sơ nộp hơn 6 tháng tại xã Sông Đốc."}
SENDER = {
    "sender_name": "HTX Lúa tôm Mẫu Hai",
    "sender_kind": "cooperative",
    "name": "Ông Hai",
    "email": "hai@example.com",
}


def test_an_issue_by_link_has_its_number_and_receipt_at_once(client: Visitor, province: Province) -> None:
    answer = client.fill(f"/r/{province.thuy}/issues/new", {**ISSUE, "visibility": "anonymous", "field": "land"})
    assert answer.status_code == 200
    number = int(re.search(r"/issues/(\d+)", answer.request.path).group(1))  # type: ignore[union-attr]
    assert 1_000_000 <= number <= 9_999_999
    issue = province.issue(number)
    assert (issue.state, issue.visibility, issue.session_id, issue.channel) == (
        "submitted", "anonymous", province.session, "portal",
    )  # fmt: skip
    (receipt,) = province.mails("issue_received")
    assert (receipt.recipient, receipt.context) == ("thuy@example.com", {"issue": issue.id})
    assert str(number) in answer.text


def test_twice_the_same_click_is_one_issue(client: Visitor, province: Province) -> None:
    page = client.soup(f"/r/{province.thuy}/issues/new")
    first = client.send(page, f"/r/{province.thuy}/issues/new", ISSUE)
    second = client.send(page, f"/r/{province.thuy}/issues/new", ISSUE)
    assert first.request.path == second.request.path
    assert len(province.mails("issue_received")) == 1


def test_what_was_answered_before_is_shown_first(client: Visitor, province: Province) -> None:
    known = province.raise_issue("Xin thuê đất làm kho lạnh", of="mai", to="published")
    answer = client.fill(f"/r/{province.thuy}/issues/new", {"title": "thue dat kho lanh", "description": "x"})
    page = parse(answer)
    assert page.select_one(f'#similar a[href="/issues/{known}"]') is not None
    assert page.select_one("[name=looked]")["value"] == "1"  # type: ignore[index]
    assert page.select_one("[name=title]")["value"] == "thue dat kho lanh"  # type: ignore[index]
    assert len(province.mails("issue_received")) == 1
    again = client.send(page, f"/r/{province.thuy}/issues/new", {"title": "thue dat kho lanh"}, form="#issue-form")
    assert again.status_code == 200
    assert len(province.mails("issue_received")) == 2
    part = client.get("/issues/similar?q=THUÊ ĐẤT KHO").text
    assert f"/issues/{known}" in part and "<html" not in part


def test_who_has_the_same_difficulty_co_signs(client: Visitor, province: Province) -> None:
    known = province.raise_issue("Xin thuê đất làm kho lạnh", of="mai", to="published")
    path = f"/r/{province.thuy}/issues/new"
    page = parse(client.fill(path, {"title": "thue dat kho lanh", "description": "x"}))
    for _ in range(2):
        client.send(page, path, form=f"/r/{province.thuy}/issues/{known}/co-sign")
    shown = client.get(f"/issues/{known}?lang=en").text
    assert "1 other enterprise has the same difficulty" in shown


def test_anyone_may_send_one_and_follow_it_by_mail(client: Visitor, province: Province, work: Unit) -> None:
    answer = client.fill("/issues/new", {**ISSUE, **SENDER, "consent": "y"})
    assert answer.request.path.startswith("/issues/sent/")
    assert "/i/" not in answer.text
    with work() as w:
        issue = w.db.scalars(select(Issue)).one()
        assert (issue.registration_id, issue.session_id) == (None, None)
        assert w.db.scalar(select(Consent.purpose)) == "registration"
        assert w.db.scalar(select(Outgoing.recipient)) == "hai@example.com"
        token = w.token("issue", issue.subject)
        w.commit()
    page = client.get(f"/i/{token}")
    assert ISSUE["title"] in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    client.fill(f"/i/{token}", {"body": "Xin bổ sung"}, form=f"/i/{token}/write")
    assert "Xin bổ sung" in client.get(f"/i/{token}").text
    assert client.get(f"/i/{token[:-1]}x").status_code == 404


def test_a_citizen_needs_no_tax_code_and_no_name_of_an_enterprise(
    client: Visitor, province: Province, work: Unit
) -> None:
    data = {**ISSUE, "sender_kind": "citizen", "name": "Bà Tư", "email": "tu@example.com", "consent": "y"}
    assert client.fill("/issues/new", data).request.path.startswith("/issues/sent/")
    with work(write=False) as w:
        assert w.db.scalars(select(Enterprise).where(Enterprise.kind == "citizen")).one().name == "Bà Tư"


def test_the_staff_enters_one_for_a_caller(client: Visitor, province: Province) -> None:
    assert client.get("/organize/issues/new").status_code == 302
    province.sign_in(ORGANIZER)
    data = {**ISSUE, **SENDER, "channel": "phone", "session": "ky-37", "consent": "y", "language": "en"}
    answer = client.fill("/organize/issues/new", data)
    number = int(answer.request.path.rpartition("/")[2])
    issue = province.issue(number)
    assert (issue.channel, issue.session_id) == ("phone", province.session)
    (receipt,) = province.mails("issue_received")
    assert (receipt.recipient, receipt.locale) == ("hai@example.com", "en")


def test_about_conduct_nothing_is_public_and_only_the_head_is_told(client: Visitor, province: Province) -> None:
    number = province.raise_issue("Cán bộ gây khó", kind="conduct", visibility="public", to="accepted")
    assert province.issue(number).visibility == "confidential"
    (told,) = province.mails("issue_assigned")
    assert told.recipient == "giamdoc@province.example"
    province.sign_in(officer(province.land))
    assert client.get(f"/organize/issues/{number}").status_code == 404
    assert all(mail.recipient != "snnmt@province.example" for mail in province.mails())


# --- Files ---------------------------------------------------------------------------------------------------------


def picture(kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(out, kind, **options)
    return out.getvalue()


def with_place(kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "GPSCAMERA"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (9.0, 10.0, 37.5)
    return picture(kind, exif=exif.tobytes())


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return out.getvalue()


def hand_in(client: Visitor, province: Province, *files: tuple[str, bytes]) -> Any:
    path = f"/r/{province.thuy}/issues/new"
    return client.fill(path, {**ISSUE, "attachments": [(io.BytesIO(content), name) for name, content in files]})


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("bản vẽ.pdf", b"%PDF-1.7\n...", "application/pdf"),
        ("x.exe", picture("PNG"), "image/png"),
        ("ảnh.jpg", with_place(), "image/jpeg"),
        ("a.webp", with_place("WEBP"), "image/webp"),
        (
            "đơn.docx",
            office("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("b.xlsx", office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("ghi chú.txt", "Kính gửi".encode(), "text/plain"),
    ],
)
def test_a_file_is_what_its_content_says(
    client: Visitor, province: Province, work: Unit, name: str, content: bytes, kind: str
) -> None:
    assert hand_in(client, province, (name, content)).status_code == 200
    with work(write=False) as w:
        row = w.db.scalars(select(Attachment)).one()
        number = w.db.scalar(select(Issue.number))
    assert row.content_type == kind
    assert not row.name.endswith(".exe")
    got = client.get(f"/r/{province.thuy}/issues/{number}/files/{veiled(w.mount.secret, row.subject)}")
    assert got.status_code == 200
    assert got.headers["Content-Disposition"].startswith("attachment; ")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert b"GPSCAMERA" not in got.data
    if kind in ("image/jpeg", "image/webp"):
        shown = Image.open(io.BytesIO(got.data))
        assert not dict(shown.getexif())
        # Orientation 6: it stands upright without being told so.
        assert shown.size == (20, 40)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00" + bytes(200),
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"\xff\xd8\xff" + b"a" * 90,
        office("word/document.xml", "word/vbaProject.bin"),
        b"PK\x03\x04" + bytes(60),
    ],
)
def test_other_files_are_refused_and_nothing_is_kept_by_half(
    client: Visitor, province: Province, work: Unit, content: bytes
) -> None:
    answer = hand_in(client, province, ("a.pdf", content), ("b.txt", b"good"))
    assert answer.status_code == 422
    page = parse(answer)
    assert page.select_one("#attachments-error") is not None
    assert page.select_one("[name=title]")["value"] == ISSUE["title"]  # type: ignore[index]
    with work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Issue)) == 0
        assert w.db.scalar(select(func.count()).select_from(Attachment)) == 0
    assert not [one for one in province.mount.storage.folder.rglob("*") if one.is_file()]  # type: ignore[attr-defined]


def test_too_many_and_too_large(client: Visitor, province: Province) -> None:
    many = hand_in(client, province, *[(f"{n}.txt", b"x") for n in range(4)])
    large = hand_in(client, province, ("a.txt", b"x" * (10 * 1024 * 1024 + 1)))
    assert (many.status_code, large.status_code) == (422, 422)


def test_a_name_cannot_lead_anywhere(client: Visitor, province: Province, work: Unit) -> None:
    hand_in(client, province, ('../../etc/pas"swd\r\nX-Evil: 1\u202e.pdf', b"%PDF-1.4"))
    with work(write=False) as w:
        row = w.db.scalars(select(Attachment)).one()
        number = w.db.scalar(select(Issue.number))
    assert "/" not in row.name and "\n" not in row.name
    got = client.get(f"/r/{province.thuy}/issues/{number}/files/{veiled(w.mount.secret, row.subject)}")
    assert "X-Evil" not in got.headers


# --- Hostile input -------------------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE meetup_issue; --",
    "dòng\r\nBcc: all@example.com",
    "🦐🇻🇳 a\u0301\u0323 x\u0300\u0301\u0302",
    "\u202eabc\u2066",
    "a\x00b\x07c",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_only_words(client: Visitor, province: Province, work: Unit, words: str) -> None:
    data = {**SENDER, "title": words, "description": words, "procedure": words, "name": words, "consent": "y"}
    answer = client.fill("/issues/new", data)
    assert answer.status_code == 200, answer.text[:3000]
    with work() as w:
        issue = w.db.scalars(select(Issue)).one()
        assert "\n" not in issue.title and "\x00" not in issue.description
        token = w.token("issue", issue.subject)
        w.commit()
    page = client.get(f"/i/{token}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("description", ""),
        ("description", "x" * 10_001),
        ("visibility", "everyone"),
        ("kind", "rant"),
        ("field", "nothing"),
        ("suggested_department", "NOBODY"),
        ("email", "no address"),
        ("email", "a@example.com\r\nBcc: b@example.com"),
        ("email", ""),
        ("phone", "call me"),
        ("tax_code", "1234567890"),
        ("sender_kind", "ghost"),
        ("sender_name", ""),
        ("name", ""),
        ("consent", None),
    ],
)
def test_a_wrong_field_is_told_at_its_place(
    client: Visitor, province: Province, work: Unit, field: str, value: Any
) -> None:
    data = {**ISSUE, **SENDER, "consent": "y", field: value}
    answer = client.fill("/issues/new", data)
    assert answer.status_code == 422
    page = parse(answer)
    errors = page.select_one(f"#{field}-error")
    assert errors is not None and errors.get_text(strip=True)
    english = ("Field", "Not a", "This ", "Invalid", "Without", "Please")
    assert not errors.get_text(strip=True).startswith(english), "in the page's language"
    if field != "title":
        assert page.select_one("[name=title]")["value"] == ISSUE["title"]  # type: ignore[index]
    with work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Issue)) == 0
        assert w.db.scalar(select(func.count()).select_from(Contact).where(Contact.email == "hai@example.com")) == 0
