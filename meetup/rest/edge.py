"""The API's edge: token, rights, idempotency keys, entity tags, and the one commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, current_app, make_response, request
from flask_smorest import Blueprint
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from meetup.access import can
from meetup.errors import N_, InvalidInput, MeetupError, NotAllowed, NotFound, Stale
from meetup.rest.models import IdempotencyKey
from meetup.rest.problems import problem
from meetup.rest.reading import BodyParser
from meetup.rest.tokens import actor_of
from meetup.web.current import SAFE_METHODS, act_as, current_actor, current_work
from meetup.web.guards import Asked, asked_for, note_asked
from meetup.web.limits import hit, visitor

View = TypeVar("View", bound=Callable[..., Any])

KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "Any text of up to 200 characters; a repetition with the same key gets the first answer.",
    "schema": {"type": "string", "maxLength": 200},
    "required": False,
}
MATCH_HEADER = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag that was read; 412 when the thing has changed since.",
    "schema": {"type": "string"},
    "required": False,
}


class Resource(Blueprint):
    """A group of calls; its name is their tag and a function's name their operation."""

    ARGUMENTS_PARSER = BodyParser()

    def route(self, rule: str, *, parameters: Any = None, tags: Any = None, **options: Any) -> Any:
        register = super().route(rule, parameters=parameters, tags=tags or [self.name], **options)

        def decorate(function: Any) -> Any:
            return register(self.doc(operationId=function.__name__)(function))

        return decorate


