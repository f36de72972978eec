"""``meetup mailbox``: mail taken in from a pipe, from mailboxes, or by LMTP."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Sequence
from imaplib import IMAP4
from pathlib import Path
from signal import SIGINT, SIGTERM, signal

import click
from imap_tools.errors import ImapToolsError
from sqlalchemy.exc import SQLAlchemyError

from meetup.api import Failure, Mount
from meetup_mailbox.delivering import deliver
from meetup_mailbox.lmtp import Listener
from meetup_mailbox.taking import empty_imap, empty_maildir

#: What a mail server takes as "try again later" (sysexits.h, EX_TEMPFAIL).
TRY_AGAIN = 75


def make_command(mount: Mount) -> click.Group:
    """The group of commands for `mount`."""

    @click.group("mailbox")
    def group() -> None:
        """Mail that comes in: replies from calendars, bounces, issues."""

    @group.command("deliver")
    @click.option("--to", "recipients", multiple=True, help="Whom the envelope named; may be given several times.")
    @click.option("--from", "sender", help='Whom the envelope named as sender; "" for the null sender.')
    def deliver_command(recipients: Sequence[str], sender: str | None) -> None:
        """Take in one message from standard input. Status 75: try again later."""
        raw = sys.stdin.buffer.read()
        if not raw.strip():
            raise Failure("There is no message on standard input.")
        try:
            made = deliver(mount, raw, recipients=recipients, sender=sender)
        except (SQLAlchemyError, OSError) as fault:
            click.echo(f"Not taken in, try again later: {type(fault).__name__}", err=True)
            raise click.exceptions.Exit(TRY_AGAIN) from fault
        click.echo(f"{made.kind} {made.state} {made.id}")

    @group.command("poll")
    @click.option("--every", type=click.IntRange(5), help="Look again after so many seconds, for ever.")
    def poll(every: int | None) -> None:
        """Empty the maildir and the IMAP mailbox that the settings name."""
        if not (mount.settings.mailbox_maildir or mount.settings.mailbox_imap_url):
            raise Failure("Neither MEETUP_MAILBOX_MAILDIR nor MEETUP_MAILBOX_IMAP_URL is set.")
        stop = _stopping() if every else threading.Event()
        while not stop.is_set():
            try:
                counts = take_all(mount)
                click.echo(", ".join(f"{kind}: {count}" for kind, count in sorted(counts.items())) or "nothing new")
            except (OSError, IMAP4.error, ImapToolsError, SQLAlchemyError) as fault:
                said = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
                if not every:
                    raise Failure(f"The mailbox cannot be emptied: {said}") from fault
                click.echo(f"The mailbox cannot be emptied, next try in {every} s: {said}", err=True)
            if not every:
                return
            stop.wait(every)

    @group.command("listen")
    def listen() -> None:
        """Take mail in by LMTP, for ever, at MEETUP_MAILBOX_LISTEN."""
        host, _, port = mount.settings.mailbox_listen.rpartition(":")
        listener = Listener(mount, host, int(port))
        try:
            listener.start()
        except OSError as fault:
            raise Failure(f"Cannot listen at {host}:{port}: {fault}") from fault
        click.echo(f"Taking mail in by LMTP at {host}:{port}")
        sys.stdout.flush()
        _stopping().wait()
        listener.stop()

    return group


def take_all(mount: Mount) -> Counter[str]:
    """Empty every mailbox that the settings name; counts by kind."""
    counts: Counter[str] = Counter()
    if mount.settings.mailbox_maildir:
        counts += empty_maildir(mount, Path(mount.settings.mailbox_maildir))
    if mount.settings.mailbox_imap_url:
        counts += empty_imap(mount, mount.settings.mailbox_imap_url, mount.settings.mailbox_imap_done)
    return counts


def _stopping() -> threading.Event:
    """An event that is set when the process is told to end."""
    stop = threading.Event()
    for one in (SIGINT, SIGTERM):
        signal(one, lambda *_: stop.set())
    return stop
