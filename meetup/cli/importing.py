"""``meetup import``: enterprises, departments or sessions out of a CSV or XLSX file, all or nothing."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click
from sqlalchemy import select

from meetup.cli.context import pass_mount
from meetup.departments.importing import DepartmentRows
from meetup.enterprises.importing import EnterpriseRows
from meetup.errors import Fault, InvalidInput, MeetupError
from meetup.mount import Mount
from meetup.programmes.models import Programme
from meetup.sessions.importing import SessionRows
from meetup.tables.columns import Cells, Column, known_words, match_headings
from meetup.tables.reading import MAX_BYTES, Row, headings_of, read_rows
from meetup.web.i18n import _, ngettext
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

    All rows or none: every fault of every row is named with its line. Importing
    the same file again changes nothing.
    """
    if programme and kind != "sessions":
        raise click.UsageError(_("--programme is for sessions."))
    if file.stat().st_size > MAX_BYTES:
        raise click.ClickException(_("The file is larger than %(limit)s MB.", limit=MAX_BYTES // 1024**2))
    with mount.work() as work:
        taker = _taker(work, kind, programme)
        try:
            rows = read_rows(file.name, file.read_bytes(), known_words(taker.columns, _))
            counts, faulty = _take_all(work, taker, rows)
        except InvalidInput as error:
            raise click.ClickException(f"{file.name}: {error.say(_)}") from None
        if faulty:
            _complain(faulty, taker.columns)
            raise click.ClickException(
                ngettext(
                    "Nothing was imported: %(num)s row cannot be taken.",
                    "Nothing was imported: %(num)s rows cannot be taken.",
                    len(faulty),
                )
            )
        if not dry_run:
            work.commit()
    _report(kind, counts, dry_run)


def _taker(work: Work, kind: str, programme: str | None) -> Taker:
    if kind != "sessions" or programme is None:
        return KINDS[kind](work)
    found = work.db.scalars(select(Programme).where(Programme.slug == programme)).one_or_none()
    if found is None:
        raise click.BadParameter(_("There is no programme “%(text)s”.", text=programme), param_hint="--programme")
    return SessionRows(work, found)


def _take_all(work: Work, taker: Taker, rows: list[Row]) -> tuple[Counter[str], list[Cells]]:
    """Hand every row to `taker`; the results counted, and the rows that are faulty.

    Raises:
        InvalidInput: (field ``file``) if the headings are not what is needed.
    """
    headings = match_headings(taker.columns, headings_of(rows), _)
    if headings.unknown:
        click.echo(_("Not read: %(columns)s.", columns=", ".join(sorted(headings.unknown))), err=True)
    every = [Cells(row, headings) for row in rows]
    results = [_guarded(work, taker.take, cells) for cells in _progress(every, _("Reading"))]
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
        cells.faults.append(Fault("", error.say(_)))
    return "faulty"


def _progress(items: list[T], label: str) -> Iterable[T]:
    """`items` under a progress bar on a terminal, and silently in a pipe."""
    if not sys.stderr.isatty():
        return items
    return _bar(items, label)


def _bar(items: list[T], label: str) -> Iterator[T]:
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


def _complain(faulty: list[Cells], columns: Iterable[Column]) -> None:
    labels: dict[str, Any] = {column.name: _(column.label) for column in columns}
    for cells in faulty:
        for fault in cells.faults:
            where = _("Line %(line)s", line=cells.row.line)
            if fault.field:
                where += f", {labels.get(fault.field, fault.field)}"
            click.echo(f"{where}: {fault.say(_)}", err=True)


def _report(kind: str, counts: Counter[str], dry_run: bool) -> None:
    numbers = {name: counts[name] for name in ("created", "updated", "unchanged")}
    if dry_run:
        text = _(
            "%(kind)s: %(created)s would be created, %(updated)s updated, %(unchanged)s are unchanged. "
            "Nothing was changed.",
            kind=kind,
            **numbers,
        )
    else:
        text = _("%(kind)s: %(created)s created, %(updated)s updated, %(unchanged)s unchanged.", kind=kind, **numbers)
    click.echo(text)
