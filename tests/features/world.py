"""The whole site as its visitors find it: the demo's story, what it lacks, and everyone who comes.

For the tests that go over every page: :func:`tell` fills a site, :class:`World` walks it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from sqlalchemy import inspect, select, text

from meetup.access import Actor
from meetup.demo import people
from meetup.demo.story import ORGANIZER, Story
from meetup.departments.models import Department
from meetup.rest.tokens import create_token
from meetup.staff import service as staff
from tests.features.adding import add, begin
from tests.rig.visitor import form_values

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from meetup.mount import Mount
    from meetup.work import Work
    from tests.rig.clock import SettableClock
    from tests.rig.visitor import Visitor

#: The two departments whose officers walk about.
OWN, OTHER = "SNNMT", "SXD"
#: Everyone who signs in: role → (name of the address, role, department).
STAFF = {
    "admin": ("admin", "admin", ""),
    "organizer": ("thuky", "organizer", ""),
    "officer": ("canbo.snnmt", "officer", OWN),
    "other officer": ("canbo.sxd", "officer", OTHER),
    "leader": ("lanhdao", "leader", ""),
}
#: Everyone who comes. Those behind a link carry no cookie of anybody.
EVERYONE = ("public", "enterprise", "other enterprise", "sender", *STAFF)
PASSWORD = "mot-mat-khau-that-dai"


def tell(mount: Mount, clock: SettableClock) -> dict[str, str]:
    """Fill an empty site: the story, staff, and one thing in each state that the story lacks; gives tokens.

    Three hours pass, in which a session begins.
    """
    Story(mount, lambda _done, _total: None).run()
    with mount.work(ORGANIZER) as work:
        tokens = _staff(work)
        own, other = (work.db.scalars(select(Department).where(Department.code == code)).one() for code in (OWN, OTHER))
        tokens |= add(work, own=own, other=other)
        work.commit()
    clock.travel(hours=3)
    with mount.work(ORGANIZER) as work:
        tokens |= begin(work)
        work.commit()
    return tokens


def _staff(work: Work) -> dict[str, str]:
    """Everyone who signs in, each with a token for the API."""
    for name, role, department in STAFF.values():
        staff.create_user(
            work,
            email=people.address(name),
            role=role,
            department_code=department,
            name=name,
            password=PASSWORD,
        )
    tokens = {}
    for role, (_name, kind, department) in STAFF.items():
        _row, tokens[f"token of {role}"] = create_token(work, name=role, role=kind, department_code=department)
    return tokens


@dataclass
class World:
    """A site that was told its story, with everyone who comes to it."""

    site: Flask
    mount: Mount
    tokens: dict[str, str]
    _visitors: dict[str, Visitor] = field(default_factory=dict)

    def visitor(self, who: str) -> Visitor:
        """The browser of `who`, signed in if that is staff."""
        if who not in self._visitors:
            visitor: Any = self.site.test_client()
            if who in STAFF:
                done = visitor.fill("/login", {"email": people.address(STAFF[who][0]), "password": PASSWORD})
                assert done.status_code == 200, done.text[:800]
            self._visitors[who] = visitor
        return self._visitors[who]

    def actor(self, who: str) -> Actor:
        """The :class:`Actor` that `who` is."""
        if who in STAFF:
            _name, role, code = STAFF[who]
            return Actor("staff", who, who, frozenset({role}), department_id=self.department(code) if code else None)
        return Actor("public")

    def department(self, code: str) -> int:
        """The key of a department."""
        with self.mount.database.connect() as connection:
            query = text("SELECT id FROM meetup_department WHERE code = :code")
            return int(connection.execute(query, {"code": code}).scalar_one())

    def starts(self, who: str) -> list[str]:
        """Where `who` begins to walk."""
        told = self.tokens
        session, held = told["open session"], told["held"]
        links = {
            "public": [
                *("/", "/results/", "/issues/new", "/r/", "/calendar.ics", "/login", "/reset", "/api/v1/docs"),
                *("/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/issues/feed.atom"),
                *(
                    f"/issues/sent/{told['secret issue']}",
                    "/issues/similar?q=kho+lanh",
                    f"/sessions/{session}/registered",
                ),
                *(f"/sessions/{session}/register", f"/issues/{told['anonymous issue']}"),
                f"/feeds/{told['feed']}/follow-ups.ics",
            ],
            "enterprise": [f"/r/{self.tokens['enterprise']}", f"/r/{self.tokens['enterprise']}/issues/new"],
            "other enterprise": [f"/r/{self.tokens[name]}" for name in ("other enterprise", "invited", "waiting")],
            "sender": [f"/i/{self.tokens['sender']}", f"/unsubscribe/{self.tokens['unsubscribe']}"],
        }
        desk = f"/organize/sessions/{held}/"
        numbers = [told[name] for name in ("anonymous issue", "secret issue", "conduct issue", "new issue")]
        staff_pages = ["/desk", "/account", "/change", "/organize/", "/department/", "/leader/"]
        staff_pages += [desk, *(desk + name for name in ("live", "minutes", "agenda", "check-in", "projector"))]
        staff_pages += [f"/organize/sessions/{session}/{name}" for name in ("", "live", "agenda", "invitations")]
        staff_pages += [f"/organize/issues/{number}" for number in numbers]
        staff_pages += ["/verify", "/mf-recovery-codes", "/tf-setup"]
        return links.get(who, staff_pages)

    def walk(self, who: str, *, every: int = 6) -> Iterator[tuple[str, TestResponse]]:
        """Every page that `who` comes to by links, each with its answer.

        Args:
            every: how many pages of one kind (endpoint and names in the query) are looked at.
        """
        visitor = self.visitor(who)
        waiting, seen, counts = list(self.starts(who)), set[str](), dict[Any, int]()
        while waiting:
            path = waiting.pop(0)
            if (
                path in seen
                or "lang=" in path
                or "/logout" in path
                or path.startswith("/assets/")
                or path.endswith("/events")
            ):
                continue
            seen.add(path)
            kind = self.kind_of(path)
            counts[kind] = counts.get(kind, 0) + 1
            if counts[kind] > every:
                continue
            answer = visitor.get(path)
            yield path, answer
            if answer.status_code in (301, 302, 303, 308):
                waiting.append(own_address(path, answer.headers["Location"]))
            elif "html" in (answer.content_type or ""):
                soup = BeautifulSoup(answer.text, "html.parser")
                found = [own_address(path, str(a["href"])) for a in soup.find_all("a", href=True)]
                found += [own_address(path, str(img["src"])) for img in soup.find_all("img", src=True)]
                waiting += [one for one in found if one]

    def kind_of(self, path: str) -> tuple[str, ...]:
        """What kind of page stands at `path`: endpoint, and the names of what its query asks for."""
        from werkzeug.exceptions import HTTPException

        parts = urlsplit(path)
        try:
            endpoint, _values = self.site.url_map.bind("localhost").match(parts.path)
        except HTTPException as error:
            endpoint = f"({error.code})"
        names = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair})
        return (endpoint, *names)

    def forms(self, who: str, *, every: int = 6) -> Iterator[tuple[str, Tag, BeautifulSoup]]:
        """Every different POST form that `who` comes to: the page, the form, the page's soup."""
        seen = set()
        for path, answer in self.walk(who, every=every):
            if answer.status_code != 200 or "html" not in (answer.content_type or ""):
                continue
            soup = BeautifulSoup(answer.text, "html.parser")
            for form in soup.find_all("form"):
                if str(form.get("method", "get")).lower() != "post":
                    continue
                target = own_address(path, str(form.get("action") or path)) or path
                known = (self.action_kind(target), tuple(sorted({re.sub(r"\d+", "0", n) for n in form_values(form)})))
                if "/logout" in target or known in seen:
                    continue
                seen.add(known)
                yield path, form, soup

    def action_kind(self, target: str) -> tuple[str, str]:
        """A POST's endpoint, with the action that its address names."""
        from werkzeug.exceptions import HTTPException

        try:
            endpoint, values = self.site.url_map.bind("localhost").match(urlsplit(target).path, method="POST")
        except HTTPException as error:
            return f"({error.code}) {target}", ""
        return endpoint, str(values.get("action") or values.get("verdict") or "")

    def rules(self) -> list[Rule]:
        """The rules of the URL map that are ours, in the order of their addresses."""
        return sorted(self.site.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))

    def contents(self) -> dict[str, tuple[int, str]]:
        """Every table: how many rows, and a digest of all that stands in them."""
        found = {}
        with self.mount.database.connect() as connection:
            for name in sorted(inspect(connection).get_table_names()):
                rows = sorted(repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{name}"')))
                found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode("utf-8", "replace")).hexdigest()[:12])
        return found


def own_address(base: str, href: str) -> str:
    """`href` as a path of ours, or empty if it leads elsewhere."""
    parts = urlsplit(urljoin(f"http://localhost{base}", href))
    if parts.netloc != "localhost" or parts.scheme not in ("http", "https"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def differences(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> list[str]:
    """The tables that are not as they were."""
    return [
        f"{name}: {before.get(name, (0, ''))[0]} → {after.get(name, (0, ''))[0]} rows"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
