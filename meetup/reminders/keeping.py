"""Keeping the rules: an organiser adds, changes and switches them; what lies ahead is planned anew (G1, G2)."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from meetup.db import guarded_update
from meetup.domain.rules import KINDS, Rule, checked, default_notice
from meetup.errors import N_, InvalidInput, NotFound, Stale
from meetup.programmes.models import Programme
from meetup.reminders import digests, replanning
from meetup.reminders.models import ReminderRule
from meetup.reminders.rules import as_rule, forget, rules, scope_of
from meetup.work import Work

_FIELDS = ("kind", "whom", "amount", "unit", "channel", "notice", "enabled", "in_digest", "weekday", "hour")


def channels(work: Work) -> tuple[str, ...]:
    """The ways in which a reminder can go."""
    return tuple(work.mount.channels)


def notices_for(work: Work, kind: str, whom: str) -> tuple[str, ...]:
    """What such a rule may send: its own notice, and those that a plugin made for it by the tag ``reminder:KIND``."""
    more = [name for name, notice in work.mount.notices.items() if f"reminder:{kind}" in notice.tags]
    return tuple(dict.fromkeys((default_notice(kind, whom), *more)))


def take_over(work: Work, programme: Programme | None = None) -> list[ReminderRule]:
    """Put the rules that hold for a scope into the table as its own, if they are not yet; gives them.

    Nothing changes by it, but for the digest: a programme with rules of its own has its own.
    """
    scope = scope_of(programme.id if programme else None)
    holding = rules(work, programme.id if programme else None)
    if not (holding.kept and holding.scope == scope):
        _store(work, [_row(work, scope, one) for one in holding.all])
        work.log("reminder_rule.take_over", programme or scope, count=len(holding.all))
        digests.plan(work, digests.subject_of(scope))
    return list(work.db.scalars(select(ReminderRule).where(ReminderRule.scope == scope).order_by(ReminderRule.id)))


def give_back(work: Work, programme: Programme) -> None:
    """The programme follows the site's rules again."""
    scope = scope_of(programme.id)
    work.db.execute(
        delete(ReminderRule).where(ReminderRule.scope == scope).execution_options(synchronize_session=False)
    )
    forget(work)
    work.log("reminder_rule.give_back", programme)
    digests.plan(work, digests.subject_of(scope))
    replanning.ask(work, scope, replanning.THINGS)


def add(work: Work, programme: Programme | None, rule: Rule) -> ReminderRule:
    """A new rule of the site or of a programme.

    Raises:
        InvalidInput: with every fault, each at its field.
        Stale: if somebody else took the rules over in the same moment.
    """
    given = _checked(work, rule)
    own = take_over(work, programme)
    _alone(own, given)
    scope = scope_of(programme.id if programme else None)
    row = _row(work, scope, given)
    _store(work, [row])
    work.log("reminder_rule.add", row, rule=given.key)
    _plan_anew(work, scope, given.kind)
    return row


def change(work: Work, row: ReminderRule, rule: Rule, *, version: int | None = None) -> None:
    """Change a rule; what it is about stays.

    Raises:
        InvalidInput: with every fault, each at its field.
        Stale: if it was changed in the meantime.
    """
    given = _checked(work, rule)
    _alone([one for one in _of_scope(work, row.scope) if one.id != row.id], given)
    if version is not None and version != row.version:
        raise Stale()
    before = as_rule(row).key
    values = {name: value for name, value in asdict(given).items() if name in _FIELDS and name != "kind"}
    guarded_update(work.db, row, changed_at=work.now, **values)
    work.log("reminder_rule.change", row, rule=given.key, was=before, enabled=given.enabled)
    _plan_anew(work, row.scope, given.kind)


def switch(work: Work, row: ReminderRule, *, on: bool) -> None:
    """Switch a rule on or off."""
    if row.enabled != on:
        guarded_update(work.db, row, enabled=on, changed_at=work.now)
        work.log("reminder_rule.switch", row, rule=as_rule(row).key, enabled=on)
        _plan_anew(work, row.scope, row.kind)


def by_key(work: Work, programme: Programme | None, key: str) -> ReminderRule:
    """The rule of a scope that is named `key`; the scope's rules are taken into the table for it.

    Raises:
        NotFound: if it has none.
    """
    for row in take_over(work, programme):
        if as_rule(row).key == key:
            return row
    raise NotFound()


def _row(work: Work, scope: str, rule: Rule) -> ReminderRule:
    values = {name: value for name, value in asdict(rule).items() if name in _FIELDS}
    return ReminderRule(scope=scope, created_at=work.now, changed_at=work.now, version=1, **values)


def _store(work: Work, rows: list[ReminderRule]) -> None:
    """Put new rows into the table.

    Raises:
        Stale: if somebody else put the same ones there a moment ago.
    """
    try:
        with work.db.begin_nested():
            work.db.add_all(rows)
    except IntegrityError:
        raise Stale() from None
    forget(work)


def _of_scope(work: Work, scope: str) -> list[ReminderRule]:
    return list(work.db.scalars(select(ReminderRule).where(ReminderRule.scope == scope)))


def _checked(work: Work, rule: Rule) -> Rule:
    known = rule.kind in KINDS and rule.whom in KINDS[rule.kind].whom
    return checked(rule, channels(work), notices_for(work, rule.kind, rule.whom) if known else (rule.notice,))


def _alone(others: list[ReminderRule], given: Rule) -> None:
    """Go on only if no other rule says the same, or repeats itself to the same people.

    Raises:
        InvalidInput: otherwise.
    """
    for one in map(as_rule, others):
        if (one.kind, one.whom) != (given.kind, given.whom):
            continue
        if given.whom in KINDS[given.kind].repeats:
            raise InvalidInput(
                "whom", N_("They are told by a rule of this kind already."), N_("Change that one instead.")
            )
        if (one.amount, one.unit) == (given.amount, given.unit):
            raise InvalidInput("amount", N_("There is such a rule already."), N_("Choose another distance."))


def _plan_anew(work: Work, scope: str, kind: str) -> None:
    forget(work)
    if kind == "digest":
        digests.plan(work, digests.subject_of(scope))
    else:
        replanning.ask(work, scope, (KINDS[kind].things,))
