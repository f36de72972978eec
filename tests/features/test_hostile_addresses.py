"""Every address and query with what nobody should ask for: never a fault of ours."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.features.hostile import MARKUP, Found, culprit
from tests.features.world import World, tell

pytestmark = pytest.mark.slow

#: What stands in an address in place of a number or a word.
IN_PATH = (
    "0",
    "-1",
    "1" + "0" * 30,
    "2147483648",
    "9223372036854775808",
    "²",
    "٣",
    "x",
    "%00",
    "%FF%FE",
    "%ED%A0%80",
    "..%2f..%2fetc",
    "a" * 3_000,
    "%3Cscript%3Ealert(1)",
    "%0d%0aX-Evil:1",
    "é%F0%9F%92%A9",
    "%20",
    "a.ics",
    "null",
    "1e9",
    "1.5",
)
#: What is asked for in a query: every name with each of these.
ASKED = (
    "",
    "x",
    "0",
    "-1",
    "1" + "0" * 30,
    "9223372036854775808",
    "²",
    "\x00",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "*",
    "(",
    "NEAR/",
    "a AND",
    MARKUP,
    "\udc80",
    "🏛️" * 50,
    "x" * 5_000,
    "2026-13-45",
    "31/02/2026",
    "9999Q4",
    "²²²²Q1",
    "٢٠٢٦Q1",
    "9999-12-31",
    "0001-01-01",
    "2026-11-02T10:00:00+99:99",
)
QUERIES = (
    "q",
    "after",
    "when",
    "programme",
    "state",
    "tab",
    "field",
    "department",
    "outcome",
    "from",
    "to",
    "since",
    "until",
    "quarter",
    "view",
    "passed_on",
    "show",
    "issue",
    "subject",
    "recipient",
    "session",
    "lang",
    "as",
    "next",
    "kind",
    "by",
    "limit",
    "due_before",
    "overdue",
)


def _marks() -> list[str]:
    """Page marks that nobody was given."""
    made = [
        [],
        [1],
        [1, 2],
        [1, 2, 3],
        ["x"],
        [None],
        [True],
        [1e400],
        ["0001-01-01T00:00:00", 1],
        ["2026-01-01", 10**30],
        ["9999-12-31T23:59:59+00:00", 1],
        ["0001-01-01T00:00:00+14:00", -1],
        [0, "2026-01-01T00:00:00+00:00", 2**70],
        [10**30],
        [2**63],
        [-1],
        [{}],
        [[[]]],
        ["\ud800", 1],
        ["2026-01-01T00:00:00+00:00", 2**63],
        [2**63 - 1, "2026-01-01T00:00:00+00:00", 1],
    ]
    texts = [json.dumps(one) for one in made] + [
        "[" * 2_500,
        "NaN",
        "{}",
        "1",
        '"x"',
        "[1" + "0" * 4_400 + "]",
        "\x00",
        "[1, Infinity]",
    ]
    return [base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode() for text in texts] + [
        "é",
        "=",
        "====",
        "A",
        "*",
    ]


@pytest.fixture
def world(site: Any, mount: Any, clock: Any) -> World:
    return World(site, mount, tell(mount, clock))


@pytest.mark.parametrize("who", ["public", "admin", "officer", "enterprise", "tokens"])
def test_every_address(world: World, who: str) -> None:
    found = Found()
    visitor: Any = world.visitor(who) if who != "tokens" else world.site.test_client()
    headers = {"Authorization": f"Bearer {world.tokens['token of admin']}"} if who == "tokens" else {}

    def come(address: str) -> None:
        try:
            answer = visitor.get(address, headers=headers, buffered=False)
            body = answer.text if not answer.is_streamed else ""
            if answer.status_code >= 500:
                found.note(f"{world.kind_of(address.partition('?')[0])[0]} answers {answer.status_code}", address[:200])
            if "<script>alert(1)" in body and "json" not in (answer.content_type or ""):
                found.note(f"{world.kind_of(address.partition('?')[0])[0]} gives a script back", address[:200])
            answer.close()
        except Exception as error:
            found.note(culprit(error), address[:200])

    api = who == "tokens"
    pages = {world.kind_of(path)[0]: path for path, _answer in world.walk(who, every=1)} if not api else _of_api(world)
    for rule in world.rules():
        if (
            "GET" not in (rule.methods or ())
            or rule.rule.startswith("/api/") is not api
            or rule.endpoint.endswith(".events")
        ):
            continue
        if who not in ("public", "tokens") and rule.endpoint not in pages:
            continue
        for name in sorted(rule.arguments):
            for value in IN_PATH:
                path = re.sub(rf"<[^<>]*\b{name}>", value, rule.rule)
                if "<" in path:
                    path = re.sub(r"<[^<>]*>", "1", path)
                come(path)
                if name == "number" and rule.endpoint in pages:
                    come(re.sub(r"\d{5,}", value, pages[rule.endpoint], count=1))
    for path in pages.values():
        plain = path.partition("?")[0]
        if plain.startswith("/assets") or plain.endswith("/events"):
            continue
        for mark in _marks():
            come(f"{plain}?after={quote(mark)}")
        for value in ASKED:
            code = quote(value.encode("utf-8", "surrogatepass"))
            come(plain + "?" + "&".join(f"{name}={code}" for name in QUERIES))
            if value in ("²", "\udc80", "1" + "0" * 30):
                for name in ("q", "issue", "state", "department", "quarter"):
                    come(f"{plain}?{name}={code}")
        come(plain + "?" + "&".join(f"{name}[]=x&{name}=1&{name}=2" for name in QUERIES))
    assert not found, f"{len(found)} faults:\n{found}"


def _of_api(world: World) -> dict[str, str]:
    """One address of each GET of the API."""
    return {
        rule.endpoint: re.sub(r"<[^<>]*code>", "STC", re.sub(r"<int:[a-z_]+>", "1", rule.rule))
        for rule in world.rules()
        if rule.rule.startswith("/api/") and "GET" in (rule.methods or ())
    }
