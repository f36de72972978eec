"""What is held about somebody of the staff is given out; whoever signs in here is not forgotten by mistake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from meetup.outbox.models import Outgoing
from meetup.staff.models import StaffUser

if TYPE_CHECKING:
    from click.testing import Result
    from flask.testing import FlaskCliRunner

LAN = "lan@province.example"


def test_an_account_is_closed_before_it_is_forgotten(runner: FlaskCliRunner, work: Any) -> None:
    def meetup(*words: str) -> Result:
        return runner.invoke(args=["meetup", *words])

    added = meetup("user", "add", LAN, "--role", "organizer", "--name", "Nguyễn Thị Lan")
    assert added.exit_code == 0, added.output
    given = json.loads(meetup("privacy", "export", LAN.upper()).stdout)["accounts"]
    (account,) = given
    assert (account["email"], account["name"], account["roles"]) == (LAN, "Nguyễn Thị Lan", ["organizer"])
    assert not {"password", "fs_uniquifier", "tf_totp_secret", "mf_recovery_codes"} & account.keys()

    with work(write=False) as w:
        waiting = w.db.scalars(select(Outgoing.state).where(Outgoing.recipient == LAN)).all()
    refused = meetup("privacy", "erase", LAN, "--yes")
    assert refused.exit_code == 1
    assert f"meetup user deactivate {LAN}" in refused.stderr
    with work(write=False) as w:
        assert w.db.scalars(select(Outgoing.state).where(Outgoing.recipient == LAN)).all() == waiting
        assert w.db.scalars(select(StaffUser.email)).all() == [LAN]

    assert meetup("user", "deactivate", LAN).exit_code == 0
    done = meetup("privacy", "erase", LAN, "--yes")
    assert done.exit_code == 0, done.output
    assert "accounts: 1" in done.stdout
    assert LAN not in meetup("user", "list").stdout
    assert f"nothing is held about {LAN}" in meetup("privacy", "erase", LAN, "--yes").stdout
    assert meetup("audit", "verify").exit_code == 0
