"""Mail that no person wrote: reports of delivery (RFC 3464) and automatic answers (RFC 3834; rules D10 and D11)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

from meetup.domain.mailparts import Unreadable, inside

_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
#: Recipients that one report may speak of.
_MAX_RECIPIENTS = 1_000


@dataclass(frozen=True)
class Bounce:
    """What a report says about one recipient.

    Args:
        recipient: the address as the report has it, lower case; it proves nothing.
        action: ``failed``, ``delayed``, ``delivered``, ``relayed``, ``expanded``, or another word, lower case.
        status: such as ``5.1.1``; empty if there is none.
        message_id: of the message that was returned with its angle brackets; empty if none was.
    """

    recipient: str
    action: str
    status: str
    message_id: str

    @property
    def permanent(self) -> bool:
        """Whether the address is not to be tried again: a failure of class 5, not a delay."""
        return self.action == "failed" and self.status.startswith("5.")


def bounces_in(message: Message) -> tuple[Bounce, ...]:
    """What a report of delivery says, recipient by recipient; nothing if `message` is none.

    Only ``multipart/report`` with ``report-type=delivery-status`` is one: what a person
    writes or quotes never is.

    Raises:
        Unreadable: ``too_many``, for a report with more than 1,000 recipients.
    """
    if message.get_content_type() != "multipart/report" or _parameter(message, "report-type") != "delivery-status":
        return ()
    blocks: list[Message] = []
    message_id = ""
    for part in inside(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            # The first block is about the message, the others about one recipient each (§2.1).
            blocks.extend(inside(part))
        elif kind == "message/rfc822":
            message_id = message_id or next((_field(inner, "Message-ID") for inner in inside(part)), "")
        elif kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            text = content.decode("ascii", "replace") if isinstance(content, bytes) else ""
            found = re.search(r"^message-id:\s*(<[^<>\s]+>)", text, re.IGNORECASE | re.MULTILINE)
            message_id = message_id or (found[1] if found else "")
    if len(blocks) > _MAX_RECIPIENTS:
        raise Unreadable("too_many")
    returned = _MESSAGE_ID.search(message_id)
    return tuple(_bounce(block, returned[0] if returned else "") for block in blocks if _field(block, "Action"))


def is_automatic(message: Message, envelope_from: str | None = None) -> bool:
    """Whether no answer may go to `message`, since a program wrote it (RFC 3834 §2; rule D10).

    A calendar's answer counts as automatic too where its program says so: look for
    the answers in a message before asking this.

    Args:
        envelope_from: the sender that MAIL FROM named; empty for the null sender, None if it is not known.
    """
    if envelope_from is not None and envelope_from.strip() in {"", "<>"}:
        return True
    submitted = _field(message, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in {"", "no"}:
        return True
    if _field(message, "Return-Path").strip() == "<>" or message.get_content_type() == "multipart/report":
        return True
    # Older programs that do not know Auto-Submitted.
    if _field(message, "Precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"}:
        return True
    return any(name in message for name in ("List-Id", "X-Autoreply", "X-Autorespond"))


def _bounce(block: Message, message_id: str) -> Bounce:
    recipient = _field(block, "Final-Recipient") or _field(block, "Original-Recipient")
    address = recipient.partition(";")[2] if ";" in recipient else recipient
    status = _STATUS.match(_field(block, "Status"))
    return Bounce(
        recipient=address.strip().strip("<>").lower()[:254],
        action=_field(block, "Action").partition("(")[0].strip().lower()[:40],
        status=status[1] if status else "",
        message_id=message_id,
    )


def _field(message: Message, name: str) -> str:
    return str(message.get(name, ""))


def _parameter(message: Message, name: str) -> str:
    given = message.get_param(name, "")
    return str(given[2] if isinstance(given, tuple) else given or "").strip().lower()
