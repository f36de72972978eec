"""Photographs of the demo's last session, drawn: a table with cups, and the hall before it fills."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

#: Drawn so much larger than kept, so that edges are smooth.
_FINE = 2
_SIZE = (1200, 800)


@dataclass(frozen=True)
class Drawing:
    """A drawn photograph with its words."""

    draw: Callable[[], bytes]
    caption: str
    caption_en: str
    alt: str
    alt_en: str


def _canvas(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A wall that is darker towards the floor."""
    strip = Image.new("RGB", (1, 2))
    strip.putpixel((0, 0), top)
    strip.putpixel((0, 1), bottom)
    picture = strip.resize((_SIZE[0] * _FINE, _SIZE[1] * _FINE), Image.Resampling.BILINEAR)
    return picture, ImageDraw.Draw(picture)


def _box(*sides: float) -> list[float]:
    return [side * _FINE for side in sides]


def _kept(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.resize(_SIZE, Image.Resampling.LANCZOS).filter(ImageFilter.SMOOTH).save(out, "JPEG", quality=85)
    return out.getvalue()


def _cups() -> bytes:
    picture, pen = _canvas((246, 226, 196), (214, 170, 122))
    for left in (90, 480, 870):
        pen.rounded_rectangle(_box(left, 60, left + 250, 350), 18 * _FINE, fill=(255, 244, 214))
        pen.rectangle(_box(left + 120, 60, left + 130, 350), fill=(199, 158, 112))
    pen.rectangle(_box(0, 470, 1200, 800), fill=(112, 70, 44))
    pen.rectangle(_box(0, 470, 1200, 488), fill=(142, 94, 62))
    for middle, scale in ((230, 0.8), (520, 1.1), (840, 0.95), (1060, 0.7)):
        wide, high = 120 * scale, 110 * scale
        foot = 560 + 60 * scale
        pen.ellipse(_box(middle - wide, foot - 18, middle + wide, foot + 26), fill=(236, 224, 208))
        pen.ellipse(
            _box(middle + wide * 0.35, foot - high * 0.8, middle + wide * 0.95, foot - 10), fill=(250, 246, 238)
        )
        pen.ellipse(_box(middle + wide * 0.48, foot - high * 0.66, middle + wide * 0.8, foot - 26), fill=(112, 70, 44))
        pen.chord(
            _box(middle - wide * 0.62, foot - high * 2, middle + wide * 0.62, foot + 8), 0, 180, fill=(250, 246, 238)
        )
        rim = foot - high
        pen.ellipse(_box(middle - wide * 0.62, rim - 20, middle + wide * 0.62, rim + 18), fill=(250, 246, 238))
        pen.ellipse(_box(middle - wide * 0.52, rim - 14, middle + wide * 0.52, rim + 12), fill=(74, 42, 24))
    return _kept(picture)


def _hall() -> bytes:
    picture, pen = _canvas((228, 236, 232), (176, 200, 192))
    pen.rectangle(_box(250, 70, 950, 330), fill=(18, 94, 92))
    pen.rectangle(_box(270, 90, 930, 310), fill=(247, 242, 230))
    for row, width in enumerate((420, 300, 360)):
        pen.rounded_rectangle(
            _box(600 - width / 2, 130 + row * 56, 600 + width / 2, 158 + row * 56), 10 * _FINE, fill=(201, 134, 62)
        )
    pen.polygon(_box(0, 800, 200, 400, 1000, 400, 1200, 800), fill=(164, 122, 84))
    for row in range(4):
        near, top = 0.55 + row * 0.22, 420 + row * 82
        for seat in range(-4, 5):
            if seat:
                middle, half = 600 + seat * 118 * near, 38 * near
                pen.rounded_rectangle(
                    _box(middle - half, top, middle + half, top + 66 * near), 10 * _FINE, fill=(24, 78, 90)
                )
                pen.rounded_rectangle(
                    _box(middle - half, top + 58 * near, middle + half, top + 84 * near), 8 * _FINE, fill=(17, 58, 68)
                )
    return _kept(picture)


DRAWINGS = (
    Drawing(
        _cups,
        "Bàn cà phê trước giờ trao đổi",
        "The coffee table before the talk",
        "Bốn tách cà phê trên bàn gỗ, phía sau là ba ô cửa sổ sáng.",
        "Four cups of coffee on a wooden table, with three bright windows behind.",
    ),
    Drawing(
        _hall,
        "Không gian Khởi nghiệp trước giờ đón khách",
        "The hall before the guests arrive",
        "Hội trường còn trống với các hàng ghế hướng về màn hình.",
        "An empty hall with rows of chairs that face a screen.",
    ),
)
