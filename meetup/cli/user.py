"""``meetup user``: the accounts of the stand-alone site's staff."""

from __future__ import annotations

import click
from sqlalchemy import select

from meetup.access import STAFF_ROLES
from meetup.cli.context import Failure, pass_mount
from meetup.departments.models import Department
from meetup.mount import Mount
from meetup.staff import service
from meetup.staff.identity import StaffIdentity
from meetup.staff.models import StaffUser
from meetup.staff.notices import password_link

_ASK = "-"


@click.group("user")
@pass_mount
def command(mount: Mount) -> None:
    """Accounts of staff: add, list, close, open."""
    if not isinstance(mount.identity, StaffIdentity):
        raise Failure("this site's users are the host application's; manage them there")


@command.command()
@click.argument("email")
@click.option("--role", type=click.Choice(STAFF_ROLES), required=True)
@click.option("--department", metavar="CODE", default="", help="Whom an officer works for.")
@click.option("--name", default="", help="Shown in timelines.")
@click.option("--language", default="", help="The language of messages to them: vi or en.")
@click.option(
    "--password",
    is_flag=False,
    flag_value=_ASK,
    metavar="[PASSWORD]",
    help="Asked for when nothing follows. Without this option a link to set one is mailed and printed.",
)
@pass_mount
def add(mount: Mount, email: str, role: str, department: str, name: str, language: str, password: str | None) -> None:
    """Add someone who signs in as EMAIL."""
    if language and language not in mount.settings.locales:
        raise click.BadParameter(f"one of {', '.join(mount.settings.locales)}", param_hint="--language")
    if password == _ASK:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with mount.work() as work:
        user = service.create_user(work, email, role, department, name, password, locale=language)
        link = "" if password else password_link(work, user)
        work.commit()
    click.echo(f"added {user.email} as {role}")
    if link:
        click.echo(f"a link to set the password is on its way to them, and is this: {link}")


@command.command("list")
@pass_mount
def list_users(mount: Mount) -> None:
    """List accounts: address, roles, department, whether open, whether with a second factor."""
    with mount.work(write=False) as work:
        query = (
            select(StaffUser, Department.code)
            .outerjoin(Department, Department.id == StaffUser.department_id)
            .order_by(StaffUser.email)
        )
        for user, code in work.db.execute(query):
            roles = ",".join(sorted(role.name for role in user.roles))
            state = "open" if user.active else "closed"
            click.echo("\t".join((user.email, roles, code or "-", state, "code" if user.tf_primary_method else "-")))


@command.command()
@click.argument("email")
@pass_mount
def deactivate(mount: Mount, email: str) -> None:
    """Close the account EMAIL and end its sessions."""
    with mount.work() as work:
        service.deactivate(work, service.get(work, email))
        work.commit()
    click.echo(f"closed {email}")


@command.command()
@click.argument("email")
@pass_mount
def activate(mount: Mount, email: str) -> None:
    """Open the closed account EMAIL again."""
    with mount.work() as work:
        service.activate(work, service.get(work, email))
        work.commit()
    click.echo(f"opened {email}")


@command.command()
@click.argument("email")
@pass_mount
def link(mount: Mount, email: str) -> None:
    """Print a link with which EMAIL sets a new password."""
    with mount.work() as work:
        user = service.get(work, email)
        found = password_link(work, user)
        work.log("staff.link", f"user:{user.id}")
        work.commit()
    click.echo(found)


@command.command("forget-code")
@click.argument("email")
@pass_mount
def forget_code(mount: Mount, email: str) -> None:
    """Switch the second factor of EMAIL off, for whoever lost the phone. They are told by mail."""
    with mount.work() as work:
        service.forget_second_factor(work, service.get(work, email))
        work.commit()
    click.echo(f"{email} signs in by password alone now")
