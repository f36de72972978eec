"""The enterprise's side: its answer, confirm with satisfaction, or reopen; a GET changes nothing (rule C8)."""

from __future__ import annotations

from typing import Any

from flask import after_this_request, flash, g, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from meetup.errors import NotFound
from meetup.followups import forms, papers, queries, service
from meetup.followups.models import FollowUp
from meetup.followups.views.base import bp, draw
from meetup.issues.models import Issue
from meetup.issues.views.own import BY, act_as_sender, issue_of
from meetup.issues.views.own import show as show_issue
from meetup.plugins.slots import Panel
from meetup.registrations.links import PURPOSE
from meetup.registrations.views import registration_of
from meetup.web.behind import keep_secret, subject_behind
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _
from meetup.web.pages import lines, page
from meetup.work import Work

#: States in which the enterprise may read the department's answer: the organiser has checked it.
CHECKED = frozenset({"verified", "closed"})


def _by_registration(token: str, number: int) -> FollowUp:
    registration = registration_of(token)
    f = queries.by_number(current_work().db, number)
    if f.issue.registration_id != registration.id:
        raise NotFound()
    require("follow_up.read", f)
    return f


def _by_issue(token: str, number: int) -> FollowUp:
    work = current_work()
    subject = subject_behind("issue", token)
    after_this_request(keep_secret)
    f = queries.by_number(work.db, number)
    if f.issue.subject != subject:
        raise NotFound()
    act_as_sender(f.issue)
    require("follow_up.read", f)
    return f


def _follow_up(token: str, number: int) -> FollowUp:
    """The follow-up that a link opens; the request goes on as its enterprise.

    Raises:
        NotFound: for a link or number that is not right, the same for both.
    """
    by_issue = (request.endpoint or "").rpartition(".")[2].startswith("of_issue")
    return _by_issue(token, number) if by_issue else _by_registration(token, number)


def address(f: FollowUp, token: str, action: str = "") -> str:
    """The page of `f` for its enterprise, or where one of its forms goes."""
    name = "own" if f.issue.registration_id is not None else "of_issue"
    if action:
        return link(f"follow_ups.{name}_{action}", token=token, number=f.number)
    return link(f"follow_ups.{name}", token=token, number=f.number)


def issue_address(issue: Issue, token: str) -> str:
    """The issue's page for its enterprise."""
    if issue.registration_id is not None:
        return link("issues.own", token=token, number=issue.number)
    return link("issues.own", token=token)


def file_address(issue: Issue, token: str, name: str) -> str:
    """A document of the issue for its enterprise."""
    if issue.registration_id is not None:
        return link("issues.own_file", token=token, number=issue.number, name=name)
    return link("issues.own_file", token=token, name=name)


def _show(f: FollowUp, token: str, **failed: Any) -> Any:
    work = current_work()
    notes, answers = papers.public_papers(work.db, [f.id])
    answer = answers.get(f.id) if f.state in CHECKED else None
    return draw(
        "own.html",
        f=f,
        notes=notes.get(f.id, []),
        answer=answer,
        files=papers.of_answer(work.db, f, answer) if answer is not None else [],
        file_url=lambda name: file_address(f.issue, token, name),
        form=failed.get("form") or forms.ConfirmForm(formdata=None),
        reopen=failed.get("reopen") or forms.ReopenForm(formdata=None),
        confirm_url=address(f, token, "confirm"),
        reopen_url=address(f, token, "reopen"),
        issue_url=issue_address(f.issue, token),
    )


@bp.get("/r/<token>/follow-ups/<int:number>")
@allow("public", by=PURPOSE, of="follow_up.read")
def own(token: str, number: int) -> Any:
    """What a department did, and the two buttons; the mail's link leads here."""
    return _show(_follow_up(token, number), token)


@bp.get("/i/<token>/follow-ups/<int:number>")
@allow("public", by="issue", of="follow_up.read")
def of_issue(token: str, number: int) -> Any:
    """The same for an issue that came without a registration."""
    return _show(_follow_up(token, number), token)


@bp.post("/r/<token>/follow-ups/<int:number>/confirm")
@allow("public", by=PURPOSE, of=("follow_up.read", "follow_up.confirm"))
def own_confirm(token: str, number: int) -> Any:
    """It is solved."""
    return _confirm(token, number)


@bp.post("/i/<token>/follow-ups/<int:number>/confirm")
@allow("public", by="issue", of=("follow_up.read", "follow_up.confirm"))
def of_issue_confirm(token: str, number: int) -> Any:
    """It is solved."""
    return _confirm(token, number)


