"""Attachments: what kind a file really is, what is taken out of it, and how it is kept.

A file's type is what its content says, never what its name or the browser
claims. Pictures are decoded and written anew by Pillow, which leaves out
everything but the picture: Exif with its place and camera, comments, embedded
previews, whatever hangs behind the end.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from PIL import Image, ImageOps
from sqlalchemy import event

from meetup.domain.text import clean
from meetup.errors import N_, InvalidInput
from meetup.issues.checks import Checks
from meetup.issues.models import Attachment, Issue
from meetup.issues.values import Upload
from meetup.work import Work

#: The types that are taken, with the ends of names that fit them.
TYPES: Mapping[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/webp": (".webp",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "text/plain": (".txt", ".csv", ".md"),
}

#: For the file chooser of a form.
ACCEPT = ",".join(end for ends in TYPES.values() for end in ends)

#: A picture with more pixels is refused before it is decoded.
MAX_PIXELS = 60_000_000

_MARKUP = re.compile(r"^\s*<(?:!doctype|html|svg|\?xml|script|head|body|iframe)\b", re.IGNORECASE)


def sniff(content: bytes) -> str:
    """The type that `content` has, out of :data:`TYPES`; empty for anything else."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
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


def without_metadata(content: bytes, content_type: str) -> bytes:
    """`content`, a picture, with nothing in it but the picture, the right way up.

    Raises:
        ValueError: if it cannot be read as a picture, or is too large a one.
    """
    kind = content_type.removeprefix("image/").upper()
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as found:
            if found.width * found.height > MAX_PIXELS:
                raise ValueError("too large")
            return _anew(found, kind)
    except Exception as error:
        # A decoder that is fed broken bytes raises whatever it likes.
        raise ValueError(f"{type(error).__name__}: {error}") from None


def _anew(found: Image.Image, kind: str) -> bytes:
    """The picture written again: its pixels, colours and transparency, and nothing else."""
    options: dict[str, Any] = {"exif": b"", "icc_profile": found.info.get("icc_profile")}
    see_through = found.info.get("transparency")
    turned = found.getexif().get(0x0112, 1) != 1
    picture: Image.Image = ImageOps.exif_transpose(found) if turned else found
    if kind == "JPEG":
        # With its own tables a picture that was not turned loses next to nothing.
        options |= {"quality": "keep"} if found.format == "JPEG" and not turned else {"quality": 92}
    elif kind == "WEBP":
        options |= {"quality": 90, "xmp": b""}
    else:
        options |= {"optimize": True}
    picture.load()
    picture.info = {} if see_through is None else {"transparency": see_through}
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


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
    shown = clean(upload.name.encode("utf-8", "ignore").decode(), max_length=100_000)[:80]
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
            content = without_metadata(content, kind)
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
        key = work.mount.storage.save(content)
        _forget_on_rollback(work, key)
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


def _forget_on_rollback(work: Work, key: str) -> None:
    """A file whose row never comes to be does not stay behind."""
    keys: list[str] | None = work.memo.get("issues.kept_files")
    if keys is not None:
        keys.append(key)
        return
    keys = work.memo["issues.kept_files"] = [key]

    def forget(_session: Any) -> None:
        while keys:
            work.mount.storage.delete(keys.pop())

    def settle(_session: Any) -> None:
        keys.clear()

    event.listen(work.db, "after_rollback", forget)
    event.listen(work.db, "after_commit", settle)
