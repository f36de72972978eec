"""An issue on its enterprise's own page: where it stands, the thread, what was asked, taking it back."""

from __future__ import annotations

from typing import Any

from flask import Response, after_this_request, flash, redirect
from sqlalchemy import select

from meetup.access import Actor
from meetup.errors import NotFound
from meetup.followups.models import Answer
from meetup.issues import queries, service
from meetup.issues.forms import InformForm, MessageForm, uploads
from meetup.issues.models import Issue
from meetup.issues.values import SILENT
from meetup.issues.views.base import bp, draw
from meetup.issues.views.files import named, send
from meetup.issues.views.standing import standings
from meetup.issues.views.story import story
from meetup.registrations.links import PURPOSE
from meetup.registrations.views import registration_of
from meetup.web.behind import keep_secret, subject_behind
from meetup.web.current import act_as, current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _

#: What the links that open an issue are for: its registration's, or its own where it came without one.
BY = {"/r/": PURPOSE, "/i/": "issue"}


def issue_of(token: str, number: int | None) -> Issue:
    """The issue that a link opens; the request goes on as its enterprise.

    With a number, the token is a registration's and the issue one that was handed in
    with it; without, the token is the issue's own.

    Raises:
        NotFound: for a token or number that is not right, the same for both.
    """
    work = current_work()
    if number is not None:
        registration_of(token)
        issue = queries.by_number(work.db, number)
        require("issue.read_all", issue)
        return issue
    subject = subject_behind("issue", token)
    after_this_request(keep_secret)
    found = work.db.get(Issue, int(subject.partition(":")[2]))
    if found is None:
        raise NotFound()
    issue = queries.by_number(work.db, found.number)
    act_as_sender(issue)
    require("issue.read_all", issue)
    return issue


def act_as_sender(issue: Issue) -> None:
    """The request goes on as whoever handed the issue in, with whichever registration: the link is the issue's."""
    act_as(
        Actor(
            "enterprise",
            id=issue.subject,
            name=issue.contact.name,
            registration_id=issue.registration_id,
            enterprise_id=issue.enterprise_id,
        )
    )


def _address(token: str, number: int | None) -> str:
    return link("issues.own", token=token, number=number) if number is not None else link("issues.own", token=token)


def action_url(token: str, number: int | None, action: str) -> str:
    """Where a form of the own page is sent to."""
    values = {"token": token, "action": action}
    return link("issues.do", **values, number=number) if number is not None else link("issues.do", **values)


def show(issue: Issue, token: str, number: int | None, **forms: Any) -> Any:
    """Draw the own page of an issue, with forms that failed as they were typed."""
    work = current_work()
    form = forms.get("form") or MessageForm(formdata=None)
    inform = forms.get("inform") or InformForm(formdata=None)
    return draw(
        "own.html",
        issue=issue,
        standing=standings(work, [issue])[issue.id],
        story=story(work, issue),
        thread=queries.thread(work.db, issue),
        files=queries.files(work.db, issue, own=True),
        form=form,
        inform=inform,
        failed=forms.get("failed"),
        token=token,
        number=number,
        may_write=issue.state not in SILENT,
        may_withdraw="withdraw" in issue.MACHINE.possible(issue.state),
        action=lambda name: action_url(token, number, name),
        file_url=lambda name: (
            link("issues.own_file", token=token, name=name)
            if number is None
            else link("issues.own_file", token=token, number=number, name=name)
        ),
    )


@bp.get("/r/<token>/issues/<int:number>")
@bp.get("/i/<token>")
@allow("public", by=BY, of="issue.read_all")
def own(token: str, number: int | None = None) -> Any:
    """The issue for its enterprise."""
    return show(issue_of(token, number), token, number)


@bp.post("/r/<token>/issues/<int:number>/<any(write, inform, withdraw):action>")
@bp.post("/i/<token>/<any(write, inform, withdraw):action>")
@allow("public", by=BY, of={name: ("issue.read_all", f"issue.{name}") for name in ("write", "inform", "withdraw")})
def do(token: str, action: str, number: int | None = None) -> Any:
    """Write into the thread, give what was asked for, or take the issue back."""
    work = current_work()
    issue = issue_of(token, number)
    require(f"issue.{action}", issue)
    if action == "withdraw":
        service.withdraw(work, issue)
        work.commit()
        flash(_("The issue is taken back."), "success")
        taken_back: Any = redirect(_address(token, number))
        return taken_back
    form: Any = MessageForm() if action == "write" else InformForm()

    def step() -> bool:
        if action == "write":
            service.write(work, issue, body=form.body.data or "", side="enterprise")
        else:
            service.inform(work, issue, text=form.text.data or "")
        service.attach(work, issue, uploads(form.attachments), side="enterprise")
        return True

    if submit(form, step) is None:
        shown = {"form" if action == "write" else "inform": form}
        return show(issue_of(token, number), token, number, **shown)
    flash(_("Sent."), "success")
    answer: Any = redirect(_address(token, number))
    return answer


@bp.get("/r/<token>/issues/<int:number>/files/<name>")
@bp.get("/i/<token>/files/<name>")
@allow("public", by=BY, of="issue.read_all")
def own_file(token: str, name: str, number: int | None = None) -> Response:
    """A file of one's own issue; a document of a department's answer once the answer was checked."""
    work = current_work()
    attachment = named(issue_of(token, number), name)
    if attachment.follow_up_id is not None:
        verdict = work.db.scalar(select(Answer.verdict).where(Answer.id == attachment.answer_id))
        if verdict not in {"verified", "reopened"}:
            raise NotFound()
    return send(attachment)
