"""``meetup demo``: site, worker, mail server and mailbox page in one process, on one port, with a story."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from meetup.demo import people
from meetup.demo.mailbox import MailboxPages, start_server
from meetup.demo.story import Story
from meetup.migrate import upgrade
from meetup.mount import Mount
from meetup.outbox import worker
from meetup.programmes.models import Programme
from meetup.staff import service as staff
from meetup.staff.models import StaffUser
from meetup.standalone import create_app

#: What a reset takes away: the demo's own files in the instance folder, nothing else.
OWN_FILES = ("meetup.sqlite3", "meetup.sqlite3-wal", "meetup.sqlite3-shm", "demo-mailbox", "attachments")


class QuietHandler(WSGIRequestHandler):
    """Requests are not worth a line each in a demo."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Where to listen; PORT or 5000 by default.")
@click.option("--reset", is_flag=True, help="Begin anew.")
def command(port: int | None, reset: bool) -> None:
    """Try Meetup: a demo programme with site, worker and a mailbox that shows every message."""
    port = port or int(os.environ.get("PORT") or 5000)
    folder = Path(os.environ.get("MEETUP_INSTANCE") or "instance").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if reset:
        _forget(folder)
    mails = start_server(folder / "demo-mailbox")
    stop = threading.Event()
    try:
        app = _make_app(folder, port, mails.port)
        mount: Mount = app.extensions["meetup"]["meetup"]
        upgrade(mount.database.engine, plugin_locations=mount.migration_locations)
        _tell_story(mount)
        _serve(app, mount, port, stop)
    finally:
        stop.set()
        mails.stop()


def _forget(folder: Path) -> None:
    for name in OWN_FILES:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _make_app(folder: Path, port: int, mail_port: int) -> Flask:
    return create_app(
        {
            "MEETUP_DATABASE_URL": f"sqlite:///{folder / 'meetup.sqlite3'}",
            "MEETUP_BASE_URL": f"http://localhost:{port}",
            "MEETUP_MAIL_FROM": people.address("caphe"),
            "MEETUP_RATE_LIMITS": "0",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": mail_port,
            "MAIL_DEFAULT_SENDER": people.address("caphe"),
        },
        instance=folder,
        plugins=[("demo-mailbox", MailboxPages(folder / "demo-mailbox"))],
    )


def _tell_story(mount: Mount) -> None:
    with mount.work(write=False) as work:
        # Whoever signs in comes last: with a programme and nobody, the story was broken off.
        if work.db.scalar(select(func.count()).select_from(StaffUser)):
            return
        if work.db.scalar(select(func.count()).select_from(Programme)):
            raise click.ClickException("The demo's story was broken off. Begin anew with --reset (make demo RESET=1).")
    terminal = sys.stderr.isatty()
    click.echo("Loading the demo programme and delivering its mails into the demo mailbox …", err=True)

    def tell(done: int, total: int) -> None:
        if terminal:
            click.echo(f"\r  {done}/{total}", nl=False, err=True)

    # Each step's mails leave before the next step: later, many of them would no longer be of use.
    Story(mount, tell, lambda now: worker.drain(mount, now=now)).run()
    with mount.work() as work:
        for mail, name, role, department in people.STAFF:
            staff.create_user(
                work,
                email=people.address(mail),
                role=role,
                department_code=department,
                name=name,
                password=people.DEMO_PASSWORD,
            )
        mount.plugins.tell("meetup_demo_data", work=work)
        work.commit()
    if terminal:
        click.echo("", err=True)


def _serve(app: Flask, mount: Mount, port: int, stop: threading.Event) -> None:
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
    server.daemon_threads = True  # type: ignore[attr-defined]
    loop = threading.Thread(target=worker.run_for_ever, args=(mount, stop), name="worker", daemon=True)
    loop.start()

    def finish(_signal: int, _frame: Any) -> None:
        stop.set()
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    _greet(port)
    server.serve_forever(poll_interval=0.2)
    server.server_close()
    loop.join(timeout=5)


def _greet(port: int) -> None:
    click.echo(f"\nMeetup is answering at http://localhost:{port}/")
    click.echo(f"Every message it sends: http://localhost:{port}/mailbox/")
    click.echo(f"\nSign in at http://localhost:{port}/login — password for all: {people.DEMO_PASSWORD}")
    for mail, name, role, department in people.STAFF:
        where = f" ({department})" if department else ""
        click.echo(f"  {people.address(mail):34} {role}{where}: {name}")
    click.echo("\nCtrl-C ends it; the data stays. `make demo RESET=1` begins anew.")
    sys.stdout.flush()
