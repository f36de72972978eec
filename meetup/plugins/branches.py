"""Where the plugins' migrations are: each plugin is a branch of its own, labelled with its name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from meetup.plugins.manager import PluginManager


def branches(plugins: PluginManager) -> dict[str, str]:
    """The version folders of the loaded plugins that bring tables, by plugin name."""
    found: dict[str, str] = {}
    for name, plugin in plugins.named():
        folder = _folder(plugin)
        if folder is not None:
            found[name] = str(folder)
    return found


def _folder(plugin: Any) -> Path | None:
    package = (getattr(plugin, "__package__", None) or type(plugin).__module__).partition(".")[0]
    file = getattr(sys.modules.get(package), "__file__", None)
    if package == "meetup" or not file:
        return None
    folder = Path(file).parent / "migrations" / "versions"
    return folder if folder.is_dir() else None
