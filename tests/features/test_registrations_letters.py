"""Every letter about a registration as it leaves, in both languages, and what stands in its calendar part."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from meetup.outbox.models import Outgoing
from meetup.outbox.worker import drain
from meetup.registrations import service
from meetup.registrations.letters import NOTICES
from meetup.registrations.models import Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.factories import ENDS, STARTS, make_invitation, make_programme, make_registration, make_session

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.mail import Mail, SmtpServer


@pytest.fixture(params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def event_of(mail: Mail) -> Any:
    calendar = icalendar.Calendar.from_ical(mail.calendar)
    (event,) = calendar.walk("VEVENT")
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar" and not part.get_filename()]
    assert part.get_param("method") == calendar["METHOD"]
    return calendar["METHOD"], event


def facts_of(mail: Mail) -> str:
    """The calendar part in short: method, status, summary, sequence, answer."""
    method, event = event_of(mail)
    attendee = event["ATTENDEE"].params
    return (
        f"{method} {event['STATUS']} {event['SEQUENCE']} {attendee['PARTSTAT']} "
        f"rsvp={attendee.get('RSVP', '-')} {event['SUMMARY']}"
    )


def stable(text: str) -> str:
    return re.sub(r"/r/[\w-]{38}", "/r/TOKEN", text)


def said(html: str) -> str:
    lines = (line.strip() for line in BeautifulSoup(html, "html.parser").get_text("\n").splitlines())
    return stable("\n".join(line for line in lines if line))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_letter(
    mount: Mount, work: Unit, smtp: SmtpServer, clock: Any, language: str, snapshot: Any, backend: str
) -> None:
    with work() as w:
        session = make_session(w, make_programme(w), capacity=3, description="Mời nêu vướng mắc về cầu, đường.")
        key = session.id
        w.commit()

    def step(act: Any) -> None:
        with work() as w:
            act(w, w.get(Session, key))
            w.commit()
        drain(mount)

    def row(w: Any, number: int) -> Registration:
        query = select(Registration).where(Registration.session_id == key).order_by(Registration.id)
        return list(w.db.scalars(query))[number]

    step(lambda w, s: make_invitation(w, s, 1, language=language))
    step(lambda w, s: make_registration(w, s, 2, seats=2, language=language))
    step(lambda w, s: make_registration(w, s, 2, seats=1, language=language))
    step(lambda w, s: make_registration(w, s, 3, seats=2, language=language))
    step(lambda w, s: service.reply(w, row(w, 0), "tentative"))
    step(lambda w, s: service.change_participants(w, row(w, 1), [{"name": "Lê Văn Mới", "position": "Phó Giám đốc"}]))
    clock.travel(hours=25)
    step(lambda w, s: service.lapse_offers(w))
    step(lambda w, s: service.reply(w, row(w, 0), "declined"))
    hour = timedelta(hours=1)
    step(lambda w, s: sessions.update(w, s, starts_at=STARTS + hour, ends_at=ENDS + hour))
    step(lambda w, s: sessions.update(w, s, venue="Sảnh B, UBND tỉnh"))
    step(lambda w, s: service.links_again(w, "dn2@example.com"))
    step(lambda w, s: service.cancel(w, row(w, 1)))
    step(lambda w, s: make_registration(w, s, 4, seats=1, language=language))
    step(lambda w, s: sessions.cancel(w, s, reason="Bão số 9.\nHẹn buổi sau."))

    with work(write=False) as w:
        rows = w.db.scalars(select(Outgoing).where(Outgoing.state == "sent").order_by(Outgoing.id)).all()
        # To a whole series: tests/features/test_series_changes.py.
        assert {one.kind for one in rows} == {notice.name for notice in NOTICES} - {"calendar_series_invitation"}
        assert not w.db.scalars(select(Outgoing).where(Outgoing.state.in_(("dead", "queued")))).all()
        kinds = [one.kind for one in rows]
    told: dict[str, str] = {}
    for kind, mail in zip(kinds, smtp.messages, strict=True):
        assert mail["Content-Language"] == language
        assert len(mail["Subject"]) <= 90
        has_calendar = any(part.get_content_type() == "text/calendar" for part in mail.walk())
        head = f"To: {mail['To']}\nSubject: {mail['Subject']}\n{facts_of(mail) if has_calendar else 'no calendar'}"
        told.setdefault(kind, f"{head}\n\n{stable(mail.text)}\n== HTML\n{said(mail.html)}".replace("\r\n", "\n"))
        assert "%(" not in mail.text
        assert "None" not in mail.text
    assert told == snapshot


def test_one_person_one_uid_and_a_sequence_that_never_falls(
    mount: Mount, work: Unit, smtp: SmtpServer, clock: Any
) -> None:
    with work() as w:
        session = make_session(w)
        uid, key = session.uid, session.id
        make_invitation(w, session, 1)
        w.commit()
    drain(mount)

    def step(act: Any) -> None:
        clock.travel(minutes=5)
        with work() as w:
            rows = w.db.scalars(
                select(Registration).where(Registration.session_id == key).order_by(Registration.id.desc())
            )
            act(w, w.get(Session, key), rows.first())
            w.commit()
        drain(mount)

    step(lambda w, s, r: service.reply(w, r, "accepted"))
    step(lambda w, s, r: sessions.update(w, s, venue="Sảnh B"))
    step(lambda w, s, r: service.reply(w, r, "declined"))
    step(lambda w, s, r: service.reply(w, r, "accepted"))
    step(lambda w, s, r: service.cancel(w, r))
    step(lambda w, s, r: make_registration(w, s, 1))
    step(lambda w, s, r: sessions.update(w, s, venue="Sảnh C"))
    step(lambda w, s, r: sessions.cancel(w, s, reason="Bão"))
    events = [event_of(mail) for mail in smtp.messages]
    assert {str(event["UID"]) for _, event in events} == {uid}
    assert {str(event["ORGANIZER"]) for _, event in events} == {"mailto:coffee@province.example"}
    assert [method for method, _ in events] == [
        "REQUEST", "REQUEST", "REQUEST", "CANCEL", "REQUEST", "CANCEL", "REQUEST", "REQUEST", "CANCEL",
    ]  # fmt: skip
    numbers = [int(event["SEQUENCE"]) for _, event in events]
    assert numbers == sorted(numbers)
    assert numbers[:4] == [0, 0, 1, 2]
    stamps = [event["DTSTAMP"].dt for _, event in events]
    assert stamps == sorted(stamps)
    # They thread by the first one.
    first = smtp.messages[0]["Message-ID"]
    assert all(mail["In-Reply-To"] == first for mail in smtp.messages[1:])


def test_an_unsent_message_is_overtaken(mount: Mount, work: Unit, smtp: SmtpServer) -> None:
    with work() as w:
        session = make_session(w)
        row = make_invitation(w, session, 1)
        service.reply(w, row, "accepted")
        sessions.update(w, session, venue="Sảnh B")
        w.commit()
    drain(mount)
    (mail,) = smtp.messages
    method, event = event_of(mail)
    assert (method, int(event["SEQUENCE"]), str(event["LOCATION"])) == ("REQUEST", 1, "Sảnh B")
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_nobody_reads_another_ones_address(mount: Mount, work: Unit, smtp: SmtpServer) -> None:
    with work() as w:
        session = make_session(w)
        for number in range(3):
            make_registration(w, session, number)
        w.commit()
    drain(mount)
    for number in range(3):
        (mail,) = smtp.to(f"dn{number}@example.com")
        whole = mail.calendar.replace(b"\r\n ", b"").decode() + mail.text + mail.html
        for other in {0, 1, 2} - {number}:
            assert f"dn{other}@example.com" not in whole


def test_header_injection_is_dead(mount: Mount, work: Unit, smtp: SmtpServer) -> None:
    with work() as w:
        session = make_session(w, title="Tên\r\nBcc: a@b.example", topic='"Đất Mũi"; Cà Mau, VN')
        make_registration(w, session, 1, name='An "Út"\r\nX: y; z, w')
        w.commit()
    drain(mount)
    (mail,) = smtp.messages
    assert mail["Bcc"] is None
    assert mail["X"] is None
    _, event = event_of(mail)
    assert event["ATTENDEE"].params["CN"] == 'An "Út" X: y; z, w'


def test_an_alarm_comes_with_the_first_one_only(mount: Mount, work: Unit, smtp: SmtpServer) -> None:
    with work() as w:
        session = make_session(w, make_programme(w, rules={"alarm_hours": 2}))
        row = make_invitation(w, session, 1)
        w.commit()
    drain(mount)
    with work() as w:
        service.reply(w, w.get(Registration, row.id), "accepted")
        w.commit()
    drain(mount)
    alarms = [len(event.walk("VALARM")) for _, event in map(event_of, smtp.messages)]
    assert alarms == [1, 0]


def test_a_dead_address_gets_nothing(mount: Mount, work: Unit, smtp: SmtpServer) -> None:
    from meetup.enterprises.service import mark_address_dead

    with work() as w:
        session = make_session(w)
        make_registration(w, session, 1)
        assert mark_address_dead(w, "DN1@example.com") == 1
        sessions.cancel(w, session, reason="Bão")
        w.commit()
        kinds = w.db.scalars(select(Outgoing.kind)).all()
        assert kinds == ["calendar_confirmed"]
