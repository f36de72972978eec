"""The scorecard's arithmetic: from follow-ups to totals, a score and a rank.

Everything counts from the *first* due date: an extension may be granted, but it
makes nothing punctual. Shares are kept as fractions and rounded once, half up to
two places. What is not known leaves both sums and is never a zero. These figures
are the programme's own data and no official PAR Index, PCI or DDCI.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from meetup.domain.followups import FREE_TRANSFERS, is_overdue
from meetup.errors import N_, InvalidInput

Key = TypeVar("Key")

#: What the score is made of, in hundredths.
WEIGHTS: Mapping[str, int] = MappingProxyType(
    {"on_time": 40, "confirmed": 25, "satisfaction": 20, "no_pass_around": 15}
)

#: Fewer answers than this are not shown: they would speak of single enterprises.
LEAST_ANSWERS = 5

#: Seconds in a tenth of a day.
TENTH_SECONDS = 8_640


@dataclass(frozen=True, kw_only=True)
class Row:
    """One follow-up, as the scorecard sees it; instants are aware.

    Args:
        state: of :data:`meetup.domain.followups.FOLLOW_UP`.
        assigned_at: when it was given to a department.
        first_due_on: the due date before any extension.
        first_response_at: when the enterprise first heard something.
        answered_at: of the last answer.
        closed_at: when it was closed.
        closing: ``confirmed`` or ``no_response``.
        satisfaction: 1 to 5, if the enterprise said.
        transfers: how often it was passed on.
        extensions: how often more time was granted.
        reopenings: how often the enterprise did not accept the answer.
    """

    state: str
    assigned_at: datetime
    first_due_on: date
    first_response_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    closing: str = ""
    satisfaction: int | None = None
    transfers: int = 0
    extensions: int = 0
    reopenings: int = 0


@dataclass(frozen=True, kw_only=True)
class Totals:
    """A scorecard. None where there is nothing to say it from.

    Args:
        assigned: all follow-ups.
        answered: of these, answered and not sent back or reopened.
        on_time: answered by the first due date.
        late: answered after it.
        overdue_now: past the first due date, and an answer is still owed.
        closed: closed in any way.
        closed_on_time: closed, and answered by the first due date.
        confirmed: closed by the enterprise's own word.
        no_response: closed by silence.
        median_days_to_first_response: from assignment, calendar days, one place.
        median_days_to_closing: likewise.
        transfers: all of them.
        extensions: all of them.
        pass_around: follow-ups passed on more often than once.
        reopened: follow-ups reopened at least once.
        reopen_rate: in per cent of those ever answered.
        satisfaction: mean of 1 to 5; None from fewer than five answers.
        satisfaction_count: how many answered.
        parts: the score's parts in per cent, as far as known.
        score: 0 to 100.
    """

    assigned: int
    answered: int
    on_time: int
    late: int
    overdue_now: int
    closed: int
    closed_on_time: int
    confirmed: int
    no_response: int
    median_days_to_first_response: Decimal | None
    median_days_to_closing: Decimal | None
    transfers: int
    extensions: int
    pass_around: int
    reopened: int
    reopen_rate: Decimal | None
    satisfaction: Decimal | None
    satisfaction_count: int
    parts: Mapping[str, Decimal]
    score: Decimal | None


def half_up(value: Fraction | Decimal | int, places: int = 2) -> Decimal:
    """`value` rounded half up (away from zero at the half) to `places`."""
    scaled = abs(Fraction(value)) * 10**places
    whole = int(scaled + Fraction(1, 2))
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)


def share(part: int, whole: int) -> Fraction | None:
    """`part` of `whole`; None of nothing."""
    return Fraction(part, whole) if whole else None


def tally(
    rows: Iterable[Row], *, today: date, zone: ZoneInfo, weights: Mapping[str, Decimal | int] = WEIGHTS
) -> Totals:
    """The scorecard of `rows`.

    The score is the weighted mean, in per cent, of
    ``on_time`` (punctual answers of all that are answered or overdue),
    ``confirmed`` (closed by the enterprise's word of all closed; silence is no satisfaction),
    ``satisfaction`` (mean of 1–5 stretched to 0–100) and
    ``no_pass_around`` (follow-ups passed on once at most). A part that is not known leaves both sums.

    Args:
        rows: the follow-ups that count.
        today: the day in the programme's zone.
        zone: the programme's; an answer's day is that zone's.
        weights: part → weight; they sum to 100, and parts left out count nothing.

    Raises:
        InvalidInput: if the weights do not sum to 100 or name an unknown part.
    """
    check_weights(weights, known=WEIGHTS)
    listed = tuple(rows)
    overdue = [row for row in listed if is_overdue(row.state, row.first_due_on, today)]
    answered = [row for row in listed if row.state in ("answered", "verified", "closed")]
    punctual = [row for row in answered if _on_time(row, zone)]
    closed = [row for row in listed if row.state == "closed"]
    confirmed = [row for row in closed if row.closing == "confirmed"]
    marks = [row.satisfaction for row in listed if row.satisfaction is not None]
    mean = Fraction(sum(marks), len(marks)) if len(marks) >= LEAST_ANSWERS else None
    passed_on = [row for row in listed if row.transfers > FREE_TRANSFERS]
    reopened = [row for row in listed if row.reopenings]
    ever_answered = [row for row in listed if row.answered_at is not None or row.reopenings]
    parts = {
        "on_time": share(len(punctual), len(answered) + len(overdue)),
        "confirmed": share(len(confirmed), len(closed)),
        "satisfaction": (mean - 1) / 4 if mean is not None else None,
        "no_pass_around": share(len(listed) - len(passed_on), len(listed)),
    }
    score = weighted_mean(parts, weights)
    rate = share(len(reopened), len(ever_answered))
    return Totals(
        assigned=len(listed),
        answered=len(answered),
        on_time=len(punctual),
        late=len(answered) - len(punctual),
        overdue_now=len(overdue),
        closed=len(closed),
        closed_on_time=sum(_on_time(row, zone) for row in closed),
        confirmed=len(confirmed),
        no_response=sum(row.closing == "no_response" for row in closed),
        median_days_to_first_response=_median_days((row.assigned_at, row.first_response_at) for row in listed),
        median_days_to_closing=_median_days((row.assigned_at, row.closed_at) for row in listed),
        transfers=sum(row.transfers for row in listed),
        extensions=sum(row.extensions for row in listed),
        pass_around=len(passed_on),
        reopened=len(reopened),
        reopen_rate=None if rate is None else half_up(rate * 100),
        satisfaction=None if mean is None else half_up(mean),
        satisfaction_count=len(marks),
        parts={name: half_up(part * 100) for name, part in parts.items() if part is not None},
        score=None if score is None else half_up(score * 100),
    )


def _on_time(row: Row, zone: ZoneInfo) -> bool:
    return row.answered_at is not None and row.answered_at.astimezone(zone).date() <= row.first_due_on


def _median_days(spans: Iterable[tuple[datetime, datetime | None]]) -> Decimal | None:
    return median_days(Counter(tenths_of_a_day(start, end) for start, end in spans if end is not None))


def tenths_of_a_day(start: datetime, end: datetime) -> int:
    """How long something took, as exact as it is shown: in tenths of a calendar day, half up, by whole seconds."""
    seconds = (end.replace(microsecond=0) - start.replace(microsecond=0)) // timedelta(seconds=1)
    return (seconds + TENTH_SECONDS // 2) // TENTH_SECONDS


def median_days(times: Mapping[int, int]) -> Decimal | None:
    """The median in days, one place, of lengths that count as they are shown.

    So it can be read from how often each length occurs, and sums that are kept give the same as a recount.

    Args:
        times: tenths of a day → how often; of an even number of lengths the two in the middle count.
    """
    whole, passed = sum(times.values()), 0
    middle: list[int] = []
    for tenths in sorted(times):
        passed += times[tenths]
        if passed * 2 >= whole and times[tenths]:
            middle.append(tenths)
        if passed * 2 > whole:
            break
    return half_up(Fraction(middle[0] + middle[-1], 20), 1) if middle else None


def check_weights(weights: Mapping[str, Decimal | int], known: Iterable[str] = ()) -> None:
    """Make sure that weights are fit to be used.

    Raises:
        InvalidInput: if one is negative or unknown, or they do not sum to 100.
    """
    unknown = sorted(set(weights) - set(known)) if known else []
    if unknown:
        raise InvalidInput("weights", N_("“%(name)s” is no part of the score."), name=unknown[0])
    total = sum(weights.values())
    if total != 100 or any(weight < 0 for weight in weights.values()):
        raise InvalidInput(
            "weights",
            N_("The weights sum to %(total)s; they have to sum to 100."),
            N_("Change them so that they do."),
            total=total,
        )


def weighted_mean(
    parts: Mapping[str, Fraction | Decimal | None], weights: Mapping[str, Decimal | int]
) -> Fraction | None:
    """The weighted mean of the parts that are known; the weights of the others leave the sum too."""
    known = [(Fraction(part), Fraction(weights.get(name, 0))) for name, part in parts.items() if part is not None]
    whole = sum((weight for _, weight in known), Fraction(0))
    return sum((part * weight for part, weight in known), Fraction(0)) / whole if whole else None


def rank(scores: Mapping[Key, Decimal | None]) -> dict[Key, int | None]:
    """Place by score, the highest first; equal scores share a place (1, 2, 2, 4); no score, no place."""
    known = [score for score in scores.values() if score is not None]
    return {key: None if score is None else 1 + sum(other > score for other in known) for key, score in scores.items()}