def call(action: str, *, of: Asked = ()) -> Callable[[View], View]:
    """Mark a function as an API call that needs a token with the right to `action`.

    Rights that hang on the thing are checked inside with :func:`demand`, and named by `of`:
    a call that answers without having asked raises, in tests. A successful call is committed
    here; with an ``Idempotency-Key`` its answer is kept in the same transaction.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Response:
            refusal = _identify()
            if refusal is not None:
                return refusal
            if action != "staff" and not _may_ever(action):
                raise NotAllowed()
            if request.method not in SAFE_METHODS and not request.is_json and request.get_data():
                # A reader of JSON finds nothing in it, and a call that needs no field would do as if nothing was sent.
                raise NotJson()
            if request.method == "POST" and request.headers.get("Idempotency-Key"):
                return _once(lambda: _with_digest(make_response(view(*args, **kwargs))))
            response = _with_digest(make_response(view(*args, **kwargs)))
            if response.status_code < 400:
                current_work().commit()
            if request.method in SAFE_METHODS:
                response.make_conditional(request)
            return response

        wrapper.meetup_allow = "rest"  # type: ignore[attr-defined]
        wrapper.meetup_action = action  # type: ignore[attr-defined]
        wrapper.meetup_of = of  # type: ignore[attr-defined]
        return wrapper  # type: ignore[return-value]

    return mark


def _identify() -> Response | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    actor = actor_of(current_work(), text.strip()) if scheme.lower() == "bearer" else None
    if actor is None:
        # Whoever guesses at tokens has to wait; whoever has one is never counted here.
        hit("30 per minute", "a token that is not", visitor())
        return problem(
            401,
            "Send a valid API token: Authorization: Bearer mtp_…",
            code="no_token",
            headers={"WWW-Authenticate": 'Bearer realm="meetup"'},
        )
    act_as(actor)
    return None


def _may_ever(action: str) -> bool:
    """Whether the actor's role stands in the action's rule at all, whatever the thing."""
    from meetup.access import ADMIN, RULES

    actor = current_actor()
    rule = RULES.get(action, {})
    return ADMIN in actor.roles or bool(rule.keys() & {*actor.roles, "everyone"})


def demand(action: str, thing: Any) -> None:
    """Go on only if the token may do `action` to `thing`; what it may not know of is not found.

    Raises:
        NotFound: for an officer's token and a thing of another department.
        NotAllowed: otherwise.
    """
    actor = current_actor()
    note_asked(action)
    if can(actor, action, thing):
        return
    if actor.has("organizer", "leader"):
        raise NotAllowed()
    raise NotFound()


def _once(run: Callable[[], Response]) -> Response:
    key = request.headers["Idempotency-Key"]
    if len(key) > 200:
        raise InvalidInput("Idempotency-Key", N_("The key is too long."), N_("Use up to 200 characters."))
    work = current_work()
    token_id = current_actor().token_id
    print_ = hashlib.sha256(f"{request.method} {request.full_path}\n".encode() + request.get_data()).hexdigest()
    known = _remembered(token_id, key)
    if known is not None:
        return _replay(known, print_)
    response: Response | None = None
    try:
        response = run()
        if response.status_code < 400:
            _keep(response, key, print_)
            work.commit()
    except (MeetupError, IntegrityError) as error:
        # The same key at the same moment: the other one was first and changed what this one came to change, and its
        # answer, which was stored with that change, is ours too.
        work.db.rollback()
        known = _remembered(token_id, key)
        if known is not None:
            return _replay(known, print_)
        if response is not None and isinstance(error, IntegrityError):
            raise Stale() from None
        raise
    return response


def _keep(response: Response, key: str, print_: str) -> None:
    work = current_work()
    kept = {name: response.headers[name] for name in ("Location", "ETag", "Content-Type") if name in response.headers}
    work.db.add(
        IdempotencyKey(
            token_id=current_actor().token_id,
            key=key,
            fingerprint=print_,
            status=response.status_code,
            headers=json.dumps(kept),
            body=response.get_data(),
            created_at=work.now,
        )
    )


def _remembered(token_id: int | None, key: str) -> IdempotencyKey | None:
    return current_work().db.scalar(
        select(IdempotencyKey).where(IdempotencyKey.token_id == token_id, IdempotencyKey.key == key)
    )


def _replay(known: IdempotencyKey, print_: str) -> Response:
    for action in asked_for(getattr(current_app.view_functions[request.endpoint or ""], "meetup_of", ()), ""):
        # The first request asked, with the same token.
        note_asked(action)
    if known.fingerprint != print_:
        raise InvalidInput(
            "Idempotency-Key",
            N_("This key was used for another request."),
            N_("Use a new key for a new request."),
        )
    response = Response(known.body, known.status)
    response.headers.update(json.loads(known.headers))
    response.headers["Idempotency-Replayed"] = "true"
    return response


class NotJson(MeetupError):
    """A body comes without the content type of JSON (RFC 9110 §15.5.16)."""

    status = 415
    code = "not_json"

    def __init__(self) -> None:
        super().__init__(N_("Send the body as JSON, with Content-Type: application/json."))


def _with_digest(response: Response) -> Response:
    """Say in the entity tag what is shown, too: some of it changes without a new version, such as the seats taken."""
    tag, _weak = response.get_etag()
    if tag is not None:
        response.set_etag(f"{tag}.{hashlib.sha256(response.get_data()).hexdigest()[:16]}")
    return response


def tag_of(thing: Any) -> str:
    """What the entity tag of a thing with a version begins with, and what ``If-Match`` compares."""
    return f"{thing.KIND}-{thing.id}-{thing.version}"


def check_match(thing: Any) -> None:
    """Go on only if ``If-Match``, where it is sent, names the thing's version as it is.

    What else its tag tells of what was shown is for ``If-None-Match`` alone.

    Raises:
        Precondition: 412 when it is stale.
    """
    sent = request.if_match
    if not request.headers.get("If-Match") or sent.star_tag:
        return
    if tag_of(thing) not in {tag.partition(".")[0] for tag in sent.as_set()}:
        raise Precondition()


class Precondition(Stale):
    """``If-Match`` names an older version (RFC 9110 §13.1.1)."""

    status = 412


def tagged(body: Any, thing: Any, status: int = 200) -> tuple[Any, int, dict[str, str]]:
    """An answer with the thing's entity tag; :func:`call` adds a digest of what is shown to it."""
    return body, status, {"ETag": f'"{tag_of(thing)}"'}
