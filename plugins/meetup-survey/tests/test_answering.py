"""The questionnaire behind its link, as an enterprise meets it: no account, no scripts."""

from __future__ import annotations

from typing import Any

import pytest
from meetup_survey.models import Answer, Ask, Outcome
from meetup_survey.numbers import whole_number
from sqlalchemy import select

from meetup.api import Contact
from meetup.links import revoke


def stored(work: Any, model: Any = Answer) -> list[Any]:
    with work(write=False) as w:
        return list(w.db.scalars(select(model).order_by(model.id)))


def test_answers_are_kept_and_can_be_changed_until_the_end(survey: Any, work: Any, clock: Any) -> None:
    (path,) = survey.ask(1)
    sent = survey.answer(path, q1="4", q3="2", q4="Gửi tài liệu trước.\r\nCảm ơn.")
    assert (sent.status_code, sent.headers["Location"]) == (302, path)
    rows = stored(work)
    assert [(row.question_id, row.number, row.text) for row in rows] == [
        (1, 4, ""),
        (3, 2, ""),
        (4, None, "Gửi tài liệu trước.\nCảm ơn."),
    ]
    visitor = survey.province.as_("nobody")
    page = visitor.soup(path)
    assert "You have answered. Until 16/11/2026" in page.text
    assert page.select_one('input[name=q1][value="4"]').has_attr("checked")
    assert "Gửi tài liệu trước." in page.select_one("textarea[name=q4]").text
    clock.travel(days=2)
    first = stored(work, Ask)[0].answered_at
    assert survey.answer(path, q1="2", q3=None, q4="").status_code == 302
    assert [(row.question_id, row.number) for row in stored(work)] == [(1, 2)]
    assert stored(work, Ask)[0].answered_at == first


def test_what_is_wrong_stands_at_its_question_and_what_was_typed_stays(survey: Any, work: Any) -> None:
    (path,) = survey.ask(1)
    refused = survey.answer(path, q4="Lời đã gõ")
    assert refused.status_code == 422
    assert refused.text.count("This question is not answered. Please answer it.") == 2, "on top and at the question"
    assert "Lời đã gõ" in refused.text
    assert 'aria-invalid="true"' in refused.text
    for typed in ({"q1": "9"}, {"q1": "0"}, {"q1": "²"}, {"q1": "4", "q3": "7"}, {"q1": "4", "q4": "x" * 2001}):
        assert survey.answer(path, **typed).status_code == 422, typed
    assert stored(work) == []
    assert stored(work, Ask)[0].answered_at is None


def test_a_mark_in_the_mail_opens_the_page_with_it_and_stores_nothing(survey: Any, work: Any) -> None:
    (path,) = survey.ask(1)
    visitor = survey.province.as_("nobody")
    page = visitor.soup(f"{path}?mark=5")
    assert page.select_one('input[name=q1][value="5"]').has_attr("checked")
    assert visitor.get(f"{path}?mark=nonsense").status_code == 200
    assert visitor.head(f"{path}?mark=5").status_code == 200
    assert stored(work) == []
    assert stored(work, Ask)[0].answered_at is None
    survey.answer(path, q1="2")
    page = visitor.soup(f"{path}?mark=5")
    assert page.select_one('input[name=q1][value="2"]').has_attr("checked"), "what was said is not overlaid"


def test_it_closes_and_says_so(survey: Any, work: Any, clock: Any) -> None:
    first, second = survey.ask(2)
    survey.answer(first, q1="4")
    form = survey.province.as_("nobody")
    page = form.soup(second)
    clock.travel(days=14)
    visitor = survey.province.as_("nobody")
    assert "They can no longer be answered." in visitor.soup(second).text
    answered = visitor.soup(first)
    assert "Thank you for your answers." in answered.text
    assert answered.select_one("input[name=q1]") is None
    late = form.send(page, second, {"q1": "5", "q4": "Đã gõ xong"}, follow=False)
    assert late.status_code == 422
    assert "These questions are closed." in late.text
    assert "Đã gõ xong" in late.text, "what was typed can be copied"
    assert len(stored(work)) == 1


def test_a_forged_a_foreign_and_a_revoked_link_open_nothing(survey: Any, work: Any) -> None:
    first, second = survey.ask(2)
    visitor = survey.province.as_("nobody")
    token = first.rpartition("/")[2]
    forged = first[:-1] + ("A" if first[-1] != "A" else "B")
    mixed = f"/survey/{token[:16]}{second.rpartition('/')[2][16:]}"
    for path in (forged, mixed, "/survey/x", f"/survey/{survey.province.token}", f"/r/{token}/cancel"):
        assert visitor.get(path).status_code in {404, 405}, path
    # The page of another has a form whose token against forgery is this browser's own.
    page = visitor.soup(first)
    csrf = page.select_one("input[name=csrf_token]")["value"]
    assert visitor.post(forged, data={"q1": "5", "csrf_token": csrf}).status_code == 404
    assert visitor.post(first, data={"q1": "5"}).status_code == 400
    with work() as w:
        revoke(w.db, "survey", stored(work, Ask)[0].subject, w.now)
        w.commit()
    assert visitor.get(first).status_code == 404
    assert visitor.get(second).status_code == 200
    assert stored(work) == []


