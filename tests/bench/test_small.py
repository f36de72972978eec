"""The benchmarks run; what they measure is for ``make bench``, on a machine that does nothing else."""

from __future__ import annotations

import pytest

from tests.bench import delivery, feeds, reminders
from tests.bench.measured import Measured


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["delivery", "feeds", "reminders"])
def test_a_benchmark_gives_its_ratios(name: str, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "PAUSES", (1,))
    monkeypatch.setattr(reminders, "FEW", 200)
    measure = {"delivery": delivery.measure, "feeds": feeds.measure, "reminders": reminders.measure}[name]
    found = list(measure(database_url, {"delivery": 10, "feeds": 10, "reminders": 400}[name]))
    assert found
    assert all(one.ratio > 0 for one in found)
    assert any(one.limit for one in found)


def test_a_limit_is_held_from_its_side() -> None:
    assert Measured("", 0.9, 0.8, at_least=True).is_kept
    assert not Measured("", 0.7, 0.8, at_least=True).is_kept
    assert Measured("", 0.1, 0.1).is_kept
    assert not Measured("", 0.11, 0.1).is_kept
    assert Measured("", 5, None).is_kept
