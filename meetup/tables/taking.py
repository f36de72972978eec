"""Taking the rows of a file in, one savepoint each, so that every fault of every row is found in one go.

What a kind of thing is made of its taker knows; this knows only rows. All or nothing is the caller's
decision: it commits where :attr:`Taken.faulty` is empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from meetup.errors import Fault, InvalidInput, MeetupError
from meetup.tables.columns import Cells, Column, known_words, match_headings
from meetup.tables.reading import headings_of, read_rows


class Taker(Protocol):
    """What takes the rows of one kind of thing.

    It may have ``finish(cells) -> str`` too, called for each row when all were taken:
    for what names other rows.
    """

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that it knows."""
        ...

    def take(self, cells: Cells) -> str:
        """Take one row: ``created``, ``updated`` or ``unchanged``; what is wrong is left in ``cells.faults``."""
        ...


@dataclass(frozen=True)
class Taken:
    """What became of a file.

    Args:
        counts: rows by what became of them: ``created``, ``updated``, ``unchanged``, ``faulty``.
        faulty: the rows that cannot be taken, with their faults.
        unknown: headings that were not read.
        total: how many rows there are.
    """

    counts: Counter[str]
    faulty: list[Cells]
    unknown: tuple[str, ...]
    total: int

    def complaints(self) -> Iterator[str]:
        """One line for each fault: where it is and how to mend it."""
        for cells in self.faulty:
            for fault in cells.faults:
                where = f"line {cells.row.line}, {fault.field}" if fault.field else f"line {cells.row.line}"
                yield f"{where}: {' '.join(fault.say().split())}"


def _as_they_are(rows: list[Cells]) -> Iterable[Cells]:
    return rows


def take_rows(
    db: Session,
    taker: Taker,
    name: str,
    content: bytes,
    *,
    translate: Callable[[str], str] = str,
    progress: Callable[[list[Cells]], Iterable[Cells]] = _as_they_are,
) -> Taken:
    """Hand every row of a CSV or XLSX file to `taker`. Commits nothing.

    Args:
        db: the session that the taker writes in.
        taker: what knows the kind of thing.
        name: the file's name; its ending says what it is.
        content: the whole file.
        translate: how headings are called in the present language.
        progress: given the rows, gives them again and may show how far it is.

    Raises:
        InvalidInput: (field ``file``) if the file cannot be read or lacks columns.
    """
    rows = read_rows(name, content, known_words(taker.columns, translate))
    headings = match_headings(taker.columns, headings_of(rows), translate)
    every = [Cells(row, headings) for row in rows]
    results = [_guarded(db, taker.take, cells) for cells in progress(every)]
    finish = getattr(taker, "finish", None)
    if finish is not None:
        for place, cells in enumerate(every):
            after = "faulty" if cells.faults else _guarded(db, finish, cells)
            if after == "faulty" or results[place] == "unchanged":
                results[place] = after
    return Taken(Counter(results), [cells for cells in every if cells.faults], headings.unknown, len(rows))


def _guarded(db: Session, take: Callable[[Cells], str], cells: Cells) -> str:
    """One row in a savepoint, so that one that fails leaves the others to be looked at."""
    try:
        with db.begin_nested():
            return take(cells)
    except InvalidInput as error:
        cells.faults.extend(error.faults)
    except MeetupError as error:
        cells.faults.append(Fault("", error.say()))
    return "faulty"
