"""The pages of webhooks: endpoints, their secrets, and the log of deliveries. For administrators alone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import defer

from meetup.api import (
    MeetupError,
    NotFound,
    Outgoing,
    _,
    allow,
    current_work,
    link,
    page,
    paged,
    say,
    submit,
    unpack,
)
from meetup_webhooks import endpoints
from meetup_webhooks.forms import EndpointForm
from meetup_webhooks.models import Attempt, Endpoint
from meetup_webhooks.signing import secret_of

bp = Blueprint("webhooks", __name__)

PAGE_LENGTH = 50


def state_names() -> dict[str, str]:
    """The states of a delivery in the reader's language."""
    return {
        "queued": _("Waiting"),
        "leased": _("Under way"),
        "sent": _("Taken"),
        "dead": _("Given up"),
        "superseded": _("Not needed"),
        "expired": _("Came too late"),
    }


@bp.get("/organize/webhooks/")
@allow("site.administer")
def index() -> Any:
    """The endpoints."""
    found = current_work().db.scalars(select(Endpoint).order_by(Endpoint.id)).all()
    return page("webhooks/index.html", endpoints=found)


@bp.route("/organize/webhooks/new", methods=["GET", "POST"])
@allow("site.administer")
def new() -> Any:
    """Enter an endpoint; its secret is shown on the page that follows, once."""
    form = EndpointForm()
    made = submit(form, lambda: endpoints.create_endpoint(current_work(), **form.values()))
    if made is not None:
        _tell_secret(made)
        return redirect(link("webhooks.show", key=made.id))
    return page("webhooks/edit.html", form=form, endpoint=None), 422 if form.failed else 200


@bp.get("/organize/webhooks/<int(max=2147483647):key>/")
@allow("site.administer")
def show(key: int) -> Any:
    """One endpoint, and what was delivered to it, the newest first."""
    work, endpoint = current_work(), _endpoint(key)
    mark = unpack(request.args.get("after", ""), int)
    query = (
        select(Outgoing)
        .options(defer(Outgoing.sent_bytes))
        .where(
            Outgoing.recipient == endpoint.recipient,
            # A removed one's key may be this one's now.
            Outgoing.created_at >= endpoint.created_at,
        )
    )
    if mark is not None:
        query = query.where(Outgoing.id < mark[0])
    rows = work.db.scalars(query.order_by(Outgoing.id.desc()).limit(PAGE_LENGTH + 1)).all()
    shown = paged(rows, PAGE_LENGTH, lambda row: (row.id,))
    tries = select(Attempt).where(Attempt.outgoing_id.in_([row.id for row in shown.items])).order_by(Attempt.id)
    return page(
        "webhooks/show.html",
        endpoint=endpoint,
        deliveries=shown.items,
        last={one.outgoing_id: one for one in work.db.scalars(tries)},
        state_names=state_names(),
        next_url=link("webhooks.show", key=key, after=shown.next) if shown.next else "",
        first_url=link("webhooks.show", key=key) if mark else "",
        old_counts=bool(endpoint.old_until and work.now < endpoint.old_until),
    )


@bp.route("/organize/webhooks/<int(max=2147483647):key>/edit", methods=["GET", "POST"])
@allow("site.administer")
def edit(key: int) -> Any:
    """Change an endpoint, or switch it on or off."""
    endpoint = _endpoint(key)
    form = EndpointForm()
    if request.method == "GET":
        form.show(endpoint)
    typed = form.version.data or ""
    version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    done = submit(
        form,
        lambda: endpoints.update_endpoint(current_work(), endpoint, version=version, **form.values()),
    )
    if done is not None:
        flash(_("The endpoint is kept."), "success")
        return redirect(link("webhooks.show", key=key))
    return page("webhooks/edit.html", form=form, endpoint=_endpoint(key)), 422 if form.failed else 200


@bp.post("/organize/webhooks/<int(max=2147483647):key>/secret")
@allow("site.administer")
def rotate(key: int) -> Any:
    """Give it another secret; the old one counts along for a while."""
    work, endpoint = current_work(), _endpoint(key)
    endpoints.new_secret(work, endpoint)
    work.commit()
    _tell_secret(endpoint)
    return redirect(link("webhooks.show", key=key))


@bp.post("/organize/webhooks/<int(max=2147483647):key>/test")
@allow("site.administer")
def test(key: int) -> Any:
    """Send it a message that means nothing."""
    work, endpoint = current_work(), _endpoint(key)
    return _done(key, lambda: endpoints.send_test(work, endpoint), _("A test waits to be sent."))


@bp.post("/organize/webhooks/<int(max=2147483647):key>/remove")
@allow("site.administer")
def remove(key: int) -> Any:
    """Forget it."""
    work = current_work()
    endpoints.remove(work, _endpoint(key))
    work.commit()
    flash(_("The endpoint is removed."), "success")
    return redirect(link("webhooks.index"))


@bp.post("/organize/webhooks/<int(max=2147483647):key>/deliveries/<int:row_id>/again")
@allow("site.administer")
def again(key: int, row_id: int) -> Any:
    """Send one delivery once more."""
    work, endpoint = current_work(), _endpoint(key)
    row = work.db.get(Outgoing, row_id) if row_id < 2**63 else None
    if row is None or row.recipient != endpoint.recipient or row.created_at < endpoint.created_at:
        raise NotFound()
    return _done(key, lambda: endpoints.deliver_again(work, endpoint, row), _("The delivery goes again."))


def _endpoint(key: int) -> Endpoint:
    found: Endpoint = current_work().get(Endpoint, key)
    return found


def _done(key: int, action: Any, words: str) -> Any:
    try:
        action()
        current_work().commit()
        flash(words, "success")
    except MeetupError as error:
        flash(say(error), "danger")
    return redirect(link("webhooks.show", key=key))


def _tell_secret(endpoint: Endpoint) -> None:
    """Once, in the administrator's own session, until the next page has shown it."""
    secret = secret_of(current_work().mount.secret, endpoint.salt)
    flash(_("The endpoint's secret, shown this once: %(secret)s", secret=secret), "success")
