"""A session's photographs: taken in, described, published with a word given, withheld, removed, restored (R5)."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import select, text

from meetup.access import Actor
from meetup.activity.models import Activity
from meetup.enterprises.models import Contact
from meetup.enterprises.service import record_consent, withdraw_consent
from meetup.errors import Stale, WrongState
from meetup.photos import service
from meetup.photos.models import Photo
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.rest.tokens import create_token
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.factories import OFFICER, ORGANIZER, make_registration, make_session, sign_in
from tests.rig.racing import at_once

if TYPE_CHECKING:
    from tests.rig.visitor import Visitor

DESK = "/organize/sessions/{}/photos/"
SOON = "2026-11-28T07:30"
LEADER = Actor("staff", id="3", name="Lãnh đạo", roles=frozenset({"leader"}))


@pytest.fixture
def slug(mount: Any, work: Any, clock: Any) -> str:
    """A session that is under way; the first of two enterprises is there with two people."""
    sign_in(mount)
    with work() as w:
        session = make_session(w)
        make_registration(w, session, 1, seats=2, name="Người 1.1")
        make_registration(w, session, 2)
        w.commit()
        found = str(session.slug)
    clock.travel(to=SOON)
    with work() as w:
        row = w.db.scalars(select(Session).where(Session.slug == found)).one()
        sessions.hold(w, row)
        for registration in w.db.scalars(select(Registration).order_by(Registration.id)):
            registrations.check_in(w, registration)
            break
        w.commit()
    return found


def picture(kind: str = "JPEG", size: tuple[int, int] = (1600, 900), colour: str = "brown", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **more)
    return out.getvalue()


def with_place(kind: str = "JPEG") -> bytes:
    """A picture that lies on its side and says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "GPSCAMERA", 6
    exif.get_ifd(0x8825).update({1: "N", 2: (9.0, 10.0, 36.0), 3: "E", 4: (105.0, 9.0, 0.0)})
    return picture(kind, (1600, 900), exif=exif.tobytes())


def upload(client: Visitor, slug: str, *files: tuple[str, bytes], **more: Any) -> Any:
    given = {"photos": [(io.BytesIO(content), name) for name, content in files], **more}
    return client.fill(DESK.format(slug), given, form=DESK.format(slug))


def step(client: Visitor, slug: str, key: int, action: str, **data: Any) -> Any:
    path = DESK.format(slug)
    return client.fill(path, data, form=f"{path}{key}/{action}")


def one(work: Any) -> Photo:
    with work(write=False) as w:
        found: Photo = w.db.scalars(select(Photo).order_by(Photo.id.desc())).first()
        return found


def put_up(client: Visitor, slug: str, work: Any, content: bytes = b"", **words: str) -> Photo:
    """Take one in, describe it and publish it, by the forms."""
    upload(client, slug, ("anh.jpg", content or picture()), credit="Ảnh: Trần Văn Ảnh")
    key = one(work).id
    given = {"alt": "Chủ tịch tỉnh trao đổi với doanh nghiệp.", "caption": "Bên ly cà phê", **words}
    assert step(client, slug, key, "describe", **given).status_code == 200
    assert step(client, slug, key, "publish", nobody_unasked="y").status_code == 200
    return one(work)


def figures(client: Visitor, slug: str, lang: str = "vi") -> list[Any]:
    return client.soup(f"/sessions/{slug}?lang={lang}").select("figure")


def files(mount: Any) -> set[str]:
    return {path.name for path in mount.storage.folder.rglob("*") if path.is_file()}


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


def _svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def _bomb() -> bytes:
    """A hundred megapixels in a few kilobytes."""
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG", optimize=True)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        _svg(),
        b"\xef\xbb\xbf<?xml version='1.0'?>" + _svg(),
        b"GIF89a<script>alert(1)</script>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n...",
        b"\x89PNG\r\n\x1a\n" + bytes(60),
        b"\xff\xd8\xff" + _svg(),
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


def test_published_only_with_a_description_and_a_word_given(client: Visitor, slug: str, work: Any) -> None:
    upload(client, slug, ("a.jpg", picture()))
    key = one(work).id
    answer = step(client, slug, key, "publish")
    assert answer.status_code == 422
    assert "Ảnh chưa có mô tả" in answer.text and "mọi người nhận ra được" in answer.text
    empty = step(client, slug, key, "describe", alt="", caption="Chú thích đã gõ")
    assert empty.status_code == 422
    assert 'value="Chú thích đã gõ"' in empty.text
    assert step(client, slug, key, "publish", nobody_unasked="y").status_code == 422
    step(client, slug, key, "describe", alt="Mô tả")
    assert step(client, slug, key, "publish").status_code == 422
    assert one(work).state == "withheld"
    assert step(client, slug, key, "publish", nobody_unasked="y").status_code == 200
    assert (one(work).state, one(work).vouched_by) == ("published", ORGANIZER.name)
    with work(write=False) as w:
        entry = w.db.scalars(select(Activity).where(Activity.action == "photo.publish")).one()
        about = w.db.scalar(select(Session.id))
    assert (entry.details, entry.about) == ({"without_consent": 2}, f"session:{about}")


