"""Words that issues are found by: kept with the issue, by beginnings of words, the title before the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update

from meetup.domain.finding import key_of, words
from meetup.domain.text import fold
from meetup.issues import queries, search, service
from meetup.issues.models import Issue
from meetup.migrate import differences, downgrade, scripts, upgrade
from tests.features.issuing import ORGANIZER, SECRET, Province, Unit, build, officer
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.mount import Mount


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


def public(client: Visitor, q: str) -> list[int]:
    links = client.soup(f"/issues/?q={q}").select("main article h2 a")
    return [int(str(a["href"]).rpartition("/")[2]) for a in links]


def desk(client: Visitor, q: str) -> int:
    return len(client.soup(f"/organize/issues/?tab=all&q={q}").select("[data-issue-row]"))


def test_a_word_in_the_title_comes_before_one_in_the_text(client: Visitor, province: Province, work: Unit) -> None:
    titled = province.raise_issue("Nước sạch cho cảng cá", to="published")
    texted = province.raise_issue("Thuê đất", to="published")
    with work() as w:
        row = queries.by_number(w.db, texted)
        service.publish(w, row, title="Thuê đất", question="Cần nước sạch.", answer="Đã có.", note="Thêm.")
        w.commit()
    assert public(client, "nuoc sach") == public(client, "NƯỚC sạch") == [titled, texted]
    assert public(client, "nuo") == [titled, texted], "the beginning of a word is enough"
    assert public(client, "uoc") == [], "its middle is not"
    assert public(client, str(texted)) == [texted]


@pytest.mark.parametrize("q", ["%25", "_", '"', "*", "nuoc* OR *", "NEAR(", "a:b", "!", "' | '", ":*", "(", "-"])
def test_what_means_something_to_a_database_means_nothing(client: Visitor, province: Province, q: str) -> None:
    province.raise_issue("Thuê đất", to="published")
    assert public(client, q) == []


def test_who_may_not_read_a_word_does_not_find_by_it(client: Visitor, province: Province) -> None:
    hidden = province.raise_issue("Zaza kín", description=SECRET, visibility="confidential", to="answered")
    redacted = province.raise_issue("Thuê đất", description="Zaza trong lời gửi", to="published")
    assert public(client, "zaza") == []
    province.sign_in(officer(province.land))
    assert client.get("/organize/issues/?tab=all&q=zaza").status_code in (403, 404)
    assert public(client, "zaza") == []
    province.sign_in(ORGANIZER)
    assert desk(client, "zaza") == 2
    assert public(client, "zaza") == [], "the public page is the same for everyone"
    assert desk(client, str(hidden)) == desk(client, str(redacted)) == 1


def test_the_words_change_in_the_transaction_of_the_issue(client: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue("Nước sạch", to="published")
    with work() as w:
        service.publish(
            w, queries.by_number(w.db, number), title="Điện mặt trời", question="q", answer="a", note="Sửa."
        )
        assert len(search.published(w.db, q="dien mat")) == 1, "found before anyone else can"
    assert public(client, "nuoc sach") == [number], "taken back with the rest"
    with work() as w:
        service.publish(
            w, queries.by_number(w.db, number), title="Điện mặt trời", question="q", answer="a", note="Sửa."
        )
        w.commit()
    assert (public(client, "nuoc sach"), public(client, "dien")) == ([], [number])
    with work() as w:
        service.unpublish(w, queries.by_number(w.db, number), note="Theo yêu cầu.")
        w.commit()
    assert public(client, "dien") == []


def test_the_index_is_made_anew(client: Visitor, province: Province, work: Unit, runner: Any) -> None:
    number = province.raise_issue("Nước sạch", to="published")
    with work() as w:
        w.db.execute(update(Issue).values(published_title="Cầu cảng"))
        w.commit()
    assert public(client, "cau cang") == []
    said = runner.invoke(args=["meetup", "search", "rebuild"])
    assert said.exit_code == 0 and "the words of 1 issues and 0 follow-ups are indexed" in said.output
    assert public(client, "cau cang") == [number]
    with work() as w:
        w.db.execute(update(Issue).values(search_key=key_of(1, ("Đổi", ""), ("Đổi", ""))))
        w.commit()
    assert public(client, "doi") == [number], "and kept from then on"


def test_the_migration_indexes_what_is_there_and_can_be_taken_back(
    client: Visitor, province: Province, mount: Mount, work: Unit
) -> None:
    number = province.raise_issue("Nước sạch", to="published")
    engine = mount.database.engine
    before = scripts().get_revision("0009_search")
    assert before is not None
    downgrade(engine, str(before.down_revision))
    with work() as w:
        w.db.execute(text("UPDATE meetup_issue SET search_key = 'as it was before'"))
        w.commit()
    upgrade(engine)
    assert public(client, "nuoc") == [number]
    with engine.connect() as connection:
        assert differences(connection, mount.plugins.packages(), mount.plugins.absent()) == []


#: Words in the title and in the text of issues, and what people type; each with its diacritics, with others, or none.
SAID = st.lists(st.sampled_from(["thuế", "thuê", "thue", "đất", "dat", "d", "thuếx"]), max_size=3).map(" ".join)


def expected(rows: list[tuple[int, str, str]], q: str) -> list[int]:
    """What is found, in its order, by the plainest words there are for the rule."""

    def begins(text: str, *, folded: bool) -> bool:
        # What is typed without diacritics means any, beside words with theirs, too.
        there = fold(text).split() + ([] if folded else text.split())
        wanted = (fold(q) if folded else q).split()
        return all(any(word.startswith(one) if len(one) > 1 else word == one for word in there) for one in wanted)

    def rank(title: str, body: str) -> int:
        if begins(title, folded=True):
            return 0 if fold(q) != q and begins(title, folded=False) else 1
        return 2 if fold(q) != q and begins(f"{title} {body}", folded=False) else 3

    ranked = [
        (rank(title, body), -key, key) for key, title, body in rows if q and begins(f"{title} {body}", folded=True)
    ]
    return [key for _rank, _newest, key in sorted(ranked)]


def test_each_match_stands_on_one_page_in_the_order_of_its_rank(
    province: Province, work: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [province.raise_issue("Thuê", to="published") for _ in range(12)]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(SAID, SAID), min_size=12, max_size=12), SAID, st.integers(1, 5), st.integers(1, 6))
    def pages(said: list[tuple[str, str]], q: str, limit: int, near: int) -> None:
        # Few of the newest are looked at, so that the index is asked for the rest.
        monkeypatch.setattr(search, "NEAR", near)
        with work() as w:
            rows = []
            for issue, (title, body) in zip(w.db.scalars(select(Issue).order_by(Issue.id)), said, strict=True):
                issue.search_key = key_of(issue.number, (title, body), (title, body))
                rows.append((issue.id, title, body))
            w.db.flush()
            found: list[int] = []
            after = None
            while True:
                page = search.published(w.db, q=q or "không", after=after, limit=limit)
                found += [issue.id for issue, _rank in page[:limit]]
                if len(page) <= limit:
                    break
                last, rank = page[limit - 1]
                after = (rank, last.published_at or w.now, last.id)
            assert found == expected(rows, q)
            queue: list[int] = []
            while page_ := search.inbox(w.db, q=q or "không", after=queue[-1] if queue else 0, limit=limit)[:limit]:
                queue += [issue.id for issue in page_]
            assert queue == sorted(found, reverse=True), "the staff's queue has the same, by its own order"

    pages()
    assert len(numbers) == 12


def test_every_page_of_what_is_found_can_be_reached(client: Visitor, province: Province, work: Unit) -> None:
    province.raise_issue("Nước sạch", to="published")
    with work() as w:
        one = w.db.scalars(select(Issue)).one()
        columns = {column.name: getattr(one, column.name) for column in Issue.__table__.columns if column.name != "id"}
        rows = [dict(columns, number=1_000 + n) for n in range(460)]
        w.db.execute(insert(Issue), rows)
        w.commit()
    path, seen = "/issues/?q=nuoc+sach", []
    while path:
        page = client.soup(path)
        seen += [str(a["href"]) for a in page.select("main article h2 a")]
        onward = page.select_one("a[rel=next]")
        path = str(onward["href"]) if onward else ""
    assert len(seen) == len(set(seen)) == 461


@given(st.text(), st.text())
def test_a_key_holds_letters_and_digits_alone(title: str, body: str) -> None:
    key = key_of(7, (title, body), ("", ""))
    assert key.count("\x1f") == 1 and key.count("\x1e") == 2
    assert set(words(title)) <= set(key.split("\x1f")[0].replace("\x1e", " ").split(" "))
