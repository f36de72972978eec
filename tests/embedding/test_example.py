"""examples/host: a site with its own people, database, history, frame and words, and two programmes in one process."""

from __future__ import annotations

import importlib
import sqlite3
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask_sqlalchemy
import flask_sqlalchemy_lite
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, event, inspect

from meetup.api import Session, create_programme, draft_session, mounts, publish_session

HOST = Path(__file__).resolve().parent.parent.parent / "examples" / "host"
EXTENSIONS = {"flask-sqlalchemy": flask_sqlalchemy, "flask-sqlalchemy-lite": flask_sqlalchemy_lite}


@pytest.fixture(scope="module")
def company() -> Iterator[Any]:
    """The example's package, forgotten afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(HOST))
        yield importlib.import_module("company")
    for name in [name for name in sys.modules if name.partition(".")[0] == "company"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's instance folder."""
    return tmp_path_factory.mktemp("company")


@pytest.fixture(scope="module", params=sorted(EXTENSIONS))
def app(request: pytest.FixtureRequest, company: Any, folder: Path) -> Iterator[Any]:
    """The site with each of the two extensions, nothing migrated; wiring has opened no connection."""
    folder = folder / request.param
    opened: list[Any] = []

    def note(*_arguments: Any) -> None:
        opened.append(_arguments)

    event.listen(Engine, "do_connect", note)
    try:
        made = company.create_app(
            {"TESTING": True, "MEETUP_PLUGINS": ""},
            db=EXTENSIONS[request.param].SQLAlchemy(),
            instance=str(folder),
        )
    finally:
        event.remove(Engine, "do_connect", note)
    assert opened == [], "import or init_app connected to a database"
    assert list(folder.glob("*.sqlite3")) == []
    yield made
    for mount in mounts(made).values():
        mount.database.engine.dispose()


def history(app: Any) -> Config:
    made = Config(HOST / "alembic.ini")
    made.attributes["app"] = app
    return made


def tables(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def run(app: Any, *words: str) -> Any:
    done = app.test_cli_runner().invoke(args=list(words))
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture(scope="module")
def site(app: Any) -> Any:
    """As the README's commands leave it."""
    command.upgrade(history(app), "head")
    run(app, "coffee", "db", "upgrade")
    run(app, "dialogue", "db", "upgrade")
    run(app, "person", "lan@company.example", "--role", "organizer", "--password", "mui ca mau")
    return app


def sign_in(site: Any, after: str) -> Any:
    client = site.test_client()
    form = client.get("/sign-in").text
    token = form.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    typed = {"email": "lan@company.example", "password": "mui ca mau", "csrf_token": token}
    return client, client.post(f"/sign-in?next={after}", data=typed)


def publish(site: Any, mount_name: str, title: str) -> None:
    mount = mounts(site)[mount_name]
    with site.app_context(), mount.work() as work:
        day = work.now + timedelta(days=20)
        session = draft_session(
            work,
            programme=create_programme(work, name=f"Chương trình {mount_name}"),
            title=title,
            venue="Hội trường",
            starts_at=day,
            ends_at=day + timedelta(hours=2),
        )
        publish_session(work, session)
        work.commit()


def test_two_programmes_in_one_process_know_nothing_of_each_other(site: Any) -> None:
    publish(site, "coffee", "Kỳ cà phê")
    publish(site, "dialogue", "Buổi đối thoại")
    client = site.test_client()
    coffee, dialogue = client.get("/coffee/sessions/").text, client.get("/dialogue/sessions/").text
    assert "Kỳ cà phê" in coffee
    assert "Buổi đối thoại" not in coffee
    assert "Buổi đối thoại" in dialogue
    assert "Kỳ cà phê" not in dialogue
    home = client.get("/").text
    assert "/coffee/sessions/" in home
    assert "/dialogue/sessions/" in home
    with mounts(site)["dialogue"].work(write=False) as work:
        assert work.db.query(Session).one().title == "Buổi đối thoại"


def test_the_hosts_people_are_the_staff_of_both(site: Any) -> None:
    asked = site.test_client().get("/coffee/organize/")
    assert asked.status_code == 302
    assert asked.location == "/sign-in?next=/coffee/organize/"
    client, answer = sign_in(site, "/coffee/organize/")
    assert answer.location == "/coffee/organize/"
    desk = client.get("/coffee/organize/")
    assert desk.status_code == 200
    assert 'action="/sign-out"' in desk.text
    assert client.get("/dialogue/organize/").status_code == 200
    token = desk.text.partition('action="/sign-out"')[2].partition('value="')[2].partition('"')[0]
    assert client.post("/sign-out", data={"csrf_token": token}).location == "/"
    assert client.get("/coffee/organize/").status_code == 302


def test_the_way_back_leads_nowhere_else(site: Any) -> None:
    for after in ("//evil.example/", "/\\evil.example/", "https://evil.example/"):
        assert sign_in(site, after)[1].location == "/"


def test_the_hosts_frame_style_and_words_stand_on_every_page(site: Any) -> None:
    client, _answer = sign_in(site, "/")
    for path in ("/coffee/", "/dialogue/sessions/", "/coffee/organize/"):
        text = client.get(path, headers={"Accept-Language": "vi"}).text
        assert 'class="company-name"' in text, path
        assert 'href="/static/company.css"' in text, path
        assert "core:" not in text
    assert "--mu-teal: #1d3f8a" in client.get("/static/company.css").text
    assert "Kính chào quý khách" in client.get("/", headers={"Accept-Language": "vi"}).text
    assert "Welcome" in client.get("/", headers={"Accept-Language": "en"}).text


def test_the_hosts_history_and_ours_do_not_see_each_other(site: Any) -> None:
    folder = Path(site.instance_path)
    both = tables(folder / "company.sqlite3")
    assert {"person", "alembic_version", "meetup_session", "meetup_alembic_version"} <= both
    assert not tables(folder / "dialogue.sqlite3") & {"person", "alembic_version"}
    # Neither wants to add or drop anything of the other's.
    command.check(history(site))
    assert run(site, "coffee", "db", "check").output == "models and database agree\n"
    assert run(site, "dialogue", "db", "check").output == "models and database agree\n"

    command.downgrade(history(site), "base")
    assert both - tables(folder / "company.sqlite3") == {"person"}
    command.upgrade(history(site), "head")
    run(site, "coffee", "db", "downgrade", "base", "--yes")
    left = tables(folder / "company.sqlite3")
    assert {name for name in left if name.startswith("meetup_")} <= {"meetup_alembic_version"}
    assert "person" in left
    assert "meetup_session" in tables(folder / "dialogue.sqlite3"), "the other mount was touched"
    run(site, "coffee", "db", "upgrade")


def test_the_first_mount_shares_the_hosts_engine_and_the_second_does_not(site: Any) -> None:
    with site.app_context():
        theirs = site.extensions["sqlalchemy"].engine
    assert mounts(site)["coffee"].database.engine is theirs
    assert "person" not in inspect(mounts(site)["dialogue"].database.engine).get_table_names()
