"""What the contact of a registration agreed to: seen, agreed to and taken back behind its link."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect

from meetup.enterprises.consents import settle_consents
from meetup.registrations.forms import ConsentsForm
from meetup.registrations.links import PURPOSE
from meetup.registrations.models import Registration
from meetup.registrations.views.base import bp, registration_of
from meetup.registrations.views.own import show
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _


@bp.post("/r/<token>/consents")
@allow("public", by=PURPOSE, of="registration.change")
def consents(token: str) -> Any:
    """Agree to what was ticked, and take back what no longer is; all of it or nothing."""
    registration = registration_of(token)
    require("registration.change", registration)
    form = ConsentsForm()
    if submit(form, lambda: _settle(registration, form)) is None:
        return show(registration_of(token), token, agreeing=form)
    flash(_("Saved: what you agreed to is as you ticked it."), "success")
    answer: Any = redirect(link("registrations.own", token=token))
    return answer


def _settle(registration: Registration, form: ConsentsForm) -> bool:
    settle_consents(current_work(), registration.contact, form.agreed())
    return True
