"""Where the plugins' tables come from: each plugin is a branch of migrations of its own, labelled with its name."""

from __future__ import annotations

from pathlib import Path

from meetup.errors import BadConfiguration
from meetup.plugins.manager import PluginManager


def branches(plugins: PluginManager) -> dict[str, tuple[str, ...]]:
    """The version folders of the loaded plugins that bring tables, by plugin name.

    Raises:
        BadConfiguration: if a plugin names a folder that is not there.
    """
    found = {
        name: tuple(str(folder) for folder in folders)
        for name, folders in plugins.gather_by_plugin("meetup_migrations").items()
    }
    faults = [
        f"plugin {name!r} names a folder of migrations that is not there: {folder}; is it in the wheel?"
        for name, folders in found.items()
        for folder in folders
        if not Path(folder).is_dir()
    ]
    if faults:
        raise BadConfiguration(faults)
    return found
