"""The organiser's page: what a programme asks, and when; and the plugin's life."""

from __future__ import annotations

from typing import Any

from meetup_survey.models import Question, Rules
from sqlalchemy import inspect, select

PAGE = "/organize/surveys/ca-phe"


def live(work: Any) -> list[Question]:
    with work(write=False) as w:
        query = select(Question).where(Question.retired_at.is_(None)).order_by(Question.place, Question.id)
        return list(w.db.scalars(query))


def test_the_page_is_reached_and_shows_what_holds_without_storing_it(survey: Any, work: Any) -> None:
    organiser = survey.province.as_("organizer")
    menu = organiser.soup("/organize/")
    assert menu.select_one('a[href="/organize/surveys/"]') is not None
    index = organiser.soup("/organize/surveys/")
    assert index.select_one(f'a[href="{PAGE}"]') is not None
    assert "3 hours later" in index.text
    page = organiser.soup(PAGE)
    written = [one.text.strip() for one in page.select("[data-mu-list] textarea")]
    assert written[1] == "How useful was the session to your business?"
    assert written[8].splitlines() == ["Có | Yes", "Có thể | Maybe", "Không | No"]
    assert len(written) == 15
    assert written[-3:] == ["", "", ""], "one row to write another in"
    assert live(work) == []
    assert organiser.get("/organize/surveys/none").status_code == 404


def test_questions_are_changed_added_ordered_and_taken_away(survey: Any, work: Any) -> None:
    organiser = survey.province.as_("organizer")
    typed = {
        "questions-0-name": "Mức hữu ích?",
        "questions-1-name": None,
        "questions-1-name_en": None,
        "questions-2-place": "9",
        "questions-4-name": "Quý vị chờ bao nhiêu phút?",
        "questions-4-kind": "number",
        "questions-4-place": "2",
    }
    assert organiser.fill(PAGE, typed).request.path == "/organize/surveys/"
    assert [(one.place, one.kind, one.name) for one in live(work)] == [
        (1, "mark", "Mức hữu ích?"),
        (2, "number", "Quý vị chờ bao nhiêu phút?"),
        (3, "text", "Chúng tôi nên làm tốt hơn điều gì?"),
        (4, "choice", "Quý vị có muốn dự lần sau không?"),
    ]
    with work(write=False) as w:
        assert w.db.scalars(select(Rules)).one().version == 2
    page = survey.province.as_("nobody").soup(survey.ask(1)[0] + "?lang=vi")
    assert "Quý vị chờ bao nhiêu phút?" in page.text
    assert "đúng trọng tâm" not in page.text


def test_answers_stay_when_their_question_changes(survey: Any, work: Any) -> None:
    first, second = survey.ask(2)
    survey.answer(first, q1="4", q3="2", q4="Lời")
    organiser = survey.province.as_("organizer")
    typed = {
        "questions-0-name_en": "Was it useful?",
        "questions-2-choices": "Không | No\nCó | Yes, surely",
        "questions-3-kind": "number",
    }
    assert organiser.fill(PAGE, typed).status_code == 200
    kept = {one.id: one for one in live(work)}
    assert set(kept) == {1, 2, 3, 5}, "as another kind it is another question"
    panel = next(one for one in organiser.soup("/organize/sessions/ky-1/").select(".m-panel") if "Survey" in one.text)
    text = " ".join(panel.get_text(" ").split())
    assert "Was it useful? Mean: 4.00" in text
    assert "Maybe 1" in text, "what was chosen stays, though it is no longer offered"
    assert "What should we do better? (asked no more) 1 remark" in text
    page = survey.province.as_("nobody").soup(second)
    offered = [one["value"] for one in page.select("input[name=q3]")]
    assert offered == ["3", "1"]
    assert survey.answer(second, q1="3", q3="2").status_code == 422, "it is no longer offered"


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(survey: Any, work: Any) -> None:
    organiser = survey.province.as_("organizer")

    def refused(**typed: str) -> str:
        names = {name.replace("__", "-"): value for name, value in typed.items()}
        answer = organiser.fill(PAGE, names, follow=False)
        assert answer.status_code == 422, typed
        return str(answer.text)

    assert "This is no whole number from 0 to 720." in refused(delay="800")
    assert "This is no whole number from 0 to 30." in refused(delay="31", unit="days")
    assert "from 1 to 60" in refused(open_days="0")
    assert "A choice is between 2 and 12 things." in refused(questions__2__choices="Có")
    text = refused(questions__0__name="", questions__0__name_en="Only English", questions__1__name="Giữ lời này")
    assert "The question has no words in Vietnamese." in text
    assert "Only English" in text
    assert "Giữ lời này" in text
    assert "longer than 300" in refused(questions__0__name="x" * 301)
    assert "There is no such kind" in refused(questions__0__kind="stars")
    assert "no place in the order" in refused(questions__0__place="first")
    nothing = {f"questions__{at}__{name}": "" for at in range(4) for name in ("name", "name_en")}
    assert "There is no question." in refused(**nothing)
    assert live(work) == []


def test_two_organisers_do_not_overwrite_each_other(survey: Any, work: Any) -> None:
    one, other = survey.province.as_("organizer"), survey.province.as_("organizer")
    seen = other.soup(PAGE)
    one.fill(PAGE, {"questions-0-name": "Của người thứ nhất"})
    late = other.send(seen, PAGE, {"questions-0-name": "Của người thứ hai"}, follow=False)
    assert late.status_code == 422
    assert "Của người thứ hai" in late.text
    assert live(work)[0].name == "Của người thứ nhất"


def test_a_page_opened_before_the_worker_stored_the_standard_questions_still_counts(survey: Any, work: Any) -> None:
    organiser = survey.province.as_("organizer")
    seen = organiser.soup(PAGE)
    (path,) = survey.ask(1)
    survey.answer(path, q1="4")
    assert organiser.send(seen, PAGE, {"questions-0-name": "Hữu ích không?"}, follow=False).status_code == 302
    assert [one.id for one in live(work)] == [1, 2, 3, 4]
    assert live(work)[0].name == "Hữu ích không?"


def test_more_than_ten_are_too_many(survey: Any) -> None:
    organiser = survey.province.as_("organizer")
    typed = {f"questions-{at}-name": f"Câu {at}" for at in range(11)}
    typed |= {f"questions-{at}-kind": "text" for at in range(4, 11)}
    refused = organiser.fill(PAGE, typed, follow=False)
    assert refused.status_code == 422
    assert "These are more than 10 questions." in refused.text
    # What no page of ours sends breaks nothing either.
    assert organiser.fill(PAGE, {"questions-²-name": "x", "questions-999999-name": "y"}, follow=False).status_code in {
        302,
        422,
    }


class TestLife:
    """On a database without a table: installed, used, removed."""

    def test_used_and_removed(self, survey: Any, site: Any, mount: Any) -> None:
        (path,) = survey.ask(1)
        survey.answer(path, q1="4")

        def tables() -> set[str]:
            return set(inspect(mount.database.engine).get_table_names())

        run = site.test_cli_runner().invoke
        assert run(args=["meetup", "db", "check"]).output == "models and database agree\n"
        before = tables()
        removed = run(args=["meetup", "plugins", "remove", "survey", "--yes"])
        assert removed.exit_code == 0, removed.output
        gone = {f"meetup_survey_{name}" for name in ("rules", "question", "ask", "answer", "outcome")}
        assert before - tables() == gone
        assert run(args=["meetup", "db", "upgrade"]).exit_code == 0
        assert tables() == before
        assert survey.province.as_("nobody").get(path).status_code == 404
        assert survey.send()["surveys_asked"] == 1
