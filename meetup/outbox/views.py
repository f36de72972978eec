"""Pages of the outbox: what waits, what could not be sent, what was sent; and where people switch kinds off."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

from flask import Blueprint, Response, flash, redirect, request
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from meetup.enterprises.models import Contact
from meetup.errors import NotFound
from meetup.filters.views import saved
from meetup.outbox import addresses, deadletters, drawing, queries
from meetup.outbox.models import Outgoing
from meetup.web.behind import subject_behind
from meetup.web.current import current_actor, current_mount, current_work, link, request_id
from meetup.web.guards import allow, check_csrf
from meetup.web.i18n import _, ngettext
from meetup.web.opening import opened
from meetup.web.pages import page
from meetup.web.paging import paged, unpack

bp = Blueprint("outbox", __name__)

PAGE_LENGTH = 50
#: From so many messages on one wants to see how far they are.
MANY = 10
#: A sent message is somebody's HTML: it may show itself, and nothing else.
FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'; sandbox"


def state_names() -> dict[str, str]:
    """The states of a message in the reader's language."""
    return {
        "queued": _("Waiting to be sent"),
        "leased": _("Being sent"),
        "sent": _("Sent"),
        "dead": _("Could not be sent"),
        "superseded": _("No longer needed"),
        "expired": _("Too late"),
    }


def reason_words(row: Outgoing) -> str:
    """Why a message did not go: our own reasons in the reader's language, a server's as it gave them."""
    return _(row.reason) if row.reason else ""


def kind_name(kind: str) -> str:
    """A kind of message in the reader's language."""
    notice = current_mount().notices.get(kind)
    return _(notice.label) if notice is not None and notice.label else kind


@bp.get("/organize/outbox/")
@allow("outbox.read")
def index() -> str:
    """Messages in one state, the newest first."""
    work = current_work()
    state = request.args.get("state", "dead")
    if state not in queries.STATES:
        raise NotFound()
    mark = unpack(request.args.get("after", ""), int)
    subject = request.args.get("subject", "")[:80]
    recipient = addresses.fold(request.args.get("recipient", ""))[:254]
    rows = queries.messages(
        work.db,
        state,
        after=mark[0] if mark else None,
        subject=subject,
        recipient=recipient,
        limit=PAGE_LENGTH,
    )
    shown = paged(rows, PAGE_LENGTH, lambda row: (row.id,))
    _note_read(shown.items, "outbox:list")
    more = {name: value for name, value in (("subject", subject), ("recipient", recipient)) if value}
    return page(
        "outbox/index.html",
        saved=saved("outbox"),
        state=state,
        messages=shown.items,
        next_url=link("outbox.index", state=state, after=shown.next, **more) if shown.next else "",
        first_url=link("outbox.index", state=state, **more) if mark else "",
        recipient=recipient,
        states=queries.STATES,
        state_names=state_names(),
        kind_name=kind_name,
        reason_words=reason_words,
        counts=queries.counts(work.db),
        alarms=queries.alarms(work.db),
        masked=queries.masked,
    )


def _note_read(rows: Sequence[Outgoing], subject: str) -> None:
    """Put on record whose addresses a page shows; those of departments and staff are nobody's contact."""
    recipients = {row.recipient for row in rows if row.channel == "mail"}
    query = select(Contact.id).where(Contact.email.in_(recipients)).order_by(Contact.id)
    opened(current_work().db.scalars(query).all() if recipients else (), subject)


@bp.get("/organize/outbox/batches/<batch>")
@allow("outbox.read")
def batch(batch: str) -> str:
    """How far the messages are that one step caused; the page follows them by itself."""
    found = queries.batch(current_work().db, batch)
    if not found.all:
        raise NotFound()
    return page("outbox/batch.html", batch=found)


def tell_batch() -> None:
    """After a step whose mails take a while: say where to see them go."""
    found = queries.batch(current_work().db, request_id())
    if found.all >= MANY:
        words = ngettext("%(num)d message is on its way.", "%(num)d messages are on their way.", found.all)
        way = Markup('{} <a href="{}">{}</a>')
        to = link("outbox.batch", batch=request_id())
        flash(way.format(words, to, _("Watch them go")), "info")


@bp.get("/organize/outbox/<int:row_id>")
@allow("outbox.read")
def show(row_id: int) -> str:
    """One message: what became of it, and as it was sent."""
    row = _row(row_id)
    _note_read([row], row.subject or f"outbox:{row.id}")
    message = queries.as_sent(row)
    plain = message.get_body(("plain",)) if message else None
    waits = row.state in {"queued", "leased"}
    drawn = drawing.as_it_would_leave(current_mount(), current_actor(), row_id) if waits else None
    return page(
        "outbox/show.html",
        row=row,
        state_name=state_names()[row.state],
        kind_name=kind_name(row.kind),
        reason=reason_words(row),
        text=queries.masked(plain.get_content()) if plain else "",
        has_html=message is not None and message.get_body(("html",)) is not None,
        has_calendar=message is not None and bool(queries.calendar_of(message)),
        title=queries.masked(row.title),
        drawn=drawn,
        batch=queries.batch(current_work().db, row.request_id) if row.request_id else None,
        why_not=_(drawn.why_not) if drawn and drawn.why_not else "",
    )


