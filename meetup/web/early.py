"""Kept pages given to visitors without cookies before a request is begun: the day that registration opens.

What is around a view (session, sign-in, guards, headers) comes to the same for every such visitor,
so the first answer, with its headers, is the answer of all until something changes. Only the request's
id and the count of requests are each one's own. The stand-alone site alone has this: a host may do
things before each request that we know nothing of.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from meetup.kept import Kept, KeptPage
from meetup.web.current import chosen_id
from meetup.web.keeping import HEAD, MARK, is_true

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from meetup.mount import Mount
    from meetup.web.metrics import Metrics

_ID = "X-Request-ID"
#: What a request of a visitor whom nobody knows has none of.
_PERSONAL = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "QUERY_STRING")
_ROOM = 16 * 1024**2


@dataclass(frozen=True)
class Answer:
    """A kept page with the headers that it was given with, less the request's id, and the log's head then."""

    head: str
    endpoint: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    page: KeptPage


class Early:
    """The stand-alone site's application, with what it keeps in front of it.

    Args:
        app: the application behind.
        mount: the site's.
        metrics: what its requests are counted by.
    """

    def __init__(self, app: WSGIApplication, mount: Mount, metrics: Metrics) -> None:
        self.app, self.mount, self.metrics = app, mount, metrics
        self.identity = mount.identity
        self.kept: Kept[Answer] = Kept(_ROOM, lambda answer: len(answer.body))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or let the application."""
        if not self._is_anyones(environ):
            return self.app(environ, start_response)
        begun = time.perf_counter()
        language = _language(environ.get("HTTP_ACCEPT_LANGUAGE", ""), tuple(self.mount.settings.locales))
        key = (environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", ""), language)
        found = self._find(key)
        if found is not None:
            start_response("200 OK", [*found.headers, (_ID, chosen_id(environ.get("HTTP_X_REQUEST_ID", "")))])
            self.metrics.add(found.endpoint, "GET", 200, time.perf_counter() - begun)
            return [found.body]

        def note(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            marked = environ.get(MARK)
            if marked is not None and status.startswith("200 "):
                self._keep(key, headers, *marked)
            return start_response(status, headers, *more)

        return self.app(environ, note)

    def _is_anyones(self, environ: WSGIEnvironment) -> bool:
        mount = self.mount
        # A test may put another sign-in in, which knows people by something else.
        return (
            environ["REQUEST_METHOD"] == "GET"
            and not any(environ.get(name) for name in _PERSONAL)
            and mount.keeps_pages
            and mount.replica is None
            and mount.identity is self.identity
        )

    def _find(self, key: tuple[str, str, str]) -> Answer | None:
        # A page that is never kept asks for nothing here.
        found = self.kept.peek(key)
        if found is None or not is_true(found.page, self.mount.clock()):
            return None
        try:
            return found if found.head == self.mount.database.glance(HEAD) else None
        except OperationalError:
            # The application has a page for that.
            return None

    def _keep(
        self, key: tuple[str, str, str], headers: list[tuple[str, str]], head: str, endpoint: str, page: KeptPage
    ) -> None:
        if any(name.lower() == "set-cookie" for name, _value in headers):
            return
        shared = tuple((name, value) for name, value in headers if name != _ID)
        self.kept.put(key, Answer(head, endpoint, shared, page.body.encode(), page))


@lru_cache(maxsize=256)
def _language(header: str, offered: tuple[str, ...]) -> str:
    """What :func:`meetup.web.i18n.select_locale` finds for a browser that says no more than this."""
    return parse_accept_header(header, LanguageAccept).best_match(offered) or offered[0]
