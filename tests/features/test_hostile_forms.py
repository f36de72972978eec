"""Every form with what nobody should send: never a fault of ours, nothing stored by half."""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from bs4 import BeautifulSoup, Tag
from werkzeug.datastructures import FileStorage, MultiDict

from tests.features.hostile import TYPED, Found, Keeper, culprit, keeping, names_of, target_of
from tests.features.world import World, differences, tell

pytestmark = pytest.mark.slow

#: Of the body as it travels: name → what each value becomes, percent-encoded.
BROKEN = {"lone surrogate": "%ED%A0%80", "no UTF-8": "%FF%FE%C0%AF", "half a code": "%E2%82"}

#: Where a page says what was wrong.
SAID = "[aria-invalid=true], .mu-error, .mu-summary li, .mu-note--bad, [role=alert]"


@pytest.fixture
def world(site: Any, mount: Any, clock: Any) -> World:
    return World(site, mount, tell(mount, clock))


@pytest.fixture
def keeper(world: World, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Keeper]:
    with keeping(world, database_url, tmp_path, request) as made:
        yield made


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
            target = target_of(path, form)
            names = sorted(re.sub(r"\d+", "0", name) for name in names_of(form))
            known = (world.action_kind(target), tuple(names))
            if known in tried or zlib.crc32(repr(known).encode()) % parts != part:
                continue
            tried.add(known)
            _attack(world, keeper, who, path, form, found)
    assert len(tried) >= least, tried
    assert not found, f"{len(found)} faults:\n{found}"


def _attack(world: World, keeper: Keeper, who: str, path: str, form: Tag, found: Found) -> None:
    keeper.restore()
    visitor = world.visitor(who)
    target = target_of(path, form)
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


def test_a_part_without_a_name_is_no_field(world: World) -> None:
    """On the page where it is typed, and on the one that answers without a token."""
    body = "--x\r\nContent-Disposition: form-data\r\n\r\nmột hai ba\r\n--x--\r\n".encode()
    kind, answers = "multipart/form-data; boundary=x", dict[str, int]()
    for who in ("public", "sender", "organizer", "officer"):
        for path, form, soup in list(world.forms(who, every=8)):
            target, visitor = target_of(path, form), world.visitor(who)
            token = soup.find("input", {"name": "csrf_token"})
            for headers in [{}, {"X-CSRFToken": str(token["value"])}] if token else [{}]:
                answer = visitor.post(target, data=body, content_type=kind, headers=headers)
                answers[f"{who} {world.action_kind(target)} {len(headers)}"] = answer.status_code
    assert len(answers) > 80
    assert {name: code for name, code in answers.items() if code >= 500} == {}


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
