"""Whoever changes the log behind its back is found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskCliRunner

if TYPE_CHECKING:
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]

#: What somebody with a hand on the database does, and the entry that gives it away.
TAMPERINGS = {
    "an actor": ("UPDATE meetup_activity SET actor_id = 'staff:9' WHERE seq = 3", "entry 3 was changed"),
    "an instant": ("UPDATE meetup_activity SET at = '2020-01-01 00:00:00' WHERE seq = 4", "entry 4 was changed"),
    "details": ("UPDATE meetup_activity SET details = '{\"n\": 99}' WHERE seq = 2", "entry 2 was changed"),
    "a hash too": ("UPDATE meetup_activity SET action = 'x', hash = prev_hash WHERE seq = 3", "entry 3 was changed"),
    "one removed": ("DELETE FROM meetup_activity WHERE seq = 3", "entry 3 is missing"),
    "the first removed": ("DELETE FROM meetup_activity WHERE seq = 1", "entry 1 is missing"),
    "the last removed": ("DELETE FROM meetup_activity WHERE seq = 5", "entry 5 is missing"),
    "one put in": (
        "INSERT INTO meetup_activity (seq, at, actor_kind, actor_id, action, subject, about, before, after, details,"
        " salt, details_digest, request_id, prev_hash, hash) SELECT 6, at, actor_kind, actor_id, action, subject,"
        " about, before, after, details, salt, details_digest, request_id, hash, prev_hash FROM meetup_activity"
        " WHERE seq = 5",
        "entry 6 was",
    ),
    "the head": ("UPDATE meetup_activity_head SET hash = 'x'", "entry 5 is not what the head of the chain says"),
}


@pytest.fixture
def five(work: Unit) -> None:
    """Five entries."""
    for number in range(5):
        with work() as w:
            w.log("test.step", f"thing:{number}", n=number)
            w.commit()


def test_a_whole_chain_is_whole(runner: FlaskCliRunner, five: None) -> None:
    result = runner.invoke(args=["meetup", "audit", "verify"])
    assert (result.exit_code, result.output) == (0, "5 entries, the chain is whole\n")


@pytest.mark.parametrize("what", list(TAMPERINGS))
def test_what_was_done_to_it_is_named(runner: FlaskCliRunner, five: None, work: Unit, what: str) -> None:
    statement, said = TAMPERINGS[what]
    with work() as w:
        w.db.connection().exec_driver_sql(statement)
        w.commit()
    result = runner.invoke(args=["meetup", "audit", "verify"])
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stdout == ""


def test_an_erasure_leaves_it_whole(runner: FlaskCliRunner, five: None, work: Unit) -> None:
    with work() as w:
        statement = "UPDATE meetup_activity SET details = NULL, salt = NULL, actor_name = NULL WHERE seq = 2"
        w.db.connection().exec_driver_sql(statement)
        w.commit()
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0
