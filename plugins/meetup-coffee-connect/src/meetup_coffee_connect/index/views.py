"""The addresses where programs read the published index, and the page that names them."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

from flask import Response, make_response, request

from meetup.api import FrozenPeriod, FrozenVersion, NotFound, allow, current_work, frozen_periods, page, write_csv
from meetup_coffee_connect.blueprint import bp, key_of
from meetup_coffee_connect.index import data
from meetup_coffee_connect.naming import period_words


@bp.get("/programme/index/")
@allow("public")
def index() -> Any:
    """The closed periods with their versions, and where each is as data."""
    return page("coffee_connect/index/index.html", periods=frozen_periods(current_work()), period_words=period_words)


@bp.get("/programme/index.json")
@allow("public")
def index_json() -> Response:
    """The closed periods with their versions, without figures."""
    periods = [data.summary(one) for one in frozen_periods(current_work())]
    return _json({"periods": periods})


@bp.get("/programme/index/<int(max=2147483647):period>.json")
@allow("public")
def period_json(period: int) -> Response:
    """A period as its newest version says, or that of ``?version=``."""
    found, version = _asked(period)
    return _json(data.whole(found, version))


@bp.get("/programme/index/<int(max=2147483647):period>.csv")
@allow("public")
def period_csv(period: int) -> Response:
    """The same as a table."""
    _found, version = _asked(period)
    out = io.BytesIO()
    write_csv(out, data.COLUMNS, data.rows(version))
    answer = _answer(out.getvalue(), "text/csv; charset=utf-8")
    name = f"index-{period}-v{version.number}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _asked(key: int) -> tuple[FrozenPeriod, FrozenVersion]:
    """The period and the version that the address asks for.

    Raises:
        NotFound: if it is not closed, or has no such version.
    """
    found = frozen_periods(current_work(), key=key)
    if not found:
        raise NotFound()
    period = found[0]
    wanted = request.args.get("version")
    if wanted is None:
        return period, period.versions[0]
    version = next((one for one in period.versions if one.number == key_of(wanted)), None)
    if version is None:
        raise NotFound()
    return period, version


def _json(value: Any) -> Response:
    return _answer(json.dumps(value, ensure_ascii=False, indent=1).encode(), "application/json")


def _answer(body: bytes, content_type: str) -> Response:
    """`body`; whoever has it already is told so (RFC 9110 §13.1.2)."""
    answer = make_response(body)
    answer.content_type = content_type
    answer.set_etag(hashlib.sha256(body).hexdigest()[:24])
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.make_conditional(request)
    return answer
