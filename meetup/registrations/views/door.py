"""At the door: finding who stands there, checking them in with one tap, taking in who comes unannounced."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request

from meetup.domain.faults import plain
from meetup.registrations import queries, service
from meetup.registrations.forms import WalkInForm
from meetup.registrations.models import Registration
from meetup.registrations.views.base import bp, draw
from meetup.sessions.models import Session
from meetup.sessions.queries import by_slug
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _


@bp.get("/organize/sessions/<slug>/check-in")
@allow("session.check_in")
def check_in(slug: str) -> Any:
    """Who is expected, who is there."""
    session = by_slug(current_work(), slug)
    require("session.check_in", session)
    return show(session, WalkInForm(formdata=None))


def show(session: Session, form: WalkInForm) -> Any:
    """Draw the list at the door and the form for who comes unannounced."""
    work = current_work()
    q = plain(request.values.get("q"), 100)
    counts = queries.counts(work, session.id)
    return draw(
        "check_in.html",
        session=session,
        registrations=queries.to_check_in(work, session.id, q),
        counts=counts,
        q=q,
        form=form,
        under_way=session.state in {"published", "held"},
    )


@bp.post("/organize/sessions/<slug>/check-in")
@allow("session.check_in")
def walk_in(slug: str) -> Any:
    """Someone comes unannounced."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.check_in", session)
    form = WalkInForm()
    done = submit(form, lambda: _take(session, form))
    if done is None:
        return show(by_slug(work, slug), form)
    flash(_("%(name)s is checked in.", name=form.contact_name.data), "success")
    answer: Any = redirect(link("registrations.check_in", slug=slug))
    return answer


def _take(session: Session, form: WalkInForm) -> Registration:
    return service.walk_in(
        current_work(),
        session,
        enterprise={"kind": form.kind.data or _kind(form), "tax_code": form.tax_code.data, "name": form.name.data},
        contact={"name": form.contact_name.data, "email": form.email.data, "phone": form.phone.data},
    )


def _kind(form: WalkInForm) -> str:
    return "enterprise" if (form.name.data or "").strip() or (form.tax_code.data or "").strip() else "citizen"
