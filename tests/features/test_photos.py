"""A session's photographs: taken in, described, put in order, shown to whom they may be shown (R5)."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import select

from meetup.access import Actor
from meetup.photos.models import Photo
from meetup.sessions.models import Session
from tests.factories import OFFICER, sign_in
from tests.features.photographing import DESK, figures, held, one, picture, put_up, step, upload, with_place

if TYPE_CHECKING:
    from tests.rig.visitor import Visitor

LEADER = Actor("staff", id="3", name="Lãnh đạo", roles=frozenset({"leader"}))


@pytest.fixture
def slug(mount: Any, work: Any, clock: Any) -> str:
    return held(mount, work, clock)


def test_from_the_camera_to_the_page(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    answer = upload(client, slug, ("a.jpg", with_place()), ("b.png", picture("PNG", (300, 200))), credit="Ảnh: A")
    assert answer.status_code == 200
    assert "Đã nhận 2 ảnh" in answer.text
    assert figures(client, slug) == []
    with work(write=False) as w:
        first, second = w.db.scalars(select(Photo).order_by(Photo.position)).all()
    assert (first.state, first.credit, first.alt, second.content_type) == ("withheld", "Ảnh: A", "", "image/png")
    words = {"alt": "Toàn cảnh hội trường.", "caption": "Quang cảnh", "alt_en": "The whole hall."}
    assert step(client, slug, first.id, "describe", **words).status_code == 200
    assert step(client, slug, first.id, "publish", nobody_unasked="y").status_code == 200
    sign_in(mount, None)
    (figure,) = figures(client, slug)
    image = figure.select_one("img")
    assert (image["alt"], image["loading"]) == ("Toàn cảnh hội trường.", "lazy")
    # It lay on its side: upright it is 900 wide, and so is its copy.
    assert (image["width"], image["height"]) == ("900", "1600")
    assert figure.select_one("figcaption").get_text(" ", strip=True) == "Quang cảnh Ảnh: A"
    english = figures(client, slug, "en")[0]
    assert english.select_one("img")["alt"] == "The whole hall." and not english.select_one("img").get("lang")
    # What has no English words says that its words are Vietnamese.
    assert english.select_one("figcaption [lang=vi]").get_text() == "Quang cảnh"
    small, whole = client.get(image["src"]), client.get(figure.select_one("a")["href"])
    for got, kind in ((small, "image/webp"), (whole, "image/jpeg")):
        assert (got.status_code, got.content_type) == (200, kind)
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in got.headers["Cache-Control"] and "public" not in got.headers["Cache-Control"]
        assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert hashlib.sha256(got.data).hexdigest()[:32] in got.request.path
        assert b"GPSCAMERA" not in got.data
        shown = Image.open(io.BytesIO(got.data))
        assert not dict(shown.getexif()) and "comment" not in shown.info
        assert shown.size == (900, 1600)
    again = client.get(image["src"], headers={"If-None-Match": small.headers["ETag"]})
    assert again.status_code == 304


def test_a_wide_one_is_narrowed_for_the_page(client: Visitor, slug: str, work: Any) -> None:
    photo = put_up(client, slug, work, picture(size=(3000, 2000)))
    assert (photo.width, photo.small_width, photo.small_height) == (3000, 960, 640)
    image = figures(client, slug)[0].select_one("img")
    assert Image.open(io.BytesIO(client.get(image["src"]).data)).size == (960, 640)


def test_what_was_changed_meanwhile_is_not_overwritten(client: Visitor, slug: str, work: Any) -> None:
    upload(client, slug, ("a.jpg", picture()))
    key = one(work).id
    path = DESK.format(slug)
    page = client.soup(path)
    assert step(client, slug, key, "describe", alt="Trước").status_code == 200
    late = client.send(page, path, {"alt": "Sau"}, form=f"{path}{key}/describe")
    assert late.status_code == 422
    assert "Sau" in late.text and one(work).alt == "Trước"


def test_their_order_is_changed_by_steps(client: Visitor, slug: str, work: Any) -> None:
    upload(client, slug, *[(f"{n}.png", picture("PNG", (n + 1, 1))) for n in range(3)])

    def order() -> list[int]:
        with work(write=False) as w:
            return list(w.db.scalars(select(Photo.width).order_by(Photo.position, Photo.id)))

    with work(write=False) as w:
        keys = w.db.scalars(select(Photo.id).order_by(Photo.position)).all()
    assert order() == [1, 2, 3]
    step(client, slug, keys[2], "up")
    assert order() == [1, 3, 2]
    step(client, slug, keys[0], "down")
    assert order() == [3, 1, 2]
    page = client.soup(DESK.format(slug))
    assert page.select(f'form[action$="/{keys[2]}/up"]') == []
    assert page.select(f'form[action$="/{keys[1]}/down"]') == []


@pytest.mark.parametrize("who", [None, OFFICER, LEADER])
def test_others_are_refused(client: Visitor, slug: str, work: Any, mount: Any, who: Actor | None) -> None:
    upload(client, slug, ("a.jpg", picture()))
    photo = one(work)
    path = DESK.format(slug)
    token = client.soup(path).select_one("[name=csrf_token]")["value"]  # type: ignore[index]
    sign_in(mount, who)
    no = 302 if who is None else 403
    assert [client.get(f"{path}{rest}").status_code for rest in ("", f"{photo.id}/small")] == [no, no]
    for rest in ("", *(f"{photo.id}/{action}" for action in ("describe", "publish", "remove", "up"))):
        data = {"csrf_token": token, "nobody_unasked": "y", "alt": "x"}
        assert client.post(f"{path}{rest}", data=data).status_code == no
    assert client.get(f"/sessions/{slug}/photos/{photo.name}").status_code == 404
    assert one(work).version == photo.version


def test_a_private_sessions_photographs_are_as_private(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    photo = put_up(client, slug, work)
    with work() as w:
        w.db.scalars(select(Session).where(Session.slug == slug)).one().is_private = True
        w.commit()
    path = f"/sessions/{slug}/photos/{photo.name}"
    assert client.get(path).status_code == 200
    sign_in(mount, None)
    assert client.get(path).status_code == 404
