"""The pages where organisers choose what is told in which room."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request
from sqlalchemy import select

from meetup.api import Department, MeetupError, _, allow, current_mount, current_work, link, page, say, submit
from meetup_chat import rooms
from meetup_chat.channel import channels_of
from meetup_chat.forms import RoomForm
from meetup_chat.models import Room
from meetup_chat.telling import EVENTS

bp = Blueprint("chat", __name__)


@bp.get("/organize/chat/")
@allow("desk.organize")
def index() -> Any:
    """The rooms, and what is told in each."""
    work = current_work()
    query = select(Room, Department).outerjoin(Department, Department.id == Room.department_id).order_by(Room.id)
    services = channels_of(current_mount())
    return page(
        "chat/index.html",
        rooms=work.db.execute(query).all(),
        services={name: one.messenger.label for name, one in services.items()},
        words=EVENTS,
    )


@bp.route("/organize/chat/new", methods=["GET", "POST"])
@allow("desk.organize")
def new() -> Any:
    """Enter a room."""
    form = _form()
    made = submit(form, lambda: rooms.create_room(current_work(), _messenger(form), **form.values()))
    return _answer(form, made, None)


@bp.route("/organize/chat/<int(max=2147483647):key>", methods=["GET", "POST"])
@allow("desk.organize")
def edit(key: int) -> Any:
    """Change a room, or switch it on or off."""
    room = _room(key)
    form = _form()
    if request.method == "GET":
        form.show(room)
    typed = form.version.data or ""
    version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    done = submit(
        form,
        lambda: rooms.update_room(current_work(), room, _messenger(form), version=version, **form.values()),
    )
    return _answer(form, done, _room(key))


@bp.post("/organize/chat/<int(max=2147483647):key>/test")
@allow("desk.organize")
def test(key: int) -> Any:
    """Say in the room that this is a test."""
    work = current_work()
    try:
        rooms.send_test(work, _room(key))
        work.commit()
        flash(_("A test waits to be said."), "success")
    except MeetupError as error:
        flash(say(error), "danger")
    return redirect(link("chat.edit", key=key))


@bp.post("/organize/chat/<int(max=2147483647):key>/remove")
@allow("desk.organize")
def remove(key: int) -> Any:
    """Forget the room."""
    work = current_work()
    rooms.remove(work, _room(key))
    work.commit()
    flash(_("The room is removed."), "success")
    return redirect(link("chat.index"))


def _room(key: int) -> Room:
    found: Room = current_work().get(Room, key)
    return found


def _form() -> RoomForm:
    departments = current_work().db.scalars(select(Department).order_by(Department.name, Department.id)).all()
    return RoomForm.of(current_mount(), channels_of(current_mount()), departments)


def _messenger(form: RoomForm) -> Any:
    found = channels_of(current_mount()).get(form.service.data or "")
    return found.messenger if found is not None else None


def _answer(form: RoomForm, done: Room | None, room: Room | None) -> Any:
    if done is not None:
        flash(_("The room is kept."), "success")
        return redirect(link("chat.index"))
    recipient = room.recipient if room is not None else ""
    body = page("chat/edit.html", form=form, room=room, recipient=recipient, ready=bool(channels_of(current_mount())))
    return body, 422 if form.failed else 200
