"""What the plugin layer costs: the public page with every first-party plugin on, beside the same site with none.

Both are served from one database at the same time, and asked in turns, so that what else the machine does falls
on both; of the rates of many turns the ninth tenth is taken, which few disturbed. The processor time of both
processes says the same where a machine is too busy for rates to be told apart.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from meetup.migrate import upgrade
from tests.bench.load import publish, rate
from tests.bench.measured import Measured, site
from tests.bench.serving import ROOT, SECRET, serving

FIRST_PARTY = sorted(path.parent.name.removeprefix("meetup-") for path in ROOT.glob("plugins/*/setup.cfg"))
PAGE = "/sessions/ky-1"
#: How often both are asked.
TURNS = 81


def measure(database_url: str, requests: int) -> Iterator[Measured]:
    """The page as the stand-alone site answers it, which keeps what it drew, and drawn anew for each request."""
    names = ",".join(FIRST_PARTY)
    with tempfile.TemporaryDirectory() as folder:
        with site(database_url, Path(folder), MEETUP_PLUGINS=names) as mount:
            upgrade(mount.database.engine, plugin_locations=mount.migration_locations)
            publish(mount, 25)
        for words, keep in (("public page", "1"), ("public page, drawn anew each time,", "0")):
            environment = {
                **os.environ,
                "MEETUP_DATABASE_URL": database_url,
                "MEETUP_SECRET_KEY": SECRET,
                "MEETUP_INSTANCE": folder,
                "MEETUP_KEEP_PAGES": keep,
                "MEETUP_RATE_LIMITS": "0",
            }
            with (
                serving("meetup:create_app()", {**environment, "MEETUP_PLUGINS": ""}) as (bare, bare_pid),
                serving("meetup:create_app()", {**environment, "MEETUP_PLUGINS": names}) as (full, full_pid),
            ):
                # A page drawn anew takes many times as long.
                count = requests if keep == "1" else max(20, requests // 4)
                _turns(bare, full, count, 2)
                begun = _processor(full_pid), _processor(bare_pid)
                without, with_all = _turns(bare, full, count, TURNS)
                spent = (_processor(full_pid) - begun[0]) / (_processor(bare_pid) - begun[1])
            rates = f"{with_all:.0f} a second; without {without:.0f}"
            name = f"{words} with {len(FIRST_PARTY)} plugins ({rates})"
            yield Measured(name, with_all / without, 0.95, at_least=True)
            yield Measured(f"{words} processor time of a request beside it without", spent, 1 / 0.95)


def _turns(bare: int, full: int, requests: int, turns: int) -> tuple[float, float]:
    """Rates of both, asked turn by turn; who is first changes each time."""
    rates: dict[int, list[float]] = {bare: [], full: []}
    for turn in range(turns):
        for port in (bare, full) if turn % 2 else (full, bare):
            rates[port].append(rate(port, requests, lambda line, n: line.ask("GET", PAGE)))
    without, with_all = (statistics.quantiles(found, n=10, method="inclusive")[-1] for found in rates.values())
    return without, with_all


def _processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
