"""A PostgreSQL server for one run: the one that MEETUP_TEST_POSTGRESQL names, or a throw-away cluster."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import OperationalError

#: Nothing of it has to survive anything. The odd zone is meant: whoever trusts the server's zone fails here.
_FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
    "timezone=Asia/Kathmandu",
)


class Unavailable(Exception):
    """There is no PostgreSQL to be had; the message says why and what would mend it."""


def given_url() -> str:
    """The server that the caller brings, if any: a role there must be allowed to make databases."""
    return os.environ.get("MEETUP_TEST_POSTGRESQL", "")


def find_programs() -> Path:
    """The folder with initdb and postgres.

    Raises:
        Unavailable: if there is none.
    """
    found = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), key=_version)
    if beside := shutil.which("initdb"):
        found.insert(0, beside)
    if not found:
        raise Unavailable("initdb is not installed; run make test-deps, or name a server in MEETUP_TEST_POSTGRESQL")
    return Path(found[-1]).parent


def _version(path: str) -> float:
    try:
        return float(Path(path).parent.parent.name)
    except ValueError:
        return 0.0


def start_cluster(controller: int) -> tuple[str, Path]:
    """Start a cluster of our own; gives its URL and its folder.

    Args:
        controller: the process that the run belongs to; when it is gone, however it went, so is the cluster.

    Raises:
        Unavailable: if it cannot be started.
    """
    programs = find_programs()
    # A short path, since a socket's name must be short, and one that the other user may reach.
    folder = Path(tempfile.mkdtemp(prefix="meetup-pg-", dir="/tmp"))
    user = _user_for(folder)
    data, port = folder / "data", _free_port()
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "meetup", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        capture_output=True,
        text=True,
        user=user,
        cwd=folder,
        check=False,
    )
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise Unavailable(f"initdb failed: {made.stderr.strip().splitlines()[-1:]}")
    options = [part for setting in _FAST for part in ("-c", setting)]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, "-h", "127.0.0.1", "-p", str(port), *options],
            stdout=log,
            stderr=log,
            user=user,
            cwd=folder,
            start_new_session=True,
        )
    _watch(controller, server.pid, folder)
    url = URL.create("postgresql+psycopg", "meetup", host="127.0.0.1", port=port, database="postgres")
    _wait_for(url, server, folder)
    return url.render_as_string(hide_password=False), folder


def _user_for(folder: Path) -> str | None:
    """The user to run as: PostgreSQL refuses root, so there it is the distribution's own user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        return name
    raise Unavailable("root may not run PostgreSQL and there is no user postgres")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _watch(controller: int, server: int, folder: Path) -> None:
    """Leave nothing behind, even when the run is killed: a small shell waits for its end."""
    script = (
        'while kill -0 "$1" 2>/dev/null && kill -0 "$2" 2>/dev/null; do sleep 0.5; done; '
        'kill -QUIT "$2" 2>/dev/null; sleep 1; rm -rf "$3"'
    )
    subprocess.Popen(
        ["sh", "-c", script, "watch", str(controller), str(server), str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait_for(url: URL, server: subprocess.Popen[bytes], folder: Path) -> None:
    engine = create_engine(url)
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with engine.connect():
                engine.dispose()
                return
        except OperationalError:
            time.sleep(0.1)
    lines = (folder / "log").read_text().strip().splitlines()
    if server.poll() is None:
        server.send_signal(signal.SIGQUIT)
    raise Unavailable(f"the server did not start: {lines[-1] if lines else 'no word of why'}")


def admin(url: str) -> Engine:
    """An engine that makes and drops databases."""
    return create_engine(make_url(url), isolation_level="AUTOCOMMIT")


def create_database(engine: Engine, name: str, template: str = "template1") -> str:
    """Make a database; gives its URL."""
    for attempt in range(50):
        try:
            with engine.connect() as connection:
                connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
            break
        except OperationalError:
            # Someone still looks at the template, for instance the server's own vacuum.
            if attempt == 49:
                raise
            time.sleep(0.1)
    return engine.url.set(database=name).render_as_string(hide_password=False)


def drop_database(engine: Engine, name: str) -> None:
    """Drop a database, whoever still looks at it."""
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
