"""What commands begin with: the mount that they are for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

from meetup.commands import Failure, find_mount

Command = TypeVar("Command", bound=Callable[..., Any])

__all__ = ["Failure", "pass_mount"]


def pass_mount(command: Command) -> Command:
    """Give `command` the :class:`~meetup.mount.Mount` first, and an application context around it."""

    @click.pass_context
    @wraps(command)
    def wrapped(ctx: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        mount = find_mount(ctx)
        with mount.app.app_context():
            return ctx.invoke(command, mount, *args, **kwargs)

    return cast(Command, wrapped)
