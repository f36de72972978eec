"""What is done to rooms, and what changes tell them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from meetup.api import (
    N_,
    Change,
    Department,
    Fault,
    InvalidInput,
    Stale,
    Work,
    enqueue,
    guarded_update,
)
from meetup_chat import telling
from meetup_chat.models import Room

if TYPE_CHECKING:
    from meetup_chat.messenger import Messenger

#: The notice's name.
NOTICE = "chat_notice"
_MEMO = "meetup_chat.rooms"


def create_room(work: Work, messenger: Messenger | None, **typed: Any) -> Room:
    """Enter a room.

    Args:
        messenger: the chosen service; None if there is no such one.
        typed: ``service``, ``address``, ``name``, ``department_id``, ``locale``, ``events``, ``is_on``.

    Raises:
        InvalidInput: with every fault.
    """
    room = Room(**_checked(work, messenger, **typed), created_at=work.now)
    work.db.add(room)
    work.db.flush()
    work.memo.pop(_MEMO, None)
    work.log("chat.create", room, service=room.service)
    return room


def update_room(work: Work, room: Room, messenger: Messenger | None, *, version: int, **typed: Any) -> Room:
    """Change a room; switched on again, it forgets why it was off.

    Raises:
        InvalidInput: with every fault.
        Stale: if someone else changed it since `version`.
    """
    values = _checked(work, messenger, **typed)
    if room.version != version:
        raise Stale()
    guarded_update(work.db, room, **values, stopped="" if values["is_on"] else room.stopped)
    work.memo.pop(_MEMO, None)
    work.log("chat.update", room, is_on=room.is_on)
    return room


def switch_off(work: Work, room: Room, why: str) -> None:
    """Tell a room nothing more that is closed to us; what waits for it is no longer needed."""
    guarded_update(work.db, room, is_on=False, stopped=why[:500])
    work.log("chat.switch_off", room, reason=why[:300])


def move(work: Work, room: Room, address: str) -> None:
    """A room has another address, as its service says."""
    guarded_update(work.db, room, address=address[:80])
    work.log("chat.move", room)


def remove(work: Work, room: Room) -> None:
    """Forget a room."""
    work.log("chat.remove", room)
    work.db.delete(room)
    work.memo.pop(_MEMO, None)


def tell(work: Work, change: Change) -> None:
    """Enqueue a message to every room that is to hear of the change; asks the database once a unit of work."""
    if change.name not in telling.EVENTS:
        return
    department = telling.department_of(change)
    for room in _rooms(work):
        if change.name in room.events and room.department_id in (None, department):
            _enqueue(work, room, telling.told(change), change.thing.subject)


def send_test(work: Work, room: Room) -> None:
    """Say in a room that this is a test.

    Raises:
        InvalidInput: if it is off.
    """
    if not room.is_on:
        raise InvalidInput("is_on", N_("The room is switched off."), N_("Switch the room on first."))
    _enqueue(work, room, {"event": telling.TEST}, room.subject)


def sample(work: Work) -> dict[str, Any] | None:
    """A message for whoever looks at the kind before one is sent."""
    room = work.db.scalars(select(Room).where(Room.is_on).order_by(Room.id)).first()
    return None if room is None else {"room": room.id, "told": {"event": telling.TEST}}


def _rooms(work: Work) -> list[Room]:
    if _MEMO not in work.memo:
        with work.db.no_autoflush:
            work.memo[_MEMO] = list(work.db.scalars(select(Room).where(Room.is_on).order_by(Room.id)))
    found: list[Room] = work.memo[_MEMO]
    return found


def _enqueue(work: Work, room: Room, kept: dict[str, Any], subject: str) -> None:
    if room.service not in work.mount.channels:
        # The service was taken out of the settings: nothing is kept for a day that may not come.
        return
    enqueue(
        work,
        NOTICE,
        to=room.recipient,
        name=room.name,
        locale=room.locale,
        subject=subject,
        context={"room": room.id, "told": kept},
        channel=room.service,
    )


def _checked(
    work: Work,
    messenger: Messenger | None,
    *,
    service: str,
    address: str,
    name: str,
    department_id: int | None,
    locale: str,
    events: Sequence[str],
    is_on: bool,
) -> dict[str, Any]:
    faults: list[Fault] = []
    address, name = address.strip(), name.strip()
    if messenger is None:
        faults.append(Fault("service", N_("There is no such service here."), N_("Choose one of the list.")))
    elif not messenger.takes(address):
        faults.append(Fault("address", N_("This service has no such address."), messenger.hint))
    if not 0 < len(name) <= 120:
        faults.append(Fault("name", N_("The room needs a name."), N_("Write at most 120 characters.")))
    if department_id is not None and work.db.get(Department, department_id) is None:
        faults.append(Fault("department_id", N_("There is no such department."), N_("Choose one of the list.")))
    possible = telling.EVENTS if department_id is None else telling.DEPARTMENTAL
    chosen = [one for one in possible if one in set(events)]
    if not chosen:
        mend = N_("Choose at least one.")
        if events:
            mend = N_("A department's room hears of its issues and follow-ups alone.")
        faults.append(Fault("events", N_("Nothing is chosen that can be told there."), mend))
    if faults:
        raise InvalidInput.many(faults)
    return {
        "service": service,
        "address": address,
        "name": name,
        "department_id": department_id,
        "locale": locale if locale in work.settings.locales else work.settings.locales[0],
        "events": chosen,
        "is_on": is_on,
    }
