"""The door on phones: the camera reads codes, a list is kept for when the network is gone, arrivals are sent later."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from flask_wtf.csrf import generate_csrf

from meetup.domain.text import fold
from meetup.errors import InvalidInput, MeetupError
from meetup.registrations import arrivals, queries
from meetup.registrations.codes import code_of
from meetup.registrations.models import Registration
from meetup.registrations.views.base import bp, draw
from meetup.sessions.queries import by_slug
from meetup.web.assets import read
from meetup.web.current import current_work
from meetup.web.forms import undo
from meetup.web.guards import allow, require
from meetup.web.i18n import _
from meetup.web.saying import say
from meetup.work import Work


@bp.get("/organize/sessions/<slug>/door/")
@allow("session.check_in")
def door(slug: str) -> Any:
    """The page itself, without anybody's name: those come with the list, so that the page can be kept on the phone."""
    session = by_slug(current_work(), slug)
    require("session.check_in", session)
    return draw("door.html", session=session)


@bp.get("/organize/sessions/<slug>/door/worker.js")
@allow("session.check_in")
def door_worker(slug: str) -> Response:
    """The script that answers for the page while there is no network; it may do so for this folder alone."""
    require("session.check_in", by_slug(current_work(), slug))
    response = Response(read("js/door-worker.js"), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.get("/organize/sessions/<slug>/door/list")
@allow("session.check_in")
def door_list(slug: str) -> Response:
    """Who is expected and who is there, and a token with which arrivals can be sent."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.check_in", session)
    rows = queries.to_check_in(work, session.id, limit=2_000)
    return _json(
        {
            "open": session.state in {"published", "held"},
            "csrf": generate_csrf(),
            "people": [_line(work, row) for row in rows],
        }
    )


def _line(work: Work, row: Registration) -> dict[str, Any]:
    names = ", ".join(one.name for one in row.participants) or row.contact.name
    return {
        "key": row.id,
        "code": code_of(work, row),
        "enterprise": row.enterprise.name,
        "names": names,
        "words": fold(f"{row.enterprise.name} {row.enterprise.tax_code or ''} {row.contact.name} {names}"),
        "there": row.state == "attended",
        "absent": row.state == "absent",
    }


@bp.post("/organize/sessions/<slug>/door/arrivals")
@allow("session.check_in")
def door_arrivals(slug: str) -> Response:
    """Take in what a phone noted; each is answered by its id, and sending it again changes nothing."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.check_in", session)
    try:
        taken = arrivals.take_in(work, session, arrivals.noted(request.get_json(silent=True), work.now))
        work.commit()
    except InvalidInput as error:
        undo(work.db)
        return _json({"error": say(error)}, 422)
    except MeetupError as error:
        undo(work.db)
        return _json({"error": say(error)}, error.status)
    return _json({"arrivals": [_answer(one) for one in taken]})


def _answer(one: arrivals.Taken) -> dict[str, str]:
    found = {"id": one.client_id, "outcome": one.outcome}
    if one.error is not None:
        found["reason"] = say(one.error) or _("This cannot be done now.")
    return found


def _json(content: dict[str, Any], status: int = 200) -> Response:
    response = jsonify(content)
    response.status_code = status
    response.headers["Cache-Control"] = "private, no-store"
    return response
