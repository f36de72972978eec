"""Results: the public pages, the arithmetic and the rows behind them, periods, the yearly review."""

from __future__ import annotations

from meetup.scorecards.views import card, compare, export, heard, periods, results, review
from meetup.scorecards.views.base import bp

__all__ = ["bp", "card", "compare", "export", "heard", "periods", "results", "review"]
