"""Commands that look after a site: migrations, accounts, tokens, plugins, the doctor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from meetup.departments.models import Department
from meetup.outbox.models import Outgoing
from meetup.programmes.service import create_programme
from meetup.rest.models import ApiToken
from meetup.rest.tokens import actor_of, digest
from meetup.staff import service
from tests.rig.mail import SmtpServer
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]
Meetup = Callable[..., Result]


@pytest.fixture
def meetup(runner: FlaskCliRunner) -> Meetup:
    """Runs ``meetup …`` in the site."""

    def run(*words: str, typed: str = "") -> Result:
        return runner.invoke(args=["meetup", *words], input=typed)

    return run


@pytest.fixture
def land(work: Unit) -> str:
    """A department; gives its code."""
    with work() as w:
        w.db.add(Department(code="DAT", name="Sở Tài nguyên", created_at=w.now, changed_at=w.now))
        w.commit()
    return "DAT"


def test_an_account_with_a_password_signs_in(meetup: Meetup, client: Visitor) -> None:
    password = "mot hai ba bon"
    made = meetup("user", "add", "lan@province.example", "--role", "admin", "--name", "Lan", "--password", password)
    assert (made.exit_code, made.output) == (0, "added lan@province.example as admin\n")
    answer = client.fill("/login", {"email": "lan@province.example", "password": password}, follow=False)
    assert answer.status_code == 302


def test_the_password_is_asked_for(meetup: Meetup, work: Unit) -> None:
    typed = "mot hai ba bon\nmot hai ba bon\n"
    made = meetup("user", "add", "lan@province.example", "--role", "leader", "--password", typed=typed)
    assert made.exit_code == 0, made.output
    assert "mot hai" not in made.output
    with work(write=False) as w:
        assert service.get(w, "lan@province.example").password


def test_without_a_password_a_link_goes_out(meetup: Meetup, client: Visitor, work: Unit) -> None:
    made = meetup("user", "add", "lan@province.example", "--role", "organizer")
    link = made.output.rsplit(" ", 1)[1].strip()
    assert client.get(link.removeprefix("http://localhost")).status_code == 200
    with work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Outgoing)) == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lan@province.example", "--role", "officer"], "An officer belongs to a department."),
        (["lan@province.example", "--role", "officer", "--department", "NO"], "no department with this code"),
        (["no address", "--role", "admin"], "no e-mail address"),
        (["lan@province.example", "--role", "admin", "--password", "short"], "from 10 to 128 characters"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_a_line(meetup: Meetup, words: list[str], said: str) -> None:
    refused = meetup("user", "add", *words)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert refused.stdout == ""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_unknown_role_is_misuse(meetup: Meetup) -> None:
    assert meetup("user", "add", "lan@province.example", "--role", "king").exit_code == 2


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_accounts_are_listed_closed_and_opened(meetup: Meetup, land: str) -> None:
    meetup("user", "add", "lan@province.example", "--role", "officer", "--department", land)
    assert meetup("user", "add", "LAN@province.example", "--role", "admin").exit_code == 1
    assert meetup("user", "list").output == "lan@province.example\tofficer\tDAT\topen\t-\n"
    assert meetup("user", "deactivate", "lan@province.example").exit_code == 0
    assert "closed" in meetup("user", "list").output
    assert meetup("user", "activate", "lan@province.example").exit_code == 0
    assert meetup("user", "forget-code", "lan@province.example").exit_code == 0
    missing = meetup("user", "deactivate", "nobody@province.example")
    assert (missing.exit_code, missing.stderr.count("\n")) == (1, 1)


def test_a_token_is_printed_once_and_kept_hashed(meetup: Meetup, work: Unit, land: str) -> None:
    made = meetup("token", "create", "bảng tin", "--role", "officer", "--department", land)
    text = made.stdout.strip()
    assert len(text) == 4 + 43
    assert text.startswith("mtp_")
    with work(write=False) as w:
        token = w.db.scalars(select(ApiToken)).one()
        assert token.digest == digest(text)
        actor = actor_of(w, text)
        assert actor is not None
        assert actor.department_id == token.department_id
    assert text not in meetup("token", "list").output
    assert "bảng tin\tofficer" in meetup("token", "list").output
    assert meetup("token", "revoke", "bảng tin").exit_code == 0
    assert "revoked" in meetup("token", "list").output
    with work(write=False) as w:
        assert actor_of(w, text) is None
    assert meetup("token", "revoke", "bảng tin").exit_code == 1
    assert meetup("token", "create", "x", "--role", "officer").exit_code == 1


def test_models_and_migrations_agree(meetup: Meetup) -> None:
    checked = meetup("db", "check")
    assert (checked.exit_code, checked.output) == (0, "models and database agree\n")


class TestBare:
    """A database without a table."""

    @pytest.fixture
    def database_url(self, bare_database_url: str) -> str:
        return bare_database_url

    def test_the_database_goes_up_and_down(self, meetup: Meetup) -> None:
        assert meetup("db", "check").exit_code == 1
        assert "missing: " in meetup("db", "current").output
        assert meetup("db", "upgrade").output.startswith("now at ")
        assert meetup("db", "upgrade").output.startswith("nothing to do")
        assert meetup("db", "check").exit_code == 0
        refused = meetup("db", "downgrade", "base", typed="n\n")
        assert refused.exit_code == 1
        assert meetup("db", "downgrade", "base", "--yes").output == "now at nothing\n"
        assert meetup("db", "current").output.startswith("nothing\n")

    def test_a_command_says_that_it_has_to_be_migrated(self, meetup: Meetup) -> None:
        refused = meetup("user", "list")
        assert refused.exit_code == 1
        assert "run: meetup db upgrade" in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert "not migrated" in meetup("run").stderr

    def test_the_worker_touches_nothing_before_it_is_migrated(self, meetup: Meetup) -> None:
        refused = meetup("worker", "--once")
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "is not migrated to" in refused.stderr
        assert refused.stderr.count("\n") == 1


def test_a_difference_is_named(meetup: Meetup, work: Unit) -> None:
    with work() as w:
        w.db.connection().exec_driver_sql("ALTER TABLE meetup_mute ADD COLUMN extra INTEGER")
        w.commit()
    found = meetup("db", "check")
    assert found.exit_code == 1
    assert "extra" in found.stderr


def test_the_doctor_finds_a_well_site_well(meetup: Meetup, smtp: SmtpServer) -> None:
    meetup("user", "add", "lan@province.example", "--role", "admin", "--password", "mot hai ba bon")
    found = meetup("check")
    assert found.exit_code == 0, found.output
    parts = [line.split()[1] for line in found.output.splitlines()]
    assert parts == ["configuration", "database", "staff", "mail", "outbox", "clock", "plugins", "storage"]
    assert "secret" not in found.output


def test_the_doctor_names_what_is_ill(meetup: Meetup, smtp: SmtpServer) -> None:
    smtp.stop()
    found = meetup("check")
    assert found.exit_code == 1
    ill = [line.split()[1] for line in found.output.splitlines() if line.startswith("FAULT")]
    assert ill == ["staff", "mail"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_help_shows_every_command(meetup: Meetup) -> None:
    shown = meetup("--help").output
    for name in ("run", "worker", "db", "user", "token", "import", "audit", "check", "plugins", "privacy"):
        assert f"\n  {name}" in shown
    assert meetup("nothing-like-this").exit_code == 2


class TestOneProgramme:
    """A mount for a programme that nobody made."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_PROGRAMME": "nope"}

    def test_the_doctor_names_it_until_it_is_there(self, meetup: Meetup, work: Unit) -> None:
        (line,) = (line for line in meetup("check").output.splitlines() if "nope" in line)
        assert line.startswith("FAULT configuration")
        with work() as w:
            create_programme(w, name="Nope")
            w.commit()
        assert "nope" not in meetup("check").output


