"""The documentation says what the code says."""

from __future__ import annotations

import subprocess
import sys


def test_every_setting_is_documented() -> None:
    result = subprocess.run(
        [sys.executable, "tools/settings_table.py", "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_the_state_tables_are_the_codes() -> None:
    result = subprocess.run([sys.executable, "tools/states.py", "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
