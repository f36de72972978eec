"""``meetup token``: bearer tokens of the API, shown once and kept hashed."""

from __future__ import annotations

import click
from sqlalchemy import select

from meetup.access import STAFF_ROLES
from meetup.cli.context import Failure, pass_mount
from meetup.mount import Mount
from meetup.rest.models import ApiToken
from meetup.rest.tokens import create_token, revoke_token


@click.group("token")
def command() -> None:
    """Tokens of the API."""


@command.command()
@click.argument("name")
@click.option("--role", type=click.Choice(STAFF_ROLES), required=True)
@click.option("--department", metavar="CODE", default="", help="Whom an officer's token works for.")
@pass_mount
def create(mount: Mount, name: str, role: str, department: str) -> None:
    """Make a token called NAME and print it: this once, it is not kept."""
    with mount.work() as work:
        _, text = create_token(work, name=name, role=role, department_code=department)
        work.commit()
    # Alone on stdout, so that a script can take it.
    click.echo(text)
    click.echo("Keep it now: it is not shown again.", err=True)


@command.command("list")
@pass_mount
def list_tokens(mount: Mount) -> None:
    """List tokens: number, name, role, since when, whether revoked."""
    with mount.work(write=False) as work:
        for token in work.db.scalars(select(ApiToken).order_by(ApiToken.id)):
            state = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else "valid"
            click.echo("\t".join((str(token.id), token.name, token.role, f"{token.created_at:%Y-%m-%d}", state)))


@command.command()
@click.argument("token", metavar="NUMBER|NAME")
@pass_mount
def revoke(mount: Mount, token: str) -> None:
    """End a token, by its number or its name."""
    with mount.work() as work:
        wanted = ApiToken.id == int(token) if token.isdecimal() else ApiToken.name == token
        found = work.db.scalars(select(ApiToken).where(wanted, ApiToken.revoked_at.is_(None))).all()
        if not found:
            raise Failure(f"there is no valid token {token!r}; see: meetup token list")
        if len(found) > 1:
            numbers = ", ".join(str(each.id) for each in found)
            raise Failure(f"{len(found)} tokens are called {token!r}; name one by its number: {numbers}")
        revoke_token(work, found[0])
        work.commit()
    click.echo(f"revoked {token}")
