"""Every arrow of an issue, walked through the pages; who hears of it; who may not."""

from __future__ import annotations

import io
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from meetup.activity.models import Activity
from meetup.departments.models import Department
from meetup.errors import WrongState
from meetup.issues import queries, service
from meetup.issues.models import Attachment, Issue
from meetup.links import veiled
from tests.features.issuing import LEADER, ORGANIZER, SECRET, Province, Unit, build, officer
from tests.rig.visitor import Visitor, parse

if TYPE_CHECKING:
    from meetup.mount import Mount


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


@pytest.fixture
def desk(province: Province, client: Visitor) -> Visitor:
    """An organiser's browser."""
    province.sign_in(ORGANIZER)
    return client


def act(client: Visitor, number: int, action: str, follow: bool = True, **data: Any) -> Any:
    path = f"/organize/issues/{number}"
    return client.fill(path, data, form=f"#{action} form", follow=follow)


def kinds(province: Province) -> list[tuple[str, str]]:
    return [(mail.kind, mail.recipient) for mail in province.mails() if mail.kind != "issue_received"]


def test_accept_names_field_and_lead_and_tells_both(desk: Visitor, province: Province) -> None:
    number = province.raise_issue()
    answer = act(desk, number, "accept", field="land", lead_department="SNNMT")
    assert answer.status_code == 200
    issue = province.issue(number)
    assert (issue.state, issue.lead_department_id) == ("accepted", province.land)
    assert kinds(province) == [("issue_accepted", "thuy@example.com"), ("issue_assigned", "snnmt@province.example")]


@pytest.mark.parametrize("data", [{"field": ""}, {"lead_department": ""}, {"field": "x"}, {"lead_department": "x"}])
def test_accept_needs_both(desk: Visitor, province: Province, data: dict[str, str]) -> None:
    number = province.raise_issue()
    answer = act(desk, number, "accept", **{"field": "land", "lead_department": "SNNMT", **data})
    assert answer.status_code == 422
    assert parse(answer).select_one(f"#{next(iter(data))}-error") is not None
    assert province.issue(number).state == "submitted"


def test_a_department_that_is_no_more_cannot_lead(province: Province, work: Unit) -> None:
    number = province.raise_issue()
    with work() as w:
        old = w.get(Department, province.land)
        old.valid_to = w.now.date().replace(year=2025)
        w.commit()
    province.sign_in(ORGANIZER)
    client = province.mount.app.test_client()
    assert isinstance(client, Visitor)
    assert "SNNMT" not in client.get(f"/organize/issues/{number}").text


def test_decline_says_why(desk: Visitor, province: Province) -> None:
    number = province.raise_issue()
    assert act(desk, number, "decline", reason=" ").status_code == 422
    act(desk, number, "decline", reason="Khiếu nại gửi Thanh tra tỉnh.")
    assert province.issue(number).decline_reason == "Khiếu nại gửi Thanh tra tỉnh."
    assert kinds(province) == [("issue_declined", "thuy@example.com")]
    assert "Thanh tra tỉnh" in desk.get(province.own(number)).text


