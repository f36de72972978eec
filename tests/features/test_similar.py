"""What resembles a title that is being typed: the most words in common first, however old, in a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from meetup.domain.finding import key_of
from meetup.issues import search
from meetup.issues.models import Issue
from tests.features.issuing import Province, Unit, build
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.mount import Mount


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


def publish(province: Province, titles: Sequence[str]) -> list[int]:
    """Published issues of these titles; their numbers."""
    first = province.raise_issue(titles[0], to="published")
    with province.work() as w:
        one = w.db.scalars(select(Issue).where(Issue.number == first)).one()
        columns = {column.name: getattr(one, column.name) for column in Issue.__table__.columns if column.name != "id"}
        rows = [
            {**columns, "number": n, "published_title": title, "search_key": key_of(n, (title, ""), (title, ""))}
            for n, title in enumerate(titles[1:], 1_000)
        ]
        w.db.execute(insert(Issue), rows)
        w.commit()
    return [first, *(row["number"] for row in rows)]


def shown(client: Visitor, q: str) -> list[int]:
    return [int(str(a["href"]).rpartition("/")[2]) for a in client.soup(f"/issues/similar?q={q}").select("a[href]")]


def test_an_old_one_that_says_the_same_comes_before_hundreds_that_came_since(
    client: Visitor, province: Province, query_counter: Any
) -> None:
    old, *since = publish(province, ["Nạo vét luồng cảng cá", *["Thuê đất mở rộng nhà xưởng"] * 450])
    assert shown(client, "xin nao vet luong vao cang ca")[0] == old
    assert shown(client, "thuê đất, mở rộng") == since[:-6:-1], "of those that are alike the newest"
    assert shown(client, "đường sắt trên cao") == []
    with query_counter() as asked:
        shown(client, "nạo vét luồng cảng cá đường sắt trên cao")
    assert len(asked) <= 8


WORDS = "thue dat thuec lanh cang ca luong nuoc sach dien".split()  # noqa: SIM905
TITLES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique=True).map(" ".join)


def says(title: str, word: str) -> bool:
    return any(one.startswith(word) for one in title.split())


def best_of(titles: Sequence[str], q: str, near: int, seldom: int) -> list[int]:
    """The places of the best of `titles`, the newest first, by the plainest words there are for the rule."""
    wanted = q.split()
    looked = set(range(min(near, len(titles))))
    for word in wanted if len(titles) >= near else ():
        if sum(says(title, word) for title in titles[:near]) <= seldom:
            looked.update([place for place, title in enumerate(titles) if says(title, word)][: near // 2])
    scored = sorted((-sum(says(titles[place], word) for word in wanted), place) for place in looked)
    least = min(len(wanted), max(2, round(len(wanted) * 0.35)))
    return [place for score, place in scored if -score >= least][:5]


def test_the_best_of_the_newest_and_of_those_with_a_rare_word(
    province: Province, work: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(province, ["Thuê"] * 12)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(TITLES, min_size=12, max_size=12), TITLES, st.sampled_from([2, 4, 6, 12, 100]), st.integers(0, 2))
    def resembles(titles: list[str], q: str, near: int, seldom: int) -> None:
        monkeypatch.setattr(search, "NEAR", near)
        monkeypatch.setattr(search, "SELDOM", seldom)
        with work() as w:
            issues = w.db.scalars(select(Issue).order_by(Issue.id.desc())).all()
            for issue, title in zip(issues, titles, strict=True):
                issue.search_key = key_of(issue.number, (title, ""), (title, ""))
            w.db.flush()
            found = [issue.number for issue in search.similar(w.db, q)]
            assert found == [issues[place].number for place in best_of(titles, q, near, seldom)]

    resembles()
