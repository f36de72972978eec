"""One box on every page: what is found of each kind of thing, by whom, and what nobody else finds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from meetup.domain.finding import task_key
from meetup.domain.text import fold
from meetup.enterprises.models import Enterprise
from meetup.followups import finding
from meetup.followups.models import FollowUp
from meetup.followups.queries import Scope
from meetup.issues import search
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.migrate import downgrade, scripts, upgrade
from meetup.sessions.models import Session
from tests.features.following import Province, Unit, build
from tests.rig.sites import Statements

if TYPE_CHECKING:
    from meetup.mount import Mount

WHO = ("nobody", "STC", "SXD", "leader", "organizer")


@pytest.fixture
def province(site: Any, mount: Mount, work: Unit) -> Province:
    return build(site, mount, work)


def look(province: Province, who: str, q: str, **more: str) -> BeautifulSoup:
    answer = province.as_(who).get("/search", query_string={"q": q, **more})
    assert answer.status_code == 200
    return BeautifulSoup(answer.data, "html.parser")


def found(province: Province, who: str, q: str, **more: str) -> dict[str, list[str]]:
    """Group → where its hits lead, or, of enterprises, their names."""
    groups = look(province, who, q, **more).select("section[data-group]")
    return {
        str(one["data-group"]): [str(a["href"]) for a in one.select("h3 a")] or [h.text for h in one.select("h3")]
        for one in groups
    }


def number_of(province: Province, follow_up: int) -> int:
    return province.row(follow_up).issue.number


def test_each_finds_what_they_may_see_in_groups(province: Province, work: Unit) -> None:
    task = province.order("Bến cá Năm Căn xuống cấp")
    issue = number_of(province, task)
    with work(province.actor("organizer")) as w:
        session = w.db.get_one(Session, province.session)
        session.title, session.venue, slug = "Cà phê bến cá", "Hội trường Tỉnh ủy", session.slug
        w.commit()
    desk, page = f"/organize/issues/{issue}", province.page(task)
    everyone = {"sessions": [f"/sessions/{slug}"]}
    assert found(province, "nobody", "ben ca") == everyone
    assert found(province, "SXD", "BẾN cá") == everyone, "another department's issue is not theirs"
    for who in ("STC", "leader"):
        assert found(province, who, "ben ca") == {"issues": [desk], **everyone}
    assert found(province, "organizer", "bến ca") == {
        "issues": [desk],
        "sessions": [f"/organize/sessions/{slug}/"],
    }
    assert found(province, "nobody", "hoi truong tinh uy") == everyone, "by its place"
    for who in ("STC", "leader", "organizer"):
        assert found(province, who, "ho so hoan thue")["follow-ups"] == [page], "by its task"
        assert found(province, who, str(province.row(task).number))["follow-ups"] == [page], "by its number"
    for who in ("nobody", "SXD"):
        assert found(province, who, "ho so hoan thue") == {}
        assert found(province, who, str(province.row(task).number)) == {}
    for who in WHO:
        for links in found(province, who, "ben ca").values():
            assert all(province.as_(who).get(path).status_code == 200 for path in links), who


def test_a_coordinating_department_finds_the_task_but_not_the_issue(province: Province) -> None:
    task = province.order("Bến cá Năm Căn", along=("SXD",))
    assert found(province, "SXD", "hoan thue") == {"follow-ups": [province.page(task)]}
    assert found(province, "SXD", "nam can") == {}


def test_published_answers_are_found_by_everyone_and_what_is_confidential_by_its_own(
    province: Province, work: Unit
) -> None:
    task, secret = province.order("Bến cá", to="closed"), province.order("Bến cá kín", visibility="confidential")
    number, hidden = number_of(province, task), number_of(province, secret)
    with work(province.actor("organizer")) as w:
        row = w.db.scalars(select(Issue).where(Issue.number == number)).one()
        issues.publish(w, row, title="Bến cá đã sửa", question="Bến cá hư.", answer="Đã sửa xong bến.")
        w.commit()
    for who in WHO:
        assert found(province, who, "da sua xong")["answers"] == [f"/issues/{number}"]
        assert not any(str(hidden) in path for path in found(province, who, "ben ca").get("answers", []))
    for who in ("nobody", "SXD"):
        assert str(hidden) not in str(look(province, who, "ben ca kin").select("main section"))
    assert f"/organize/issues/{hidden}" in found(province, "STC", "ben ca kin")["issues"]


def test_what_is_about_conduct_is_found_by_no_officer_but_its_task_by_the_head(province: Province) -> None:
    task = province.order("Thái độ của cán bộ", kind="conduct")
    assert found(province, "STC", "thai do") == found(province, "STC", "hoan thue") == {}
    assert found(province, "head", "hoan thue") == {"follow-ups": [province.page(task)]}
    assert "issues" in found(province, "organizer", "thai do")


def test_drafts_and_sessions_by_invitation_are_found_by_the_staff_alone(province: Province, work: Unit) -> None:
    for change in ({"is_private": True}, {"is_private": False, "state": "draft"}):
        with work() as w:
            w.db.execute(update(Session).values(title="Buổi kín", **change))
            w.commit()
        assert found(province, "nobody", "buoi kin") == {}
        assert (
            list(found(province, "STC", "buoi kin")) == list(found(province, "organizer", "buoi kin")) == ["sessions"]
        )


def test_enterprises_are_found_by_organisers_by_name_and_tax_code(province: Province, work: Unit) -> None:
    task = province.order("Bến cá")
    with work() as w:
        # As the service keeps it.
        w.db.execute(update(Enterprise).values(search_key=fold("Công ty TNHH Thủy sản Mẫu Một 9999900013")))
        w.commit()
    for q in ("thuy san mau", "9999900013", "Thủy SẢN"):
        page = look(province, "organizer", q)
        (one,) = page.select("section[data-group=enterprises] li h3")
        assert one.text == "Công ty TNHH Thủy sản Mẫu Một"
        assert page.select_one(
            f"section[data-group=enterprises] a[href='/organize/issues/{number_of(province, task)}']"
        )
        for who in ("nobody", "STC", "leader"):
            assert "enterprises" not in found(province, who, q)
            assert found(province, who, q, **{"in": "enterprises"}).keys() <= {
                "issues",
                "follow-ups",
                "answers",
                "sessions",
            }


def test_all_of_a_kind_are_reached_page_by_page(province: Province, work: Unit) -> None:
    province.order("Bến cá")
    with work() as w:
        one = w.db.scalars(select(FollowUp)).one()
        columns = {
            c.name: getattr(one, c.name) for c in FollowUp.__table__.columns if c.name not in {"id", "search_key"}
        }
        w.db.execute(insert(FollowUp), [dict(columns, number=500 + n, task=f"Việc {n}: bến cá") for n in range(44)])
        born = {"created_at": w.now, "changed_at": w.now}
        enterprises = [dict(born, name=f"HTX số {n}", search_key=f"htx so {n:03}") for n in range(30)]
        w.db.execute(insert(Enterprise), enterprises)
        w.commit()
    for group, q, many in (("follow-ups", "ben ca", 44), ("enterprises", "htx", 30)):
        page = look(province, "organizer", q)
        onward = page.select_one(f"section[data-group={group}] > p > a")
        assert len(page.select(f"section[data-group={group}] > ul > li")) == 5
        names: list[str] = []
        while onward:
            page = BeautifulSoup(province.as_("organizer").get(str(onward["href"])).data, "html.parser")
            names += [one.text for one in page.select(f"section[data-group={group}] h3")]
            onward = page.select_one("a[rel=next]")
        assert len(names) == len(set(names)) == many


def test_the_box_stands_on_every_kind_of_page_and_leads_there(province: Province) -> None:
    for who, path in (("nobody", "/"), ("nobody", "/issues/"), ("organizer", "/organize/"), ("STC", "/department/")):
        page = BeautifulSoup(province.as_(who).get(path).data, "html.parser")
        (box,) = page.select("header form[role=search]")
        assert box["action"] == "/search" and box["method"] == "get" and box["aria-label"]
        assert box.select_one("input[name=q]")["aria-label"]  # type: ignore[index]
    page = look(province, "nobody", "")
    assert not page.select("header form[role=search]") and len(page.select("main form[role=search]")) == 1


@pytest.mark.parametrize("q", ["%", "_", '"', "*", "' | '", "a" * 500, "-", "NEAR(a b)"])
def test_what_means_something_to_a_database_finds_nothing(province: Province, q: str) -> None:
    province.order("Bến cá")
    for who in WHO:
        assert found(province, who, q) == {}


def test_a_mark_that_is_none_is_refused(province: Province) -> None:
    for group in ("issues", "follow-ups", "sessions", "answers", "enterprises"):
        answer = province.as_("organizer").get("/search", query_string={"q": "a", "in": group, "after": "nonsense"})
        assert answer.status_code == 422


SAID = st.lists(st.sampled_from(["thuế", "thuê", "thue", "đất", "d", "thuếx"]), max_size=4).map(" ".join)


def test_the_tasks_that_are_found_are_those_that_have_the_words(
    province: Province, work: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(8):
        province.order("Bến cá")

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(SAID, min_size=8, max_size=8), SAID, st.integers(1, 3), st.integers(1, 4))
    def pages(said: list[str], q: str, limit: int, near: int) -> None:
        monkeypatch.setattr(search, "NEAR", near)
        with work() as w:
            expected = []
            for row, task in zip(w.db.scalars(select(FollowUp).order_by(FollowUp.id)), said, strict=True):
                row.search_key = task_key(row.number, task)
                there, wanted = fold(task).split(), fold(q).split()
                if q and all(any(t.startswith(x) if len(x) > 1 else t == x for t in there) for x in wanted):
                    expected.insert(0, row.id)
            w.db.flush()
            seen: list[int] = []
            while page := finding.matching(
                w.db, Scope(None, conduct=True), q, after=seen[-1] if seen else None, limit=limit
            ):
                seen += [row.id for row in page]
            assert seen == expected

    pages()


def test_a_search_asks_a_number_of_statements_that_does_not_grow(
    province: Province,
    work: Unit,
    monkeypatch: pytest.MonkeyPatch,
    query_counter: Callable[[], AbstractContextManager[Statements]],
) -> None:
    monkeypatch.setattr(search, "NEAR", 2)
    counts = []
    for _round in range(2):
        for _ in range(6):
            province.order("Bến cá")
        with query_counter() as statements:
            look(province, "organizer", "bến cá thuế")
        counts.append(len(statements))
    assert counts[0] == counts[1] < 30


def test_the_words_of_follow_ups_can_be_taken_back_and_made_again(province: Province, mount: Mount) -> None:
    """With rows of other tables that point at them, which a table that is made anew would not survive on SQLite."""
    task = province.order("Bến cá Năm Căn xuống cấp", to="answered")
    before = scripts().get_revision("0009_search")
    assert before is not None
    downgrade(mount.database.engine, str(before.down_revision))
    upgrade(mount.database.engine)
    assert province.row(task).state == "answered"
    assert found(province, "STC", fold(province.row(task).task))["follow-ups"] == [province.page(task)]
