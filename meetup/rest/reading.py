"""Reading what a call sends: JSON that Python can hold and a database can keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from webargs.core import missing
from webargs.flaskparser import FlaskParser, abort

if TYPE_CHECKING:
    from flask import Request
    from marshmallow import Schema

#: Half a pair of surrogates is no text, and PostgreSQL keeps no NUL.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class BodyParser(FlaskParser):
    """Reads a body; what cannot be read is the caller's fault (400), and so is what cannot be kept (422)."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        try:
            found = super().load_json(req, schema)
        except RecursionError:
            abort(400, messages={"json": ["The body is nested too deeply."]})
        except ValueError:
            abort(400, messages={"json": ["The body has a number that is too long."]})
        # Only an escape can stand for them: else the body would be no UTF-8, or no JSON.
        if found is not missing and b"\\u" in req.get_data() and any(map(_NO_TEXT.search, _texts(found))):
            # It is JSON, and may be what the description asks for.
            abort(422, messages={"json": ["The body has a character that is no text: NUL, or half a surrogate pair."]})
        return found


def _texts(found: Any) -> Iterator[str]:
    """Every text in what was read, names of members too, however deep it lies."""
    left = [found]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one
