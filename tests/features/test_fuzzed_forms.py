"""Forms and uploads with what chance makes of them: never a fault of ours (`make fuzz` sends 100,000)."""

from __future__ import annotations

import os
import random
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_from_bytes

import docx
import openpyxl
import pytest
from bs4 import BeautifulSoup, Tag
from PIL import Image
from werkzeug.datastructures import FileStorage, MultiDict

from tests.features.hostile import TYPED, Found, Keeper, culprit, keeping, target_of
from tests.features.world import EVERYONE, World, tell
from tests.rig.visitor import form_values

pytestmark = pytest.mark.slow

#: How many are sent to a site of each database.
REQUESTS = int(os.environ.get("MEETUP_TEST_FUZZ_REQUESTS", "600"))
#: After so many the site is put back as it was: a session that is over takes no registration any more.
ROUND = 200
SEED = os.environ.get("MEETUP_TEST_FUZZ_SEED", "")
TYPES = ("application/pdf", "image/png", "image/jpeg", "text/html", "text/csv", "application/zip", "x", "")
NAMES = (
    "a.pdf",
    "a.png",
    "a.xlsx",
    "a.csv",
    "a.docx",
    "../../a.pdf",
    "a.pdf.exe",
    ".",
    "",
    "a\x00.pdf",
    "Đơn số 1.pdf",
)


@dataclass(frozen=True)
class Target:
    """A form that somebody came to.

    Args:
        who: who did.
        path: the page that it stands on.
        action: where it is sent to.
        values: what a browser would send if nothing were typed, by field.
        files: the fields that take files.
    """

    who: str
    path: str
    action: str
    values: dict[str, Any]
    files: tuple[str, ...]


@pytest.fixture
def world(site: Any, mount: Any, clock: Any) -> World:
    return World(site, mount, tell(mount, clock))


@pytest.fixture
def keeper(world: World, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Keeper]:
    with keeping(world, database_url, tmp_path, request) as made:
        yield made


@pytest.fixture(scope="session")
def files() -> list[bytes]:
    """Files as people send them, and some that nobody should."""
    made = [_saved(docx.Document().save), _saved(openpyxl.Workbook().save)]
    for kind in ("png", "jpeg", "pdf", "gif"):
        made.append(_saved(lambda out, kind=kind: Image.new("RGB", (8, 8), "white").save(out, kind)))
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 20_000_000)
        packed.writestr("../../etc/passwd", b"x")
    people = "Tên,Mã số thuế,Email\nCông ty Một,0101243150,a@b.example\n".encode()
    return [
        *made,
        bomb.getvalue(),
        people,
        b"\xef\xbb\xbf" + people,
        b"",
        b"<svg onload=alert(1)>",
        b"GIF89a;",
        b"MZ" * 99,
    ]


def _saved(save: Callable[[BytesIO], Any]) -> bytes:
    out = BytesIO()
    save(out)
    return out.getvalue()


class Chance:
    """What is typed and sent, by a dice that a seed brings back."""

    def __init__(self, dice: random.Random, files: list[bytes]) -> None:
        self.dice, self.files = dice, files

    def text(self, value: str) -> str:
        """A value as it is, or what chance makes of it."""
        dice = self.dice
        match dice.randrange(8):
            case 0 | 1 | 2:
                return value
            case 3:
                return dice.choice(list(TYPED.values()))
            case 4:
                return "".join(chr(self._point()) for _ in range(dice.choice((1, 5, 80, 3_000))))
            case 5:
                return str(dice.choice((dice.randrange(-9, 99), dice.getrandbits(70), dice.uniform(-1e9, 1e300))))
            case 6:
                day = f"{dice.randrange(40)}/{dice.randrange(15)}/{dice.choice((0, 1, 1900, 2026, 2027, 9999, 10**6))}"
                return dice.choice((day, f"{day} {dice.randrange(30)}:{dice.randrange(70)}"))
            case _:
                return self._bent(value)

    def _point(self) -> int:
        """A character that has a code: half of them ASCII."""
        if self.dice.random() < 0.5:
            return self.dice.randrange(128)
        found = self.dice.randrange(0x110000)
        return found if not 0xD800 <= found < 0xE000 else 0x1EA5

    def _bent(self, value: str) -> str:
        letters = list(value or "x")
        for _ in range(self.dice.randrange(1, 4)):
            at = self.dice.randrange(len(letters) + 1)
            letters[at : at + self.dice.randrange(2)] = [chr(self._point())] * self.dice.choice((0, 1, 2, 40))
        return "".join(letters)

    def file(self) -> FileStorage:
        """A file, whole, cut off or with some bytes changed, under any name and type."""
        content = bytearray(self.dice.choice(self.files))
        if content and self.dice.random() < 0.6:
            for _ in range(self.dice.randrange(1, 20)):
                content[self.dice.randrange(len(content))] = self.dice.randrange(256)
        if self.dice.random() < 0.2:
            del content[self.dice.randrange(len(content) + 1) :]
        return FileStorage(
            BytesIO(bytes(content)), filename=self.dice.choice(NAMES), content_type=self.dice.choice(TYPES)
        )

    def fields(self, target: Target) -> MultiDict[str, Any]:
        """What is sent to a form."""
        sent: MultiDict[str, Any] = MultiDict()
        for name, value in target.values.items():
            for one in [value] if isinstance(value, str) else value:
                for _ in range(self.dice.choices((0, 1, 2), (1, 15, 1))[0]):
                    sent.add(name if self.dice.random() < 0.98 else self._bent(name), self.text(one))
        for name in target.files:
            for _ in range(self.dice.choice((0, 1, 1, 1, 2, 12))):
                sent.add(name, self.file())
        if self.dice.random() < 0.05:
            for number in range(self.dice.choice((1, 1_200))):
                sent.add(f"x-{number}-name", "x")
        return sent

    def raw(self, fields: MultiDict[str, Any]) -> bytes:
        """The same as a body with bytes that are no text."""
        pairs = []
        for name, value in fields.items(multi=True):
            if isinstance(value, str):
                noise = quote_from_bytes(self.dice.randbytes(self.dice.randrange(6)))
                pairs.append(f"{quote(name, errors='replace')}={quote(value, errors='replace')}{noise}")
        return "&".join(pairs).encode()


