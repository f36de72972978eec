"""The agenda in order with its times, what is on stage, and the hall's projector."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from meetup.errors import InvalidInput, WrongState
from meetup.issues import queries, service
from meetup.issues.views import projector
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.features.issuing import LEADER, ORGANIZER, SECRET, Province, Unit, build
from tests.rig.visitor import Visitor, parse

if TYPE_CHECKING:
    from meetup.mount import Mount

AGENDA = "/organize/sessions/ky-37/agenda"
PROJECTOR = "/organize/sessions/ky-37/projector"


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


@pytest.fixture
def desk(province: Province, client: Visitor) -> Visitor:
    """An organiser's browser."""
    province.sign_in(ORGANIZER)
    return client


def put_on(client: Visitor, number: int) -> Any:
    page = client.soup(AGENDA)
    add = next(one for one in page.select("[name=add]") if one["value"] == str(number))
    form = add.find_parent("form")
    assert form is not None
    form["id"] = "this"
    return client.send(page, AGENDA, form="#this")


def order(client: Visitor) -> list[tuple[str, str]]:
    """(number, time) in the agenda's order."""
    rows = client.soup(AGENDA).select("[data-agenda-row]")
    return [
        (str(row.select_one("[name=issue]")["value"]), re.findall(r"\d\d:\d\d", row.get_text())[0])  # type: ignore[index]
        for row in rows
    ]


def press(client: Visitor, name: str, number: int, **typed: str) -> Any:
    return client.fill(AGENDA, {**typed, name: str(number)}, form="[data-agenda]")


def test_order_minutes_and_the_times_that_follow(desk: Visitor, province: Province) -> None:
    a, b, c = (province.raise_issue(f"Việc {n}", to="accepted") for n in "abc")
    for number in (a, b, c):
        assert put_on(desk, number).status_code == 200
    assert order(desk) == [(str(a), "09:00"), (str(b), "09:10"), (str(c), "09:20")]
    assert {province.issue(number).state for number in (a, b, c)} == {"scheduled"}
    press(desk, "up", c)
    press(desk, "down", a)
    assert [number for number, _at in order(desk)] == [str(c), str(a), str(b)]
    desk.fill(
        AGENDA, {f"minutes-{c}": "25", f"place-{b}": "1", f"place-{c}": "2", f"place-{a}": "3"}, form="[data-agenda]"
    )
    assert order(desk) == [(str(b), "09:00"), (str(c), "09:10"), (str(a), "09:35")]
    press(desk, "off", c)
    assert order(desk) == [(str(b), "09:00"), (str(a), "09:10")]
    assert province.issue(c).state == "accepted"
    assert len(province.mails("issue_scheduled")) == 3


def test_too_long_is_shown_against_the_end(desk: Visitor, province: Province) -> None:
    number = province.raise_issue(to="accepted")
    put_on(desk, number)
    desk.fill(AGENDA, {f"minutes-{number}": "125"}, form="[data-agenda]")
    assert "dài hơn buổi gặp 5 phút" in desk.get(AGENDA).text


@pytest.mark.parametrize("minutes", ["", "0", "241", "-5", "abc", "1e3", "99999999999999999999", "<script>"])
def test_minutes_that_are_none(desk: Visitor, province: Province, minutes: str) -> None:
    number = province.raise_issue(to="accepted")
    put_on(desk, number)
    answer = desk.fill(AGENDA, {f"minutes-{number}": minutes}, form="[data-agenda]")
    assert answer.status_code == (200 if not minutes else 422)
    if minutes:
        page = parse(answer)
        assert page.select_one("[role=alert]") is not None
        assert page.select_one(f"[name=minutes-{number}]")["value"] == minutes.lstrip("0").rjust(1, "0")  # type: ignore[index]


