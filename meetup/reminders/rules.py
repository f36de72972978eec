"""Which rules hold: a programme's own, else the site's, else those that the settings stand for (rule G1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from meetup.domain.rules import SITE, Rule, seeds
from meetup.reminders.models import ReminderRule
from meetup.work import Work

_MEMO = "reminders.rules"


@dataclass(frozen=True)
class Rules:
    """The rules of one scope.

    Args:
        scope: whose they are: ``site`` or a programme's subject.
        kept: whether they stand in the table; otherwise they are the settings'.
        all: every one, those that are off too.
    """

    scope: str
    kept: bool
    all: tuple[Rule, ...]

    def of(self, *kinds: str) -> list[Rule]:
        """Those of `kinds` by which reminders are planned."""
        return [one for one in self.all if one.kind in kinds and one.is_planned]

    def find(self, key: str) -> Rule | None:
        """The rule that stands behind a planned reminder, or None if it is gone or off.

        As long as nobody keeps rules, a setting that changed takes nothing back: what was
        planned by the old one goes by whatever rule is about the same.
        """
        planned = [one for one in self.all if one.is_planned]
        found = next((one for one in planned if one.covers(key)), None)
        if found is None and not self.kept:
            about = key.partition(":")[0]
            found = next((one for one in seeds("1d", "1d", "1:head,1:chair") if one.about == about), None)
        return found


def scope_of(programme_id: int | None) -> str:
    """The name of a programme's own rules; of the site's for None."""
    return SITE if programme_id is None else f"programme:{programme_id}"


def rules(work: Work, programme_id: int | None = None) -> Rules:
    """The rules that hold for a programme, or the site's; read once a unit of work."""
    memo: dict[str, Rules] = work.memo.setdefault(_MEMO, {})
    scope = scope_of(programme_id)
    if scope not in memo:
        own = _read(work, (scope, SITE))
        by_scope = next((name for name in (scope, SITE) if own.get(name)), "")
        if by_scope:
            memo[scope] = Rules(by_scope, True, tuple(own[by_scope]))
        else:
            memo[scope] = Rules(SITE, False, of_settings(work))
    return memo[scope]


def forget(work: Work) -> None:
    """The rules have changed in this unit of work."""
    work.memo.pop(_MEMO, None)


def of_settings(work: Work) -> tuple[Rule, ...]:
    """What the settings stand for."""
    settings = work.settings
    return seeds(settings.session_offsets, settings.due_offsets, settings.escalation)


def own_scopes(work: Work) -> list[int]:
    """The programmes that have rules of their own."""
    found = work.db.scalars(select(ReminderRule.scope).where(ReminderRule.scope != SITE).distinct())
    return sorted(int(one.partition(":")[2]) for one in found)


def as_rule(row: ReminderRule) -> Rule:
    """A row as the rule that it says."""
    return Rule(
        row.kind,
        row.whom,
        row.amount,
        row.unit,
        row.channel,
        row.notice,
        row.enabled,
        row.in_digest,
        row.weekday,
        row.hour,
        row.id,
    )


def _read(work: Work, scopes: Sequence[str]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    query = select(ReminderRule).where(ReminderRule.scope.in_(scopes)).order_by(ReminderRule.id)
    for row in work.db.scalars(query.execution_options(populate_existing=True)):
        found.setdefault(row.scope, []).append(as_rule(row))
    return found
