"""Handing in an issue: by an enterprise from its own page, or by anyone without a session."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from meetup.domain.faults import Faults
from meetup.enterprises.models import PEOPLE, Contact, Enterprise
from meetup.enterprises.service import (
    check_contact,
    check_enterprise,
    find_or_create_contact,
    find_or_create_enterprise,
    has_consent,
    record_consent,
)
from meetup.errors import Fault, InvalidInput
from meetup.issues import queries, search, service
from meetup.issues.forms import IssueForm, OpenIssueForm, uploads
from meetup.issues.models import Issue
from meetup.issues.views.base import bp, draw, offer, typed_issue
from meetup.registrations.links import PURPOSE
from meetup.registrations.views import registration_of
from meetup.web.current import current_work, link
from meetup.web.forms import submit
from meetup.web.guards import PUBLISHED, allow, require, require_published
from meetup.web.i18n import _, locale_code
from meetup.web.limits import hit, visitor
from meetup.work import Work


def _resembling(form: IssueForm) -> list[Issue]:
    """Published issues that resemble what was typed, to be looked at once before it is sent."""
    if request.method != "POST" or request.form.get("looked") or form.failed or form.kind.data == "conduct":
        return []
    return search.similar(current_work().db, form.title.data or "")


def _unless_answered(form: IssueForm, hand_in: Any) -> tuple[Issue | None, list[Issue]]:
    """Hand the issue in, unless there are answers that its sender has not been shown yet."""
    if request.method == "POST" and form.validate():
        found = _resembling(form)
        if found:
            return None, found
    return submit(form, hand_in), []


@bp.route("/r/<token>/issues/new", methods=["GET", "POST"])
@allow("public", by=PURPOSE, of="issue.submit")
def new(token: str) -> Any:
    """An enterprise hands in an issue with its registration."""
    registration = registration_of(token)
    require("issue.submit", registration)
    work = current_work()
    known = has_consent(work, registration.contact, "publication")
    named = known or registration.enterprise.kind not in PEOPLE
    form = IssueForm(data={"visibility": "public" if named else UNNAMED})
    offer(form, work)

    def hand_in() -> Issue:
        agree_to_name(work, registration.enterprise, registration.contact, form, channel="web")
        return service.submit(
            work, registration=registration, attachments=uploads(form.attachments), **typed_issue(form, work)
        )

    issue, similar = _unless_answered(form, hand_in)
    if issue is None:
        return draw("new.html", form=form, similar=similar, token=token, registration=registration)
    flash(_("Your issue has the number %(number)s. The receipt is on its way by mail.", number=issue.number), "success")
    answer: Response = redirect(link("issues.own", token=token, number=issue.number))
    return answer


@bp.post("/r/<token>/issues/<int:number>/co-sign")
@allow("public", by=PURPOSE, of=PUBLISHED)
def co_sign(token: str, number: int) -> Any:
    """An enterprise has the same difficulty as a published one, and follows that instead of sending its own."""
    registration = registration_of(token)
    work = current_work()
    issue = queries.by_number(work.db, number, whole=False)
    require_published(issue)
    service.co_sign(work, issue, registration.enterprise_id, contact=registration.contact_id)
    work.commit()
    flash(_("Noted: you have the same difficulty. You will get the mails about its progress."), "success")
    answer: Response = redirect(link("issues.show", number=number))
    return answer


#: What is chosen beforehand where the sender may be a person: their name is published only by their own choice.
UNNAMED = "anonymous"
#: What the service calls a field → what the form calls it.
_FORM_NAMES = {"kind": "sender_kind", "name": "sender_name", "contact_name": "name"}


def sender(work: Work, form: Any, *, channel: str, language: str) -> tuple[Enterprise, Contact]:
    """The enterprise or person and the contact that a form names, with the consent kept.

    Raises:
        InvalidInput: at ``tax_code``, ``sender_name``, ``name``, ``email`` or ``phone``.
    """
    kind = form.sender_kind.data
    called = form.sender_name.data or (form.name.data if kind == "citizen" else "")
    faults = Faults()
    enterprise = check_enterprise(
        work, {"kind": kind, "tax_code": form.tax_code.data, "name": called}, faults, strict=False
    )
    person = check_contact(
        work,
        {"name": form.name.data, "email": form.email.data, "phone": form.phone.data, "language": language},
        faults,
    )
    if faults.found:
        raise InvalidInput.many(
            Fault(_FORM_NAMES.get(fault.field, fault.field), fault.rule, fault.mend, **dict(fault.params))
            for fault in faults.found
        )
    found = find_or_create_enterprise(work, **enterprise, email=person["email"])
    contact = find_or_create_contact(work, found, **person)
    record_consent(work, contact, "registration", channel=channel)
    agree_to_name(work, found, contact, form, channel=channel)
    return found, contact


def agree_to_name(work: Work, enterprise: Enterprise, contact: Contact, form: Any, *, channel: str) -> None:
    """Keep that a person agreed to the publication of their name, by choosing it; once, as long as it stands."""
    if enterprise.kind not in PEOPLE or form.visibility.data != "public" or form.kind.data == "conduct":
        return
    if not has_consent(work, contact, "publication"):
        record_consent(work, contact, "publication", channel=channel)


@bp.route("/issues/new", methods=["GET", "POST"])
@allow("public")
def open_new() -> Any:
    """Anyone hands in an issue, without a session or an account (R2, R30)."""
    work = current_work()
    if request.method == "POST":
        hit("20 per hour", "an issue without registration", visitor())
    form = OpenIssueForm(data={"visibility": UNNAMED})
    offer(form, work)

    def hand_in() -> Issue:
        enterprise, contact = sender(work, form, channel="web", language=locale_code())
        return service.submit(
            work,
            enterprise=enterprise,
            contact=contact,
            attachments=uploads(form.attachments),
            **typed_issue(form, work),
        )

    issue, similar = _unless_answered(form, hand_in)
    if issue is None:
        return draw("new.html", form=form, similar=similar, token="", registration=None)
    answer: Response = redirect(link("issues.sent", number=issue.number))
    return answer


@bp.get("/issues/sent/<int:number>")
@allow("public")
def sent(number: int) -> Any:
    """The receipt on screen: the number alone; the link goes to the mail address, never onto the screen."""
    return draw("sent.html", number=number)
