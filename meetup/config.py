"""Every ``MEETUP_*`` setting: its name, type, default and one sentence.

Read from the environment, ``instance/meetup.toml`` and ``app.config``, the
first of them that has it wins. All faults are reported together.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from meetup.domain import mailaddress, workdays
from meetup.domain.reminders import parse_escalation, parse_offsets
from meetup.errors import BadConfiguration, InvalidInput

#: A site as a Content-Security-Policy names it; with anything else in it a directive could be slipped in.
_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?", re.IGNORECASE)

#: What the address of a Redis or a RabbitMQ begins with.
_BROKERS = frozenset({"redis", "rediss", "redis+socket", "sentinel", "amqp", "amqps", "pyamqp"})


@dataclass(frozen=True)
class Setting:
    """One setting.

    Args:
        name: without the ``MEETUP_`` prefix, upper case.
        kind: what a text from the environment becomes.
        default: used when nobody sets it.
        sentence: what it is for, for the documentation and the doctor.
        check: gives a fault as a sentence, or None.
    """

    name: str
    kind: type
    default: Any
    sentence: str
    check: Callable[[Any], str | None] | None = None

    def read(self, raw: Any) -> Any:
        """`raw` as this setting's type.

        Raises:
            ValueError: with a sentence that says what is wrong and how to mend it.
        """
        value = self._convert(raw)
        fault = self.check(value) if self.check else None
        if fault:
            raise ValueError(fault)
        return value

    def _convert(self, raw: Any) -> Any:
        if self.kind is bool and isinstance(raw, str):
            if raw.strip().lower() in {"1", "true", "yes", "on"}:
                return True
            if raw.strip().lower() in {"0", "false", "no", "off", ""}:
                return False
            raise ValueError("is neither true nor false; write 1 or 0")
        if self.kind is int and not isinstance(raw, bool):
            try:
                return int(raw)
            except (TypeError, ValueError):
                raise ValueError(f"is not a whole number: {raw!r}; write digits only") from None
        if self.kind is tuple:
            if isinstance(raw, str):
                return tuple(part.strip() for part in raw.split(",") if part.strip())
            if isinstance(raw, (list, tuple)):
                return tuple(str(part) for part in raw)
            raise ValueError("is not a list; write the parts with commas between them")
        if not isinstance(raw, self.kind):
            raise ValueError(f"is not of type {self.kind.__name__}: {raw!r}")
        return raw


def _zone(value: str) -> str | None:
    try:
        ZoneInfo(value)
    except Exception:
        return f"is no time zone: {value!r}; use an IANA name such as Asia/Ho_Chi_Minh"
    return None


def _offsets(value: str) -> str | None:
    try:
        for part in value.split(";"):
            parse_offsets(part)
    except InvalidInput as error:
        return f"cannot be read: {error}"
    return None


def _escalation(value: str) -> str | None:
    try:
        parse_escalation(value)
    except InvalidInput as error:
        return f"cannot be read: {error}"
    return None


def _positive(value: int) -> str | None:
    return None if value > 0 else f"must be greater than 0, not {value}"


def _not_negative(value: int) -> str | None:
    return None if value >= 0 else f"must be 0 or more, not {value}"


def _locales(value: tuple[str, ...]) -> str | None:
    known = {"vi", "en"}
    if not value or set(value) - known:
        return f"must name languages out of {', '.join(sorted(known))}, not {','.join(value)!r}"
    return None


def _base_url(value: str) -> str | None:
    if value and not value.startswith(("http://", "https://")):
        return f"must begin with https:// or http://, not {value!r}"
    return None


def _origins(value: tuple[str, ...]) -> str | None:
    for one in value:
        if not _ORIGIN.fullmatch(one):
            return f"must name sites by scheme and host alone, such as https://province.example, not {one!r}"
    return None


def _address(value: str) -> str | None:
    try:
        if value:
            mailaddress.parts(value)
    except InvalidInput:
        return f"is no e-mail address: {value!r}; write the address alone, such as coffee@province.example"
    return None


def _mail_domain(value: str) -> str | None:
    if value and not mailaddress.domain(value):
        return f"is no domain: {value!r}; write what stands after the @, such as province.example"
    return None


def _country(value: str) -> str | None:
    if not workdays.is_known(value):
        return f"is no country whose holidays are known: {value!r}; write its two letters, such as VN"
    return None


def _database(value: str) -> str | None:
    """The value may hold a password, so it is not repeated."""
    try:
        kind = make_url(value).get_backend_name() if value else "sqlite"
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in {"sqlite", "postgresql", "postgres"}:
        return "is no address of a database that is known; write postgresql://user@host/name or sqlite:////path/of/file"
    return None


def _broker(value: str) -> str | None:
    if value and value.partition("://")[0] not in _BROKERS:
        return "is no address of a broker that is known; write redis://host:6379/0 or amqp://user@host//"
    return None


def _log_format(value: str) -> str | None:
    return None if value in {"text", "json"} else f"must be text or json, not {value!r}"


SETTINGS: tuple[Setting, ...] = (
    Setting("DATABASE_URL", str, "", "Where the database is; empty: SQLite in the instance folder.", _database),
    Setting(
        "REPLICA_URL",
        str,
        "",
        "A copy of the database from which public pages and feeds are read; empty: none.",
        _database,
    ),
    Setting("TIMEZONE", str, "Asia/Ho_Chi_Minh", "The zone that a programme thinks in.", _zone),
    Setting("COUNTRY", str, "VN", "The country whose public holidays are not working days.", _country),
    Setting("LOCALES", tuple, ("vi", "en"), "The languages offered; the first is the default.", _locales),
    Setting(
        "REMINDERS",
        str,
        "7d,1d,2h;3d,1d,0d",
        "When to remind: before a session, and after a semicolon before a due date.",
        _offsets,
    ),
    Setting(
        "ESCALATION",
        str,
        "1:officer,3:head,7:chair",
        "Working days overdue, and who is told then.",
        _escalation,
    ),
    Setting("CONFIRM_DAYS", int, 10, "Working days an enterprise has to confirm before silence closes.", _positive),
    Setting("SERIES_MONTHS", int, 12, "Months ahead for which a recurring session's occurrences are made.", _positive),
    Setting("OFFER_HOURS", int, 24, "Hours that an offered seat waits for its answer.", _positive),
    Setting("ISSUE_WORKING_DAYS", int, 15, "Working days to answer, when the conclusion names no date.", _positive),
    Setting("BROKER_URL", str, "", "A Celery broker; empty: the embedded worker.", _broker),
    Setting("BASE_URL", str, "http://localhost:5000", "The address that links in mails begin with.", _base_url),
    Setting("WIDGET_SITES", tuple, (), "The sites that may show /widget/ in a frame; empty: this one alone.", _origins),
    Setting("SECRET_KEY", str, "", "Signs links and sessions; empty: the host application's secret key."),
    Setting("PLUGINS", tuple, ("*",), "The plugins to enable by name; * for all that are found."),
    Setting("TRACE_HOOKS", bool, False, "Whether every call of a hook is logged: hook, plugin, time taken, outcome."),
    Setting("PROGRAMME", str, "", "The slug of the one programme that this mount shows; empty: all."),
    Setting("SITE_NAME", str, "Cà phê kết nối doanh nghiệp", "The name in the page's head and in mails."),
    Setting("MAIL_FROM", str, "", "The programme's address; empty: Flask-Mail's default sender.", _address),
    Setting("MAIL_DOMAIN", str, "", "The domain of Message-IDs; empty: that of the programme's address.", _mail_domain),
    Setting("MAIL_PER_MINUTE", int, 0, "Mails a minute to one recipient domain at most; 0: no limit.", _not_negative),
    Setting("MAIL_PER_MINUTE_IN_ALL", int, 0, "Mails a minute at most, to all together; 0: no limit.", _not_negative),
    Setting("MAIL_KEEP_DAYS", int, 730, "Days that a sent message is kept as it was sent.", _positive),
    Setting(
        "KEEP_CONTACT_DAYS",
        int,
        730,
        "Days after which a person of whom nothing more was heard is forgotten; 0: never.",
        _not_negative,
    ),
    Setting(
        "KEEP_UNSUCCESSFUL_DAYS",
        int,
        183,
        "Days after a session that the people of registrations are kept from which nobody came; 0: for ever.",
        _not_negative,
    ),
    Setting(
        "KEEP_COMMENT_DAYS",
        int,
        183,
        "Days that the e-mail address behind a comment is kept; 0: for ever.",
        _not_negative,
    ),
    Setting(
        "KEEP_PHOTO_DAYS",
        int,
        183,
        "Days after its last change that a photograph is kept which is not published; 0: for ever.",
        _not_negative,
    ),
    Setting(
        "KEEP_LOG_DAYS",
        int,
        1826,
        "Days that the activity log's entries say who and what in words; their chain stays. 0: for ever.",
        _not_negative,
    ),
    Setting("UPLOAD_MAX_BYTES", int, 10 * 1024 * 1024, "The size that one attachment may have.", _positive),
    Setting("UPLOAD_MAX_FILES", int, 3, "The number of attachments that one form may carry.", _positive),
    Setting(
        "KEEP_PAGES",
        bool,
        False,
        "Whether drawn public pages are kept until a change; the stand-alone site does. "
        "Not for a host whose base template shows who is signed in.",
    ),
    Setting(
        "LOG_FORMAT", str, "text", "How the log's lines are written: text, or json with one object a line.", _log_format
    ),
    Setting("RATE_LIMITS", bool, True, "Whether registrations, sign-ins and token guesses are limited by address."),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}


class Settings:
    """The settings of one mount, read once, as attributes in lower case."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name.upper()]
        except KeyError:
            raise AttributeError(f"there is no setting MEETUP_{name.upper()}") from None

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    @property
    def session_offsets(self) -> str:
        """The part of ``MEETUP_REMINDERS`` that counts back from a session's start."""
        return str(self._values["REMINDERS"]).partition(";")[0]

    @property
    def due_offsets(self) -> str:
        """The part of ``MEETUP_REMINDERS`` that counts back from a due date."""
        return str(self._values["REMINDERS"]).partition(";")[2] or "3d,1d,0d"


