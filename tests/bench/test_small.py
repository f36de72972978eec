"""The benchmarks run; what they measure is for ``make bench``, on a machine that does nothing else."""

from __future__ import annotations

import pytest

from tests.bench import delivery, desks, feeds, hall, load, plugins, reminders, rush, search
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


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_the_desks_are_read_among_copies(database_url: str) -> None:
    found = [one for one in desks.measure(database_url, 600) if one.limit is not None]
    assert len(found) == 3
    assert all(one.ratio > 0 and one.limit == desks.LIMIT for one in found)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_a_search_is_measured_where_it_finds_something(database_url: str) -> None:
    found = list(search.measure(database_url, 300))
    assert [one.limit for one in found] == [search.LIMIT] * len(search.PATHS) + [None] * len(search.PATHS)
    assert all(one.ratio > 0 for one in found)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_the_plugin_layer_is_measured_with_all_of_them(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "TURNS", 3)
    found = list(plugins.measure(database_url, 40))
    assert [one.limit for one in found] == [0.95, 1 / 0.95] * 2
    # Whatever else the machine does: a site that keeps no pages because of a plugin has a tenth.
    assert found[0].ratio > 0.3
    assert {"mailbox", "webhooks", "chat", "coffee-connect"} <= set(plugins.FIRST_PARTY)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_small_crowd_gets_its_seats(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "ROUNDS", 1)
    found = {one.name.partition(" (")[0]: one for one in load.measure(database_url, 8)}
    assert found["seats taken of 4 by 8 at once"].ratio == 1
    assert found["of 8 at once without an answer"].ratio == 0
    assert found["breaks in the log's chain after it"].ratio == 0


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_in_a_rush_everybody_has_an_answer(database_url: str) -> None:
    """Of whoever comes in the same second, as ``meetup run`` serves it."""
    found = list(rush.measure(database_url, 100))
    assert [str(one) for one in found if not one.is_kept] == []
    assert len(found) == 7


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_small_hall_sees_every_change(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen that shows the old issue stops it."""
    monkeypatch.setattr(hall, "CHANGES", 2)
    slowest, memory = hall.measure(database_url, 8)
    assert slowest.limit == 1
    assert slowest.ratio > 0
    assert memory.ratio < 1.2


def test_a_limit_is_held_from_its_side() -> None:
    assert Measured("", 0.9, 0.8, at_least=True).is_kept
    assert not Measured("", 0.7, 0.8, at_least=True).is_kept
    assert Measured("", 0.1, 0.1).is_kept
    assert not Measured("", 0.11, 0.1).is_kept
    assert Measured("", 5, None).is_kept
