"""The table of rights is what happens: every address, every kind of visitor, things of their own and of others."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from bs4 import BeautifulSoup

from meetup.staff.signin import WHO_MAY
from meetup.web.rights import Right, rights
from meetup.work import Work
from tests.features import access
from tests.features.access import Thing, allowed, kind_of, table
from tests.features.world import STAFF, World, tell

pytestmark = pytest.mark.slow

#: What stands in an address besides what a thing is called by.
VALUES = {
    "digest": "0",
    "filename": "css/meetup.css",
    "verdict": "approve",
    "kind": "calendar_confirmed",
    "step": "publish",
    "name": "departments",
    "token": "x" * 38,
    "key": "session:7d",
}
#: Answers that say no.
REFUSALS = {401, 403, 404, 405, 410}
#: Where the right alone is not enough: who has it is let through or finds nothing, who has it not is refused.
MORE_IS_NEEDED = {
    "assets.file": "the digest of a file",
    "issues.public_file": "a file that was opened to the public",
    "issues.desk_file": "an issue with a file",
    "follow_ups.file": "an issue with a file",
    "issues.own_file": "an issue with a file",
    "follow_ups.make_feed": "a department of one's own",
    "follow_ups.revoke_feed": "a department of one's own",
    "api.sessions.publish_series": "a session of a series",
    "api.sessions.end_series": "a session of a series",
    "previews.of_step": "a message that the step causes",
    "previews.of_step_html": "a message that the step causes",
    "reminders.own": "a programme",
}
#: Where this world has it for nobody.
NOTHING_THERE = {
    "assets.file",
    "issues.public_file",
    "api.sessions.publish_series",
    "api.sessions.end_series",
    "reminders.own",
    "previews.of_step",
    "previews.of_step_html",
}
#: What calls need before they look at the thing.
BODIES = {
    "answer": {"text": "Đã làm xong việc này."},
    "extend": {"due_on": "2030-01-01", "reason": "Chờ ý kiến."},
    "progress": {"text": "Đang làm."},
    "refuse_transfer": {"reason": "Không phải việc của chúng tôi."},
    "transfer": {"to": "SCT", "reason": "Không thuộc thẩm quyền."},
}


def test_the_page_is_current() -> None:
    result = subprocess.run(
        [sys.executable, "tools/access_table.py", "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture
def world(site: Any, mount: Any, clock: Any, runner: Any) -> World:
    made = World(site, mount, tell(mount, clock))
    made.tokens.update(access.complete(made))
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    return made


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a request does stays, so that each meets the same world."""
    monkeypatch.setattr(Work, "commit", lambda self: self.db.flush())


def address(right: Right, values: dict[str, Any]) -> str:
    """The address of `right` with `values` in it."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name == "action":
            choices = re.search(r"<any\(([^),]+)", right.path)
            return right.step or (choices[1].strip("'") if choices else "accept")
        return str(values.get(name, VALUES.get(name, "x")))

    return re.sub(r"<(?:[^<>:]*(?:\([^)]*\))?:)?(\w+)>", value, right.path)


def refused(answer: Any) -> bool:
    """Whether an answer keeps somebody out: by its status, or by sending them to sign in."""
    to = answer.headers.get("Location", "") if answer.status_code in (301, 302, 303) else ""
    return answer.status_code in REFUSALS or to.startswith("/login")


def token_of(visitor: Any) -> str:
    """The token against forgery of this browser."""
    found = BeautifulSoup(visitor.get("/issues/new").text, "html.parser").find("input", {"name": "csrf_token"})
    return str(found["value"])


class Door:
    """Comes to addresses, and leaves the browser as it was."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tokens: dict[str, str] = {}

    def knock(self, who: str, method: str, path: str, *, api: bool, step: str = "") -> Any:
        """The answer that `who` gets; over the API by a token of the same role."""
        told, visitor = self.world.tokens, self.world.visitor(who)
        if api:
            bearer = {"Authorization": f"Bearer {told[f'token of {who}']}"} if who in STAFF else {}
            body = {} if method == "GET" else {"json": BODIES.get(step, {})}
            return self.world.site.test_client().open(path, method=method, headers=bearer, **body)
        if who not in self.tokens:
            self.tokens[who] = token_of(visitor)
        kept = dict(visitor._cookies)
        data = {} if method == "GET" else {"data": {"csrf_token": self.tokens[who]}}
        answer = visitor.open(path, method=method, buffered=False, **data)
        answer.close()
        visitor._cookies.clear()
        visitor._cookies.update(kept)
        return answer


