"""Languages: Vietnamese first, English too, by Flask-Babel with a catalogue of our own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from babel.support import LazyProxy
from flask import current_app, g, has_app_context, has_request_context, request, session
from flask_babel import Domain, force_locale, get_locale

NAMES = {"vi": "Tiếng Việt", "en": "English"}


class Words:
    """The catalogue of one mount: the core's and its plugins' translations, apart from the host's.

    Args:
        packages: packages with a catalogue ``translations/<locale>/LC_MESSAGES/<package>.mo``;
            where a later one translates a word anew, its translation wins.
    """

    def __init__(self, packages: Iterable[str] = ()) -> None:
        folders = {"meetup": files("meetup") / "translations"}
        folders.update((name, folder) for name in packages if (folder := _translations(name)) is not None)
        self.domain = Domain([str(folder) for folder in folders.values()], domain=";".join(folders))

    def gettext(self, message: str) -> str:
        """`message` in the present language, unfilled."""
        return str(self.domain.get_translations().ugettext(message))

    def ngettext(self, singular: str, plural: str, num: int) -> str:
        """The form for `num` in the present language, unfilled."""
        return str(self.domain.get_translations().ungettext(singular, plural, num))


def _translations(package: str) -> Traversable | None:
    """The folder of a package's catalogues; None where it has none, or is no package."""
    try:
        folder = files(package) / "translations"
    except (ImportError, TypeError, ValueError, AttributeError):
        return None
    return folder if folder.is_dir() else None


def _words() -> Words | None:
    if not has_app_context():
        return None
    found: dict[str, Any] = current_app.extensions.get("meetup", {})
    if has_request_context() and request.blueprint:
        mount = found.get(request.blueprint.partition(".")[0])
        if mount is not None:
            return mount.words  # type: ignore[no-any-return]
    named = getattr(g, "_meetup_mount", None)
    mount = found.get(named) if named else next(iter(found.values()), None)
    return mount.words if mount is not None else None


def _(message: str, **values: Any) -> str:
    """`message` in the present language, filled with `values`."""
    words = _words()
    text = words.gettext(message) if words else message
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """The form of a message for `num`, filled with `values` and ``num``."""
    words = _words()
    text = words.ngettext(singular, plural, num) if words else (singular if num == 1 else plural)
    return text % {"num": num, **values}


def lazy(message: str, **values: Any) -> Any:
    """Like :func:`_`, but translated when it is shown: for labels made at import."""
    return LazyProxy(lambda: _(message, **values), enable_cache=False)


def locale_code() -> str:
    """The present language's code, ``vi`` or ``en``."""
    found = get_locale() if has_app_context() else None
    return found.language if found is not None else "vi"


@contextmanager
def in_locale(mount: Any, locale: str) -> Iterator[None]:
    """Speak `locale` for a while, as mails do: their reader's language, not the sender's.

    Needs an application context, which it pushes if there is none.
    """
    if has_app_context():
        before = getattr(g, "_meetup_mount", None)
        g._meetup_mount = mount.name
        try:
            with force_locale(locale):
                yield
        finally:
            g._meetup_mount = before
        return
    with mount.app.app_context(), in_locale(mount, locale):
        yield


def select_locale() -> str:
    """The language of this request: as asked for, as chosen before, as the browser says, or the first."""
    found: dict[str, Any] = current_app.extensions.get("meetup", {})
    mount = next(iter(found.values()), None)
    offered = list(mount.settings.locales) if mount else ["vi", "en"]
    if not has_request_context():
        return offered[0]
    asked = request.args.get("lang", "")
    if asked in offered:
        return asked
    chosen = session.get("meetup_locale", "")
    if chosen in offered:
        return str(chosen)
    return request.accept_languages.best_match(offered) or offered[0]
