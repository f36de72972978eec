"""Answers from calendars, as programs in use shape them: what they change, and what no forged one does (D1 to D10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from meetup_mailbox.delivering import Delivered, deliver
from meetup_mailbox.models import Delegate, Proposal, Received
from sqlalchemy import func, select

from meetup.api import Outgoing, Registration, Session
from meetup.outbox.worker import drain
from meetup.registrations import service as registrations
from meetup.sessions import series
from meetup.sessions import service as sessions
from tests.domain import answers
from tests.factories import STARTS, make_invitation, make_programme, make_registration, make_session, sign_in

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.mail import Mail, SmtpServer

CAPACITY = 2


@pytest.fixture
def settings() -> dict[str, Any]:
    return {
        "MEETUP_PLUGINS": "mailbox",
        "MEETUP_MAILBOX_ADDRESS": "coffee@example.vn",
        "MEETUP_MAIL_FROM": "coffee@example.vn",
        "MEETUP_MAILBOX_AUTHSERV": "mx.example.vn",
    }


@dataclass
class Invited:
    """Someone with an invitation in their mailbox."""

    mount: Mount
    work: Unit
    smtp: SmtpServer
    key: int
    email: str

    @property
    def mail(self) -> Mail:
        """The newest mail to them with a calendar in it."""
        return [one for one in self.smtp.to(self.email) if "BEGIN:VCALENDAR" in one.as_string() or _has_calendar(one)][
            -1
        ]

    @property
    def event(self) -> Any:
        return icalendar.Calendar.from_ical(self.mail.calendar).walk("VEVENT")[0]

    def answer(
        self,
        partstat: str = "ACCEPTED",
        *,
        shape: Callable[[str], bytes] = answers.gmail,
        to: str = "",
        sequence: int | None = None,
        stamp: str = "20261102T080000Z",
        attendee: str = "",
        event: str = "",
        uid: str = "",
        more: str = "",
        head: bytes = b"",
        method: str = "REPLY",
        lines: str = "",
    ) -> Delivered:
        """Let their calendar answer."""
        mine = self.event
        text = answers.calendar(
            event,
            method=method,
            attendee=lines or f"ATTENDEE;PARTSTAT={partstat}:mailto:{attendee or self.email}",
            more=more,
        )
        number = mine["SEQUENCE"] if sequence is None else sequence
        text = text.replace(answers.UID, uid or str(mine["UID"])).replace("SEQUENCE:1", f"SEQUENCE:{number}")
        text = text.replace("20261127T080000Z", stamp)
        raw = head + shape(text).replace(answers.ATTENDEE.encode(), (attendee or self.email).encode())
        return deliver(self.mount, raw, recipients=[to or self.reply_to], sender=self.email)

    @property
    def reply_to(self) -> str:
        return parseaddr(str(self.mail["Reply-To"]))[1]

    @property
    def state(self) -> str:
        with self.work(write=False) as w:
            return str(w.get(Registration, self.key).state)

    def row(self, key: int) -> Received:
        with self.work(write=False) as w:
            return w.get(Received, key)  # type: ignore[no-any-return]


def _has_calendar(mail: Mail) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in mail.walk())


@pytest.fixture
def anyone(mount: Mount, work: Unit, smtp: SmtpServer) -> Callable[[int], Invited]:
    with work() as w:
        session = make_session(w, make_programme(w), capacity=CAPACITY).id
        w.commit()

    def invite(number: int, language: str = "vi") -> Invited:
        with work() as w:
            key = make_invitation(w, w.get(Session, session), number, language=language).id
            w.commit()
        drain(mount)
        return Invited(mount, work, smtp, key, f"dn{number}@example.com")

    return invite


@pytest.fixture
def lan(anyone: Callable[[int], Invited]) -> Invited:
    return anyone(1)


@pytest.mark.parametrize("shape", [answers.gmail, answers.outlook, answers.apple], ids=lambda shape: shape.__name__)
@pytest.mark.parametrize(
    ("partstat", "state"), [("ACCEPTED", "confirmed"), ("DECLINED", "declined"), ("TENTATIVE", "tentative")]
)
def test_the_button_in_the_mail_is_the_answer(lan: Invited, partstat: str, state: str, shape: Any) -> None:
    made = lan.answer(partstat, shape=shape, event="COMMENT:Den muon 10 phut\\, xin loi")
    assert (made.kind, made.state) == ("reply", "done")
    assert lan.state == state
    row = lan.row(made.id)
    assert (row.comment, row.partstat, row.is_applied) == ("Den muon 10 phut, xin loi", partstat, True)
    drain(lan.mount)
    assert lan.event["ATTENDEE"].params["PARTSTAT"] == partstat


def test_the_answer_is_on_record_as_the_enterprises_own(lan: Invited, client: Any) -> None:
    lan.answer()
    with lan.work(write=False) as w:
        from meetup.activity.models import Activity

        rows = w.db.scalars(select(Activity).where(Activity.subject == f"registration:{lan.key}")).all()
        found = [(row.action, row.actor_kind) for row in rows][-2:]
    assert found == [("mailbox.reply", "enterprise"), ("registration.accept", "enterprise")]


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


def test_accepting_a_full_session_leads_to_the_waiting_list_and_a_mail_that_says_so(
    anyone: Callable[[int], Invited],
) -> None:
    for number in range(1, CAPACITY + 1):
        assert anyone(number).answer().state == "done"
    late = anyone(3)
    assert late.answer().state == "done"
    assert late.state == "waitlisted"
    drain(late.mount)
    assert str(late.event["STATUS"]) == "TENTATIVE"
    assert str(late.event["SUMMARY"]).startswith("Danh sách chờ")


def test_too_late_is_told_why(lan: Invited, clock: Any) -> None:
    with lan.work() as w:
        registration = w.get(Registration, lan.key)
        sessions.cancel(w, w.get(Session, registration.session_id), reason="Bão số 12")
        w.commit()
    before = len(lan.smtp.to(lan.email))
    made = lan.answer(sequence=9)
    assert (made.kind, made.state) == ("reply", "done")
    assert lan.state == "invited"
    drain(lan.mount)
    told = [one for one in lan.smtp.to(lan.email)[before:] if "Chưa ghi nhận được trả lời" in str(one["Subject"])]
    assert len(told) == 1
    assert lan.row(made.id).details["reason"] in told[0].text


def test_the_same_answer_twice_acts_once(lan: Invited) -> None:
    first, again = lan.answer(), lan.answer()
    assert (first.kind, again.kind) == ("reply", "repeated")
    assert first.id == again.id
    drain(lan.mount)
    assert len([one for one in lan.smtp.to(lan.email) if _has_calendar(one)]) == 2
    # The same once more by another client: nothing to do.
    assert lan.answer(shape=answers.outlook).state == "done"
    drain(lan.mount)
    assert len([one for one in lan.smtp.to(lan.email) if _has_calendar(one)]) == 2


def test_the_later_answer_wins_whichever_comes_first(lan: Invited) -> None:
    lan.answer("DECLINED", stamp="20261102T090000Z")
    late = lan.answer("ACCEPTED", stamp="20261102T080000Z")
    assert late.state == "done"
    assert lan.state == "declined"
    lan.answer("ACCEPTED", stamp="20261102T100000Z", sequence=5)
    assert lan.state == "confirmed"


def test_yes_to_an_older_time_is_no_yes_to_the_new_one_but_no_is_no(anyone: Callable[[int], Invited]) -> None:
    lan, mai = anyone(1), anyone(2)
    with lan.work() as w:
        session = w.get(Session, w.get(Registration, lan.key).session_id)
        sessions.update(w, session, starts_at=STARTS + timedelta(days=1), ends_at=STARTS + timedelta(days=1, hours=2))
        w.commit()
    drain(lan.mount)
    made = lan.answer("ACCEPTED", sequence=0)
    assert (made.state, lan.state) == ("waiting", "invited")
    assert mai.answer("DECLINED", sequence=0).state == "done"
    assert mai.state == "declined"
    # The organiser asks, hears that the new time is fine, and lets it count? It stays a matter of the registration.
    assert lan.answer("ACCEPTED", sequence=1, stamp="20261103T080000Z").state == "done"
    assert lan.state == "confirmed"


def test_another_time_is_a_proposal_that_the_organiser_takes(lan: Invited, client: Any, site: Any) -> None:
    everyone = "\n".join(
        ["ATTENDEE;PARTSTAT=ACCEPTED:mailto:other@example.com", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{lan.email}"]
    )
    made = lan.answer(method="COUNTER", lines=everyone, event="COMMENT:Chiều hôm ấy được không?")
    assert (made.kind, made.state) == ("counter", "done")
    assert lan.state == "invited"
    sign_in(lan.mount)
    page = client.soup("/organize/mailbox/")
    assert "Chiều hôm ấy được không?" in page.text
    assert "03/12/2026 07:30" in page.text
    slug = session_of(lan).slug
    assert "03/12/2026 07:30" in client.soup(f"/organize/sessions/{slug}/").text
    form = next(one for one in page.select("form") if one["action"].endswith("/take"))
    token = form.select_one("[name=csrf_token]")["value"]  # type: ignore[index]
    assert client.post(form["action"], data={"csrf_token": token}).status_code == 302
    assert session_of(lan).starts_at.isoformat() == "2026-12-03T00:30:00+00:00"
    drain(lan.mount)
    assert int(lan.event["SEQUENCE"]) == 1
    assert "03/12/2026 07:30" not in client.soup("/organize/mailbox/").text


def session_of(who: Invited) -> Session:
    with who.work(write=False) as w:
        found: Session = w.get(Session, w.get(Registration, who.key).session_id)
        return found


def test_or_refuses_with_a_declinecounter_to_that_person_alone(anyone: Callable[[int], Invited], client: Any) -> None:
    lan, mai = anyone(1), anyone(2)
    lan.answer(method="COUNTER")
    # A newer proposal of the same person takes the older one's place.
    lan.answer(method="COUNTER", stamp="20261102T081500Z")
    sign_in(lan.mount)
    page = client.soup("/organize/mailbox/")
    (form,) = [one for one in page.select("form") if one["action"].endswith("/refuse")]
    token = form.select_one("[name=csrf_token]")["value"]  # type: ignore[index]
    sent = {"csrf_token": token, "words": "Xin giữ giờ cũ."}
    assert client.post(form["action"], data={**sent, "words": "x" * 501}).status_code == 422
    assert client.post(form["action"], data=sent).status_code == 302
    assert client.post(form["action"], data=sent).status_code == 422, "refused once"
    count = len(mai.smtp.to(mai.email))
    drain(lan.mount)
    assert len(mai.smtp.to(mai.email)) == count
    calendar = icalendar.Calendar.from_ical(lan.mail.calendar)
    assert calendar["METHOD"] == "DECLINECOUNTER"
    assert "Xin giữ giờ cũ." in lan.mail.text
    assert str(lan.event["UID"]) == session_of(lan).uid
    with lan.work(write=False) as w:
        assert sorted(w.db.scalars(select(Proposal.state))) == ["overtaken", "refused"]


def test_a_proposal_of_a_whole_day_or_the_past_is_told_why_not(lan: Invited) -> None:
    made = lan.answer(
        method="COUNTER", shape=lambda text: answers.gmail(text.replace("20261203T003000Z", "20251203T003000Z"))
    )
    assert made.state == "done"
    drain(lan.mount)
    assert "Chưa ghi nhận được trả lời" in str(lan.smtp.to(lan.email)[-1]["Subject"])
    with lan.work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Proposal)) == 0


def test_someone_else_comes_instead_with_an_invitation_of_their_own(lan: Invited) -> None:
    lan.answer()
    drain(lan.mount)
    made = lan.answer(
        lines=f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Phuong@Example.com":mailto:{lan.email}',
        stamp="20261102T090000Z",
    )
    assert made.kind == "reply"
    with lan.work(write=False) as w:
        assert [one.name for one in registrations.people_of(w, w.get(Registration, lan.key))] == ["phuong@example.com"]
    drain(lan.mount)
    (mail,) = lan.smtp.to("phuong@example.com")
    (event,) = icalendar.Calendar.from_ical(mail.calendar).walk("VEVENT")
    assert event["ATTENDEE"].params["DELEGATED-FROM"] == f"mailto:{lan.email}"
    assert event["ATTENDEE"] == "mailto:phuong@example.com"
    assert "/r/" not in mail.as_string() and b"/r/" not in mail.calendar, "the contact's own page is not theirs"
    # Shown to the organiser.
    assert lan.row(made.id).state == "waiting"
    delegate = Invited(lan.mount, lan.work, lan.smtp, lan.key, "phuong@example.com")
    assert delegate.answer(stamp="20261102T100000Z").state == "done"
    gone = delegate.answer("DECLINED", stamp="20261102T110000Z")
    assert gone.state == "waiting"
    assert lan.state == "confirmed"


def test_delegating_beyond_the_seats_of_an_enterprise_is_refused(lan: Invited) -> None:
    lan.answer()
    three = ",".join(f'"mailto:p{n}@example.com"' for n in range(3))
    made = lan.answer(
        lines=f"ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO={three}:mailto:{lan.email}", stamp="20261102T090000Z"
    )
    assert made.state == "done"
    assert "reason" in lan.row(made.id).details
    with lan.work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Delegate)) == 0
        assert len(registrations.people_of(w, w.get(Registration, lan.key))) == 1


class TestDelegatingSwitchedOff:
    """MEETUP_MAILBOX_DELEGATION=false."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {
            "MEETUP_PLUGINS": "mailbox",
            "MEETUP_MAILBOX_ADDRESS": "coffee@example.vn",
            "MEETUP_MAIL_FROM": "coffee@example.vn",
            "MEETUP_MAILBOX_DELEGATION": "false",
        }

    def test_it_waits_for_the_organiser(self, lan: Invited) -> None:
        made = lan.answer(lines=f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:p@example.com":mailto:{lan.email}')
        assert made.state == "waiting"
        drain(lan.mount)
        assert not lan.smtp.to("p@example.com")


def test_one_date_of_a_series_is_answered_alone(mount: Mount, work: Unit, smtp: SmtpServer) -> None:
    with work() as w:
        first = series.start(
            w,
            programme=make_programme(w),
            rule="FREQ=MONTHLY;BYDAY=3FR;COUNT=3",
            starts_at=datetime.fromisoformat("2026-11-20T07:30:00+07:00"),
            ends_at=datetime.fromisoformat("2026-11-20T09:30:00+07:00"),
            title="Cà phê",
        )
        dates = series.announce(w, series.of(w, first))  # type: ignore[arg-type]
        keys = [make_registration(w, one, 1).id for one in dates]
        w.commit()
    drain(mount)
    lan = Invited(mount, work, smtp, keys[1], "dn1@example.com")
    second = "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261218T073000"
    assert lan.answer("DECLINED", event=second).state == "done"

    def states() -> list[str]:
        with work(write=False) as w:
            return [w.get(Registration, key).state for key in keys]

    assert states() == ["confirmed", "declined", "confirmed"]
    # To the whole: all that are ahead.
    lan.answer("TENTATIVE", stamp="20261102T110000Z", sequence=9)
    assert states() == ["tentative", "tentative", "tentative"]


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
