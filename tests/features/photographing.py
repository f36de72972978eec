"""A session that is under way and photographs of it, for the tests about photographs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from PIL import Image
from sqlalchemy import select

from meetup.photos.models import Photo
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.factories import make_registration, make_session, sign_in

if TYPE_CHECKING:
    from tests.rig.visitor import Visitor

DESK = "/organize/sessions/{}/photos/"
SOON = "2026-11-28T07:30"


def held(mount: Any, work: Any, clock: Any) -> str:
    """The address of a session that is under way; the first of two enterprises is there with two people."""
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


def scripted() -> bytes:
    """A drawing that runs a script."""
    return b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
