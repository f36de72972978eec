"""The surface has a version: a plugin may ask for one, and what goes warns before it is gone."""

from __future__ import annotations

import inspect
import logging
import types
import warnings
from importlib.metadata import entry_points
from typing import Any

import pluggy
import pytest

import meetup.builtin  # noqa: F401  # so that every model of the core is known
from meetup import api, config
from meetup.errors import BadConfiguration
from meetup.plugins import hookspecs
from meetup.plugins.manager import GROUP, PluginManager
from meetup.plugins.slots import SLOTS
from meetup.plugins.surface import SURFACE, Going, version
from meetup.web import settings as web
from tests.plugins.test_docs import FIRST_PARTY, PAGE, machines
from tests.plugins.wheels import ROOT

hookspec = pluggy.HookspecMarker("meetup")
hookimpl = api.hookimpl
OURS = "{}.{}".format(*SURFACE)


def next_year() -> types.ModuleType:
    """The hooks as they may be one day: one got another name, one goes, one has an argument that got another name."""
    specifications = types.ModuleType("next_year")

    @hookspec
    def meetup_panels(slot: str, place: str) -> list[str]:
        """The new name."""
        return []

    @hookspec(
        warn_on_impl=Going(
            "the hook meetup_panel", since="1.1", until="1.2", mend="Call it meetup_panels.", now="meetup_panels"
        )
    )
    def meetup_panel(slot: str) -> list[str]:
        """The old one."""
        return []

    @hookspec(warn_on_impl=Going("the hook meetup_bells", since="1.1", until="1.2", mend="Bells are rung by hand."))
    def meetup_bells() -> list[str]:
        """Nothing instead."""
        return []

    @hookspec(
        warn_on_impl_args={
            "area": Going(
                "the argument area of meetup_menu", since="1.1", until="1.2", mend="Take place instead.", now="place"
            )
        }
    )
    def meetup_menu(actor: str, place: str, area: str) -> list[str]:
        """An argument under two names."""
        return []

    for one in (meetup_panels, meetup_panel, meetup_bells, meetup_menu):
        setattr(specifications, one.__name__, one)
    return specifications


class Old:
    """A plugin of last year."""

    @hookimpl
    def meetup_panel(self, slot: str) -> list[str]:
        return [f"old {slot}"]

    @hookimpl
    def meetup_bells(self) -> list[str]:
        return ["ding"]

    @hookimpl
    def meetup_menu(self, actor: str, area: str) -> list[str]:
        return [f"{actor} in {area}"]


class New:
    @hookimpl
    def meetup_panels(self, slot: str) -> list[str]:
        return [f"new {slot}"]

    @hookimpl
    def meetup_menu(self, place: str) -> list[str]:
        return [f"at {place}"]


def test_what_goes_works_on_and_warns_with_the_plugins_name_and_the_mend(caplog: pytest.LogCaptureFixture) -> None:
    manager = PluginManager((), specifications=next_year())
    caplog.set_level(logging.WARNING, "meetup.plugins")
    with pytest.warns(DeprecationWarning) as warned:
        manager.register(Old(), "last-year")
    going = "is going: it warns since surface 1.1 and is gone in 1.2."
    wanted = {
        f"plugin 'last-year': the hook meetup_panel {going} Call it meetup_panels.",
        f"plugin 'last-year': the hook meetup_bells {going} Bells are rung by hand.",
        f"plugin 'last-year': the argument area of meetup_menu {going} Take place instead.",
    }
    assert {str(one.message) for one in warned} == wanted
    assert {record.getMessage() for record in caplog.records} == wanted

    manager.register(New(), "this-year")
    assert manager.gather("meetup_panels", slot="home", place="top") == ["new home", "old home"]
    assert manager.gather("meetup_bells") == ["ding"]
    assert manager.gather("meetup_menu", actor="Lan", place="desk") == ["at desk", "Lan in desk"]


def test_whoever_stands_on_what_stays_is_not_warned() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        PluginManager((), specifications=next_year()).register(New(), "this-year")


