"""Two pages for whoever signed in: the way to their desk, and their account."""

from __future__ import annotations

from flask import Blueprint, redirect
from flask_login import current_user
from werkzeug.wrappers import Response

from meetup.web.current import link
from meetup.web.guards import allow
from meetup.web.pages import menu, page

bp = Blueprint("staff", __name__)


@bp.get("/desk")
@allow("staff")
def desk() -> Response:
    """To the first page of the menu that this person may see."""
    entries = menu("desk")
    return redirect(entries[0].url if entries else link("staff.account"))


@bp.get("/account")
@allow("staff")
def account() -> str:
    """What belongs to the person: password and second factor."""
    return page(
        "security/account.html",
        second_factor=bool(current_user.tf_primary_method),
        recovery_codes=len(current_user.mf_recovery_codes or ()),
    )
