"""``meetup run``: the production server, and the worker beside it."""

from __future__ import annotations

import logging
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import threading
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from meetup import migrate
from meetup.cli import logs, migrated
from meetup.cli.supervise import Job, Supervisor
from meetup.commands import Failure, find_mount
from meetup.mount import Mount
from meetup.outbox import worker

#: What only the keeper of a link may know (see :mod:`meetup.links`), in a path or a query.
_TOKEN = re.compile(r"(?<![\w-])[\w-]{38}(?![\w-])|(?<=[?&]token=)[^&\s]+")
#: Where the web processes keep their numbers together; prometheus-client's own name.
_METRICS = "PROMETHEUS_MULTIPROC_DIR"
#: Clients that may wait for an answer, in each process and before it.
MOST_WAITING = 8_192


class AccessLog(Logger):
    """Gunicorn's log in our form, without the secrets in addresses (rule E3)."""

    def setup(self, cfg: Any) -> None:
        """Let its own lines go the way of all others."""
        super().setup(cfg)
        self.error_log.handlers, self.error_log.propagate = [], True

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """One request: its id is that of the mails that it caused."""
        if not self.cfg.accesslog:
            return
        atoms = self.atoms(resp, req, environ, request_time)
        told = {
            "from": atoms["h"],
            "request": atoms["r"],
            "status": int(atoms["s"]),
            "bytes": int(atoms["B"] or 0),
            "seconds": round(request_time.total_seconds(), 4),
        }
        line = '{from} "{request}" {status} {bytes} {seconds}'.format_map(told)
        found = atoms.get("{x-request-id}o", "-")
        logging.getLogger("meetup.access").info(line, extra={"request_id": found, "told": told})

    def atoms(self, *told: Any) -> dict[str, Any]:
        """What a line is made of."""
        found: dict[str, Any] = super().atoms(*told)
        for name in ("r", "U", "q", "f"):
            found[name] = without_secrets(str(found.get(name) or ""))
        return found


def without_secrets(line: str) -> str:
    """A line of a request with the tokens in its address hidden."""
    return _TOKEN.sub("…", line)


class Server(BaseApplication):
    """Gunicorn with our settings and an application that is made already."""

    def __init__(self, app: Flask, **settings: Any) -> None:
        self.made = app
        self.settings = settings
        super().__init__(prog="meetup run")

    def load_config(self) -> None:
        """Ours, then those of ``GUNICORN_CMD_ARGS``: who runs it has the last word."""
        for name, value in self.settings.items():
            # Settings that this version of gunicorn does not have yet are none that it could get wrong.
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        parsed = self.cfg.parser().parse_args(self.cfg.get_cmd_args_from_env())
        for name, value in vars(parsed).items():
            if value is not None and name != "args":
                self.cfg.set(name.lower(), value)

    def load(self) -> Flask:
        """The application."""
        return self.made


@click.command("run")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=5000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", type=click.IntRange(1, 256), help="Web processes; by default one a core, two at least.")
@click.option("--threads", type=click.IntRange(1, 256), default=8, show_default=True, help="Threads of each.")
@click.option("--no-worker", is_flag=True, help="Deliver no messages: a worker runs elsewhere.")
@click.option("--upgrade", is_flag=True, help="Migrate the database first, if that is needed.")
@click.option("--access-log", is_flag=True, help="Write a line for each request.")
@click.pass_context
def command(
    ctx: click.Context,
    host: str,
    port: int,
    workers: int | None,
    threads: int,
    no_worker: bool,
    upgrade: bool,
    access_log: bool,
) -> None:
    """Serve the site at HOST:PORT, with a worker that delivers messages unless there is a broker."""
    numbers = _share_numbers()
    try:
        mount = find_mount(ctx)
        logs.start(mount.settings.log_format)
        _migrated(mount, upgrade)
        # Nothing that is open may go through a fork.
        mount.database.dispose()
        server = Server(
            mount.app,
            bind=f"{f'[{host}]' if ':' in host else host}:{port}",
            workers=workers or max(2, os.cpu_count() or 1),
            threads=threads,
            worker_class="gthread",
            timeout=60,
            graceful_timeout=30,
            **_room_for_all(),
            errorlog="-",
            accesslog="-" if access_log else None,
            logger_class=AccessLog,
            proc_name="meetup",
            # Nobody steers it by a socket in somebody's home, where the next server would meet it.
            control_socket_disable=True,
            child_exit=_forget_numbers,
        )
        jobs = [Job("web server", server.run, vital=True)]
        if not no_worker and not mount.settings.broker_url:
            jobs.append(Job("worker", lambda: _deliver(mount)))
        ctx.exit(Supervisor(jobs).run())
    finally:
        if numbers:
            shutil.rmtree(numbers, ignore_errors=True)


def _room_for_all() -> dict[str, int]:
    """How many may wait: on the day a popular session opens everybody comes in the same second.

    Whoever finds the system's queue full is dropped by it after a minute, without a word from us. So it is as long
    as the system lets it be, and each process takes what it may hold open out of it.
    """
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    except (OSError, ValueError):
        # A system that names no limit and has one: then with what there is.
        most = least
    files = most if most != resource.RLIM_INFINITY else MOST_WAITING * 2
    return {"backlog": MOST_WAITING, "worker_connections": max(100, min(MOST_WAITING, files // 2))}


def _migrated(mount: Mount, upgrade: bool) -> None:
    """See that the database is as this version needs it.

    Raises:
        Failure: if it is not, and nobody asked to migrate it.
    """
    if upgrade:
        migrate.make_folder(mount.database.engine)
        if not migrated.is_ahead(mount):
            migrate.upgrade(mount.database.engine, "heads", mount.migration_locations)
            return
    try:
        migrated.see(mount)
    except Failure as failure:
        raise Failure(f"{failure.message}, or add --upgrade") from None


def _deliver(mount: Mount) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with mount.app.app_context():
        worker.run_for_ever(mount, stop)


def _share_numbers() -> str:
    """Let the web processes count together; each alone where the application was made before we were asked."""
    if _METRICS in os.environ or "prometheus_client" in sys.modules:
        return ""
    os.environ[_METRICS] = tempfile.mkdtemp(prefix="meetup-metrics-")
    return os.environ[_METRICS]


def _forget_numbers(_server: Any, process: Any) -> None:
    # Imported here: prometheus-client looks for its folder when it is imported, and that is made in `command`.
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(process.pid)  # type: ignore[no-untyped-call]
