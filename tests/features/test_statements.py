"""No page and no answer of the API asks the database more often when its lists are long."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import text

from meetup.issues import search
from tests.features.growth import Growth
from tests.features.world import EVERYONE, World, tell
from tests.rig.sites import Statements

pytestmark = pytest.mark.slow

Counter = Callable[[], AbstractContextManager[Statements]]


def _addresses(world: World) -> list[tuple[str, str]]:
    """Two addresses of each kind of page, with who comes to it; and each GET of the API."""
    found: dict[tuple[Any, ...], list[tuple[str, str]]] = {}
    for who in EVERYONE:
        for path, answer in list(world.walk(who, every=2)):
            # A workbook of all rows reads them five hundred at a time: it is no page of a list.
            if answer.status_code == 200 and "/feeds/" not in path and "/export." not in path:
                found.setdefault((who, *world.kind_of(path)), []).append((who, path))
    pages = [one for kinds in found.values() for one in kinds[:2]]
    pages += [(who, "/search?q=co") for who in ("public", "officer", "organizer", "leader")]
    queries = {
        "session": "SELECT session_id FROM meetup_agenda_item GROUP BY session_id ORDER BY count(*) DESC",
        "photo": "SELECT id FROM meetup_photo ORDER BY id",
        "programme": "SELECT id FROM meetup_programme ORDER BY id",
        "registration": "SELECT id FROM meetup_registration ORDER BY id",
        "issue": "SELECT number FROM meetup_issue ORDER BY id",
        "follow-up": "SELECT number FROM meetup_follow_up ORDER BY id",
    }
    with world.mount.database.connect() as connection:
        keys = {f"/{name}s/": str(connection.execute(text(query)).scalar()) for name, query in queries.items()}
    for rule in world.rules():
        if rule.rule.startswith("/api/") and "GET" in (rule.methods or ()):
            key = next((key for part, key in keys.items() if part in rule.rule), "")
            path = re.sub(r"<[^<>]*code>", "SNNMT", re.sub(r"<int[^<>]*>", key, rule.rule))
            if "<" not in path:
                pages.append(("token", path))
    return pages


def _count(world: World, pages: list[tuple[str, str]], count: Counter) -> dict[tuple[str, str], list[str]]:
    found = {}
    api: Any = world.site.test_client()
    headers = {"Authorization": f"Bearer {world.tokens['token of admin']}"}
    # What a process has at hand is asked of no database; here everything is made anew.
    world.mount.kept_files.forget()
    for who, path in pages:
        with count() as statements:
            answer = api.get(path, headers=headers) if who == "token" else world.visitor(who).get(path)
        assert answer.status_code == 200, (who, path, answer.status_code)
        found[who, path] = list(statements)
    return found


def test_long_lists_ask_no_more(
    site: Any, mount: Any, clock: Any, query_counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where the newest are few, the index is not asked; here it always is.
    monkeypatch.setattr(search, "NEAR", 1)
    world = World(site, mount, tell(mount, clock))
    growth = Growth(mount)
    growth.by(2)
    pages = _addresses(world)
    assert len(pages) > 150, len(pages)
    few = _count(world, pages, query_counter)
    assert growth.by(46) > 5_000
    many = _count(world, pages, query_counter)
    worse = {}
    for key, statements in many.items():
        if len(statements) > len(few[key]):
            extra = statements.copy()
            for one in few[key]:
                if one in extra:
                    extra.remove(one)
            worse[key] = f"{len(few[key])} → {len(statements)}, such as {extra[0][:300]}"
    assert not worse, "\n".join(f"{who} {path}: {what}" for (who, path), what in worse.items())
