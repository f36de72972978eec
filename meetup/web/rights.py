"""Every address with who may come to it, read off the views that serve it: what ``docs/access.md`` is written from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from meetup.access import ADMIN, LEADER, OFFICER, ORGANIZER, RULES
from meetup.mount import Mount
from meetup.web.guards import PUBLISHED, asked_for

#: The columns of the table: everyone at all, whoever holds an enterprise's link, and the roles of the staff.
COLUMNS = ("everyone", "enterprise", OFFICER, LEADER, ORGANIZER, ADMIN)
_SAFE = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Right:
    """Who may do one thing at one address.

    Args:
        methods: such as ``GET``; without HEAD and OPTIONS, which show nothing more.
        path: the address's rule, below the mount.
        endpoint: the view's name, below the mount.
        step: the ``<action>`` of the address, where rights depend on it.
        action: ``public``, ``staff``, ``signing in`` (see :data:`meetup.staff.signin.WHO_MAY`), or an action of
            :data:`meetup.access.RULES`.
        of: the actions that are asked of the thing which the address names.
        by: the purpose of the secret link that the address carries.
        token: whether it is a call of the API, which needs a bearer token.
    """

    methods: tuple[str, ...]
    path: str
    endpoint: str
    step: str
    action: str
    of: tuple[str, ...]
    by: str
    token: bool


def rights(app: Flask, mount: Mount, closed: Mapping[str, str] | None = None) -> Iterator[Right]:
    """The rights of every address of `mount` in the order of the addresses, then those of `closed`.

    Args:
        closed: endpoints outside of the mount → who may, such as those of the sign-in.

    Raises:
        LookupError: for a view that does not say who may.
    """
    outside = closed or {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.rule, sorted(one.methods or ()))):
        inside = rule.endpoint.startswith(f"{mount.name}.")
        methods = tuple(sorted((rule.methods or set()) - _SAFE))
        view: Any = app.view_functions[rule.endpoint]
        name = rule.endpoint.removeprefix(f"{mount.name}.")
        if not inside:
            if rule.endpoint in outside:
                yield Right(methods, rule.rule, rule.endpoint, "", outside[rule.endpoint], (), "", False)
            continue
        if name == "assets.file":
            yield Right(methods, rule.rule, name, "", "public", (), "", False)
            continue
        action = getattr(view, "meetup_allow", None)
        if action is None:
            raise LookupError(f"the view {name} does not say who may")
        token = action == "rest"
        action = view.meetup_action if token else action
        of, by = getattr(view, "meetup_of", ()), getattr(view, "meetup_by", "")
        if isinstance(by, Mapping):
            by = next(
                purpose for begin, purpose in by.items() if rule.rule.removeprefix(mount.url_prefix).startswith(begin)
            )
        for step in of if isinstance(of, Mapping) else ("",):
            yield Right(methods, rule.rule, name, step, action, asked_for(of, step), by, token)


def relation(action: str, who: str) -> str:
    """How `who` has to stand to the thing for `action`: a name of :data:`meetup.access.RELATIONS`; empty: never."""
    if action == "public":
        return "any"
    if action == PUBLISHED:
        return "public"
    if action == "staff":
        return "" if who in ("everyone", "enterprise") else "any"
    rule = RULES[action]
    if who == ADMIN:
        return "any"
    own = rule.get(who, "")
    # What everyone may, staff and enterprises may too.
    general = rule.get("everyone", "") if who != "everyone" else ""
    return own if own == "any" or not general or own == general else general if not own else f"{own}, or {general}"
