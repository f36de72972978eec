"""What was answered, as organisers and the public read it: counts, means, sums, files, the scorecards' figure."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meetup_survey.answering import FIGURES
from meetup_survey.models import Answer, Ask, Choice, Outcome
from meetup_survey.questions import merged
from meetup_survey.results import LEAST, Said, brought, shown, shown_in_all
from openpyxl import load_workbook
from sqlalchemy import select

from meetup.api import Registration
from meetup.scorecards import service as scorecards
from meetup.scorecards.models import Period
from tests.features.following import worker

DESK = "/organize/sessions/ky-1/"
PUBLIC = "/sessions/ky-1?lang=en"


def panel(page: Any, title: str) -> Any:
    found = [one for one in page.select(".m-panel") if one.h2 and one.h2.text == title]
    return found[0] if found else None


def words(thing: Any) -> str:
    for bar in thing.select("progress"):
        bar.decompose()
    return " ".join(thing.get_text(" ").split())


class TestSessions:
    def test_organisers_read_counts_means_and_remarks_without_names(self, survey: Any) -> None:
        organiser = survey.province.as_("organizer")
        assert panel(organiser.soup(DESK), "Survey") is None, "not before it was held"
        paths = survey.ask(3)
        survey.answer(paths[0], q1="5", q3="1", q4="Mong có <b>thêm</b> thời gian")
        survey.answer(paths[1], q1="2", q3="3")
        found = panel(organiser.soup(DESK), "Survey")
        text = words(found)
        assert "2 of 3 enterprises that were asked have answered." in text
        assert "How useful was the session to your business? Mean: 3.50 · 2 answers 5 1 4 0 3 0 2 1 1 0" in text
        assert "Would you come again? 2 answers Yes 1 Maybe 0 No 1" in text
        assert "1 remark Mong có <b>thêm</b> thời gian" in text
        assert "Công ty" not in text
        assert "Nguyễn Văn An" not in text

    def test_the_panels_ask_as_much_for_many_as_for_few(self, survey: Any, query_counter: Any) -> None:
        paths = survey.ask(4)

        def cost(who: str, page: str) -> int:
            with query_counter() as statements:
                assert survey.province.as_(who).get(page).status_code == 200
            return len([one for one in statements if "meetup_survey" in one])

        for path in paths[:3]:
            survey.answer(path, q1="4", q2="3", q3="1", q4="Tốt")
        before = cost("organizer", DESK), cost("nobody", PUBLIC), cost("nobody", "/results/")
        survey.answer(paths[3], q1="1", q2="1", q3="2", q4="Chưa tốt")
        assert (cost("organizer", DESK), cost("nobody", PUBLIC), cost("nobody", "/results/")) == before
        assert max(before) <= 5

    def test_the_public_reads_means_from_three_answers_on(self, survey: Any) -> None:
        visitor = survey.province.as_("nobody")
        paths = survey.ask(6)
        for path in paths[:2]:
            survey.answer(path, q1="5", q2="4", q4="Lời riêng")
        assert panel(visitor.soup(PUBLIC), "What those who came say") is None
        survey.answer(paths[2], q1="3")
        text = words(panel(visitor.soup(PUBLIC), "What those who came say"))
        assert text == (
            "What those who came say 3 enterprises have answered. How useful was the session to your business? 4.3 of 5"
        ), "the second question has two answers, and words are nobody's"
        for path in paths[3:5]:
            survey.answer(path, q1="1", q2="3")
            assert words(panel(visitor.soup(PUBLIC), "What those who came say")) == text, "it grows by three at once"
        survey.answer(paths[5], q1="1")
        text = words(panel(visitor.soup(PUBLIC), "What those who came say"))
        assert "6 enterprises have answered." in text
        assert "to your business? 2.7 of 5" in text
        assert "answers that you got? 3.5 of 5" in text

    def test_every_answer_is_a_line_of_a_file_and_no_formula(self, survey: Any) -> None:
        first, second = survey.ask(2)
        survey.answer(second, q1="2", q3="3", q4="=HYPERLINK(1)")
        survey.clock.travel(minutes=5)
        survey.answer(first, q1="5", q4="@SUM(A1)")
        organiser = survey.province.as_("organizer")
        base = "/organize/surveys/sessions/ky-1/answers"
        csv = organiser.get(f"{base}.csv")
        assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert csv.get_data().decode("utf-8-sig").splitlines()[1:] == [
            "1,2,No,'=HYPERLINK(1)",
            "2,5,,'@SUM(A1)",
        ], "in the order of the answers, without a name"
        book = load_workbook(io.BytesIO(organiser.get(f"{base}.xlsx").get_data()))
        rows = list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]
        assert rows[1:] == [(1, 2, "No", "'=HYPERLINK(1)"), (2, 5, None, "'@SUM(A1)")]
        assert organiser.get("/organize/surveys/sessions/none/answers.csv").status_code == 404
        assert organiser.get(f"{base}.json").status_code == 404
        for who in ("nobody", "STC", "leader"):
            assert survey.province.as_(who).get(f"{base}.csv").status_code in {302, 403}


def test_sums_are_shown_from_three_on_and_never_one_answer(survey: Any) -> None:
    visitor, organiser = survey.province.as_("nobody"), survey.province.as_("organizer")
    survey.hold(1)
    for at, typed in enumerate(({"days_saved": "5", "money_vnd": "1.000"}, {"days_saved": "7", "jobs": "2"})):
        survey.answer(survey.outcome(title=f"Việc {at}"), **typed)
    for page in (PUBLIC, "/results/?lang=en"):
        assert panel(visitor.soup(page), "What it brought") is None
    survey.answer(survey.outcome(title="Việc 2"), days_saved="8", money_vnd="2.000", text="=1+1")
    for page in (PUBLIC, "/results/?lang=en"):
        text = words(panel(visitor.soup(page), "What it brought"))
        assert "Working days saved 20 from 3 answers" in text
        assert "Money released" not in text, "two gave a sum: each could work out the other's"
        assert "Jobs" not in text
    desk = words(organiser.soup("/organize/surveys/").select_one("main"))
    assert "3 enterprises have said what a solution brought" in desk
    assert "Money released, in VND 3,000 2" in desk
    assert "1 remark =1+1" in desk
    csv = organiser.get("/organize/surveys/outcomes.csv").get_data().decode("utf-8-sig").splitlines()
    assert csv[1:] == ["1,5,1000,,", "2,7,,2,", "3,8,2000,,'=1+1"]
    assert organiser.get("/organize/surveys/outcomes.xlsx").status_code == 200
    assert visitor.get("/organize/surveys/outcomes.csv").status_code == 302


def test_what_is_not_shown_alone_is_not_the_difference_of_sums_that_are(survey: Any) -> None:
    survey.hold(1)
    other = survey.another_session("ky-2")
    for at in range(3):
        survey.answer(survey.outcome(title=f"Việc {at}"), days_saved="5")
    survey.answer(survey.outcome(session=other, title="Việc riêng"), days_saved="1000")
    visitor = survey.province.as_("nobody")
    assert "Working days saved 15 from 3 answers" in words(panel(visitor.soup(PUBLIC), "What it brought"))
    whole = words(panel(visitor.soup("/results/?lang=en"), "What it brought"))
    assert "Working days saved 15 from 3 answers" in whole, "1,015 less 15 would be the one of the other session"
    for at in range(2):
        survey.answer(survey.outcome(session=other, title=f"Thêm {at}"), days_saved="1")
    whole = words(panel(visitor.soup("/results/?lang=en"), "What it brought"))
    assert "Working days saved 1,017 from 6 answers" in whole


class TestScorecards:
    def told(self, survey: Any) -> None:
        """Three of five came with an issue that Finance leads; it was reopened for none."""
        survey.province.order()
        paths = survey.ask(5)
        with survey.work() as w:
            keys = w.db.scalars(select(Registration.id).order_by(Registration.id)).all()
            for key in keys[1:3]:
                for title in ("Một", "Hai"):
                    issue = survey.province.issue(w, title)
                    issue.registration_id = key
            w.commit()
        for path, mark in zip(paths, (5, 4, 2, 1, 1), strict=True):
            survey.answer(path, q1=str(mark), q2="5")

    def test_usefulness_of_an_agency_is_what_those_said_whose_issues_it_had(self, survey: Any) -> None:
        self.told(survey)
        visitor = survey.province.as_("nobody")

        def row(query: str) -> str:
            page = visitor.soup(f"/results/card?lang=en{query}")
            return words(next(one for one in page.select("tr") if "Usefulness of the sessions" in one.text))

        assert row("&by=department&code=STC").startswith("Usefulness of the sessions 3.67 ")
        assert row("&by=field&code=thue").startswith("Usefulness of the sessions 3.67 ")
        assert row("").startswith("Usefulness of the sessions 2.60 ")
        assert "Usefulness of the sessions" in visitor.get("/results/?lang=en").text
        book = load_workbook(io.BytesIO(visitor.get("/results/export.xlsx?lang=en").get_data()))
        agencies = list(book["Agencies"].iter_rows(values_only=True))
        assert (agencies[0][-1], float(agencies[1][-1])) == ("Usefulness of the sessions", 3.67)

    def test_fewer_than_three_are_no_figure(self, survey: Any) -> None:
        survey.province.order()
        for path in survey.ask(2):
            survey.answer(path, q1="5")
        page = survey.province.as_("nobody").soup("/results/card?lang=en&by=department&code=STC")
        row = next(one for one in page.select("tr") if "Usefulness of the sessions" in one.text)
        assert words(row).startswith("Usefulness of the sessions – ")

    def test_a_period_has_its_own_and_keeps_it(self, survey: Any, clock: Any) -> None:
        self.told(survey)
        with survey.work() as w:
            today = w.now.date()
            period = scorecards.open_period(w, starts_on=today.replace(day=1), ends_on=today)
            key = period.id
            w.commit()
        clock.travel(days=2)
        with survey.work() as w:
            scorecards.close_period(w, w.get(Period, key))
            w.commit()
        visitor = survey.province.as_("nobody")

        def value(query: str) -> str:
            page = visitor.soup(f"/results/card?lang=en&{query}")
            row = next(one for one in page.select("tr") if "Usefulness of the sessions" in one.text)
            return str(words(row.select_one("td")))

        with survey.work() as w:
            for one in w.db.scalars(select(Answer).where(Answer.question_id == 1)):
                one.number = 1
            w.commit()
        assert value(f"quarter=p{key}") == "2.60"
        assert value("") == "1.00"
        assert value("from=2025-01-01&to=2025-12-31") == "–"


VALUES = st.fixed_dictionaries({name: st.none() | st.integers(0, 1000) for name in FIGURES})
ANSWERS = st.lists(st.tuples(st.none() | st.integers(1, 4), VALUES), max_size=30)


def shown_together(answers: list[Said], name: str) -> tuple[int, int]:
    """What one learns of `name` by adding up the sessions that are shown."""
    keys = {key for key, _values in answers if key is not None}
    single = [shown([one for one in answers if one[0] == key]) for key in keys]
    parts = [one[name] for one in single if name in one]
    return sum(value for value, _count in parts), sum(count for _value, count in parts)


@given(ANSWERS)
def test_no_sum_that_is_shown_tells_of_fewer_than_three(answers: list[Said]) -> None:
    for name, (total, count) in shown_in_all(answers).items():
        alone, known = shown_together(answers, name)
        left = count - known
        assert left >= 0
        assert left % LEAST == 0, "nor does the difference to what is shown one by one"
        if not left:
            assert total == alone
        values = [one[name] for _key, one in answers if one[name] is not None]
        assert len(values) - count >= 0
        assert total <= sum(values)


@given(ANSWERS, VALUES)
def test_one_more_answer_of_a_session_is_not_the_difference_to_yesterday(answers: list[Said], more: Any) -> None:
    own = [one for one in answers if one[0] == 1]
    before, after = shown(own), shown([*own, (1, more)])
    for name, (_total, count) in after.items():
        assert (count - before.get(name, (0, 0))[1]) in {0, LEAST}


@given(st.lists(st.lists(st.text("abc", min_size=1, max_size=2), unique=True, min_size=2, max_size=5), max_size=5))
def test_a_choice_keeps_its_key_whatever_becomes_of_the_others(versions: list[list[str]]) -> None:
    choices: list[Choice] = []
    keys: dict[str, int] = {}
    for names in versions:
        choices = merged(choices, [(name, "") for name in names])
        assert [one.name for one in choices if one.is_offered] == names
        assert len({one.key for one in choices}) == len(choices)
        for one in choices:
            assert keys.setdefault(one.name, one.key) == one.key


def test_sums_equal_a_recount_row_by_row(survey: Any, work: Any) -> None:
    """Whatever was said, the database's sums are those of reading every row."""
    survey.hold(1)
    said = [(3, None, 1), (0, 10**15, None), (100_000, 7, 0), (None, 10**15, 5)]
    with work() as w:
        number = survey.province.order(to="closed")
        follow_up = survey.province.row(number)
        person = w.db.scalars(select(Registration)).first()
        for at, (days, money, jobs) in enumerate(said):
            ask = Ask(
                kind="outcome",
                programme_id=1,
                session_id=survey.province.session if at % 2 else None,
                follow_up_id=follow_up.id if at == 0 else None,
                contact_id=person.contact_id,
                asked_at=w.now,
                closes_at=w.now,
                answered_at=w.now,
                version=1,
            )
            w.db.add(ask)
            w.db.flush()
            w.db.add(Outcome(ask_id=ask.id, days_saved=days, money_vnd=money, jobs=jobs, text=""))
        w.db.flush()
        whole = brought(w)
        rows = w.db.scalars(select(Outcome)).all()
        for name in FIGURES:
            given_ = [getattr(row, name) for row in rows if getattr(row, name) is not None]
            assert (whole.sums[name], whole.counts[name]) == (sum(given_), len(given_))
        assert whole.answered == len(said)


def test_the_demo_has_answers_and_sums(survey: Any, mount: Any) -> None:
    survey.hold(6)
    for at in range(3):
        survey.province.order(f"Việc {at}", to="closed")
    with mount.work() as w:
        mount.plugins.tell("meetup_demo_data", work=w)
        w.commit()
    visitor = survey.province.as_("nobody")
    page = visitor.soup(PUBLIC)
    assert panel(page, "What those who came say") is not None
    assert panel(page, "What it brought") is not None
    assert json.dumps(worker(survey.province.site))
    assert survey.mails() == [], "whoever the demo asked is not asked again"


@pytest.mark.parametrize("page", ["/organize/surveys/", "/organize/surveys/ca-phe"])
def test_the_pages_are_the_organisers(survey: Any, page: str) -> None:
    for who in ("STC", "leader"):
        assert survey.province.as_(who).get(page).status_code == 403
    assert survey.province.as_("nobody").get(page).status_code == 302
    assert survey.province.as_("organizer").get(page).status_code == 200
