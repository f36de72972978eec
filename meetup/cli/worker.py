"""``meetup worker``: delivers what is due."""

from __future__ import annotations

import json
import os
import signal
import threading
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from meetup.cli import logs, migrated
from meetup.cli.context import Failure, pass_mount
from meetup.errors import NotFound
from meetup.mount import Mount
from meetup.outbox import broker, deadletters, queries, worker
from meetup.outbox.models import Outgoing


def _instant(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """An ISO 8601 instant with its offset from UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.BadParameter(f"{value!r} is no instant; write 2026-12-01T08:00:00+07:00")
    return moment


@click.command("worker")
@click.option("--once", is_flag=True, help="Do and send all that is due, print one JSON object with counts, and exit.")
@click.option("--at", callback=_instant, metavar="ISO", help="With --once or --dry-run: as if it were then.")
@click.option("--dry-run", is_flag=True, help="Only print, as JSON, what would go out, to whom and when.")
@click.option("--dead-letters", is_flag=True, help="Only print, as JSON, what could not be sent, and why.")
@click.option("--send-again", metavar="ID|all", help="Put one dead letter, or all, back into the queue.")
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    help="With a broker (MEETUP_BROKER_URL): how many send at once; by default one a core.",
)
@pass_mount
def command(
    mount: Mount,
    once: bool,
    at: datetime | None,
    dry_run: bool,
    dead_letters: bool,
    send_again: str | None,
    processes: int | None,
) -> None:
    """Deliver messages and do what has fallen due: for ever, or once. With a broker, as a Celery worker."""
    if send_again is not None:
        _send_again(mount, send_again)
    elif dead_letters:
        _print({"dead_letters": _dead_letters(mount)})
    elif dry_run:
        _print({"messages": _planned(mount, at)})
    elif once:
        migrated.see(mount)
        stop = _stop_on_signals()
        counts = worker.drain(mount, at, stop)
        _print(counts)
        if counts["faults"]:
            raise Failure(f"{counts['faults']} of the hooks that do what is due failed; the log says which and why")
    elif at is not None:
        raise click.UsageError("--at goes with --once or --dry-run")
    elif mount.settings.broker_url:
        logs.start(mount.settings.log_format)
        stop = _stop_on_signals()
        migrated.wait(mount, stop)
        if not stop.is_set():
            broker.run(mount, processes or os.cpu_count() or 1)
    elif processes is not None:
        raise click.UsageError("--processes needs a broker; without one, start several workers")
    else:
        logs.start(mount.settings.log_format)
        stop = _stop_on_signals()
        migrated.wait(mount, stop)
        worker.run_for_ever(mount, stop)


def _stop_on_signals() -> threading.Event:
    """Set by SIGTERM and SIGINT; what is being sent is finished first. A second one ends it at once."""
    stop = threading.Event()

    def finish(number: int, _frame: Any) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, finish)
    return stop


def _print(found: Any) -> None:
    click.echo(json.dumps(found, ensure_ascii=False))


def _planned(mount: Mount, at: datetime | None) -> list[dict[str, Any]]:
    # What falls due is done for the sake of its messages, and never committed.
    with mount.work(now=at) as work:
        worker.rehearse(work)
        rows = queries.planned(work.db, work.now if at else None)
        return [_entry(mount, row) for row in rows]


def _dead_letters(mount: Mount) -> list[dict[str, Any]]:
    with mount.work(write=False) as work:
        rows = deadletters.dead_letters(work.db)
        return [{**_entry(mount, row), "reason": row.reason} for row in rows]


def _entry(mount: Mount, row: Outgoing) -> dict[str, Any]:
    when = row.not_before.astimezone(ZoneInfo(mount.settings.timezone))
    return {"id": row.id, "kind": row.kind, "to": row.recipient, "at": when.isoformat(), "about": row.subject}


def _send_again(mount: Mount, which: str) -> None:
    with mount.work() as work:
        if which == "all":
            count = deadletters.send_all_again(work)
        elif which.isdecimal():
            row = work.db.get(Outgoing, int(which))
            if row is None:
                raise NotFound(f"There is no message {which}.")
            deadletters.send_again(work, row)
            count = 1
        else:
            raise click.UsageError("--send-again takes a message's number or the word all")
        work.commit()
    _print({"queued": count})
