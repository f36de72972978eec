"""A year of the programme: weak criteria and their remedies, initiatives, the conference, the index as data."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from meetup.activity.models import Activity
from meetup.issues.models import Issue
from meetup.scorecards import periods as reading
from meetup.scorecards import service as scorecards
from tests.features.following import Province, build

YEAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"MEETUP_PLUGINS": "coffee-connect", "MEETUP_COFFEE_CONNECT_WEAK": "70"}


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


@pytest.fixture
def closed(province: Province, clock: Any) -> int:
    """2026, closed: two of three answered in time are 66.67 per cent, which is weak; gives its key."""
    province.order("Xong", to="closed", days=5)
    province.order("Xong nữa", to="answered", days=5)
    province.order("Trễ", days=2)
    clock.travel(to="2027-01-05T09:00")
    with province.work(province.actor("organizer")) as w:
        period = scorecards.open_period(w, **YEAR)
        scorecards.close_period(w, period)
        w.commit()
        return period.id


def plan(province: Province, closed: int, **more: Any) -> str:
    """A remedy of STC's; gives its address."""
    organizer = province.as_("organizer")
    typed = {
        "task": "Nhắc hạn hằng tuần và giao người theo dõi.",
        "lead_department_id": str(province.departments["STC"]),
        "due_on": "30/06/2027",
        **more,
    }
    done = organizer.fill(f"/organize/remedies/{closed}/on_time/new", typed)
    assert "The remedy is planned." in done.text
    return next(a["href"] for a in organizer.soup("/department/remedies/").select('main a[href^="/department/rem"]')
                if a["href"].rpartition("/")[2].isdigit())  # fmt: skip


def section(page: Any, key: str) -> str:
    """What stands under one component criterion."""
    return page.find(id=f"c-{key}").parent.get_text(" ", strip=True)


def test_a_weak_criterion_is_named_until_it_has_a_remedy(province: Province, closed: int) -> None:
    page = province.as_("leader").soup("/department/remedies/")
    assert "66.67 per cent Weak No remedy yet" in section(page, "on_time")
    assert "Weak" not in section(page, "confirmed")
    assert "not known" in section(page, "satisfaction")
    plan(province, closed)
    page = province.as_("leader").soup("/department/remedies/")
    assert "No remedy yet" not in section(page, "on_time")
    assert "Department of Finance 30/06/2027 Open" in section(page, "on_time").replace("Agency ", "")


def test_a_remedy_needs_action_owner_and_a_day_after_the_period(province: Province, closed: int) -> None:
    refused = province.as_("organizer").fill(
        f"/organize/remedies/{closed}/on_time/new",
        {"task": " ", "lead_department_id": "", "due_on": "31/12/2026"},
    )
    assert refused.status_code == 422
    for said in ("Please fill it in.", "There is no such agency.", "The due date has to lie after the period."):
        assert said in refused.text
    assert 'value="31/12/2026"' in refused.text
    for where in (f"{closed}/beauty/new", "999/on_time/new"):
        assert province.as_("organizer").get(f"/organize/remedies/{where}").status_code == 404


def test_the_agency_reports_and_finishes_its_own(province: Province, closed: int) -> None:
    here = plan(province, closed)
    stc = province.as_("STC")
    assert "Nothing shows yet that it is done." in stc.fill(here, form=f"{here}/finish").text
    bad = stc.fill(here, {"evidence": "Đã nhắc hạn.", "evidence_url": "javascript:alert(1)"}, form="form.mu-form")
    assert bad.status_code == 422
    assert "This is no web address." in bad.text
    assert "Đã nhắc hạn." in bad.text
    typed = {"evidence": "Đã nhắc hạn từ tháng 2.", "evidence_url": "https://stc.example/12"}
    assert "Kept." in stc.fill(here, typed, form="form.mu-form").text
    old = stc.soup(here)
    assert "The remedy is done." in stc.fill(here, form=f"{here}/finish").text
    assert stc.send(old, here, {"evidence": "Khác."}, form="form.mu-form").status_code == 422, "it moved on"
    assert "Open it again" not in stc.get(here).text
    again = here.replace("department", "organize") + "/reopen"
    assert province.as_("STC").post(again).status_code == 403
    assert "The remedy is open again." in province.as_("organizer").fill(here, form=again).text
    with province.work(write=False) as w:
        names = w.db.scalars(
            select(Activity.action).where(Activity.action.startswith("remedy.")).order_by(Activity.seq)
        )
        assert list(names) == ["remedy.plan", "remedy.report", "remedy.finish", "remedy.reopen"]


