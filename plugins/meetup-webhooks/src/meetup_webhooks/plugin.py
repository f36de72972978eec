"""Where the plugin takes part: every hook that it implements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files

from flask import Blueprint

from meetup.api import (
    N_,
    Actor,
    Change,
    Channel,
    Entry,
    Mount,
    Notice,
    Setting,
    Work,
    _,
    can,
    hookimpl,
    link,
)
from meetup_webhooks import endpoints, views
from meetup_webhooks.channel import Webhooks
from meetup_webhooks.targets import networks_fault


def _hours(value: int) -> str | None:
    return None if 0 <= value <= 8_760 else "is not between 0 and 8760"


def _days(value: int) -> str | None:
    return None if 1 <= value <= 3_650 else "is not between 1 and 3650"


SETTINGS = (
    Setting("WEBHOOKS_HTTP", bool, False, "Call http:// too, not https:// alone: for development and tests."),
    Setting(
        "WEBHOOKS_NETWORKS",
        tuple,
        (),
        "Networks of your own that may be called although they are private, such as 10.1.0.0/16.",
        networks_fault,
    ),
    Setting("WEBHOOKS_ROTATE_HOURS", int, 24, "How long an old secret signs along with the new one.", _hours),
    Setting("WEBHOOKS_LOG_DAYS", int, 30, "How long the endpoints' answers are kept.", _days),
)


MEETUP_SURFACE = "1.0"
#: It puts nothing on public pages.
MEETUP_KEEPS_PAGES = True


@hookimpl
def meetup_settings() -> Iterable[Setting]:
    """What may be called, and how long things are kept."""
    return SETTINGS


@hookimpl
def meetup_migrations() -> Iterable[str]:
    """The two tables."""
    return [str(files("meetup_webhooks") / "migrations" / "versions")]


@hookimpl
def meetup_blueprints() -> Iterable[Blueprint]:
    """``/organize/webhooks/``."""
    return [views.bp]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """For administrators."""
    if area != "desk" or not can(actor, "site.administer"):
        return []
    return [Entry(_("Webhooks"), link("webhooks.index"), "send", 96)]


@hookimpl
def meetup_notices() -> Iterable[Notice]:
    """The one kind of message."""
    return [Notice(endpoints.NOTICE, endpoints.prepare, N_("Webhook"), sample=endpoints.sample)]


@hookimpl
def meetup_channels(mount: Mount) -> Iterable[Channel]:
    """``webhook``."""
    return [Webhooks(mount)]


@hookimpl
def meetup_after_change(work: Work, change: Change) -> None:
    """A message to everyone who listens."""
    endpoints.tell(work, change)


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int]:
    """Old answers go."""
    return {"webhooks_forgotten": endpoints.forget(work)}


@hookimpl
def meetup_demo_data(work: Work) -> None:
    """An endpoint to look at, which is off."""
    endpoints.create_endpoint(
        work,
        url="https://tich-hop.example.com/meetup",
        chosen=["issue.accept", "follow_up.verify"],
        description="Trục tích hợp dữ liệu của tỉnh",
        is_on=False,
    )
