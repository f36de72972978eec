"""``meetup check``: a doctor who looks at everything once and says one line about each."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from meetup import migrate
from meetup.access import ADMIN
from meetup.activity.models import ActivityHead
from meetup.cli.context import pass_mount
from meetup.clock import system_clock
from meetup.mount import Mount
from meetup.outbox.queries import health
from meetup.outbox.smtp import Line
from meetup.outbox.transports import SEND_SECONDS, TransportError
from meetup.programmes.models import Programme
from meetup.staff.identity import StaffIdentity
from meetup.staff.models import StaffRole, StaffUser

#: How far two clocks may be apart.
_APART = timedelta(seconds=5)
#: After so long, what is due should have left.
_STUCK = timedelta(minutes=15)


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's."""

    part: str
    text: str
    is_fault: bool = False


@click.command("check")
@pass_mount
@click.pass_context
def command(ctx: click.Context, mount: Mount) -> None:
    """Look at configuration, database, mail, clock, plugins and storage; exit status 1 on any fault."""
    faults = 0
    for finding in examine(mount):
        faults += finding.is_fault
        mark = click.style("FAULT", fg="red") if finding.is_fault else click.style("ok   ", fg="green")
        click.echo(f"{mark} {finding.part:<13} {finding.text}")
    if faults:
        ctx.exit(1)


def examine(mount: Mount) -> Iterator[Finding]:
    """Every finding; a part that fails in an unforeseen way is a fault of that part."""
    for part, look in _PARTS:
        try:
            yield from look(mount)
        except (OSError, SQLAlchemyError) as error:
            said = getattr(error, "orig", None) or error
            yield Finding(part, " ".join(str(said).split()), True)


def _configuration(mount: Mount) -> Iterator[Finding]:
    settings = mount.settings
    yield Finding("configuration", f"{settings.base_url}, {settings.timezone}, {','.join(settings.locales)}")
    local = "//localhost" in settings.base_url or "//127." in settings.base_url
    if settings.base_url.startswith("http://") and not local:
        yield Finding("configuration", "MEETUP_BASE_URL is http: cookies travel in the clear; use https", True)
    if len(mount.secret) < 16:
        yield Finding("configuration", "the secret key is too short; use 32 random characters or more", True)
    if settings.programme:
        with mount.work(write=False) as work:
            known = work.db.scalar(select(Programme.id).where(Programme.slug == settings.programme))
        if known is None:
            yield Finding("configuration", f"there is no programme {settings.programme!r} (MEETUP_PROGRAMME)", True)


def _database(mount: Mount) -> Iterator[Finding]:
    name = mount.database.engine.url.render_as_string(hide_password=True)
    with mount.database.connect() as connection:
        script, at = migrate.scripts(mount.migration_locations), migrate.current(connection)
    if left := migrate.needed(script, at):
        yield Finding("database", f"{name} is not migrated to {', '.join(left)}; run: meetup db upgrade", True)
        return
    with mount.work(write=False) as work:
        if work.db.get(ActivityHead, 1) is None:
            yield Finding("database", "the head of the activity log is missing; run: meetup audit verify", True)
            return
    newer = ", by a newer Meetup that may take over" if migrate.is_ahead(script, at) else ""
    yield Finding("database", f"{name} answers and is migrated{newer}")


def _staff(mount: Mount) -> Iterator[Finding]:
    if not isinstance(mount.identity, StaffIdentity):
        yield Finding("staff", "signs in by the host application")
        return
    with mount.work(write=False) as work:
        admin = work.db.scalar(
            select(StaffUser.id).join(StaffUser.roles).where(StaffRole.name == ADMIN, StaffUser.active).limit(1)
        )
    if admin is None:
        yield Finding("staff", "nobody is admin; run: meetup user add EMAIL --role admin", True)
    else:
        yield Finding("staff", "somebody is admin")


def _mail(mount: Mount) -> Iterator[Finding]:
    mail = mount.app.extensions["mail"]
    where = f"{mail.server}:{mail.port}"
    if mount.mail_fault:
        yield Finding("mail", mount.mail_fault, True)
        return
    if mail.suppress:
        yield Finding("mail", "is suppressed (MAIL_SUPPRESS_SEND); nothing leaves")
        return
    line = Line(mount.app)
    line.deadline = time.monotonic() + SEND_SECONDS
    try:
        line.open()
        line.close()
    except TransportError as error:
        yield Finding("mail", f"{where}: {error.text}", True)
    else:
        yield Finding("mail", f"{where} answers; messages come from {mount.mail_from}")


def _outbox(mount: Mount) -> Iterator[Finding]:
    with mount.work(write=False, now=system_clock()) as work:
        found = health(work.db, work.now)
    for channel, words in found.alarms.items():
        yield Finding("outbox", f"the channel {channel!r} is ill and paused: {words}", True)
    if found.oldest is not None and work.now - found.oldest > _STUCK:
        waits = int((work.now - found.oldest).total_seconds() // 60)
        yield Finding("outbox", f"{found.due} messages are due, one for {waits} minutes; is a worker running?", True)
    elif not found.alarms:
        yield Finding("outbox", f"{found.due} due, {found.dead} dead letters")


def _clock(mount: Mount) -> Iterator[Finding]:
    """Ours against the database's and the file system's: each may be on another machine."""
    apart: dict[str, timedelta] = {}
    if mount.database.engine.dialect.name == "postgresql":
        with mount.database.connect() as connection:
            theirs = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        apart["the database's"] = abs(system_clock() - theirs)
    folder = Path(mount.app.instance_path)
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder) as file:
        written = datetime.fromtimestamp(Path(file.name).stat().st_mtime, UTC)
    apart["the file system's"] = abs(system_clock() - written)
    for whose, difference in apart.items():
        if difference > _APART:
            yield Finding("clock", f"{whose} is {difference.total_seconds():.0f} seconds from ours", True)
    if max(apart.values()) <= _APART:
        yield Finding("clock", f"{system_clock():%Y-%m-%d %H:%M:%S} UTC, as {' and '.join(apart)}")


def _plugins(mount: Mount) -> Iterator[Finding]:
    yield Finding("plugins", ", ".join(sorted(mount.plugins.names())) or "none")


def _storage(mount: Mount) -> Iterator[Finding]:
    content = secrets.token_bytes(16)
    key = mount.storage.save(content)
    try:
        with mount.storage.open(key) as file:
            same = file.read() == content
    finally:
        mount.storage.delete(key)
    if same:
        yield Finding("storage", "keeps and gives back what is saved")
    else:
        yield Finding("storage", "gives back something else than was saved", True)


_PARTS: tuple[tuple[str, Callable[[Mount], Iterator[Finding]]], ...] = (
    ("configuration", _configuration),
    ("database", _database),
    ("staff", _staff),
    ("mail", _mail),
    ("outbox", _outbox),
    ("clock", _clock),
    ("plugins", _plugins),
    ("storage", _storage),
)
