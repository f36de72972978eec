"""Scorecards and the activity log over the API."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from decimal import Decimal
from typing import Any

from flask import Response, jsonify

from meetup.activity import queries as activity
from meetup.rest import find
from meetup.rest.edge import Resource, call
from meetup.rest.schemas import ActivityOut, ActivityQuery, ScorecardQuery, page_of
from meetup.rest.schemas.results import ScorecardOut
from meetup.scorecards.queries import scorecards
from meetup.web.current import current_work

bp = Resource("results", __name__, description="Scorecards and the activity log.")


@bp.get("/scorecards")
@call("staff")
@bp.arguments(ScorecardQuery, location="query")
@bp.response(200, page_of(ScorecardOut))
def list_scorecards(query: dict[str, Any]) -> Response:
    """Each department's (field's, criterion's) results in a period."""
    rows = scorecards(current_work(), by=query["by"], since=query["since"], until=query["until"])
    return jsonify({"items": [plain(row) for row in rows], "next": None})


def plain(row: Any) -> dict[str, Any]:
    """A scorecard's row as JSON values; decimals become numbers."""
    values = asdict(row) if is_dataclass(row) and not isinstance(row, type) else dict(row)
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in values.items()}


@bp.get("/activity")
@call("activity.read")
@bp.arguments(ActivityQuery, location="query")
@bp.response(200, page_of(ActivityOut))
def list_activity(query: dict[str, Any]) -> Any:
    """The activity log in order, with its hash chain; ``subject`` is ``session:12``, ``issue:1234567`` …"""
    subject = find.log_subject(query["subject"])
    rows = activity.page(current_work().db, subject=subject, after=query["after"], limit=query["limit"])
    shown = rows[: query["limit"]]
    return {"items": shown, "next": str(shown[-1].seq) if len(rows) > len(shown) else None}
