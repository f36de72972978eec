"""What a visitor without cookies gets in front of the site is what the site would say, to the letter."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import OperationalError

from meetup.programmes.service import create_programme
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from meetup.web.early import Early
from tests.rig.clock import SettableClock
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.mount import Mount

PAGES = ("/", "/sessions/", "/sessions/ky-1")
TONGUES = ("", "vi", "en", "en-GB,en;q=0.9,vi;q=0.1", "fr-FR,fr", "*", "nonsense;q=x")


@pytest.fixture
def key(mount: Mount, work: Any) -> int:
    """A published session."""
    with mount.app.app_context(), work() as w:
        session = sessions.draft(
            w, programme=create_programme(w, name="Cà phê"), title="Kỳ 1", venue="Không gian Khởi nghiệp",
            starts_at=w.now + timedelta(days=10), ends_at=w.now + timedelta(days=10, hours=2), capacity=5,
        )  # fmt: skip
        sessions.publish(w, session)
        w.commit()
        return int(session.id)


def early(mount: Mount) -> Early:
    found = mount.app.wsgi_app
    assert isinstance(found, Early)
    return found


def ask(mount: Mount, path: str, tongue: str = "", **headers: str) -> Any:
    """As somebody whom nobody knows."""
    headers = {"Accept-Language": tongue, **headers} if tongue else headers
    return mount.app.test_client(use_cookies=False).get(path, headers=headers)


def told(answer: Any) -> tuple[int, str, list[tuple[str, str]]]:
    return answer.status_code, answer.text, sorted(one for one in answer.headers if one[0] != "X-Request-ID")


def test_it_is_the_same_answer(mount: Mount, key: int) -> None:
    for path in PAGES:
        for tongue in TONGUES:
            early(mount).kept.forget()
            whole = told(ask(mount, path, tongue))
            held = dict(early(mount).kept._values)
            assert whole[0] == 200, path
            assert path == "/" or len(held) == 1, (path, tongue)
            assert told(ask(mount, path, tongue)) == whole, (path, tongue)
            assert {"Content-Security-Policy", "X-Content-Type-Options", "Cache-Control", "Content-Type"} <= {
                name for name, _value in whole[2]
            }


def test_a_change_is_seen_in_the_next_request(
    mount: Mount, key: int, work: Any, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/sessions/ky-1"
    first = ask(mount, path).text
    assert ask(mount, path).text == first
    with work() as w:
        sessions.update(w, w.get(Session, key), title="Tên khác hẳn")
        w.db.flush()
        assert ask(mount, path).text == first, "not committed"
        w.commit()
    assert "Tên khác hẳn" in ask(mount, path).text
    clock.travel(days=10, hours=1)
    now = ask(mount, path).text
    monkeypatch.setattr(mount, "keeps_pages", False)
    assert ask(mount, path).text == now


def test_who_is_known_by_something_comes_to_the_site_itself(mount: Mount, key: int, client: Visitor) -> None:
    path = "/sessions/ky-1"
    ask(mount, path)
    held = early(mount)
    asked: list[str] = []
    inner = held.app

    def noted(environ: Any, start: Any) -> Any:
        asked.append(environ["REQUEST_METHOD"])
        return inner(environ, start)

    held.app = noted
    try:
        ask(mount, path)
        assert asked == []
        ask(mount, path, Cookie="session=x")
        ask(mount, path, Authorization="Bearer x")
        ask(mount, f"{path}?lang=en")
        mount.app.test_client(use_cookies=False).head(path)
        assert asked == ["GET", "GET", "GET", "HEAD"]
        assert ask(mount, f"{path}.ics").status_code == 200
    finally:
        held.app = inner


def test_every_answer_has_its_own_id_and_is_counted(mount: Mount, key: int) -> None:
    path = "/sessions/ky-1"
    ids = {ask(mount, path).headers["X-Request-ID"] for _ in range(5)}
    assert len(ids) == 5
    assert ask(mount, path, **{"X-Request-ID": "abc123"}).headers["X-Request-ID"] == "abc123"
    assert ask(mount, path, **{"X-Request-ID": "a b"}).headers["X-Request-ID"] != "a b"
    numbers = ask(mount, "/metrics").text
    line = 'meetup_requests_total{endpoint="meetup.sessions.show",method="GET",status="200"} 7.0'
    assert line in numbers.splitlines()


def test_without_its_database_the_site_says_so(mount: Mount, key: int, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/sessions/ky-1"
    ask(mount, path)

    def gone(_statement: Any) -> Any:
        raise OperationalError("SELECT", None, Exception("unable to open database file"))

    monkeypatch.setattr(mount.database, "glance", gone)
    monkeypatch.setitem(mount.app.config, "TESTING", False)
    monkeypatch.setitem(mount.app.config, "PROPAGATE_EXCEPTIONS", False)
    assert ask(mount, path).status_code == 503
