"""What a registration asks of the database on the day everybody comes, and that its answer is true all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from meetup.rest.tokens import create_token
from tests.factories import make_session

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.factories import Unit

#: A new investor, a seat at once: token, session, its lock, who it is, the line, seats, log; seven rows and a number.
MOST = 18


def body(number: int, *, people: int = 1, **enterprise: Any) -> dict[str, Any]:
    return {
        "enterprise": {"kind": "investor", "name": f"Nhà đầu tư {number}", **enterprise},
        "contact": {"name": "Bà Lan", "email": f"lan{number}@invest.example", "language": "vi"},
        "participants": [{"name": f"Người {one}"} for one in range(people)],
        "consent": True,
    }


@pytest.fixture
def room(work: Unit, client: FlaskClient) -> Any:
    """A session with three seats; gives what registers for it, and what reads an answer's thing again."""
    with work() as w:
        session = make_session(w, capacity=3).id
        _row, text = create_token(w, name="bàn", role="organizer")
        w.commit()
    headers = {"Authorization": f"Bearer {text}"}

    class Room:
        def register(self, number: int, **more: Any) -> Any:
            path = f"/api/v1/sessions/{session}/registrations"
            return client.post(path, json=body(number, **more), headers=headers)

        def read(self, key: int) -> Any:
            return client.get(f"/api/v1/registrations/{key}", headers=headers)

    return Room()


def test_a_registration_asks_little(room: Any, query_counter: Any) -> None:
    with query_counter() as statements:
        assert room.register(1).json["state"] == "confirmed"
    assert len(statements) <= MOST, "\n".join(statements)


def test_in_a_full_room_nobody_reads_the_whole_line(room: Any, query_counter: Any) -> None:
    for number in range(5):
        room.register(number)
    with query_counter() as statements:
        assert room.register(6).json["waitlist_position"] == 3
    assert not [one for one in statements if one.startswith("SELECT") and "passed_over" in one]
    assert len(statements) <= MOST


@pytest.mark.parametrize(
    ("there", "first", "state"),
    [
        (0, {"people": 2}, "confirmed"),
        (2, {"people": 2}, "waitlisted"),
        (0, {"kind": "enterprise", "tax_code": "0100109106", "sector": "Dệt may"}, "confirmed"),
    ],
)
def test_the_answer_is_what_is_read_afterwards(room: Any, there: int, first: dict[str, Any], state: str) -> None:
    if there:
        room.register(9, people=there)
    assert room.register(1, **first).json["state"] == state
    for number, status in ((2, 201), (1, 200), (3, 201)):
        given = room.register(number, **(first if number == 1 else {}))
        assert given.status_code == status, given.json
        again = room.read(given.json["id"])
        assert given.json == again.json
        assert given.headers["ETag"] == again.headers["ETag"]
