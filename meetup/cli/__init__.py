"""The ``meetup`` command: the stand-alone site's command line."""

from __future__ import annotations

from typing import Any

import click

from meetup import __version__


def main() -> None:
    """Run ``meetup``; exit status 0 done, 1 failed, 2 misused."""
    from flask.cli import ScriptInfo

    from meetup.commands import Commands

    commands = Commands("meetup")
    commands = click.version_option(__version__, prog_name="meetup", message="%(prog)s %(version)s")(commands)
    commands.main(prog_name="meetup", obj=ScriptInfo(create_app=_make_site, set_debug_flag=False))


def _make_site(*_: Any) -> Any:
    # Only now: `meetup --help` and `meetup --version` need no site.
    from meetup import create_app

    return create_app()
