"""``meetup plugins``: what is found, what is enabled, beginning a new one, and taking one's tables away."""

from __future__ import annotations

from pathlib import Path

import click

from meetup import migrate
from meetup.cli.context import Failure, pass_mount
from meetup.mount import Mount
from meetup.plugins.scaffold import write_plugin


@click.group("plugins", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Plugins: list them (which is also what happens without a command), begin a new one, remove one's tables."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_plugins)


@command.command("list")
@pass_mount
def list_plugins(mount: Mount) -> None:
    """List plugins: name, version, distribution, whether enabled, whether with tables."""
    found = mount.plugins.found()
    for plugin in found:
        state = "enabled" if plugin.enabled else "not enabled"
        parts = (plugin.name, plugin.version or "-", plugin.distribution or "-", state)
        click.echo("\t".join((*parts, "tables" if plugin.name in mount.migrations else "-")))
    for name in sorted(set(mount.plugins.names()) - {plugin.name for plugin in found}):
        click.echo(
            "\t".join((name, "-", "-", "given by the application", "tables" if name in mount.migrations else "-"))
        )
    if not found and not mount.plugins.names():
        click.echo("no plugin is installed", err=True)


@command.command()
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder that it goes into; the present one by default.",
)
def new(name: str, into: Path) -> None:
    """Begin a plugin NAME: a distribution with a table, page, menu entry, hook, translation and test, all working."""
    folder = write_plugin(name, into)
    click.echo(f"{folder} is a working plugin; try it:")
    click.echo(f"  pip install -e '{folder}[test]' && meetup db upgrade && pytest {folder}")


@command.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_mount
def remove(mount: Mount, name: str, yes: bool) -> None:
    """Drop the tables of the plugin NAME, with what is in them. Then uninstall it."""
    if name not in mount.migrations:
        raise Failure(_no_such(mount, name))
    if not yes:
        click.confirm(f"All data of the plugin {name!r} will be lost. Go on?", abort=True)
    migrate.downgrade(mount.database.engine, f"{name}@base", mount.migration_locations)
    distribution = next((one.distribution for one in mount.plugins.found() if one.name == name), "")
    click.echo(f"the tables of {name} are gone")
    if distribution:
        click.echo(f"now uninstall it: pip uninstall {distribution}")
        click.echo("or take it off MEETUP_PLUGINS; while it is enabled, `meetup db upgrade` makes its tables again")
    else:
        click.echo("now take it out of the application; until then `meetup db upgrade` makes its tables again")


def _no_such(mount: Mount, name: str) -> str:
    if name in mount.plugins.names():
        return f"the plugin {name!r} has no tables; take it off MEETUP_PLUGINS or uninstall it, no more is needed"
    if name in mount.plugins.absent():
        return f"the plugin {name!r} is installed and not enabled; enable it (MEETUP_PLUGINS), then remove its tables"
    return f"there is no plugin {name!r} with tables; there are: {', '.join(sorted(mount.migrations)) or 'none'}"
