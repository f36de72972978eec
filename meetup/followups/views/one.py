"""One follow-up: its history, documents, the enterprise's words, and everything that can be done with it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from meetup.access import can
from meetup.departments.service import calendar
from meetup.domain.mentions import handle_of
from meetup.enterprises.service import open_contact
from meetup.errors import NotFound
from meetup.followups import mentions, queries, service
from meetup.followups.handling import may_answer
from meetup.followups.models import Draft, Extension, FollowUp
from meetup.followups.papers import papers as papers_of
from meetup.followups.views.actions import ACTIONS
from meetup.followups.views.base import bp, choices, days_left, draw, readable, today
from meetup.followups.views.story import story
from meetup.issues.models import Attachment
from meetup.issues.views.files import send
from meetup.web.current import current_actor, current_work, link
from meetup.web.formats import reached
from meetup.web.forms import Form, submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _
from meetup.work import Work

#: Names that are offered to be called.
MOST_NAMED = 20

#: Actions that are arrows of the machine; the others depend on what was asked for.
_ARROWS = {
    "accept": "accept",
    "answer": "answer",
    "transfer": "request_transfer",
    "accept-transfer": "accept_transfer",
    "refuse-transfer": "refuse_transfer",
    "decide-transfer": "decide_transfer",
    "verify": "verify",
    "send-back": "send_back",
}


def _asked(name: str) -> tuple[str, ...]:
    """What an action asks of the follow-up; who may give an opinion, the service knows."""
    return ("follow_up.read",) if name == "opinion" else ("follow_up.read", ACTIONS[name][1])


def possible(work: Work, f: FollowUp, asked: Extension | None, draft: Draft | None = None) -> set[str]:
    """What the present actor can do with `f` now."""
    actor = current_actor()
    arrows = f.MACHINE.possible(f.state)
    found = {name for name, arrow in _ARROWS.items() if arrow in arrows and can(actor, ACTIONS[name][1], f)}
    if not may_answer(actor, f.lead_department):
        found.discard("answer")
    found |= _with_draft(f, draft)
    chair = service.is_chair_or_organiser(work)
    if f.transfers and not chair:
        found -= {"accept-transfer", "refuse-transfer"}
    if f.state not in {"verified", "closed"} and can(actor, "follow_up.progress", f):
        found.add("progress")
    if f.state != "closed" and actor.department_id is not None and actor.department_id in f.coordinating_ids:
        found.add("opinion")
    is_open_breach = f.explained_at is None and service.is_breach(f, today(), work.zone)
    if is_open_breach and can(actor, "follow_up.answer", f):
        found.add("explain")
    if asked is not None:
        if can(actor, "follow_up.decide_extension", f):
            found |= {"grant-extension", "refuse-extension"}
    elif f.state in queries.OWED and not f.extensions and today() < f.due_on and can(actor, "follow_up.extend", f):
        found.add("extend")
    return found


def _with_draft(f: FollowUp, draft: Draft | None) -> set[str]:
    """What the present actor can do with the draft of `f`, or with none."""
    actor = current_actor()
    found = set()
    if f.state in queries.OWED and can(actor, "follow_up.draft", f):
        found.add("draft")
        if draft is not None:
            found.add("drop-draft")
    if draft is not None and draft.state == "waiting" and can(actor, "follow_up.approve", f):
        found |= {"return-draft"} | ({"approve"} if f.state == "accepted" else set())
    return found


def _forms(work: Work, f: FollowUp, failed: tuple[str, Form] | None, draft: Draft | None) -> dict[str, Any]:
    """A form for each action, the failed one as it was typed."""
    made: dict[str, Any] = {}
    for name, (kind, *_rest) in ACTIONS.items():
        if failed is not None and failed[0] == name:
            made[name] = failed[1]
            continue
        made[name] = kind(formdata=None)
        _offer(work, f, name, made[name])
    if failed is None or failed[0] != "draft":
        made["draft"].show(draft)
    for name in {"approve", "return-draft"} - {failed[0] if failed is not None else ""}:
        made[name].version.data = str(draft.version) if draft is not None else ""
    return made


def _offer(work: Work, f: FollowUp, name: str, form: Any) -> None:
    """Fill a form's select with the departments of today."""
    if name == "transfer":
        form.to.choices = choices(work, without=f.lead_department_id)
    elif name == "decide-transfer":
        form.to.choices = choices(work)


