"""From proves nothing: what our own mail server vouches for, and how people try to borrow its words (rule D2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain import answers
from tests.domain.answering import answer_to

VICTIM = "dn1@example.com"


@pytest.fixture
def settings() -> dict[str, Any]:
    return {
        "MEETUP_PLUGINS": "mailbox",
        "MEETUP_MAILBOX_ADDRESS": "coffee@province.example",
        "MEETUP_MAILBOX_AUTHSERV": "mx.province.example",
    }


def signed(mail: Any, *results: str, sender: str = f"Lan <{VICTIM}>") -> bytes:
    """An acceptance whose receiving servers wrote `results` above it, the last one of them first."""
    raw = answers.outlook(answer_to(mail)).replace(b'"Lan, Ms" <Lan@TomDatMui.vn>', sender.encode())
    return "".join(f"Authentication-Results: {one}\r\n" for one in results).encode() + raw


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "result",
    [
        "mx.province.example; dkim=pass header.d=example.com header.s=s1",
        "MX.province.example 1; spf=fail smtp.mailfrom=x; dkim=pass (2048-bit key) header.i=@example.com",
        "mx.province.example; dkim=fail header.d=example.com; dkim=pass header.d=example.com",
    ],
)
def test_a_sender_whom_our_server_vouches_for_is_believed(result: str, post: Any, backend: str) -> None:
    mail = post.invite()
    row = post.take(signed(mail, result), "coffee@province.example")
    assert (row.is_applied, post.state()) == (True, "confirmed")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("results", "sender"),
    [
        ([], ""),
        (["mx.province.example; dkim=none"], ""),
        (["mx.province.example; dkim=pass header.d=evil.example"], ""),
        (["mx.province.example; dkim=pass header.d=com"], ""),
        (["mx.province.example; dkim=pass header.d=notexample.com"], ""),
        (["mx.evil.example; dkim=pass header.d=example.com"], ""),
        # What a sender wrote stands below what our server wrote.
        (["mx.province.example; dkim=none", "mx.province.example; dkim=pass header.d=example.com"], ""),
        # The sender's own words within our server's: quoted, or in a comment within a comment.
        (['mx.province.example; spf=pass smtp.mailfrom="a; dkim=pass header.d=example.com; b"@evil.example'], ""),
        (["mx.province.example; spf=none (said (so) ; dkim=pass header.d=example.com; x)"], ""),
        (['mx.province.example; spf=none reason="\\"; dkim=pass header.d=example.com; \\""'], ""),
        (["mx.province.example; spf=none (never closed; dkim=pass header.d=example.com"], ""),
        # A neighbour at the same domain, who puts an address into their name.
        (
            ["mx.province.example; dkim=pass header.d=example.com"],
            "=?utf-8?q?=3Cdn1=40example.com=3E=28?= <evil@example.com>",
        ),
        (
            ["mx.province.example; dkim=pass header.d=example.com"],
            f'"{VICTIM}" <evil@example.com>',
        ),
        (["mx.province.example; dkim=pass header.d=example.com"], f"<evil@example.com>, <{VICTIM}>"),
    ],
)
def test_whoever_borrows_our_servers_words_is_not(results: list[str], sender: str, post: Any, backend: str) -> None:
    mail = post.invite()
    row = post.take(signed(mail, *results, sender=sender or f"Lan <{VICTIM}>"), "coffee@province.example")
    assert (row.is_applied, row.state, post.state()) == (False, "waiting", "invited")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_message_is_our_own_by_its_signature_alone(post: Any, backend: str) -> None:
    mail = post.invite()
    forged = post.take(
        b"Message-ID: <outbox-1.0123456789abcdef@province.example>\r\nFrom: a@b.example\r\n\r\nXin ch\xc3\xa0o\r\n",
        "coffee@province.example",
    )
    assert (forged.kind, forged.state) == ("other", "waiting")
    back = post.take(mail.raw, "coffee@province.example")
    assert (back.kind, back.state) == ("own", "done")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_out_of_office_causes_nothing(post: Any, mount: Any, backend: str) -> None:
    post.invite()
    raw = f"From: {VICTIM}\r\nTo: coffee@province.example\r\nAuto-Submitted: auto-replied\r\n\r\nTôi vắng.\r\n".encode()
    row = post.take(raw, "coffee@province.example", sender="")
    assert (row.kind, row.state) == ("automatic", "done")
    assert {one.kind for one in post.sent("calendar_invitation")} == {"calendar_invitation"}
    assert not post.sent("issue_received")
