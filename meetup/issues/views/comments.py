"""Moderating readers' comments."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from meetup.issues import queries, service
from meetup.issues.models import Comment
from meetup.issues.views.base import bp, draw
from meetup.issues.views.base import key as row_key
from meetup.issues.views.desk_forms import RejectForm
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.web.paging import paged, unpack

STATES = ("pending", "approved", "rejected")


def _show(failed: int = 0, form: RejectForm | None = None) -> Any:
    work = current_work()
    state = request.args.get("state", "pending")
    state = state if state in STATES else "pending"
    mark = unpack(request.args.get("after", ""), row_key)
    rows = queries.comments_page(work.db, state=state, after=mark[0] if mark else 0)
    found = paged(rows, queries.PAGE, lambda row: (row[0].id,))
    return draw(
        "comments.html",
        rows=found.items,
        state=state,
        states_of=STATES,
        failed=failed,
        form=form,
        blank=RejectForm(formdata=None),
        next=link("issues.comments", state=state, after=found.next) if found.next else "",
        first=link("issues.comments", state=state) if mark else "",
    )


@bp.get("/organize/comments/")
@allow("comment.moderate")
def comments() -> Any:
    """Comments that wait, with the issue that they are about."""
    return _show()


@bp.post("/organize/comments/<int(max=2147483647):key>/<any(approve, reject):verdict>")
@allow("comment.moderate")
def moderate(key: int, verdict: str) -> Any:
    """Let a comment through, or not."""
    work = current_work()
    comment = work.get(Comment, key)
    if verdict == "approve":
        service.moderate(work, comment, approve=True)
        work.commit()
        flash(_("The comment is shown."), "success")
    else:
        form = RejectForm()
        if submit(form, lambda: service.moderate(work, comment, approve=False, reason=form.reason.data or "")) is None:
            return _show(key, form)
        flash(_("The comment is not shown."), "success")
    answer: Response = redirect(link("issues.comments"))
    return answer