def test_an_agency_changes_nobody_elses_and_orders_nothing(province: Province, closed: int) -> None:
    here = plan(province, closed)
    assert province.as_("SXD").get(here).status_code == 404
    assert province.as_("leader").get(here).status_code == 404
    assert province.as_("nobody").get(here).status_code == 302
    assert "30/06/2027" in province.as_("SXD").get("/department/remedies/").text
    assert province.as_("STC").get(f"/organize/remedies/{closed}/on_time/new").status_code == 403
    assert province.as_("STC").soup(here).find(id="task") is None, "an agency reports, organisers order"
    done = province.as_("organizer").fill(
        here, {"lead_department_id": str(province.departments["SXD"]), "due_on": "31/07/2027"}, form="form.mu-form"
    )
    assert "31/07/2027" in done.text
    assert province.as_("SXD").get(here).status_code == 200


def test_the_next_years_review_says_what_became_of_it(province: Province, closed: int, clock: Any) -> None:
    here = plan(province, closed)
    leader = province.as_("leader")
    panel = "Remedies for the weak criteria of 2026"
    assert "Nhắc hạn hằng tuần" in leader.soup("/leader/review/2027").find("h2", string=panel).parent.get_text()
    stc = province.as_("STC")
    stc.fill(here, {"evidence": "Công văn 12/STC."}, form="form.mu-form")
    clock.travel(to="2027-08-01T09:00")
    assert "Overdue" in leader.soup("/leader/review/2027").find("h2", string=panel).parent.get_text()
    stc.fill(here, form=f"{here}/finish")
    said = leader.soup("/leader/review/2027").find("h2", string=panel).parent.get_text(" ", strip=True)
    assert "Done on 01/08/2027. Công văn 12/STC." in said
    assert "Nhắc hạn" not in leader.get("/leader/review/2026").text
    assert "was not closed" in leader.get("/leader/review/2026").text


def record(province: Province, who: str = "STC", **more: Any) -> Any:
    typed = {"title": "Một cửa liên thông", "text": "Gộp hai bước thành một.", "issues": "", **more}
    return province.as_(who).fill("/department/initiatives/new", typed)


def test_an_initiative_from_its_agency_to_the_best_of_the_year(province: Province, closed: int) -> None:
    number = province.order("Thuế", to="answered")
    issue = province.row(number).issue.number
    made = record(province, follow_ups=str(number), issues=str(issue), year="2026")
    assert "The initiative is recorded." in made.text
    assert f'href="/department/follow-ups/{number}"' in made.text
    here, public = made.request.path, "/initiatives/"
    assert "Một cửa" not in province.as_("nobody").get(public).text
    key = here.rpartition("/")[2]
    assert province.as_("nobody").get(public + key).status_code == 404
    step = f"/organize/initiatives/{key}"
    assert province.as_("STC").post(f"{step}/publish").status_code == 403
    organizer = province.as_("organizer")
    organizer.fill(here, form=f"{step}/publish")
    assert "Một cửa" in province.as_("nobody").get(public).text
    assert f"/issues/{issue}" not in province.as_("nobody").get(public + key).text, (
        "an issue that is not public is not named"
    )
    with province.work() as w:
        published = {"published_at": w.now, "published_title": "Hoàn thuế chậm"}
        w.db.execute(update(Issue).where(Issue.number == issue).values(**published))
        w.commit()
    assert f"No. {issue}: Hoàn thuế chậm" in province.as_("nobody").get(public + key).text
    organizer.fill(here, form=f"{step}/choose")
    assert "Among the best of 2026" in province.as_("nobody").get(public).text
    assert "Among the best of 2026:" in province.as_("leader").get("/leader/review/2026").text
    assert "Một cửa" not in province.as_("leader").get("/leader/review/2027").text
    assert "no longer changed" in province.as_("STC").get(here).text
    organizer.fill(here, form=f"{step}/unchoose")
    organizer.fill(here, form=f"{step}/take-back")
    assert province.as_("nobody").get(public + key).status_code == 404
    done = province.as_("STC").fill(here, {"text": "Gộp ba bước thành một."}, form="form.mu-form")
    assert "Gộp ba bước thành một." in done.text


