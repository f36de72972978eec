"""What the public gets to read of an issue, and what it says about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from sqlalchemy import select, update

from meetup.enterprises.consents import who_agreed
from meetup.enterprises.models import PEOPLE, Enterprise
from meetup.enterprises.service import normalise_email
from meetup.errors import N_, InvalidInput, NotFound, Stale, WrongState
from meetup.issues import notices, queries
from meetup.issues.checks import Checks, one_text
from meetup.issues.index import search_key
from meetup.issues.models import Comment, CoSigner, Issue, Revision
from meetup.issues.values import PUBLISHABLE, REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH
from meetup.work import Work, edit

COMMENT_LENGTH = 3_000


def text_hash(number: int, title: str, question: str, answer: str) -> str:
    """The stamp of a published text: SHA-256 of its four parts as one JSON list, UTF-8 without spaces."""
    parts = json.dumps([number, title, question, answer], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()


def public_names(work: Work, issues: Iterable[Issue]) -> dict[int, str]:
    """Under whose name the public sees `issues`: issue id → name, for those that are shown with one.

    The sender has to want it so. Where the name is a person's, their contact must
    also agree to its publication at present (Law 91/2025/QH15): taken back, it is gone everywhere.
    One statement for all of them.

    Args:
        issues: with their enterprises loaded.
    """
    open_ones = [one for one in issues if one.visibility == "public" and one.kind != "conduct"]
    people = {one.contact_id for one in open_ones if one.enterprise.kind in PEOPLE}
    agreed = who_agreed(work, people, "publication")
    return {
        one.id: one.enterprise.name
        for one in open_ones
        if one.enterprise.kind not in PEOPLE or one.contact_id in agreed
    }


def publish(work: Work, issue: Issue, *, title: str, question: str, answer: str, note: str = "") -> Issue:
    """Show the redacted text to the public, stamped with its hash.

    Published again with other words, the earlier text is kept with `note`, which
    then must say what was corrected.

    Raises:
        InvalidInput: at ``title``, ``question``, ``answer`` or ``note``.
        WrongState: while it is not accepted yet, or was turned down.
        Stale: if someone else changed it.
    """
    if issue.state not in PUBLISHABLE:
        raise WrongState("issue", issue.state, "publish", issue.MACHINE.possible(issue.state))
    if issue.visibility == "confidential":
        raise InvalidInput(
            "title", N_("This issue is confidential."), N_("Only what its enterprise lets be seen is published.")
        )
    checks = Checks()
    title = checks.text("title", title, limit=TITLE_LENGTH, multiline=False)
    question = checks.text("question", question, limit=TEXT_LENGTH)
    answer = checks.text("answer", answer, limit=TEXT_LENGTH, required=issue.answered_at is not None)
    digest = text_hash(issue.number, title, question, answer)
    shown = issue.published_at is not None
    corrects = bool(issue.published_hash) and issue.published_hash != digest
    note = checks.text("note", note, limit=REASON_LENGTH, required=shown and corrects)
    checks.done()
    if shown and not corrects:
        return issue
    if corrects:
        _keep_revision(work, issue, note)
    edit(
        work,
        issue,
        "correct" if shown else "publish",
        details={"hash": digest},
        published_at=issue.published_at or work.now,
        published_title=title,
        published_question=question,
        published_answer=answer,
        published_hash=digest,
    )
    _index(work, issue)
    if not shown:
        notices.published(work, issue)
    return issue


def unpublish(work: Work, issue: Issue, *, note: str) -> Issue:
    """Take the text off the public pages; the note stays there and says why.

    Raises:
        InvalidInput: at ``note``.
        NotFound: if it is not published.
    """
    if issue.published_at is None:
        raise NotFound(N_("This issue is not published."))
    note = one_text("note", note, limit=REASON_LENGTH)
    _keep_revision(work, issue, note)
    edit(work, issue, "unpublish", details={"hash": issue.published_hash}, published_at=None)
    _index(work, issue)
    return issue


def _keep_revision(work: Work, issue: Issue, note: str) -> None:
    work.db.add(
        Revision(
            issue_id=issue.id,
            at=work.now,
            note=note,
            title=issue.published_title,
            question=issue.published_question,
            answer=issue.published_answer,
            hash=issue.published_hash,
        )
    )


def _index(work: Work, issue: Issue) -> None:
    issue.search_key = search_key(issue)
    work.db.flush()


def show_files(work: Work, issue: Issue, shown: Mapping[int, str]) -> None:
    """Decide which files the public gets: attachment id → the words that describe it; all others are closed.

    Raises:
        InvalidInput: at ``files``, for a picture without its description or a file of another issue.
    """
    files = {row.id: row for row in queries.files(work.db, issue)}
    checks = Checks()
    for key, words in shown.items():
        found = files.get(key)
        if found is None:
            checks.fault("files", N_("This file does not belong to the issue."))
            continue
        alt = checks.text("files", words, limit=300, multiline=False, required=False)
        if found.content_type.startswith("image/") and not alt:
            checks.fault(
                "files", N_("“%(name)s” is a picture without a description."), N_("Say what it shows."), name=found.name
            )
        found.alt = alt or found.alt
    checks.done()
    for key, found in files.items():
        if found.is_public != (key in shown):
            found.is_public = key in shown
            work.log("issue.show_file" if found.is_public else "issue.hide_file", issue, attachment=key)
    work.db.flush()


def co_sign(work: Work, issue: Issue, enterprise: Enterprise | int, *, contact: int | None = None) -> CoSigner | None:
    """Note that an enterprise has the same difficulty; once for each, and never for the one that raised it.

    Args:
        contact: the person who gets the mails about its progress, by id.
    """
    enterprise_id = enterprise if isinstance(enterprise, int) else enterprise.id
    if enterprise_id == issue.enterprise_id and contact in (None, issue.contact_id):
        return None
    found = work.db.scalar(
        select(CoSigner).where(CoSigner.issue_id == issue.id, CoSigner.enterprise_id == enterprise_id)
    )
    if found is None:
        found = CoSigner(issue_id=issue.id, enterprise_id=enterprise_id, contact_id=contact, at=work.now)
        work.db.add(found)
        work.db.flush()
        work.log("issue.co_sign", issue, enterprise=enterprise_id)
    elif found.contact_id is None:
        found.contact_id = contact
    return found


def comment(work: Work, issue: Issue, *, name: str, email: str, body: str, parent: Comment | None = None) -> Comment:
    """Leave a comment on a published issue; it waits for moderation. The e-mail is never shown.

    Raises:
        InvalidInput: at ``name``, ``email``, ``body`` or ``parent``.
        NotFound: if the issue is not public.
    """
    if not issue.is_public:
        raise NotFound()
    checks = Checks()
    name = checks.text("name", name, limit=120, multiline=False)
    body = checks.text("body", body, limit=COMMENT_LENGTH)
    address = checks.text("email", email, limit=254, multiline=False)
    if address:
        try:
            address = normalise_email(address)
        except InvalidInput as error:
            checks.faults.extend(error.faults)
    if parent is not None and (
        parent.issue_id != issue.id or parent.parent_id is not None or parent.state != "approved"
    ):
        checks.fault("parent", N_("This comment cannot be replied to."), N_("Reply to one that is shown."))
    checks.done()
    parent_id = parent.id if parent is not None else None
    repeated = work.db.scalar(
        select(Comment).where(
            Comment.issue_id == issue.id, Comment.email == address, Comment.body == body, Comment.state == "pending"
        )
    )
    if repeated is not None:
        return repeated
    row = Comment(
        issue_id=issue.id, parent_id=parent_id, name=name, email=address, body=body, state="pending", at=work.now
    )
    work.db.add(row)
    work.db.flush()
    work.log("comment.submit", row, about=issue.subject)
    notices.comment_waiting(work, issue, row)
    return row


def moderate(work: Work, comment: Comment, *, approve: bool, reason: str = "") -> Comment:
    """Show a comment, or not, with the reason; an approved one can still be taken down.

    Raises:
        InvalidInput: at ``reason``, when it is rejected without one.
        Stale: if someone else decided in the meantime.
    """
    reason = "" if approve else one_text("reason", reason, limit=REASON_LENGTH)
    before, after = comment.state, "approved" if approve else "rejected"
    if before == after:
        if reason != comment.reject_reason:
            raise Stale()
        return comment
    done = work.db.execute(
        update(Comment)
        .where(Comment.id == comment.id, Comment.state == before)
        .values(state=after, reject_reason=reason, moderated_at=work.now)
        .returning(Comment.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not done:
        raise Stale()
    work.db.refresh(comment)
    action = "comment.approve" if approve else "comment.reject"
    work.log(action, comment, about=f"issue:{comment.issue_id}", before=before, after=after)
    return comment
