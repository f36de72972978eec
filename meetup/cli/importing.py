"""``meetup import``: enterprises, departments or sessions out of a CSV or XLSX file, all or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
from sqlalchemy import select

from meetup.cli.context import Failure, pass_mount
from meetup.departments.importing import DepartmentRows
from meetup.enterprises.importing import EnterpriseRows
from meetup.errors import InvalidInput
from meetup.mount import Mount
from meetup.programmes.models import Programme
from meetup.sessions.importing import SessionRows
from meetup.tables.columns import Cells
from meetup.tables.reading import MAX_BYTES
from meetup.tables.taking import Taker, take_rows
from meetup.web.i18n import _
from meetup.work import Work

KINDS: dict[str, Callable[..., Taker]] = {
    "enterprises": EnterpriseRows,
    "departments": DepartmentRows,
    "sessions": SessionRows,
}


@click.command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row and say what would change; change nothing.")
@click.option("--programme", metavar="SLUG", help="The programme of sessions whose rows name none.")
@pass_mount
def command(mount: Mount, kind: str, file: Path, dry_run: bool, programme: str | None) -> None:
    """Import enterprises, departments or sessions from a CSV or XLSX FILE.

    All rows or none: every fault of every row is named with its line. Headings may
    be English or Vietnamese. Importing the same file again changes nothing.
    """
    if programme and kind != "sessions":
        raise click.UsageError("--programme is for sessions")
    if file.stat().st_size > MAX_BYTES:
        raise Failure(f"{file.name}: The file is larger than {MAX_BYTES // 1024**2} MB. Nothing was imported.")
    with mount.work() as work:
        taker = _taker(work, kind, programme)
        try:
            taken = take_rows(work.db, taker, file.name, file.read_bytes(), translate=_, progress=_progress)
        except InvalidInput as error:
            raise Failure(f"{file.name}: {error.say()} Nothing was imported.") from None
        if taken.unknown:
            click.echo(f"not read: {', '.join(sorted(taken.unknown))}", err=True)
        if taken.faulty:
            many = f"{len(taken.faulty)} of {taken.total} rows" if taken.total > 1 else "The row"
            raise Failure("\n".join([*taken.complaints(), f"{many} cannot be taken. Nothing was imported."]))
        if not dry_run:
            work.commit()
    said = ", ".join(f"{taken.counts[name]} {name}" for name in ("created", "updated", "unchanged"))
    click.echo(f"{kind}: {said} (dry run: nothing was changed)" if dry_run else f"{kind}: {said}")


def _taker(work: Work, kind: str, programme: str | None) -> Taker:
    if kind != "sessions" or programme is None:
        return KINDS[kind](work)
    found = work.db.scalars(select(Programme).where(Programme.slug == programme)).one_or_none()
    if found is None:
        raise click.BadParameter(f"there is no programme {programme!r}", param_hint="--programme")
    return SessionRows(work, found)


def _progress(rows: list[Cells]) -> Iterable[Cells]:
    """`rows` under a progress bar on a terminal, and silently in a pipe."""
    return _bar(rows) if sys.stderr.isatty() else rows


def _bar(rows: list[Cells]) -> Iterator[Cells]:
    with click.progressbar(rows, label="Importing", file=sys.stderr) as bar:
        yield from bar
