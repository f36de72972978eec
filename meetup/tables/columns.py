"""What a table's columns are called, in English and Vietnamese, and one row read by their names.

The same columns stand over what is imported and what is exported, so that an export can be imported again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from meetup.domain.text import clean, fold
from meetup.errors import N_, Fault, InvalidInput
from meetup.tables.reading import Row

T = TypeVar("T")


@dataclass(frozen=True)
class Column:
    """A column: its name for machines, its label for people, and how else people call it."""

    name: str
    label: str
    also: tuple[str, ...] = ()
    required: bool = False

    def words(self, translate: Callable[[str], str]) -> set[str]:
        """Every folded heading that means this column."""
        said = (self.name, self.name.replace("_", " "), self.label, translate(self.label), *self.also)
        return {fold(word) for word in said}


@dataclass(frozen=True)
class Headings:
    """The headings of one file, matched: heading → column name, and those that mean nothing to us."""

    names: Mapping[str, str]
    unknown: tuple[str, ...] = ()


def known_words(columns: Iterable[Column], translate: Callable[[str], str]) -> set[str]:
    """Every folded heading that means one of `columns`."""
    return {word for column in columns for word in column.words(translate)}


def match_headings(columns: Sequence[Column], headings: Iterable[str], translate: Callable[[str], str]) -> Headings:
    """Find the columns of a file.

    Raises:
        InvalidInput: (field ``file``) if required ones are missing or two headings mean the same.
    """
    meant = {word: column.name for column in columns for word in column.words(translate)}
    names: dict[str, str] = {}
    unknown: list[str] = []
    faults: list[Fault] = []
    for heading in headings:
        name = meant.get(heading)
        if name is None:
            unknown.append(heading)
        elif name in names.values():
            faults.append(
                Fault(
                    "file",
                    N_("Two headings mean the same: “%(heading)s” is %(name)s."),
                    N_("Keep one."),
                    heading=heading,
                    name=name,
                )
            )
        else:
            names[heading] = name
    missing = [column for column in columns if column.required and column.name not in names.values()]
    if missing:
        labels = ", ".join(translate(column.label) for column in missing)
        faults.append(
            Fault(
                "file", N_("The file lacks columns: %(columns)s."), N_("The headings are on one line."), columns=labels
            )
        )
    if faults:
        raise InvalidInput.many(faults)
    return Headings(names, tuple(unknown))


@dataclass
class Cells:
    """One row by column name, which gathers every fault instead of stopping at the first."""

    row: Row
    headings: Headings
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._texts = {name: self.row.values.get(heading, "") for heading, name in self.headings.names.items()}
        for fault in self.row.faults:
            self.faults.append(
                Fault(self.headings.names.get(fault.field, fault.field), fault.rule, fault.mend, **fault.params)
            )

    def raw(self, name: str) -> str:
        """The cell as it stands; ``""`` if it is empty or the file has no such column."""
        return self._texts.get(name, "")

    def is_number(self, name: str) -> bool:
        """Whether Excel kept the cell as a number."""
        return any(self.headings.names.get(heading) == name for heading in self.row.numbers)

    def text(self, name: str, max_length: int, *, multiline: bool = False, required: bool = False) -> str:
        """The cell as text of one line (or several), at most so long."""
        if required and not self.raw(name):
            self.faults.append(Fault(name, N_("This is needed.")))
            return ""
        try:
            return clean(self.raw(name), multiline, max_length, name)
        except InvalidInput as error:
            self.faults.extend(error.faults)
            return ""

    def take(self, name: str, read: Callable[[str], T], *, required: bool = False) -> T | None:
        """What `read` makes of the cell; None if it is empty or wrong."""
        text = self.raw(name)
        if not text:
            if required:
                self.faults.append(Fault(name, N_("This is needed.")))
            return None
        try:
            return read(clean(text, field=name))
        except InvalidInput as error:
            self.faults.extend(Fault(name, fault.rule, fault.mend, **fault.params) for fault in error.faults)
            return None
