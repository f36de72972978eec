"""A session's photographs: the organiser's page, and the files that everyone gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, request
from flask_wtf import FlaskForm

from meetup.errors import NotFound
from meetup.photos import queries, service
from meetup.photos.forms import AddForm, PublishForm, StepForm, WordsForm
from meetup.photos.models import Photo
from meetup.sessions.models import Session
from meetup.sessions.queries import by_slug
from meetup.storage import Upload
from meetup.web.current import current_mount, current_work, link
from meetup.web.forms import submit
from meetup.web.guards import PUBLISHED, allow, require, require_published
from meetup.web.i18n import _, locale_code, ngettext
from meetup.web.pages import page

bp = Blueprint("photos", __name__)

#: How many of those who did not agree are named on the page; the list to print names them all.
NAMED = 200


@dataclass(frozen=True)
class Card:
    """One photograph on the organiser's page, with its forms."""

    photo: Photo
    words: WordsForm
    publish: PublishForm
    look_again: bool


@dataclass(frozen=True)
class Shown:
    """One photograph on its session's page, in the reader's language.

    Args:
        alt_lang: the language of `alt`, if it is another one than the page's; `caption_lang` likewise.
    """

    photo: Photo
    alt: str
    caption: str
    alt_lang: str
    caption_lang: str


def shown(session: Session) -> list[Shown]:
    """The published photographs of `session`."""
    english = locale_code() == "en"
    return [
        Shown(
            photo,
            (english and photo.alt_en) or photo.alt,
            (english and photo.caption_en) or photo.caption,
            "vi" if english and not photo.alt_en else "",
            "vi" if english and not photo.caption_en else "",
        )
        for photo in queries.published(current_work(), session)
    ]


@bp.get("/organize/sessions/<slug>/photos/")
@allow("session.manage")
def desk(slug: str) -> Any:
    """A session's photographs on the organiser's desk."""
    return _draw(by_slug(current_work(), slug))


@bp.post("/organize/sessions/<slug>/photos/")
@allow("session.manage")
def add(slug: str) -> Any:
    """Take in one photograph or several."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.manage", session)
    form = AddForm()
    uploads = [Upload(one.filename, one.read()) for one in form.photos.data or () if getattr(one, "filename", "")]
    made = submit(form, lambda: service.add(work, session, uploads, credit=form.credit.data or ""))
    if made is None:
        return _draw(by_slug(work, slug), adding=form)
    flash(
        ngettext(
            "%(num)d photograph is taken in. Describe it, then publish it.",
            "%(num)d photographs are taken in. Describe each, then publish it.",
            len(made),
        ),
        "success",
    )
    return _back(slug, made[0].id)


@bp.post(
    "/organize/sessions/<slug>/photos/<int(max=9223372036854775807):key>/"
    "<any(describe, publish, withhold, up, down, remove):action>"
)
@allow("session.manage")
def do(slug: str, key: int, action: str) -> Any:
    """One step of a photograph."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.manage", session)
    photo = queries.by_key(work, session, key)
    form: Any = {"describe": WordsForm, "publish": PublishForm}.get(action, StepForm)()
    if submit(form, _step(session, photo, action, form)) is None:
        return _draw(by_slug(work, slug), failed={(key, action): form})
    flash(_SAID[action](), "success")
    return _back(slug, 0 if action == "remove" else key)


_SAID: dict[str, Callable[[], str]] = {
    "describe": lambda: _("The words are kept."),
    "publish": lambda: _("The photograph is on the session's page."),
    "withhold": lambda: _("The photograph is no longer on the session's page."),
    "up": lambda: _("The order is changed."),
    "down": lambda: _("The order is changed."),
    "remove": lambda: _("The photograph is removed."),
}


def _step(session: Session, photo: Photo, action: str, form: Any) -> Callable[[], object]:
    work = current_work()
    if action == "describe":
        return lambda: service.describe(work, photo, version=form.seen(), **form.words())
    if action == "publish":
        return lambda: service.publish(work, photo, nobody_unasked=bool(form.nobody_unasked.data))
    if action in {"up", "down"}:
        return lambda: _moved(session, photo, -1 if action == "up" else 1)
    steps = {"withhold": service.withhold, "remove": service.remove}
    return lambda: steps[action](work, photo)


def _moved(session: Session, photo: Photo, by: int) -> Photo:
    work = current_work()
    places = [one.id for one in queries.of_session(work, session)]
    place = places.index(photo.id) + 1 if photo.id in places else 1
    service.move(work, session, photo, place + by)
    return photo


def _back(slug: str, key: int) -> Any:
    return redirect(link("photos.desk", slug=slug) + (f"#photo-{key}" if key else ""))


def _apart(form: Any, photo: Photo) -> Any:
    """`form` with other ids than the same form of the other photographs on the page."""
    for field in form:
        field.id = field.label.field_id = f"photo-{photo.id}-{field.short_name}"
    return form


def _draw(
    session: Session, adding: AddForm | None = None, failed: Mapping[tuple[int, str], FlaskForm] | None = None
) -> Any:
    """The organiser's page, with forms that failed as they were typed."""
    work = current_work()
    sent = failed or {}
    photos = queries.of_session(work, session)
    withdrawn = queries.last_withdrawal(work, session)
    cards = [
        Card(
            photo,
            _apart(sent.get((photo.id, "describe")) or WordsForm(formdata=None, obj=photo), photo),
            _apart(sent.get((photo.id, "publish")) or PublishForm(formdata=None), photo),
            bool(withdrawn and photo.published_at and photo.published_at < withdrawn),
        )
        for photo in photos
    ]
    unasked = queries.without_consent(work, session)
    body = page(
        "photos/desk.html",
        session=session,
        cards=cards,
        adding=adding or AddForm(formdata=None),
        may_add=session.state in service.TAKEN and len(photos) < service.MOST,
        taken=session.state in service.TAKEN,
        most=service.MOST,
        unasked=unasked[:NAMED],
        unasked_count=len(unasked),
    )
    return body, 422 if request.method == "POST" else 200


@bp.get("/organize/sessions/<slug>/photos/<int(max=9223372036854775807):key>/<any(small, whole):size>")
@allow("session.manage")
def preview(slug: str, key: int, size: str) -> Response:
    """A photograph for the desk, published or not."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.manage", session)
    return _send(session, queries.by_key(work, session, key), small=size == "small")


@bp.get("/sessions/<slug>/photos/<name>")
@allow("public", of=("session.read", PUBLISHED))
def file(slug: str, name: str) -> Response:
    """A published photograph, or its narrower copy, under an address that names its content."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.read", session)
    photo = queries.by_name(work, session, name)
    require_published(photo)
    response = _send(session, photo, small=name == photo.small_name)
    # In the reader's own browser alone: no store on the way may go on handing out what was withheld.
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.set_etag(name)
    response.make_conditional(request)
    return response


def _send(session: Session, photo: Photo, *, small: bool) -> Response:
    key, kind = (photo.small_key, photo.small_type) if small else (photo.key, photo.content_type)
    try:
        with current_mount().storage.open(key) as stored:
            content = stored.read()
    except FileNotFoundError:
        raise NotFound() from None
    response = Response(content, content_type=kind)
    end = kind.removeprefix("image/").replace("jpeg", "jpg")
    response.headers["Content-Disposition"] = f'inline; filename="{session.slug}-{photo.position}.{end}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
