"""One implementation of every hook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from flask import Blueprint
from markupsafe import Markup
from sqlalchemy import delete, func, select

from meetup.api import (
    N_,
    Actor,
    Change,
    Channel,
    Entry,
    Envelope,
    Figure,
    Held,
    Mount,
    Notice,
    Panel,
    Prepared,
    Refused,
    Setting,
    Work,
    _,
    allow,
    current_work,
    enqueue,
    hookimpl,
    link,
    page,
)
from meetup_thanks.models import Note

MEETUP_SURFACE = "1.0"
MEETUP_KEEPS_PAGES = True


@hookimpl
def meetup_settings() -> Iterable[Setting]:
    return [Setting("THANKS_CLOSES", int, 24, "The hour at which registering ends for the day.")]


@hookimpl
def meetup_migrations() -> Iterable[str]:
    return [str(files("meetup_thanks") / "migrations" / "versions")]


@hookimpl
def meetup_start(mount: Mount) -> None:
    mount.app.logger.info("thanks: notes go to %s", Path(mount.app.instance_path) / "blackboard.txt")


bp = Blueprint("thanks", __name__)


@bp.get("/thanks/")
@allow("public")
def index() -> Any:
    notes = current_work().db.scalars(select(Note).order_by(Note.id.desc()).limit(50)).all()
    return page("thanks/index.html", notes=notes)


@hookimpl
def meetup_blueprints() -> Iterable[Blueprint]:
    return [bp]


@hookimpl
def meetup_commands(mount: Mount) -> Iterable[click.Command]:
    @click.command("thanks")
    def command() -> None:
        """Say every word of thanks."""
        with mount.work(write=False) as work:
            for note in work.db.scalars(select(Note).order_by(Note.id)):
                click.echo(note.text)

    return [command]


@hookimpl
def meetup_menu(actor: Actor, area: str) -> Iterable[Entry]:
    return [Entry(_("Thanks"), link("thanks.index"), "cup", 85)] if area == "public" else []


@hookimpl
def meetup_panels(work: Work, slot: str, thing: Any) -> Iterable[Panel]:
    if slot != "session":
        return []
    return [Panel(_("Thanks"), Markup("<p>{}</p>").format(_("To all who come to “%(title)s”.", title=thing.title)))]


@hookimpl
def meetup_before_change(work: Work, change: Change) -> None:
    hour = work.now.astimezone(work.zone).hour
    if change.machine == "registration" and not change.before and hour >= work.settings.thanks_closes:
        raise Refused(N_("Registering ends for today; please come back in the morning."))


@hookimpl
def meetup_after_change(work: Work, change: Change) -> None:
    if change.name == "follow_up.confirm":
        work.db.add(Note(text=f"Follow-up {change.thing.number}", at=work.now))
        enqueue(
            work,
            "thanks_note",
            to=work.mount.mail_from,
            subject=change.thing.subject,
            context={"number": change.thing.number},
            channel="blackboard",
        )


@hookimpl
def meetup_notices() -> Iterable[Notice]:
    return [Notice("thanks_note", lambda work, row: Prepared(dict(row.context)), N_("Thanks"))]


class Blackboard:
    """A channel that writes down what it is given."""

    name = "blackboard"

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, message: EmailMessage, row: Any) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{message['Subject']}\n")

    def close(self) -> None:
        pass


@hookimpl
def meetup_channels(mount: Mount) -> Iterable[Channel]:
    return [Blackboard(Path(mount.app.instance_path) / "blackboard.txt")]


@hookimpl
def meetup_envelope(mount: Mount, outgoing: Any) -> Envelope | None:
    return Envelope(reply_to=f"thanks@{mount.mail_domain}") if outgoing.kind == "thanks_note" else None


@hookimpl
def meetup_due_work(work: Work) -> Mapping[str, int] | None:
    gone = work.db.execute(delete(Note).where(Note.at < work.now - timedelta(days=365)))
    return {"thanks_forgotten": gone.rowcount}


@hookimpl
def meetup_figures(work: Work) -> Iterable[Figure]:
    count = Decimal(work.db.scalar(select(func.count()).select_from(Note)) or 0)
    return [Figure("thanks", N_("Words of thanks"), N_("Notes on the board."), {"whole": {"": count}}, places=0)]


@hookimpl
def meetup_held(work: Work, held: Held) -> Iterable[tuple[str, Mapping[str, Any]]]:
    notes = work.db.scalars(select(Note).where(Note.text.icontains(held.email, autoescape=True)))
    return [("thanks", {"text": note.text}) for note in notes]


@hookimpl
def meetup_erase(work: Work, held: Held) -> Iterable[tuple[str, int]]:
    gone = work.db.execute(delete(Note).where(Note.text.icontains(held.email, autoescape=True)))
    return [("thanks", gone.rowcount)]


@hookimpl
def meetup_demo_data(work: Work) -> None:
    work.db.add(Note(text="Cảm ơn quý doanh nghiệp", at=work.now))
