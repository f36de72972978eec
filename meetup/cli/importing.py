"""``meetup import``: enterprises, departments or sessions out of a CSV or XLSX file, all or nothing."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

import click
from sqlalchemy import select

from meetup.cli.context import Failure, pass_mount
from meetup.departments.importing import DepartmentRows
from meetup.enterprises.importing import EnterpriseRows
from meetup.errors import Fault, InvalidInput, MeetupError
from meetup.mount import Mount
from meetup.programmes.models import Programme
from meetup.sessions.importing import SessionRows
from meetup.tables.columns import Cells, Column, known_words, match_headings
from meetup.tables.reading import MAX_BYTES, Row, headings_of, read_rows
from meetup.web.i18n import _
from meetup.work import Work

T = TypeVar("T")


class Taker(Protocol):
    """What takes the rows of one kind of thing."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that it knows."""
        ...

    def take(self, cells: Cells) -> str:
        """Take one row and say what became of it."""
        ...


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
            rows = read_rows(file.name, file.read_bytes(), known_words(taker.columns, _))
            counts, faulty = _take_all(work, taker, rows)
        except InvalidInput as error:
            raise Failure(f"{file.name}: {error.say()} Nothing was imported.") from None
        if faulty:
            many = f"{len(faulty)} of {len(rows)} rows" if len(rows) > 1 else "The row"
            raise Failure("\n".join([*_complaints(faulty), f"{many} cannot be taken. Nothing was imported."]))
        if not dry_run:
            work.commit()
    said = ", ".join(f"{counts[name]} {name}" for name in ("created", "updated", "unchanged"))
    click.echo(f"{kind}: {said} (dry run: nothing was changed)" if dry_run else f"{kind}: {said}")


def _taker(work: Work, kind: str, programme: str | None) -> Taker:
    if kind != "sessions" or programme is None:
        return KINDS[kind](work)
    found = work.db.scalars(select(Programme).where(Programme.slug == programme)).one_or_none()
    if found is None:
        raise click.BadParameter(f"there is no programme {programme!r}", param_hint="--programme")
    return SessionRows(work, found)


def _take_all(work: Work, taker: Taker, rows: list[Row]) -> tuple[Counter[str], list[Cells]]:
    """Hand every row to `taker`; the results counted, and the rows that are faulty.

    Raises:
        InvalidInput: (field ``file``) if the headings are not what is needed.
    """
    headings = match_headings(taker.columns, headings_of(rows), _)
    if headings.unknown:
        click.echo(f"not read: {', '.join(sorted(headings.unknown))}", err=True)
    every = [Cells(row, headings) for row in rows]
    results = [_guarded(work, taker.take, cells) for cells in _progress(every, "Importing")]
    finish = getattr(taker, "finish", None)
    if finish is not None:
        for place, cells in enumerate(every):
            after = "faulty" if cells.faults else _guarded(work, finish, cells)
            if after == "faulty" or results[place] == "unchanged":
                results[place] = after
    return Counter(results), [cells for cells in every if cells.faults]


def _guarded(work: Work, take: Callable[[Cells], str], cells: Cells) -> str:
    """One row in a savepoint, so that one that fails leaves the others to be looked at."""
    try:
        with work.db.begin_nested():
            return take(cells)
    except InvalidInput as error:
        cells.faults.extend(error.faults)
    except MeetupError as error:
        cells.faults.append(Fault("", error.say()))
    return "faulty"


def _progress(items: list[T], label: str) -> Iterable[T]:
    """`items` under a progress bar on a terminal, and silently in a pipe."""
    if not sys.stderr.isatty():
        return items
    return _bar(items, label)


def _bar(items: list[T], label: str) -> Iterator[T]:
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


def _complaints(faulty: list[Cells]) -> Iterator[str]:
    """One line for each fault: where it is and how to mend it."""
    for cells in faulty:
        for fault in cells.faults:
            where = f"line {cells.row.line}, {fault.field}" if fault.field else f"line {cells.row.line}"
            yield f"{where}: {' '.join(fault.say().split())}"
