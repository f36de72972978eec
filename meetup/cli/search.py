"""``meetup search``: the words that the database keeps for searching."""

from __future__ import annotations

import click

from meetup.cli.context import pass_mount
from meetup.followups import finding
from meetup.issues import index
from meetup.mount import Mount


@click.group("search")
def command() -> None:
    """The words that issues and follow-ups are found by."""


@command.command("rebuild")
@pass_mount
def rebuild(mount: Mount) -> None:
    """Make the index of words anew out of issues and follow-ups, in one transaction.

    The database keeps it by itself; this is for one that was written to by hand, or filled by other means than ours.
    """
    with mount.work() as work:
        issues = index.INDEX.rebuild(work.db.connection())
        tasks = finding.INDEX.rebuild(work.db.connection())
        work.commit()
    click.echo(f"the words of {issues} issues and {tasks} follow-ups are indexed")
