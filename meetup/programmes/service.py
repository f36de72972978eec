"""What can be done with a programme. Commits nothing; asks no rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update

from meetup.config import Settings
from meetup.db import guarded_update
from meetup.domain.faults import Faults
from meetup.domain.text import slug as make_slug
from meetup.enterprises.identifiers import normalise_email
from meetup.errors import N_, Stale
from meetup.programmes.models import Programme
from meetup.work import Work

#: A programme's own rule → the setting that stands in where it has none.
RULES = {
    "confirm_days": "CONFIRM_DAYS",
    "offer_hours": "OFFER_HOURS",
    "working_days": "ISSUE_WORKING_DAYS",
    "languages": "LOCALES",
}
#: Rules that no setting stands behind, and what holds where a programme says nothing: the seats of a
#: session, and how many hours before it a calendar rings (0: not at all).
OWN_RULES = {"seats": 25, "alarm_hours": 0}
_HIGHEST = {"confirm_days": 365, "offer_hours": 720, "working_days": 365, "seats": 10_000, "alarm_hours": 168}
_LEGAL = {"name": 300, "number": 80, "date": 10, "url": 500}


def rule(programme: Programme, settings: Settings, name: str) -> Any:
    """The programme's rule `name`, or the site's setting."""
    own = (programme.rules or {}).get(name)
    if own not in (None, "", []):
        return own
    return OWN_RULES[name] if name in OWN_RULES else settings[RULES[name]]


def create_programme(
    work: Work,
    *,
    name: str,
    slug: str = "",
    name_en: str = "",
    legal_basis: Mapping[str, Any] | None = None,
    rules: Mapping[str, Any] | None = None,
    launched_on: date | None = None,
    timezone: str = "",
    email: str = "",
    description: str = "",
    description_en: str = "",
    goals: Sequence[Any] | None = None,
) -> Programme:
    """Found a programme.

    Raises:
        InvalidInput: with every fault.
    """
    values = _checked(
        work,
        {
            "name": name,
            "name_en": name_en,
            "legal_basis": legal_basis or {},
            "rules": rules or {},
            "timezone": timezone,
            "email": email,
            "description": description,
            "description_en": description_en,
            "goals": goals or [],
        },
        slug=slug,
    )
    programme = Programme(
        **values,
        slug=free_slug(work, values["name"]) if not slug else make_slug(slug),
        launched_on=launched_on,
        last_number=0,
        version=1,
        created_at=work.now,
        changed_at=work.now,
    )
    work.db.add(programme)
    work.db.flush()
    work.log("programme.create", programme, name=programme.name)
    return programme


def update_programme(work: Work, programme: Programme, *, version: int | None = None, **values: Any) -> Programme:
    """Change what a programme says of itself.

    Args:
        version: the version that the person saw, if known.

    Raises:
        InvalidInput: with every fault.
        Stale: if it was changed in the meantime.
    """
    if version is not None and version != programme.version:
        raise Stale()
    launched = {"launched_on": values.pop("launched_on")} if "launched_on" in values else {}
    changed = {**_checked(work, values), **launched}
    if changed:
        guarded_update(work.db, programme, changed_at=work.now, **changed)
        work.log("programme.update", programme, changed=sorted(changed))
    return programme


def next_number(work: Work, programme: Programme) -> int:
    """The next session's number: counted in the programme's row, so that there is no gap and no number twice."""
    statement = (
        update(Programme)
        .where(Programme.id == programme.id)
        .values(last_number=Programme.last_number + 1)
        .returning(Programme.last_number)
        .execution_options(synchronize_session=False)
    )
    return int(work.db.scalars(statement).one())


def free_slug(work: Work, name: str) -> str:
    """A slug made of `name` that no programme has."""
    wanted = make_slug(name, 70) or "programme"
    taken = set(work.db.scalars(select(Programme.slug).where(Programme.slug.startswith(wanted, autoescape=True))))
    tries = (f"{wanted}-{count}" if count > 1 else wanted for count in range(1, len(taken) + 2))
    return next(one for one in tries if one not in taken)


def _checked(work: Work, values: Mapping[str, Any], slug: str = "") -> dict[str, Any]:
    faults = Faults()
    checked: dict[str, Any] = {}
    for name, limit in (("name", 200), ("name_en", 200), ("description", 5_000), ("description_en", 5_000)):
        if name in values:
            checked[name] = faults.text(
                name, values[name], limit, required=name == "name", multiline=name.startswith("description")
            )
    if "legal_basis" in values:
        checked["legal_basis"] = _legal_basis(faults, values["legal_basis"] or {})
    if "rules" in values:
        checked["rules"] = _rules(faults, values["rules"] or {}, work.settings["LOCALES"])
    if "timezone" in values:
        checked["timezone"] = faults.zone("timezone", values["timezone"], work.settings.timezone)
    if "email" in values:
        given = faults.text("email", values["email"], 254)
        checked["email"] = faults.attempt(lambda: normalise_email(given), "") if given else ""
    if "goals" in values:
        checked["goals"] = [_goal(faults, one) for one in list(values["goals"] or [])[:50]]
    if slug:
        wanted = make_slug(slug)
        if not wanted:
            faults.add("slug", N_("This makes no address."), N_("Use letters and digits."))
        elif work.db.scalar(select(Programme.id).where(Programme.slug == wanted)) is not None:
            faults.add("slug", N_("There is a programme with this address already."), N_("Choose another one."))
    faults.stop()
    return checked


def _goal(faults: Faults, given: Any) -> Any:
    """A goal with its words cleaned; what the API says besides is kept."""
    if not isinstance(given, dict):
        return given
    limits = {"name": 200, "target": 20, "unit": 20, "measure": 40}
    words = {
        name: faults.text("goals", given[name], limit)
        for name, limit in limits.items()
        if isinstance(given.get(name), str)
    }
    return {**given, **words}


def _legal_basis(faults: Faults, given: Mapping[str, Any]) -> dict[str, str]:
    basis = {part: faults.text(f"legal_{part}", given.get(part), limit) for part, limit in _LEGAL.items()}
    basis["url"] = faults.web_address("legal_url", given.get("url"))
    if basis["date"]:
        try:
            date.fromisoformat(basis["date"])
        except ValueError:
            faults.add("legal_date", N_("This is no date."), N_("Write it as 2026-09-05."))
    return {part: text for part, text in basis.items() if text}


def _rules(faults: Faults, given: Mapping[str, Any], locales: Sequence[str]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for name, value in given.items():
        if value in (None, "", []):
            continue
        if name in _HIGHEST:
            rules[name] = faults.number(name, value, 1, _HIGHEST[name])
        elif name == "languages":
            rules[name] = [faults.choice(name, one, tuple(locales)) for one in list(value)[:10]]
        else:
            faults.add("rules", N_("There is no rule “%(name)s”."), N_("Leave it out."), name=str(name)[:40])
    return rules