def test_what_cannot_be_on_it_is_refused_and_nothing_is_changed(province: Province, work: Unit) -> None:
    good, new = province.raise_issue(to="accepted"), province.raise_issue("Mới gửi")
    with work() as w:
        session = w.get(Session, province.session)
        first, second = queries.by_number(w.db, good), queries.by_number(w.db, new)
        for items in ([(second, 10)], [(first, 10), (first, 10)], [(first, 0)], [(first, 241)]):
            with pytest.raises(InvalidInput) as told:
                service.set_agenda(w, session, items)
            assert set(told.value.by_field()) == {"items"}
        service.set_agenda(w, session, [(first, 10)])
        service.discuss(w, first, text="Giao Sở trả lời")
        with pytest.raises(InvalidInput, match="was discussed"):
            service.set_agenda(w, session, [])
        session.state = "reported"
        with pytest.raises(WrongState):
            service.set_agenda(w, session, [(first, 10)])


def test_unknown_numbers_and_sessions(desk: Visitor, province: Province) -> None:
    put_on(desk, province.raise_issue(to="accepted"))
    page = desk.soup(AGENDA)
    assert desk.send(page, AGENDA, {"issue": "1"}, form="[data-agenda]").status_code == 404
    assert desk.get("/organize/sessions/none/agenda").status_code == 404
    assert desk.get("/organize/sessions/%00/agenda").status_code == 404
    stage = next(one["id"] for one in page.select("form[id^=stage-]"))
    for hostile in ("abc", "999999999999999999999", "1"):
        assert desk.send(page, AGENDA, {"issue": hostile}, form=f"#{stage}").status_code == 404


def stage(client: Visitor, number: int) -> Any:
    return client.fill(AGENDA, form=f"#stage-{number}")


def test_the_hall_sees_what_is_on_and_what_comes(desk: Visitor, province: Province, clock: Any) -> None:
    named = province.raise_issue("Cầu Cái Nước", to="accepted")
    unnamed = province.raise_issue("Hoàn thuế chậm", visibility="anonymous", of="mai", to="accepted")
    closed = province.raise_issue(SECRET, visibility="confidential", of="mai", to="accepted")
    for number in (named, unnamed, closed):
        put_on(desk, number)
    before = desk.get(PROJECTOR).text
    assert "Kỳ 37" in before and 'http-equiv="refresh"' in before
    assert stage(desk, named).status_code == 200
    shown = desk.soup(PROJECTOR).get_text()
    assert "Cầu Cái Nước" in shown and "Thủy sản Mẫu Một" in shown and "Hoàn thuế chậm" in shown
    assert "May Mẫu Chín" not in shown and SECRET not in shown
    since = desk.soup(PROJECTOR).select_one("[data-live-since]")
    assert since is not None and since["data-live-since"] == clock.now.isoformat()
    stage(desk, closed)
    shown = desk.get(PROJECTOR).text
    assert "Kiến nghị không công khai" in shown and SECRET not in shown and "Sở Nông nghiệp" not in shown
    desk.fill(AGENDA, form=".mt-3 form")
    assert "data-live-since" not in desk.get(PROJECTOR).text


def test_only_the_agenda_goes_on_stage(province: Province, work: Unit) -> None:
    number = province.raise_issue(to="accepted")
    with work() as w, pytest.raises(InvalidInput):
        service.put_on_stage(w, w.get(Session, province.session), queries.by_number(w.db, number))


def test_the_projector_is_for_the_staff(client: Visitor, province: Province) -> None:
    assert client.get(PROJECTOR).status_code == 302
    assert client.get(f"{PROJECTOR}/events").status_code == 302
    province.sign_in(LEADER)
    assert client.get(PROJECTOR).status_code == 200


