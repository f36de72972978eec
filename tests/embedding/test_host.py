"""Meetup in someone else's application: own prefix, own sign-in, own template, two mounts in one process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request, url_for

from meetup import Meetup
from meetup.api import Actor, Panel, Refused, hookimpl, mounts
from meetup.errors import BadConfiguration
from meetup.migrate import upgrade


class HostUsers:
    """A host's sign-in: a header says who it is."""

    def actor(self) -> Actor | None:
        name = request.headers.get("X-Host-User", "")
        return Actor("staff", name, name, frozenset({"organizer"})) if name else None

    def login_url(self, after: str) -> str:
        return f"/host-login?next={after}"

    def logout_url(self) -> str:
        return "/host-logout"


def make_host(tmp_path: Path, templates: str | None = None) -> Flask:
    app = Flask("host", instance_path=str(tmp_path), template_folder=templates or str(tmp_path / "templates"))
    app.config.update(SECRET_KEY="host", TESTING=True)
    app.add_url_rule("/", "home", lambda: "the host's own page " + url_for("coffee.sessions.index"))
    return app


def mounted(app: Flask, tmp_path: Path, name: str, **more: Any) -> Any:
    settings = {
        "MEETUP_DATABASE_URL": f"sqlite:///{tmp_path / name}.sqlite3",
        "MEETUP_PLUGINS": "",
        "MEETUP_SITE_NAME": f"Chương trình {name}",
    }
    mount = Meetup(name=name, url_prefix=f"/{name}", settings=settings, **more).init_app(app)
    upgrade(mount.database.engine)
    return mount


def test_five_lines_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Flask("host", instance_path=str(tmp_path))
    app.config.update(SECRET_KEY="host", TESTING=True, MEETUP_PLUGINS="")
    Meetup(app, url_prefix="/coffee")
    mount = mounts(app)["meetup"]
    assert not (tmp_path / "meetup.sqlite3").exists(), "wiring touched the database"
    upgrade(mount.database.engine)
    assert app.test_client().get("/coffee/").status_code == 200
    assert app.test_client().get("/coffee/sessions/").status_code == 200


def test_two_mounts_in_one_process(tmp_path: Path) -> None:
    app = make_host(tmp_path)
    mounted(app, tmp_path, "coffee")
    mounted(app, tmp_path, "dialogue")
    client = app.test_client()
    coffee, dialogue = client.get("/coffee/"), client.get("/dialogue/")
    assert "Chương trình coffee" in coffee.text
    assert "Chương trình dialogue" not in coffee.text
    assert "Chương trình dialogue" in dialogue.text
    assert "/dialogue/sessions/" in dialogue.text
    assert "/coffee/sessions/" not in dialogue.text
    assert client.get("/").text == "the host's own page /coffee/sessions/"


def test_a_host_signs_its_own_people_in(tmp_path: Path) -> None:
    app = make_host(tmp_path)
    mounted(app, tmp_path, "coffee", identity=HostUsers())
    client = app.test_client()
    refused = client.get("/coffee/organize/")
    assert refused.status_code == 302
    assert refused.location == "/host-login?next=/coffee/organize/"
    assert client.get("/coffee/organize/", headers={"X-Host-User": "lan"}).status_code == 200


def test_without_an_identity_nobody_is_staff(tmp_path: Path) -> None:
    app = make_host(tmp_path)
    mounted(app, tmp_path, "coffee")
    assert app.test_client().get("/coffee/organize/").status_code == 403


def test_a_hosts_template_wins_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "meetup"
    folder.mkdir(parents=True)
    (folder / "base.html").write_text("the frame of the host {% block content %}{% endblock %}")
    app = make_host(tmp_path)
    mounted(app, tmp_path, "coffee")
    assert "the frame of the host" in app.test_client().get("/coffee/sessions/").text


def test_a_plugin_object_brings_a_panel_and_a_broken_one_costs_only_its_part(tmp_path: Path, caplog: Any) -> None:
    class Good:
        @hookimpl
        def meetup_panels(self, slot: str) -> list[Panel]:
            from markupsafe import Markup

            return [Panel("A good panel", Markup("<p>here</p>"))] if slot == "home" else []

    class Bad:
        @hookimpl
        def meetup_panels(self) -> list[Panel]:
            raise ZeroDivisionError("bad plugin")

    app = make_host(tmp_path)
    mounted(app, tmp_path, "coffee", plugins=[("good", Good()), ("bad", Bad())])
    response = app.test_client().get("/coffee/")
    assert response.status_code == 200
    assert "A good panel" in response.text
    assert "plugin bad failed in meetup_panels" in caplog.text


def test_bad_settings_are_reported_all_at_once(tmp_path: Path) -> None:
    app = make_host(tmp_path)
    with pytest.raises(BadConfiguration) as caught:
        Meetup(
            app,
            settings={
                "MEETUP_TIMEZONE": "Mars/Olympus",
                "MEETUP_CONFIRM_DAYS": "soon",
                "MEETUP_PLUGINS": "",
                "MEETUP_REMINDERS": "7 days",
            },
        )
    told = str(caught.value)
    assert "MEETUP_TIMEZONE" in told
    assert "MEETUP_CONFIRM_DAYS" in told
    assert "MEETUP_REMINDERS" in told


def test_an_unknown_plugin_stops_the_start_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="nowhere"):
        Meetup(make_host(tmp_path), settings={"MEETUP_PLUGINS": "nowhere"})


def test_a_plugin_refuses_a_change_with_its_reason(tmp_path: Path) -> None:
    class Strict:
        @hookimpl
        def meetup_before_change(self, change: Any) -> None:
            if change.name == "session.publish":
                raise Refused("Not on a Friday.")

    from meetup.programmes.service import create_programme
    from meetup.sessions import service as sessions

    app = make_host(tmp_path)
    mount = mounted(app, tmp_path, "coffee", plugins=[("strict", Strict())])
    with app.app_context(), mount.work() as work:
        programme = create_programme(work, name="Cà phê")
        from datetime import timedelta

        session = sessions.draft(
            work,
            programme=programme,
            title="Kỳ đầu",
            venue="Không gian Khởi nghiệp",
            starts_at=work.now + timedelta(days=20),
            ends_at=work.now + timedelta(days=20, hours=2),
        )
        with pytest.raises(Refused) as caught:
            sessions.publish(work, session)
        assert caught.value.plugin == "strict"
        assert session.state == "draft"


COLLECTOR = """
import gc
{}
import meetup
meetup.{}
print(gc.get_freeze_count() > 0, gc.isenabled())
"""


@pytest.mark.parametrize(
    ("before", "name", "left"),
    [
        ("", "Meetup", "False True"),
        ("", "create_app", "True True"),
        ("gc.disable()", "create_app", "True False"),
    ],
)
def test_a_hosts_garbage_is_its_own(before: str, name: str, left: str) -> None:
    """The stand-alone site is loaded for good; in a host's process the collector stays as it was."""
    code = COLLECTOR.format(before, name)
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == left
