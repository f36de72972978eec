"""What is taken in as a photograph, and what is refused (R5)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.factories import make_session, sign_in
from tests.features.photographing import DESK, files, held, one, picture, scripted, upload

if TYPE_CHECKING:
    from tests.rig.visitor import Visitor


@pytest.fixture
def slug(mount: Any, work: Any, clock: Any) -> str:
    return held(mount, work, clock)


def _bomb() -> bytes:
    """A hundred megapixels in a few kilobytes."""
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG", optimize=True)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        scripted(),
        b"\xef\xbb\xbf<?xml version='1.0'?>" + scripted(),
        b"GIF89a<script>alert(1)</script>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n...",
        b"\x89PNG\r\n\x1a\n" + bytes(60),
        b"\xff\xd8\xff" + scripted(),
        b"RIFF\x10\x00\x00\x00WEBP" + bytes(40),
        picture("PNG")[:200],
        picture("BMP", (4, 4)),
        _bomb(),
    ],
    ids=["empty", "svg", "xml", "gif", "html", "pdf", "png", "jpeg", "webp", "torn", "bmp", "bomb"],
)
def test_what_is_no_photograph_is_refused_and_nothing_is_kept(
    client: Visitor, slug: str, work: Any, mount: Any, content: bytes
) -> None:
    answer = upload(client, slug, ("good.jpg", picture()), ("evil.jpg", content), credit="Ảnh: B")
    assert answer.status_code == 422
    page = client.soup(DESK.format(slug))
    assert "evil.jpg" in answer.text and 'value="Ảnh: B"' in answer.text
    assert page.select(".mu-photolist") == []
    assert one(work) is None
    assert not mount.storage.folder.exists() or files(mount) == set()


def test_of_a_polyglot_the_picture_alone_is_left(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    script = b"<script>alert('tail')</script>"
    for kind in ("JPEG", "PNG", "WEBP"):
        hidden = {"comment": script} if kind == "JPEG" else {}
        content = picture(kind, colour="navy", **hidden) + script + b"PK\x03\x04"
        assert upload(client, slug, (f"{kind}.html", content)).status_code == 200
    kept = [path.read_bytes() for path in mount.storage.folder.rglob("*") if path.is_file()]
    assert len(kept) == 6
    assert not [one for one in kept if b"<script" in one or b"PK\x03\x04" in one]


def test_too_many_too_large_and_twice_the_same(client: Visitor, slug: str, work: Any) -> None:
    assert upload(client, slug).status_code == 422
    assert upload(client, slug, *[(f"{n}.png", picture("PNG", (n + 1, 1))) for n in range(4)]).status_code == 422
    large = picture("PNG") + bytes(10 * 1024 * 1024)
    assert "10 MB" in upload(client, slug, ("to.png", large)).text
    assert upload(client, slug, ("a.png", picture("PNG")), ("b.png", picture("PNG"))).status_code == 422
    assert one(work) is None
    assert upload(client, slug, ("a.png", picture("PNG"))).status_code == 200
    assert upload(client, slug, ("b.png", picture("PNG"))).status_code == 422


def test_none_before_the_session_is_held(client: Visitor, mount: Any, work: Any) -> None:
    sign_in(mount)
    with work() as w:
        slug = make_session(w).slug
        w.commit()
    page = client.soup(DESK.format(slug))
    assert page.select("form[enctype]") == []
    assert page.select(f'a[href="{DESK.format(slug)}"]') == []
    token = client.soup("/organize/").select_one("[name=csrf_token]")["value"]  # type: ignore[index]
    data = {"csrf_token": token, "photos": (io.BytesIO(picture()), "a.jpg")}
    answer = client.post(DESK.format(slug), data=data)
    assert answer.status_code == 422
    assert one(work) is None
