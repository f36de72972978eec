"""Sessions and registrations over the API."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from meetup.errors import NotFound
from meetup.links import known_tokens
from meetup.registrations import service as registrations
from meetup.registrations.links import PURPOSE
from meetup.registrations.models import Registration
from meetup.registrations.seats import line
from meetup.rest import find
from meetup.rest.edge import KEY_HEADER, MATCH_HEADER, Resource, call, check_match, demand, tagged
from meetup.rest.schemas import (
    CancelIn,
    InvitationIn,
    InvitationsOut,
    PageQuery,
    ReasonIn,
    RegistrationIn,
    RegistrationOut,
    RegistrationPatch,
    ReportIn,
    SeriesChangeIn,
    SeriesChangeOut,
    SeriesEndOut,
    SessionIn,
    SessionOut,
    SessionPatch,
    page_of,
    rfc3339,
)
from meetup.sessions import changing, series
from meetup.sessions import service as sessions
from meetup.sessions.models import Series, Session
from meetup.web.current import current_work
from meetup.web.opening import opened
from meetup.web.paging import paged, unpack

bp = Resource("sessions", __name__, description="Sessions, invitations and registrations.")


@bp.post("/sessions")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(SessionIn)
@bp.response(201, SessionOut)
def create_session(data: dict[str, Any]) -> Any:
    """Draft a session; with `recurrence`, a series of them, of which the first is answered."""
    data["programme"] = find.programme(data["programme"])
    rule = data.pop("recurrence", None)
    if rule:
        made = series.start(
            current_work(), rule=rule["rrule"], skip_holidays=rule.get("skip_holidays", False), **_bare(data)
        )
    else:
        made = sessions.draft(current_work(), **_bare(data))
    row = find.session(made.id)
    return tagged(row, row, 201)


def _series(session: Session) -> Series:
    found = series.of(current_work(), session)
    if found is None:
        raise NotFound()
    return found


@bp.post("/sessions/<int:session_id>/series/publish")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, SessionOut)
def publish_series(session_id: int) -> Any:
    """Publish all sessions to come of this session's series; those made later are published at once."""
    series.announce(current_work(), _series(find.session(session_id)))
    return _again(session_id)


@bp.post("/sessions/<int:session_id>/series/end")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ReasonIn)
@bp.response(200, SeriesEndOut)
def end_series(data: dict[str, Any], session_id: int) -> Any:
    """End this session's series: this one and all later ones are called off, whoever registered is told."""
    row = find.session(session_id)
    gone = series.end(current_work(), _series(row), reason=data["reason"], since=row.recurrence_id)
    return {"called_off": [one.id for one in gone if one.state == "cancelled"]}


@bp.post("/sessions/<int:session_id>/series/change")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(SeriesChangeIn)
@bp.response(200, SeriesChangeOut)
def change_series(data: dict[str, Any], session_id: int) -> Any:
    """Let this session's series go on by another rule from this one on; people are told once. `dry_run` only tells."""
    work = current_work()
    row = find.session(session_id)
    _series(row)
    reason, dry = data.pop("reason", ""), data.pop("dry_run")
    change = changing.plan(work, row, rule=data.pop("rrule"), **data)
    zone = change.series.timezone
    answer = {
        "is_whole": change.is_whole,
        "sessions": [
            {"session_id": one.session.id, "starts_at": rfc3339(one.starts_at, zone) if one.place else None}
            for one in change.moves
        ],
        "made": [rfc3339(one, zone) for one in change.made],
    }
    if not dry:
        changing.carry_out(work, change, reason=reason)
    return answer


def _again(session_id: int) -> Any:
    work = current_work()
    work.db.flush()
    work.db.expire_all()
    row = find.session(session_id)
    return tagged(row, row)


def _bare(data: dict[str, Any]) -> dict[str, Any]:
    if data.get("online_url", "") is None:
        data["online_url"] = ""
    return data


