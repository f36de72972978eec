"""Orders as a secretary types them, one a line: ``STC 10 ngày làm việc: hướng dẫn hồ sơ``.

A line is one or more department codes (the first leads, the others coordinate), then a
number of working days or a date, then a colon and the task.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from meetup.domain.text import fold
from meetup.errors import N_, Fault, InvalidInput

_LINE = re.compile(r"^(?P<head>[^:]{1,200}):(?P<task>.*)$", re.DOTALL)
_DAYS = re.compile(r"^(?P<days>\d{1,4})\s*(?:ngay lam viec|ngay|nlv|working days?|days?|wd)?$")
_DATE = re.compile(r"^(?:truoc ngay|truoc|den ngay|den|ngay|by|until|on)?\s*(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?$")


@dataclass(frozen=True)
class OrderLine:
    """One order, its departments by code.

    Args:
        lead: the code of the department that leads.
        task: what is to be done.
        coordinating: codes of those that work along.
        working_days: how long it has, or
        due_on: until when; neither where the line names none.
    """

    lead: str
    task: str
    coordinating: tuple[str, ...] = ()
    working_days: int | None = None
    due_on: date | None = None


def parse_orders(text: str, codes: Sequence[str], today: date, field: str = "lines") -> list[OrderLine]:
    """Every line of `text` as an order; empty lines are skipped.

    Args:
        codes: the departments' codes; found without regard to case and diacritics.
        today: completes a date without a year to its next occurrence.
        field: where faults belong.

    Raises:
        InvalidInput: naming each line that cannot be read, and why.
    """
    known = {fold(code): code for code in codes}
    found: list[OrderLine] = []
    faults: list[Fault] = []
    for at, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(parse_order(line, known, today, field, at))
        except InvalidInput as error:
            faults.extend(error.faults)
    if faults:
        raise InvalidInput.many(faults)
    return found


def parse_order(line: str, known: dict[str, str], today: date, field: str = "lines", at: int = 1) -> OrderLine:
    """One line as an order.

    Args:
        known: folded code → code.
        at: the line's number, for its faults.

    Raises:
        InvalidInput: at `field`.
    """
    match = _LINE.match(line.strip())
    if match is None or not match["task"].strip():
        raise InvalidInput(
            field,
            N_("Line %(line)s: an order needs a colon and a task."),
            N_("Write it like this: STC 10 ngày làm việc: hướng dẫn hồ sơ"),
            line=at,
        )
    words = re.split(r"[\s,;+]+", match["head"].strip())
    departments: list[str] = []
    while words and (code := known.get(fold(words[0]))) is not None:
        departments.append(code)
        words.pop(0)
    if not departments:
        raise InvalidInput(
            field,
            N_("Line %(line)s: “%(word)s” is no department's code."),
            N_("Begin with a code from the list."),
            line=at,
            word=(words[0] if words else "")[:40],
        )
    days, due_on = _until(" ".join(words), today, field, at)
    lead, *along = dict.fromkeys(departments)
    return OrderLine(lead, match["task"].strip(), tuple(along), days, due_on)


def _until(words: str, today: date, field: str, at: int) -> tuple[int | None, date | None]:
    plain = fold(words)
    if not plain:
        return None, None
    if days := _DAYS.match(plain):
        return int(days["days"]), None
    if on := _DATE.match(plain):
        day, month = int(on[1]), int(on[2])
        try:
            if on[3]:
                return None, date(int(on[3]), month, day)
            this_year = date(today.year, month, day)
            return None, this_year if this_year >= today else date(today.year + 1, month, day)
        except ValueError:
            pass
    raise InvalidInput(
        field,
        N_("Line %(line)s: “%(words)s” is neither a number of working days nor a date."),
        N_("Write 10 ngày làm việc or 30/11/2026."),
        line=at,
        words=words[:60],
    )
