"""From a row of the outbox to the message: the reader's language, three templates, the right headers and parts."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from flask import g
from flask_babel import force_locale
from jinja2 import Environment
from sqlalchemy import select

from meetup.outbox import headers
from meetup.outbox.envelopes import envelope
from meetup.outbox.models import Outgoing
from meetup.outbox.notice import Calendar, Notice, Prepared
from meetup.outbox.transports import Settled
from meetup.work import Work

if TYPE_CHECKING:
    from meetup.mount import Mount

#: What a message may weigh; what is attached beyond that is named and linked to instead (rule C11).
MAX_BYTES = 10 * 1024 * 1024
#: The subject column of a link has room for so many characters.
_LINK_SUBJECT = 80

_environments: WeakKeyDictionary[Environment, Environment] = WeakKeyDictionary()


@dataclass(frozen=True)
class Rendered:
    """A message that is ready to leave.

    Args:
        message: the whole message.
        content: its bytes.
        subject: what the subject says, for lists.
        prepared: what the notice gave.
    """

    message: EmailMessage
    content: bytes
    subject: str
    prepared: Prepared


def render(work: Work, mount: Mount, row: Outgoing, notice: Notice) -> Rendered:
    """Prepare and build the message of `row` at ``work.now``.

    Raises:
        Superseded: if the notice says that it is no longer of use.
        Expired: if the notice says that it is too late.
        InvalidInput: if the recipient is no address.
    """
    with speaking(mount, row.locale):
        prepared = notice.prepare(work, row)
        attached, left_out = _fitting(prepared)
        context = _context(work, mount, row, notice, prepared, left_out)
        environment = mail_environment(mount)

        def text(part: str) -> str:
            return environment.get_template(f"meetup/mail/{notice.name}/{part}").render(context)

        subject = context["subject_line"] = headers.brief(text("subject.txt"))
        plain, html = _tidy(text("body.txt")), _tidy(text("body.html"))
    to = headers.address(row.recipient, row.recipient_name)
    settled = Settled(policy=headers.POLICY if to.addr_spec.isascii() else headers.UTF8_POLICY)
    message = cast("EmailMessage", settled)
    _write_headers(message, to, work, mount, row, subject, context)
    message.set_content(plain, charset="utf-8", cte="quoted-printable")
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    if prepared.calendar:
        message.attach(_calendar_part(prepared.calendar))
        message.make_mixed()
        message.attach(_calendar_part(prepared.calendar, attached=True))
    for name, kind, content in attached:
        main, _, sub = kind.partition("/")
        message.add_attachment(
            content, maintype=main, subtype=sub or "octet-stream", filename=headers.clean(name) or "file"
        )
    message["Content-Language"] = row.locale
    _settle(message, str(message["Message-ID"]))
    settled.content = settled.as_bytes()
    return Rendered(message, settled.content, subject, prepared)


@contextmanager
def speaking(mount: Mount, locale: str) -> Iterator[None]:
    """Templates and notices speak the reader's language meanwhile, whoever runs the worker."""
    offered = mount.settings.locales
    with mount.app.app_context():
        g._meetup_mount = mount.name
        with force_locale(locale if locale in offered else offered[0]):
            yield


def mail_environment(mount: Mount) -> Environment:
    """The mount's templates as mails need them: text is not escaped, times are in the site's zone without a request."""
    known = _environments.get(mount.jinja)
    if known is None:
        known = mount.jinja.overlay(autoescape=_is_markup)
        known.filters = {**known.filters, "brief": headers.brief}
        for name in ("datetime", "date", "time", "weekday"):
            known.filters[name] = _in_zone(known.filters[name], mount.settings.timezone)
        _environments[mount.jinja] = known
    return known


def _is_markup(template: str | None) -> bool:
    return template is None or not template.endswith(".txt")


def _in_zone(show: Callable[[Any, str], str], site_zone: str) -> Callable[..., str]:
    return lambda value, zone="": show(value, zone or site_zone)


def _context(
    work: Work, mount: Mount, row: Outgoing, notice: Notice, prepared: Prepared, left_out: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "recipient": row.recipient,
        "recipient_name": headers.clean(row.recipient_name),
        "to_agency": "department" in row.context,
        "locale": row.locale,
        "programme_name": mount.settings.site_name,
        "site_name": mount.settings.site_name,
        "home_url": mount.settings.base_url,
        "organizer_email": mount.mail_from,
        "unsubscribe_url": unsubscribe_url(work, mount, row) if notice.mutable else "",
        "notice_label": mount.words.gettext(notice.label) if notice.label else "",
        "has_calendar": prepared.calendar is not None,
        "calendar_method": prepared.calendar.method if prepared.calendar else "",
        "left_out": left_out,
        "now": work.now,
        **prepared.context,
    }