def _targets(world: World) -> list[Target]:
    found = []
    for who in EVERYONE:
        for path, form, _soup in world.forms(who, every=4):
            values = {name: value for name, value in form_values(form).items() if name != "csrf_token"}
            # What is empty on the page is a field too.
            values = {**dict.fromkeys(_typed_into(form), ""), **values}
            inputs = form.find_all("input", type="file")
            found.append(Target(who, path, target_of(path, form), values, tuple(str(one["name"]) for one in inputs)))
    return found


def _typed_into(form: Tag) -> list[str]:
    fields = form.find_all(["input", "select", "textarea"])
    return [
        str(one["name"])
        for one in fields
        if one.get("name") not in (None, "csrf_token") and one.get("type") not in ("file", "submit")
    ]


def _token(world: World, target: Target) -> str:
    """The visitor's token against forgery, out of the page."""
    page = world.visitor(target.who).get(target.path)
    found = BeautifulSoup(page.text, "html.parser").find("input", {"name": "csrf_token"})
    return str(found["value"]) if found else ""


def _body(chance: Chance, fields: MultiDict[str, Any], takes_files: bool) -> tuple[Any, str]:
    """What is sent, and what it is said to be."""
    if takes_files and chance.dice.random() < 0.9:
        return fields, "multipart/form-data"
    if chance.dice.random() < 0.2:
        claimed = (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json",
            "text/plain",
        )
        return chance.raw(fields), chance.dice.choices(claimed, (9, 1, 1, 1))[0]
    return MultiDict(pair for pair in fields.items(multi=True) if isinstance(pair[1], str)), "multipart/form-data"


def test_chance_finds_no_fault(world: World, keeper: Keeper, files: list[bytes]) -> None:
    seed = int(SEED) if SEED else 1 if REQUESTS <= 1_000 else random.SystemRandom().getrandbits(32)
    chance, found, answers = Chance(random.Random(seed), files), Found(), Counter[str]()
    targets = _targets(world)
    assert len({world.action_kind(target.action) for target in targets}) > 60
    tokens: dict[str, str] = {}
    for number in range(REQUESTS):
        if number % ROUND == 0:
            keeper.restore()
            tokens.clear()
        target = chance.dice.choice(targets)
        body, kind = _body(chance, chance.fields(target), bool(target.files))
        if not tokens.get(target.who):
            tokens[target.who] = _token(world, target)
        form, where = world.action_kind(target.action), f"request {number} of seed {seed}, {target.who}, {target.path}"
        try:
            answer = world.visitor(target.who).post(
                target.action, data=body, content_type=kind, headers={"X-CSRFToken": tokens[target.who]}
            )
        except Exception as error:
            found.note(f"{form} fell over: {culprit(error)}", where)
            continue
        answers[f"{answer.status_code}{' to sign in' if '/login' in answer.headers.get('Location', '') else ''}"] += 1
        if answer.status_code >= 500:
            found.note(f"{form} answers {answer.status_code}", where)
        answer.close()
    print(f"{REQUESTS} requests of seed {seed}: {answers.most_common()}")  # noqa: T201 - for make fuzz
    assert not found, f"{len(found)} faults:\n{found}"
    assert sum(answers[code] for code in ("200", "302", "303", "409", "422")) > REQUESTS / 2, answers
