"""Who may do what to which thing: one table, deny by default.

An :class:`Actor` is whoever acts: a member of staff, an enterprise behind its
signed link, an API token, the worker, the public. :func:`can` looks the action
up in :data:`RULES`; what is not in the table is denied. The documentation's
table of rights is printed from the same data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from meetup.errors import NotAllowed

ADMIN = "admin"
ORGANIZER = "organizer"
OFFICER = "officer"
LEADER = "leader"
STAFF_ROLES = (ADMIN, ORGANIZER, OFFICER, LEADER)


@dataclass(frozen=True)
class Actor:
    """Whoever acts.

    Args:
        kind: ``public``, ``enterprise``, ``staff``, ``token`` or ``system``.
        id: an opaque string, unique within the kind; a host's user id for staff.
        name: shown in timelines.
        roles: of :data:`STAFF_ROLES`; empty for anyone who is not staff.
        department_id: the department that an officer works for.
        registration_id: the registration behind an enterprise's link.
        enterprise_id: the enterprise behind an enterprise's link.
        email: the address for mentions and notices; never shown in public.
        token_id: the API token's key, when one is used.
    """

    kind: str
    id: str = ""
    name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    department_id: int | None = None
    registration_id: int | None = None
    enterprise_id: int | None = None
    email: str = ""
    token_id: int | None = None

    @property
    def is_staff(self) -> bool:
        """Whether this is someone (or an API token) with a staff role."""
        return bool(self.roles) or self.kind == "system"

    def has(self, *roles: str) -> bool:
        """Whether the actor has one of `roles`; the system and admins have all."""
        return self.kind == "system" or ADMIN in self.roles or not self.roles.isdisjoint(roles)


PUBLIC = Actor("public")
SYSTEM = Actor("system", name="Meetup")

#: How an actor stands to a thing: a name and the question that decides it.
Relation = Callable[[Actor, Any], bool]


def _anything(_actor: Actor, _thing: Any) -> bool:
    """Whatever it is, and where there is no thing at all."""
    return True


def _leads(actor: Actor, thing: Any) -> bool:
    """The officer's department leads it."""
    return actor.department_id is not None and actor.department_id == getattr(thing, "lead_department_id", None)


def _heads(actor: Actor, thing: Any) -> bool:
    head = getattr(getattr(thing, "lead_department", None), "head_email", "")
    return bool(head) and _leads(actor, thing) and bool(actor.email.casefold() == head.casefold())


def _receives(actor: Actor, thing: Any) -> bool:
    """The officer's department is asked to take it over."""
    return actor.department_id is not None and actor.department_id == getattr(thing, "transfer_to_id", None)


def _coordinates(actor: Actor, thing: Any) -> bool:
    """The officer's department coordinates."""
    return actor.department_id is not None and actor.department_id in getattr(thing, "coordinating_ids", ())


def _takes_part(actor: Actor, thing: Any) -> bool:
    """The officer's department leads, coordinates or is asked to take over;
    on the pages about conduct, its head alone.
    """
    return _leads(actor, thing) or _receives(actor, thing) or _coordinates(actor, thing)


def _takes_part_openly(actor: Actor, thing: Any) -> bool:
    """The officer's department takes part, and it is not about an official's conduct."""
    # What is about an official's conduct may be about the reader: it goes to the head and the organiser (R23).
    about = getattr(thing, "issue", None) or thing
    return getattr(about, "kind", "") != "conduct" and _takes_part(actor, thing)


def _own_enterprise(actor: Actor, thing: Any) -> bool:
    """It came by the very link that the actor holds.

    By the registration where there is one: whoever registers with another's tax
    code shares its enterprise, and must not read its issues.
    """
    if actor.kind != "enterprise":
        return False
    about = getattr(thing, "issue", None) or thing
    is_registration = getattr(thing, "KIND", "") == "registration"
    registration_id = thing.id if is_registration else getattr(about, "registration_id", None)
    if registration_id is not None or actor.registration_id is not None:
        return bool(registration_id == actor.registration_id)
    return actor.enterprise_id is not None and actor.enterprise_id == getattr(about, "enterprise_id", None)


def _own_registration(actor: Actor, thing: Any) -> bool:
    """It is the registration whose link the actor holds."""
    return actor.kind == "enterprise" and actor.registration_id is not None and actor.registration_id == thing.id


def _is_public(_actor: Actor, thing: Any) -> bool:
    """It was published, and is open to everyone."""
    return bool(getattr(thing, "is_public", False))


RELATIONS: Mapping[str, Relation] = {
    "any": _anything,
    "lead": _leads,
    "head of the lead": _heads,
    "receiver": _receives,
    "coordinator": _coordinates,
    "participant": _takes_part,
    "participant, not about conduct": _takes_part_openly,
    "own": _own_enterprise,
    "own registration": _own_registration,
    "public": _is_public,
}

