"""MEETUP_TRACE_HOOKS: a line for each call of a hook, without what went in or came out."""

from __future__ import annotations

import logging

import pytest

from meetup.access import Actor
from meetup.api import Entry, hookimpl
from meetup.plugins.manager import PluginManager

SECRET = Actor("staff", "7", "Nguyễn Thị Kín", frozenset({"leader"}))


class Good:
    @hookimpl
    def meetup_menu(self, actor: Actor) -> list[Entry]:
        return [Entry(f"Of {actor.name}", "/")]


class Bad:
    @hookimpl
    def meetup_menu(self) -> list[Entry]:
        raise ZeroDivisionError


@pytest.mark.parametrize("trace", [True, False])
def test_each_call_is_a_line_when_asked_for(trace: bool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "meetup.plugins.calls")
    manager = PluginManager((), [("menu", Good())], trace=trace)
    manager.register(Bad(), "bad")
    assert [entry.label for entry in manager.gather_safely("meetup_menu", actor=SECRET, area="desk")] == [
        "Of Nguyễn Thị Kín"
    ]
    lines = [record.getMessage() for record in caplog.records if record.name == "meetup.plugins.calls"]
    if not trace:
        assert lines == []
        return
    assert len(lines) == 2
    assert lines[0].startswith("meetup_menu of bad: raised ZeroDivisionError after ")
    assert lines[1].startswith("meetup_menu of meetup:menu: returned after ")
    assert "Kín" not in "".join(lines)
