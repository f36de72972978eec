"""Every form and address with what nobody should send: never a fault of ours, nothing stored by half."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shutil
import traceback
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy.engine import make_url
from werkzeug.datastructures import FileStorage, MultiDict

from tests.features.world import EVERYONE, World, differences, own_address, tell
from tests.rig import postgresql

pytestmark = pytest.mark.slow

MARKUP = "<script>alert(1)</script>'; DROP TABLE meetup_issue;-- \"{{7*7}}%(x)s ${7*7}"
#: What is typed into every field at once.
TYPED: dict[str, str] = {
    "nothing": "",
    "blanks": " \t\u3000\u200b ",
    "overlong": "Quá dài " * 12_500,
    "letters": "abc",
    "superscript": "²",
    "huge number": "1" + "0" * 30,
    "too big for 64 bits": str(2**63),
    "too big for 32 bits": str(2**31),
    "zero": "0",
    "negative": "-1",
    "not a number": "NaN",
    "far day": "9999-12-31",
    "no such day": "31/02/2026 25:61",
    "markup": MARKUP,
    "line breaks": "Một\r\nBcc: x@evil.example\r\n\r\nHai",
    "NUL": "Một\x00Hai",
    "controls": "\x01\x1b[31m\x7f\x85\u2028Một",
    "four bytes": "𠮷野家 🏛️👩‍👩‍👧‍👦 Một",
    "combining": "Z̸͍̎ă̵̛l̷̨̈́g̷̙͐o̶͚͌ " + "e\u0301\u0302\u0303" * 30,
    "right to left": "\u202eexe.fdp\u202c \u2066نص\u2069 Một",
    "a formula": '=HYPERLINK("http://evil.example")',
    "a path": "../../../../etc/passwd",
}
#: Of the body as it travels: name → what each value becomes, percent-encoded.
BROKEN = {"lone surrogate": "%ED%A0%80", "no UTF-8": "%FF%FE%C0%AF", "half a code": "%E2%82"}

#: Where a page says what was wrong.
SAID = "[aria-invalid=true], .mu-error, .mu-summary li, .mu-note--bad, [role=alert]"


class Keeper:
    """Puts the database back as it was."""

    def __init__(self, world: World, url: str, folder: Path, request: pytest.FixtureRequest) -> None:
        self.world, self.url, self.folder, self.request = world, make_url(url), folder, request
        self.quick = self.url.get_backend_name() == "sqlite"
        self.saved = f"{self.url.database}_saved"
        self.world.mount.database.dispose()
        if self.quick:
            with self.world.mount.database.connect() as connection:
                connection.commit()
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(str(self.url.database), folder / "saved.sqlite3")
        else:
            postgresql.create_database(self._admin(), self.saved, str(self.url.database))

    def _admin(self) -> Any:
        return self.request.getfixturevalue("postgresql_admin")

    def restore(self) -> None:
        """As it was."""
        self.world.mount.database.dispose()
        if self.quick:
            for ending in ("-wal", "-shm"):
                Path(f"{self.url.database}{ending}").unlink(missing_ok=True)
            shutil.copyfile(self.folder / "saved.sqlite3", str(self.url.database))
        else:
            postgresql.drop_database(self._admin(), str(self.url.database))
            postgresql.create_database(self._admin(), str(self.url.database), self.saved)

    def forget(self) -> None:
        """Leave nothing behind."""
        if not self.quick:
            postgresql.drop_database(self._admin(), self.saved)


@pytest.fixture
def world(site: Any, mount: Any, clock: Any) -> World:
    return World(site, mount, tell(mount, clock))


@pytest.fixture
def keeper(world: World, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Keeper]:
    for who in EVERYONE:
        world.visitor(who)
    made = Keeper(world, database_url, tmp_path, request)
    yield made
    made.forget()


class Found(dict[str, str]):
    """Faults, each once: what → where first."""

    def note(self, what: str, where: str) -> None:
        self.setdefault(what, where)

    def __str__(self) -> str:
        return "\n".join(f"{what}\n      first at {where}" for what, where in self.items())


def culprit(error: BaseException) -> str:
    """An exception, and the line of ours that it came from."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "/meetup/" in one.filename]
    where = f"{frames[-1].filename.rpartition('/meetup/')[2]}:{frames[-1].lineno} {frames[-1].line}" if frames else "?"
    return f"{type(error).__name__}: {str(error)[:160]!r} in {where}"


#: Who comes, a part of the forms that they find, and how many there are at least.
CROWDS = [
    pytest.param(("public", "enterprise", "other enterprise", "sender"), 0, 1, 20, id="without an account"),
    *(pytest.param(("admin",), part, 4, 8, id=f"organisers {part + 1} of 4") for part in range(4)),
    pytest.param(("officer", "other officer", "leader"), 0, 1, 12, id="departments"),
]


