"""Attachments: what kind a file really is, what is taken out of it, and how it is kept.

A file's type is what its content says, never what its name or the browser
claims. Pictures are written anew, without place and camera: :mod:`meetup.pictures`.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from meetup import pictures, storage
from meetup.domain.text import clean
from meetup.errors import N_, InvalidInput
from meetup.issues.checks import Checks
from meetup.issues.models import Attachment, Issue
from meetup.issues.values import Upload
from meetup.work import Work

#: The types that are taken, with the ends of names that fit them.
TYPES: Mapping[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    **pictures.TYPES,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "text/plain": (".txt", ".csv", ".md"),
}

#: For the file chooser of a form.
ACCEPT = ",".join(end for ends in TYPES.values() for end in ends)

_MARKUP = re.compile(r"^\s*<(?:!doctype|html|svg|\?xml|script|head|body|iframe)\b", re.IGNORECASE)


def sniff(content: bytes) -> str:
    """The type that `content` has, out of :data:`TYPES`; empty for anything else."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if picture := pictures.kind_of(content):
        return picture
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return "text/plain" if _is_text(content) else ""


def _office(content: bytes) -> str:
    """Which office document a zip file is; nothing is unpacked, so a bomb stays folded."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError):
        return ""
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return ""
    if "word/document.xml" in names:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    if "xl/workbook.xml" in names:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return ""


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if any(ord(char) < 32 and char not in "\t\n\r\f" for char in text):
        return False
    return bool(text.strip()) and not _MARKUP.match(text)


def safe_name(name: str, content_type: str) -> str:
    """A file name to show and to save under: no folders, no control characters, an end that fits the type."""
    bare = re.split(r"[/\\]", clean(name.encode("utf-8", "ignore").decode(), max_length=100_000))[-1]
    bare = re.sub(r'[<>:"|?*]', "_", bare).strip(" .") or "file"
    ends = TYPES[content_type]
    stem, dot, end = bare.rpartition(".")
    if f".{end.lower()}" in ends and dot and stem:
        return f"{stem[:140]}.{end.lower()}"
    return f"{bare[:140]}{ends[0]}"


def _take(work: Work, checks: Checks, upload: Upload) -> tuple[str, str, bytes] | None:
    """Name, type and bytes to keep; None with a fault noted if the file cannot be taken."""
    limit = int(work.settings.upload_max_bytes)
    shown = upload.shown
    if not upload.content:
        checks.fault("attachments", N_("“%(name)s” is empty."), N_("Choose another file."), name=shown)
        return None
    if len(upload.content) > limit:
        checks.fault(
            "attachments",
            N_("“%(name)s” is larger than %(limit)s MB."),
            N_("Make it smaller, or send it in parts."),
            name=shown,
            limit=max(limit // (1024 * 1024), 1),
        )
        return None
    kind = sniff(upload.content)
    content = upload.content
    if kind.startswith("image/"):
        try:
            content = pictures.without_metadata(content, kind).content
        except ValueError:
            kind = ""
    if not kind:
        checks.fault(
            "attachments",
            N_("“%(name)s” is none of the kinds of file that are taken."),
            N_("Send PDF, PNG, JPEG, WebP, DOCX, XLSX or plain text."),
            name=shown,
        )
        return None
    return safe_name(upload.name, kind), kind, content


def attach(
    work: Work, issue: Issue, uploads: Iterable[Upload], *, side: str, follow_up: Any = None
) -> list[Attachment]:
    """Keep files with an issue, or with one follow-up's answer.

    Args:
        side: who sent them: ``enterprise``, ``organizer`` or ``department``.
        follow_up: the follow-up whose answer they belong to.

    Raises:
        InvalidInput: at ``attachments``, for too many, too large, empty or unknown files; then none is kept.
    """
    given = list(uploads)
    if not given:
        return []
    most = int(work.settings.upload_max_files)
    if len(given) > most:
        raise InvalidInput(
            "attachments", N_("At most %(most)s files can be sent at once."), N_("Leave some out."), most=most
        )
    checks = Checks()
    taken = [_take(work, checks, upload) for upload in given]
    checks.done()
    rows = []
    for name, kind, content in filter(None, taken):
        key = storage.keep(work.mount.storage, work.db, content)
        rows.append(
            Attachment(
                issue_id=issue.id,
                follow_up_id=follow_up.id if follow_up is not None else None,
                side=side,
                name=name,
                content_type=kind,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                key=key,
                created_at=work.now,
            )
        )
    work.db.add_all(rows)
    work.db.flush()
    for row in rows:
        work.log("issue.attach", issue, attachment=row.id, sha256=row.sha256, side=side)
    return rows
