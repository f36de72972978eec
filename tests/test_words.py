"""Every word of the site is there in Vietnamese."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [ROOT / "meetup", *sorted(path.parent for path in ROOT.glob("plugins/*/src/*/translations"))]


def words(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "tools/words.py", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_everything_is_translated(package: Path) -> None:
    checked = words("--package", str(package), "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package with words of its own."""
    made = tmp_path / "shop"
    (made / "templates").mkdir(parents=True)
    (made / "shop.py").write_text('_("Hello %(name)s")\nngettext("%(num)d seat", "%(num)d seats", 2)\n')
    (made / "templates" / "page.html").write_text("<p>{{ _('Register') }}</p>")
    return made


def put(package: Path, entries: object, name: str = "words.json") -> subprocess.CompletedProcess[str]:
    file = package.parent / name
    file.write_text(json.dumps(entries), "utf-8")
    return words("--package", str(package), "set", str(file))


def test_missing_words_can_be_filled_in_and_set(package: Path) -> None:
    missing = json.loads(words("--package", str(package), "missing").stdout)
    assert set(missing) == {"Hello %(name)s", "%(num)d seat", "Register"}
    missing["Hello %(name)s"] = "Xin chào %(name)s"
    missing["Register"] = "Đăng ký"
    missing["%(num)d seat"]["vi"] = ["%(num)d chỗ"]
    assert words("--package", str(package), "check").returncode == 1
    assert put(package, missing).returncode == 0
    assert words("--package", str(package), "extract").returncode == 0
    assert words("--package", str(package), "check").returncode == 0


def test_a_plural_that_the_source_knows_needs_no_second_telling(package: Path) -> None:
    assert put(package, {"%(num)d seat": ["%(num)d chỗ"]}).returncode == 0
    assert put(package, {"%(num)d table": ["%(num)d bàn"]}).returncode == 1


def test_the_parts_of_pages_have_words_as_well(package: Path) -> None:
    (package / "templates" / "_parts").mkdir()
    (package / "templates" / "_parts" / "row.html").write_text("<p>{{ _('Take away') }}</p>")
    assert "Take away" in json.loads(words("--package", str(package), "missing").stdout)
    assert "Take away" in words("--package", str(package), "check").stdout


@pytest.mark.parametrize(
    "entries",
    [
        {"Hello %(name)s": "Xin chào %(ten)s"},
        {"Hello %(name)s": "Xin chào"},
        {"Register": ""},
        {"Register": ["Đăng ký", "Đăng ký"]},
        ["Register"],
    ],
)
def test_a_wrong_file_changes_nothing(package: Path, entries: object) -> None:
    refused = put(package, entries)
    assert refused.returncode == 1
    assert refused.stderr.strip()
    assert not list(package.rglob("*.po"))


def test_many_set_at_once_and_nothing_is_lost(package: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: put(package, {f"Word {n}": f"Từ {n}"}, f"{n}.json"), range(16)))
    assert {result.returncode for result in results} == {0}
    po = (package / "translations/vi/LC_MESSAGES/shop.po").read_text("utf-8")
    assert all(f'msgid "Word {n}"\nmsgstr "Từ {n}"' in po for n in range(16))
