"""What can be done with periods of the scorecard: open, weigh, close, correct. Commits nothing; asks no rights."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, insert, literal, select

from meetup.domain.criteria import STANDARD, take_weights
from meetup.domain.faults import Faults
from meetup.domain.periods import check_close, check_period
from meetup.errors import N_, InvalidInput, Stale, WrongState
from meetup.followups.models import FollowUp
from meetup.issues.models import Issue
from meetup.scorecards.content import digest, pack
from meetup.scorecards.counting import frozen, live
from meetup.scorecards.models import Fact, Period, Snapshot
from meetup.scorecards.periods import Span, count, with_days
from meetup.work import Work, change, create, edit

#: What is copied of each follow-up when a period is frozen.
_COPIED = (
    "lead_department_id",
    "state",
    "assigned_at",
    "first_due_on",
    "first_response_at",
    "answered_at",
    "closed_at",
    "closing",
    "satisfaction",
    "transfers",
    "extensions",
    "reopenings",
)


def open_period(
    work: Work,
    *,
    starts_on: date | None,
    ends_on: date | None,
    name: str = "",
    name_en: str = "",
    weights: Mapping[str, int | None] | None = None,
) -> Period:
    """A new period.

    Args:
        starts_on: the first day, in the site's zone.
        ends_on: the last day.
        name: what it is called; a quarter and a year need none.
        weights: component → hundredths that sum to 100; None: the standard ones.

    Raises:
        InvalidInput: with every fault.
    """
    faults = Faults()
    titles = {"name": faults.text("name", name, 120), "name_en": faults.text("name_en", name_en, 120)}
    faults.found.extend(check_period(starts_on, ends_on))
    taken: dict[str, int] = faults.attempt(lambda: take_weights(STANDARD if weights is None else weights), {})
    if not faults.found and with_days(work.db, starts_on, ends_on) is not None:
        faults.add("ends_on", N_("There is a period of these days already."), N_("Open that one."))
    faults.stop()
    period = Period(**titles, starts_on=starts_on, ends_on=ends_on, weights=taken)
    create(work, period, "open", details={"starts_on": str(starts_on), "ends_on": str(ends_on), "weights": taken})
    return period


def weigh(
    work: Work, period: Period, *, weights: Mapping[str, int | None], name: str, name_en: str, version: int
) -> Period:
    """Change the weights and the name of a period that is open.

    Raises:
        InvalidInput: with every fault.
        Stale: if it was changed since `version` was read.
        WrongState: once it is closed.
    """
    if period.state != "open":
        raise WrongState(period.MACHINE.name, period.state, "weigh", period.MACHINE.possible(period.state))
    if version != period.version:
        raise Stale()
    faults = Faults()
    titles = {"name": faults.text("name", name, 120), "name_en": faults.text("name_en", name_en, 120)}
    taken: dict[str, int] = faults.attempt(lambda: take_weights(weights), {})
    faults.stop()
    edit(
        work,
        period,
        "weigh",
        details={"weights": taken, "weights_before": dict(period.weights)},
        weights=taken,
        **titles,
    )
    return period


def close_period(work: Work, period: Period) -> Snapshot:
    """Close a period: what it says is counted once more, frozen, and published as of today.

    Raises:
        InvalidInput: before its last day is over.
        WrongState: if it is closed already.
    """
    faults = check_close(period.ends_on, _today(work))
    period.MACHINE.next(period.state, "close")
    if faults:
        raise InvalidInput.many(faults)
    change(work, period, "close", closed_at=work.now)
    return _freeze(work, period, dict(period.weights), "")


def correct_period(
    work: Work, period: Period, *, reason: str, weights: Mapping[str, int | None] | None = None
) -> Snapshot:
    """Correct a closed period by a new version; the versions before stay as they are.

    Args:
        reason: why; shown with the version.
        weights: others, if these were wrong.

    Raises:
        InvalidInput: at ``reason``, or at the weights.
        WrongState: unless it is closed.
    """
    period.MACHINE.next(period.state, "correct")
    faults = Faults()
    why = faults.text("reason", reason, 2_000, required=True, multiline=True)
    taken: dict[str, int] = faults.attempt(
        lambda: take_weights(dict(period.weights) if weights is None else weights), {}
    )
    faults.stop()
    change(work, period, "correct", weights=taken)
    return _freeze(work, period, taken, why)


def _freeze(work: Work, period: Period, weights: dict[str, Any], reason: str) -> Snapshot:
    """Copy the rows, then count the copies: what is written down is what can be looked at."""
    newest = work.db.scalar(select(func.max(Snapshot.number)).where(Snapshot.period_id == period.id)) or 0
    snapshot = Snapshot(
        period_id=period.id,
        number=newest + 1,
        made_at=work.now,
        made_by=work.actor.name[:120],
        reason=reason,
        counted_on=_today(work),
        weights=weights,
        content={},
    )
    work.db.add(snapshot)
    work.db.flush()
    source = live(work, period.starts_on, period.ends_on)
    copied = [getattr(FollowUp, name) for name in _COPIED]
    rows = source.rows(literal(snapshot.id), FollowUp.id, Issue.field_id, *copied)
    work.db.execute(insert(Fact).from_select(["snapshot_id", "follow_up_id", "field_id", *_COPIED], rows))
    span = Span(period.starts_on, period.ends_on, period, snapshot, weights)
    snapshot.content = pack(count(work, frozen(snapshot), span))
    snapshot.digest = digest(snapshot.content, weights)
    work.db.flush()
    work.log(
        "scorecard_period.freeze",
        period,
        version=snapshot.number,
        digest=snapshot.digest,
        **({"reason": reason} if reason else {}),
    )
    return snapshot


def is_untouched(snapshot: Snapshot) -> bool:
    """Whether a snapshot is still what its digest was made of."""
    return digest(snapshot.content, snapshot.weights) == snapshot.digest


def _today(work: Work) -> date:
    return work.now.astimezone(work.zone).date()
