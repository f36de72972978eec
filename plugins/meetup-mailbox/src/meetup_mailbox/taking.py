"""Emptying mailboxes: a message goes from where it lay only after its effect is committed (rule D12)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags

from meetup.api import Mount
from meetup_mailbox.delivering import deliver

#: Seconds that a server may take for an answer.
_PATIENCE = 60


def empty_maildir(mount: Mount, folder: Path) -> Counter[str]:
    """Take every message of a maildir's ``new`` in, and move it to ``cur`` as read; counts by kind.

    Raises:
        OSError: if the folder cannot be read or written.
        SQLAlchemyError: if the database is not there; what is left, is taken next time.
    """
    counts: Counter[str] = Counter()
    for file in sorted((folder / "new").iterdir()):
        if file.name.startswith(".") or not file.is_file():
            continue
        counts[deliver(mount, file.read_bytes()).kind] += 1
        # Only renamed, never written anew: it may be broken in any way.
        file.rename(folder / "cur" / f"{file.name.partition(':')[0]}:2,S")
    return counts


def empty_imap(mount: Mount, url: str, done: str = "") -> Counter[str]:
    """Take every unread message of a mailbox in, and mark it as read, or move it to `done`; counts by kind.

    Args:
        url: ``imaps://user:password@host:port/FOLDER``; INBOX by default.
        done: the folder to move what was taken to; empty: it stays, marked as read.

    Raises:
        OSError, imap_tools.errors.ImapToolsError, imaplib.IMAP4.error: if the server does not answer as it should.
        SQLAlchemyError: if the database is not there; what is left, is taken next time.
    """
    counts: Counter[str] = Counter()
    with _open(url) as box:
        for uid in box.uids(AND(seen=False)):
            raw = _bytes_of(box, uid)
            if raw is None:
                continue
            counts[deliver(mount, raw).kind] += 1
            # A death before this brings the message again, and it does nothing then.
            if done:
                box.move([uid], done)
            else:
                box.flag([uid], MailMessageFlags.SEEN, True)
    return counts


def _bytes_of(box: BaseMailBox, uid: str) -> bytes | None:
    """The very bytes of a message, not marked as read: taken apart and put together again they may be others."""
    _status, data = box.client.uid("FETCH", uid, "(BODY.PEEK[])")
    return next((one[1] for one in data if isinstance(one, tuple) and isinstance(one[1], bytes)), None)


def _open(url: str) -> BaseMailBox:
    parts = urlsplit(url)
    host = parts.hostname or ""
    box: BaseMailBox
    if parts.scheme == "imaps":
        box = MailBox(host, port=parts.port or 993, timeout=_PATIENCE)
    else:
        box = MailBoxUnencrypted(host, port=parts.port or 143, timeout=_PATIENCE)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    return box.login(unquote(parts.username or ""), unquote(parts.password or ""), initial_folder=folder)
