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

#: command → the module whose ``command`` it is. The order is that of the help.
MODULES = {
    "demo": "meetup.demo.command",
    "run": "meetup.cli.run",
    "worker": "meetup.cli.worker",
    "db": "meetup.cli.db",
    "user": "meetup.cli.user",
    "token": "meetup.cli.token",
    "import": "meetup.cli.importing",
    "export": "meetup.cli.exporting",
    "audit": "meetup.cli.audit",
    "check": "meetup.cli.check",
    "plugins": "meetup.cli.plugins",
    "privacy": "meetup.cli.privacy",
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
        return [name for name in MODULES if _exists(MODULES[name])] + sorted(self._brought(ctx))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command; only its own module is imported."""
        module = MODULES.get(cmd_name)
        if module is not None:
            return import_module(module).command if _exists(module) else None
        with one_line_errors():
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


def _exists(module: str) -> bool:
    return find_spec(module) is not None


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
