"""``meetup export``: what is known, as CSV, XLSX or JSON, row by row."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click

from meetup.cli.context import Failure, pass_mount
from meetup.cli.sheets import SHEETS
from meetup.mount import Mount
from meetup.tables.writing import WRITERS
from meetup.web.i18n import _

#: Exports in which people can be reached; that they were made is on record.
_WITH_CONTACTS = frozenset({"enterprises", "registrations"})


@click.command("export")
@click.argument("kind", type=click.Choice(list(SHEETS)))
@click.option("--format", "form", type=click.Choice(list(WRITERS)), default="csv", show_default=True)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file to write; standard output if none is named.",
)
@pass_mount
def command(mount: Mount, kind: str, form: str, output: Path | None) -> None:
    """Export enterprises, departments, sessions, registrations, issues, follow-ups or the activity log.

    An export of enterprises, departments or sessions can be imported again.
    Headings of CSV and XLSX are in the site's first language, names in JSON are English.
    Personal ID numbers and contacts are in it: keep it as such data must be kept.
    """
    if output is None and form == "xlsx" and sys.stdout.isatty():
        raise click.UsageError("a workbook is not for the terminal: name a file with --output")
    if output == Path("-"):
        output = None
    sheet, write = SHEETS[kind], WRITERS[form]
    headings = [column.name if form == "json" else _(column.label) for column in sheet.columns]
    if kind in _WITH_CONTACTS:
        # Before anything is given out: what failed half-way was read all the same.
        with mount.work() as work:
            work.log("contact.export", f"export:{kind}")
            work.commit()
    with mount.work(write=False) as work:
        rows = _counted(sheet.rows(work))
        if output is None:
            write(sys.stdout.buffer, headings, rows)
            return
        count = _write_file(output, lambda out: write(out, headings, rows))
    click.echo(f"{count} rows are in {output}", err=True)


def _write_file(path: Path, write: Callable[[BinaryIO], int]) -> int:
    """Write beside `path` and put it in place when it is whole: nobody finds half a file."""
    if path.exists() and not path.is_file():  # A pipe or a device.
        with path.open("wb") as out:
            return write(out)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            count = write(out)
        beside.replace(path)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
    finally:
        beside.unlink(missing_ok=True)
    return count


def _counted(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """`rows`, with their number on a terminal and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield from rows
        return
    with click.progressbar(rows, label="Exporting", file=sys.stderr, show_pos=True) as bar:
        yield from bar
