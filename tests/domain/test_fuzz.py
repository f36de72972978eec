"""Broken answers and mails: for whatever comes in, a parser gives an answer or a refusal, soon (``make fuzz``)."""

from __future__ import annotations

import os
import random
import time

from meetup.domain.bounces import bounces_in, is_automatic
from meetup.domain.mailparts import read_message
from meetup.domain.replies import parse_replies, replies_in
from meetup.errors import MeetupError
from tests.domain import answers

SECONDS = float(os.environ.get("MEETUP_TEST_FUZZ_SECONDS", "4"))
#: So long may one message take, on a busy machine.
LONGEST = 5.0
WORDS = [
    b"BEGIN:VCALENDAR", b"END:VCALENDAR", b"BEGIN:VEVENT", b"BEGIN:VTIMEZONE", b"DTSTART;TZID=", b"RRULE:FREQ=SECONDLY",
    b"\r\n ", b"\r\n", b"\0", b"\xff\xfe", b";", b":", b'"', b"=?utf-8?B?", b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n", b"--b1", b"--b1--", b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n", b"Action: failed\r\nStatus: 5.1.1\r\n", b"P9999999999D",
    b"99999999T999999Z", b"mailto:", b"ATTENDEE;PARTSTAT=", b"charset=utf-7", b"charset=hz",
]  # fmt: skip


def seeds() -> list[bytes]:
    """Well-formed ones to begin with."""
    text = answers.calendar(event="RECURRENCE-ID:20261203T003000Z\nCOMMENT:Không đi được")
    report = (
        b"From: MAILER-DAEMON@x.example\r\nAuto-Submitted: auto-replied\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n--r\r\n'
        b"Content-Type: text/plain\r\n\r\nGone\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; x.example\r\n\r\nFinal-Recipient: rfc822; lan@x.example\r\nAction: failed\r\n"
        b"Status: 5.1.1\r\n\r\n--r--\r\n"
    )
    return [
        answers.gmail(text),
        answers.message("text/calendar; method=REPLY; charset=utf-8", text.encode()),
        report,
        text.encode(),
    ]


def broken(dice: random.Random, seed: bytes) -> bytes:
    """`seed` with a few wounds."""
    found = bytearray(seed)
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(found) + 1)
        length = dice.choice((1, 4, 40, 400))
        what = dice.randrange(6)
        if what == 0:
            del found[at : at + length]
        elif what == 1:
            found[at:at] = dice.choice(WORDS)
        elif what == 2:
            found[at : at + 1] = dice.randbytes(1)
        elif what == 3:
            found[at:at] = found[max(0, at - length) : at] * dice.choice((1, 2, 50))
        elif what == 4:
            found[at:at] = dice.choice(WORDS) * dice.choice((1, 10, 300))
        else:
            other = dice.randrange(len(found) + 1)
            found[at:at] = found[other : other + length]
    return bytes(found[:400_000])


def read(raw: bytes) -> None:
    """Everything that reads what comes from outside."""
    for parse in (
        lambda: replies_in(raw),
        lambda: parse_replies(raw.decode("utf-8", "replace")),
        lambda: bounces_in(read_message(raw)),
        lambda: is_automatic(read_message(raw), ""),
    ):
        try:
            parse()
        except MeetupError:
            continue


def test_a_parser_gives_an_answer_or_a_refusal() -> None:
    seed = int(os.environ.get("MEETUP_TEST_FUZZ_SEED", "1")) if SECONDS < 10 else random.SystemRandom().getrandbits(32)
    dice = random.Random(seed)
    pool, until, count, slowest = seeds(), time.monotonic() + SECONDS, 0, 0.0
    while time.monotonic() < until:
        raw = broken(dice, dice.choice(pool))
        begun = time.process_time()
        try:
            read(raw)
        except Exception as error:
            said = f"seed {seed}, message {count}: {type(error).__name__}: {error}\n{raw[:2000]!r}"
            raise AssertionError(said) from error
        taken = time.process_time() - begun
        slowest = max(slowest, taken)
        assert taken < LONGEST, f"seed {seed}, message {count} took {taken:.1f} s\n{raw[:2000]!r}"
        count += 1
        if dice.random() < 0.02:
            # What is broken already breaks in other places.
            pool.append(raw)
            del pool[4:-60]
    assert count > SECONDS
