"""Flask-Security's mails, by our outbox: they leave with the transaction that caused them."""

from __future__ import annotations

from typing import Any

from flask_security import MailUtil

from meetup.staff import notices
from meetup.web.current import current_work

#: Flask-Security's template → our notice and what it says.
_KINDS = {
    "security/email/reset_instructions": (notices.RESET, ""),
    "security/email/reset_notice": (notices.CHANGED, "password"),
    "security/email/change_notice": (notices.CHANGED, "password"),
}


class OutboxMail(MailUtil):
    """Sends nothing itself: adds a row to the outbox of the request's unit of work."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Any,
        sender: Any,
        body: str | None,
        html: str | None,
        **context: Any,
    ) -> None:
        """Enqueue the notice that stands for `template`.

        Raises:
            KeyError: for a mail of a feature that is switched off.
        """
        kind, what = _KINDS[template]
        notices.tell(current_work(), context["user"], kind, what=what)