def test_an_event_comes_at_once_and_with_each_change(
    desk: Visitor, province: Province, work: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "PAUSE", 0.05)
    monkeypatch.setattr(projector, "LIFETIME", 1.5)
    number = province.raise_issue(to="accepted")
    put_on(desk, number)
    known = desk.soup(PROJECTOR).select_one("[data-mark]")["data-mark"]  # type: ignore[index]
    answer = desk.get(f"{PROJECTOR}/events", buffered=False)
    assert answer.content_type == "text/event-stream; charset=utf-8"
    parts = (part.decode() for part in answer.response)
    assert next(parts).startswith("retry: ")
    assert f"data: {known}\n" in next(parts)
    with work() as w:
        service.put_on_stage(w, w.get(Session, province.session), queries.by_number(w.db, number))
        w.commit()
    second = next(parts)
    assert second.startswith("id: ") and known not in second
    # It ends by itself, and the browser that comes back is told nothing twice.
    assert list(parts) == []
    mark = re.findall(r"data: (\w+)", second)[0]
    monkeypatch.setattr(projector, "LIFETIME", 0.2)
    again = desk.get(f"{PROJECTOR}/events", headers={"Last-Event-ID": mark})
    assert mark not in again.text


def test_many_watchers_ask_the_database_once(
    desk: Visitor, province: Province, mount: Mount, query_counter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "PAUSE", 60.0)
    watch = projector.Watch(province.session)
    with query_counter() as statements:
        marks = {watch.look(mount) for _ in range(200)}
    assert len(marks) == 1 and len(statements) == 2


