"""Saved filters: each person's own, of one list, under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from meetup.filters.models import SavedFilter
from tests.factories import ADMIN, ORGANIZER, make_department, make_programme, sign_in
from tests.features.test_registrations_form import HOSTILE

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.visitor import Visitor


@pytest.fixture(autouse=True)
def desk(mount: Mount, work: Unit) -> None:
    """An organiser's desk with something to filter by."""
    with work() as w:
        make_programme(w)
        make_department(w)
        w.commit()
    sign_in(mount, ORGANIZER)


def names(client: Visitor, path: str = "/organize/issues/") -> list[str]:
    return [one.get_text(strip=True) for one in client.soup(path).select(".mu-saved a")]


def post(client: Visitor, path: str, **values: str) -> Any:
    token = client.soup("/issues/new").select_one("[name=csrf_token]")["value"]
    return client.post(path, data={"csrf_token": token, **values})


def keep(client: Visitor, name: str, query: str, page: str = "issues") -> Any:
    return post(client, f"/desk/filters/{page}", name=name, query=query)


def drop(client: Visitor, name: str, query: str = "") -> Any:
    return post(client, "/desk/filters/issues/drop", name=name, query=query)


def test_kept_used_and_taken_away(client: Visitor) -> None:
    page = client.soup("/organize/issues/?tab=all&q=thue&after=")
    assert page.select_one(".mu-saved input[name=query]")["value"] == "q=thue&tab=all"
    kept = client.fill("/organize/issues/?tab=all&q=thue", {"name": "Thuế, tất cả"}, form=".mu-saved details form")
    assert kept.request.full_path.split("?")[1] == "q=thue&tab=all"
    assert "Thuế, tất cả" in kept.text
    chip = client.soup("/organize/issues/").select_one(".mu-saved a")
    shown = client.soup(chip["href"])
    assert shown.select_one(".mu-saved a")["aria-current"] == "page"
    assert shown.select_one("#q")["value"] == "thue"
    # It is kept already: nothing is offered.
    assert not shown.select(".mu-saved details")
    assert names(client, "/organize/sessions/") == []
    gone = client.fill(chip["href"], form=".mu-saved form")
    assert "Đã bỏ bộ lọc" in gone.text
    assert names(client) == []


def test_the_same_name_takes_the_others_place(client: Visitor, work: Unit) -> None:
    keep(client, "Của tôi", "q=thue")
    keep(client, "Của tôi", "q=dat&tab=all")
    with work() as w:
        assert w.db.scalars(select(SavedFilter.query)).all() == ["q=dat&tab=all"]


def test_nobody_sees_anothers(client: Visitor, mount: Mount) -> None:
    keep(client, "Của thư ký", "q=thue")
    sign_in(mount, ADMIN)
    assert names(client) == []
    keep(client, "Của thư ký", "q=dat")
    drop(client, "Của thư ký")
    sign_in(mount, ORGANIZER)
    assert names(client) == ["Của thư ký"]


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("follow-ups", "/department/?view=overdue&department=STC"),
        ("sessions", "/organize/sessions/?state=draft"),
        ("outbox", "/organize/outbox/?state=sent&recipient=an%40mot.example"),
    ],
)
def test_every_list_has_them(client: Visitor, page: str, path: str) -> None:
    query = client.soup(path).select_one(".mu-saved input[name=query]")["value"]
    kept = keep(client, "Một", query, page)
    assert kept.location.split("?")[0] == path.split("?")[0]
    assert names(client, path) == ["Một"]


def test_what_cannot_be_kept_says_why_and_keeps_the_words(client: Visitor, work: Unit) -> None:
    refused = keep(client, "", "q=thue")
    assert refused.status_code == 422
    assert 'value="q=thue"' in refused.text
    assert "Chưa lọc gì ở đây." in keep(client, "Trống", "after=abc").text
    assert 'value="Trống"' in keep(client, "Trống", "").text
    assert keep(client, "x" * 61, "q=a").status_code == 422
    for number in range(20):
        assert keep(client, f"Bộ lọc {number}", f"q={number}").status_code == 302
    full = keep(client, "Một nữa", "q=x")
    assert full.status_code == 422
    assert "20 bộ lọc" in full.text
    assert keep(client, "Bộ lọc 3", "q=other").status_code == 302
    with work() as w:
        assert w.db.scalar(select(func.count()).select_from(SavedFilter)) == 20
    assert keep(client, "Một", "q=a", page="unknown").status_code == 404


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_break_nothing(client: Visitor, text: str) -> None:
    assert keep(client, text, f"q={text}&tab=all").status_code in {302, 422}
    assert keep(client, "Một", text).status_code in {302, 422}
    assert drop(client, text, text).status_code == 302
    assert client.get("/organize/issues/").status_code == 200


def test_without_signing_in_nothing_is_kept(client: Visitor, mount: Mount, work: Unit) -> None:
    sign_in(mount, None)
    assert keep(client, "Một", "q=a").status_code in {302, 401, 403}
    with work() as w:
        assert not w.db.scalars(select(SavedFilter)).all()
