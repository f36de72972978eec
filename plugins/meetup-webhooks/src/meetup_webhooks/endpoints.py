"""What is done to endpoints, and what changes tell them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from meetup.api import (
    N_,
    Change,
    Fault,
    InvalidInput,
    Outgoing,
    Prepared,
    Stale,
    Superseded,
    Work,
    enqueue,
    guarded_update,
    send_again,
)
from meetup_webhooks import events
from meetup_webhooks.models import Attempt, Endpoint
from meetup_webhooks.targets import Rules, target_of

#: The channel's name, and the notice's.
NAME, NOTICE = "webhook", "webhooks_event"
_MEMO = "meetup_webhooks.endpoints"


def rules_of(settings: Any) -> Rules:
    """Where the operator lets webhooks go."""
    return Rules(settings.webhooks_http, settings.webhooks_networks)


def create_endpoint(
    work: Work, *, url: str, chosen: Sequence[str], description: str = "", is_on: bool = True
) -> Endpoint:
    """Enter an endpoint; its secret is ``secret_of(work.mount.secret, endpoint.salt)``.

    Raises:
        InvalidInput: with every fault.
    """
    values = _checked(work, url, chosen, description)
    endpoint = Endpoint(**values, is_on=is_on, salt=_new_salt(), created_at=work.now)
    work.db.add(endpoint)
    work.db.flush()
    work.memo.pop(_MEMO, None)
    work.log("webhook.create", endpoint, host=_host(endpoint))
    return endpoint


def update_endpoint(
    work: Work, endpoint: Endpoint, *, url: str, chosen: Sequence[str], description: str, is_on: bool, version: int
) -> Endpoint:
    """Change an endpoint.

    Raises:
        InvalidInput: with every fault.
        Stale: if someone else changed it since `version`.
    """
    values = _checked(work, url, chosen, description)
    if endpoint.version != version:
        raise Stale()
    guarded_update(work.db, endpoint, **values, is_on=is_on, stopped="" if is_on else endpoint.stopped)
    work.memo.pop(_MEMO, None)
    work.log("webhook.update", endpoint, host=_host(endpoint), is_on=is_on)
    return endpoint


def new_secret(work: Work, endpoint: Endpoint) -> None:
    """Give an endpoint another secret; the present one counts along for a while.

    Raises:
        Stale: if someone else changed it meanwhile.
    """
    until = work.now + timedelta(hours=work.settings.webhooks_rotate_hours)
    guarded_update(work.db, endpoint, salt=_new_salt(), old_salt=endpoint.salt, old_until=until)
    work.log("webhook.new_secret", endpoint)


def switch_off(work: Work, endpoint: Endpoint, why: str) -> None:
    """Send nothing more to an endpoint that said so; what waits for it is no longer needed."""
    guarded_update(work.db, endpoint, is_on=False, stopped=why)
    work.log("webhook.switch_off", endpoint, reason=why)


def remove(work: Work, endpoint: Endpoint) -> None:
    """Forget an endpoint and what it answered; the outbox keeps what was sent as long as ever."""
    work.log("webhook.remove", endpoint)
    work.db.execute(delete(Attempt).where(Attempt.endpoint_id == endpoint.id))
    work.db.delete(endpoint)
    work.memo.pop(_MEMO, None)


def tell(work: Work, change: Change) -> None:
    """Enqueue a message to every endpoint that chose the event; asks the database once a unit of work."""
    if change.name not in events.EVENTS:
        return
    listening = [one for one in _endpoints(work) if change.name in one.events]
    if listening:
        identity = _new_identity()
        kept = events.told(work, change)
        for endpoint in listening:
            _enqueue(work, endpoint, identity, kept, change.thing.subject)


def send_test(work: Work, endpoint: Endpoint) -> None:
    """Send an endpoint a message that means nothing.

    Raises:
        InvalidInput: if it is off.
    """
    if not endpoint.is_on:
        raise InvalidInput("is_on", N_("The endpoint is switched off."), N_("Switch it on first."))
    stamp = work.now.isoformat().replace("+00:00", "Z")
    kept = {"type": events.TEST, "timestamp": stamp, "kind": "webhook", "id": endpoint.id, "state": "on"}
    _enqueue(work, endpoint, _new_identity(), kept, endpoint.subject)


def deliver_again(work: Work, endpoint: Endpoint, row: Outgoing) -> None:
    """Send once more what was sent or could not be; its ``webhook-id`` stays, so the other side knows it.

    Raises:
        InvalidInput: if it waits to be sent anyway.
    """
    if row.state == "dead":
        send_again(work, row)
    elif row.state in {"sent", "superseded", "expired"}:
        _enqueue(work, endpoint, str(row.context["webhook"]), dict(row.context["event"]), row.subject)
    else:
        raise InvalidInput("state", N_("This delivery waits to be sent anyway."))
    work.log("webhook.send_again", endpoint, message=row.id)


def endpoint_for(work: Work, row: Outgoing) -> Endpoint | None:
    """The endpoint that `row` was written for; None if it is gone.

    SQLite gives the key of the last one removed to the next one entered: what is older
    than an endpoint was another's, and must never reach it.
    """
    endpoint = work.db.get(Endpoint, row.context["endpoint"])
    return None if endpoint is None or row.created_at < endpoint.created_at else endpoint


def prepare(work: Work, row: Outgoing) -> Prepared:
    """The message of `row` as things are now.

    Raises:
        Superseded: if its endpoint is off or gone, or has given the event up.
    """
    endpoint = endpoint_for(work, row)
    if endpoint is None or not endpoint.is_on:
        raise Superseded(N_("the endpoint is switched off"))
    if row.context["event"]["type"] not in {events.TEST, *endpoint.events}:
        raise Superseded(N_("the endpoint no longer listens to this"))
    return Prepared({"body": events.body(work, row.context["event"]), "event": row.context["event"]["type"]})


def sample(work: Work) -> dict[str, Any] | None:
    """A message for whoever looks at the kind before one is sent."""
    endpoint = work.db.scalars(select(Endpoint).where(Endpoint.is_on).order_by(Endpoint.id)).first()
    if endpoint is None:
        return None
    stamp = work.now.isoformat().replace("+00:00", "Z")
    kept = {"type": events.TEST, "timestamp": stamp, "kind": "webhook", "id": endpoint.id, "state": "on"}
    return {"endpoint": endpoint.id, "webhook": "msg_sample", "event": kept}


def forget(work: Work) -> int:
    """Take answers away that are older than they are kept; gives how many."""
    oldest = work.now - timedelta(days=work.settings.webhooks_log_days)
    gone = work.db.scalars(select(Attempt.id).where(Attempt.at < oldest).order_by(Attempt.at).limit(500)).all()
    if gone:
        work.db.execute(delete(Attempt).where(Attempt.id.in_(gone)))
    return len(gone)


def _endpoints(work: Work) -> list[Endpoint]:
    """Those that are on, asked for once a unit of work."""
    if _MEMO not in work.memo:
        with work.db.no_autoflush:
            work.memo[_MEMO] = list(work.db.scalars(select(Endpoint).where(Endpoint.is_on).order_by(Endpoint.id)))
    found: list[Endpoint] = work.memo[_MEMO]
    return found


def _enqueue(work: Work, endpoint: Endpoint, identity: str, kept: dict[str, Any], subject: str) -> None:
    enqueue(
        work,
        NOTICE,
        to=endpoint.recipient,
        name=_host(endpoint),
        subject=subject,
        context={"endpoint": endpoint.id, "webhook": identity, "event": kept},
        channel=NAME,
    )


def _host(endpoint: Endpoint) -> str:
    """For logs and lists: the rest of an address may be a secret of the other side."""
    return urlsplit(endpoint.url).hostname or ""


def _checked(work: Work, url: str, chosen: Iterable[str], description: str) -> dict[str, Any]:
    faults: list[Fault] = []
    url = url.strip()
    try:
        target_of(url, rules_of(work.settings))
    except InvalidInput as error:
        faults += error.faults
    known = [name for name in events.EVENTS if name in set(chosen)]
    if not known:
        faults.append(Fault("chosen", N_("No event is chosen."), N_("Choose at least one.")))
    if len(description) > 200:
        faults.append(Fault("description", N_("This is too long."), N_("Write at most 200 characters.")))
    if faults:
        raise InvalidInput.many(faults)
    return {"url": url, "events": known, "description": description.strip()}


def _new_salt() -> str:
    return secrets.token_hex(16)


def _new_identity() -> str:
    return f"msg_{secrets.token_hex(12)}"
