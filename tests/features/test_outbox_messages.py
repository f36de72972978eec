"""What a message is made of: parts, headers, ids; and what nobody's input may do to it (rules C1 to C11)."""

from __future__ import annotations

import email
import email.policy
import re
import smtplib
from datetime import timedelta
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from sqlalchemy.orm.attributes import set_committed_value

from meetup.errors import InvalidInput
from meetup.outbox import headers
from meetup.outbox.models import Outgoing
from meetup.outbox.transports import Envelope, TransportError
from meetup.outbox.worker import drain
from meetup.plugins.hookspecs import hookimpl
from tests.features.outboxing import ICS, Letters
from tests.rig.clock import SettableClock
from tests.rig.mail import Mail, SmtpServer

# What is built has nothing to do with the database.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def letters(mount: Any) -> Letters:
    return Letters(mount)


def shape(part: Any) -> Any:
    """A message as nested types."""
    if part.is_multipart():
        return (part.get_content_subtype(), [shape(inner) for inner in part.iter_parts()])
    return part.get_content_type()


def head(mail: Mail) -> str:
    """The header as it came over the wire."""
    return mail.raw.partition(b"\r\n\r\n")[0].decode("ascii")


def unfolded(mail: Mail, name: str) -> str:
    """One field as it came over the wire, its folds undone."""
    found = re.search(rf"^{name}: (.*)$", re.sub(r"\r\n([ \t])", r"\1", head(mail)), re.MULTILINE)
    assert found is not None
    return found[1].strip()


