"""``meetup search``: the words that the database keeps for searching."""

from __future__ import annotations

import click

from meetup.cli.context import pass_mount
from meetup.issues import index
from meetup.mount import Mount


@click.group("search")
def command() -> None:
    """The words that issues are found by."""


@command.command("rebuild")
@pass_mount
def rebuild(mount: Mount) -> None:
    """Make the index of words anew out of the issues, in one transaction.

    The database keeps it by itself; this is for one that was written to by hand, or filled by other means than ours.
    """
    with mount.work() as work:
        number = index.rebuild(work.db.connection())
        work.commit()
    click.echo(f"the words of {number} issues are indexed")
