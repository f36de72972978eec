"""The files under deploy/ are what systemd takes and what the programs understand."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from meetup.commands import MODULES
from meetup.config import BY_NAME
from meetup.web.settings import SETTINGS
from tests.rig.report import cannot_run

DEPLOY = Path(__file__).parents[1] / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        cannot_run("systemd", "systemd-analyze is not installed")
    # Verified where the programs are: those of this environment stand for those of /opt.
    for one in UNITS:
        (tmp_path / one.name).write_text(one.read_text().replace("/opt/meetup/bin/meetup", "/bin/true"))
    found = subprocess.run(
        [program, "verify", "--man=no", str(tmp_path / unit.name)], capture_output=True, text=True, check=False
    )
    ours = [line for line in found.stderr.splitlines() if "meetup" in line and "does not exist" not in line]
    assert ours == []


@pytest.mark.parametrize("unit", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name)
def test_a_unit_calls_a_command_that_is_there(unit: Path) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    words = shlex.split(line)
    command = re.search(r"/opt/meetup/bin/meetup (\w+)", line)
    assert command is not None
    assert command[1] in MODULES
    assert words[0] in {"/opt/meetup/bin/meetup", "/bin/sh"}


def test_the_environment_names_settings_that_there_are() -> None:
    names = re.findall(r"^(MEETUP_\w+)=", (DEPLOY / "environment.example").read_text(), re.MULTILINE)
    known = {f"MEETUP_{name}" for name in (*BY_NAME, *(one.name for one in SETTINGS))} | {"MEETUP_INSTANCE"}
    assert names
    assert set(names) <= known


def test_the_steps_make_the_place_and_call_commands_as_the_units_do() -> None:
    steps = (DEPLOY.parent / "docs/operating.md").read_text().partition("## Deployment")[2].partition("\n## ")[0]
    unit, environment = (DEPLOY / "meetup.service").read_text(), (DEPLOY / "environment.example").read_text()
    (place,) = re.findall(r"^WorkingDirectory=(.*)$", unit, re.MULTILINE)
    (user,) = re.findall(r"^User=(.*)$", unit, re.MULTILINE)
    (mode,) = re.findall(r"^StateDirectoryMode=(.*)$", unit, re.MULTILINE)
    (file,) = re.findall(r"^EnvironmentFile=(.*)$", unit, re.MULTILINE)
    assert f"MEETUP_INSTANCE={place}\n" in environment
    assert f"install -d -o {user} -g {user} -m {mode} {place}`" in steps
    (line,) = re.findall(r"systemd-run .*?/opt/meetup/bin/meetup", steps, re.DOTALL)
    words = shlex.split(line.replace("\\\n", " "))
    assert {f"--uid={user}", f"--gid={user}", f"--working-directory={place}"} <= set(words)
    assert words[words.index("-p") + 1] == f"EnvironmentFile={file}"
    program = shutil.which("systemd-run")
    if program is None:
        cannot_run("systemd", "systemd-run is not installed")
    known = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    assert [word for word in words if word.startswith("--") and word.partition("=")[0] not in known] == []


def test_a_stop_is_waited_for_as_long_as_it_may_take() -> None:
    from meetup.cli.supervise import GRACE

    for name in ("meetup.service", "meetup-worker.service"):
        (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", (DEPLOY / name).read_text(), re.MULTILINE)
        assert int(seconds) > GRACE


def test_the_container_runs_what_the_package_has() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    extras = re.search(r'"\.\[(.*)\]"', text)
    assert extras is not None
    declared = (DEPLOY.parent / "setup.cfg").read_text().partition("[options.extras_require]")[2]
    assert all(f"\n{extra} =" in declared for extra in extras[1].split(","))
    assert 'ENTRYPOINT ["meetup"]' in text
    assert "USER 10001" in text
