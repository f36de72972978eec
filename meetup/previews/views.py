"""Where an organiser sees every message and its calendar file before it goes out, in each language."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select

from meetup.domain.faults import plain
from meetup.errors import N_, NotFound
from meetup.outbox.drawing import Drawn
from meetup.outbox.views import framed
from meetup.previews import rehearsals
from meetup.sessions.models import Session
from meetup.web.current import current_actor, current_mount, current_work, link
from meetup.web.guards import allow
from meetup.web.i18n import NAMES, _, locale_code
from meetup.web.pages import page

bp = Blueprint("previews", __name__)

STEP_WORDS = {
    "publish": N_("Publish the session"),
    "move": N_("Another time"),
    "cancel": N_("Call the session off"),
}


@bp.get("/organize/messages/")
@allow("outbox.read")
def index() -> Any:
    """Every kind of message, the plugins' too."""
    notices = current_mount().notices.values()
    shown = sorted(((_(one.label) if one.label else one.name), one) for one in notices)
    return page("previews/index.html", notices=shown)


@bp.get("/organize/messages/<kind>")
@allow("outbox.read")
def show(kind: str) -> Any:
    """One kind, drawn with a sample thing of the site."""
    notice = _notice(kind)
    return _page(
        _(notice.label) if notice.label else kind,
        rehearsals.sample(current_mount(), current_actor(), kind, _language()),
        "previews.show",
        "previews.show_html",
        {"kind": kind},
        back=(link("previews.index"), _("Every message")),
        lead=_("Drawn with a sample of this site; nothing is sent."),
    )


@bp.get("/organize/messages/<kind>/html")
@allow("outbox.read")
def show_html(kind: str) -> Response:
    """The HTML of a sample, for a frame that may do nothing."""
    _notice(kind)
    return framed(rehearsals.sample(current_mount(), current_actor(), kind, _language()).html)


@bp.get("/organize/sessions/<slug>/messages")
@allow("session.manage")
def of_session(slug: str) -> Any:
    """What publishing, another time and calling off would send, and to how many."""
    session = _session(slug)
    mount, actor = current_mount(), current_actor()
    return page(
        "previews/session.html",
        session=session,
        steps=[
            (step, _(words), rehearsals.outcome(mount, actor, session.id, step)) for step, words in STEP_WORDS.items()
        ],
        kind_name=_kind_name,
    )


@bp.get("/organize/sessions/<slug>/messages/<step>/<kind>")
@allow("session.manage")
def of_step(slug: str, step: str, kind: str) -> Any:
    """One message that a step would send."""
    session = _session(slug)
    _step(step, kind)
    return _page(
        f"{_(STEP_WORDS[step])}: {_kind_name(kind)}",
        rehearsals.message(current_mount(), current_actor(), session.id, step, kind, _language()),
        "previews.of_step",
        "previews.of_step_html",
        {"slug": slug, "step": step, "kind": kind},
        back=(link("previews.of_session", slug=slug), session.title),
        lead=_("As the first one would leave if you did this now; nothing is sent."),
    )


@bp.get("/organize/sessions/<slug>/messages/<step>/<kind>/html")
@allow("session.manage")
def of_step_html(slug: str, step: str, kind: str) -> Response:
    """Its HTML, for a frame that may do nothing."""
    session = _session(slug)
    _step(step, kind)
    drawn = rehearsals.message(current_mount(), current_actor(), session.id, step, kind, _language())
    return framed(drawn.html)


@bp.after_request
def _keep_out(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(
    title: str,
    drawn: Drawn,
    endpoint: str,
    frame: str,
    values: dict[str, Any],
    *,
    back: tuple[str, str],
    lead: str,
) -> str:
    language = _language()
    return page(
        "previews/show.html",
        heading=title,
        lead=lead,
        drawn=drawn,
        why_not=_(drawn.why_not) if drawn.why_not else "",
        languages=[
            (code, NAMES[code], link(endpoint, **values, language=code)) for code in current_mount().settings.locales
        ],
        language=language,
        frame_url=link(frame, **values, language=language),
        back=back,
    )


def _language() -> str:
    """The language to draw in: as asked for, else the reader's."""
    offered = current_mount().settings.locales
    asked = request.args.get("language", "")
    if asked in offered:
        return asked
    return locale_code() if locale_code() in offered else offered[0]


def _notice(kind: str) -> Any:
    found = current_mount().notices.get(kind)
    if found is None:
        raise NotFound()
    return found


def _step(step: str, kind: str) -> None:
    if step not in STEP_WORDS:
        raise NotFound()
    _notice(kind)


def _kind_name(kind: str) -> str:
    notice = current_mount().notices.get(kind)
    return _(notice.label) if notice is not None and notice.label else kind


def _session(slug: str) -> Session:
    found = current_work().db.scalar(select(Session).where(Session.slug == plain(slug)))
    if found is None:
        raise NotFound()
    return found