def test_what_no_browser_sends_breaks_nothing(survey: Any, work: Any) -> None:
    (path,) = survey.ask(1)
    assert survey.answer(path, q1="4", q4="a\x00b\x07\rc").status_code == 302
    assert stored(work)[-1].text == "ab\nc"
    for typed in ({"q1": "4\x00"}, {"q1": ["4", "5"]}, {"q99999999999": "1", "q1": "3"}):
        assert survey.answer(path, **typed).status_code in {302, 422}
    organiser = survey.province.as_("organizer")
    odd = {"questions-0-name": "H\x00ữu ích?", "questions-2-choices": "C\x00ó\nKhông", "questions-1-key": "\x00"}
    assert organiser.fill("/organize/surveys/ca-phe", odd, follow=False).status_code == 302
    for path in ("/survey/%00", "/organize/surveys/%00", "/organize/surveys/sessions/%00/answers.csv"):
        assert organiser.get(path).status_code == 404, path


def test_nobody_keeps_the_page(survey: Any) -> None:
    (path,) = survey.ask(1)
    answer = survey.province.as_("nobody").get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_it_speaks_the_readers_language(survey: Any) -> None:
    (path,) = survey.ask(1)
    visitor = survey.province.as_("nobody")
    vietnamese = visitor.soup(f"{path}?lang=vi").text
    assert "Buổi gặp hữu ích thế nào đối với đơn vị của Quý vị?" in vietnamese
    assert "Gửi câu trả lời" in vietnamese
    assert "How useful was the session to your business?" in visitor.soup(f"{path}?lang=en").text


def test_what_it_brought_is_kept_and_can_be_changed(survey: Any, work: Any) -> None:
    path = survey.outcome()
    assert survey.answer(path, days_saved="12", money_vnd="1.500.000 đ", jobs="").status_code == 302
    (row,) = stored(work, Outcome)
    assert (row.days_saved, row.money_vnd, row.jobs) == (12, 1_500_000, None)
    assert survey.answer(path, days_saved="0", jobs="3", money_vnd="").status_code == 302
    (row,) = stored(work, Outcome)
    assert (row.days_saved, row.money_vnd, row.jobs) == (0, None, 3)
    assert survey.province.as_("nobody").soup(path).select_one("input[name=jobs]")["value"] == "3"
    survey.answer(path, money_vnd="1500000")
    assert survey.province.as_("nobody").soup(path).select_one("input[name=money_vnd]")["value"] == "1.500.000"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("days_saved", "12,5"),
        ("money_vnd", "1 tỷ"),
        ("jobs", "-3"),
        ("days_saved", "9" * 30),
        ("money_vnd", "1.50"),
        ("money_vnd", "1.000,000"),
    ],
)
def test_what_is_no_number_is_said_at_its_field(survey: Any, work: Any, field: str, text: str) -> None:
    path = survey.outcome()
    refused = survey.answer(path, **{field: text})
    assert refused.status_code == 422
    assert "This is no whole number that we can take." in refused.text
    assert f'value="{text}"' in refused.text
    assert stored(work, Outcome) == []


def test_nothing_at_all_is_no_answer_and_zero_is_one(survey: Any) -> None:
    path = survey.outcome()
    assert "No number is given." in survey.answer(path, text="Tốt").text
    assert survey.answer(path, days_saved="0").status_code == 302


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("1.500.000", 1_500_000),
        ("1,500,000 VND", 1_500_000),
        ("1 500 000", 1_500_000),
        ("0", 0),
        ("007", 7),
        ("", None),
        ("12.5", None),
        ("1.500,000", None),
        ("²", None),
        ("1" * 41, None),
        ("101", 101),
        ("10000001", None),
    ],
)
def test_numbers_as_people_write_them(text: str, number: int | None) -> None:
    assert whole_number(text, 10_000_000) == number


def test_who_is_forgotten_leaves_no_words(survey: Any, work: Any, clock: Any, runner: Any) -> None:
    import json

    first, second = survey.ask(2)
    survey.answer(first, q1="4", q3="1", q4="Tôi là An, số 0912345678")
    survey.answer(second, q1="3", q4="Của người khác")
    held = json.loads(runner.invoke(args=["meetup", "privacy", "export", "an@mot.example"]).stdout)
    (one,) = held["surveys"]
    assert one["kind"] == "session"
    assert list(one["answers"].values()) == [4, "Có", "Tôi là An, số 0912345678"]
    assert "/survey/" not in json.dumps(held["surveys"])
    clock.travel(days=1)
    erased = runner.invoke(args=["meetup", "privacy", "erase", "an@mot.example", "--yes"])
    assert "surveys: 1" in erased.output
    assert [(row.number, row.text) for row in stored(work)] == [
        (4, ""),
        (1, ""),
        (None, ""),
        (3, ""),
        (None, "Của người khác"),
    ]
    assert survey.province.as_("nobody").get(first).status_code == 404
    assert survey.province.as_("nobody").get(second).status_code == 200
    with work(write=False) as w:
        person = w.get(Contact, stored(work, Ask)[0].contact_id)
        assert person.email.endswith("@erased.invalid")