def read_file(path: Path) -> dict[str, Any]:
    """The settings in a ``meetup.toml``, by their full names; an absent file is empty.

    Raises:
        BadConfiguration: if the file is not TOML.
    """
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration([f"{path.name}: is not TOML: {error}"]) from None


def load(
    app_config: Mapping[str, Any],
    *,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
    extra: Iterable[Setting] = (),
    whole: bool = True,
) -> Settings:
    """Read and check every setting.

    Args:
        app_config: the Flask application's configuration.
        file: ``instance/meetup.toml``, if there may be one.
        environ: the environment; the process's own by default.
        overrides: what one of several mounts in a process sets for itself; strongest.
        extra: settings that plugins bring.
        whole: whether `extra` is all that there is: only then is any other name in the file a fault,
            and are faults told, all of them together.

    Raises:
        BadConfiguration: with a line for every fault.
    """
    environment = os.environ if environ is None else environ
    written = read_file(file) if file else {}
    values: dict[str, Any] = {}
    faults: list[str] = []
    for setting in (*SETTINGS, *extra):
        full = f"MEETUP_{setting.name}"
        for source, found in (
            ("", overrides),
            ("environment", environment),
            (file and file.name, written),
            ("", app_config),
        ):
            if found is not None and full in found:
                try:
                    values[setting.name] = setting.read(found[full])
                except ValueError as error:
                    where = f" (from {source})" if source else ""
                    faults.append(f"{full}{where} {error}")
                    values[setting.name] = setting.default
                break
        else:
            values[setting.name] = setting.default
    known = {f"MEETUP_{setting.name}" for setting in (*SETTINGS, *extra)}
    faults += [
        f"{name} (from {file.name if file else 'file'}) is no setting; see the list of settings for its spelling"
        for name in written
        if name.startswith("MEETUP_") and name not in known
    ]
    if faults and whole:
        raise BadConfiguration(faults)
    return Settings(values)
