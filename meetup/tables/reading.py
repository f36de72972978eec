"""Rows out of a CSV or XLSX file that somebody made in Excel, each with the line that it stands on.

Knows nothing of enterprises or sessions: headings are folded (``Mã số thuế`` is ``ma so thue``) and cells
are text. What a file may weigh is limited, packed and unpacked, for it comes from anywhere.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from meetup.domain.text import clean, fold
from meetup.errors import N_, Fault, InvalidInput
from meetup.tables.workbook import read_sheet

#: What a file may weigh as it comes.
MAX_BYTES = 10 * 1024 * 1024
#: How many filled rows a file may have.
MAX_ROWS = 20_000
#: How many columns are looked at.
MAX_COLUMNS = 100
#: The headings are looked for in so many filled lines; above them may stand a title.
_TITLE_LINES = 20
_DELIMITERS = (";", ",", "\t")


@dataclass(frozen=True)
class Row:
    """One filled line below the headings.

    Args:
        line: the line in the file, from 1, as an editor or Excel shows it.
        values: text by folded heading; what is empty is ``""``.
        numbers: the headings whose cells Excel kept as numbers, so that leading zeros are gone.
        faults: what is wrong with the line itself, whatever it means.
    """

    line: int
    values: dict[str, str]
    numbers: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()


#: A line before its headings are known: its number, its cells, the columns that are numbers.
Line = tuple[int, list[str], frozenset[int]]


def read_rows(name: str, content: bytes, known: Collection[str] = ()) -> list[Row]:
    """The rows of a file.

    Args:
        name: the file's name; its ending says what it is.
        content: the whole file.
        known: folded headings that are looked for; they find the line of headings below a title.

    Raises:
        InvalidInput: (field ``file``) if it cannot be read: wrong kind, too large, damaged, no headings.
    """
    if len(content) > MAX_BYTES:
        raise _fault(
            N_("The file is larger than %(limit)s MB."), N_("Split it into several."), limit=MAX_BYTES // 1024**2
        )
    return _rows(_lines(name, content), {fold(heading) for heading in known})


def headings_of(rows: Iterable[Row]) -> set[str]:
    """The folded headings of a file that was read."""
    return {heading for row in rows for heading in row.values}


def _lines(name: str, content: bytes) -> Iterator[Line]:
    ending = PurePath(name).suffix.lower()
    packed = content.startswith(b"PK\x03\x04")
    if ending == ".xlsx" or (packed and ending in {"", ".csv", ".txt"}):
        return _sheet_lines(content)
    if ending in {".csv", ".txt", ".tsv"}:
        return _csv_lines(_decode(content))
    raise _fault(N_("Only CSV and XLSX files can be read."), N_("Save it as “CSV UTF-8” or as .xlsx."))


def _sheet_lines(content: bytes) -> Iterator[Line]:
    for number, cells in read_sheet(content, MAX_COLUMNS):
        numbers = frozenset(column for column, cell in enumerate(cells) if cell.is_number)
        yield number, [cell.text for cell in cells], numbers


def _decode(content: bytes) -> str:
    # UTF-16 is what Excel calls "Unicode text".
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _fault(
            N_("The file is not in UTF-8 (line %(line)s)."), N_("Save it as “CSV UTF-8” or as .xlsx."), line=line
        ) from None
    if "\x00" in text:
        raise _fault(N_("This is not a text file."), N_("Save it as “CSV UTF-8” or as .xlsx."))
    return text


def _csv_lines(text: str) -> Iterator[Line]:
    told = re.match(r"sep=(.)\r?\n", text)
    delimiter = told[1] if told else _delimiter(text)
    for number, cells in _records(text, delimiter):
        if not (told and number == 1):
            yield number, [_csv_cell(cell) for cell in cells], frozenset()


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV text with the line that each begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise _fault(
            N_("Line %(line)s cannot be read: a quotation mark may be missing."), N_("Mend it."), line=begins
        ) from None


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into the most equal parts."""
    sample = text[:20_000]

    def score(delimiter: str) -> tuple[int, int]:
        widths: Counter[int] = Counter()
        try:
            for _number, cells in _records(sample, delimiter):
                if len(cells) > 1:
                    widths[len(cells)] += 1
        except InvalidInput:
            return 0, 0
        width, lines = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return lines, width

    return max(_DELIMITERS, key=score)


def _csv_cell(text: str) -> str:
    if match := re.fullmatch(r'\s*="([^"]*)"\s*', text):
        return match[1]  # The trick that keeps Excel from taking a code for a number.
    return text


def _rows(lines: Iterable[Line], known: set[str]) -> list[Row]:
    filled = (line for line in lines if any(cell.strip() for cell in line[1]))
    head: list[Line] = []
    for line in filled:
        head.append(line)
        if len(head) == _TITLE_LINES:
            break
    if not head:
        raise _fault(N_("The file is empty."))
    place = _heading_line(head, known)
    headings = [fold(clean(cell)).rstrip(" *:") for cell in head[place][1]]
    for heading, times in Counter(filter(None, headings)).items():
        if times > 1:
            raise _fault(
                N_("The heading “%(heading)s” is there %(times)s times."),
                N_("Keep one."),
                heading=heading,
                times=times,
            )
    rows: list[Row] = []
    for line in (*head[place + 1 :], *filled):
        if len(rows) == MAX_ROWS:
            raise _fault(N_("The file has more than %(limit)s rows."), N_("Split it into several."), limit=MAX_ROWS)
        rows.append(_row(line, headings))
    if not rows:
        raise _fault(N_("There are no rows below the headings."))
    return rows


def _heading_line(head: list[Line], known: set[str]) -> int:
    """Where in `head` the headings stand: where most of the known ones are, or else the first line with two cells."""
    if known:
        hits = [sum(fold(cell).rstrip(" *:") in known for cell in cells) for _number, cells, _ in head]
        if max(hits):
            return hits.index(max(hits))
    wide = (place for place, line in enumerate(head) if sum(bool(cell.strip()) for cell in line[1]) > 1)
    return next(wide, 0)


def _row(line: Line, headings: list[str]) -> Row:
    number, cells, number_columns = line
    values: dict[str, str] = {heading: "" for heading in headings if heading}
    faults: list[Fault] = []
    numbers: set[str] = set()
    for column, cell in enumerate(cells[:MAX_COLUMNS]):
        heading = headings[column] if column < len(headings) else ""
        try:
            text = clean(_unescape(cell), multiline=True, field=heading)
        except InvalidInput as error:
            faults.extend(error.faults)
            continue
        if heading:
            values[heading] = text
            if column in number_columns:
                numbers.add(heading)
            if re.fullmatch(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)", text):
                faults.append(Fault(heading, N_("The cell holds an error of Excel's."), N_("Mend it.")))
        elif text:
            faults.append(
                Fault(
                    "",
                    N_("Column %(column)s has text but no heading."),
                    N_("Give it a heading, or put text that has a delimiter in it into quotation marks."),
                    column=column + 1,
                )
            )
    return Row(number, values, frozenset(numbers), tuple(faults))


def _unescape(cell: str) -> str:
    """Without the apostrophe that keeps Excel from taking a text for a formula (our exports write it)."""
    return cell[1:] if re.match(r"'[=+\-@\t\r]", cell) else cell


def _fault(rule: str, mend: str = "", **params: object) -> InvalidInput:
    return InvalidInput("file", rule, mend, **params)