def _meetup(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from meetup.cli import main; main()", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_bad_settings_are_all_said_in_a_line_each(environment: dict[str, str]) -> None:
    wrong = {
        "MEETUP_TIMEZONE": "Mars",
        "MEETUP_CONFIRM_DAYS": "soon",
        "MEETUP_MAIL_FROM": "notanaddress",
        "MEETUP_MAIL_DOMAIN": "a b",
        "MEETUP_COUNTRY": "XX",
        "MEETUP_DATABASE_URL": "mysql://lan:quiet@host/name",
        "MEETUP_REPLICA_URL": "foo",
        "MEETUP_BROKER_URL": "http://x",
        "MAIL_PORT": "abc",
        "MAIL_USE_TLS": "maybe",
    }
    refused = _meetup({**environment, **wrong}, "db", "current")
    assert refused.returncode == 1
    assert {line.split()[1] for line in refused.stderr.splitlines()} == set(wrong)
    assert "quiet" not in refused.stderr
    version: Any = _meetup(environment, "--version")
    assert version.stdout.startswith("meetup ")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_sender_that_is_no_address_stops_the_start(environment: dict[str, str]) -> None:
    told = {**environment, "MEETUP_MAIL_FROM": "", "MAIL_DEFAULT_SENDER": "Cà phê coffee@province.example"}
    refused = _meetup(told, "worker", "--once")
    assert refused.returncode == 1
    assert "MAIL_DEFAULT_SENDER" in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_file_takes_every_setting_and_no_other(environment: dict[str, str]) -> None:
    file = Path(environment["MEETUP_INSTANCE"]) / "meetup.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {**environment, "MEETUP_PLUGINS": "mailbox"}
    file.write_text(
        'MEETUP_PROXIES = 1\nMEETUP_METRICS_TOKEN = "t"\nMEETUP_MAILBOX_ADDRESS = "mail@province.example"\n'
    )
    assert _meetup(told, "plugins").returncode == 0
    file.write_text("MEETUP_PROXYS = 1\nMEETUP_MAILBOX_ADRESS = 1\nMEETUP_PROXIES = 99\nMEETUP_COUNTRY = 1\n")
    refused = _meetup(told, "plugins")
    assert refused.returncode == 1
    said = {line.split()[1] for line in refused.stderr.splitlines()}
    assert said == {"MEETUP_PROXYS", "MEETUP_MAILBOX_ADRESS", "MEETUP_PROXIES", "MEETUP_COUNTRY"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_first_command_makes_the_place(environment: dict[str, str], tmp_path: Path) -> None:
    place = tmp_path / "not" / "there"
    told = {**environment, "MEETUP_INSTANCE": str(place), "MEETUP_DATABASE_URL": ""}
    done = _meetup(told, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("now at ")
    assert (place / "meetup.sqlite3").exists()
