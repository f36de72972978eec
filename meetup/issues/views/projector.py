"""What the hall sees: the issue on stage and what comes next, by itself within two seconds."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Response, current_app, flash, redirect, request
from sqlalchemy import select

from meetup.activity.models import Activity
from meetup.domain.agenda import starting_times
from meetup.enterprises.consents import agrees_to
from meetup.errors import NotFound
from meetup.issues import queries, service
from meetup.issues.models import AgendaItem, Issue
from meetup.issues.publication import public_names
from meetup.issues.views.agenda import session_by_slug
from meetup.issues.views.base import bp, draw
from meetup.mount import Mount
from meetup.sessions.models import Session
from meetup.web.current import current_mount, current_work, link
from meetup.web.formats import name_of
from meetup.web.guards import allow
from meetup.web.i18n import _, locale_code
from meetup.work import Work

#: Seconds that one stream lasts; the browser then comes again by itself.
LIFETIME = 55.0
#: Seconds between two looks at the database, for all watchers of a session together.
PAUSE = 0.4
#: Milliseconds after which a browser that lost its stream comes again.
RETRY = 1500
#: Streams of one process. Each holds a thread: whoever comes later asks now and then, so that pages go on being served.
STREAMS = 3


@dataclass(frozen=True)
class Shown:
    """An issue as the hall may see it: nothing of a confidential one but its number."""

    number: int
    title: str
    enterprise: str
    department: str
    minutes: int
    at: datetime
    state: str


def shown(issue: Issue, name: str, minutes: int, at: datetime) -> Shown:
    """`issue` for the hall, under its sender's public `name`, if it has one: no words of a confidential one."""
    closed = issue.visibility == "confidential" or issue.kind == "conduct"
    return Shown(
        issue.number,
        _("A confidential issue") if closed else issue.title,
        name,
        "" if closed else name_of(issue.lead_department),
        minutes,
        at,
        issue.state,
    )


def _since(work: Work, session: Session) -> datetime | None:
    """When the issue that is on stage was put there."""
    return work.db.scalar(
        select(Activity.at)
        .where(Activity.subject == session.subject, Activity.action == "session.stage")
        .order_by(Activity.seq.desc())
        .limit(1)
    )


@bp.get("/organize/sessions/<slug>/projector")
@allow("session.watch")
def projector(slug: str) -> Any:
    """The hall's page; drawn once for all who watch, until the agenda changes."""
    work = current_work()
    session = session_by_slug(work, slug)
    return _kept(work, session, fingerprint(work, session.id))


def _kept(work: Work, session: Session, mark: str) -> Any:
    """The page as it stood drawn at `mark`, or drawn now."""
    watch, key = _watch(current_mount(), session), locale_code()
    kept = watch.pages.get(key)
    if kept is None or kept[0] != mark:
        kept = watch.pages[key] = mark, _page(work, session, mark)
    return kept[1]


def _page(work: Work, session: Session, mark: str) -> Any:
    items = queries.agenda(work.db, session)
    times = starting_times(session.starts_at, [item.minutes for item in items])
    names = public_names(work, [item.issue for item in items])
    lines = [
        (item, shown(item.issue, names.get(item.issue_id, ""), item.minutes, at))
        for item, at in zip(items, times, strict=True)
    ]
    place = next((n for n, (item, _s) in enumerate(lines) if item.issue_id == session.on_stage_id), None)
    coming = [
        line for n, (item, line) in enumerate(lines) if item.issue.state == "scheduled" and (place is None or n > place)
    ]
    return draw(
        "projector.html",
        session=session,
        now_on=lines[place][1] if place is not None else None,
        since=_since(work, session) if place is not None else None,
        coming=coming[:4],
        done=sum(item.issue.state not in ("scheduled", "accepted") for item, _line in lines),
        count=len(lines),
        mark=mark,
        events=link("issues.events", slug=session.slug),
    )


