"""Pictures: which kind one really is, what is taken out of it, and how it is made smaller.

A picture is decoded and written anew by Pillow, which leaves out everything but the picture:
Exif with its place and camera, comments, embedded previews, whatever hangs behind the end.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps

#: The types that are taken, with the ends of names that fit them.
TYPES: Mapping[str, tuple[str, ...]] = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/webp": (".webp",),
}

#: A picture with more pixels is refused before it is decoded.
MAX_PIXELS = 60_000_000

#: Modes in which WebP can be written.
_PLAIN = ("RGB", "RGBA")


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept.

    Args:
        content: its bytes.
        content_type: out of :data:`TYPES`.
        width: in pixels, the right way up; so is `height`.
    """

    content: bytes
    content_type: str
    width: int
    height: int


def kind_of(content: bytes) -> str:
    """The type that `content` begins as, out of :data:`TYPES`; empty for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return ""


def without_metadata(content: bytes, content_type: str) -> Picture:
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


def _anew(found: Image.Image, kind: str) -> Picture:
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
    return Picture(out.getvalue(), f"image/{kind.lower()}", picture.width, picture.height)


def narrowed(picture: Picture, width: int) -> Picture:
    """`picture` as WebP, at most so many pixels wide and four times as many high; a smaller one keeps its size.

    Args:
        picture: as :func:`without_metadata` gives it.
    """
    scale = min(1, width / picture.width, 4 * width / picture.height)
    size = max(round(picture.width * scale), 1), max(round(picture.height * scale), 1)
    with Image.open(io.BytesIO(picture.content), formats=[picture.content_type.removeprefix("image/")]) as found:
        # A JPEG is decoded at a fraction of its size where that is enough.
        found.draft("RGB", size)
        profile = None if found.mode == "CMYK" else found.info.get("icc_profile")
        plain: Image.Image = found if found.mode in _PLAIN else found.convert(_plain_mode(found))
        if plain.size != size:
            plain = plain.resize(size, Image.Resampling.LANCZOS)
        out = io.BytesIO()
        plain.save(out, "WEBP", quality=78, method=4, exif=b"", xmp=b"", icc_profile=profile)
    return Picture(out.getvalue(), "image/webp", *size)


def _plain_mode(found: Image.Image) -> str:
    return "RGBA" if found.mode in {"LA", "PA", "La"} or "transparency" in found.info else "RGB"
