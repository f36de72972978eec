"""Tax codes, phones and addresses as people type them; enterprises and contacts are found, not doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from meetup.enterprises import service
from meetup.enterprises.models import Consent, Contact, Enterprise
from meetup.errors import InvalidInput
from tests.factories import tax_code

if TYPE_CHECKING:
    from tests.factories import Unit


@pytest.mark.parametrize(
    ("typed", "kind", "kept"),
    [
        ("9999900013", "enterprise", "9999900013"),
        (" 9999.900.013 ", "enterprise", "9999900013"),
        ("9999900052-001", "enterprise", "9999900052001"),
        ("９９９９９０００１３", "enterprise", "9999900013"),
        ("096 084 001 123", "household", "096084001123"),
        ("", "investor", None),
        (None, "citizen", None),
    ],
)
def test_tax_codes(typed: str | None, kind: str, kept: str | None) -> None:
    assert service.normalise_tax_code(typed, kind) == kept


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("9999900014", "enterprise"),
        ("123", "enterprise"),
        ("099084001123", "enterprise"),
        ("9999900052-000", "enterprise"),
        ("abcdefghij", "household"),
        ("٩٩٩٩٩٠٠٠١٣x", "citizen"),
    ],
)
def test_tax_codes_that_are_none(typed: str, kind: str) -> None:
    with pytest.raises(InvalidInput) as error:
        service.normalise_tax_code(typed, kind)
    (fault,) = error.value.faults
    assert (fault.field, bool(fault.mend)) == ("tax_code", True)


def test_shown_and_masked() -> None:
    assert service.show_tax_code("9999900052001") == "9999900052-001"
    assert service.show_tax_code("9999900013") == "9999900013"
    assert service.show_tax_code("096084001123") == "*********123"
    assert service.show_tax_code(None) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0912 345 678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("+84 (0) 912.345.678", "+84912345678"),
        ("0290 000 0001", "+842900000001"),
        ("+49 30 123456", "+4930123456"),
        ("", ""),
    ],
)
def test_phones(typed: str, kept: str) -> None:
    assert service.normalise_phone(typed) == kept


@pytest.mark.parametrize("typed", ["0123 4567 8901", "12", "call me", "0" * 100, "+"])
def test_phones_that_are_none(typed: str) -> None:
    with pytest.raises(InvalidInput):
        service.normalise_phone(typed)


@pytest.mark.parametrize(
    ("typed", "kept"), [(" An@Example.COM ", "an@example.com"), ("lan@công-ty.vn", "lan@công-ty.vn")]
)
def test_addresses(typed: str, kept: str) -> None:
    assert service.normalise_email(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "an", "an@", "@x.vn", "a b@x.vn", "a@x.vn\r\nBcc: b@x.vn", "a@x", "a" * 300 + "@x.vn"]
)
def test_addresses_that_are_none(typed: str) -> None:
    with pytest.raises(InvalidInput):
        service.normalise_email(typed)


def test_an_enterprise_is_found_by_its_code_and_never_overwritten(work: Unit) -> None:
    with work() as w:
        code = tax_code(1)
        first = service.find_or_create_enterprise(w, kind="enterprise", tax_code=code, name="Tên thật")
        again = service.find_or_create_enterprise(
            w, kind="enterprise", tax_code=code, name="Tên người lạ gõ", sector="Thủy sản"
        )
        assert (first.id, again.name, again.sector) == (again.id, "Tên thật", "Thủy sản")
        branch = service.find_or_create_enterprise(w, kind="enterprise", tax_code=f"{code}001", name="Chi nhánh")
        assert branch.parent_id == first.id
        who = service.find_or_create_contact(w, first, name="An", email="an@example.com")
        same = service.find_or_create_contact(w, first, name="Kẻ lạ", email="an@example.com", phone="+84912345678")
        assert (who.id, same.name, same.phone) == (same.id, "An", "+84912345678")
        w.commit()
        assert len(w.db.scalars(select(Enterprise)).all()) == 2
        assert len(w.db.scalars(select(Contact)).all()) == 1


def test_without_a_code_kind_and_address_decide(work: Unit) -> None:
    with work() as w:
        investor = service.find_or_create_enterprise(
            w, kind="investor", tax_code=None, name="Gió Biển", email="gio@example.com"
        )
        service.find_or_create_contact(w, investor, name="Wind", email="gio@example.com")
        again = service.find_or_create_enterprise(
            w, kind="investor", tax_code=None, name="Khác tên", email="gio@example.com"
        )
        citizen = service.find_or_create_enterprise(
            w, kind="citizen", tax_code=None, name="Ông Gió", email="gio@example.com"
        )
        assert again.id == investor.id
        assert citizen.id != investor.id


def test_consent_is_kept_with_its_text_and_withdrawn(work: Unit) -> None:
    with work() as w:
        firm = service.find_or_create_enterprise(w, kind="citizen", tax_code=None, name="Bà Ba")
        who = service.find_or_create_contact(w, firm, name="Bà Ba", email="ba@example.com")
        service.record_consent(w, who, "photo")
        service.withdraw_consent(w, who, "photo")
        w.commit()
    with work(write=False) as w:
        (row,) = w.db.scalars(select(Consent)).all()
        assert row.text_version == service.CONSENT_TEXTS["photo"][0]
        assert row.given_at == row.withdrawn_at == w.now
