"""Answers that prove nothing, and mail that no person wrote: they change nothing (D2, D10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from meetup_mailbox.delivering import deliver
from sqlalchemy import func, select

from meetup.api import Outgoing
from meetup.outbox.worker import drain

from .invited import SETTINGS, Invited

FORGED = {
    "to the programme's address": {"to": "coffee@example.vn"},
    "with a secret that is false": {"to": f"coffee+r1-{'a' * 26}@example.vn"},
    "with somebody else's secret": {"to": "other"},
    "for somebody else": {"attendee": "dn2@example.com"},
    "about another session": {"uid": "00000000-0000-4000-8000-000000000000"},
    "with our server's name in false": {
        "to": "coffee@example.vn",
        "head": b"Authentication-Results: evil.example; dkim=pass header.d=example.com\r\n",
    },
    "signed by another domain": {
        "to": "coffee@example.vn",
        "head": b"Authentication-Results: mx.example.vn; dkim=pass header.d=ample.com\r\n",
    },
    "with a signature that failed": {
        "to": "coffee@example.vn",
        "head": b"Authentication-Results: mx.example.vn; dkim=fail header.d=example.com\r\n",
    },
    "with a true line below a failed one": {
        "to": "coffee@example.vn",
        "head": b"Authentication-Results: mx.example.vn; dkim=none\r\n"
        b"Authentication-Results: mx.example.vn; dkim=pass header.d=example.com\r\n",
    },
}


@pytest.fixture
def settings() -> dict[str, Any]:
    return dict(SETTINGS)


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_answer_changes_nothing_and_waits(anyone: Callable[[int], Invited], how: str) -> None:
    lan, other = anyone(1), anyone(2)
    given = dict(FORGED[how])
    if given.get("to") == "other":
        given["to"] = other.reply_to
    made = lan.answer(**given)  # type: ignore[arg-type]
    assert (made.kind, made.state) == ("reply", "waiting")
    assert (lan.state, other.state) == ("invited", "invited")
    assert lan.row(made.id).why


def test_what_our_own_mail_server_vouches_for_counts(lan: Invited) -> None:
    head = b"Authentication-Results: mx.example.vn; spf=pass x=y;\r\n dkim=pass (2048) header.d=example.com\r\n"
    assert lan.answer(to="coffee@example.vn", head=head).state == "done"
    assert lan.state == "confirmed"


def test_an_answer_to_the_message_that_they_alone_got_counts(lan: Invited) -> None:
    head = f"In-Reply-To: {lan.mail['Message-ID']}\r\n".encode()
    assert lan.answer(to="coffee@example.vn", head=head).state == "done"
    assert lan.state == "confirmed"


def test_a_secret_ends_with_the_address_and_with_the_key(lan: Invited) -> None:
    address = lan.reply_to
    assert re.fullmatch(r"coffee\+r[0-9a-z]+-[a-z2-7]{26}@example\.vn", address)
    mail = lan.mail
    assert mail.envelope_from.startswith("coffee+b")
    assert mail.envelope_from != address
    assert str(mail["From"].addresses[0].addr_spec) == "coffee@example.vn"
    before = lan.mount.secret
    lan.mount.secret = "another"
    try:
        made = lan.answer(to=address)
    finally:
        lan.mount.secret = before
    assert made.state == "waiting"
    assert lan.state == "invited"


OUT_OF_OFFICE = (
    b"From: dn1@example.com\r\nTo: coffee@example.vn\r\nSubject: Out of office\r\nMessage-ID: <ooo@example.com>\r\n"
    b"Auto-Submitted: auto-replied\r\n\r\nI am away.\r\n"
)


def test_automatic_mail_and_our_own_cause_nothing(lan: Invited) -> None:
    count = len(lan.smtp.messages)
    assert deliver(lan.mount, OUT_OF_OFFICE, recipients=["coffee@example.vn"]).kind == "automatic"
    null_sender = OUT_OF_OFFICE.replace(b"Auto-Submitted: auto-replied\r\n", b"").replace(b"ooo@", b"null@")
    assert deliver(lan.mount, null_sender, recipients=["coffee@example.vn"], sender="").kind == "automatic"
    assert deliver(lan.mount, lan.mail.raw, recipients=["coffee@example.vn"]).kind == "own"
    drain(lan.mount)
    assert len(lan.smtp.messages) == count
    with lan.work(write=False) as w:
        from meetup.api import Issue

        assert w.db.scalar(select(func.count()).select_from(Issue)) == 0
        assert w.db.scalar(select(func.count()).where(Outgoing.state == "queued")) == 0
    assert lan.state == "invited"