@bp.get("/sessions")
@call("staff")
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(SessionOut))
def list_sessions(query: dict[str, Any]) -> Any:
    """The sessions, newest first."""
    mark = unpack(query["after"], int)
    statement = find.sessions().order_by(Session.id.desc()).limit(query["limit"] + 1)
    if mark:
        statement = statement.where(Session.id < mark[0])
    page = paged(current_work().db.scalars(statement).all(), query["limit"], lambda row: (row.id,))
    return {"items": page.items, "next": page.next or None}


@bp.get("/sessions/<int:session_id>")
@call("staff", of="session.read")
@bp.response(200, SessionOut)
def read_session(session_id: int) -> Any:
    """One session."""
    row = find.session(session_id)
    demand("session.read", row)
    return tagged(row, row)


@bp.patch("/sessions/<int:session_id>")
@call("session.manage")
@bp.doc(parameters=[MATCH_HEADER])
@bp.arguments(SessionPatch)
@bp.response(200, SessionOut)
def update_session(data: dict[str, Any], session_id: int) -> Any:
    """Change a session; a significant change raises its SEQUENCE and reaches those who registered."""
    row = find.session(session_id)
    check_match(row)
    sessions.update(current_work(), row, **_bare(data))
    return tagged(row, row)


@bp.post("/sessions/<int:session_id>/publish")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, SessionOut)
def publish_session(session_id: int) -> Any:
    """Publish a draft."""
    row = find.session(session_id)
    sessions.publish(current_work(), row)
    return tagged(row, row)


@bp.post("/sessions/<int:session_id>/cancel")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ReasonIn)
@bp.response(200, SessionOut)
def cancel_session(data: dict[str, Any], session_id: int) -> Any:
    """Cancel a published session; everyone who registered is told."""
    row = find.session(session_id)
    sessions.cancel(current_work(), row, reason=data["reason"])
    return tagged(row, row)


@bp.post("/sessions/<int:session_id>/hold")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, SessionOut)
def hold_session(session_id: int) -> Any:
    """The session takes place."""
    row = find.session(session_id)
    sessions.hold(current_work(), row)
    return tagged(row, row)


@bp.post("/sessions/<int:session_id>/report")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(ReportIn, required=False)
@bp.response(200, SessionOut)
def report_session(data: dict[str, Any], session_id: int) -> Any:
    """The conclusion notice is out."""
    row = find.session(session_id)
    sessions.report(current_work(), row, **data)
    return tagged(row, row)


@bp.post("/sessions/<int:session_id>/invitations")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(InvitationIn(many=True))
@bp.response(202, InvitationsOut)
def invite(rows: list[dict[str, Any]], session_id: int) -> Any:
    """Invite enterprises; a row that cannot be taken is named and the others go out."""
    result = registrations.invite(current_work(), find.session(session_id), rows)
    return {
        "sent": result.sent,
        "known": result.known,
        "faults": {str(row): faults for row, faults in result.faults.items()},
    }


def registration_out(row: Registration, position: int | None, manage_url: str) -> dict[str, Any]:
    """A registration as the API shows it."""
    zone = row.session.timezone
    return {
        "id": row.id,
        "session_id": row.session_id,
        "state": row.state,
        "seats": row.seats,
        "waitlist_position": position,
        "manage_url": manage_url,
        "enterprise": {
            "kind": row.enterprise.kind,
            "tax_code": row.enterprise.tax_code,
            "name": row.enterprise.name,
            "sector": row.enterprise.sector,
        },
        "contact": {
            "name": row.contact.name,
            "email": row.contact.email,
            "phone": row.contact.phone,
            "language": row.contact.language,
        },
        "participants": [{"name": one.name, "position": one.position} for one in row.participants],
        "offered_until": rfc3339(row.offered_until, zone),
        "checked_in_at": rfc3339(row.checked_in_at, zone),
        "version": row.version,
    }


def shown(registration_id: int, status: int = 200) -> Any:
    """A registration as it is now, as an answer."""
    work = current_work()
    work.db.flush()
    work.db.expire_all()
    return _answer(find.registration(registration_id), status)