def test_asked_back_and_informed(desk: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue()
    act(desk, number, "ask", question="Thửa đất số mấy?")
    assert province.issue(number).state == "needs_information"
    page = desk.soup(province.own(number))
    assert "Thửa đất số mấy?" in page.get_text()
    path = f"{province.own(number)}/inform"
    bad = desk.send(page, province.own(number), {"text": ""}, form=path)
    assert bad.status_code == 422 and parse(bad).select_one("#text-error")
    good = {"text": "Thửa 12", "attachments": [(io.BytesIO(b"%PDF-1.4"), "a.pdf")]}
    assert desk.send(page, province.own(number), good, form=path).status_code == 200
    assert province.issue(number).state == "submitted"
    assert kinds(province) == [
        ("issue_question", "thuy@example.com"),
        ("issue_information", "to-chuc@province.example"),
    ]
    with work(write=False) as w:
        issue = w.db.scalars(select(Issue)).one()
        said = [(message.side, message.body) for message, _department in queries.thread(w.db, issue)]
    assert said == [("organizer", "Thửa đất số mấy?"), ("enterprise", "Thửa 12")]


def test_merging_keeps_both_and_both_get_the_mails(desk: Visitor, province: Province) -> None:
    first, second = province.raise_issue(), province.raise_issue("Thuê đất kho lạnh", of="mai")
    page = desk.soup(f"/organize/issues/{second}")
    assert page.select_one(f'a[href="/organize/issues/{first}"]') is not None, "the duplicate is suggested"
    act(desk, second, "merge", into=str(first))
    act(desk, first, "accept", field="land", lead_department="SNNMT")
    assert province.issue(second).merged_into_id == province.issue(first).id
    assert kinds(province) == [
        ("issue_merged", "mai@example.com"),
        ("issue_accepted", "thuy@example.com"),
        ("issue_accepted", "mai@example.com"),
        ("issue_assigned", "snnmt@province.example"),
    ]
    own = desk.get(f"{province.own(second, province.mai)}?lang=en").text
    assert f"goes on together with issue {first}" in own
    assert "Department of Agriculture and Environment has it" in own


@pytest.mark.parametrize("into", ["", "7", "99999999999999999999", "abc", "-1"])
def test_merging_into_nothing_is_told(desk: Visitor, province: Province, into: str) -> None:
    number = province.raise_issue()
    answer = act(desk, number, "merge", into=into)
    assert answer.status_code == 422
    assert parse(answer).select_one("#into-error") is not None


def test_not_into_itself_and_not_into_what_is_gone(desk: Visitor, province: Province) -> None:
    number, gone = province.raise_issue(), province.raise_issue("Điện ba pha")
    act(desk, gone, "decline", reason="Không thuộc phạm vi")
    assert act(desk, number, "merge", into=str(number)).status_code == 422
    assert act(desk, number, "merge", into=str(gone)).status_code == 422


def test_withdrawing_is_for_what_was_not_decided(client: Visitor, province: Province) -> None:
    number = province.raise_issue()
    path = province.own(number)
    page = client.soup(path)
    assert client.get(f"{path}/withdraw").status_code in (404, 405)
    client.send(page, path, form=f"{path}/withdraw")
    assert province.issue(number).state == "withdrawn"
    assert client.send(page, path, form=f"{path}/withdraw").status_code == 409
    assert not client.soup(path).select(f'form[action="{path}/withdraw"], form[action="{path}/write"]')


def test_the_thread_tells_whoever_did_not_write(desk: Visitor, province: Province) -> None:
    number = province.raise_issue(to="accepted")
    before = len(kinds(province))
    path = province.own(number)
    desk.fill(path, {"body": "Xin hỏi tiến độ"}, form=f"{path}/write")
    act(desk, number, "write", body="Đang kiểm tra")
    act(desk, number, "write", body=SECRET, is_internal="y")
    assert kinds(province)[before:] == [
        ("issue_message", "to-chuc@province.example"),
        ("issue_message", "snnmt@province.example"),
        ("issue_message", "thuy@example.com"),
    ]
    assert SECRET in desk.get(f"/organize/issues/{number}").text
    own = desk.get(path).text
    assert "Đang kiểm tra" in own and SECRET not in own
    assert act(desk, number, "write", body="").status_code == 422


def test_an_internal_note_takes_no_documents(desk: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue()
    files = [(io.BytesIO(b"%PDF-1.4"), "a.pdf")]
    answer = act(desk, number, "write", body="x", is_internal="y", attachments=files)
    assert answer.status_code == 422
    with work(write=False) as w:
        assert w.db.scalar(select(Attachment.id)) is None


def test_what_is_not_drawn_is_refused_and_says_what_is(province: Province, work: Unit) -> None:
    number = province.raise_issue(to="accepted")
    with work() as w:
        issue = queries.by_number(w.db, number)
        for refused in (
            lambda: service.decline(w, issue, reason="Không"),
            lambda: service.request_information(w, issue, question="?"),
            lambda: service.withdraw(w, issue),
            lambda: service.inform(w, issue, text="x"),
            lambda: service.discuss(w, issue, text="x"),
            lambda: service.resolve(w, issue),
            lambda: service.reopen(w, issue, reason="x"),
        ):
            with pytest.raises(WrongState) as told:
                refused()
            assert told.value.possible == ("schedule", "follow_up")
            assert "schedule, follow_up" in str(told.value)


def test_the_rest_of_the_way(province: Province, work: Unit) -> None:
    number = province.raise_issue(to="answered")
    with work() as w:
        issue = queries.by_number(w.db, number)
        assert issue.answered_at == w.now
        service.resolve(w, issue)
        assert (issue.state, issue.resolved_at) == ("resolved", w.now)
        service.reopen(w, issue, reason="Chưa xong")
        assert (issue.state, issue.resolved_at) == ("in_follow_up", None)
        service.answer(w, issue, text="Đã cấp giấy mới cho doanh nghiệp.", outcome="resolved")
        w.commit()
        arrows = w.db.scalars(select(Activity.action).where(Activity.subject == issue.subject)).all()
    assert [one for one in arrows if one.startswith("issue.")] == [
        "issue.submit", "issue.accept", "issue.schedule", "issue.discuss", "issue.answer",
        "issue.resolve", "issue.reopen", "issue.answer",
    ]  # fmt: skip


def test_noted_is_no_answer(province: Province, work: Unit) -> None:
    number = province.raise_issue(to="discussed")
    with work() as w:
        issue = queries.by_number(w.db, number)
        for text, outcome in (("Ghi nhận ý kiến.", "resolved"), ("", "resolved"), ("Đã cấp giấy xác nhận.", "noted")):
            with pytest.raises(Exception, match=r"noted|empty"):
                service.answer(w, issue, text=text, outcome=outcome)


# --- Who may -------------------------------------------------------------------------------------------------------


def test_nobody_reads_anothers_issue(client: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue(SECRET)
    with work() as w:
        issue = queries.by_number(w.db, number)
        (row,) = service.attach(w, issue, [service.Upload("a.txt", SECRET.encode())], side="enterprise")
        shown = veiled(w.mount.secret, row.subject)
        one_only = w.token("issue", issue.subject)
        w.commit()
    mine = f"/r/{province.thuy}/issues/{number}"
    others = f"/r/{province.mai}/issues/{number}"
    assert client.get(mine).status_code == client.get(f"{mine}/files/{shown}").status_code == 200
    assert client.get(f"/i/{one_only}").status_code == client.get(f"/i/{one_only}/files/{shown}").status_code == 200
    other = province.raise_issue("Khác", of="mai")
    closed = [
        others,
        f"{others}/files/{shown}",
        f"/r/{province.mai}/issues/{other}/files/{shown}",
        f"/r/{province.mai}/issues/{other}/files/99999999999999999999",
        f"/i/{province.thuy}",
        f"/i/{one_only[:-2]}AA",
        f"/issues/{number}",
        f"/issues/{number}/files/{shown}",
        "/r/x/issues/new",
    ]
    desks = [f"/organize/issues/{number}", f"/organize/issues/{number}/files/{row.id}"]
    for path in (*closed, *desks):
        answer = client.get(path)
        assert answer.status_code in (302, 404), path
        assert SECRET not in answer.text
    for action in ("write", "inform", "withdraw"):
        token = re.search(r'csrf_token" value="([^"]+)', client.get(mine).text)
        assert token
        data = {"csrf_token": token.group(1), "body": "x", "text": "x"}
        assert client.post(f"{others}/{action}", data=data).status_code == 404
    province.sign_in(officer(province.tax))
    for path in desks:
        assert client.get(path).status_code == 404


def test_a_published_issue_opens_no_more_than_its_text(client: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue(description=SECRET, to="published")
    with work() as w:
        issue = queries.by_number(w.db, number)
        (row,) = service.attach(w, issue, [service.Upload("a.txt", b"x")], side="enterprise")
        shown = veiled(w.mount.secret, row.subject)
        w.commit()
    province.sign_in(officer(province.tax))
    assert client.get(f"/organize/issues/{number}").status_code == 404
    assert client.get(f"/organize/issues/{number}/files/{row.id}").status_code == 404
    assert client.get(f"/issues/{number}/files/{shown}").status_code == 404
    province.sign_in(officer(province.land))
    assert SECRET in client.get(f"/organize/issues/{number}").text
    assert client.get(f"/organize/issues/{number}/files/{row.id}").status_code == 200


@pytest.mark.parametrize("who", ["officer", "leader", "nobody"])
def test_only_organisers_decide(client: Visitor, province: Province, who: str) -> None:
    number = province.raise_issue(to="accepted")
    open_one = province.raise_issue("Thuế khoán")
    actors = {"officer": officer(province.land), "leader": LEADER, "nobody": None}
    province.sign_in(actors[who])
    token = re.search(r'csrf_token" value="([^"]+)', client.get("/issues/new").text)
    assert token
    paths = [f"/organize/issues/{open_one}/{action}" for action in ("accept", "decline", "ask", "merge", "write")]
    paths += [f"/organize/issues/{number}/publish", f"/organize/issues/{number}/files"]
    paths += ["/organize/sessions/ky-37/agenda", "/organize/sessions/ky-37/stage", "/organize/comments/1/approve"]
    for path in paths:
        answer = client.post(path, data={"csrf_token": token.group(1), "reason": "x", "question": "x", "body": "x"})
        assert answer.status_code in ((302,) if who == "nobody" else (403, 404)), path
    assert province.issue(open_one).state == "submitted"
    if who == "leader":
        page = client.soup(f"/organize/issues/{open_one}")
        assert not page.select("main form[method=post]")


def test_without_a_token_against_forgery_nothing_happens(client: Visitor, province: Province) -> None:
    number = province.raise_issue()
    assert client.post(f"{province.own(number)}/withdraw").status_code == 400
    assert province.issue(number).state == "submitted"


# --- The inbox ------------------------------------------------------------------------------------------------------


def test_the_inbox_searches_without_diacritics_and_pages_by_key(desk: Visitor, province: Province) -> None:
    numbers = [province.raise_issue(f"Vướng mắc đất đai thửa {chr(97 + n) * 3}") for n in range(23)]
    page = desk.soup("/organize/issues/")
    shown = [a["href"] for a in page.select("[data-issue-row] h2 a")]
    assert shown == [f"/organize/issues/{number}" for number in numbers[:20]]
    following = desk.soup(page.select_one("a[rel=next]")["href"])  # type: ignore[index,arg-type]
    assert len(following.select("[data-issue-row]")) == 3
    assert len(desk.soup("/organize/issues/?q=THUA vvv DAT&tab=all").select("[data-issue-row]")) == 1
    assert len(desk.soup("/organize/issues/?q=%25&tab=all").select("[data-issue-row]")) == 0
    assert len(desk.soup("/organize/issues/?field=land&tab=new").select("[data-issue-row]")) == 0


@pytest.mark.parametrize("after", ["x", "W10", "WyJ4Il0", "WzFlOTk5XQ", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTldXQ"])
def test_a_page_mark_that_nobody_made(desk: Visitor, province: Province, after: str) -> None:
    for path in ("/organize/issues/", "/organize/comments/", "/issues/"):
        assert desk.get(f"{path}?after={after}").status_code == 422


@pytest.mark.parametrize("q", ["\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "'%22", "x" * 5000])
def test_hostile_searches_find_nothing(desk: Visitor, province: Province, q: str) -> None:
    for path in ("/organize/issues/", "/issues/", "/issues/similar"):
        assert desk.get(f"{path}?q={q}&field={q}&department={q}&outcome={q}&tab={q}").status_code == 200


def test_a_nul_in_a_query_names_nothing(desk: Visitor, province: Province) -> None:
    for path in ("/organize/issues/", "/organize/comments/", "/issues/", "/issues/similar"):
        for name in ("q", "after", "tab", "field"):
            assert desk.get(f"{path}?{name}=%00").status_code == 404


SEARCHED = "/issues/?q=viec"


def test_five_or_five_hundred_cost_the_same(desk: Visitor, province: Province, work: Unit, query_counter: Any) -> None:
    def cost(path: str) -> int:
        with query_counter() as statements:
            assert desk.get(path).status_code == 200
        return len(statements)

    first = province.raise_issue(to="published")
    for n in range(4):
        province.raise_issue(f"Việc {n}", to="published")
    paths = [
        "/organize/issues/?tab=all",
        "/issues/",
        SEARCHED,
        f"/issues/{first}",
        f"/organize/issues/{first}",
    ]
    paths += [f"/r/{province.thuy}", f"/r/{province.thuy}/issues/{first}", "/organize/comments/", "/"]
    paths += ["/organize/sessions/ky-37/agenda", "/organize/sessions/ky-37/projector", "/issues/feed.atom"]
    before = {path: cost(path) for path in paths}
    with work() as w:
        like = queries.by_number(w.db, first)
        columns = {c.key: getattr(like, c.key) for c in Issue.__table__.columns if c.key not in ("id", "number")}
        more = iter([Issue(**columns, number=2_000_000 + n) for n in range(1_000)])
        w.db.add_all(islice(more, 500))
        w.db.flush()
        for n in range(500):
            service.comment(w, like, name=f"N{n}", email="x@example.com", body=f"Bình luận {n}")
        w.commit()
    after = {path: cost(path) for path in paths}
    # The hall's page is drawn once for all who watch, so it may cost less the second time.
    grown = {path for path in paths if after[path] > before[path]}
    # A few hundred are searched where they are read; from then on the index is asked, whatever their number.
    assert grown <= {SEARCHED}
    with work() as w:
        w.db.add_all(more)
        w.commit()
    assert cost(SEARCHED) == after[SEARCHED]