@pytest.mark.parametrize(("crowd", "part", "parts", "least"), CROWDS)
def test_every_form(world: World, keeper: Keeper, crowd: tuple[str, ...], part: int, parts: int, least: int) -> None:
    found, tried = Found(), set()
    for who in crowd:
        for path, form, _soup in list(world.forms(who, every=4)):
            target = _target(path, form)
            names = sorted(re.sub(r"\d+", "0", name) for name in _names(form))
            known = (world.action_kind(target), tuple(names))
            if known in tried or zlib.crc32(repr(known).encode()) % parts != part:
                continue
            tried.add(known)
            _attack(world, keeper, who, path, form, found)
    assert len(tried) >= least, tried
    assert not found, f"{len(found)} faults:\n{found}"


def _target(path: str, form: Tag) -> str:
    return own_address(path, str(form.get("action") or path))


def _names(form: Tag) -> list[str]:
    return [str(one["name"]) for one in form.find_all(["input", "select", "textarea"]) if one.get("name")]


def _attack(world: World, keeper: Keeper, who: str, path: str, form: Tag, found: Found) -> None:
    keeper.restore()
    visitor = world.visitor(who)
    target = _target(path, form)
    token = form.find("input", {"name": "csrf_token"})
    if token is None:
        found.note(f"{target}: a form without a token", path)
        return
    page = visitor.soup(path)
    token_value = str(page.find("input", {"name": "csrf_token"})["value"])
    before = world.contents()
    fields = [
        one for one in form.find_all(["input", "select", "textarea"]) if one.get("name") not in (None, "csrf_token")
    ]
    for name, what in TYPED.items():
        data: MultiDict[str, Any] = MultiDict([("csrf_token", token_value)])
        typed = {}
        for field in fields:
            kind = str(field.get("type", "")).lower()
            if kind == "file":
                data.add(str(field["name"]), FileStorage(_bytes(name), filename=f"{what[:300] or 'x'}.pdf"))
            elif kind == "checkbox":
                data.add(str(field["name"]), str(field.get("value", "y")))
            elif kind == "hidden":
                data.add(str(field["name"]), str(field.get("value", "")))
            elif kind not in {"submit", "button"}:
                data.setlist(str(field["name"]), [what])
                if field.name == "textarea" or kind in {"text", "email", "tel"}:
                    typed[str(field["name"])] = what
        _send(world, keeper, visitor, target, data, f"{name}, {who}, {path}", found, before, typed)
    # What the page would send, each value twice, and fields that there are not.
    for name, data in _strange(form, fields, token_value):
        _send(world, keeper, visitor, target, data, f"{name}, {who}, {path}", found, before, {})
    for name, code in BROKEN.items():
        body = "&".join([urlencode({"csrf_token": token_value})] + [f"{quote(str(f['name']))}={code}" for f in fields])
        _send(world, keeper, visitor, target, body, f"{name}, {who}, {path}", found, before, {})


def _bytes(name: str) -> Any:
    from io import BytesIO

    return BytesIO(b"" if name == "nothing" else b"%PDF-1.4 not really\n" if name == "markup" else b"MZ\x90\x00" * 30)


def _strange(form: Tag, fields: list[Tag], token: str) -> Iterator[tuple[str, MultiDict[str, Any]]]:
    from tests.rig.visitor import form_values

    as_it_is = {name: value for name, value in form_values(form).items() if name != "csrf_token"}
    twice: MultiDict[str, Any] = MultiDict([("csrf_token", token)])
    for name, value in as_it_is.items():
        for one in [*([value] if isinstance(value, str) else value)] * 2:
            twice.add(name, one)
            twice.add(name, f"{one}x")
    yield "repeated fields", twice
    hidden = [str(f["name"]) for f in fields if str(f.get("type", "")).lower() == "hidden"]
    for what in TYPED if hidden else ():
        text = TYPED[what] if what != "overlong" else "9" * 5_000
        kept = {name: value for name, value in as_it_is.items() if name not in hidden}
        yield f"hidden: {what}", MultiDict([("csrf_token", token), *_pairs(kept), *((name, text) for name in hidden)])
    rows = {re.sub(r"-\d+-", "-%s-", str(f["name"])) for f in fields if re.search(r"-\d+-", str(f["name"]))}
    for index in ("-1", "²", "999999999999", "4294967296", "0]", ""):
        odd: MultiDict[str, Any] = MultiDict([("csrf_token", token), *_pairs(as_it_is)])
        for row in rows or {"participants-%s-name", "follow_ups-%s-task", "shown", "issue", "alt-%s"}:
            odd.add(row % index if "%s" in row else row, index)
        yield f"rows numbered {index!r}", odd
    other: MultiDict[str, Any] = MultiDict([("csrf_token", token)])
    for name in {str(f["name"]) for f in fields}:
        other.add(f"{name}[]", "x")
        other.add(f"{name}.x", "x")
    yield "other names", other
    yield "only the token", MultiDict([("csrf_token", token)])


def _pairs(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, one) for name, value in values.items() for one in ([value] if isinstance(value, str) else value)]


