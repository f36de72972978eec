"""What the organiser does with a session's photographs: add, describe, order, publish, withhold, remove."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from meetup import pictures, storage
from meetup.domain.faults import EMPTY, Faults
from meetup.errors import N_, Stale, WrongState
from meetup.photos.models import Photo
from meetup.photos.queries import of_session, without_consent
from meetup.pictures import Picture
from meetup.sessions.models import Session
from meetup.storage import Upload
from meetup.work import Work, change, create, edit

#: Lengths of the words, in characters.
CAPTION, CREDIT, ALT = 300, 120, 500
#: How wide the copy on the page is, in pixels.
WIDTH = 960
#: How many photographs a session has at most.
MOST = 40
#: States of a session of which there can be photographs.
TAKEN = ("held", "reported")

_WORDS = {"caption": CAPTION, "caption_en": CAPTION, "credit": CREDIT, "alt": ALT, "alt_en": ALT}
SAY_WHAT = N_("Say in words what the photograph shows, for readers who cannot see it.")


def add(work: Work, session: Session, uploads: Iterable[Upload], **words: str) -> list[Photo]:
    """Take in photographs of a session that was held; nobody but the desk sees them yet.

    They are written anew without place, camera and comments, and once more for the page, at most
    :data:`WIDTH` wide.

    Args:
        words: ``caption``, ``caption_en``, ``credit``, ``alt``, ``alt_en``, for all of them.

    Raises:
        WrongState: while the session was not held.
        InvalidInput: at ``photos``, for none, too many, too large ones, or what is no picture; then none is kept.
    """
    if session.state not in TAKEN:
        raise WrongState("session", session.state, "add_photos", session.MACHINE.possible(session.state))
    given = list(uploads)
    faults = Faults()
    said = {name: faults.text(name, words.get(name, ""), limit) for name, limit in _WORDS.items()}
    there = of_session(work, session)
    _count(work, given, len(there), faults)
    faults.stop()
    known = {photo.sha256 for photo in there}
    taken = []
    for upload in given:
        pair = _take(work, upload, faults)
        if pair is None:
            continue
        digest = _digest(pair[0])
        if digest in known:
            faults.add("photos", N_("“%(name)s” is here already."), N_("Leave it out."), name=upload.shown)
        known.add(digest)
        taken.append(pair)
    faults.stop()
    last = there[-1].position if there else 0
    return [_keep(work, session, pair, last + at, said) for at, pair in enumerate(taken, start=1)]


def _count(work: Work, given: Sequence[Upload], there: int, faults: Faults) -> None:
    most = int(work.settings.upload_max_files)
    if not given:
        faults.add("photos", EMPTY, N_("Choose one photograph or several."))
    elif len(given) > most:
        faults.add("photos", N_("At most %(most)s files can be sent at once."), N_("Leave some out."), most=most)
    elif there + len(given) > MOST:
        faults.add("photos", N_("A session has at most %(most)s photographs."), N_("Remove others first."), most=MOST)


def _take(work: Work, upload: Upload, faults: Faults) -> tuple[Picture, Picture] | None:
    """The picture to keep and its narrower copy; None with a fault noted if it cannot be taken."""
    limit = int(work.settings.upload_max_bytes)
    name = upload.shown
    if len(upload.content) > limit:
        faults.add(
            "photos",
            N_("“%(name)s” is larger than %(limit)s MB."),
            N_("Make it smaller."),
            name=name,
            limit=max(limit // (1024 * 1024), 1),
        )
        return None
    kind = pictures.kind_of(upload.content)
    try:
        if not kind:
            raise ValueError("no picture")
        picture = pictures.without_metadata(upload.content, kind)
        return picture, pictures.narrowed(picture, WIDTH)
    except ValueError:
        faults.add(
            "photos",
            N_("“%(name)s” cannot be taken as a photograph."),
            N_("Send JPEG, PNG or WebP, of at most %(most)s million pixels."),
            name=name,
            most=pictures.MAX_PIXELS // 1_000_000,
        )
        return None


def _digest(picture: Picture) -> str:
    return hashlib.sha256(picture.content).hexdigest()


def _keep(work: Work, session: Session, pair: tuple[Picture, Picture], position: int, words: dict[str, str]) -> Photo:
    whole, small = pair
    photo = Photo(
        session_id=session.id,
        position=position,
        content_type=whole.content_type,
        size=len(whole.content),
        width=whole.width,
        height=whole.height,
        sha256=_digest(whole),
        key=storage.keep(work.mount.storage, work.db, whole.content),
        small_type=small.content_type,
        small_width=small.width,
        small_height=small.height,
        small_sha256=_digest(small),
        small_key=storage.keep(work.mount.storage, work.db, small.content),
        vouched_by="",
        **words,
    )
    create(work, photo, "add", details={"sha256": photo.sha256})
    return photo


def describe(work: Work, photo: Photo, *, version: int | None = None, **words: Any) -> Photo:
    """Change caption, credit and description.

    Args:
        version: the version that the person saw, if known.
        words: ``caption``, ``caption_en``, ``credit``, ``alt``, ``alt_en``; what is not given stays.

    Raises:
        InvalidInput: at its field; a photograph without a description is none for everyone.
        WrongState: if it was removed.
        Stale: if it was changed in the meantime.
    """
    _demand_there(photo, "describe")
    if version is not None and version != photo.version:
        raise Stale()
    faults = Faults()
    said = {
        name: faults.text(name, words[name] if name in words else getattr(photo, name), limit, required=name == "alt")
        for name, limit in _WORDS.items()
    }
    faults.stop()
    changed = {name: text for name, text in said.items() if getattr(photo, name) != text}
    if changed:
        edit(work, photo, "describe", details={"changed": sorted(changed)}, **changed)
    return photo


def publish(work: Work, photo: Photo, *, nobody_unasked: bool) -> Photo:
    """Show it on its session's page.

    Args:
        nobody_unasked: whoever publishes it says that nobody is recognisable who did not agree to photographs.

    Raises:
        InvalidInput: at ``nobody_unasked`` if that is not said, at ``alt`` if it has no description.
        WrongState, Stale, Refused.
    """
    faults = Faults()
    if not photo.alt and photo.state != "removed":
        faults.add("alt", N_("The photograph has no description."), SAY_WHAT)
    if not nobody_unasked:
        faults.add(
            "nobody_unasked",
            N_("A photograph is published only if everyone who can be recognised agreed."),
            N_("Look at it, then tick the box; or choose another one."),
        )
    faults.stop()
    unasked = len(without_consent(work, work.get(Session, photo.session_id)))
    details = {"without_consent": unasked}
    change(work, photo, "publish", details=details, published_at=work.now, vouched_by=work.actor.name[:120])
    return photo


def withhold(work: Work, photo: Photo) -> Photo:
    """Take it off the page; its address answers 404 at once.

    Raises:
        WrongState, Stale, Refused.
    """
    change(work, photo, "withhold", published_at=None)
    return photo


def remove(work: Work, photo: Photo) -> Photo:
    """Remove it for good: files and words go, that it was there stays on record. Twice changes nothing.

    Raises:
        Stale, Refused.
    """
    if photo.state == "removed":
        return photo
    keys = [photo.key, photo.small_key]
    emptied: dict[str, Any] = dict.fromkeys(("key", "small_key", *_WORDS), "")
    change(work, photo, "remove", published_at=None, **emptied)
    for key in keys:
        storage.drop(work.mount.storage, work.db, key)
    return photo


def move(work: Work, session: Session, photo: Photo, place: int) -> None:
    """Put it at another place of its session's order.

    Args:
        place: from 1 on; what is beyond the end is the end.

    Raises:
        WrongState: if it was removed.
        Stale: if somebody else moves one at the same moment.
    """
    _demand_there(photo, "move")
    order = [one for one in of_session(work, session) if one.id != photo.id]
    order.insert(max(place - 1, 0), photo)
    for position, one in enumerate(order, start=1):
        if one.position != position:
            edit(work, one, "move", details={"position": position}, position=position)


def _demand_there(photo: Photo, action: str) -> None:
    if photo.state == "removed":
        raise WrongState("photo", photo.state, action, photo.MACHINE.possible(photo.state))
