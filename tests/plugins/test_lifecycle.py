"""A plugin's life: installed from its wheel, upgraded, used, removed; and what is said when its files are gone."""

from __future__ import annotations

import email
import json
import zipfile
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import inspect, text

from meetup import create_app
from meetup.errors import BadConfiguration
from meetup.scorecards import service as scorecards
from meetup.scorecards.models import Period
from tests.features.following import Province
from tests.features.following import build as build_province
from tests.features.test_registrations_form import typed
from tests.plugins.wheels import ROOT, _forget_sample, build, sample, sample_folder

__all__ = ["_forget_sample", "sample", "sample_folder"]

Run = Callable[..., Result]
NOTES = "meetup_thanks_note"
FIRST_PARTY = sorted(path.parent.name.removeprefix("meetup-") for path in ROOT.glob("plugins/*/setup.cfg"))
CRITERIA = {"meetup_coffee_connect_set", "meetup_coffee_connect_criterion"}


def names(site: Any) -> set[str]:
    return set(inspect(site.extensions["meetup"]["meetup"].database.engine).get_table_names())


def run_in(app: Any) -> Run:
    def run(*words: str) -> Result:
        return app.test_cli_runner().invoke(args=["meetup", *words])

    return run


class TestBareDatabase:
    """On a database without a table, next to every first-party plugin."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_PLUGINS": ",".join(("thanks", *FIRST_PARTY))}

    @pytest.fixture
    def database_url(self, bare_database_url: str) -> str:
        return bare_database_url

    @pytest.fixture
    def meetup(self, sample: Path, site: Any) -> Run:
        return run_in(site)

    def test_upgraded_listed_checked_and_removed(self, meetup: Run, site: Any) -> None:
        assert "missing: thanks_0001" in meetup("db", "current").output
        assert "not migrated" in meetup("db", "check").stderr
        said = meetup("db", "upgrade").output
        assert "thanks_0001" in said
        assert "coffee_connect_0002" in said
        before = names(site)
        assert {NOTES, *CRITERIA} <= before
        assert meetup("db", "check").output == "models and database agree\n"
        assert site.test_client().get("/readyz").status_code == 200
        assert "thanks\t1.0\tmeetup-thanks\tenabled\ttables" in meetup("plugins").output

        removed = meetup("plugins", "remove", "thanks", "--yes")
        assert removed.exit_code == 0, removed.output
        assert "pip uninstall meetup-thanks" in removed.output
        assert before - names(site) == {NOTES}
        assert "missing: thanks_0001" in meetup("db", "current").output

        assert meetup("plugins", "remove", "thanks", "--yes").exit_code == 0, "a second time does no harm"
        assert meetup("plugins", "remove", "coffee-connect", "--yes").exit_code == 0
        gone = {name for name in before if name.startswith("meetup_coffee_connect_")}
        assert gone > CRITERIA
        assert before - names(site) == {NOTES, *gone}
        assert meetup("db", "upgrade").exit_code == 0
        assert names(site) == before

    def test_everything_goes_down_together(self, meetup: Run, site: Any) -> None:
        meetup("db", "upgrade")
        assert meetup("db", "downgrade", "base", "--yes").exit_code == 0
        assert names(site) <= {"meetup_alembic_version"}
        unclear = meetup("db", "upgrade", "nonsense")
        assert unclear.exit_code == 1
        assert "cannot be taken there" in unclear.stderr

    def test_files_that_are_gone_are_named(
        self, meetup: Run, config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meetup("db", "upgrade")
        # Not by taking the folder away alone: importlib.metadata remembers what it has seen there.
        monkeypatch.undo()
        others = ",".join(FIRST_PARTY)
        without = create_app({**config, "MEETUP_PLUGINS": others}, instance=tmp_path / "without")
        later = run_in(without)
        for words in (("db", "upgrade"), ("db", "downgrade", "base", "--yes"), ("db", "check")):
            refused = later(*words)
            assert refused.exit_code == 1, words
            assert "'thanks_0001' of the plugin 'thanks', which is not loaded" in refused.stderr
            assert "meetup plugins remove thanks" in refused.stderr
            assert "Traceback" not in refused.stderr
        assert "unknown: " in later("db", "current").output
        assert "there is no plugin 'thanks'" in later("plugins", "remove", "thanks", "--yes").stderr
        without.extensions["meetup"]["meetup"].database.dispose()

    def test_with_its_name_on_the_list_and_its_files_gone_nothing_starts(
        self, config: dict[str, Any], tmp_path: Path
    ) -> None:
        with pytest.raises(BadConfiguration, match=r"names 'thanks', which is not installed"):
            create_app(config, instance=tmp_path / "without")

    def test_a_plugin_that_cannot_be_loaded_stops_the_start(
        self, config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "broken.py").write_text("raise ZeroDivisionError('not my day')\n")
        facts = tmp_path / "broken-1.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
        (facts / "entry_points.txt").write_text("[meetup.plugins]\nbroken = broken\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        with pytest.raises(BadConfiguration, match="'broken' could not be loaded: ZeroDivisionError: not my day"):
            create_app({**config, "MEETUP_PLUGINS": "broken"}, instance=tmp_path / "without")


class TestAllTogether:
    """Every first-party plugin on one database without a table."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_PLUGINS": ",".join(FIRST_PARTY)}

    @pytest.fixture
    def database_url(self, bare_database_url: str) -> str:
        return bare_database_url

    def test_upgraded_listed_and_removed_one_by_one(self, site: Any) -> None:
        meetup = run_in(site)
        upgraded = meetup("db", "upgrade")
        assert upgraded.exit_code == 0, upgraded.output
        assert meetup("db", "check").output == "models and database agree\n"
        listed = meetup("plugins").output
        for name in FIRST_PARTY:
            assert f"{name}\t0.1.0\tmeetup-{name}\tenabled\ttables" in listed
            own = {table for table in names(site) if table.startswith(f"meetup_{name.replace('-', '_')}_")}
            before = names(site)
            assert own
            assert meetup("plugins", "remove", name, "--yes").exit_code == 0
            assert before - names(site) == own


