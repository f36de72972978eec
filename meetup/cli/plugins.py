"""``meetup plugins``: what is found, what is enabled, and taking one's tables away."""

from __future__ import annotations

import click

from meetup import migrate
from meetup.cli.context import Failure, pass_mount
from meetup.mount import Mount
from meetup.plugins.branches import branches


@click.group("plugins", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Plugins: list them (which is also what happens without a command), remove one's tables."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_plugins)


@command.command("list")
@pass_mount
def list_plugins(mount: Mount) -> None:
    """List plugins: name, version, distribution, whether enabled, whether with tables."""
    tables = branches(mount.plugins)
    found = mount.plugins.found()
    for plugin in found:
        state = "enabled" if plugin.enabled else "not enabled"
        parts = (plugin.name, plugin.version or "-", plugin.distribution or "-", state)
        click.echo("\t".join((*parts, "tables" if plugin.name in tables else "-")))
    for name in sorted(set(mount.plugins.names()) - {plugin.name for plugin in found}):
        click.echo("\t".join((name, "-", "-", "given by the application", "tables" if name in tables else "-")))
    if not found and not mount.plugins.names():
        click.echo("no plugin is installed", err=True)


@command.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_mount
def remove(mount: Mount, name: str, yes: bool) -> None:
    """Drop the tables of the plugin NAME, with what is in them. Then uninstall it."""
    found = branches(mount.plugins)
    if name not in found:
        loaded = ", ".join(sorted(found)) or "none"
        raise Failure(f"{name!r} is no enabled plugin with tables; there are: {loaded}")
    if not yes:
        click.confirm(f"All data of the plugin {name!r} will be lost. Go on?", abort=True)
    migrate.downgrade(mount.database.engine, f"{name}@base", found.values())
    click.echo(f"the tables of {name} are gone; now uninstall it or take it off MEETUP_PLUGINS")
