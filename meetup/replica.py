"""A read replica: a copy of the database that may be away or a moment behind."""

from __future__ import annotations

import logging
import time

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from meetup.db import Database

log = logging.getLogger("meetup.web")

#: Seconds for which one that did not answer is left alone.
PAUSE = 10.0
#: Seconds for which a visitor who wrote something reads from the primary: longer than a replica may be behind.
FRESH = 60
COOKIE = "meetup_fresh"


class Replica:
    """A database that is read from while it answers.

    Args:
        url: where it is; it follows the primary by the database's own means.
    """

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self._away_until = 0.0

    def session(self) -> Session | None:
        """A session that is connected already; None while the replica is away."""
        if time.monotonic() < self._away_until:
            return None
        found = self.database.session(write=False)
        try:
            found.connection()
        except OperationalError as error:
            found.close()
            self._away_until = time.monotonic() + PAUSE
            log.warning("the replica is away, the primary is read: %s", error.orig)
            return None
        return found
