"""``meetup audit``: whether the activity log is what was written."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select

from meetup.activity.log import Break, verify
from meetup.activity.models import ActivityHead
from meetup.cli.context import Failure, pass_mount
from meetup.mount import Mount


@click.group("audit")
def command() -> None:
    """The activity log's chain."""


@command.command("verify")
@pass_mount
def verify_chain(mount: Mount) -> None:
    """Walk the whole chain; a line for every entry that was changed, removed or put in, exit status 1 if any."""
    breaks: list[Break] = []
    read = 0
    with mount.work(write=False) as work:
        total = work.db.scalar(select(ActivityHead.seq)) or 0
        # hidden: in a pipe the bar would print its label.
        hidden = not sys.stderr.isatty()
        with click.progressbar(length=total, label="Entries", file=sys.stderr, hidden=hidden) as bar:
            for found in verify(work.db):
                if isinstance(found, Break):
                    breaks.append(found)
                else:
                    bar.update(found - read)
                    read = found
    if breaks:
        lines = [f"entry {found.seq} {found.fault}" for found in breaks]
        raise Failure("\n".join([*lines, f"the chain is broken in {len(breaks)} places of {read} entries"]))
    click.echo(f"{read} entries, the chain is whole")
