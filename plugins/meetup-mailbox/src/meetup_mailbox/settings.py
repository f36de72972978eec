"""The plugin's settings, checked at the start."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from meetup.api import Setting

#: An address with a token of ours before its @ has 64 characters there at most (RFC 5321 §4.5.3.1.1).
_LONGEST = 20


def _address(value: object) -> str | None:
    text = str(value)
    if not text or re.fullmatch(rf"[A-Za-z0-9._-]{{1,{_LONGEST}}}@[A-Za-z0-9.-]+", text):
        return None
    return f"is no plain address with at most {_LONGEST} characters before its @, such as coffee@example.vn"


def _delimiter(value: object) -> str | None:
    return None if str(value) in {"+", "-", "=", "_"} else "is none of + - = _"


def _imap(value: object) -> str | None:
    text = str(value)
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme in {"imap", "imaps"} and parts.hostname and parts.username and parts.password is not None:
        return None
    return "is no imaps://user:password@host/FOLDER (percent-encode what is special in the password)"


def _listen(value: object) -> str | None:
    return None if re.fullmatch(r"[^\s:]+:\d{1,5}", str(value)) else "is no host:port, such as 127.0.0.1:8024"


def _days(value: object) -> str | None:
    return None if isinstance(value, int) and value >= 1 else "is no number of days from 1 on"


SETTINGS = [
    Setting(
        "MAILBOX_ADDRESS",
        str,
        "",
        "The programme's address as its mail server takes it in, such as coffee@example.vn; what comes to "
        "coffee+…@example.vn must get there too. Empty: messages have no addresses of their own.",
        _address,
    ),
    Setting(
        "MAILBOX_DELIMITER", str, "+", "The sign after which that server looks no further in an address.", _delimiter
    ),
    Setting(
        "MAILBOX_AUTHSERV",
        str,
        "",
        "The name by which our own mail server signs its Authentication-Results; empty: only secrets prove a sender.",
    ),
    Setting(
        "MAILBOX_DELEGATION", bool, True, "Whether someone invited may send others instead, out of their calendar."
    ),
    Setting(
        "MAILBOX_IMAP_URL",
        str,
        "",
        "The mailbox that meetup mailbox poll empties: imaps://user:password@host/INBOX.",
        _imap,
    ),
    Setting("MAILBOX_IMAP_DONE", str, "", "The folder that taken mail is moved to; empty: it is marked as read."),
    Setting("MAILBOX_MAILDIR", str, "", "A maildir that meetup mailbox poll empties."),
    Setting("MAILBOX_LISTEN", str, "127.0.0.1:8024", "Where meetup mailbox listen takes mail in by LMTP.", _listen),
    Setting("MAILBOX_KEEP_DAYS", int, 180, "How many days mail is kept once it is settled.", _days),
]
