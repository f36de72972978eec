"""The table of commands, for ``meetup`` and for ``flask <mount>``: each module is imported when it is asked for."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import IO, Any

import click
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError, ProgrammingError

from meetup.errors import MeetupError
from meetup.mount import Mount, mounts

#: command → the module whose ``command`` it is, and what the help says of it. The order is that of the help.
MODULES = {
    "demo": ("meetup.demo.command", "Site, worker and mailbox page with a story in them, on one port."),
    "run": ("meetup.cli.run", "Serve the site for real, with the worker beside it."),
    "worker": ("meetup.cli.worker", "Deliver messages and do what has fallen due."),
    "db": ("meetup.cli.db", "Migrate the database: upgrade, downgrade, current, check."),
    "user": ("meetup.cli.user", "Accounts of staff: add, list, close, open."),
    "token": ("meetup.cli.token", "Tokens of the API: create, list, revoke."),
    "import": ("meetup.cli.importing", "Take in enterprises, departments or sessions from a CSV or XLSX file."),
    "export": ("meetup.cli.exporting", "Give out data as CSV, XLSX or JSON."),
    "backup": ("meetup.cli.backup", "Write database and attachments to a file while the site runs."),
    "restore": ("meetup.cli.restore", "Put a backup into an empty place, and prove it."),
    "scorecards": ("meetup.cli.scorecards", "Verify the sums that the scorecards keep."),
    "search": ("meetup.cli.search", "Make the index of words anew that issues are found by."),
    "audit": ("meetup.cli.audit", "Verify the chain of the activity log."),
    "check": ("meetup.cli.check", "A doctor: looks at everything once, says a line about each."),
    "plugins": ("meetup.cli.plugins", "List plugins; begin a new one; remove one's tables."),
    "privacy": ("meetup.cli.privacy", "What is held about a person: export, erase."),
}

#: Set to anything to see where a fault came from.
TRACEBACK = "MEETUP_TRACEBACK"


class Failure(click.ClickException):
    """A command could not do its work: one line on stderr for each fault, exit status 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the lines."""
        for line in self.message.splitlines():
            click.echo(f"meetup: {line}", file=file, err=file is None)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what is raised inside into :class:`Failure`, so that nobody reads a traceback."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except MeetupError as error:
        raise Failure(str(error)) from error
    except (OperationalError, ProgrammingError) as error:
        raise Failure(_of_database(error)) from error
    except OSError as error:
        raise Failure(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}") from error
    except Exception as error:
        if os.environ.get(TRACEBACK):
            traceback.print_exc()
        what = " ".join(str(error).split())[:300]
        raise Failure(f"{type(error).__name__}: {what} (a fault of ours; {TRACEBACK}=1 shows where)") from error


def _of_database(error: OperationalError | ProgrammingError) -> str:
    said = " ".join(str(error.orig).split())
    if "no such table" in said or "does not exist" in said:
        return f"the database is not migrated ({said}); run: meetup db upgrade"
    if "unable to open database file" in said:
        return f"there is no database yet ({said}); run: meetup db upgrade, which makes it"
    return f"the database cannot be used: {said}"


class Commands(click.Group):
    """The commands of one mount.

    Args:
        name: what the group is called.
        mount: the mount's name; or none for the stand-alone site, whose only one it is.
    """

    def __init__(self, name: str, *, mount: str = "", **more: Any) -> None:
        more.setdefault("help", "Business meetings, from the invitation to the confirmed answer.")
        super().__init__(name, **more)
        self.mount_name = mount
        if not mount:
            self.params.append(
                click.Option(["--mount", "-m"], metavar="NAME", help="Which mount, where an application has several.")
            )

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what goes wrong becomes one line."""
        with one_line_errors():
            ctx.meta["meetup.mount"] = self.mount_name or ctx.params.pop("mount", None) or ""
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Ours in the table's order, then the plugins'."""
        return [*_ours(), *sorted(self._brought(ctx))]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help's list; out of the table, so that nothing is imported for it."""
        rows = [(name, MODULES[name][1]) for name in _ours()]
        rows += [(name, found.get_short_help_str()) for name, found in sorted(self._brought(ctx).items())]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command; only its own module is imported."""
        with one_line_errors():
            if cmd_name in _ours():
                found: click.Command = import_module(MODULES[cmd_name][0]).command
                return found
            return self._brought(ctx, forgive=False).get(cmd_name)

    def _brought(self, ctx: click.Context, *, forgive: bool = True) -> dict[str, click.Command]:
        """The commands that plugins bring; none where the site cannot be made and only the help is asked for."""
        try:
            mount = find_mount(ctx, self.mount_name)
            found = mount.plugins.gather("meetup_commands", mount=mount)
        except Exception:
            if forgive:
                return {}
            raise
        return {str(command.name): command for command in found}


def _ours() -> list[str]:
    """The commands of the table that are installed."""
    return [name for name, (module, _) in MODULES.items() if find_spec(module) is not None]


def find_mount(ctx: click.Context, name: str = "") -> Mount:
    """The mount that a command is for; makes the application if nobody has yet.

    Raises:
        click.UsageError: if there is none of that name.
    """
    info = ctx.find_object(ScriptInfo)
    if info is None:
        raise click.UsageError("there is no application; call this as `meetup` or `flask --app …`")
    found = mounts(info.load_app())
    wanted = name or ctx.meta.get("meetup.mount") or next(iter(found), "")
    if wanted not in found:
        raise click.UsageError(f"there is no mount {wanted!r}; there are: {', '.join(found) or 'none'}")
    return found[wanted]
