"""The administrators' pages about webhooks: endpoints, faults, the log."""

from __future__ import annotations

from typing import Any

from meetup_webhooks.models import Endpoint

from tests.features.following import Province

from .receiving import Receiver, endpoint_of, enter_on_page, rows


class TestPages:
    def test_for_administrators_alone(self, province: Province, admin: Any, receiver: Receiver) -> None:
        enter_on_page(admin, receiver)
        assert 'href="/organize/webhooks/"' in admin.get("/organize/issues/").text
        organizer = province.as_("organizer")
        assert 'href="/organize/webhooks/"' not in organizer.get("/organize/issues/").text
        for path in ("", "new", "1/", "1/edit"):
            assert organizer.get(f"/organize/webhooks/{path}").status_code == 403, path
            assert province.as_("nobody").get(f"/organize/webhooks/{path}").status_code == 302
        assert admin.post("/organize/webhooks/1/test").status_code == 400, "no form token"

    def test_faults_stand_at_their_fields_and_the_typed_text_is_kept(self, admin: Any) -> None:
        refused = admin.fill("/organize/webhooks/new", {"url": "ftp://x.example", "description": "Kho dữ liệu"})
        assert refused.status_code == 422
        assert "Only https is called." in refused.text
        assert "Choose at least one." in refused.text
        assert "Kho dữ liệu" in refused.text

    def test_changed_by_two_at_once_the_second_is_told(self, admin: Any, receiver: Receiver, work: Any) -> None:
        enter_on_page(admin, receiver)
        seen = admin.soup("/organize/webhooks/1/edit")
        admin.fill("/organize/webhooks/1/edit", {"description": "Một"})
        assert admin.send(seen, "/organize/webhooks/1/edit", {"description": "Hai"}).status_code == 422
        assert endpoint_of(work).description == "Một"

    def test_removed_with_its_log(
        self, province: Province, admin: Any, receiver: Receiver, send: Any, work: Any
    ) -> None:
        enter_on_page(admin, receiver)
        province.order()
        send()
        province.order("Đất đai")
        admin.fill("/organize/webhooks/1/", form="/organize/webhooks/1/remove")
        send()
        assert [row.state for row in rows(work)] == ["sent", "superseded"]
        assert "No system listens yet" in admin.get("/organize/webhooks/").text

    def test_the_log_is_paged_by_key(self, admin: Any, receiver: Receiver, work: Any) -> None:
        enter_on_page(admin, receiver)
        from meetup_webhooks.endpoints import send_test

        with work() as w:
            for _number in range(53):
                send_test(w, w.get(Endpoint, 1))
            w.commit()
        first = admin.soup("/organize/webhooks/1/")
        assert len(first.select("tbody tr")) == 50
        following = first.select_one('a[href*="after="]')
        assert following is not None
        assert len(admin.soup(str(following["href"])).select("tbody tr")) == 3
