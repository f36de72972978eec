"""The public pages: published issues with their answers, their comments, and the feed of them."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, request
from werkzeug.wrappers import Response as Answer

from meetup.domain.issues import OUTCOMES
from meetup.errors import NotFound
from meetup.issues import queries, search, service
from meetup.issues.forms import CommentForm
from meetup.issues.models import Comment, Issue
from meetup.issues.publication import public_names
from meetup.issues.views.base import asked, bp, departments_today, draw, field_choices, instant, key, rank
from meetup.issues.views.story import story
from meetup.web.current import current_mount, current_work, link
from meetup.web.formats import name_of
from meetup.web.forms import submit
from meetup.web.guards import PUBLISHED, allow, require_published
from meetup.web.i18n import _
from meetup.web.limits import hit, visitor
from meetup.web.pages import page, veil
from meetup.web.paging import paged, unpack


@bp.get("/issues/")
@allow("public")
def index() -> Any:
    """Published issues: searched, filtered, the newest first."""
    work = current_work()
    chosen = asked("q", "field", "department", "outcome")
    mark = unpack(request.args.get("after", ""), rank, instant, key)
    rows = search.published(
        work.db,
        q=chosen.get("q", ""),
        field=chosen.get("field", ""),
        department=chosen.get("department", ""),
        outcome=chosen.get("outcome", ""),
        after=mark and (mark[0], mark[1], mark[2]),
    )
    found = paged(rows, queries.PAGE, lambda row: (row[1], (row[0].published_at or work.now).isoformat(), row[0].id))
    return draw(
        "index.html",
        issues=[issue for issue, _rank in found.items],
        asked=chosen,
        fields=field_choices(work),
        departments=[(one.code, name_of(one)) for one in departments_today(work)],
        outcomes=OUTCOMES,
        next=link("issues.index", **chosen, after=found.next) if found.next else "",
        first=link("issues.index", **chosen) if mark else "",
    )


@bp.get("/issues/similar")
@allow("public")
def similar() -> Response:
    """A part of a page: published issues that resemble what is being typed."""
    text = request.args.get("q", "")[:500]
    found = search.similar(current_work().db, text)
    response = make_response(page("issues/_similar.html", similar=found, token=""))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.get("/issues/feed.atom")
@allow("public")
def feed() -> Response:
    """The latest published issues as an Atom feed (RFC 4287), for the province's own site."""
    rows = search.published(current_work().db)
    issues = [issue for issue, _rank in rows]
    text = page("issues/feed.xml", issues=issues, url=current_mount().url)
    response = Response(text, content_type="application/atom+xml; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


def _published(number: int) -> Issue:
    issue = queries.by_number(current_work().db, number)
    if not issue.is_public and not (issue.published_hash and issue.visibility != "confidential"):
        raise NotFound()
    return issue


def _show(issue: Issue, form: CommentForm) -> Any:
    work = current_work()
    if not issue.is_public:
        # Gone, and said so: nothing of it is shown but the reason.
        taken_off = queries.revisions(work.db, issue)[:1]
        return draw("taken_off.html", 410, issue=issue, revision=taken_off[0] if taken_off else None)
    require_published(issue)
    return draw(
        "show.html",
        issue=issue,
        sender=public_names(work, [issue]).get(issue.id, ""),
        story=story(work, issue),
        files=queries.files(work.db, issue, public=True),
        revisions=queries.revisions(work.db, issue),
        signers=queries.co_signers(work.db, issue),
        comments=queries.comments(work.db, issue),
        form=form,
    )


def _comment_form(issue: Issue) -> CommentForm:
    form = CommentForm()
    open_ones = queries.comments(current_work().db, issue)
    form.parent.choices = [("", _("(the answer)")), *((veil(one), one.name) for one, _replies in open_ones)]
    reply = request.args.get("reply", "")
    if request.method == "GET" and any(reply == veil(one) for one, _replies in open_ones):
        form.parent.data = reply
    return form


@bp.get("/issues/<int:number>")
@allow("public", of=PUBLISHED)
def show(number: int) -> Any:
    """A published issue: question, answer, how it went, corrections and comments."""
    issue = _published(number)
    return _show(issue, _comment_form(issue))


@bp.post("/issues/<int:number>/comments")
@allow("public", of=PUBLISHED)
def comment(number: int) -> Any:
    """Leave a comment; it is shown after moderation."""
    work = current_work()
    issue = _published(number)
    require_published(issue)
    hit("20 per hour", "a comment", visitor())
    form = _comment_form(issue)

    def leave() -> Comment:
        chosen = form.parent.data
        threads = queries.comments(work.db, issue) if chosen else []
        parent = next((one for one, _replies in threads if veil(one) == chosen), None)
        return service.comment(
            work,
            issue,
            name=form.name.data or "",
            email=form.email.data or "",
            body=form.body.data or "",
            parent=parent,
        )

    if submit(form, leave) is None:
        return _show(_published(number), form)
    flash(_("Thank you. Your comment appears here once it has been read by the organiser."), "success")
    answer: Answer = redirect(link("issues.show", number=number) + "#comments")
    return answer
