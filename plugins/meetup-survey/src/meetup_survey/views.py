"""The pages: the questionnaire behind its link, and for organisers the rules, the questions and the exports."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, after_this_request, flash, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.api import (
    FollowUp,
    Form,
    NotFound,
    Programme,
    Session,
    _,
    allow,
    current_work,
    keep_secret,
    link,
    page,
    subject_behind,
    submit,
)
from meetup_survey import answering, questions, results
from meetup_survey.export import export_outcomes, export_session
from meetup_survey.forms import OutcomeForm, SurveyForm, answer_form, show_answers, typed
from meetup_survey.models import PURPOSE, SESSION, Ask, main_questions
from meetup_survey.overview import overview, recent_sessions, remarks

bp = Blueprint("survey", __name__)


@bp.route("/survey/<token>", methods=["GET", "POST"])
@allow("public", by=PURPOSE)
def answer(token: str) -> Any:
    """The questionnaire behind a link; a GET, with a mark in its address too, changes nothing."""
    work = current_work()
    ask = _ask_of(token)
    if ask.kind == SESSION:
        form, step, context = _about_session(ask)
    else:
        form, step, context = _about_outcome(ask)
    # The form and not the row: after a refusal the row is what it was.
    answered, is_open, until = ask.answered_at is not None, answering.is_open(work, ask), ask.closes_at
    if submit(form, step) is not None:
        flash(_("Thank you. Your answers are kept; you can change them until %(until)s.", until=_day(until)), "success")
        return redirect(link("survey.answer", token=token))
    body = page(
        f"survey/{'session' if ask.kind == SESSION else 'outcome'}.html",
        form=form,
        token=token,
        answered=answered,
        is_open=is_open,
        until=until,
        **context,
    )
    return body, 422 if form.failed else 200


def _day(moment: Any) -> str:
    return str(moment.astimezone(current_work().zone).strftime("%d/%m/%Y %H:%M"))


def _ask_of(token: str) -> Ask:
    subject = subject_behind(PURPOSE, token)
    after_this_request(keep_secret)
    found: Ask = current_work().get(Ask, int(subject.partition(":")[2]))
    return found


def _about_session(ask: Ask) -> tuple[Form, Any, dict[str, Any]]:
    work = current_work()
    asked = questions.questions_of(work.db, ask.programme_id)
    form = answer_form(asked)
    if request.method == "GET":
        show_answers(form, answering.given(work.db, ask))
        first = main_questions(asked).get(ask.programme_id)
        mark = request.args.get("mark", "")
        if first is not None and ask.answered_at is None and mark in {"1", "2", "3", "4", "5"}:
            form[f"q{first.id}"].data = mark
    session = work.get(Session, ask.session_id)
    return form, lambda: answering.answer(work, ask, asked, typed(form)), {"session": session}


def _about_outcome(ask: Ask) -> tuple[Form, Any, dict[str, Any]]:
    work = current_work()
    form = OutcomeForm()
    known = answering.outcome_of(work.db, ask)
    if request.method == "GET" and known is not None:
        form.show(known)
    query = select(FollowUp).options(joinedload(FollowUp.issue)).where(FollowUp.id == ask.follow_up_id)
    issue = work.db.scalars(query).one().issue
    return form, lambda: answering.say_outcome(work, ask, typed(form)), {"issue": issue}


@bp.get("/organize/surveys/")
@allow("desk.organize")
def index() -> Any:
    """Every programme with what it asks and what was answered; and what solutions brought in all."""
    work = current_work()
    return page(
        "survey/index.html",
        programmes=overview(work),
        sessions=recent_sessions(work),
        brought=results.brought(work),
        remarks=remarks(work),
    )


@bp.route("/organize/surveys/<slug>", methods=["GET", "POST"])
@allow("desk.organize")
def edit(slug: str) -> Any:
    """When a programme asks, and what."""
    work = current_work()
    programme = work.db.scalar(select(Programme).where(Programme.slug == slug))
    if programme is None:
        raise NotFound()
    form = SurveyForm()
    if request.method == "GET":
        form.show(questions.rules_of(work.db, programme.id), questions.questions_of(work.db, programme.id))
    seen = form.version.data or ""
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    done = submit(
        form,
        lambda: questions.save(work, programme, version=version, rules=form.rules(), typed=form.questions_typed()),
    )
    if done is not None:
        flash(_("The questions are kept."), "success")
        return redirect(link("survey.index"))
    name, back = _named(slug), link("survey.index")
    blank = SurveyForm(formdata=None)
    blank.questions.append_entry({"kind": "mark"})
    body = page("survey/edit.html", form=form, programme=name, back=back, blank=blank.questions[0])
    return body, 422 if form.failed else 200


def _named(slug: str) -> Any:
    """The programme, read anew: a refusal has forgotten what was loaded."""
    return current_work().db.scalars(select(Programme).where(Programme.slug == slug)).one()


@bp.get("/organize/surveys/sessions/<slug>/answers.<any(csv, xlsx):kind>")
@allow("desk.organize")
def answers(slug: str, kind: str) -> Any:
    """Every answer about a session, one a line, without names."""
    session = current_work().db.scalar(select(Session).where(Session.slug == slug))
    if session is None:
        raise NotFound()
    return export_session(current_work(), session, kind)


@bp.get("/organize/surveys/outcomes.<any(csv, xlsx):kind>")
@allow("desk.organize")
def outcomes(kind: str) -> Any:
    """What solutions brought, one answer a line, without names."""
    return export_outcomes(current_work(), kind)
