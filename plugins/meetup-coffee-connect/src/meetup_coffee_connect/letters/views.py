"""The papers as sheets to print, set as Decree 30/2020/NĐ-CP says: letterhead, kind, signature, recipients."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from meetup.api import NotFound, Programme, Session, allow, current_work, page
from meetup_coffee_connect.blueprint import bp


@bp.get("/programme/form")
@allow("public")
def paper_form() -> Any:
    """The form on which a difficulty is handed in on paper; the secretary enters it into the same queue."""
    return page("coffee_connect/letters/form.html")


@bp.get("/organize/sessions/<slug>/letter")
@allow("session.manage")
def letter(slug: str) -> Any:
    """The letter of invitation to a session, for enterprises that are invited on paper."""
    work = current_work()
    found = work.db.scalar(select(Session).where(Session.slug == slug))
    if found is None:
        raise NotFound()
    return page(
        "coffee_connect/letters/letter.html",
        session=found,
        programme=work.db.get(Programme, found.programme_id),
        today=work.now,
    )
