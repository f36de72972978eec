"""A session's photographs over the API."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from meetup.photos import queries, service
from meetup.photos.models import Photo
from meetup.rest import find
from meetup.rest.edge import KEY_HEADER, MATCH_HEADER, Resource, call, check_match, tagged
from meetup.rest.schemas import rfc3339
from meetup.rest.schemas.photos import PhotoIn, PhotoMoveIn, PhotoOut, PhotoPatch, PhotoPublishIn, PhotosOut
from meetup.sessions.models import Session
from meetup.storage import Upload
from meetup.web.current import current_work

bp = Resource("photos", __name__, description="A session's photographs.")


def _photo(photo_id: int) -> tuple[Photo, Session]:
    photo = find.one(select(Photo).where(Photo.id == find.within(photo_id)))
    return photo, find.session(photo.session_id)


def _out(photo: Photo, session: Session) -> dict[str, Any]:
    url = current_work().mount.url
    found = {name: getattr(photo, name) for name in PhotoOut._declared_fields if hasattr(photo, name)}
    shown = photo.is_public
    return {
        **found,
        "url": url("photos.file", slug=session.slug, name=photo.name) if shown else None,
        "small_url": url("photos.file", slug=session.slug, name=photo.small_name) if shown else None,
        "published_at": rfc3339(photo.published_at, session.timezone),
    }


def _shown(photo: Photo, session: Session, status: int = 200) -> Any:
    return tagged(_out(photo, session), photo, status)


@bp.get("/sessions/<int:session_id>/photos")
@call("session.manage")
@bp.response(200, PhotosOut)
def list_photos(session_id: int) -> Any:
    """The photographs of a session in their order, published or not; there are never many."""
    work = current_work()
    session = find.session(session_id)
    return {
        "items": [_out(photo, session) for photo in queries.of_session(work, session)],
        "without_consent": len(queries.without_consent(work, session)),
    }


@bp.post("/sessions/<int:session_id>/photos")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(PhotoIn)
@bp.response(201, PhotoOut)
def add_photo(data: dict[str, Any], session_id: int) -> Any:
    """Add a JPEG, PNG or WebP to a session that was held; it is written anew without place and camera."""
    session = find.session(session_id)
    upload = Upload(data.pop("name"), data.pop("content"))
    (photo,) = service.add(current_work(), session, [upload], **data)
    return _shown(photo, session, 201)


@bp.get("/photos/<int:photo_id>")
@call("session.manage")
@bp.response(200, PhotoOut)
def read_photo(photo_id: int) -> Any:
    """One photograph's words and facts."""
    return _shown(*_photo(photo_id))


@bp.patch("/photos/<int:photo_id>")
@call("session.manage")
@bp.doc(parameters=[MATCH_HEADER])
@bp.arguments(PhotoPatch)
@bp.response(200, PhotoOut)
def describe_photo(data: dict[str, Any], photo_id: int) -> Any:
    """Change caption, credit and description."""
    photo, session = _photo(photo_id)
    check_match(photo)
    service.describe(current_work(), photo, **data)
    return _shown(photo, session)


@bp.post("/photos/<int:photo_id>/publish")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(PhotoPublishIn)
@bp.response(200, PhotoOut)
def publish_photo(data: dict[str, Any], photo_id: int) -> Any:
    """Show it on its session's page."""
    photo, session = _photo(photo_id)
    service.publish(current_work(), photo, **data)
    return _shown(photo, session)


@bp.post("/photos/<int:photo_id>/withhold")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, PhotoOut)
def withhold_photo(photo_id: int) -> Any:
    """Take it off the page; its address answers 404 at once."""
    photo, session = _photo(photo_id)
    service.withhold(current_work(), photo)
    return _shown(photo, session)


@bp.post("/photos/<int:photo_id>/move")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.arguments(PhotoMoveIn)
@bp.response(200, PhotoOut)
def move_photo(data: dict[str, Any], photo_id: int) -> Any:
    """Put it at another place of its session's order."""
    photo, session = _photo(photo_id)
    service.move(current_work(), session, photo, data["place"])
    return _shown(photo, session)


@bp.post("/photos/<int:photo_id>/remove")
@call("session.manage")
@bp.doc(parameters=[KEY_HEADER])
@bp.response(200, PhotoOut)
def remove_photo(photo_id: int) -> Any:
    """Remove it for good: files and words go, that it was there stays on record."""
    photo, session = _photo(photo_id)
    service.remove(current_work(), photo)
    return _shown(photo, session)
