"""``meetup privacy``: what is held about a person, and forgetting it."""

from __future__ import annotations

import json

import click

from meetup.cli.context import pass_mount
from meetup.enterprises.consents import CONSENT_TEXTS, withdraw_everywhere
from meetup.mount import Mount
from meetup.privacy.erase import erase as forget
from meetup.privacy.held import ACCOUNTS, find
from meetup.privacy.held import export as collect


@click.group("privacy")
def command() -> None:
    """What is held about a person."""


@command.command()
@click.argument("email")
@pass_mount
def export(mount: Mount, email: str) -> None:
    """Print everything that is held about EMAIL as JSON. The log notes that it was read."""
    with mount.work() as work:
        found = collect(work, email)
        work.log("privacy.export", "privacy:export", contacts=len(found["contacts"]))
        work.commit()
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


@command.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_mount
def erase(mount: Mount, email: str, yes: bool) -> None:
    """Forget EMAIL: names, addresses and numbers become tombstones; decisions and the log's chain stay."""
    with mount.work(write=False) as work:
        held = find(work, email)
    if held.is_empty:
        click.echo(f"nothing is held about {email}")
        return
    if any(kind == ACCOUNTS and row["active"] for kind, row in held.of_plugins):
        raise click.ClickException(
            f"{email} signs in here as staff; close the account first: meetup user deactivate {email}"
        )
    if not yes:
        click.confirm(f"Forget everything that names {email}? It cannot be undone", abort=True)
    with mount.work() as work:
        counts = forget(work, email)
        work.commit()
    click.echo(", ".join(f"{name}: {count}" for name, count in counts.items() if count))


@command.command("withdraw")
@click.argument("email")
@click.argument("purpose", type=click.Choice(list(CONSENT_TEXTS)))
@pass_mount
def withdraw(mount: Mount, email: str, purpose: str) -> None:
    """Note that whoever is behind EMAIL no longer agrees to PURPOSE: who wrote or called instead of using the link."""
    with mount.work() as work:
        count = withdraw_everywhere(work, email, purpose)
        work.commit()
    if not count:
        click.echo(f"no agreement to “{purpose}” is held of {email}")
        return
    click.echo(f"withdrawn: {count}")
    if purpose == "registration":
        click.echo("What is held is erased by: meetup privacy erase EMAIL")
