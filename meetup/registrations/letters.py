"""The mails about registrations: what each of them shows, looked up just before it leaves (rule F5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from meetup.domain.recurrence import parse_rule
from meetup.errors import N_
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Calendar, Expired, Notice, Prepared, Superseded
from meetup.registrations import calendars, qr
from meetup.registrations.codes import code_of, door_url
from meetup.registrations.links import manage_url
from meetup.registrations.models import Registration
from meetup.registrations.queries import whole
from meetup.registrations.seats import waitlist_position
from meetup.sessions import series as every
from meetup.sessions.models import Series, Session
from meetup.work import Work

Prepare = Callable[[Work, Outgoing], Prepared]


def _live(work: Work, row: Outgoing) -> Registration:
    registration = _registration(work, row)
    number = row.context.get("sequence")
    if isinstance(number, int) and number < (registration.calendar_sequence or 0):
        raise Superseded(N_("a newer message about this registration was written"))
    return registration


def _registration(work: Work, row: Outgoing) -> Registration:
    found = work.db.scalar(whole().where(Registration.id == row.context["registration"]))
    if found is None:
        raise Superseded(N_("the registration is gone"))
    return found  # type: ignore[no-any-return]


def context_of(work: Work, registration: Registration) -> dict[str, Any]:
    """What every letter about a registration shows."""
    return {
        "registration": registration,
        "session": registration.session,
        "programme": registration.session.programme,
        "programme_slug": registration.session.programme.slug,
        "enterprise": registration.enterprise,
        "people": registration.participants,
        "action_url": manage_url(work, registration),
        "position": waitlist_position(work, registration),
    }


def _request(states: Iterable[str], why: str) -> Prepare:
    """A letter with the session for the calendar, while the registration is in one of `states`."""
    wanted = frozenset(states)

    def prepare(work: Work, row: Outgoing) -> Prepared:
        registration = _live(work, row)
        session = registration.session
        if registration.state not in wanted:
            raise Superseded(why)
        if session.state != "published":
            raise Superseded(N_("the session is off or has begun"))
        if session.ends_at <= work.now:
            raise Expired(N_("the session is over"))
        calendar = calendars.request(
            work, registration, sequence=row.context["sequence"], first=bool(row.context.get("first"))
        )
        return Prepared({**context_of(work, registration), **_before(row)}, calendar=calendar)

    return prepare


def _confirmed(work: Work, row: Outgoing) -> Prepared:
    """With the code for the door, as a picture of its own: mail programs show no SVG and fetch nothing."""
    prepared = _CONFIRMED(work, row)
    registration = prepared.context["registration"]
    code = code_of(work, registration)
    words = work.mount.words.gettext(N_("check-in"))
    picture = (f"{words}-{code}.png", "image/png", qr.png(door_url(work, registration)))
    return replace(
        prepared, context={**prepared.context, "door_code": code}, attachments=(*prepared.attachments, picture)
    )


def _before(row: Outgoing) -> dict[str, Any]:
    """When the session was to begin before it was moved."""
    moved = row.context.get("before") or []
    return {"before": datetime.fromisoformat(moved[0]) if moved else None}


def _gone(states: Iterable[str]) -> Prepare:
    """A letter that takes the session off the calendar again, if it was ever put there."""
    wanted = frozenset(states)

    def prepare(work: Work, row: Outgoing) -> Prepared:
        registration = _live(work, row)
        if registration.state not in wanted:
            raise Superseded(N_("the reply has changed since"))
        calendar: Calendar | None = None
        if not row.context.get("first"):
            calendar = calendars.cancel(work, registration, sequence=row.context["sequence"])
        return Prepared(context_of(work, registration), calendar=calendar)

    return prepare


def _session_cancelled(work: Work, row: Outgoing) -> Prepared:
    registration = _live(work, row)
    if registration.session.state != "cancelled":
        raise Superseded(N_("the session was not called off after all"))
    calendar = calendars.cancel(work, registration, sequence=row.context["sequence"])
    return Prepared(context_of(work, registration), calendar=calendar)


def _offer(work: Work, row: Outgoing) -> Prepared:
    prepared = _OFFER(work, row)
    until = prepared.context["registration"].offered_until
    if until is not None and until <= work.now:
        raise Expired(N_("the offer has lapsed"))
    return prepared


def _plain(work: Work, row: Outgoing) -> Prepared:
    return Prepared(context_of(work, _registration(work, row)))


def _changed(work: Work, row: Outgoing) -> Prepared:
    registration = _registration(work, row)
    if registration.state in {"cancelled", "declined"} or registration.session.state != "published":
        raise Superseded(N_("nobody comes by this registration any more"))
    return Prepared(context_of(work, registration))


def _links(work: Work, row: Outgoing) -> Prepared:
    rows = work.db.scalars(
        whole()
        .where(Registration.id.in_(row.context["registrations"]), Registration.state != "cancelled")
        .order_by(Registration.id.desc())
    ).all()
    if not rows:
        raise Superseded(N_("there is no registration any more"))
    return Prepared({"rows": [(one, one.session, manage_url(work, one)) for one in rows]})


def _series(work: Work, row: Outgoing) -> Prepared:
    query = whole().where(Registration.id.in_(row.context["registrations"])).order_by(Registration.id)
    asked = [one for one in work.db.scalars(query) if one.state == "invited" and one.session.state == "published"]
    if not asked:
        raise Superseded(N_("the invitation was answered"))
    if all(one.session.ends_at <= work.now for one in asked):
        raise Expired(N_("the session is over"))
    series = work.get(Series, row.context["series"])
    set_committed_value(series, "programme", asked[0].session.programme)
    return Prepared(
        {**context_of(work, asked[0]), "dates": [one.session for one in asked]},
        calendar=calendars.series_request(work, series, asked),
    )


def _series_sample(work: Work) -> Mapping[str, Any] | None:
    """Someone invited to a session that is part of a series; if there is no such, of one that is made one."""
    asked = (
        whole()
        .join(Session, Registration.session_id == Session.id)
        .where(Session.state == "published", Session.starts_at > work.now)
        .order_by((Registration.state != "invited"), (Session.series_uid == ""), Registration.id.desc())
        .limit(1)
    )
    one = work.db.scalar(asked)
    if one is None:
        return None
    of = every.of(work, one.session)
    if of is None:
        times = {name: getattr(one.session, name) for name in ("starts_at", "ends_at", "timezone")}
        template = {name: getattr(one.session, name) for name in every.TEMPLATE}
        rule = parse_rule("FREQ=WEEKLY;COUNT=1")
        of = every.found(work, one.session.programme, rule, times, skip_holidays=False, template=template)
        one.session.series_uid, one.session.recurrence_id = of.uid, one.session.starts_at
    one.state = "invited"
    work.db.flush()
    return {"series": of.id, "registrations": [one.id]}


_CONFIRMED = _request(("confirmed",), N_("no longer confirmed"))
_OFFER = _request(("offered",), N_("the offer was answered"))
_ALL = ("invited", "confirmed", "tentative", "waitlisted", "offered")

NOTICES = [
    Notice("calendar_invitation", _request(("invited",), N_("the invitation was answered")), N_("Invitations")),
    Notice("calendar_series_invitation", _series, N_("Invitations to all dates of a series"), sample=_series_sample),
    Notice("calendar_confirmed", _confirmed, N_("Confirmed registrations")),
    Notice("calendar_waitlisted", _request(("waitlisted",), N_("no longer waiting")), N_("Places on the waiting list")),
    Notice("calendar_tentative", _request(("tentative",), N_("another reply was given")), N_("Replies: may come")),
    Notice("calendar_declined", _gone(("declined",)), N_("Replies: will not come")),
    Notice("calendar_offer", _offer, N_("Seats offered")),
    Notice("calendar_offer_lapsed", _gone(("declined",)), N_("Offers that lapsed")),
    Notice("calendar_cancelled", _gone(("cancelled",)), N_("Cancelled registrations")),
    Notice("calendar_rescheduled", _request(_ALL, N_("no longer concerned")), N_("Sessions at another time")),
    Notice("calendar_updated", _request(_ALL, N_("no longer concerned")), N_("Changed sessions")),
    Notice("calendar_session_cancelled", _session_cancelled, N_("Sessions called off")),
    Notice("registration_changed", _changed, N_("Changed lists of people")),
    Notice("registration_found", _plain, N_("Registered once more")),
    Notice("registration_links", _links, N_("Lost links")),
]