#: action → who → relation. ``everyone`` is anybody at all, ``enterprise`` whoever holds its link.
RULES: Mapping[str, Mapping[str, str]] = {
    "site.administer": {ADMIN: "any"},
    "desk.organize": {ORGANIZER: "any"},
    "desk.department": {OFFICER: "any", ORGANIZER: "any", LEADER: "any"},
    "desk.leader": {LEADER: "any", ORGANIZER: "any"},
    "programme.manage": {ADMIN: "any"},
    "department.manage": {ADMIN: "any", ORGANIZER: "any"},
    # What plugins keep for an agency: its ``lead_department_id`` says for which.
    "department.act": {OFFICER: "lead", ORGANIZER: "any"},
    "enterprise.read": {ORGANIZER: "any", LEADER: "any"},
    "contact.open": {ORGANIZER: "any", OFFICER: "lead"},
    "session.read": {"everyone": "public", ORGANIZER: "any", OFFICER: "any", LEADER: "any"},
    "session.manage": {ORGANIZER: "any"},
    "session.check_in": {ORGANIZER: "any"},
    "session.watch": {ORGANIZER: "any", LEADER: "any"},
    "registration.read": {"enterprise": "own registration", ORGANIZER: "any"},
    "registration.change": {"enterprise": "own registration", ORGANIZER: "any"},
    "registration.create": {"everyone": "public", ORGANIZER: "any"},
    "issue.read": {
        "everyone": "public",
        "enterprise": "own",
        ORGANIZER: "any",
        OFFICER: "participant",
        LEADER: "any",
    },
    "issue.read_all": {
        "enterprise": "own",
        ORGANIZER: "any",
        OFFICER: "participant, not about conduct",
        LEADER: "any",
    },
    "issue.submit": {"enterprise": "own", ORGANIZER: "any"},
    "issue.triage": {ORGANIZER: "any"},
    "issue.conclude": {ORGANIZER: "any", LEADER: "any"},
    "issue.publish": {ORGANIZER: "any"},
    "issue.withdraw": {"enterprise": "own", ORGANIZER: "any"},
    "issue.inform": {"enterprise": "own", ORGANIZER: "any"},
    "issue.write": {"enterprise": "own", ORGANIZER: "any", OFFICER: "participant"},
    "comment.moderate": {ORGANIZER: "any"},
    "follow_up.read": {
        "enterprise": "own",
        ORGANIZER: "any",
        OFFICER: "participant",
        LEADER: "any",
    },
    "follow_up.accept": {OFFICER: "lead", ORGANIZER: "any"},
    "follow_up.progress": {OFFICER: "participant", ORGANIZER: "any"},
    "follow_up.answer": {OFFICER: "lead", ORGANIZER: "any"},
    "follow_up.draft": {OFFICER: "lead", ORGANIZER: "any"},
    "follow_up.approve": {OFFICER: "head of the lead"},
    "follow_up.transfer": {OFFICER: "lead", ORGANIZER: "any"},
    "follow_up.answer_transfer": {OFFICER: "receiver", ORGANIZER: "any", LEADER: "any"},
    "follow_up.decide_transfer": {ORGANIZER: "any", LEADER: "any"},
    "follow_up.extend": {OFFICER: "lead", ORGANIZER: "any"},
    "follow_up.decide_extension": {ORGANIZER: "any", LEADER: "any"},
    "follow_up.verify": {ORGANIZER: "any"},
    "follow_up.send_back": {ORGANIZER: "any"},
    "follow_up.confirm": {"enterprise": "own", ORGANIZER: "any"},
    "follow_up.reopen": {"enterprise": "own", ORGANIZER: "any"},
    "scorecard.read": {"everyone": "any"},
    "scorecard.manage": {ORGANIZER: "any"},
    "activity.read": {ORGANIZER: "any", LEADER: "any"},
    "outbox.read": {ORGANIZER: "any"},
    "reminder.manage": {ORGANIZER: "any"},
    "token.manage": {ADMIN: "any"},
    "privacy.manage": {ADMIN: "any"},
}


def can(actor: Actor, action: str, thing: Any = None) -> bool:
    """Whether `actor` may do `action` to `thing`.

    Admins and the system may do all that is in the table; an action that is
    not in the table is denied to everyone.
    """
    rule = RULES.get(action)
    if rule is None:
        return False
    if actor.kind == "system" or ADMIN in actor.roles:
        return True
    held = {*actor.roles, "everyone"}
    if actor.kind == "enterprise":
        held.add("enterprise")
    return any(RELATIONS[relation](actor, thing) for who, relation in rule.items() if who in held)


def demand(actor: Actor, action: str, thing: Any = None) -> None:
    """Go on only if `actor` may do `action` to `thing`.

    Raises:
        NotAllowed: if not.
    """
    if not can(actor, action, thing):
        raise NotAllowed()