def test_what_was_changed_meanwhile_is_not_overwritten(client: Visitor, slug: str, work: Any) -> None:
    upload(client, slug, ("a.jpg", picture()))
    key = one(work).id
    path = DESK.format(slug)
    page = client.soup(path)
    assert step(client, slug, key, "describe", alt="Trước").status_code == 200
    late = client.send(page, path, {"alt": "Sau"}, form=f"{path}{key}/describe")
    assert late.status_code == 422
    assert "Sau" in late.text and one(work).alt == "Trước"


def test_who_did_not_agree_stands_beside(client: Visitor, slug: str, work: Any) -> None:
    def consent() -> str:
        page = client.soup(f"{DESK.format(slug)}?lang=en")
        found: str = page.select_one("[aria-labelledby=consent]").get_text(" ", strip=True)  # type: ignore[union-attr]
        return found

    # The second enterprise did not come.
    assert "Of 2 people" in consent()
    assert "Người 1.1, Công ty TNHH Mẫu 1 (did not agree)" in consent()
    assert "Người 1.2, Công ty TNHH Mẫu 1 (was not asked)" in consent()
    with work() as w:
        contact = w.db.scalars(select(Contact).order_by(Contact.id)).first()
        record_consent(w, contact, "photo")
        w.commit()
    assert "Of 1 person" in consent() and "Người 1.1," not in consent()


def test_whoever_takes_consent_back_is_told_of_on_the_page(client: Visitor, slug: str, work: Any, clock: Any) -> None:
    with work() as w:
        contact = w.db.scalars(select(Contact).order_by(Contact.id)).first()
        record_consent(w, contact, "photo")
        w.commit()
    put_up(client, slug, work)
    assert "taken the agreement" not in client.get(f"{DESK.format(slug)}?lang=en").text
    clock.travel(hours=1)
    with work() as w:
        withdraw_consent(w, w.db.get_one(Contact, contact.id), "photo")
        w.commit()
    assert "has since taken the agreement" in client.get(f"{DESK.format(slug)}?lang=en").text


