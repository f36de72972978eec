"""How values look on screen: dd/mm/yyyy HH:MM in the right zone, 1.234,56, weekdays by name."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from babel.numbers import format_decimal

from meetup.web.current import current_mount
from meetup.web.i18n import _, locale_code, ngettext


def _local(value: datetime, zone: str = "") -> datetime:
    return value.astimezone(ZoneInfo(zone or current_mount().settings.timezone))


def format_datetime(value: datetime | None, zone: str = "") -> str:
    """``05/09/2026 07:00`` in `zone`, or in the site's."""
    return _local(value, zone).strftime("%d/%m/%Y %H:%M") if value else ""


def format_date(value: date | datetime | None, zone: str = "") -> str:
    """``05/09/2026``."""
    if isinstance(value, datetime):
        value = _local(value, zone)
    return value.strftime("%d/%m/%Y") if value else ""


def format_time(value: datetime | None, zone: str = "") -> str:
    """``07:00``."""
    return _local(value, zone).strftime("%H:%M") if value else ""


def format_weekday(value: date | datetime | None, zone: str = "") -> str:
    """``Thứ Bảy`` or ``Saturday``."""
    if isinstance(value, datetime):
        value = _local(value, zone)
    return get_day_names("wide", locale=locale_code())[value.weekday()].title() if value else ""


def format_number(value: int | float | Decimal | None, digits: int = 0) -> str:
    """``1.234,56`` in Vietnamese, ``1,234.56`` in English; nothing for None."""
    if value is None:
        return "–"
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=locale_code())


def format_size(size: int) -> str:
    """How large a file of `size` bytes is: ``48 B``, ``1,2 MB`` in Vietnamese, ``1.2 MB`` in English."""
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 999.5:
            return f"{format_number(value, 0 if unit == 'B' else 1)} {unit}"
        value /= 1000
    return f"{format_number(value, 1)} GB"


def format_days_left(days: int | None) -> str:
    """Working days left, or how many late, in words."""
    if days is None:
        return ""
    if days < 0:
        return ngettext("%(num)d working day late", "%(num)d working days late", -days)
    if days == 0:
        return _("due today")
    return ngettext("%(num)d working day left", "%(num)d working days left", days)


def format_phone(value: str | None) -> str:
    """``0912 345 678`` for a Vietnamese number, the international form for others."""
    if not value:
        return ""
    # Imported for the first number that is shown, like in the enterprises' identifiers.
    import phonenumbers

    try:
        number = phonenumbers.parse(value, "VN")
    except phonenumbers.NumberParseException:
        return value
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if number.country_code == 84 else style.INTERNATIONAL)


def name_of(thing: Any) -> str:
    """A thing's name in the reader's language: ``name_en`` where English is read and there is one."""
    if thing is None:
        return ""
    english = getattr(thing, "name_en", None)
    if english and locale_code() == "en":
        return str(english)
    return str(thing.name)


def reached(contact: Any) -> str:
    """How a contact is reached, in a line."""
    return " · ".join(part for part in (contact.name, contact.email, format_phone(contact.phone)) if part)


FILTERS = {
    "datetime": format_datetime,
    "date": format_date,
    "time": format_time,
    "weekday": format_weekday,
    "number": format_number,
    "size": format_size,
    "days_left": format_days_left,
    "phone": format_phone,
    "name_of": name_of,
}