def fingerprint(work: Work, session_id: int) -> str:
    """What changes when the hall's page has to change; whoever has not seen the page cannot know it."""
    stage = work.db.execute(select(Session.on_stage_id, Session.version).where(Session.id == session_id)).one()
    rows = work.db.execute(
        select(AgendaItem.issue_id, AgendaItem.minutes, Issue.version, agrees_to("publication", Issue.contact_id))
        .join(Issue, AgendaItem.issue_id == Issue.id)
        .where(AgendaItem.session_id == session_id)
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    text = json.dumps([[*stage], [[*row] for row in rows]], separators=(",", ":"))
    key = hashlib.sha256(f"meetup.projector|{work.mount.secret}".encode()).digest()
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()


@dataclass
class Watch:
    """The last look at one session's agenda, shared by everyone who watches it, and the page by language."""

    session_id: int
    mark: str = ""
    pages: dict[str, tuple[str, Any]] = field(default_factory=dict)
    looked_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, mount: Mount) -> str:
        """The present mark; the database is asked at most once in a while, whoever asks."""
        with self.lock:
            if time.monotonic() - self.looked_at >= PAUSE:
                with mount.work(write=False) as work:
                    self.mark = fingerprint(work, self.session_id)
                self.looked_at = time.monotonic()
            return self.mark


def _watches() -> dict[tuple[str, str], Watch]:
    found: dict[tuple[str, str], Watch] = current_app.extensions.setdefault("meetup.watches", {})
    return found


def _watch(mount: Mount, session: Session) -> Watch:
    return _watches().setdefault((mount.name, session.slug), Watch(session.id))


def _unchanged(slug: str) -> bool:
    """Whether who asks shows what is on stage already: two hundred screens do, and most of the time."""
    mount = current_mount()
    watch, known = _watches().get((mount.name, slug)), request.args.get("known", "")
    return watch is not None and known.isascii() and hmac.compare_digest(watch.look(mount), known)


@bp.get("/organize/sessions/<slug>/projector/events")
@allow("session.watch", unchanged=_unchanged)
def events(slug: str) -> Any:
    """Server-sent events: the page's mark, at once and whenever it changes.

    No content (204) ends a browser's wish for a stream: there are enough, and its script asks with ``?known=MARK``.
    Then 204 says that nothing has changed; otherwise the page is the answer.
    """
    work = current_work()
    session = session_by_slug(work, slug)
    mount = current_mount()
    watch = _watch(mount, session)
    if "known" in request.args:
        # Who has the present mark was answered before this. The look that told so is the newest there needs to be.
        return _kept(work, session, watch.look(mount))
    streams: threading.BoundedSemaphore = current_app.extensions.setdefault(
        "meetup.streams", threading.BoundedSemaphore(STREAMS)
    )
    if not streams.acquire(blocking=False):
        return Response(status=204)
    known = request.headers.get("Last-Event-ID", "")
    # The stream lives longer than the request's own unit of work, which must not hold its transaction open.
    work.db.close()
    response = Response(_stream(watch, mount, known), content_type="text/event-stream; charset=utf-8")
    response.call_on_close(streams.release)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _stream(watch: Watch, mount: Mount, known: str) -> Iterator[str]:
    yield f"retry: {RETRY}\n\n"
    end = time.monotonic() + LIFETIME
    quiet = time.monotonic()
    while time.monotonic() < end:
        mark = watch.look(mount)
        if mark != known:
            known, quiet = mark, time.monotonic()
            yield f"id: {mark}\ndata: {mark}\n\n"
        elif time.monotonic() - quiet > 15:
            # A comment keeps proxies from closing the line, and finds out who has gone.
            quiet = time.monotonic()
            yield ": \n\n"
        time.sleep(PAUSE)


@bp.post("/organize/sessions/<slug>/stage")
@allow("session.manage")
def stage(slug: str) -> Any:
    """Put an issue on stage, or clear it."""
    work = current_work()
    session = session_by_slug(work, slug)
    number = request.form.get("issue", "")
    issue = None
    if number:
        if not number.isdecimal():
            raise NotFound()
        issue = queries.by_number(work.db, int(number[:12]), whole=False)
    service.put_on_stage(work, session, issue)
    work.commit()
    if issue is None:
        flash(_("The stage is clear."), "success")
    else:
        flash(_("Issue %(number)s is on stage.", number=issue.number), "success")
    after = request.form.get("back", "")
    agenda = link("issues.agenda", slug=slug)
    # Back to the secretary's page if it came from there, and to no address from elsewhere.
    live = f"{agenda.removesuffix('/agenda')}/live"
    answer: Any = redirect(live if after.partition("#")[0] == live else agenda)
    return answer
