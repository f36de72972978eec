"""Whether the database is as this version needs it: asked before anything works on it for long."""

from __future__ import annotations

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from meetup import migrate
from meetup.cli.context import Failure
from meetup.mount import Mount

log = logging.getLogger("meetup.worker")

#: Seconds between two looks at a database that is not ready.
LOOK_AGAIN = 5.0


def see(mount: Mount) -> None:
    """See that the database is migrated as far as this version needs it, by this version or by a newer one.

    Raises:
        Failure: if it is not.
    """
    with mount.database.connect() as connection:
        left = migrate.needed(migrate.scripts(mount.migration_locations), migrate.current(connection))
    if left:
        raise Failure(f"the database is not migrated to {', '.join(left)}; run: meetup db upgrade")


def is_ahead(mount: Mount) -> bool:
    """Whether a newer Meetup has migrated the database already: this one goes on, and has nothing to migrate."""
    with mount.database.connect() as connection:
        return migrate.is_ahead(migrate.scripts(mount.migration_locations), migrate.current(connection))


def wait(mount: Mount, stop: threading.Event) -> None:
    """Wait until :func:`see` is content or `stop` is set; what is waited for is said once."""
    said = ""
    while not stop.is_set():
        try:
            see(mount)
            return
        except Failure as failure:
            why = failure.message
        except SQLAlchemyError as error:
            why = f"the database does not answer ({type(error).__name__})"
        if why != said:
            log.warning("the worker waits: %s", why)
        said = why
        stop.wait(LOOK_AGAIN)
