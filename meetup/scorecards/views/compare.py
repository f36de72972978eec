"""Two periods side by side: what changed, all together, by component, by agency and by field (R36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import request

from meetup.domain.criteria import COMPONENTS
from meetup.domain.periods import before, kind_of, quarter_of
from meetup.errors import N_
from meetup.scorecards import periods as reading
from meetup.scorecards.content import Results
from meetup.scorecards.queries import Card, Row, make_card
from meetup.scorecards.views.base import bp, draw, offered, percent_of, span_by_spec, span_of_days, span_words, spec_of
from meetup.web.current import current_work, link
from meetup.web.guards import allow
from meetup.web.i18n import _
from meetup.work import Work

Value = int | Decimal | None

#: What is compared of all together: words, decimals, and whether more is better (None: neither).
_FIGURES: tuple[tuple[str, str, int, bool | None], ...] = (
    ("assigned", N_("Assigned"), 0, None),
    ("on_time", N_("Answered on time"), 0, True),
    ("late", N_("Answered late"), 0, False),
    ("overdue_now", N_("Overdue now"), 0, False),
    ("closed", N_("Closed"), 0, True),
    ("confirmed", N_("Confirmed by the enterprise"), 0, True),
    ("reopened", N_("Reopened"), 0, False),
    ("transfers", N_("Times passed on"), 0, False),
    ("median_days_to_first_response", N_("Days to first response"), 1, False),
    ("median_days_to_closing", N_("Days to closing"), 1, False),
    ("satisfaction", N_("Mean satisfaction"), 2, True),
    ("score", N_("Score"), 2, True),
)


@dataclass(frozen=True)
class Pair:
    """One figure in both periods.

    ``better`` says whether the change is for the better; None: neither, or not known.
    """

    words: str
    first: Value
    second: Value
    digits: int = 0
    more_is_better: bool | None = True

    @property
    def change(self) -> Value:
        """The second less the first; None where one is not known."""
        return None if self.first is None or self.second is None else self.second - self.first

    @property
    def better(self) -> bool | None:
        """Whether it went the better way."""
        if not self.change or self.more_is_better is None:
            return None
        return (self.change > 0) is self.more_is_better


@dataclass(frozen=True)
class Both:
    """One agency or field in both periods; an empty scorecard where it had nothing."""

    row: Row
    score: Pair
    on_time: Pair
    short: Pair


def pairs(one: Results, other: Results) -> list[Pair]:
    """The figures of all together, and who came."""
    first, second = one.whole.row, other.whole.row
    found = [
        Pair(_(said), getattr(first, name), getattr(second, name), digits, better)
        for name, said, digits, better in _FIGURES
    ]
    return [
        *found,
        Pair(_("Enterprises that came to sessions"), one.people.came, other.people.came),
        Pair(
            _("Share that came for the first time, in per cent"),
            one.people.share_first_time,
            other.people.share_first_time,
            2,
        ),
    ]


def by_component(one: Results, other: Results) -> list[tuple[str, Pair]]:
    """Every component in both periods, in per cent."""
    return [(key, Pair(key, percent_of(one.whole, key), percent_of(other.whole, key), 2)) for key in COMPONENTS]


def both(one: Sequence[Card], other: Sequence[Card]) -> list[Both]:
    """Every agency or field of either period, those that the second one ranks first."""
    first = {card.row.code: card for card in one}
    second = {card.row.code: card for card in other}
    found = []
    for code in dict.fromkeys([*second, *first]):
        named = (second.get(code) or first[code]).row
        empty = make_card(Row(code=code, name=named.name), {}, None)
        a, b = first.get(code, empty), second.get(code, empty)
        found.append(
            Both(
                named,
                Pair(_("Score"), a.row.score, b.row.score, 2),
                Pair(_("On time, in per cent"), percent_of(a, "on_time"), percent_of(b, "on_time"), 2),
                Pair(
                    _("Late and overdue"),
                    a.row.late + a.row.overdue_now,
                    b.row.late + b.row.overdue_now,
                    more_is_better=False,
                ),
            )
        )
    return found


def _spans(work: Work) -> Any:
    """The two spans that are asked for: by default the newest one that can be chosen and the one before it."""
    choices = offered(work)
    later = span_by_spec(work, request.args.get("with", "")) or span_by_spec(work, choices[0][0])
    earlier = span_by_spec(work, request.args.get("from", ""))
    if earlier is None and later is not None and later.since is not None and later.until is not None:
        days = before(later.since, later.until)
        # Days that nobody named have no name to choose them by.
        is_named = kind_of(*days) != "own" or reading.with_days(work.db, *days) is not None
        earlier = span_of_days(work, *days) if is_named else span_by_spec(work, choices[-1][0])
    return earlier, later, choices


@bp.get("/results/compare")
@allow("public")
def compare() -> Any:
    """Two periods side by side; what is closed stands as it was frozen."""
    work = current_work()
    earlier, later, choices = _spans(work)
    one, other = reading.results(work, earlier), reading.results(work, later)
    sides = [(_chosen(span), span_words(span)) for span in (earlier, later)]
    return draw(
        "compare.html",
        choices=list(dict.fromkeys([*choices, *sides])),
        chosen=[spec for spec, _said in sides],
        names=[said for _spec, said in sides],
        spans=(earlier, later),
        pairs=pairs(one, other),
        components=by_component(one, other),
        departments=both(one.departments, other.departments),
        fields=both(one.fields, other.fields),
        card_url=lambda span, by, code: link("scorecards.card", **spec_of(span), by=by, code=code or None),
        has=lambda side, by, code: (one, other)[side].card(by, code) is not None,
    )


def _chosen(span: Any) -> str:
    """The value in the select that stands for `span`."""
    if span.period is not None:
        newest = reading.span_of(current_work().db, span.period).snapshot
        if span.snapshot is None or newest is None or newest.id == span.snapshot.id:
            return f"p{span.period.id}"
        return f"p{span.period.id}v{span.snapshot.number}"
    if kind_of(span.since, span.until) == "year":
        return f"{span.since.year}"
    return f"{span.since.year}Q{quarter_of(span.since)}"
