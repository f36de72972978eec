"""How far the messages of one step are: invitations to many can be watched (issue 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from meetup.outbox.models import Outgoing
from tests.factories import ORGANIZER, Unit, make_session, sign_in, tax_code
from tests.features.following import run_worker
from tests.rig.visitor import parse

if TYPE_CHECKING:
    from meetup.mount import Mount
    from tests.rig.visitor import Visitor


@pytest.fixture
def slug(mount: Mount, work: Unit) -> str:
    """A session to which people can be invited, and the organiser who does."""
    with work() as w:
        found = make_session(w, capacity=100).slug
        w.commit()
    sign_in(mount, ORGANIZER)
    return str(found)


def invite(client: Visitor, slug: str, number: int) -> Any:
    lines = (f"{tax_code(one)};Công ty {one};Ông {one};dn{one}@example.com" for one in range(1, number + 1))
    rows = "\n".join(("Mã số thuế;Tên doanh nghiệp;Người liên hệ;Email", *lines))
    done = client.fill(f"/organize/sessions/{slug}/invitations", {"rows": rows})
    assert done.status_code == 200, done.text
    return done


def facts(client: Visitor, path: str) -> dict[str, str]:
    page = client.soup(path)
    return {row.dt.get_text(strip=True): row.dd.get_text(strip=True) for row in page.select(".mu-facts > div")} | {
        "follows": "yes" if page.select("[data-mu-follow]") else "no"
    }


def test_many_invitations_can_be_watched(client: Visitor, slug: str, site: Any, smtp: Any, work: Unit) -> None:
    way = parse(invite(client, slug, 12)).select_one(".mu-flashes a")
    path = way["href"]
    assert path.startswith("/organize/outbox/batches/")
    assert facts(client, path) == {"Đã gửi": "0", "Đang chờ gửi": "12", "Không gửi được": "0", "follows": "yes"}
    with work() as w:
        one = w.db.query(Outgoing.id).order_by(Outgoing.id).first()
        w.db.execute(update(Outgoing).where(Outgoing.id == one.id).values(state="dead"))
        w.commit()
    run_worker(site)
    assert len(smtp.messages) == 11
    assert facts(client, path) == {"Đã gửi": "11", "Đang chờ gửi": "0", "Không gửi được": "1", "follows": "no"}
    page = client.soup(path)
    assert page.select_one("progress")["value"] == page.select_one("progress")["max"] == "12"
    message = client.soup(f"/organize/outbox/{one.id}")
    assert message.select_one(f"a[href='{path}']")


def test_a_few_are_not_worth_a_page(client: Visitor, slug: str) -> None:
    assert "/organize/outbox/batches/" not in invite(client, slug, 3).text


def test_it_is_the_organisers_and_what_nobody_caused_is_no_batch(client: Visitor, mount: Mount, slug: str) -> None:
    invite(client, slug, 3)
    for unknown in ("unknown", "0", "%20", "x" * 60):
        assert client.get(f"/organize/outbox/batches/{unknown}").status_code == 404
    sign_in(mount, None)
    assert client.get("/organize/outbox/batches/unknown").status_code in {302, 401, 403}
