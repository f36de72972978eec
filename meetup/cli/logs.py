"""The log of ``meetup run`` and ``meetup worker``: for people or as JSON, each line with its request's id."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from flask import has_request_context

from meetup.web.current import request_id

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s [%(request_id)s]"


def start(form: str) -> None:
    """Let everything be logged to stderr as `form` says: ``text`` or ``json``."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine() if form == "json" else logging.Formatter(_TEXT))
    handler.addFilter(name_request)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def name_request(record: logging.LogRecord) -> bool:
    """Put the id of the request that is being answered, or that caused the mail, on every record."""
    if not hasattr(record, "request_id"):
        record.request_id = request_id() if has_request_context() else "-"
    return True


class JsonLine(logging.Formatter):
    """One JSON object a line: at, level, logger, message, request_id, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
        }
        told.update(getattr(record, "told", {}))
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)
