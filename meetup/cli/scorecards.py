"""``meetup scorecards``: whether the sums that are kept are what a recount gives."""

from __future__ import annotations

import click

from meetup.cli.context import Failure, pass_mount
from meetup.mount import Mount
from meetup.scorecards import settled, tallies


@click.group("scorecards")
def command() -> None:
    """The sums behind the scorecards."""


@command.command("verify")
@click.option("--mend", is_flag=True, help="Make the sums anew from what there is.")
@pass_mount
def verify(mount: Mount, mend: bool) -> None:
    """Count every closed follow-up, and every issue that came to an end, again.

    A line for each sum that differs, exit status 1 if any.

    Sums differ after the time zone was changed, or when somebody wrote to the database by hand.
    """
    with mount.work(write=mend) as work:
        found = [*tallies.verify(work), *settled.verify(work)]
        if mend:
            number, ended = tallies.rebuild(work), settled.rebuild(work)
            work.commit()
            click.echo(f"{len(found)} sums differed; made anew from {number} closed follow-ups and {ended} issues")
            return
        number, ended = tallies.number(work), settled.number(work)
    if found:
        raise Failure("\n".join([*map(str, found), f"{len(found)} sums differ; mend them with --mend"]))
    click.echo(f"{number} closed follow-ups and {ended} issues, every sum is what a recount gives")