class TestNotEnabled:
    """A first-party plugin that is installed, migrated, and then not enabled any more."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_PLUGINS": "coffee-connect"}

    def test_what_is_not_enabled_is_nobodys_concern(self, site: Any, config: dict[str, Any], tmp_path: Path) -> None:
        assert names(site) >= CRITERIA
        assert run_in(site)("db", "check").exit_code == 0
        without = create_app({**config, "MEETUP_PLUGINS": ""}, instance=tmp_path / "without")
        refused = run_in(without)("plugins", "remove", "coffee-connect", "--yes")
        assert "is installed and not enabled" in refused.stderr
        assert "'coffee-connect', which is not loaded" in run_in(without)("db", "upgrade").stderr
        run_in(site)("plugins", "remove", "coffee-connect", "--yes")
        assert run_in(without)("db", "check").output == "models and database agree\n"
        assert run_in(without)("db", "upgrade").exit_code == 0
        without.extensions["meetup"]["meetup"].database.dispose()


class TestUsed:
    """Every hook of the sample plugin at work."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_PLUGINS": ",".join(("thanks", *FIRST_PARTY)), "MEETUP_THANKS_CLOSES": 18}

    @pytest.fixture
    def province(self, sample: Path, site: Any, mount: Any, work: Any) -> Province:
        return build_province(site, mount, work)

    def test_a_change_writes_a_row_and_a_message_in_its_transaction(
        self, province: Province, mount: Any, clock: Any
    ) -> None:
        meetup = run_in(province.site)
        number = province.order(to="closed")
        assert meetup("thanks").output == f"Follow-up {number}\n"
        nobody = province.as_("nobody")
        assert f"Follow-up {number}" in nobody.get("/thanks/").text
        assert "Lời cảm ơn" in nobody.get("/thanks/?lang=vi").text
        assert 'href="/thanks/"' in nobody.get("/sessions/").text
        counts = meetup("worker", "--once")
        assert counts.exit_code == 0, counts.output
        board = Path(province.site.instance_path) / "blackboard.txt"
        assert board.read_text("utf-8") == f"Cảm ơn về việc số {number}\n"
        (sent,) = province.mails("thanks_note")
        reply_to = email.message_from_bytes(zlib.decompress(sent.sent_bytes))["Reply-To"]
        assert f"thanks@{mount.mail_domain}" in reply_to
        clock.travel(days=400)
        assert '"thanks_forgotten": 1' in meetup("worker", "--once").output
        assert meetup("thanks").output == ""

    def test_a_channel_that_fails_costs_a_message_a_try_and_not_the_worker(
        self, province: Province, mount: Any, tmp_path: Path
    ) -> None:
        mount.channels["blackboard"].path = tmp_path
        province.order(to="closed")
        worked = run_in(province.site)("worker", "--once")
        assert worked.exit_code == 0, worked.output
        assert '"failed": 1' in worked.stdout
        (row,) = province.mails("thanks_note")
        assert row.state == "queued"
        assert "IsADirectoryError" in row.reason

    def test_a_panel_stands_on_the_sessions_page(self, province: Province) -> None:
        assert "To all who come to “Cà phê kỳ đầu”." in province.as_("nobody").get("/sessions/ky-1?lang=en").text

    def test_a_registration_is_refused_with_the_plugins_words(self, province: Province, clock: Any) -> None:
        clock.travel(to="2026-11-02T19:00")
        visitor = province.as_("nobody")
        refused = visitor.fill("/sessions/ky-1/register", typed(2))
        assert "please come back in the morning" in refused.text
        clock.travel(to="2026-11-03T09:00")
        assert visitor.fill("/sessions/ky-1/register", typed(2)).request.path == "/sessions/ky-1/registered"

    def test_its_figures_stand_beside_the_score_and_are_frozen_with_it(
        self, province: Province, mount: Any, clock: Any
    ) -> None:
        def shown(query: str = "") -> list[str]:
            page = province.as_("nobody").soup(f"/results/card?lang=en{query}")
            row = next(row for row in page.select("tr") if "Words of thanks" in row.text)
            return [cell.text.strip() for cell in row.select("td")]

        province.order(to="closed")
        assert shown() == ["1", "Notes on the board."]
        with mount.work() as work:
            today = work.now.date()
            period = scorecards.open_period(work, starts_on=today - timedelta(40), ends_on=today)
            key = period.id
            work.commit()
        clock.travel(days=2)
        with mount.work() as work:
            scorecards.close_period(work, work.get(Period, key))
            work.commit()
        province.order("Đất đai", to="closed")
        assert shown() == ["2", "Notes on the board."]
        assert shown(f"&quarter=p{key}") == ["1", "Notes on the board."]

    def test_what_it_holds_is_given_out_and_forgotten(self, province: Province, mount: Any, clock: Any) -> None:
        meetup = run_in(province.site)
        note = "INSERT INTO meetup_thanks_note (text, at) VALUES ('to an@mot.example', '2026-11-01')"
        with mount.work() as work:
            work.db.execute(text(note))
            work.commit()
        held = json.loads(meetup("privacy", "export", "an@mot.example").stdout)
        assert held["thanks"] == [{"text": "to an@mot.example"}]
        clock.travel(days=30)
        erased = meetup("privacy", "erase", "an@mot.example", "--yes")
        assert "thanks: 1" in erased.output
        assert meetup("thanks").output == ""

    def test_demo_data_is_added(self, province: Province, mount: Any) -> None:
        with mount.work() as work:
            mount.plugins.tell("meetup_demo_data", work=work)
            work.commit()
        assert "Cảm ơn quý doanh nghiệp" in run_in(province.site)("thanks").output


@pytest.mark.parametrize("plugin", sorted(ROOT.glob("plugins/*/setup.cfg")), ids=lambda path: path.parent.name)
def test_the_wheel_of_a_first_party_plugin_is_whole(plugin: Path, tmp_path: Path) -> None:
    source = plugin.parent / "src"
    package = plugin.parent.name.replace("-", "_")
    left_out = (".pyc", ".pot", ".lock")
    wanted = {
        str(path.relative_to(source))
        for path in (source / package).rglob("*")
        if path.is_file() and not path.name.endswith(left_out)
    }
    assert any(name.endswith("_0001.py") for name in wanted)
    assert wanted <= set(zipfile.ZipFile(build(plugin.parent, tmp_path)).namelist())
