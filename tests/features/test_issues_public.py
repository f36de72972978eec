"""What the public reads: the redacted text, its stamp and corrections, comments; and what it never gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from meetup.issues import queries, service
from meetup.issues.models import Comment, CoSigner, Issue
from meetup.issues.publication import text_hash
from tests.features.issuing import ORGANIZER, SECRET, Province, Unit, build
from tests.rig.visitor import Visitor, parse

if TYPE_CHECKING:
    from meetup.mount import Mount

NOTE = "Email của bạn sẽ không được hiển thị công khai"


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


def publish(client: Visitor, number: int, **data: str) -> Any:
    path = f"/organize/issues/{number}"
    return client.fill(path, data, form="#publish form")


def test_publishing_is_a_step_of_its_own_with_a_preview(client: Visitor, province: Province) -> None:
    number = province.raise_issue("Thuê đất", description=f"{SECRET}, gọi 0912 345 678", to="answered")
    assert client.get(f"/issues/{number}").status_code == 404
    province.sign_in(ORGANIZER)
    page = client.soup(f"/organize/issues/{number}")
    assert "0912 345 678" in page.select_one(".mu-note.mu-tone--warn").get_text()  # type: ignore[union-attr]
    assert publish(client, number, question="").status_code == 422
    assert publish(client, number, question="Chờ lâu", answer="").status_code == 422
    answer = publish(client, number, title="Thuê đất kho lạnh", question="Chờ lâu", answer="Đã cấp giấy")
    assert answer.status_code == 200
    shown = client.get(f"/issues/{number}").text
    assert "Chờ lâu" in shown and SECRET not in shown and "0912" not in shown
    assert text_hash(number, "Thuê đất kho lạnh", "Chờ lâu", "Đã cấp giấy") in shown
    assert "Công ty Thủy sản Mẫu Một" in shown
    assert "Luật Đất đai" in shown
    (told,) = province.mails("issue_published")
    assert told.recipient == "thuy@example.com"


def test_anonymous_says_no_name_and_warns_of_it(client: Visitor, province: Province) -> None:
    number = province.raise_issue("Công ty Thủy sản Mẫu Một xin đất", visibility="anonymous", to="published")
    shown = client.get(f"/issues/{number}").text
    assert "Tên người gửi không công khai" in shown
    assert "Thủy sản Mẫu Một" not in shown.replace("Công ty Thủy sản Mẫu Một xin đất", "")
    province.sign_in(ORGANIZER)
    page = client.soup(f"/organize/issues/{number}")
    assert "Công ty Thủy sản Mẫu Một" in page.select_one(".mu-note.mu-tone--warn").get_text()  # type: ignore[union-attr]


def test_a_correction_needs_its_note_and_keeps_the_text_before(client: Visitor, province: Province) -> None:
    number = province.raise_issue(to="published")
    before = province.issue(number)
    province.sign_in(ORGANIZER)
    assert publish(client, number, answer="đáp ứng được").status_code == 422
    publish(client, number, answer="đáp ứng được", note="Sửa lỗi chính tả “đáp đứng”")
    page = client.get(f"/issues/{number}").text
    assert "Sửa lỗi chính tả" in page and before.published_hash in page and "Đã cấp giấy xác nhận." in page
    assert province.issue(number).published_at == before.published_at
    assert len(province.mails("issue_published")) == 1


def test_taken_off_leaves_a_note_and_nothing_else(client: Visitor, province: Province) -> None:
    number = province.raise_issue(to="published")
    province.sign_in(ORGANIZER)
    client.fill(f"/organize/issues/{number}", {"note": "Theo yêu cầu"}, form="#unpublish form")
    gone = client.get(f"/issues/{number}")
    assert gone.status_code == 410
    assert "Theo yêu cầu" in gone.text and "Đã chờ lâu" not in gone.text
    assert str(number) not in client.get("/issues/").text
    assert str(number) not in client.get("/issues/?q=thue dat").text


def test_confidential_is_never_published(client: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue(SECRET, visibility="confidential", to="answered")
    province.sign_in(ORGANIZER)
    assert not client.soup(f"/organize/issues/{number}").select("#publish")
    with work() as w, pytest.raises(Exception, match="confidential"):
        service.publish(w, queries.by_number(w.db, number), title="a", question="b", answer="c")


def test_search_folds_and_ranks_exact_words_first(client: Visitor, province: Province) -> None:
    exact = province.raise_issue("Đường vào cảng", to="published")
    folded = province.raise_issue("Dưỡng hộ bê tông", to="published")
    other = province.raise_issue("Thuế khoán", to="published")

    def found(query: str) -> list[int]:
        links = client.soup(f"/issues/?{query}").select("main article h2 a")
        return [int(str(a["href"]).rpartition("/")[2]) for a in links]

    assert found("") == [other, folded, exact]
    assert found("q=duong") == [folded, exact]
    assert found("q=Đường") == found("q=đường") == [exact, folded]
    assert found("q=ĐƯỜNG cảng") == [exact]
    assert found("q=thue khoan&field=land&department=SNNMT&outcome=resolved") == [other]
    assert found("q=thue&field=tax") == found("outcome=planned") == found("department=THUE") == []


def test_search_finds_no_word_that_was_redacted(client: Visitor, province: Province) -> None:
    province.raise_issue("Thuê đất", description=SECRET, to="published")
    assert "/issues/" not in str(client.soup("/issues/?q=bi mat khong ai").select("main article"))
    assert client.get("/issues/similar?q=bi mat khong ai duoc biet").text.strip() == ""


def test_pages_by_key_show_each_once(client: Visitor, province: Province, work: Unit) -> None:
    first = province.raise_issue(to="published")
    with work() as w:
        like = queries.by_number(w.db, first)
        columns = {c.key: getattr(like, c.key) for c in Issue.__table__.columns if c.key not in ("id", "number")}
        w.db.add_all([Issue(**columns, number=2_000_000 + n) for n in range(44)])
        w.commit()
    seen: list[str] = []
    path = "/issues/?q=thue"
    while path:
        page = client.soup(path)
        seen += [str(a["href"]) for a in page.select("main article h2 a")]
        following = page.select_one("a[rel=next]")
        path = str(following["href"]) if following else ""
    assert len(seen) == len(set(seen)) == 45


def test_a_feed_for_other_sites(client: Visitor, province: Province) -> None:
    number = province.raise_issue("A & B <script>", to="published")
    answer = client.get("/issues/feed.atom")
    root = ElementTree.fromstring(answer.data)
    space = {"a": "http://www.w3.org/2005/Atom"}
    assert [one.text for one in root.findall("a:entry/a:title", space)] == ["A & B <script>"]
    assert root.findtext("a:entry/a:id", namespaces=space) == f"http://localhost/issues/{number}"


# --- Comments -------------------------------------------------------------------------------------------------------

COMMENT = {"name": "Bà Sáu", "email": "sau@example.com", "body": "Cảm ơn Sở."}


def leave(client: Visitor, number: int, **data: Any) -> Any:
    return client.fill(f"/issues/{number}", {**COMMENT, **data}, form=f"/issues/{number}/comments")


def test_a_comment_waits_for_moderation_and_its_mail_is_never_shown(client: Visitor, province: Province) -> None:
    number = province.raise_issue(to="published")
    page = client.get(f"/issues/{number}?lang=vi")
    assert NOTE in page.text
    assert parse(page).select_one("#email[aria-required=true]") is not None
    answer = leave(client, number)
    assert answer.status_code == 200 and "Cảm ơn Sở." not in answer.text
    (told,) = province.mails("comment_waiting")
    assert told.recipient == "to-chuc@province.example"
    province.sign_in(ORGANIZER)
    key = client.soup("/organize/comments/").select_one("[id^=comment-]")["id"].split("-")[1]  # type: ignore[index,union-attr]
    assert "sau@example.com" in client.get("/organize/comments/").text
    client.fill("/organize/comments/", form=f"/organize/comments/{key}/approve")
    shown = client.get(f"/issues/{number}").text
    assert "Cảm ơn Sở." in shown and "sau@example.com" not in shown
    # On public pages the comment has another name: keys would tell how many comments there are.
    shown_as = client.soup(f"/issues/{number}").select_one("[id^=comment-]")["id"].split("-")[1]  # type: ignore[index,union-attr]
    assert not shown_as.isdecimal()
    leave(client, number, parent=shown_as, name="Ông Bảy", body="Tôi cũng vậy", email="bay@example.com")
    reply = client.soup("/organize/comments/").select_one("[id^=comment-]")["id"].split("-")[1]  # type: ignore[index,union-attr]
    client.fill("/organize/comments/", form=f"/organize/comments/{reply}/approve")
    assert "Tôi cũng vậy" in client.soup(f"/issues/{number}").select_one(f"#comment-{shown_as}").get_text()  # type: ignore[union-attr]
    # One level of replies.
    token = re.search(r'csrf_token" value="([^"]+)', client.get(f"/issues/{number}").text)
    assert token
    deeper = client.post(f"/issues/{number}/comments", data={**COMMENT, "parent": reply, "csrf_token": token.group(1)})
    assert deeper.status_code == 422


def test_a_rejected_comment_has_a_reason_and_is_not_shown(client: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue(to="published")
    leave(client, number, body="Lời lẽ thô tục")
    leave(client, number, body="Lời lẽ thô tục")
    with work(write=False) as w:
        key = w.db.scalars(select(Comment.id)).one()
    province.sign_in(ORGANIZER)
    path = f"/organize/comments/{key}/reject"
    bad = client.fill("/organize/comments/", {"reason": ""}, form=path)
    assert bad.status_code == 422
    client.fill("/organize/comments/", {"reason": "Thô tục"}, form=path)
    assert "thô tục" not in client.get(f"/issues/{number}").text
    assert "Thô tục" in client.get("/organize/comments/?state=rejected").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("email", "x"),
        ("email", "x@y.z\r\nBcc: all@example.com"),
        ("body", ""),
        ("body", "x" * 3001),
        ("parent", "999999"),
        ("parent", "x"),
    ],
)
def test_a_bad_comment_is_told_at_its_field(client: Visitor, province: Province, field: str, value: str) -> None:
    number = province.raise_issue(to="published")
    answer = leave(client, number, **{field: value})
    assert answer.status_code == 422
    page = parse(answer)
    if field != "parent":
        assert page.select_one(f"#{field}-error") is not None
    if field != "body":
        assert page.select_one("textarea[name=body]").get_text(strip=True) == COMMENT["body"]  # type: ignore[union-attr]
    assert province.mails("comment_waiting") == []


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "'; DROP TABLE x; --", "🦐 a\u0301\u0323", "\u202eabc"])
def test_hostile_comments_are_only_words(client: Visitor, province: Province, work: Unit, words: str) -> None:
    number = province.raise_issue(to="published")
    assert leave(client, number, name=words, body=words).status_code == 200
    with work() as w:
        service.moderate(w, w.db.scalars(select(Comment)).one(), approve=True)
        w.commit()
    assert "<script>alert" not in client.get(f"/issues/{number}").text


def test_no_comment_on_what_is_not_published(client: Visitor, province: Province) -> None:
    number = province.raise_issue(to="accepted")
    token = re.search(r'csrf_token" value="([^"]+)', client.get("/issues/new").text)
    assert token
    answer = client.post(f"/issues/{number}/comments", data={**COMMENT, "csrf_token": token.group(1)})
    assert answer.status_code == 404


# --- The crawler ----------------------------------------------------------------------------------------------------


def test_a_crawler_finds_no_address_and_no_secret(client: Visitor, province: Province, work: Unit) -> None:
    """Follow every link from the front page as anyone may; no e-mail, no telephone, no word that is closed (R40)."""
    shown = province.raise_issue("Thuê đất", description=f"{SECRET} 0912345678", to="published")
    province.raise_issue(SECRET, visibility="confidential", to="answered", of="mai")
    province.raise_issue(SECRET, kind="conduct", to="accepted", of="mai")
    with work() as w:
        issue = queries.by_number(w.db, shown)
        service.attach(w, issue, [service.Upload(f"{SECRET}.txt", b"x")], side="enterprise")
        service.write(w, issue, body=SECRET, side="enterprise")
        service.moderate(w, service.comment(w, issue, name="Sáu", email="sau@example.com", body="Tốt"), approve=True)
        w.db.add(CoSigner(issue_id=issue.id, enterprise_id=issue.enterprise_id + 1, contact_id=None, at=w.now))
        w.commit()
    seen, queue = (
        set(),
        ["/", "/issues/", "/issues/feed.atom", f"/issues/{shown}?reply=1", "/issues/similar?q=thue dat"],
    )
    while queue:
        path = queue.pop()
        if path in seen or len(seen) > 80:
            continue
        seen.add(path)
        answer = client.get(path)
        if not (answer.content_type or "").startswith(("text/", "application/atom")):
            continue
        text = answer.text
        for never in ("@example.com", "912345678", "0912 345 678", SECRET, "9999900013"):
            assert never not in text, (path, never)
        for found in parse(answer).select("a[href], link[href]"):
            href = str(found["href"]).partition("#")[0].removeprefix("http://localhost")
            if href.startswith("/") and "/assets/" not in href:
                queue.append(href)
    assert f"/issues/{shown}" in seen and len(seen) > 8
