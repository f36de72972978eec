"""A photograph is published with a word given; who did not agree stands beside it (R5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from meetup.activity.models import Activity
from meetup.enterprises.models import Contact
from meetup.enterprises.service import record_consent, withdraw_consent
from meetup.sessions.models import Session
from tests.factories import ORGANIZER
from tests.features.photographing import DESK, held, one, picture, put_up, step, upload

if TYPE_CHECKING:
    from tests.rig.visitor import Visitor


@pytest.fixture
def slug(mount: Any, work: Any, clock: Any) -> str:
    return held(mount, work, clock)


def test_published_only_with_a_description_and_a_word_given(client: Visitor, slug: str, work: Any) -> None:
    upload(client, slug, ("a.jpg", picture()))
    key = one(work).id
    answer = step(client, slug, key, "publish")
    assert answer.status_code == 422
    assert "Ảnh chưa có mô tả" in answer.text and "mọi người nhận ra được" in answer.text
    empty = step(client, slug, key, "describe", alt="", caption="Chú thích đã gõ")
    assert empty.status_code == 422
    assert 'value="Chú thích đã gõ"' in empty.text
    assert step(client, slug, key, "publish", nobody_unasked="y").status_code == 422
    step(client, slug, key, "describe", alt="Mô tả")
    assert step(client, slug, key, "publish").status_code == 422
    assert one(work).state == "withheld"
    assert step(client, slug, key, "publish", nobody_unasked="y").status_code == 200
    assert (one(work).state, one(work).vouched_by) == ("published", ORGANIZER.name)
    with work(write=False) as w:
        entry = w.db.scalars(select(Activity).where(Activity.action == "photo.publish")).one()
        about = w.db.scalar(select(Session.id))
    assert (entry.details, entry.about) == ({"without_consent": 2}, f"session:{about}")


def test_who_did_not_agree_stands_beside(client: Visitor, slug: str, work: Any) -> None:
    def consent() -> str:
        page = client.soup(f"{DESK.format(slug)}?lang=en")
        found: str = page.select_one("[aria-labelledby=consent]").get_text(" ", strip=True)  # type: ignore[union-attr]
        return found

    # The second enterprise did not come.
    assert "Of 2 people" in consent()
    assert "Người 1.1, Công ty TNHH Mẫu 1 (did not agree)" in consent()
    assert "Người 1.2, Công ty TNHH Mẫu 1 (was not asked)" in consent()
    with work() as w:
        contact = w.db.scalars(select(Contact).order_by(Contact.id)).first()
        record_consent(w, contact, "photo")
        w.commit()
    assert "Of 1 person" in consent() and "Người 1.1," not in consent()


def test_whoever_takes_consent_back_is_told_of_on_the_page(client: Visitor, slug: str, work: Any, clock: Any) -> None:
    with work() as w:
        contact = w.db.scalars(select(Contact).order_by(Contact.id)).first()
        record_consent(w, contact, "photo")
        w.commit()
    put_up(client, slug, work)
    assert "taken the agreement" not in client.get(f"{DESK.format(slug)}?lang=en").text
    clock.travel(hours=1)
    with work() as w:
        withdraw_consent(w, w.db.get_one(Contact, contact.id), "photo")
        w.commit()
    assert "has since taken the agreement" in client.get(f"{DESK.format(slug)}?lang=en").text
