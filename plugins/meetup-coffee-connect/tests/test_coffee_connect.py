"""The province's programme: its page, panel, menu, data and settings, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.mofile import read_mo
from click.testing import Result
from flask.testing import FlaskCliRunner
from meetup_coffee_connect.criteria import import_criteria, trees
from meetup_coffee_connect.seed import SETS, the_set
from sqlalchemy import func, select

from meetup import create_app
from meetup.api import Department, Field, Programme
from meetup.errors import BadConfiguration
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]
Run = Callable[..., Result]
DATA = Path(str(files("meetup_coffee_connect"))) / "data"


@pytest.fixture
def settings() -> dict[str, Any]:
    return {
        "MEETUP_PLUGINS": "coffee-connect",
        "MEETUP_COFFEE_CONNECT_INTAKE": "hotline=0290 000 0000; paper=Số 1, đường A; portal",
    }


@pytest.fixture
def meetup(runner: FlaskCliRunner) -> Run:
    def run(*words: str | Path) -> Result:
        return runner.invoke(args=["meetup", *map(str, words)])

    return run


def test_the_seed_puts_everything_in_and_changes_nothing_the_second_time(meetup: Run, work: Unit) -> None:
    first = meetup("coffee-connect", "seed")
    assert first.exit_code == 0, first.output
    assert first.output.splitlines()[0] == "programme: 1 created, 0 updated, 0 unchanged"
    assert "communes: 64 created" in first.output
    with work(write=False) as w:
        kinds = dict(w.db.execute(select(Department.kind, func.count()).group_by(Department.kind)).all())  # type: ignore[arg-type]
        assert kinds == {"department": 15, "branch": 6, "locality": 64}
        assert w.db.scalar(select(func.count()).select_from(Field)) == 15
        assert w.db.scalar(select(Programme.slug)) == "ca-phe"
        wards = w.db.scalars(select(Department).where(Department.code.startswith("PHUONG-"))).all()
        assert len(wards) == 9
        assert {one.valid_from.isoformat() for one in wards if one.valid_from} == {"2025-07-01"}
        for one, fields in trees(w):
            assert sum(node.criterion.max_points for node in fields) == 100, one.code
    second = meetup("coffee-connect", "seed")
    assert "1 created" not in second.output
    assert "created, 0 updated, 64 unchanged" in second.output
    for line in second.output.splitlines():
        assert ": 0 created, 0 updated" in line


def test_a_dry_run_changes_nothing(meetup: Run, work: Unit) -> None:
    assert "nothing was changed" in meetup("coffee-connect", "seed", "--dry-run").output
    with work(write=False) as w:
        assert w.db.scalar(select(func.count()).select_from(Department)) == 0


def test_the_page_tells_what_the_programme_is(meetup: Run, client: Visitor) -> None:
    empty = client.soup("/programme/?lang=en")
    assert "The programme is about to begin" in empty.text
    meetup("coffee-connect", "seed")
    english = client.soup("/programme/?lang=en")
    assert english.h1 is not None
    assert english.h1.text == "Business Coffee Connection"
    assert "Administrative reform criteria (sample)" in english.text
    assert "Hotline: 0290 000 0000" in english.text
    assert "15 working days" in english.text
    vietnamese = client.soup("/programme/?lang=vi")
    assert vietnamese.h1 is not None
    assert vietnamese.h1.text == "Cà phê kết nối doanh nghiệp"
    assert "Số 1, đường A" in vietnamese.text
    assert "tối đa 2,50 điểm" in vietnamese.text
    assert "Mọi kênh tiếp nhận" in vietnamese.text


def test_the_menu_and_the_front_page_lead_there(client: Visitor) -> None:
    home = client.soup("/?lang=en")
    panel = next(one for one in home.select(".m-panel") if one.h2 and one.h2.text == "Every way in")
    assert "Paper form: Số 1, đường A" in panel.text
    assert home.select_one('nav a[href="/programme/"]') is not None
    marked = client.soup("/programme/").select_one('nav a[aria-current="page"]')
    assert marked is not None
    assert marked["href"] == "/programme/"


def test_the_page_asks_little_of_the_database(meetup: Run, client: Visitor, query_counter: Any) -> None:
    meetup("coffee-connect", "seed")
    with query_counter() as statements:
        client.get("/programme/")
    assert len(statements) <= 8, statements


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1.1.1.1,Quá sâu,,1", "is no code"),
        ("2.1,Không có cha,,1", "is not above it"),
        ("1,Hai lần,,1", "there twice"),
        ("1.2,Điểm sai,,nhiều", "no number of points"),
    ],
)
def test_a_faulty_file_of_criteria_is_refused_by_its_line(
    meetup: Run, work: Unit, tmp_path: Path, line: str, said: str
) -> None:
    file = tmp_path / "own.csv"
    file.write_text(f"Mã,Tên,Tên tiếng Anh,Điểm tối đa\n1,Lĩnh vực,,\n{line}\n", "utf-8")
    refused = meetup("coffee-connect", "criteria", file, "--set", "own")
    assert refused.exit_code == 1
    assert "line 3" in refused.stderr
    assert said in refused.stderr
    with work(write=False) as w:
        assert list(trees(w)) == []


def test_points_are_the_sum_of_the_parts(meetup: Run, work: Unit, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    head = 'Mã,Tên,Điểm tối đa\n1,Lĩnh vực,{}\n1.1,Một,"2,5"\n1.2,Hai,1\n1.10,Mười,1\n'
    file.write_text(head.format("9"), "utf-8")
    assert "come to 4.50" in meetup("coffee-connect", "criteria", file, "--set", "own").stderr
    file.write_text(head.format('"4,5"'), "utf-8")
    done = meetup("coffee-connect", "criteria", file, "--set", "own", "--name", "Bộ riêng")
    assert done.output == "criteria own: 4 created, 0 updated, 0 unchanged\n"
    with work(write=False) as w:
        ((found, (field,)),) = trees(w)
        assert found.name == "Bộ riêng"
        assert [part.criterion.code for part in field.parts] == ["1.1", "1.2", "1.10"]
    file.write_text("Mã,Tên,Điểm tối đa\n1,Lĩnh vực,\n1.1,Một,2\n", "utf-8")
    again = meetup("coffee-connect", "criteria", file, "--set", "own")
    assert again.output == "criteria own: 0 created, 2 updated, 0 unchanged, 2 removed\n"


def test_a_set_comes_out_of_excel_too(work: Unit, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet: Any = book.active
    for row in (["Mã", "Nội dung", "Điểm tối đa"], ["1", "Lĩnh vực", None], ["1.1", "Tiêu chí", 2.5]):
        sheet.append(row)
    book.save(tmp_path / "own.xlsx")
    with work() as w:
        taken = import_criteria(w, the_set(w, "own"), "own.xlsx", (tmp_path / "own.xlsx").read_bytes())
        assert not taken.faulty, list(taken.complaints())
        ((_set, (field,)),) = trees(w)
        assert field.criterion.hundredths == 250


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_unknown_channel_stops_the_start(config: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"MEETUP_COFFEE_CONNECT_INTAKE.*pigeon"):
        create_app({**config, "MEETUP_COFFEE_CONNECT_INTAKE": "pigeon"}, instance=tmp_path / "other")


def test_the_data_files_name_their_sets() -> None:
    assert {path.stem.removeprefix("criteria-") for path in DATA.glob("criteria-*.csv")} == set(SETS)


def test_words_that_the_core_has_too_are_translated_alike() -> None:
    def catalogue(package: str) -> dict[str, str]:
        folder = Path(str(files(package))) / "translations" / "vi" / "LC_MESSAGES"
        with (folder / f"{package}.mo").open("rb") as file:
            return {one.id: one.string for one in read_mo(file) if one.id and isinstance(one.id, str)}

    core, own = catalogue("meetup"), catalogue("meetup_coffee_connect")
    assert {word: said for word, said in own.items() if core.get(word, said) != said} == {}
