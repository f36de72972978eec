"""``meetup coffee-connect``: the programme's data, put in from the command line."""

from __future__ import annotations

from pathlib import Path

import click

from meetup.api import Failure, InvalidInput, Mount
from meetup_coffee_connect import seed as data
from meetup_coffee_connect.criteria import import_criteria


def make_command(mount: Mount) -> click.Group:
    """The group of commands for `mount`."""

    @click.group("coffee-connect")
    def group() -> None:
        """The province's programme: its agencies, communes, fields and criteria."""

    @group.command()
    @click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
    def seed(dry_run: bool) -> None:
        """Put in programme, agencies, communes, fields and sample criteria. Again, it changes nothing."""
        with mount.app.app_context(), mount.work() as work:
            lines = data.seed(work)
            if not dry_run:
                work.commit()
        click.echo("\n".join(map(str, lines)))
        if dry_run:
            click.echo("(dry run: nothing was changed)")

    @group.command()
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--set", "code", default="par-index", show_default=True, help="The short name of the set.")
    @click.option("--name", default="", help="What a new set is called.")
    def criteria(file: Path, code: str, name: str) -> None:
        """Make a set of criteria what FILE (CSV or XLSX) says; all rows or none."""
        with mount.app.app_context(), mount.work() as work:
            into = data.the_set(work, code, name=name or code)
            try:
                taken = import_criteria(work, into, file.name, file.read_bytes())
            except InvalidInput as error:
                raise Failure(f"{file.name}: {error.say()} Nothing was changed.") from None
            data.checked(file.name, taken)
            if name:
                into.name = name
            work.commit()
        click.echo(data.line_of(f"criteria {code}", taken))

    return group