def test_withheld_is_gone_at_once_and_removed_for_good(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    photo = put_up(client, slug, work)
    sign_in(mount, None)
    addresses = [f"/sessions/{slug}/photos/{name}" for name in (photo.name, photo.small_name)]
    # Twice: what is kept of the page must not outlive the photograph.
    for _ in range(2):
        assert len(figures(client, slug)) == 1
    assert [client.get(path).status_code for path in addresses] == [200, 200]
    sign_in(mount)
    assert step(client, slug, photo.id, "withhold").status_code == 200
    # Its address is nobody's, not even the organiser's, who looks at it on the desk.
    assert [client.get(path).status_code for path in addresses] == [404, 404]
    assert client.get(f"{DESK.format(slug)}{photo.id}/small").status_code == 200
    sign_in(mount, None)
    assert figures(client, slug) == []
    assert [client.get(path).status_code for path in addresses] == [404, 404]
    sign_in(mount)
    assert step(client, slug, photo.id, "publish", nobody_unasked="y").status_code == 200
    assert client.get(addresses[0]).status_code == 200
    path = DESK.format(slug)
    page = client.soup(path)
    assert len(files(mount)) == 2
    assert step(client, slug, photo.id, "remove").status_code == 200
    assert [client.get(one).status_code for one in (*addresses, f"{path}{photo.id}/whole")] == [404, 404, 404]
    assert files(mount) == set()
    left = one(work)
    assert (left.state, left.alt, left.caption, left.credit, left.key) == ("removed", "", "", "", "")
    # Whoever still had the page open: twice is once, and words for what is gone are given back.
    assert client.send(page, path, form=f"{path}{photo.id}/remove").status_code == 200
    late = client.send(page, path, {"alt": "Lời đã gõ"}, form=f"{path}{photo.id}/describe")
    assert late.status_code == 422
    assert "Lời đã gõ" in late.text
    with work(write=False) as w:
        acts = w.db.scalars(
            select(Activity.action).where(Activity.subject == left.subject).order_by(Activity.seq)
        ).all()
    assert acts == [
        "photo.add", "photo.describe", "photo.publish", "photo.withhold", "photo.publish", "photo.remove"
    ]  # fmt: skip


def test_what_nobody_publishes_is_not_kept_for_ever(
    client: Visitor, slug: str, work: Any, mount: Any, clock: Any, runner: Any
) -> None:
    shown = put_up(client, slug, work)
    upload(client, slug, ("b.jpg", picture(colour="green")))
    assert len(files(mount)) == 4
    clock.travel(days=182)
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    assert (len(files(mount)), one(work).state) == (4, "withheld")
    clock.travel(days=2)
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    assert (len(files(mount)), one(work).state) == (2, "removed")
    assert client.get(f"/sessions/{slug}/photos/{shown.name}").status_code == 200
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0


def test_a_change_that_is_rolled_back_keeps_the_files(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    photo = put_up(client, slug, work)
    with work() as w:
        service.remove(w, w.db.get_one(Photo, photo.id))
        w.db.rollback()
    assert len(files(mount)) == 2
    assert client.get(f"/sessions/{slug}/photos/{photo.name}").status_code == 200


def test_published_and_removed_at_once_is_never_both(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    def take(action: Callable[[Any, Photo], object]) -> None:
        with work() as w:
            action(w, w.db.get_one(Photo, photo.id))
            w.commit()

    for colour in ("red", "green", "blue", "gold"):
        upload(client, slug, ("a.jpg", picture(colour=colour)))
        photo = one(work)
        step(client, slug, photo.id, "describe", alt="Mô tả")
        at_once(
            lambda: take(lambda w, found: service.publish(w, found, nobody_unasked=True)),
            lambda: take(service.remove),
            forgive=(Stale, WrongState),
        )
        left = one(work)
        there = client.get(f"/sessions/{slug}/photos/{photo.name}").status_code
        assert (left.state, there, bool(left.key)) in {("published", 200, True), ("removed", 404, False)}


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


def test_the_same_over_the_api(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    with work() as w:
        _row, token = create_token(w, name="t", role="organizer")
        _row, other = create_token(w, name="o", role="leader")
        number = w.db.scalar(select(Session.id).where(Session.slug == slug))
        w.commit()
    head = {"Authorization": f"Bearer {token}"}
    body = {"name": "a.png", "content": base64.b64encode(with_place()).decode(), "caption": "Chú thích"}
    made = client.post(f"/api/v1/sessions/{number}/photos", json=body, headers=head)
    assert made.status_code == 201, made.text
    found = made.get_json()
    assert (found["state"], found["url"], found["content_type"], found["width"]) == (
        "withheld", None, "image/jpeg", 900,
    )  # fmt: skip
    path = f"/api/v1/photos/{found['id']}"
    refused = client.post(f"{path}/publish", json={"nobody_unasked": True}, headers=head)
    assert refused.status_code == 422 and "alt" in refused.get_json()["errors"]
    stale = client.patch(path, json={"alt": "x"}, headers={**head, "If-Match": '"photo-0-0"'})
    assert stale.status_code == 412
    assert client.patch(path, json={"alt": "Mô tả"}, headers=head).get_json()["caption"] == "Chú thích"
    assert client.post(f"{path}/publish", json={"nobody_unasked": False}, headers=head).status_code == 422
    shown = client.post(f"{path}/publish", json={"nobody_unasked": True}, headers=head).get_json()
    assert shown["small_url"].endswith(f"/sessions/{slug}/photos/{one(work).small_name}")
    svg = {"name": "a.svg", "content": base64.b64encode(_svg()).decode()}
    assert client.post(f"/api/v1/sessions/{number}/photos", json=svg, headers=head).status_code == 422
    client.post(
        f"/api/v1/sessions/{number}/photos",
        json={**body, "content": base64.b64encode(picture()).decode()},
        headers=head,
    )
    assert client.post(f"{path}/move", json={"place": 2}, headers=head).get_json()["position"] == 2
    listed = client.get(f"/api/v1/sessions/{number}/photos", headers=head).get_json()
    assert [one["id"] for one in listed["items"]][1] == found["id"]
    assert listed["without_consent"] == 2
    assert client.post(f"{path}/withhold", headers=head).get_json()["url"] is None
    assert client.post(f"{path}/remove", headers=head).get_json()["state"] == "removed"
    wrong = client.post(f"{path}/publish", json={"nobody_unasked": True}, headers=head)
    assert wrong.status_code == 409
    assert client.get(path, headers={"Authorization": f"Bearer {other}"}).status_code == 403


def test_a_backup_brings_them_back(
    client: Visitor, runner: Any, slug: str, work: Any, mount: Any, tmp_path: Path, elsewhere: Callable[[], Any]
) -> None:
    photo = put_up(client, slug, work)
    upload(client, slug, ("b.jpg", picture(colour="green")))
    upload(client, slug, ("c.jpg", picture(colour="red")))
    step(client, slug, one(work).id, "remove")
    file = tmp_path / "night.tar"
    assert runner.invoke(args=["meetup", "backup", str(file)]).exit_code == 0
    app = elsewhere()
    done = app.test_cli_runner().invoke(args=["meetup", "restore", str(file)])
    assert done.exit_code == 0, done.output
    there: Any = app.test_client()
    for name in (photo.name, photo.small_name):
        path = f"/sessions/{slug}/photos/{name}"
        assert there.get(path).data == client.get(path).data != b""
    assert files(app.extensions["meetup"]["meetup"]) == files(mount)


def test_a_backup_before_the_migration_needs_none(runner: Any, mount: Any, tmp_path: Path) -> None:
    with mount.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE meetup_photo"))
    done = runner.invoke(args=["meetup", "backup", str(tmp_path / "before.tar")])
    assert done.exit_code == 0, done.output
