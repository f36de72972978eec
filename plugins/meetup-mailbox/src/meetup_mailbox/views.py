"""The inbox of the organisers: what came in and waits for a person, and proposals of another time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request
from wtforms import StringField
from wtforms.validators import Length

from meetup.api import (
    Form,
    Issue,
    NotFound,
    Work,
    _,
    allow,
    current_work,
    lazy,
    link,
    page,
    paged,
    submit,
    unpack,
)
from meetup_mailbox import queries, settling
from meetup_mailbox.matching import registration_of
from meetup_mailbox.models import STATES, Received

bp = Blueprint("inbox", __name__)

PAGE_LENGTH = 40


class PlainForm(Form):
    """A button."""


class RefuseForm(Form):
    """A word to who proposed another time."""

    words = StringField(lazy("A word to them (may be empty)"), validators=[Length(max=500)])


def state_names() -> dict[str, str]:
    """The states of a message in the reader's language."""
    return {"waiting": _("Waiting for you"), "done": _("Settled"), "dismissed": _("Put aside")}


def kind_names() -> dict[str, str]:
    """What messages are, in the reader's language."""
    return {
        "reply": _("Answer from a calendar"),
        "counter": _("Another time proposed"),
        "bounce": _("Report about mail of ours"),
        "issue": _("Issue by mail"),
        "message": _("Answer to a mail"),
        "automatic": _("Automatic mail"),
        "own": _("Mail of our own"),
        "other": _("Mail"),
        "unreadable": _("Cannot be read"),
    }


def answer_names() -> dict[str, str]:
    """What calendars answer, in the reader's language."""
    return {
        "ACCEPTED": _("comes"),
        "DECLINED": _("does not come"),
        "TENTATIVE": _("may come"),
        "DELEGATED": _("sends someone else"),
    }


def why(row: Received) -> str:
    """Why a message waits or was put aside."""
    if not row.why:
        return ""
    said = _(row.why)
    return said % row.details if row.details and "%(" in said else said


def _words() -> dict[str, Any]:
    return {"state_names": state_names(), "kind_names": kind_names(), "answer_names": answer_names(), "why": why}


@bp.get("/organize/mailbox/")
@allow("desk.organize")
def index() -> Any:
    """Messages in one state, and the proposals that are open."""
    work = current_work()
    state = request.args.get("state", "waiting")
    if not queries.is_state(state):
        raise NotFound()
    mark = unpack(request.args.get("after", ""), int)
    rows = queries.received(work, state, mark[0] if mark else None, PAGE_LENGTH)
    shown = paged(rows, PAGE_LENGTH, lambda row: (row.id,))
    return page(
        "mailbox/index.html",
        state=state,
        states=STATES,
        counts=queries.counts(work),
        messages=shown.items,
        proposals=queries.proposals(work) if state == "waiting" and not mark else (),
        form=RefuseForm(formdata=None),
        next_url=link("inbox.index", state=state, after=shown.next) if shown.next else "",
        first_url=link("inbox.index", state=state) if mark else "",
        **_words(),
    )


@bp.get("/organize/mailbox/<int(max=9223372036854775807):key>")
@allow("desk.organize")
def show(key: int) -> Any:
    """One message as it came, as text."""
    return _shown(queries.one(current_work(), key))


def _shown(row: Received) -> Any:
    work = current_work()
    arrived = queries.original(row)
    registration = registration_of(work, row.registration_id) if row.registration_id else None
    waits = row.state == "waiting"
    return page(
        "mailbox/show.html",
        row=row,
        fields=[(name, arrived.field(name)) for name in ("From", "To", "Date", "Subject")] if arrived else [],
        text=arrived.text() if arrived else "",
        files=[one.name for one in arrived.files()] if arrived else [],
        registration=registration,
        issue=_issue(row),
        can_take=waits and not row.is_applied and row.kind in {"reply", "counter"} and registration is not None,
        can_make=waits and row.kind in {"message", "other"} and row.issue_id is None,
        **_words(),
    )


def _issue(row: Received) -> Any:
    return current_work().db.get(Issue, row.issue_id) if row.issue_id is not None else None


@bp.post("/organize/mailbox/<int(max=9223372036854775807):key>/<any(take, issue, bare, dismiss):action>")
@allow("desk.organize")
def settle(key: int, action: str) -> Any:
    """Let an answer count, make an issue of a mail, or put it aside."""
    work = current_work()
    row = queries.one(work, key)
    if not submit(PlainForm(), lambda: _do(work, row, action)):
        return _shown(queries.one(current_work(), key)), 422
    said = {"take": _("The answer counts."), "dismiss": _("Put aside.")}
    flash(said.get(action) or _("It is an issue now."), "success")
    return redirect(link("inbox.index"))


def _do(work: Work, row: Received, action: str) -> bool:
    if action == "take":
        settling.take_answer(work, row)
    elif action == "dismiss":
        settling.dismiss(work, row)
    else:
        settling.make_issue(work, row, with_files=action == "issue")
    return True


@bp.post("/organize/mailbox/proposals/<int(max=9223372036854775807):key>/<any(take, refuse):action>")
@allow("session.manage")
def propose(key: int, action: str) -> Any:
    """Take another time, or stay."""
    work = current_work()
    row = queries.proposal(work, key)
    form = RefuseForm()

    def do() -> bool:
        if action == "take":
            settling.take_proposal(work, row)
        else:
            settling.refuse_proposal(work, row, form.words.data or "")
        return True

    if not submit(form, do):
        return index(), 422
    moved = _("The session is moved; everyone who comes is told.")
    flash(moved if action == "take" else _("They are told."), "success")
    return redirect(link("inbox.index"))
