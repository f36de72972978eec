"""One plugin manager a mount: finds, loads and calls plugins, and names the one that fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from meetup.errors import BadConfiguration, MeetupError, Refused
from meetup.plugins import hookspecs
from meetup.plugins.surface import KEEPS, Former, fault_of, named

GROUP = "meetup.plugins"

log = logging.getLogger("meetup.plugins")
calls = logging.getLogger("meetup.plugins.calls")


@dataclass(frozen=True)
class Found:
    """A plugin that is installed: its name, distribution, version, and whether it is enabled."""

    name: str
    distribution: str
    version: str
    enabled: bool


class PluginManager:
    """The plugins of one mount.

    Args:
        enabled: names of plugins to load; ``*`` for all that are found.
        builtin: the core's own parts that stand on hooks, as (name, module) pairs.
        trace: whether every call of a hook is logged, at INFO under ``meetup.plugins.calls``.
        specifications: the hooks that there are.
    """

    def __init__(
        self,
        enabled: Sequence[str],
        builtin: Iterable[tuple[str, Any]] = (),
        *,
        trace: bool = False,
        specifications: Any = hookspecs,
    ) -> None:
        self.trace = trace
        self._pluggy = pluggy.PluginManager("meetup")
        self._pluggy.add_hookspecs(specifications)
        self._former = Former(specifications)
        self._ready: dict[str, tuple[tuple[Any, str], ...]] = {}
        self.enabled = tuple(enabled)
        for name, part in builtin:
            self._pluggy.register(part, name=f"meetup:{name}")
        self._load()
        self._pluggy.check_pending()

    @property
    def hook(self) -> Any:
        """The relay that calls every implementation of a hook: ``manager.hook.meetup_menu(...)``."""
        return self._pluggy.hook

    def _wanted(self, point: EntryPoint) -> bool:
        return "*" in self.enabled or point.name in self.enabled

    def _load(self) -> None:
        points = {point.name: point for point in entry_points(group=GROUP)}
        faults = [
            f"MEETUP_PLUGINS names {name!r}, which is not installed; install it or take it off the list"
            for name in self.enabled
            if name != "*" and name not in points
        ]
        for name, point in sorted(points.items()):
            if not self._wanted(point):
                continue
            try:
                plugin = point.load()
                if fault := fault_of(plugin, name):
                    faults.append(fault)
                else:
                    self._add(plugin, name)
            except Exception as error:
                faults.append(f"plugin {name!r} could not be loaded: {type(error).__name__}: {error}")
        if faults:
            raise BadConfiguration(faults)

    def register(self, plugin: Any, name: str) -> None:
        """Add a plugin object by hand, as a host or a test does.

        Raises:
            BadConfiguration: if it was written for another surface, or wraps a hook.
        """
        if fault := fault_of(plugin, name):
            raise BadConfiguration([fault])
        self._add(plugin, name)
        self._pluggy.check_pending()

    def _add(self, plugin: Any, name: str) -> None:
        """Register it; what of it stands on something that is going is warned of by its name."""
        with named(name) as said:
            self._pluggy.register(plugin, name=name)
        self._ready.clear()
        wrapped = [
            caller.name
            for caller in self._pluggy.get_hookcallers(plugin) or ()
            for one in caller.get_hookimpls()
            if one.plugin is plugin and (one.wrapper or one.hookwrapper)
        ]
        if wrapped:
            raise BadConfiguration([f"plugin {name!r} wraps {', '.join(wrapped)}; wrappers are no part of the surface"])
        for sentence in said:
            log.warning("%s", sentence)

    def found(self) -> list[Found]:
        """Every installed plugin, enabled or not, by name."""
        return [
            Found(
                point.name,
                point.dist.name if point.dist else "",
                point.dist.version if point.dist else "",
                self._wanted(point),
            )
            for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)
        ]

    def loaded(self) -> list[Any]:
        """Every loaded plugin object, the core's own parts among them."""
        return [plugin for _, plugin in self._pluggy.list_name_plugin() if plugin is not None]

    def packages(self) -> list[str]:
        """The packages that the loaded plugins came in, for their templates and translations."""
        found = (getattr(one, "__package__", None) or type(one).__module__ for one in self.loaded())
        return [name for name in dict.fromkeys(one.partition(".")[0] for one in found) if name and name != "meetup"]

    def names(self) -> list[str]:
        """The names of the loaded plugins, without the core's own parts."""
        return [name for name, _ in self._pluggy.list_name_plugin() if not name.startswith("meetup:")]

    def draws(self) -> bool:
        """Whether a plugin may put something on public pages of which nobody here knows what it hangs on.

        Not the core's own, nor one that says that its part hangs on the log, the settings and the language alone.
        """
        hooks = ("meetup_panels", "meetup_menu")
        names = {name for hook in hooks for _, name in self._implementations(hook) if not name.startswith("meetup:")}
        return any(getattr(self._pluggy.get_plugin(name), KEEPS, False) is not True for name in names)

    def absent(self) -> list[str]:
        """The names of plugins that are installed and not enabled."""
        loaded = self.names()
        return [one.name for one in self.found() if one.name not in loaded]

    def gather(self, hook: str, **arguments: Any) -> list[Any]:
        """The results of every implementation of `hook`, lists joined; a failure names its plugin and is raised."""
        return [one for found in self.gather_by_plugin(hook, **arguments).values() for one in found]

    def first(self, hook: str, **arguments: Any) -> Any:
        """The first result of `hook` that is not None, or None; a failure names its plugin and is raised."""
        for implementation, name in self._implementations(hook):
            try:
                found = implementation(**arguments)
            except MeetupError:
                raise
            except Exception as error:
                raise RuntimeError(f"plugin {name!r} failed in {hook}: {type(error).__name__}: {error}") from error
            if found is not None:
                return found
        return None

    def gather_by_plugin(self, hook: str, **arguments: Any) -> dict[str, list[Any]]:
        """Like :meth:`gather`, by the plugin's name; without those that have nothing."""
        results: dict[str, list[Any]] = {}
        for implementation, name in self._implementations(hook):
            try:
                found = list(implementation(**arguments) or ())
            except MeetupError:
                raise
            except Exception as error:
                raise RuntimeError(f"plugin {name!r} failed in {hook}: {type(error).__name__}: {error}") from error
            if found:
                results[name] = found
        return results

    def gather_safely(self, hook: str, **arguments: Any) -> list[Any]:
        """Like :meth:`gather`, but what fails is left out and logged: for drawing pages."""
        results: list[Any] = []
        for implementation, name in self._implementations(hook):
            try:
                results.extend(implementation(**arguments) or ())
            except Exception:
                log.exception("plugin %s failed in %s; its part is left out", name, hook)
        return results

    def tell(self, hook: str, **arguments: Any) -> None:
        """Call every implementation for its effect; what fails is raised with its plugin's name."""
        for implementation, name in self._implementations(hook):
            try:
                implementation(**arguments)
            except Refused as refusal:
                refusal.plugin = refusal.plugin or name
                raise
            except MeetupError:
                raise
            except Exception as error:
                raise RuntimeError(f"plugin {name!r} failed in {hook}: {type(error).__name__}: {error}") from error

    def _implementations(self, hook: str) -> Sequence[tuple[Any, str]]:
        """What to call for `hook`, in order, each with its plugin's name; looked up once, since pages ask often."""
        ready = self._ready.get(hook)
        if ready is None:
            ready = self._ready[hook] = tuple(self._look_up(hook))
        return ready

    def _look_up(self, hook: str) -> Iterable[tuple[Any, str]]:
        for name in (hook, *self._former.hooks.get(hook, ())):
            # pluggy keeps the one to be called first at the end.
            for implementation in reversed(getattr(self._pluggy.hook, name).get_hookimpls()):
                call = self._with_known_arguments(implementation, name)
                plugin = implementation.plugin_name
                yield (_traced(call, name, plugin) if self.trace else call), plugin

    def _with_known_arguments(self, implementation: Any, hook: str) -> Any:
        """`implementation`, given those arguments that it takes; one that was renamed has its old name too."""
        renamed = self._former.arguments
        names = [(name, renamed.get((hook, name), name)) for name in implementation.argnames]

        def call(**arguments: Any) -> Any:
            return implementation.function(**{name: arguments[now] for name, now in names})

        return call


def _traced(call: Any, hook: str, plugin: str) -> Any:
    """`call`, and a line about it when it ends. Arguments and results stay out: they may be personal."""

    def traced(**arguments: Any) -> Any:
        began, outcome = time.perf_counter(), "raised"
        try:
            found = call(**arguments)
            outcome = "nothing" if found is None else "returned"
        except Exception as error:
            outcome = f"raised {type(error).__name__}"
            raise
        finally:
            calls.info("%s of %s: %s after %.1f ms", hook, plugin, outcome, (time.perf_counter() - began) * 1000)
        return found

    return traced