def test_a_calendar_message_has_the_parts_that_clients_look_for(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    letters.add("a@enterprise.example", "calendar_test")
    drain(mount)
    mail = smtp.last()
    assert shape(mail) == (
        "mixed",
        [("alternative", ["text/plain", "text/html", "text/calendar"]), "text/calendar"],
    )
    inline, attached = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert b"Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n" in mail.raw
    assert inline["Content-Transfer-Encoding"] == attached["Content-Transfer-Encoding"] == "base64"
    assert attached.get_filename() == "invite.ics"
    assert attached.get_content_disposition() == "attachment"
    content = ICS.format(method="REQUEST").encode()
    assert inline.get_payload(decode=True) == attached.get_payload(decode=True) == content


@pytest.mark.parametrize("method", ["CANCEL", "REPLY", "DECLINECOUNTER"])
def test_the_method_outside_is_the_method_inside(mount: Any, letters: Letters, smtp: SmtpServer, method: str) -> None:
    letters.add("a@enterprise.example", "calendar_test", context={"method": method})
    drain(mount)
    for part in smtp.last().walk():
        if part.get_content_type() == "text/calendar":
            assert part.get_param("method") == method
            assert f"METHOD:{method}\r\n".encode() in part.get_payload(decode=True)


def test_a_message_without_a_calendar_is_an_alternative_alone(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    letters.add("a@enterprise.example", name="Lan")
    drain(mount)
    mail = smtp.last()
    assert shape(mail) == ("alternative", ["text/plain", "text/html"])
    assert "Kính gửi: Ông (Bà) Lan" in mail.text
    assert "Trân trọng./." in mail.text
    assert "Xin chào & http://" in mail.text, "text is not escaped"
    assert "Kính gửi: Ông (Bà) Lan" in mail.html
    assert not re.search(r"<(img|script|link|iframe)\b|url\(|\bsrc=", mail.html)


def test_the_readers_language(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    letters.add("a@enterprise.example", name="Ms Lan", locale="en")
    drain(mount)
    mail = smtp.last()
    assert "Dear Ms Lan," in mail.text
    assert '<html lang="en">' in mail.html
    assert mail["Content-Language"] == "en"


def test_headers(mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock) -> None:
    clock.travel(hours=5)
    with mount.work(request_id="abc123") as work:
        from meetup.outbox.service import enqueue

        row = enqueue(work, "test_plain", to="a@enterprise.example", name="Lan")
        work.commit()
    clock.travel(minutes=7)
    drain(mount)
    mail = smtp.last()
    assert row is not None
    assert mail["From"].addresses[0].addr_spec == mount.mail_from == mail.envelope_from
    assert mail["From"].addresses[0].display_name == mount.settings.site_name
    assert parsedate_to_datetime(mail["Date"]) == clock.now.replace(microsecond=0)
    assert re.fullmatch(rf"<outbox-{row.id}\.[0-9a-f]{{16}}@province\.example>", mail["Message-ID"])
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["List-Id"] == "<meetup.province.example>"
    assert mail["X-Request-ID"] == "abc123"
    assert mail["Precedence"] is None and mail["List-Unsubscribe"] is None
    assert headers.row_of_message_id(mount, f"x {mail['Message-ID']} y", "a@enterprise.example") == row.id
    assert headers.row_of_message_id(mount, mail["Message-ID"], "b@enterprise.example") is None


def test_an_update_and_a_reminder_follow_the_first_invitation(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    for kind in ("calendar_test", "calendar_test", "test_plain"):
        letters.add("a@enterprise.example", kind, thread="u1")
        letters.add("b@enterprise.example", kind, thread="u1")
    drain(mount)
    for person in ("a@enterprise.example", "b@enterprise.example"):
        first, update, reminder = smtp.to(person)
        assert first["In-Reply-To"] is None
        for later in (update, reminder):
            assert later["In-Reply-To"] == later["References"] == first["Message-ID"]
            assert later["Message-ID"] != first["Message-ID"]


def test_long_links_and_ids_arrive_as_they_are(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    mount.settings._values["MAIL_DOMAIN"] = "ca-phe-ket-noi-doanh-nghiep." + "camau." * 10 + "example"
    letters.add("a@enterprise.example", "test_mutable")
    drain(mount)
    mail = smtp.last()
    assert "=?" not in unfolded(mail, "Message-ID") + unfolded(mail, "List-Unsubscribe")
    assert re.match(r"<http://localhost/unsubscribe/[\w-]{38}>, <mailto:", unfolded(mail, "List-Unsubscribe"))
    assert unfolded(mail, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"


NASTY = [
    "Lan\r\nBcc: all@enterprise.example",
    "Lan\nX-Evil: 1",
    "Lan\r\n folded",
    "Lan\x00\x0b\x0c\x1c\x85\u2028X-Evil: 1",
    "=?utf-8?q?Lan=0D=0ABcc:_all=40enterprise.example?=",
    'Lan", "x" <all@enterprise.example>',
    'Công ty TNHH "Đất Mũi"; Cà Mau, VN <x@y>',
    "\udcff lone",
    "Ngân hàng Thương mại cổ phần Đầu tư và Phát triển Việt Nam, chi nhánh Đất Mũi " * 3,
]


@pytest.mark.parametrize("text", NASTY)
def test_no_ones_input_becomes_a_header(
    mount: Any, letters: Letters, smtp: SmtpServer, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.attachments = ((text, "text/plain", b"x"),)
    monkeypatch.setitem(mount.settings._values, "SITE_NAME", text)
    stored = text.encode("utf-8", "ignore").decode()
    letters.add("a@enterprise.example", name=stored[:200], context={"subject_words": stored})

    def nasty(_work: Any, row: Any) -> None:
        set_committed_value(row, "recipient_name", text)

    letters.look = nasty
    drain(mount)
    mail = smtp.last()
    assert mail.envelope_to == ("a@enterprise.example",)
    names = [line.partition(":")[0] for line in head(mail).split("\r\n") if line[0] not in " \t"]
    assert names == [
        *("Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "List-Id"),
        *("X-Request-ID", "MIME-Version", "Content-Type", "Content-Language"),
    ]
    assert [address.addr_spec for address in mail["To"].addresses] == ["a@enterprise.example"]
    # Not by the parser of mails, which leaves blanks between encoded words in an address.
    shown = str(make_header(decode_header(unfolded(mail, "To").rpartition(" <")[0])))
    assert shown == headers.clean(text)
    assert str(make_header(decode_header(unfolded(mail, "Subject")))) == headers.brief(stored)
    assert [address.addr_spec for address in mail["From"].addresses] == [mount.mail_from]
    assert all(len(line) <= 78 for line in head(mail).split("\r\n"))
    assert b"\x00" not in mail.raw


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nRCPT TO:<c@d.example>",
        "a\n@b.example",
        "a b@c.example",
        "a@b\x00.example",
        "a@",
        "@b",
        "a",
        "a@-",
        # Whoever tries each way to part it at its dots is at it for weeks.
        "a." * 40 + "a(@c.example",
    ],
)
def test_what_is_no_address_is_refused(address: str, backend: str) -> None:
    with pytest.raises(InvalidInput):
        headers.address(address)


def test_a_wrong_address_is_a_dead_letter_alone(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    wrong = letters.add("a b@enterprise.example")
    letters.add("b@enterprise.example")
    drain(mount)
    assert letters.row(wrong).state == "dead"
    assert len(smtp.messages) == 1


def test_a_domain_with_accents_goes_as_idna(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    letters.add("lan@đấtmũi.vn")
    drain(mount)
    (to,) = smtp.last().envelope_to
    assert to.startswith("lan@xn--") and to.isascii()


def test_a_local_part_with_accents_goes_where_the_server_can(
    mount: Any, letters: Letters, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = letters.add("nguyễn@enterprise.example", name="Nguyễn")
    drain(mount)
    assert letters.row(row).state == "sent"
    mail = smtp.last()
    assert mail.envelope_to == ("nguyễn@enterprise.example",)
    assert "<nguyễn@enterprise.example>\r\n".encode() in mail.raw

    real = smtplib.SMTP.has_extn
    monkeypatch.setattr(smtplib.SMTP, "has_extn", lambda self, name: name != "smtputf8" and real(self, name))
    row = letters.add("lê@enterprise.example")
    drain(mount)
    refused = letters.row(row)
    assert refused.state == "dead" and "SMTPUTF8" in refused.reason


def test_a_message_over_the_servers_size_is_not_even_begun(
    mount: Any, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meetup.outbox.smtp import Line

    class Host:
        esmtp_features = {"size": "100"}

        def has_extn(self, name: str) -> bool:
            return name == "size"

    line = Line(mount.app)
    with pytest.raises(TransportError) as refused:
        line._options(Host(), None, 101)  # type: ignore[arg-type]
    assert (refused.value.scope, refused.value.permanent) == ("content", True)


def test_a_subject_fits_a_list_of_mails(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    letters.add("a@enterprise.example", context={"subject_words": "Thư mời " + "cà phê kết nối doanh nghiệp " * 9})
    drain(mount)
    subject = smtp.last()["Subject"]
    assert len(subject) <= 70
    assert subject.endswith("…")


def test_an_attachments_name_may_be_vietnamese(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    letters.attachments = (("Công văn 34.pdf", "application/pdf", b"%PDF"),)
    letters.add("a@enterprise.example")
    drain(mount)
    mail = smtp.last()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["Công văn 34.pdf"]
    assert b"filename*=utf-8''" in mail.raw


def test_what_is_too_large_is_named_instead(
    mount: Any, letters: Letters, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meetup.outbox.render.MAX_BYTES", 1000)
    letters.attachments = (("lớn.pdf", "application/pdf", b"x" * 2000), ("nhỏ.pdf", "application/pdf", b"x"))
    letters.add("a@enterprise.example")
    drain(mount)
    mail = smtp.last()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["nhỏ.pdf"]
    assert "lớn.pdf" in mail.text


def test_the_same_row_makes_the_same_bytes(
    mount: Any, letters: Letters, smtp: SmtpServer, clock: SettableClock
) -> None:
    letters.add("a@enterprise.example", "calendar_test")
    smtp.drop_next("DATA", keep=True)
    drain(mount)
    clock.travel(by=timedelta(minutes=3))
    drain(mount)
    first, second = (re.sub(rb"^Date: [^\r]*", b"", mail.raw) for mail in smtp.messages)
    assert first == second
    assert email.message_from_bytes(second, policy=email.policy.default).defects == []


def test_answers_and_bounces_go_where_a_plugin_says(mount: Any, letters: Letters, smtp: SmtpServer) -> None:
    class Each:
        @hookimpl
        def meetup_envelope(self, outgoing: Any) -> Envelope:
            return Envelope(f"coffee+{outgoing.id}@province.example", f"bounce+{outgoing.id}@province.example")

    mount.plugins.register(Each(), "each")
    row = letters.add("a@enterprise.example")
    drain(mount)
    mail = smtp.last()
    assert mail["Reply-To"].addresses[0].addr_spec == f"coffee+{row}@province.example"
    assert mail.envelope_from == f"bounce+{row}@province.example"
    assert mail["From"].addresses[0].addr_spec == mount.mail_from


def test_without_a_plugin_everything_comes_back_to_the_programme(
    mount: Any, letters: Letters, smtp: SmtpServer
) -> None:
    class Silent:
        @hookimpl
        def meetup_envelope(self) -> None:
            return None

    mount.plugins.register(Silent(), "silent")
    letters.add("a@enterprise.example")
    drain(mount)
    mail = smtp.last()
    assert mail["Reply-To"] is None
    assert mail.envelope_from == mail["From"].addresses[0].addr_spec == mount.mail_from


@pytest.mark.parametrize("envelope", [Envelope("a@b.example\r\nBcc: c@d.example"), Envelope(return_path="nobody")])
def test_a_plugins_bad_address_makes_a_message_wait_and_kills_none(
    mount: Any, letters: Letters, smtp: SmtpServer, envelope: Envelope
) -> None:
    class Broken:
        @hookimpl
        def meetup_envelope(self) -> Envelope:
            return envelope

    mount.plugins.register(Broken(), "broken")
    number = letters.add("a@enterprise.example")
    drain(mount)
    assert not smtp.messages
    with mount.work() as work:
        row = work.get(Outgoing, number)
        assert row.state == "queued"
        assert "no e-mail address" in row.reason
