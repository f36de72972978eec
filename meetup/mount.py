"""A mount: Meetup as it stands in one application under one address, with its settings, plugins and database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import Connection, Engine

from meetup import config
from meetup.access import SYSTEM, Actor
from meetup.clock import Clock, system_clock
from meetup.db import Database
from meetup.domain import mailaddress
from meetup.errors import BadConfiguration, InvalidInput
from meetup.kept import Kept, KeptPage
from meetup.outbox.notice import Notice
from meetup.plugins.branches import branches
from meetup.plugins.manager import PluginManager
from meetup.replica import Replica
from meetup.storage import FolderStorage, Storage
from meetup.web.i18n import Words
from meetup.work import Work

#: How much of calendars a process keeps.
PARTS_BYTES = 16 * 1024 * 1024
FILES_BYTES = 8 * 1024 * 1024
#: How much of drawn pages.
PAGES_CHARACTERS = 8 * 1024 * 1024


class Identity(Protocol):
    """Who is at the other end: what a host's sign-in has to answer for Meetup.

    A host that also has ``colleagues(work)``, which gives its staff as actors with their
    e-mail addresses, lets them be called by name in notes (``@name``).
    """

    def actor(self) -> Actor | None:
        """The member of staff behind the current request, or None."""
        ...

    def login_url(self, after: str) -> str:
        """Where to sign in; `after` is the path to come back to."""
        ...

    def logout_url(self) -> str:
        """Where to sign out."""
        ...


class Nobody:
    """The identity of a host that brought none: nobody is staff, and nobody can sign in."""

    def actor(self) -> Actor | None:
        return None

    def login_url(self, after: str) -> str:
        return ""

    def logout_url(self) -> str:
        return ""


@dataclass(frozen=True)
class Options:
    """What a host may bring; each has a default that works alone."""

    name: str = "meetup"
    url_prefix: str = ""
    engine: Engine | None = None
    identity: Identity | None = None
    storage: Storage | None = None
    clock: Clock = system_clock
    settings: Mapping[str, Any] | None = None
    plugins: Sequence[tuple[str, Any]] = field(default=())


class Mount:
    """Meetup in one application, under one address.

    Found as ``app.extensions["meetup"][name]``. Making it opens no connection.

    Raises:
        BadConfiguration: with every fault of the settings and plugins.
    """

    def __init__(self, app: Flask, options: Options, builtin: Sequence[tuple[str, Any]]) -> None:
        self.app = app
        self.name = options.name
        self.url_prefix = options.url_prefix.rstrip("/")
        self.clock = options.clock
        self.identity: Identity = options.identity or Nobody()
        file = Path(app.instance_path) / "meetup.toml"
        # Which names there are only the plugins can say, and which plugins there are only the settings.
        first = config.load(app.config, file=file, overrides=options.settings, whole=False)
        self.plugins = PluginManager(first.plugins, builtin, trace=first.trace_hooks)
        for name, plugin in options.plugins:
            self.plugins.register(plugin, name)
        extra = self.plugins.gather("meetup_settings")
        self.settings = config.load(app.config, file=file, overrides=options.settings, extra=extra)
        if self.app.config.get("MAIL_DEFAULT_SENDER") and (fault := self.mail_fault):
            raise BadConfiguration([fault])
        self.secret = self._secret()
        self.storage: Storage = options.storage or FolderStorage(Path(app.instance_path) / "attachments")
        self.database = Database(self._database_url(), options.engine or self._host_engine())
        #: The copy that public pages are read from, if there is one.
        self.replica: Replica | None = Replica(self.settings.replica_url) if self.settings.replica_url else None
        self.keeps_pages = bool(self.settings.keep_pages) and not self.plugins.draws()
        self.notices: dict[str, Notice] = {notice.name: notice for notice in self.plugins.gather("meetup_notices")}
        self.channels: dict[str, Any] = {}
        #: Parts of calendar files with the years that their zones cover (rule E6), and whole files by their tags.
        self.kept_parts: Kept[tuple[bytes, dict[str, tuple[int, int]]]] = Kept(PARTS_BYTES, lambda kept: len(kept[0]))
        self.kept_files: Kept[bytes] = Kept(FILES_BYTES, len)
        #: Drawn public pages (see :mod:`meetup.web.keeping`).
        self.kept_pages: Kept[KeptPage] = Kept(PAGES_CHARACTERS, lambda kept: len(kept.body))
        #: Plugin name → the folders of its migrations.
        self.migrations: dict[str, tuple[str, ...]] = branches(self.plugins)
        self.words = Words(self.plugins.packages())
        self.jinja: Any = None
        #: What requests are counted by (see :mod:`meetup.web.metrics`).
        self.metrics: Any = None

    def _secret(self) -> str:
        secret = self.settings.secret_key or self.app.config.get("SECRET_KEY")
        if secret:
            return str(secret)
        raise BadConfiguration(
            [
                "MEETUP_SECRET_KEY is not set and the application has no SECRET_KEY; "
                f"set one, such as {secrets.token_urlsafe(24)}"
            ]
        )

    def _database_url(self) -> str:
        if self.settings.database_url:
            return str(self.settings.database_url)
        return f"sqlite:///{Path(self.app.instance_path) / 'meetup.sqlite3'}"

    def _host_engine(self) -> Engine | None:
        """The engine of the host's own SQLAlchemy extension, when the mount has no database named for it.

        Flask-SQLAlchemy and Flask-SQLAlchemy-Lite both stand at this key; both have
        ``engine`` or ``engines``, which need an application context. Connects to nothing.
        """
        extension = self.app.extensions.get("sqlalchemy")
        if extension is None or self.settings.database_url:
            return None
        with self.app.app_context():
            engine = getattr(extension, "engine", None)
            if engine is None:
                engines = getattr(extension, "engines", {})
                engine = engines.get("default") or engines.get(None)
        return engine if isinstance(engine, Engine) else None

    @contextmanager
    def work(
        self,
        actor: Actor = SYSTEM,
        *,
        now: datetime | None = None,
        write: bool = True,
        request_id: str = "",
        connection: Connection | None = None,
    ) -> Iterator[Work]:
        """A unit of work outside a request: for commands, the worker and tests.

        What was not committed when the block ends is rolled back.

        Args:
            actor: who does it.
            now: the instant, aware; the clock's by default.
            write: whether it may write.
            request_id: of what caused it.
            connection: of :meth:`meetup.db.Database.writing`, where many units follow each other.
        """
        with self.database.session(write=write, connection=connection) as db:
            yield Work(self, db, now or self.clock(), actor, request_id or secrets.token_hex(8))

    @property
    def migration_locations(self) -> tuple[str, ...]:
        """The folders of the plugins' migrations, for :mod:`meetup.migrate`."""
        return tuple(folder for folders in self.migrations.values() for folder in folders)

    def path(self, endpoint: str, **values: Any) -> str:
        """The path of one of this mount's pages, from the root of the site."""
        root = urlsplit(self.settings.base_url).path.rstrip("/") + "/"
        adapter = self.app.url_map.bind("meetup.invalid", root)
        return adapter.build(f"{self.name}.{endpoint}", values)

    def url(self, endpoint: str, **values: Any) -> str:
        """The whole address of one of this mount's pages, for mails and calendars."""
        parts = urlsplit(self.settings.base_url)
        return f"{parts.scheme}://{parts.netloc}{self.path(endpoint, **values)}"

    @property
    def mail_from(self) -> str:
        """The programme's address: what mail comes from and what a calendar's ORGANIZER is."""
        chosen = self.settings.mail_from or self.app.config.get("MAIL_DEFAULT_SENDER") or ""
        if isinstance(chosen, (tuple, list)):
            chosen = chosen[1]
        elif str(chosen).endswith(">"):
            chosen = parseaddr(str(chosen))[1]
        return str(chosen) or f"meetup@{urlsplit(self.settings.base_url).hostname or 'localhost'}"

    @property
    def mail_fault(self) -> str:
        """Why no mail can leave by these settings, whoever it is for; empty if it can."""
        try:
            mailaddress.parts(self.mail_from)
        except InvalidInput:
            return (
                f"mail would come from {self.mail_from!r}, which is no e-mail address; "
                "set MEETUP_MAIL_FROM or MAIL_DEFAULT_SENDER to the programme's"
            )
        return ""

    @property
    def mail_domain(self) -> str:
        """The domain of Message-IDs."""
        return str(self.settings.mail_domain or self.mail_from.rpartition("@")[2])


def mounts(app: Flask) -> dict[str, Mount]:
    """The mounts of `app` by name."""
    found: dict[str, Mount] = app.extensions.setdefault("meetup", {})
    return found