@bp.get("/organize/outbox/<int:row_id>/as-now")
@allow("outbox.read")
def as_now(row_id: int) -> Response:
    """The HTML of a message that waits, as it would be sent now, for a frame that may do nothing."""
    _row(row_id)
    return framed(drawing.as_it_would_leave(current_mount(), current_actor(), row_id).html)


@bp.get("/organize/outbox/<int:row_id>/html")
@allow("outbox.read")
def html(row_id: int) -> Response:
    """The HTML of a sent message, for a frame that may do nothing."""
    body = _sent(row_id).get_body(("html",))
    if body is None:
        raise NotFound()
    return framed(queries.masked(body.get_content()))


@bp.get("/organize/outbox/<int:row_id>/invite.ics")
@allow("outbox.read")
def calendar(row_id: int) -> Response:
    """The calendar of a sent message."""
    text = queries.calendar_of(_sent(row_id))
    if not text:
        raise NotFound()
    response = Response(queries.masked_calendar(text), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response


@bp.post("/organize/outbox/<int:row_id>/send-again")
@allow("outbox.read")
def send_again(row_id: int) -> AnyResponse:
    """A dead letter goes back into the queue."""
    work = current_work()
    deadletters.send_again(work, _row(row_id))
    work.commit()
    flash(_("The message will be sent again."), "success")
    return redirect(link("outbox.show", row_id=row_id))


@bp.post("/organize/outbox/send-all-again")
@allow("outbox.read")
def send_all_again() -> AnyResponse:
    """All dead letters go back into the queue."""
    work = current_work()
    count = deadletters.send_all_again(work)
    work.commit()
    text = ngettext("%(num)d message will be sent again.", "%(num)d messages will be sent again.", count)
    flash(text, "success" if count else "info")
    return redirect(link("outbox.index", state="dead"))


@bp.post("/organize/outbox/resume/<channel>")
@allow("outbox.read")
def resume(channel: str) -> AnyResponse:
    """A paused channel is tried again at once."""
    work = current_work()
    deadletters.resume(work, channel)
    work.commit()
    flash(_("Sending is tried again now."), "success")
    return redirect(link("outbox.index", state="queued"))


@bp.route("/unsubscribe/<token>", methods=["GET", "POST"])
@allow("public", by="unsubscribe", csrf=False)
def unsubscribe(token: str) -> Any:
    """Switch a kind of message off, or on again: by a button, or by a mail program's one click (RFC 8058)."""
    work = current_work()
    kind, email = _what(subject_behind("unsubscribe", token))
    if request.method == "POST":
        one_click = request.form.get("List-Unsubscribe", "") == "One-Click"
        if not one_click:
            check_csrf()
        if one_click or request.form.get("switch") != "on":
            addresses.mute(work, email, kind)
        else:
            addresses.unmute(work, email, kind)
        work.commit()
        if one_click:
            return Response("", status=200, content_type="text/plain; charset=utf-8")
        return redirect(link("outbox.unsubscribe", token=token))
    return page(
        "outbox/unsubscribe.html",
        is_off=addresses.is_muted(work, email, kind),
        kind_name=kind_name(kind),
        address=_hidden(email),
    )


def framed(text: str) -> Response:
    """The HTML of a message for a frame that may show it, and nothing else.

    Raises:
        NotFound: if there is none.
    """
    if not text:
        raise NotFound()
    response = Response(text, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.after_request
def _keep_out(response: Response) -> Response:
    """Neither a search engine nor the next site learns a secret address."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _row(row_id: int) -> Outgoing:
    row: Outgoing = current_work().get(Outgoing, row_id)
    return row


def _sent(row_id: int) -> EmailMessage:
    message = queries.as_sent(_row(row_id))
    if message is None:
        raise NotFound()
    return message


def _what(subject: str) -> tuple[str, str]:
    """The kind and the address that an unsubscribe link is about."""
    if subject.startswith("outgoing:"):
        row = _row(int(subject.partition(":")[2]))
        return row.kind, row.recipient
    kind, _bar, email = subject.partition("|")
    return kind, email


def _hidden(email: str) -> str:
    local, _at, domain = email.rpartition("@")
    return f"{local[:2]}…@{domain}"
