"""The site under test: an application with one mount, on a migrated database, with our clock and mail server."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import event
from werkzeug.serving import make_server

from tests.rig import postgresql
from tests.rig.clock import SettableClock
from tests.rig.mail import SmtpServer
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.access import Actor
    from meetup.mount import Mount
    from meetup.work import Work

SECRET = "a secret that everybody may know, for tests alone"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the caller's own reaches a test: the environment is stronger than app.config."""
    for name in list(os.environ):
        if name.startswith(("MEETUP_", "MAIL_")) and not name.startswith("MEETUP_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture
def server_socket() -> Iterator[socket.socket]:
    """A listening socket: so the live server's address is known before the site is made."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening


@pytest.fixture
def base_url(request: pytest.FixtureRequest) -> str:
    """Where links in mails lead: to the live server, if the test has one."""
    if "live_server" in request.fixturenames:
        listening: socket.socket = request.getfixturevalue("server_socket")
        return f"http://127.0.0.1:{listening.getsockname()[1]}"
    return "http://localhost"


@pytest.fixture
def settings() -> dict[str, Any]:
    """A test's own settings, over the rig's: a module overrides this fixture, or parametrises it."""
    return {}


@pytest.fixture
def config(database_url: str, smtp: SmtpServer, base_url: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the site is made with."""
    return {
        "TESTING": True,
        "SECRET_KEY": SECRET,
        "MEETUP_DATABASE_URL": database_url,
        "MEETUP_SECRET_KEY": SECRET,
        "MEETUP_BASE_URL": base_url,
        "MEETUP_MAIL_FROM": "coffee@province.example",
        "MEETUP_RATE_LIMITS": False,
        # The core alone; the tests of a plugin name it.
        "MEETUP_PLUGINS": "",
        "MAIL_SERVER": smtp.host,
        "MAIL_PORT": smtp.port,
        "MAIL_DEFAULT_SENDER": "coffee@province.example",
        # TESTING would keep Flask-Mail from sending, and what is sent is what we test.
        "MAIL_SUPPRESS_SEND": False,
        **settings,
    }


@pytest.fixture
def site(config: dict[str, Any], clock: SettableClock, tmp_path: Any) -> Iterator[Flask]:
    """The stand-alone site; runs on SQLite and on PostgreSQL. With plugins, their tables are there too."""
    from meetup import create_app
    from meetup.migrate import current, upgrade

    app = create_app(config, clock=clock, instance=tmp_path / "instance")
    app.test_client_class = Visitor
    for mount in app.extensions["meetup"].values():
        if mount.migration_locations:
            with mount.database.connect() as connection:
                bare = not current(connection)
            if not bare:
                upgrade(mount.database.engine, plugin_locations=mount.migration_locations)
    yield app
    for mount in app.extensions["meetup"].values():
        mount.database.dispose()


@pytest.fixture
def mount(site: Flask) -> Mount:
    """The site's one mount: ``mount.work()``, ``mount.settings``, ``mount.url(…)``."""
    found: Mount = site.extensions["meetup"]["meetup"]
    return found


@pytest.fixture
def client(site: Flask) -> Visitor:
    """A visitor with a browser of its own (cookies); more of them: ``site.test_client()``."""
    visitor = site.test_client()
    assert isinstance(visitor, Visitor)
    return visitor


@pytest.fixture
def runner(site: Flask) -> FlaskCliRunner:
    """Runs the site's commands: ``runner.invoke(args=["meetup", "worker", "--once"])``."""
    return site.test_cli_runner()


@pytest.fixture
def work(mount: Mount) -> Callable[..., AbstractContextManager[Work]]:
    """Units of work, by the system unless told: ``with work() as w: …; w.commit()``.

    A block, not a thing that lives as long as the test: on SQLite a unit that may
    write holds the lock, and the site's own requests would wait for it.
    """

    @contextmanager
    def unit(actor: Actor | None = None, *, write: bool = True) -> Iterator[Work]:
        from meetup.access import SYSTEM

        with mount.work(actor or SYSTEM, write=write) as opened:
            yield opened

    return unit


class Statements(list[str]):
    """The SQL statements of a block; ``len(statements)`` counts them."""


@pytest.fixture
def query_counter(mount: Mount) -> Callable[[], AbstractContextManager[Statements]]:
    """Counts statements: ``with query_counter() as statements: client.get(…)``, then ``len(statements)``."""

    @contextmanager
    def counting() -> Iterator[Statements]:
        seen = Statements()

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            # A transaction's frame is no question to the database.
            if not statement.lstrip().upper().startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                seen.append(statement)

        engine = mount.database.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def environment(config: Mapping[str, Any], tmp_path: Any) -> dict[str, str]:
    """The environment in which another process (``meetup run``, ``meetup worker``) is the same site."""
    names = (name for name in config if name.startswith(("MEETUP_", "MAIL_")) and name != "MAIL_SUPPRESS_SEND")
    told = {name: str(config[name]) for name in names}
    return {**os.environ, **told, "MEETUP_INSTANCE": str(tmp_path / "instance")}


@pytest.fixture
def live_server(site: Flask, server_socket: socket.socket, base_url: str) -> Iterator[str]:
    """The site on a port, in threads of this process so that ``clock`` is its clock; gives the address."""
    host, port = server_socket.getsockname()
    server = make_server(host, port, site, threaded=True, fd=server_socket.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield base_url
    server.shutdown()
    thread.join(10)


@pytest.fixture
def elsewhere(backend: str, config: dict[str, Any], tmp_path: Path, request: Any) -> Iterator[Callable[..., Flask]]:
    """Makes the site anew in an empty place."""
    from meetup import create_app

    made: list[Flask] = []
    names: list[str] = []

    def make(**more: Any) -> Flask:
        if backend == "sqlite":
            url = f"sqlite:///{tmp_path / 'elsewhere' / 'meetup.sqlite3'}"
        else:
            names.append(f"meetup_{secrets.token_hex(6)}")
            url = postgresql.create_database(request.getfixturevalue("postgresql_admin"), names[-1])
        made.append(create_app({**config, "MEETUP_DATABASE_URL": url, **more}, instance=tmp_path / "elsewhere"))
        return made[-1]

    yield make
    for app in made:
        app.extensions["meetup"]["meetup"].database.dispose()
    for name in names:
        postgresql.drop_database(request.getfixturevalue("postgresql_admin"), name)