def unsubscribe_url(work: Work, mount: Mount, row: Outgoing) -> str:
    """The address where the recipient switches this kind off."""
    subject = f"{row.kind}|{row.recipient}"
    if len(subject) > _LINK_SUBJECT:
        subject = f"outgoing:{row.id}"
    return mount.url("outbox.unsubscribe", token=work.token("unsubscribe", subject))


def _write_headers(
    message: EmailMessage,
    to: Address,
    work: Work,
    mount: Mount,
    row: Outgoing,
    subject: str,
    context: Mapping[str, Any],
) -> None:
    def put(name: str, text: str) -> None:
        message[name] = headers.Field(name, text)

    programme = str(context["programme_name"])
    sender = headers.address(mount.mail_from, programme)
    put("Date", format_datetime(work.now))
    message["From"] = headers.Mailbox.of("From", sender)
    message["To"] = headers.Mailbox.of("To", to)
    reply_to = envelope(mount, row).reply_to
    if reply_to:
        message["Reply-To"] = headers.Mailbox.of("Reply-To", headers.address(reply_to, programme))
    message["Subject"] = headers.Words("Subject", subject)
    put("Message-ID", headers.message_id(mount, row.id, row.recipient))
    first = _first_of_thread(work, row)
    if first:
        put("In-Reply-To", first)
        put("References", first)
    put("Auto-Submitted", "auto-generated")
    put("X-Auto-Response-Suppress", "OOF, AutoReply")
    slug = re.sub(r"[^a-z0-9-]+", "-", str(context.get("programme_slug") or mount.name).lower()).strip("-")
    put("List-Id", f"<{slug or 'meetup'}.{sender.domain}>")
    if context["unsubscribe_url"]:
        by_mail = f"mailto:{sender.addr_spec}?subject=unsubscribe%20{row.kind}"
        put("List-Unsubscribe", f"<{context['unsubscribe_url']}>, <{by_mail}>")
        put("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    if row.request_id:
        put("X-Request-ID", headers.clean(row.request_id))


def _first_of_thread(work: Work, row: Outgoing) -> str:
    """The Message-ID of the first calendar message that this person got about the same UID (rule C5)."""
    if not row.thread:
        return ""
    found = work.db.scalar(
        select(Outgoing.message_id)
        .where(
            Outgoing.thread == row.thread,
            Outgoing.state == "sent",
            Outgoing.recipient == row.recipient,
            Outgoing.id < row.id,
            Outgoing.kind.startswith("calendar_", autoescape=True),
        )
        .order_by(Outgoing.id)
        .limit(1)
    )
    return found or ""


def _calendar_part(calendar: Calendar, *, attached: bool = False) -> EmailMessage:
    """The calendar as a part; always base64, since 8bit gets wrapped anew on its way (rule C2)."""
    part = EmailMessage(policy=headers.POLICY)
    name = '; name="invite.ics"' if attached else ""
    # Written by hand, without the quotes that the standard library adds: some clients look for the bare words.
    kind = f"text/calendar; charset=utf-8; method={calendar.method.upper()}{name}"
    part["Content-Type"] = headers.Field("Content-Type", kind)
    part["Content-Transfer-Encoding"] = "base64"
    if attached:
        part["Content-Disposition"] = 'attachment; filename="invite.ics"'
    part.set_payload(base64.encodebytes(calendar.content).decode("ascii"))
    return part


def _fitting(prepared: Prepared) -> tuple[list[tuple[str, str, bytes]], tuple[str, ...]]:
    """The attachments that a mail server takes, and the names of those that it would not."""
    left = MAX_BYTES
    attached, left_out = [], []
    for name, kind, content in prepared.attachments:
        weight = len(content) * 4 // 3
        if weight <= left:
            left -= weight
            attached.append((name, kind, content))
        else:
            left_out.append(headers.clean(name))
    return attached, tuple(left_out)


def _tidy(text: str) -> str:
    """Template leftovers away: blanks at line ends, more than one empty line, characters that no mail may hold."""
    text = "".join(c for c in text if c >= " " or c in "\n\t").replace("\x7f", "")
    text = text.encode("utf-8", "ignore").decode("utf-8")
    lines = (line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _settle(message: EmailMessage, identity: str) -> None:
    """Boundaries out of the Message-ID, so that the same row makes the same bytes; parts need no version of MIME."""
    stem = re.sub(r"[^0-9A-Za-z]+", "", identity)[:40]
    for number, part in enumerate(message.walk()):
        if number:
            del part["MIME-Version"]
        if part.is_multipart():
            # "=_" stands in no base64 or quoted-printable text.
            part.set_boundary(f"=_{number}_{stem}")