def _answer(row: Registration, status: int) -> Any:
    work = current_work()
    position = registrations.waitlist_position(work, row)
    return tagged(registration_out(row, position, registrations.manage_url(work, row)), row, status)


def _own_url(token: str) -> str:
    return current_work().mount.url("registrations.own", token=token) if token else ""


@bp.post("/sessions/<int:session_id>/registrations")
@call("registration.read", of="registration.create")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(RegistrationIn)
@bp.response(201, RegistrationOut)
@bp.alt_response(200, schema=RegistrationOut)
def register(data: dict[str, Any], session_id: int) -> Any:
    """Register an enterprise; a second time finds the first (200) and mails its link to its contact.

    The answer carries the contact and the secret link, of the first one too: whoever may read neither may not call.
    """
    session = find.session(session_id)
    demand("registration.create", session)
    outcome = registrations.register(current_work(), session, **data, source="api")
    status = 201 if outcome.created else 200
    if find.is_whole(outcome.registration):
        # Just made: what stands in memory is what was written.
        return _answer(outcome.registration, status)
    return shown(outcome.registration.id, status)


@bp.get("/sessions/<int:session_id>/registrations")
@call("registration.read")
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(RegistrationOut))
def list_registrations(query: dict[str, Any], session_id: int) -> Any:
    """The registrations of a session in the order in which they came."""
    work = current_work()
    session = find.session(session_id)
    mark = unpack(query["after"], int)
    statement = (
        select(Registration)
        .where(Registration.session_id == session.id)
        .options(
            joinedload(Registration.session),
            joinedload(Registration.enterprise),
            joinedload(Registration.contact),
            selectinload(Registration.participants),
        )
        .order_by(Registration.id)
        .limit(query["limit"] + 1)
    )
    if mark:
        statement = statement.where(Registration.id > mark[0])
    page = paged(work.db.scalars(statement).all(), query["limit"], lambda row: (row.id,))
    waiting = {one.id: place for place, one in enumerate(line(work, session), start=1)}
    tokens = known_tokens(work.db, work.mount.secret, PURPOSE, [row.subject for row in page.items])
    opened([row.contact_id for row in page.items], session.subject)
    items = [registration_out(row, waiting.get(row.id), _own_url(tokens.get(row.subject, ""))) for row in page.items]
    return {"items": items, "next": page.next or None}


@bp.get("/registrations/<int:registration_id>")
@call("registration.read")
@bp.response(200, RegistrationOut)
def read_registration(registration_id: int) -> Any:
    """One registration."""
    row = find.registration(registration_id)
    opened([row.contact_id], row.subject)
    return shown(registration_id)


@bp.patch("/registrations/<int:registration_id>")
@call("registration.change")
@bp.doc(parameters=[MATCH_HEADER])
@bp.arguments(RegistrationPatch)
@bp.response(200, RegistrationOut)
def update_registration(data: dict[str, Any], registration_id: int) -> Any:
    """Change the reply or the participants."""
    row = find.registration(registration_id)
    check_match(row)
    if "participants" in data:
        registrations.change_participants(current_work(), row, data["participants"])
    if "response" in data:
        registrations.reply(current_work(), row, data["response"])
    return shown(registration_id)


@bp.post("/registrations/<int:registration_id>/cancel")
@call("registration.change")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(CancelIn, required=False)
@bp.response(200, RegistrationOut)
def cancel_registration(data: dict[str, Any], registration_id: int) -> Any:
    """Take a registration back; the seats go to the waiting list."""
    registrations.cancel(current_work(), find.registration(registration_id), **data)
    return shown(registration_id)


@bp.post("/registrations/<int:registration_id>/check-in")
@call("session.check_in")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, RegistrationOut)
def check_in(registration_id: int) -> Any:
    """They are here."""
    registrations.check_in(current_work(), find.registration(registration_id))
    return shown(registration_id)
