"""The second in which registration opens: 5,000 clients for 200 seats, on the site as ``meetup run`` serves it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from meetup.activity.log import Break, verify
from meetup.outbox.models import Outgoing
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from tests.bench.load import publish
from tests.bench.measured import Measured, site
from tests.bench.serving import ROOT, SECRET, running

#: For so many clients there is one seat.
EACH = 25


def measure(database_url: str, crowd: int) -> Iterator[Measured]:
    """All of `crowd` at once, each on a connection of its own; then what the database says."""
    seats = crowd // EACH
    with tempfile.TemporaryDirectory() as folder:
        with site(database_url, Path(folder)) as mount:
            opened, _other, token = publish(mount, seats)
        environment = {
            **os.environ,
            "MEETUP_DATABASE_URL": database_url,
            "MEETUP_SECRET_KEY": SECRET,
            "SECRET_KEY": SECRET,
            "MEETUP_BASE_URL": "http://localhost",
            "MEETUP_MAIL_FROM": "coffee@province.example",
            "MEETUP_INSTANCE": folder,
            "MEETUP_PLUGINS": "",
            "MEETUP_RATE_LIMITS": "0",
            "PYTHONPATH": str(ROOT),
        }
        with running(environment) as port:
            path = f"/api/v1/sessions/{opened}/registrations"
            command = [sys.executable, "-m", "tests.bench.crowd", str(port), path, token, str(crowd)]
            told = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=900).stdout)
        with site(database_url, Path(folder)) as mount, mount.work(write=False) as work:
            rows = work.db.execute(
                select(Registration.state, func.sum(Registration.seats))
                .where(Registration.session_id == opened)
                .group_by(Registration.state)
            ).all()
            there = {state: int(many) for state, many in rows}
            taken = work.db.scalar(select(Session.seats_taken).where(Session.id == opened)) or 0
            messages = work.db.scalar(select(func.count()).where(Outgoing.kind.like("calendar_%"))) or 0
            breaks = [one for one in verify(work.db) if isinstance(one, Break)]
    answers = told["answers"]
    waiting, seconds = crowd - seats, told["seconds"]
    without = crowd - answers.get("201 confirmed", 0) - answers.get("201 waitlisted", 0)
    yield Measured(f"of {crowd} at once without an answer ({seconds:.0f} s for all; {answers})", without, 0)
    yield Measured(f"seats taken of {seats} ({there})", abs(there.get("confirmed", 0) / seats - 1), 0)
    yield Measured("seats that the session counts beside those taken", taken / seats, 1.0)
    yield Measured(f"who waits, beside {waiting}", abs(there.get("waitlisted", 0) / waiting - 1), 0)
    yield Measured("who was told more or less than it was", abs(messages / crowd - 1), 0)
    yield Measured("breaks in the log's chain after it", len(breaks), 0)
    yield Measured(f"registrations a second ({crowd / seconds:.0f})", crowd / seconds, None)
