"""Forms: WTForms with our words, and the one way a view submits one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import g, request
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import FileField, StringField, TextAreaField
from wtforms import Form as WTForm

from meetup.errors import InvalidInput, MeetupError
from meetup.web.current import current_work
from meetup.web.i18n import Words, _, _words
from meetup.web.saying import say

Result = TypeVar("Result")


class _Translations:
    """WTForms' own messages out of our catalogue, so that they speak the page's language."""

    def gettext(self, message: str) -> str:
        words: Words | None = _words()
        return words.gettext(message) if words else message

    def ngettext(self, singular: str, plural: str, num: int) -> str:
        words: Words | None = _words()
        return words.ngettext(singular, plural, num) if words else (singular if num == 1 else plural)


class Form(FlaskForm):
    """The base of our forms. CSRF is checked for the whole mount, so the field is for showing only.

    ``form.general`` holds errors that belong to no one field.
    """

    class Meta:
        def get_translations(self, _form: WTForm) -> _Translations:
            return _Translations()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.general: list[str] = []
        self.drawn = False

    def mark_drawn(self) -> None:
        """The page that is being drawn has this form in it."""
        self.drawn = True

    def take(self, error: MeetupError) -> None:
        """Put an error's faults at their fields, and what has no field in ``general``."""
        translate = _Translations().gettext
        if not isinstance(error, InvalidInput):
            self.general.append(say(error))
            return
        for name, messages in error.by_field(translate).items():
            field = self._fields.get(name.partition(".")[0])
            if field is None:
                self.general.extend(messages)
            else:
                field.errors = [*field.errors, *messages]

    def ask_for_files(self) -> None:
        """Say at each field of files that they have to be chosen again: no browser keeps them."""
        for field in self:
            if not isinstance(field, FileField) or field.errors:
                continue
            chosen = field.data if isinstance(field.data, list) else [field.data]
            names = ", ".join(name for one in chosen if (name := getattr(one, "filename", "")))
            if names:
                field.errors = [
                    *field.errors,
                    _("Choose again, please, what could not be kept: %(names)s", names=names),
                ]

    def typed(self) -> list[Any]:
        """The fields into which somebody typed words."""
        return [one for one in self if isinstance(one, (StringField, TextAreaField)) and one.data]

    @property
    def failed(self) -> bool:
        """Whether it was sent and cannot be taken: answer 422."""
        return bool(self.general or self.errors)


def submit(form: Form, action: Callable[[], Result]) -> Result | None:
    """Validate, do, commit: the whole of a POST.

    A form that is refused and for which the page that answers has no place, since the
    thing moved on in the meantime, is shown on top of it by ``base.html``: see :func:`refused`.

    Returns:
        what `action` gave, or None when the form is to be shown (again); then
        nothing was stored, and the faults stand at their fields.
    """
    if request.method != "POST":
        return None
    g.meetup_refused = form
    if not form.validate():
        form.ask_for_files()
        return None
    work = current_work()
    try:
        result = action()
        work.commit()
    except MeetupError as error:
        undo(work.db)
        form.take(error)
        form.ask_for_files()
        return None
    del g.meetup_refused
    return result


def refused() -> Form | None:
    """The form that this request sent in vain, if the page being drawn does not show it."""
    form: Form | None = g.get("meetup_refused")
    return form if form is not None and form.failed and not form.drawn else None


def undo(db: Session) -> None:
    """Roll back, but keep what was loaded readable, so that the page can be drawn again."""
    db.expunge_all()
    db.rollback()
