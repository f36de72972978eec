"""Answers as the mail programs in use shape them, written by us: which part, which encoding, which habits."""

from __future__ import annotations

import base64
from textwrap import dedent

UID = "5f0c2f6e-7b1d-4c55-9a57-0f0e6f3d1c11"
ATTENDEE = "lan@tomdatmui.vn"


def calendar(
    event: str = "", *, method: str = "REPLY", partstat: str = "ACCEPTED", attendee: str = "", more: str = ""
) -> str:
    """A calendar with one answer; `event` are further lines of it, `more` is what stands before it."""
    who = attendee or f"ATTENDEE;CN=Lan;PARTSTAT={partstat}:mailto:{ATTENDEE}"
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Somebody//Mail//EN",
        "VERSION:2.0",
        *([f"METHOD:{method}"] if method else []),
        *dedent(more).strip().splitlines(),
        "BEGIN:VEVENT",
        f"UID:{UID}",
        "DTSTART:20261203T003000Z",
        "DTEND:20261203T020000Z",
        "DTSTAMP:20261127T080000Z",
        "SEQUENCE:1",
        *who.splitlines(),
        *dedent(event).strip().splitlines(),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines)


def message(kind: str, body: bytes, *, encoding: str = "8bit", disposition: str = "") -> bytes:
    """A message with a text and one part of type `kind` in it."""
    shown = f"Content-Disposition: {disposition}\r\n" if disposition else ""
    head = (
        f"From: Lan <{ATTENDEE}>\r\nTo: coffee@example.vn\r\nSubject: Accepted\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\nYes\r\n--b1\r\n'
        f"Content-Type: {kind}\r\n{shown}Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n--b1--\r\n"


def gmail(text: str) -> bytes:
    """Gmail: the calendar in the alternative and again as a file of type application/ics."""
    packed = base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
    return (
        "MIME-Version: 1.0\r\nReply-To: Lan <lan@tomdatmui.vn>\r\nSender: Calendar <calendar@example.com>\r\n"
        "From: Lan <lan@tomdatmui.vn>\r\nTo: coffee@example.vn\r\nSubject: Accepted\r\n"
        'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n'
        'Content-Type: multipart/alternative; boundary="a"\r\n\r\n'
        '--a\r\nContent-Type: text/plain; charset="UTF-8"; format=flowed\r\n\r\nLan accepted.\r\n'
        '--a\r\nContent-Type: text/html; charset="UTF-8"\r\n\r\n<p>Lan accepted.</p>\r\n'
        '--a\r\nContent-Type: text/calendar; charset="UTF-8"; method=REPLY\r\nContent-Transfer-Encoding: 7bit\r\n\r\n'
        f"{text}\r\n--a--\r\n\r\n"
        '--m\r\nContent-Type: application/ics; name="invite.ics"\r\n'
        'Content-Disposition: attachment; filename="invite.ics"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{packed}\r\n--m--\r\n"
    ).encode()


def outlook(text: str) -> bytes:
    """Outlook: one alternative, the calendar in base64, its lines in the message folded."""
    packed = base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
    return (
        'From: "Lan, Ms" <Lan@TomDatMui.vn>\r\nTo: <coffee+r-abc@example.vn>\r\nSubject: Accepted: Coffee\r\n'
        "MIME-Version: 1.0\r\nX-MS-TNEF-Correlator:\r\n"
        'Content-Type: multipart/alternative;\r\n\tboundary="_000_X_"\r\n\r\n'
        '--_000_X_\r\nContent-Type: text/plain; charset="iso-8859-1"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        '\r\n--_000_X_\r\nContent-Type: text/calendar; charset="utf-8"; method=REPLY\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{packed}\r\n--_000_X_--\r\n"
    ).encode()


def apple(text: str) -> bytes:
    """Apple Mail: the calendar in quoted-printable, as a file."""
    packed = text.replace("=", "=3D").replace("\r\n", "\n").replace("\n", "\r\n")
    return message(
        "text/calendar;\r\n\tname=iCal-20261127.ics;\r\n\tmethod=REPLY;\r\n\tcharset=utf-8",
        packed.encode("ascii"),
        encoding="quoted-printable",
        disposition="attachment;\r\n\tfilename=iCal-20261127.ics",
    )
