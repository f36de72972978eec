"""QR codes as pictures: served by an address of their own or drawn into a page, with no ``data:`` address."""

from __future__ import annotations

from io import BytesIO

import segno
from markupsafe import Markup

#: The least quiet zone that ISO/IEC 18004 asks for, in modules.
_QUIET = 4


def _code(text: str) -> segno.QRCode:
    # A quarter of it may be scratched or glare: badges and screens are read in bad light.
    # One mask instead of the best of eight: any reader takes it, and badges are drawn eight times as fast.
    return segno.make(text, error="q", micro=False, mask=3)


def inline(text: str) -> Markup:
    """`text` as an SVG inside a page; it takes the room that it gets."""
    picture = _code(text).svg_inline(
        omitsize=True, border=_QUIET, svgclass="mu-qr", lineclass=None, light="#fff", dark="#000"
    )
    # Drawn by the library out of an address that we made.
    return Markup(picture)  # nosec B704


def png(text: str) -> bytes:
    """`text` as a PNG that a mail can carry."""
    file = BytesIO()
    _code(text).save(file, kind="png", scale=8, border=_QUIET)
    return file.getvalue()


def svg(text: str) -> bytes:
    """`text` as an SVG of its own."""
    file = BytesIO()
    _code(text).save(file, kind="svg", omitsize=True, border=_QUIET, light="#fff", svgclass=None, lineclass=None)
    return file.getvalue()