def _send(
    world: World,
    keeper: Keeper,
    visitor: Any,
    target: str,
    data: MultiDict[str, Any] | str,
    where: str,
    found: Found,
    before: dict[str, tuple[int, str]],
    typed: dict[str, str],
) -> None:
    form = world.action_kind(target)
    known = before if keeper.quick else world.contents()
    kind = "application/x-www-form-urlencoded" if isinstance(data, str) else "multipart/form-data"
    try:
        answer = visitor.post(target, data=data, content_type=kind)
        page = answer.text
    except Exception as error:
        found.note(f"{form} fell over: {culprit(error)}", where)
        _again(keeper)
        return
    code = answer.status_code
    if code >= 500:
        found.note(f"{form} answers {code}", where)
    if "<script>alert(1)" in page:
        found.note(f"{form} gives a script back", where)
    changed = differences(known, world.contents())
    if code >= 400 and changed:
        found.note(f"{form} refuses with {code} and yet changes {changed}", where)
    if code == 422:
        _look(page, form, where, typed, found)
    elif code in (400, 404, 409):
        words = {name: value for name, value in typed.items() if " " in value.strip()}
        _look(page, form, where, words, found, said=".mu-oops")
    elif code in (302, 303):
        if "evil" in answer.headers["Location"] or "\n" in answer.headers["Location"]:
            found.note(f"{form} redirects to what was typed", where)
        if not changed and any(value.strip() for value in typed.values()):
            found.note(f"{form} redirects, stores nothing, and what was typed is lost", where)
        with contextlib.suppress(Exception):
            if "<script>alert(1)" in visitor.get(target, follow_redirects=True).text:
                found.note(f"{form} gives a script back", where)
    if changed:
        _again(keeper)


def _again(keeper: Keeper) -> None:
    """On SQLite each blow meets the site as it was; making a PostgreSQL database anew takes longer than a form."""
    if keeper.quick:
        keeper.restore()


def _look(page: str, form: Any, where: str, typed: dict[str, str], found: Found, said: str = SAID) -> None:
    soup = BeautifulSoup(page, "html.parser")
    if not soup.select(said):
        found.note(f"{form} refuses without a word", where)
    if not typed:
        return
    shown = {}
    for field in soup.find_all(["input", "textarea"]):
        text = field.get_text().removeprefix("\n") if field.name == "textarea" else str(field.get("value", ""))
        shown.setdefault(str(field.get("name", "")), set()).add(_same(text))
    for name, text in typed.items():
        if (name not in shown or _same(text) not in shown[name]) and _same(text).strip():
            found.note(f"{form} does not keep what was typed into {re.sub(chr(92) + 'd+', '0', name)}", where)


def _same(text: str) -> str:
    """Texts that a browser takes for the same, and what no page can show."""
    return re.sub(r"\s+", " ", re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028]", "", text.replace("\r\n", "\n"))).strip()


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


def test_disagreeing_keeps_the_reason(world: World) -> None:
    visitor, text = world.visitor("enterprise"), "Lý do dài " * 400
    page = next(
        path
        for path, form, _soup in world.forms("enterprise", every=20)
        if str(form.get("action", "")).endswith("/disagree")
    )
    answer = visitor.fill(page, {"reason": text}, form=f"{page}/disagree")
    assert answer.status_code == 422
    assert text.strip() in answer.text
    assert 'aria-invalid="true"' in answer.text
    answer = visitor.fill(page, {"reason": "Chưa nhận được mẫu đơn."}, form=f"{page}/disagree")
    assert answer.status_code == 200


def test_a_form_from_an_older_page_gives_back_what_was_typed(world: World) -> None:
    """Two windows: what the second one sends comes too late, and the page has no such form any more."""
    visitor, text = world.visitor("sender"), "Hồ sơ vẫn bị trả lại ngày 12/11, thiếu <b>một</b> dòng."
    page, token = next(
        (path, str(soup.find("input", {"name": "csrf_token"})["value"]))
        for path, form, soup in world.forms("sender", every=20)
        if str(form.get("action", "")).endswith("/reopen")
    )
    assert visitor.fill(page, {"reason": "Chưa nhận được giấy."}, form=f"{page}/reopen").status_code == 200
    assert f'action="{page}/reopen"' not in visitor.get(page).text
    answer = visitor.post(f"{page}/reopen", data={"csrf_token": token, "reason": text})
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.text, "html.parser")
    assert soup.find("textarea", {"name": "reason"}).get_text().strip() == text
    assert soup.select("[role=alert] li")
    assert not soup.find("form", action=f"{page}/reopen")


def test_a_password_that_is_none(world: World) -> None:
    # The hash takes 4096 bytes and falls over more; longer ones are refused before.
    visitor: Any = world.site.test_client()
    for length in (200, 5_000, 100_000):
        answer = visitor.fill("/login", {"email": "admin@example.com", "password": "x" * length})
        assert answer.status_code == 422
        assert "mu-error" in answer.text or "mu-summary" in answer.text
