"""Emptying mailboxes: a message goes from where it lay only after its effect is committed (rule D12)."""

from __future__ import annotations

import mailbox
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags

from meetup.api import Mount
from meetup_mailbox.delivering import deliver

#: So many messages are asked for at a time.
_BATCH = 50
#: Seconds that a server may take for an answer.
_PATIENCE = 60


def empty_maildir(mount: Mount, folder: Path) -> Counter[str]:
    """Take every message of a maildir's ``new`` in, and move it to ``cur`` as read; counts by kind.

    Raises:
        OSError: if the folder cannot be read or written.
        SQLAlchemyError: if the database is not there; what is left, is taken next time.
    """
    counts: Counter[str] = Counter()
    box = mailbox.Maildir(str(folder), factory=None, create=False)
    for key in sorted(key for key in box.iterkeys() if box.get_message(key).get_subdir() == "new"):
        counts[deliver(mount, box.get_bytes(key)).kind] += 1
        message = box.get_message(key)
        message.set_subdir("cur")
        message.add_flag("S")
        box[key] = message
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
        while True:
            # Only asked for, not marked: a death after this loses nothing.
            found = list(box.fetch(AND(seen=False), mark_seen=False, limit=_BATCH, bulk=False))
            for message in found:
                counts[deliver(mount, message.obj.as_bytes()).kind] += 1
                box.flag([str(message.uid)], MailMessageFlags.SEEN, True)
                if done:
                    box.move([str(message.uid)], done)
            if len(found) < _BATCH:
                return counts


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