def test_an_initiative_is_its_agencys_and_names_what_it_may_read(province: Province) -> None:
    issue = province.row(province.order("Của Sở Tài chính")).issue.number
    conduct = province.order("Thái độ cán bộ", kind="conduct")
    refused = record(province, issues="một", title=" ", year="1990")
    assert refused.status_code == 422
    for said in ("These are no numbers.", "Please fill it in.", "This is not between 2000 and"):
        assert said in refused.text
    assert 'value="một"' in refused.text
    assert f"There is no number {issue}." in record(province, "SXD", issues=str(issue)).text, "not theirs to read"
    assert "There is no number 99." in record(province, issues=f"{issue}, 99").text
    assert f"There is no number {conduct}." in record(province, "organizer", follow_ups=str(conduct), issues="",
        lead_department_id=str(province.departments["STC"])).text  # fmt: skip
    stolen = record(province, issues="", lead_department_id=str(province.departments["SXD"]))
    assert stolen.status_code == 422
    made = record(province)
    assert province.as_("SXD").get(made.request.path).status_code == 404
    assert "Một cửa" not in province.as_("SXD").get("/department/initiatives/").text
    for who in ("STC", "leader", "organizer"):
        assert "Một cửa" in province.as_(who).get("/department/initiatives/").text
    assert province.as_("leader").get("/department/initiatives/new").status_code == 404


def test_initiatives_page_by_key(province: Province) -> None:
    for at in range(23):
        record(province, issues="", title=f"Sáng kiến {at}")
    desk = province.as_("STC").soup("/department/initiatives/")
    assert len(desk.select("main tbody tr")) == 20
    rest = province.as_("STC").soup(desk.select_one("a[rel=next]")["href"])
    assert len(rest.select("main tbody tr")) == 3
    with province.work() as w:
        from meetup_coffee_connect.initiatives.models import Initiative

        w.db.execute(update(Initiative).values(state="published"))
        w.commit()
    titles: list[str] = []
    where = "/initiatives/"
    while where:
        public = province.as_("nobody").soup(where)
        titles += [h2.get_text() for h2 in public.select("article h2")]
        where = next((a["href"] for a in public.select("a[rel=next]")), "")
    assert titles == [f"Sáng kiến {at}" for at in reversed(range(23))]


def test_the_conference_with_minutes_lessons_and_the_years_report(province: Province, closed: int) -> None:
    organizer = province.as_("organizer")
    new = "/organize/conferences/new"
    refused = organizer.fill(new, {"year": "1999", "held_on": "", "report_url": "ftp://x", "minutes": "Đã ghi."})
    assert refused.status_code == 422
    for said in ("This is not between 2000 and 2027.", "The day is needed.", "This is no web address.", "Đã ghi."):
        assert said in refused.text
    typed = {"year": "2026", "held_on": "04/01/2027", "venue": "Hội trường A", "lessons": "Trả lời sớm hơn hạn."}
    made = organizer.fill(new, {**typed, "report_url": "https://camau.example/bc-2026"})
    here = made.request.path
    publish = f"{here}/publish"
    assert "Please fill it in." in organizer.fill(here, form=publish).text
    assert province.as_("nobody").get("/conferences/2026").status_code == 404
    organizer.fill(here, {"minutes": "Chủ tọa khai mạc.\nCác sở báo cáo."}, form="form.mu-form")
    assert "This year has its conference already." in organizer.fill(new, {**typed}).text
    organizer.fill(here, form=publish)
    assert "Conference on the year 2026" in province.as_("nobody").get("/conferences/").text
    page = province.as_("nobody").soup("/conferences/2026")
    for said in ("04/01/2027", "Hội trường A", "Trả lời sớm hơn hạn.", "Chủ tọa khai mạc."):
        assert said in page.get_text()
    links = {a.get_text(): a["href"] for a in page.select("#report + ul a")}
    assert links["The signed report"] == "https://camau.example/bc-2026"
    assert "no longer change" in province.as_("nobody").get(links["The frozen figures by agency and field"]).text
    assert "The whole review, for leaders" not in links
    assert "/leader/review/2026" in province.as_("leader").get("/conferences/2026").text
    review = province.as_("leader").soup("/leader/review/2026").find("h2", string="Review conference").parent
    assert review.find("a")["href"] == "/conferences/2026"
    for who in ("STC", "leader"):
        assert province.as_(who).get("/organize/conferences/").status_code == 403
        assert province.as_(who).post(publish).status_code == 403
    organizer.fill(here, form=f"{here}/take-back")
    assert province.as_("nobody").get("/conferences/2026").status_code == 404


def test_a_conference_of_a_year_that_is_not_closed_leads_to_its_figures(province: Province) -> None:
    organizer = province.as_("organizer")
    typed = {"year": "2026", "held_on": "01/11/2026", "minutes": "Ghi.", "lessons": "Học."}
    here = organizer.fill("/organize/conferences/new", typed).request.path
    organizer.fill(here, form=f"{here}/publish")
    (figures,) = province.as_("nobody").soup("/conferences/2026").select("#report + ul a")
    assert province.as_("nobody").get(figures["href"]).status_code == 200


