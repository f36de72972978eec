"""Kept pages are never wrong: each is compared with the same page drawn anew, after every kind of change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from meetup.access import Actor
from meetup.api import Panel, hookimpl
from meetup.programmes.models import Programme
from meetup.programmes.service import create_programme
from meetup.registrations import service as registrations
from meetup.registrations.models import Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.features.issuing import Province, Unit, build
from tests.rig.clock import START, SettableClock
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

Change = Callable[["Work", Session], Any]


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


def both(client: Visitor, mount: Mount, path: str) -> tuple[str, str]:
    """The page at `path` as it is kept, and as it is."""
    kept = client.get(path).text
    mount.keeps_pages = False
    try:
        return kept, client.get(path).text
    finally:
        mount.keeps_pages = True


def register(w: Work, session: Session) -> Any:
    count = w.db.query(Registration).count()
    who = {"kind": "investor", "name": f"Nhà đầu tư {count}"}
    contact = {"name": "A", "email": f"n{count}@invest.example", "language": "vi"}
    return registrations.register(
        w, session, enterprise=who, contact=contact, participants=[{"name": "A"}], response="accepted", consent=True
    )


CHANGES: dict[str, Change] = {
    "title": lambda w, s: sessions.update(w, s, title=f"{s.title[:100]}!"),
    "capacity": lambda w, s: sessions.update(w, s, capacity=s.capacity + 1),
    "register": register,
    "cancel": lambda w, s: [
        registrations.cancel(w, row)
        for row in w.db.query(Registration).filter(Registration.state == "confirmed", Registration.id > 2).limit(1)
    ],
    "hour": lambda w, s: w.mount.clock.travel(hours=1),
    "week": lambda w, s: w.mount.clock.travel(days=7),
}


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=6))
def test_a_kept_page_is_the_page_drawn_anew(
    order: list[str], client: Visitor, mount: Mount, province: Province, work: Unit, clock: SettableClock
) -> None:
    clock.travel(to=START)
    paths = (f"/sessions/{province.slug}", f"/sessions/{province.slug}?lang=en", "/sessions/", "/sessions/?when=past")
    for name in order:
        for path in paths:
            kept, anew = both(client, mount, path)
            assert kept == anew, (name, path)
        with work() as w:
            CHANGES[name](w, w.get(Session, province.session))
            w.commit()
    for path in paths:
        kept, anew = both(client, mount, path)
        assert kept == anew, (order, path)


def test_the_same_page_asks_the_database_one_thing(
    client: Visitor, province: Province, query_counter: Any, mount: Mount
) -> None:
    path = f"/sessions/{province.slug}"
    client.get(path)
    with query_counter() as statements:
        assert client.get(path).status_code == 200
    assert len(statements) <= 1


def test_what_was_not_committed_is_not_seen(client: Visitor, province: Province, work: Unit) -> None:
    path = f"/sessions/{province.slug}"
    before = client.get(path).text
    with work() as w:
        sessions.update(w, w.get(Session, province.session), title="Tên khác hẳn")
        w.db.flush()
    assert client.get(path).text == before
    with work() as w:
        sessions.update(w, w.get(Session, province.session), title="Tên khác hẳn")
        w.commit()
    assert "Tên khác hẳn" in client.get(path).text


def test_a_draft_that_the_staff_saw_is_shown_to_nobody_else(client: Visitor, province: Province, work: Unit) -> None:
    with work() as w:
        now = w.now
        session = sessions.draft(
            w, programme=w.db.query(Programme).first(), title="Kín", venue="A", starts_at=now + timedelta(days=9),
            ends_at=now + timedelta(days=9, hours=2), capacity=5,
        )  # fmt: skip
        w.commit()
        slug = session.slug
    province.sign_in(Actor("staff", "1", "Lan", frozenset({"organizer"})))
    assert client.get(f"/sessions/{slug}").status_code == 200
    province.sign_in(None)
    assert client.get(f"/sessions/{slug}").status_code == 404


class Newspaper:
    """A plugin with something on every page."""

    @hookimpl
    def meetup_panels(self, slot: str) -> list[Any]:
        return []


def test_with_a_plugin_that_draws_nothing_is_kept(config: dict[str, Any], tmp_path: Any) -> None:
    from meetup import create_app

    for plugins, keeps in (((), True), ((("newspaper", Newspaper()),), False)):
        app = create_app(config, instance=tmp_path, plugins=plugins)
        assert app.extensions["meetup"]["meetup"].keeps_pages is keeps


class Herald:
    """A plugin that says the title once more, and that its part may be kept."""

    MEETUP_KEEPS_PAGES = True

    def __init__(self) -> None:
        self.asked = 0

    @hookimpl
    def meetup_panels(self, slot: str, thing: Any) -> list[Panel]:
        if slot != "session":
            return []
        self.asked += 1
        return [Panel("Herald", Markup("<p>Hear ye: {}</p>").format(thing.title))]


class TestAPluginsPartIsKept:
    @pytest.fixture
    def herald(self) -> Herald:
        return Herald()

    def test_until_what_it_shows_changes(
        self, config: dict[str, Any], database_url: str, tmp_path: Any, clock: Any, herald: Herald
    ) -> None:
        from meetup import create_app

        wanted = {**config, "MEETUP_KEEP_PAGES": True, "MEETUP_PLUGINS": ""}
        app = create_app(wanted, instance=tmp_path, clock=clock, plugins=[("herald", herald)])
        mount = app.extensions["meetup"]["meetup"]
        assert mount.keeps_pages
        with mount.work() as w:
            session = sessions.draft(
                w,
                programme=create_programme(w, name="Cà phê"),
                title="Thuế",
                venue="Không gian Khởi nghiệp",
                starts_at=w.now + timedelta(days=20),
                ends_at=w.now + timedelta(days=20, hours=2),
                capacity=25,
            )
            sessions.publish(w, session)
            w.commit()
            key, slug = session.id, session.slug
        client = app.test_client()
        for _ in range(3):
            assert "Hear ye: Thuế" in client.get(f"/sessions/{slug}").text
        assert herald.asked == 1
        with mount.work() as w:
            sessions.update(w, w.get(Session, key), title="Đất đai")
            w.commit()
        assert "Hear ye: Đất đai" in client.get(f"/sessions/{slug}").text
        assert herald.asked == 2
        mount.database.dispose()
