"""Where the plugin takes part: every hook that it implements. Without a token in the settings it sends nothing."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from urllib.parse import urlsplit

from flask import Blueprint
from sqlalchemy import select

from meetup.api import (
    N_,
    Actor,
    Change,
    Channel,
    Department,
    Entry,
    Mount,
    Notice,
    Setting,
    Work,
    _,
    can,
    current_mount,
    hookimpl,
    link,
)
from meetup_chat import rooms, telling, views
from meetup_chat.channel import ChatChannel, channels_of
from meetup_chat.models import Room
from meetup_chat.telegram import Telegram
from meetup_chat.tokens import Tokens
from meetup_chat.zalo import Zalo


def _address(value: str) -> str | None:
    try:
        parts = urlsplit(value)
        here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"} and parts.port is not None
    except ValueError:
        return "is no address; write https://…"
    return None if here or (parts.scheme == "https" and parts.hostname) else "is no https address; write https://…"


SETTINGS = (
    Setting("CHAT_TELEGRAM_TOKEN", str, "", "The token of the Telegram bot; empty: no Telegram."),
    Setting("CHAT_TELEGRAM_API", str, "https://api.telegram.org", "Where the Telegram Bot API is.", _address),
    Setting("CHAT_ZALO_APP_ID", str, "", "The number of the Zalo app; empty: no Zalo."),
    Setting("CHAT_ZALO_APP_SECRET", str, "", "The secret key of the Zalo app."),
    Setting(
        "CHAT_ZALO_REFRESH_TOKEN",
        str,
        "",
        "The first refresh token of the Zalo Official Account; later ones are kept in the database.",
    ),
    Setting("CHAT_ZALO_API", str, "https://openapi.zalo.me", "Where the Zalo OA API is.", _address),
    Setting("CHAT_ZALO_OAUTH", str, "https://oauth.zaloapp.com", "Where Zalo's tokens are renewed.", _address),
)


MEETUP_SURFACE = "1.0"
#: It puts nothing on public pages.
MEETUP_KEEPS_PAGES = True


@hookimpl
def meetup_settings() -> Iterable[Setting]:
    """Who we are at each service."""
    return SETTINGS


@hookimpl
def meetup_migrations() -> Iterable[str]:
    """The two tables."""
    return [str(files("meetup_chat") / "migrations" / "versions")]


@hookimpl
def meetup_blueprints() -> Iterable[Blueprint]:
    """``/organize/chat/``."""
    return [views.bp]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    """For organisers where there is a service, and for whoever can set one up."""
    if area != "desk" or not can(actor, "desk.organize"):
        return []
    if not channels_of(current_mount()) and not can(actor, "site.administer"):
        return []
    return [Entry(_("Chat rooms"), link("chat.index"), "chat", 95)]


@hookimpl
def meetup_notices() -> Iterable[Notice]:
    """The one kind of message."""
    return [Notice(rooms.NOTICE, telling.prepare, N_("Notice to a chat room"), sample=rooms.sample)]


@hookimpl
def meetup_channels(mount: Mount) -> Iterable[Channel]:
    """``telegram`` and ``zalo``, each if it is set up."""
    chosen = mount.settings
    found: list[Channel] = []
    if chosen.chat_telegram_token:
        found.append(ChatChannel(mount, Telegram(chosen.chat_telegram_api, chosen.chat_telegram_token)))
    if chosen.chat_zalo_app_id:
        found.append(ChatChannel(mount, Zalo(chosen.chat_zalo_api, Tokens(mount, chosen.chat_zalo_oauth))))
    return found


@hookimpl
def meetup_after_change(work: Work, change: Change) -> None:
    """A notice to every room that is to hear of it."""
    if channels_of(work.mount):
        rooms.tell(work, change)


@hookimpl
def meetup_demo_data(work: Work) -> None:
    """A room to look at, which is off."""
    department = work.db.scalars(select(Department).order_by(Department.id)).first()
    work.db.add(
        Room(
            service="telegram",
            address="-1001234567890",
            name="Nhóm xử lý kiến nghị",
            department_id=department.id if department else None,
            locale="vi",
            events=["follow_up.assign", "follow_up.send_back"],
            is_on=False,
            created_at=work.now,
        )
    )