def test_the_index_is_data_with_its_versions(province: Province, closed: int) -> None:
    public = province.as_("nobody")
    assert 'href="/programme/index/"' in public.get("/results/").text
    url = f"/programme/index/{closed}.json"
    first = public.get(url)
    assert first.content_type == "application/json"
    said = first.get_json()
    assert (said["from"], said["to"], said["kind"], said["version"]) == ("2026-01-01", "2026-12-31", "year", 1)
    assert said["official"] is False
    (stc,) = said["departments"]
    assert (stc["code"], stc["place"], stc["counts"]["assigned"]) == ("STC", 1, 3)
    on_time = {"component": "on_time", "percent": "66.67", "weight": 40}
    assert on_time in stc["components"]
    assert public.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with province.work(province.actor("organizer")) as w:
        period = reading.by_key(w.db, closed)
        weights = {**dict.fromkeys(period.weights, 0), "on_time": 100}
        scorecards.correct_period(w, period, reason="Trọng số ghi nhầm.", weights=weights)
        w.commit()
    second = public.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert [(one["version"], one["reason"]) for one in second.get_json()["versions"]] == [
        (2, "Trọng số ghi nhầm."),
        (1, ""),
    ]
    assert second.get_json()["whole"]["score"] == "66.67"
    old = public.get(f"{url}?version=1").get_json()
    assert old["whole"] == said["whole"], "what was published once is still there"
    assert old["versions"][-1]["sha256"] == said["versions"][0]["sha256"]
    (listed,) = public.get("/programme/index.json").get_json()["periods"]
    assert (listed["period"], len(listed["versions"])) == (closed, 2)
    page = public.soup("/programme/index/")
    assert "Trọng số ghi nhầm." in page.get_text()
    for a in page.select("main td a[href]"):
        assert public.get(a["href"]).status_code == 200
    for wrong in (f"{url}?version=3", f"{url}?version=x", "/programme/index/999.json"):
        assert public.get(wrong).status_code == 404


def test_the_index_as_a_table(province: Province, closed: int) -> None:
    answer = province.as_("nobody").get(f"/programme/index/{closed}.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    scores = {(one["by"], one["code"]): one["score"] for one in lines if not one["component"]}
    assert scores.keys() == {("whole", ""), ("department", "STC"), ("field", "thue")}
    (late,) = [one for one in lines if (one["by"], one["component"]) == ("department", "on_time")]
    assert (late["percent"], late["weight"], late["name"]) == ("66.67", "40", "Sở Tài chính")


def test_what_is_open_is_not_published(province: Province) -> None:
    with province.work(province.actor("organizer")) as w:
        key = scorecards.open_period(w, **YEAR).id
        w.commit()
    public = province.as_("nobody")
    assert public.get("/programme/index.json").get_json() == {"periods": []}
    assert public.get(f"/programme/index/{key}.json").status_code == 404
    assert public.get("/programme/index/").status_code == 200
    assert "No period is closed yet" in province.as_("leader").get("/department/remedies/").text


def test_the_pages_are_reached_by_links(province: Province, closed: int) -> None:
    programme = province.as_("nobody").soup("/programme/")
    hrefs = {a["href"] for a in programme.select("main a[href]")}
    assert {"/initiatives/", "/conferences/", "/programme/index/"} <= hrefs
    menu = {a["href"] for a in province.as_("organizer").soup("/organize/").select("nav a[href]")}
    assert {"/department/remedies/", "/department/initiatives/", "/organize/conferences/"} <= menu
    menu = {a["href"] for a in province.as_("STC").soup("/department/").select("nav a[href]")}
    assert {"/department/remedies/", "/department/initiatives/"} <= menu
    assert "/organize/conferences/" not in menu


def test_nothing_english_on_a_vietnamese_page(province: Province, closed: int) -> None:
    page = province.as_("organizer").soup("/department/remedies/?lang=vi")
    assert "Trả lời đúng hạn" in page.get_text()
    assert "Chưa có biện pháp" in section(page, "on_time")


def test_few_questions_to_the_database(province: Province, closed: int, query_counter: Any) -> None:
    for at in range(5):
        plan(province, closed, task=f"Việc {at}")
    leader = province.as_("leader")
    with query_counter() as statements:
        leader.get("/department/remedies/")
    assert len(statements) <= 12, statements


def test_models_and_database_agree(meetup_check: Any) -> None:
    assert meetup_check.exit_code == 0, meetup_check.output


@pytest.fixture
def meetup_check(runner: Any) -> Any:
    return runner.invoke(args=["meetup", "db", "check"])
