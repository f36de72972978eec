"""The domain stands alone: no web, no database, nothing of ours but the errors."""

from __future__ import annotations

import subprocess
import sys

import meetup.domain

ALONE = """
import sys
import meetup.domain
ours = {name for name in sys.modules if name.partition(".")[0] == "meetup"}
assert all(name in ("meetup", "meetup.errors") or name.startswith("meetup.domain") for name in ours), ours
for name in ("flask", "sqlalchemy", "werkzeug", "pluggy"):
    assert name not in sys.modules, name
"""


def test_it_imports_without_flask_and_sqlalchemy() -> None:
    subprocess.run([sys.executable, "-c", ALONE], check=True)


def test_every_public_name_is_there() -> None:
    assert sorted(set(meetup.domain.__all__)) == sorted(meetup.domain.__all__)
    assert all(hasattr(meetup.domain, name) for name in meetup.domain.__all__)