def every(world: World) -> list[Right]:
    """The rights of every address."""
    return list(rights(world.site, world.mount, WHO_MAY))


def test_every_address_as_everyone(world: World, untouched: None) -> None:
    named, rules, door = access.things(world), table(), Door(world)
    faults, opened = [], set()
    found = [right for right in every(world) if not right.by]
    for right in found:
        for thing in named[kind_of(right)] if kind_of(right) else [None]:
            path = address(right, dict(thing.values) if thing else {})
            for who in ("public", *STAFF):
                if right.action == "signing in" and who != "public":
                    continue
                for method in right.methods:
                    name = right.endpoint.rpartition(".")[2]
                    answer = door.knock(who, method, path, api=right.token, step=name)
                    may, no = allowed(rules, right, who, thing), refused(answer)
                    if not no:
                        opened.add((right.endpoint, right.step))
                    if (not may and not no) or (may and no and right.endpoint not in MORE_IS_NEEDED):
                        what = f"{who} {'may' if may else 'may not'} {method} {path} ({right.endpoint}"
                        faults.append(f"{what}, {thing.name if thing else ''}): {answer.status}")
    left = {(one.endpoint, one.step) for one in found if one.action != "signing in"} - opened
    never = {(name, step) for name, step in left if name not in NOTHING_THERE}
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)
    assert not never, f"nobody comes to {never}"


def test_a_link_opens_what_is_its_own_alone(world: World, untouched: None) -> None:
    """Every address behind a secret link: with the right one, another's, one for something else, a false one."""
    named, door, told = access.things(world), Door(world), world.tokens
    holders = {"enterprise": "registration", "other enterprise": "registration", "sender": "issue", "feed": "feed"}
    faults, opened, found = [], set(), [right for right in every(world) if right.by]
    for right in found:
        for thing in named[kind_of(right)] if kind_of(right) else [None]:
            for holder, purpose in holders.items():
                for who in ("public", "officer"):
                    token = told[holder]
                    false = token[:-1] + ("a" if token[-1] != "a" else "b")
                    for given in (token, false):
                        path = address(right, {**(dict(thing.values) if thing else {}), "token": given})
                        may = given == token and purpose == right.by and _own(right, holder, thing)
                        for method in right.methods:
                            no = refused(door.knock(who, method, path, api=False))
                            if may and not no:
                                opened.add(right.endpoint)
                            if (not may and not no) or (may and no and right.endpoint not in MORE_IS_NEEDED):
                                what = "may" if may else "may not"
                                name = thing.name if thing else ""
                                faults.append(
                                    f"{holder}'s link, {who}, {what} {method} {path} ({right.endpoint}, {name})"
                                )
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)
    others = {"contact-feed", "desk-feed", "unsubscribe"}
    assert not {right.endpoint for right in found if right.by not in others} - opened


def _own(right: Right, holder: str, thing: Thing | None) -> bool:
    """Whether what the address names belongs to the link; published things are everyone's."""
    if thing is None or kind_of(right) == "session":
        return True
    if right.path.startswith("/i/") and kind_of(right) == "issue":
        return True  # the address names no issue but by its link
    return bool(thing.of(holder) & ({"public"} if "published" in right.of else {"own"}))


def test_no_other_method_does_anything(world: World, untouched: None) -> None:
    """What an address does not do, it does for nobody."""
    door, named, faults = Door(world), access.things(world), []
    for right in every(world):
        path = address(right, dict(named[kind_of(right)][0].values) if kind_of(right) else {})
        known = {
            method for rule in world.site.url_map.iter_rules() if rule.rule == right.path for method in rule.methods
        }
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - known:
            for who in ("public", "admin"):
                answer = door.knock(who, method, path, api=right.token)
                if answer.status_code not in {404, 405}:
                    faults.append(f"{who} {method} {path}: {answer.status}")
    assert not faults, "\n".join(faults)


def test_a_browser_signed_in_is_no_token(world: World) -> None:
    """The API knows bearer tokens alone: a cookie that a foreign page makes a browser send opens nothing."""
    admin = world.visitor("admin")
    for right in every(world):
        if right.token:
            for method in right.methods:
                answer = admin.open(address(right, {}), method=method, json={} if method != "GET" else None)
                assert answer.status_code in {401, 404}, f"{method} {right.path}: {answer.status}"
    for bad in ("", "mtp_", "mtp_" + "x" * 43, world.tokens["token of admin"][:-1], "nonsense"):
        answer = world.site.test_client().get("/api/v1/activity", headers={"Authorization": f"Bearer {bad}"})
        assert answer.status_code == 401