@bp.post("/r/<token>/follow-ups/<int:number>/reopen")
@allow("public", by=PURPOSE, of=("follow_up.read", "follow_up.reopen"))
def own_reopen(token: str, number: int) -> Any:
    """It is not solved."""
    return _reopen(token, number)


@bp.post("/i/<token>/follow-ups/<int:number>/reopen")
@allow("public", by="issue", of=("follow_up.read", "follow_up.reopen"))
def of_issue_reopen(token: str, number: int) -> Any:
    """It is not solved."""
    return _reopen(token, number)


def _confirm(token: str, number: int) -> Any:
    work = current_work()
    f = _follow_up(token, number)
    require("follow_up.confirm", f)
    form = forms.ConfirmForm()

    def step() -> bool:
        given = form.satisfaction.data or ""
        service.confirm(work, f, satisfaction=int(given) if given.isdecimal() else 0, comment=form.comment.data or "")
        return True

    if submit(form, step) is None:
        return _show(_follow_up(token, number), token, form=form)
    flash(_("Thank you. It is confirmed and closed."), "success")
    return redirect(address(f, token))


def _reopen(token: str, number: int) -> Any:
    work = current_work()
    f = _follow_up(token, number)
    require("follow_up.reopen", f)
    form = forms.ReopenForm()

    def step() -> FollowUp:
        reason = form.reason.data or ""
        if f.state == "closed":
            return service.reopen_issue(work, f.issue, reason=reason, follow_up=f)
        return service.reopen(work, f, reason=reason)

    goes_on = submit(form, step)
    if goes_on is None:
        return _show(_follow_up(token, number), token, reopen=form)
    flash(_("It is reopened. The agency and the organiser have been told."), "success")
    again = queries.by_number(work.db, goes_on.number)
    return redirect(address(again, token))


@bp.post("/r/<token>/issues/<int:number>/<any(agree, disagree):action>")
@bp.post("/i/<token>/<any(agree, disagree):action>")
@allow("public", by=BY, of="issue.read_all")
def at_once(token: str, action: str, number: int | None = None) -> Response | Any:
    """The enterprise agrees with an answer that was given on the spot, or does not."""
    work = current_work()
    issue = issue_of(token, number)
    form: Any = forms.AgreeForm() if action == "agree" else forms.ReopenForm()

    def step() -> bool:
        if action == "agree":
            service.accept_answer(work, issue)
        else:
            service.reopen_issue(work, issue, reason=form.reason.data or "")
        return True

    if submit(form, step) is None:
        for words in form.general:
            flash(words, "error")
        if action == "disagree":
            g.meetup_disagreement = form
            return show_issue(issue_of(token, number), token, number, failed=form)
    elif action == "agree":
        flash(_("Thank you. It is confirmed and closed."), "success")
    else:
        flash(_("It is reopened. The agency and the organiser have been told."), "success")
    where = link("issues.own", token=token, number=number) if number is not None else link("issues.own", token=token)
    return redirect(where)


def panel(work: Work, issue: Issue, token: str) -> list[Panel]:
    """On the issue's own page: what each department did, and confirm or reopen."""
    rows = queries.of_issue(work.db, issue.id)
    if rows:
        notes, answers = papers.public_papers(work.db, [f.id for f in rows])
        text = page(
            "follow_ups/panel_own.html",
            rows=rows,
            issue=issue,
            notes=notes,
            answers=answers,
            checked=CHECKED,
            address=lambda f, action="": address(f, token, action),
            form=forms.ConfirmForm(formdata=None),
            lines=lines,
        )
        return [Panel(_("What the agencies did"), Markup(text), 10)]  # nosec B704
    if issue.state in {"answered", "resolved"} and issue.answer:
        where = {"token": token}
        if issue.registration_id is not None:
            where["number"] = str(issue.number)
        text = page(
            "follow_ups/panel_at_once.html",
            issue=issue,
            agree_url=link("follow_ups.at_once", **where, action="agree"),
            # The panel is drawn by the issue's page, which knows nothing of this form.
            disagree_url=link("follow_ups.at_once", **where, action="disagree"),
            form=g.pop("meetup_disagreement", None) or forms.ReopenForm(formdata=None),
            lines=lines,
        )
        return [Panel(_("The answer"), Markup(text), 10)]  # nosec B704
    return []
