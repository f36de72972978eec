"""Handing out attachments: always to be saved, never to be shown, and only to those who may read them."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Response
from sqlalchemy import select

from meetup.domain.text import fold
from meetup.errors import NotFound
from meetup.issues import queries
from meetup.issues.models import Attachment, Issue
from meetup.issues.views.base import bp, demand_all, work_and_actor
from meetup.links import veiled
from meetup.web.current import current_mount, current_work
from meetup.web.guards import PUBLISHED, allow, require_published


def attachment_of(issue: Issue, key: int) -> Attachment:
    """The file `key` of `issue`.

    Raises:
        NotFound: if there is none, it belongs to another, or it lies with a draft.
    """
    found = current_work().db.get(Attachment, key)
    if found is None or found.issue_id != issue.id or found.draft_id is not None:
        raise NotFound()
    return found


def named(issue: Issue, name: str) -> Attachment:
    """The file of `issue` that an address outside of the desks calls `name`.

    Raises:
        NotFound: if there is none.
    """
    work = current_work()
    for one in work.db.scalars(select(Attachment).where(Attachment.issue_id == issue.id)):
        if veiled(work.mount.secret, one.subject) == name:
            return one
    raise NotFound()


def send(attachment: Attachment, name: str = "") -> Response:
    """`attachment` as a download. The caller has asked whether it may be read.

    Args:
        name: instead of the name that it came with, which may say more than it should.
    """
    shown = name or attachment.name
    try:
        with current_mount().storage.open(attachment.key) as file:
            content = file.read()
    except FileNotFoundError:
        raise NotFound() from None
    response = Response(content, content_type=attachment.content_type)
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", fold(shown)) or "file"
    # RFC 6266: a plain name for old clients, the right one beside it.
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.get("/issues/<int:number>/files/<name>")
@allow("public", of=PUBLISHED)
def public_file(number: int, name: str) -> Response:
    """A file of a published issue that was opened to the public."""
    issue = queries.by_number(current_work().db, number, whole=False)
    require_published(issue)
    attachment = named(issue, name)
    if not attachment.is_public:
        raise NotFound()
    end = attachment.name.rpartition(".")[2]
    return send(attachment, f"{number}-{name}.{end}")


@bp.get("/organize/issues/<int:number>/files/<int(max=2147483647):key>")
@allow("staff", of="issue.read_all")
def desk_file(number: int, key: int) -> Response:
    """Any file of an issue, for the staff that may read all of it."""
    work, actor = work_and_actor()
    issue = queries.by_number(work.db, number, whole=False)
    demand_all(actor, issue)
    return send(attachment_of(issue, key))