def test_whoever_gets_no_stream_asks_for_the_mark(
    desk: Visitor, province: Province, work: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream holds a thread: there are few, and pages go on being served."""
    monkeypatch.setattr(projector, "PAUSE", 0.0)
    number = province.raise_issue(to="accepted")
    put_on(desk, number)
    open_ones = [desk.get(f"{PROJECTOR}/events", buffered=False) for _ in range(projector.STREAMS)]
    assert [one.status_code for one in open_ones] == [200] * projector.STREAMS
    assert desk.get(f"{PROJECTOR}/events").status_code == 204
    page = desk.soup(PROJECTOR).select_one("[data-mark]")
    assert page is not None
    asked = f"{PROJECTOR}/events?known={page['data-mark']}"
    assert desk.get(asked).status_code == 204
    with work() as w:
        service.put_on_stage(w, w.get(Session, province.session), queries.by_number(w.db, number))
        w.commit()
    assert parse(desk.get(asked)).select_one("[data-mark]")["data-mark"] != page["data-mark"]  # type: ignore[index]
    open_ones.pop().close()
    last = desk.get(f"{PROJECTOR}/events", buffered=False)
    assert last.status_code == 200
    for one in [*open_ones, last]:
        one.close()


def test_who_holds_the_mark_is_told_nothing_new_and_nobody_else_is_told_that(
    desk: Visitor, province: Province, work: Unit, mount: Mount, query_counter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred screens ask each second: that nothing has changed needs nobody's name, and says nothing."""
    number = province.raise_issue(SECRET, to="accepted")
    put_on(desk, number)
    mark = desk.soup(PROJECTOR).select_one("[data-mark]")["data-mark"]  # type: ignore[index]
    monkeypatch.setattr(projector, "PAUSE", 60.0)
    asked = f"{PROJECTOR}/events?known={mark}"
    desk.get(asked)
    with query_counter() as statements:
        assert desk.get(asked).status_code == 204
    assert len(statements) == 0
    province.sign_in(None)
    nothing = desk.get(asked)
    assert (nothing.status_code, nothing.data) == (204, b"")
    for other in ("", "0", "a" * 32, mark[:-1], "đ", "%00", mark.upper()):
        assert desk.get(f"{PROJECTOR}/events?known={other}").status_code in {302, 404}
    monkeypatch.setattr(projector, "PAUSE", 0.0)
    with work() as w:
        service.put_on_stage(w, w.get(Session, province.session), queries.by_number(w.db, number))
        w.commit()
    # What has changed is for those alone who may watch.
    assert desk.get(asked).status_code == 302


def test_the_page_is_drawn_once_for_all_until_something_changes(
    desk: Visitor, province: Province, work: Unit, query_counter: Any
) -> None:
    number = province.raise_issue("Giá điện", to="accepted")
    put_on(desk, number)
    assert "Giá điện" in desk.get(PROJECTOR).text
    with query_counter() as again:
        first = desk.get(PROJECTOR).text
    assert 'lang="vi"' in first
    english = desk.get(PROJECTOR, headers={"Accept-Language": "en"}).text
    assert 'lang="en"' in english
    with work() as w:
        service.put_on_stage(w, w.get(Session, province.session), queries.by_number(w.db, number))
        w.commit()
    with query_counter() as fresh:
        assert "live-card" in desk.get(PROJECTOR).text
    assert len(again) < len(fresh)


def test_of_two_organisers_the_second_sees_what_the_first_did(desk: Visitor, province: Province) -> None:
    """Nothing is taken off that somebody has never seen."""
    a, b, c = (province.raise_issue(f"Việc {n}", to="accepted") for n in "abc")
    put_on(desk, a)
    shown = desk.soup(AGENDA)
    put_on(desk, b)
    late = desk.send(shown, AGENDA, {f"minutes-{a}": "25"}, form="[data-agenda]")
    assert late.status_code == 422
    assert "Đã có người thay đổi chương trình" in late.text
    assert province.issue(b).state == "scheduled"
    page = parse(late)
    rows = {str(one.select_one("[name=issue]")["value"]): one for one in page.select("[data-agenda-row]")}  # type: ignore[index]
    assert list(rows) == [str(a), str(b)], "mine, and what they added"
    assert rows[str(a)].select_one(f"[name=minutes-{a}]")["value"] == "25", "as it was typed"  # type: ignore[index]
    again = desk.send(page, AGENDA, form="[data-agenda]")
    assert again.status_code == 200, again.text
    assert order(desk) == [(str(a), "09:00"), (str(b), "09:25")]
    # Putting one more on it from an old page is the same.
    old = desk.soup(AGENDA)
    press(desk, "off", b)
    add = next(one for one in old.select("[name=add]") if one["value"] == str(c)).find_parent("form")
    assert add is not None
    add["id"] = "this"
    assert desk.send(old, AGENDA, form="#this").status_code == 422
    assert province.issue(b).state == "accepted"


@pytest.mark.parametrize("end", ["cancel", "report"])
def test_what_a_session_left_undone_goes_to_another(desk: Visitor, province: Province, work: Unit, end: str) -> None:
    """Called off, or reported without it: the issue is on nobody's agenda, and waits for the next session."""
    number, waiting = province.raise_issue("Việc còn lại", to="accepted"), province.raise_issue("Chờ", to="accepted")
    put_on(desk, number)
    with work() as w:
        session = w.get(Session, province.session)
        other = sessions.copy(w, session, starts_at=session.starts_at + timedelta(days=30))
        if end == "cancel":
            sessions.cancel(w, session, reason="Bão số 5.")
        else:
            sessions.hold(w, session)
            sessions.report(w, session)
        w.commit()
        slug = other.slug
    assert province.issue(number).state == "accepted"
    assert not desk.soup(AGENDA).select("[data-agenda-row]")
    offered = {one["value"] for one in desk.soup(f"/organize/sessions/{slug}/agenda").select("[name=add]")}
    assert {str(number), str(waiting)} <= offered
    # It can be followed up without a session, too.
    assert desk.soup(f"/organize/issues/{number}").select("a[href$='/conclusion']")


def test_a_document_has_to_be_chosen_again_and_the_form_says_so(client: Visitor, province: Province) -> None:
    path = f"/r/{province.thuy}/issues/new"
    pdf = (BytesIO(b"%PDF-1.4 x"), "don-kien-nghi.pdf")
    refused = client.fill(path, {"title": "", "description": "Chờ lâu.", "attachments": pdf})
    assert refused.status_code == 422
    said = parse(refused).select_one("[name=attachments]").find_parent(class_="mu-field")  # type: ignore[union-attr]
    assert said is not None and "don-kien-nghi.pdf" in said.get_text()
    # Without a file nothing is said about one.
    assert "chọn lại tệp" not in client.fill(path, {"title": "", "description": "Chờ lâu."}).text