def test_a_hook_or_an_argument_that_is_gone_stops_the_start_and_names_the_plugin() -> None:
    class Gone:
        @hookimpl
        def meetup_of_long_ago(self) -> None: ...

    class More:
        @hookimpl
        def meetup_menu(self, colour: str) -> None: ...

    with pytest.raises(pluggy.PluginValidationError, match="meetup_of_long_ago"):
        PluginManager(()).register(Gone(), "gone")
    with pytest.raises(pluggy.PluginValidationError, match=r"'more' for hook 'meetup_menu'[\s\S]*colour"):
        PluginManager(()).register(More(), "more")

    class Both:
        """Written for two versions of the surface."""

        @hookimpl(optionalhook=True)
        def meetup_of_long_ago(self) -> None: ...

    PluginManager(()).register(Both(), "both")


def test_a_wrapper_is_no_part_of_the_surface() -> None:
    class Wraps:
        @hookimpl(wrapper=True)
        def meetup_menu(self) -> Any:
            return (yield)

    with pytest.raises(BadConfiguration, match="'wraps' wraps meetup_menu"):
        PluginManager(()).register(Wraps(), "wraps")


@pytest.mark.parametrize("asked", [None, OURS, f"{SURFACE[0]}.0"])
def test_a_plugin_of_this_surface_or_one_before_starts(asked: str | None) -> None:
    plugin = types.SimpleNamespace() if asked is None else types.SimpleNamespace(MEETUP_SURFACE=asked)
    manager = PluginManager(())
    manager.register(plugin, "fits")
    assert "fits" in manager.names()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (f"{SURFACE[0]}.{SURFACE[1] + 1}", "install a newer flask-meetup"),
        (f"{SURFACE[0] + 1}.0", "install a newer flask-meetup"),
        ("0.9", "install a newer version of 'other'"),
        ("soon", "'soon' is no version such as 1.0"),
    ],
)
def test_a_plugin_of_another_surface_stops_the_start_with_the_mend(asked: str, said: str) -> None:
    with pytest.raises(BadConfiguration, match="plugin 'other'") as refused:
        PluginManager(()).register(types.SimpleNamespace(MEETUP_SURFACE=asked), "other")
    assert said in str(refused.value)


def test_the_page_says_which_version_it_is_and_what_is_going() -> None:
    section = PAGE.partition("## Versions of the surface")[2].partition("\n## ")[0]
    assert f"now **{OURS}**" in section
    going = [one for hook in vars(hookspecs).values() for one in _going(hook)]
    assert ("Nothing is going at the moment." in section) is (not going)
    for one in going:
        assert one.what in section
        assert one.mend in section
        assert version(one.since) <= SURFACE < version(one.until), f"{one.what}: its time is over, take it away"


def _going(hook: Any) -> list[Going]:
    options = getattr(hook, "meetup_spec", None) or {}
    found = [options.get("warn_on_impl"), *(options.get("warn_on_impl_args") or {}).values()]
    return [one for one in found if isinstance(one, Going)]


def test_what_plugins_could_stand_on_is_still_there() -> None:
    """tests/plugins/surface.txt is the surface as it was given out: a line may go after its version of warnings."""
    now: set[str] = {f"api {name}" for name in api.__all__} | {f"slot {name}" for name in SLOTS}
    arguments: dict[str, set[str]] = {}
    for name, hook in vars(hookspecs).items():
        if name.startswith("meetup_"):
            arguments[name] = set(inspect.signature(hook).parameters)
    now |= {f"event {machine.name}.{action}" for machine in machines() for action in machine.actions}
    now |= {f"setting MEETUP_{one.name}" for one in (*config.SETTINGS, *web.SETTINGS)}
    lines = (ROOT / "tests" / "plugins" / "surface.txt").read_text("utf-8").splitlines()[1:]
    gone = []
    for line in lines:
        kind, _, what = line.partition(" ")
        if kind == "hook":
            name, _, listed = what.rstrip(")").partition("(")
            wanted = {one.strip() for one in listed.split(",") if one.strip()}
            if name not in arguments or wanted - arguments[name]:
                gone.append(line)
        elif line not in now:
            gone.append(line)
    assert len(lines) > 200
    assert gone == []


def test_every_first_party_plugin_says_its_surface_and_lets_pages_be_kept() -> None:
    """Else one of them would make every public page ten times as slow."""
    for point in entry_points(group=GROUP):
        if point.name in FIRST_PARTY:
            plugin = point.load()
            assert version(plugin.MEETUP_SURFACE) <= SURFACE, point.name
            assert plugin.MEETUP_KEEPS_PAGES is True, point.name
