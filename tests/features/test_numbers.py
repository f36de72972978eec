"""What stands in addresses and cookies that anyone sees tells nobody how many there are of anything."""

from __future__ import annotations

import base64
import json
import zlib
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from meetup.issues import service
from meetup.issues.models import Attachment
from meetup.issues.queries import by_number
from tests.features.issuing import Province, Unit, build
from tests.rig.visitor import Visitor

if TYPE_CHECKING:
    from meetup.mount import Mount


@pytest.fixture
def province(mount: Mount, work: Unit) -> Province:
    return build(mount, work)


def test_numbers_that_people_quote_are_random(province: Province) -> None:
    numbers = [province.raise_issue(f"Việc {n}") for n in range(4)]
    assert len({after - before for before, after in pairwise(numbers)}) == 3
    assert all(1_000_000 <= number < 10_000_000 for number in numbers)


def test_a_file_has_no_number_where_anyone_sees_it(client: Visitor, province: Province, work: Unit) -> None:
    number = province.raise_issue()
    with work() as w:
        service.attach(w, by_number(w.db, number), [service.Upload("a.pdf", b"%PDF-1.4")], side="enterprise")
        w.commit()
        key = w.db.scalars(select(Attachment.id)).one()
    page = client.soup(f"/r/{province.thuy}/issues/{number}")
    (name,) = {str(a["href"]).rpartition("/")[2] for a in page.select("a[href*='/files/']")}
    assert len(name) == 16 and not name.isdecimal()
    assert client.get(f"/r/{province.thuy}/issues/{number}/files/{name}").status_code == 200
    assert client.get(f"/r/{province.thuy}/issues/{number}/files/{key}").status_code == 404


def test_a_cookie_names_no_key(client: Visitor, province: Province) -> None:
    """What a browser registered is kept in its cookie, which it can read."""
    typed = {
        "kind": "investor",
        "name": "Nhà đầu tư Đọc Trộm",
        "phone": "0912345678",
        "contact_name": "Bà Đọc Trộm",
        "email": "trom@example.com",
        "participants-0-name": "Bà Đọc Trộm",
        "participants-0-position": "Giám đốc",
        "consent": "y",
    }
    answer = client.fill(f"/sessions/{province.slug}/register", typed)
    assert answer.status_code == 200, answer.text[:2000]
    cookie = client.get_cookie("session")
    assert cookie is not None
    packed = cookie.value.strip('"').strip(".").split(".")[0]
    raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    kept = json.loads(zlib.decompress(raw) if cookie.value.startswith(".") else raw)
    assert kept["meetup_registered"], kept
    assert all(isinstance(one, str) and len(one) == 16 for one in kept["meetup_registered"].values())
