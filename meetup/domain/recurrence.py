"""The rule by which a series repeats: an RRULE (RFC 5545 §3.3.10), checked, and in words (rule B1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from meetup.domain.text import clean
from meetup.errors import N_, InvalidInput

#: No rule asks for, and no rule is expanded to, more occurrences than this.
MOST = 1_000

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
# What may stand in a rule besides FREQ, by frequency. Times of day are those of the start, and what RFC 5545
# forbids (BYMONTHDAY in a week, BYDAY=3FR in a week) or what no coffee needs (BYWEEKNO, BYYEARDAY) is not taken.
_ENDS = {"INTERVAL", "COUNT", "UNTIL", "WKST"}
_PARTS = {
    "DAILY": _ENDS | {"BYDAY"},
    "WEEKLY": _ENDS | {"BYDAY"},
    "MONTHLY": _ENDS | {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
    "YEARLY": _ENDS | {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
}
_ORDER = ("FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST", "COUNT", "UNTIL")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_WORDS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_NTH_WORDS = {
    1: N_("the first %(day)s of each month"),
    2: N_("the second %(day)s of each month"),
    3: N_("the third %(day)s of each month"),
    4: N_("the fourth %(day)s of each month"),
    5: N_("the fifth %(day)s of each month"),
    -1: N_("the last %(day)s of each month"),
}


@dataclass(frozen=True)
class Rule:
    """An RRULE that was checked.

    Args:
        parts: name → value, in the order in which they are written.
    """

    parts: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return ";".join(f"{name}={value}" for name, value in self.parts)

    def get(self, name: str) -> str:
        """The value of a part; empty where it is not there."""
        return dict(self.parts).get(name, "")

    @property
    def count(self) -> int | None:
        """How many occurrences there are, those left out among them."""
        return int(self.get("COUNT")) if self.get("COUNT") else None

    @property
    def until(self) -> datetime | None:
        """The last instant at which one may begin, aware, UTC."""
        return _instant(self.get("UNTIL")) if self.get("UNTIL") else None

    def ending(self, *, count: int | None = None, until: datetime | None = None) -> Rule:
        """The same rule with this end, or with none; `until` is aware."""
        kept = [(name, value) for name, value in self.parts if name not in ("COUNT", "UNTIL")]
        if count is not None:
            kept.append(("COUNT", str(count)))
        elif until is not None:
            kept.append(("UNTIL", f"{until.astimezone(UTC):%Y%m%dT%H%M%SZ}"))
        return Rule(tuple(kept))

    def before(self, start: datetime) -> Rule:
        """The same rule, ended just before the occurrence at `start` (aware): the "from here on" of rule B4."""
        return self.ending(until=start - timedelta(seconds=1))


def parse_rule(text: str, *, field: str = "recurrence") -> Rule:
    """`text` as a rule, with or without ``RRULE:`` before it.

    Args:
        text: such as ``FREQ=MONTHLY;BYDAY=3FR``.
        field: the field's name for the error.

    Raises:
        InvalidInput: for what is no rule of days, weeks, months or years, or has COUNT and UNTIL (RFC 5545 §3.3.10).
    """
    typed = clean(text, field=field).upper().replace(" ", "").removeprefix("RRULE:").strip(";")
    pairs = [part.partition("=") for part in typed.split(";")] if typed else []
    parts = {name: value for name, _, value in pairs}
    frequency = parts.get("FREQ", "")
    if len(parts) != len(pairs) or frequency not in _FREQUENCIES:
        raise InvalidInput(
            field,
            N_("This is no rule of days, weeks, months or years."),
            N_("Write it like FREQ=MONTHLY;BYDAY=3FR."),
        )
    foreign = sorted(parts.keys() - _PARTS[frequency] - {"FREQ"})
    if foreign:
        raise InvalidInput(
            field,
            N_("%(parts)s cannot stand in a rule by %(frequency)s."),
            N_("Write it like FREQ=MONTHLY;BYDAY=3FR."),
            parts=", ".join(foreign),
            frequency=frequency,
        )
    if "COUNT" in parts and "UNTIL" in parts:
        raise InvalidInput(field, N_("A rule ends by COUNT or by UNTIL, not by both."), N_("Leave one of them out."))
    for name, value in parts.items():
        if not _reads(frequency, name, value):
            raise InvalidInput(
                field,
                N_("%(name)s=%(value)s cannot be read."),
                N_("UNTIL is an instant in UTC, such as 20271231T170000Z; BYDAY names days, such as 3FR or MO,TH.")
                if name in ("UNTIL", "BYDAY")
                else N_("Write whole numbers."),
                name=name,
                value=value[:60],
            )
    days = parts.keys() & {"BYDAY", "BYMONTHDAY"}
    if ("BYSETPOS" in parts and not days) or (frequency == "YEARLY" and days and "BYMONTH" not in parts):
        raise InvalidInput(
            field,
            N_("This rule does not say which days it means."),
            N_("BYSETPOS chooses among days of BYDAY; a day of a year needs its BYMONTH."),
        )
    if frequency == "DAILY" and "BYDAY" in parts and parts.get("INTERVAL", "1") != "1":
        raise InvalidInput(field, N_("A rule by days of the week goes by weeks."), N_("Write FREQ=WEEKLY."))
    return Rule(tuple((name, parts[name]) for name in _ORDER if name in parts))


def _reads(frequency: str, name: str, value: str) -> bool:
    if name == "FREQ":
        return True
    if name == "UNTIL":
        try:
            return value.endswith("Z") and bool(_instant(value))
        except ValueError:
            return False
    if name in ("COUNT", "INTERVAL"):
        return _number(value, 1, MOST if name == "COUNT" else 100)
    if name == "WKST":
        return value in _DAYS
    listed = value.split(",")
    if name == "BYDAY":
        numbered = frequency in ("MONTHLY", "YEARLY")
        return all(
            one[-2:] in _DAYS and (not one[:-2] or (numbered and _number(one[:-2], -5, 5) and int(one[:-2]) != 0))
            for one in listed
        )
    limit = {"BYMONTHDAY": 31, "BYMONTH": 12, "BYSETPOS": 31}[name]
    low = 1 if name == "BYMONTH" else -limit
    return all(_number(one, low, limit) and int(one) != 0 for one in listed)


def _number(text: str, low: int, high: int) -> bool:
    bare = text.removeprefix("+").removeprefix("-")
    return bare.isascii() and bare.isdigit() and len(bare) < 6 and low <= int(text) <= high


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def rule_words(rule: Rule, starts_at: datetime, zone: str, say: Callable[[str], str]) -> str:
    """`rule` in words: "The third Friday of each month, 07:30".

    Args:
        rule: of the series.
        starts_at: of its first occurrence, aware.
        zone: whose clocks it goes by.
        say: gives an English sentence in the reader's language.
    """
    local = starts_at.astimezone(ZoneInfo(zone))
    words = [_when(rule, local, say), f"{local:%H:%M}"]
    if rule.count:
        words.append(say(N_("%(count)s times")) % {"count": rule.count})
    elif rule.until:
        words.append(say(N_("until %(date)s")) % {"date": f"{rule.until.astimezone(ZoneInfo(zone)):%d/%m/%Y}"})
    text = ", ".join(words)
    return text[:1].upper() + text[1:]


def _when(rule: Rule, local: datetime, say: Callable[[str], str]) -> str:
    every = int(rule.get("INTERVAL") or 1)
    frequency = rule.get("FREQ")
    days = rule.get("BYDAY").split(",") if rule.get("BYDAY") else []
    names = ", ".join(say(_DAY_WORDS[_DAYS.index(day[-2:])]) for day in days)
    plain = not any(rule.get(name) for name in ("BYSETPOS", "BYMONTH"))
    own = {"count": every, "days": names or say(_DAY_WORDS[local.weekday()]), "rule": str(rule.ending())}
    if frequency == "DAILY":
        if days:
            return say(N_("each %(days)s")) % own
        return say(N_("every day") if every == 1 else N_("every %(count)s days")) % own
    if frequency == "WEEKLY":
        return say(N_("each %(days)s") if every == 1 else N_("every %(count)s weeks on %(days)s")) % own
    if frequency == "MONTHLY" and plain:
        nth = int(days[0][:-2]) if len(days) == 1 and days[0][:-2] else 0
        text = ""
        if nth in _NTH_WORDS and not rule.get("BYMONTHDAY"):
            text = say(_NTH_WORDS[nth]) % {"day": names}
        elif not days and rule.get("BYMONTHDAY") == "-1":
            text = say(N_("the last day of each month"))
        elif not days and (rule.get("BYMONTHDAY") or str(local.day)).isdigit():
            text = say(N_("day %(day)s of each month")) % {"day": rule.get("BYMONTHDAY") or local.day}
        if text:
            return text if every == 1 else ", ".join([text, say(N_("every %(count)s months")) % own])
    return say(N_("by the rule %(rule)s")) % own
