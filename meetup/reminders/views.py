"""Where organisers keep the rules of reminders, and see what goes out next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request
from sqlalchemy import select

from meetup.domain.faults import plain
from meetup.domain.rules import Rule
from meetup.errors import NotFound
from meetup.programmes.models import Programme
from meetup.reminders import keeping, queries
from meetup.reminders.forms import SAID, RuleForm, about_words, when_words, whom_words
from meetup.reminders.models import Reminder, ReminderRule
from meetup.reminders.rules import Rules, as_rule, rules, scope_of
from meetup.web.current import current_mount, current_work, link
from meetup.web.forms import submit
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.web.pages import page
from meetup.web.paging import paged, unpack

bp = Blueprint("reminders", __name__)

PAGE_LENGTH = 50
#: How far ahead the list of what goes out looks.
DAYS = 14

_ORDER = {pair: place for place, pair in enumerate(SAID)}


@bp.get("/organize/reminders/")
@allow("reminder.manage")
def index() -> Any:
    """The rules of the site, or of a programme."""
    work = current_work()
    programme = _programme()
    holding = rules(work, programme.id if programme else None)
    shown = sorted(holding.all, key=lambda one: (_ORDER[one.kind, one.whom], one.unit, -one.amount))
    return page(
        "reminders/index.html",
        programme=programme,
        programmes=work.db.scalars(select(Programme).order_by(Programme.id)).all(),
        rules=shown,
        own=_is_own(holding, programme),
        from_settings=not holding.kept,
        slug=programme.slug if programme else "",
        about_words=about_words,
        when_words=when_words,
        whom_words=whom_words,
        channel_words=lambda name: _("E-mail") if name == "mail" else name,
    )


@bp.get("/organize/reminders/ahead")
@allow("reminder.manage")
def ahead() -> Any:
    """What goes out in the next two weeks, as it is planned now."""
    work = current_work()
    mark = unpack(request.args.get("after", ""), _instant, int)
    rows = queries.ahead(work.db, work.now, work.now + timedelta(days=DAYS), after=mark, limit=PAGE_LENGTH)
    shown = paged(rows, PAGE_LENGTH, lambda row: (row.due_at.isoformat(), row.id))
    return page(
        "reminders/ahead.html",
        rows=shown.items,
        names=queries.names(work.db, {row.subject for row in shown.items}),
        said=_said,
        days=DAYS,
        next_url=link("reminders.ahead", after=shown.next) if shown.next else "",
        first_url=link("reminders.ahead") if mark else "",
    )


@bp.route("/organize/reminders/new", methods=["GET", "POST"])
@allow("reminder.manage")
def new() -> Any:
    """A new rule."""
    programme = _programme()
    form = RuleForm()
    _offer(form, None)
    if request.method == "GET":
        form.show(Rule("session", "enterprise", 1, "d", notice=""))
        form.notice.data = ""
    done = submit(form, lambda: keeping.add(current_work(), programme, form.rule()))
    return _answer(form, done, None, _programme())


@bp.route("/organize/reminders/rules/<key>", methods=["GET", "POST"])
@allow("reminder.manage")
def edit(key: str) -> Any:
    """Change a rule; what it is about and whom it tells stays."""
    programme = _programme()
    known = _rule(programme, key)
    form = RuleForm()
    _offer(form, known)
    if request.method == "GET":
        form.show(known)
        form.version.data = str(_version(known))

    def step() -> ReminderRule:
        work = current_work()
        row = keeping.by_key(work, programme, key)
        seen = form.version.data or ""
        # Rules that nobody kept yet have no version to be older than.
        is_number = known.id is not None and seen.isascii() and seen.isdigit() and len(seen) < 10
        keeping.change(work, row, form.rule(known), version=int(seen) if is_number else None)
        return row

    done = submit(form, step)
    return _answer(form, done, known, _programme())


@bp.post("/organize/reminders/rules/<key>/switch")
@allow("reminder.manage")
def switch(key: str) -> Any:
    """Switch a rule on or off."""
    work = current_work()
    programme = _programme()
    _rule(programme, key)
    on = request.form.get("on") == "yes"
    keeping.switch(work, keeping.by_key(work, programme, key), on=on)
    work.commit()
    flash(_("The rule is on.") if on else _("The rule is off."), "success")
    return redirect(_back(programme))


@bp.post("/organize/reminders/own")
@allow("reminder.manage")
def own() -> Any:
    """A programme takes the rules as its own, or follows the site's again."""
    work = current_work()
    programme = _programme()
    if programme is None:
        raise NotFound()
    if request.form.get("own") == "yes":
        keeping.take_over(work, programme)
        flash(_("The programme has rules of its own now."), "success")
    else:
        keeping.give_back(work, programme)
        flash(_("The programme follows the rules of the site again."), "success")
    work.commit()
    return redirect(_back(programme))


def _programme() -> Programme | None:
    """The programme that the address names; None: the site.

    Raises:
        NotFound: if there is no such programme.
    """
    slug = plain(request.args.get("programme", ""))
    if not slug:
        return None
    found = current_work().db.scalar(select(Programme).where(Programme.slug == slug))
    if found is None:
        raise NotFound()
    return found


def _is_own(holding: Rules, programme: Programme | None) -> bool:
    """Whether the rules that are shown may be changed here: the site's always, a programme's if they are its own."""
    return programme is None or holding.scope == scope_of(programme.id)


def _rule(programme: Programme | None, key: str) -> Rule:
    holding = rules(current_work(), programme.id if programme else None)
    found = next((one for one in holding.all if one.key == key), None)
    if found is None or not _is_own(holding, programme):
        raise NotFound()
    return found


def _version(known: Rule) -> int:
    row = current_work().db.get(ReminderRule, known.id) if known.id is not None else None
    return row.version if row is not None else 0


def _offer(form: RuleForm, known: Rule | None) -> None:
    work = current_work()
    notices = current_mount().notices
    names = keeping.notices_for(work, known.kind, known.whom) if known else ()
    form.offer(keeping.channels(work), names, lambda name: _(notices[name].label) if name in notices else name)


def _answer(form: RuleForm, done: ReminderRule | None, known: Rule | None, programme: Programme | None) -> Any:
    if done is not None:
        flash(_("The rule is kept: %(when)s.", when=when_words(as_rule(done))), "success")
        answer: Any = redirect(_back(programme))
        return answer
    code = 422 if request.method == "POST" and form.failed else 200
    text = page(
        "reminders/edit.html",
        form=form,
        rule=known,
        programme=programme,
        back=_back(programme),
        about_words=about_words,
        whom_words=whom_words,
    )
    return text, code


def _back(programme: Programme | None) -> str:
    return link("reminders.index", programme=programme.slug) if programme else link("reminders.index")


def _said(row: Reminder) -> str:
    """What a planned reminder is about and whom it tells."""
    about = row.rule.partition(":")[0]
    kinds = [Rule(kind, whom) for kind, whom in SAID]
    found = next((one for one in kinds if one.about == about), None)
    return f"{about_words(found)} → {whom_words(found)}" if found else row.rule


def _instant(text: Any) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found