def _readable_draft(f: FollowUp) -> Draft | None:
    """The draft that is being written, if the present actor may read it."""
    return service.live_draft(current_work().db, f) if can(current_actor(), "follow_up.draft", f) else None


def _show(f: FollowUp, failed: tuple[str, Form] | None = None) -> Any:
    work = current_work()
    draft = _readable_draft(f)
    papers = papers_of(work.db, f, draft)
    asked = service.open_extension(work, f)
    left = days_left(calendar(work), today(), f.due_on) if f.state in queries.OWED else None
    return draw(
        "one.html",
        f=f,
        left=left,
        papers=papers,
        story=story(work, f, papers),
        asked=asked,
        transfer=next((one for one in reversed(papers.transfers) if not one.decision), None),
        # What failed is shown once more, so that nothing typed is lost.
        possible=possible(work, f, asked, draft) | ({failed[0]} if failed else set()),
        forms_by_name=_forms(work, f, failed, draft),
        draft=draft,
        needs_approval=f.lead_department.needs_approval,
        callable=[f"@{handle_of(one.email)}" for one in mentions.colleagues(work, f)][:MOST_NAMED]
        + [f"@{one.code}" for one in mentions.departments(work, f)],
        failed=failed[0] if failed else "",
        has_head=bool(f.lead_department.head_email),
        action=lambda name: link("follow_ups.act", number=f.number, action=name),
        file_url=lambda key: link("follow_ups.file", number=f.number, key=key),
    )


@bp.get("/department/follow-ups/<int:number>")
@allow("desk.department", of="follow_up.read")
def show(number: int) -> Any:
    """One follow-up with all that happened to it."""
    return _show(readable(number))


@bp.post("/department/follow-ups/<int:number>/<action>")
@allow("desk.department", of={name: _asked(name) for name in ACTIONS})
def act(number: int, action: str) -> AnyResponse | Any:
    """Do one of the things that can be done with it."""
    if action not in ACTIONS:
        raise NotFound()
    work = current_work()
    f = readable(number)
    kind, right, run, words = ACTIONS[action]
    if action != "opinion":
        require(right, f)
    form = kind()
    _offer(work, f, action, form)

    def step() -> bool:
        run(work, f, form)
        return True

    if submit(form, step) is None:
        return _show(readable(number), (action, form))
    flash(_(words), "success")
    _tell_unknown(work, f, form)
    still = queries.by_number(work.db, number)
    if can(current_actor(), "follow_up.read", still):
        return redirect(link("follow_ups.show", number=number))
    return redirect(link("follow_ups.department"))


def _tell_unknown(work: Work, f: FollowUp, form: Any) -> None:
    """Say which of the names that were called are nobody's, so that nobody waits for an answer."""
    text = " ".join(one.data for one in form.typed() if one.short_name in {"text", "remark"})
    unknown = mentions.called(work, f, text).unknown if "@" in text else ()
    if unknown:
        names = ", ".join(f"@{one}" for one in unknown)
        flash(_("Nobody who may read this is called %(names)s; they were not told.", names=names), "warning")


@bp.post("/department/follow-ups/<int:number>/contact")
@allow("desk.department", of=("follow_up.read", "contact.open"))
def open_sender(number: int) -> AnyResponse:
    """Show how the enterprise is reached; that somebody looked is on record."""
    work = current_work()
    f = readable(number)
    require("contact.open", f)
    open_contact(work, f.issue.contact, at=f.subject)
    work.commit()
    flash(reached(f.issue.contact), "info")
    return redirect(link("follow_ups.show", number=number))


@bp.get("/department/follow-ups/<int:number>/files/<int:key>")
@allow("desk.department", of="follow_up.read")
def file(number: int, key: int) -> Response:
    """A document of the issue or of an answer, for those who may read the follow-up."""
    f = readable(number)
    found = current_work().db.scalar(select(Attachment).where(Attachment.id == key, Attachment.issue_id == f.issue_id))
    if found is None or found.follow_up_id not in {None, f.id}:
        raise NotFound()
    if found.draft_id is not None:
        draft = _readable_draft(f)
        if draft is None or draft.id != found.draft_id:
            raise NotFound()
    return send(found)
