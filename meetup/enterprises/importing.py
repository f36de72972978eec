"""Enterprises and their contacts out of a table, one row at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from meetup.db import guarded_update
from meetup.domain.text import fold
from meetup.enterprises.identifiers import TAX_CODE_NEEDED, normalise_email, normalise_phone, normalise_tax_code
from meetup.enterprises.models import Contact, Enterprise
from meetup.enterprises.service import find_or_create_contact, find_or_create_enterprise
from meetup.errors import N_, Fault, InvalidInput
from meetup.tables.cells import choice
from meetup.tables.columns import Cells, Column
from meetup.work import Work

COLUMNS = (
    Column("kind", N_("Kind of enterprise"), ("Loại hình", "Loại", "type")),
    Column("tax_code", N_("Tax code"), ("Mã số thuế", "MST", "Mã số thuế / số định danh", "Mã số doanh nghiệp")),
    Column("name", N_("Name of enterprise"), ("Tên doanh nghiệp", "Doanh nghiệp", "Tên", "enterprise"), required=True),
    Column("sector", N_("Sector"), ("Lĩnh vực", "Ngành nghề", "Lĩnh vực hoạt động")),
    Column("address", N_("Address"), ("Địa chỉ",)),
    Column("contact_name", N_("Contact person"), ("Người liên hệ", "Họ và tên", "contact")),
    Column("position", N_("Position"), ("Chức vụ", "Chức danh")),
    Column("email", N_("Email"), ("Thư điện tử", "E-mail", "Email", "Địa chỉ thư điện tử")),
    Column("phone", N_("Phone"), ("Điện thoại", "Số điện thoại", "ĐT", "telephone")),
    Column("language", N_("Language"), ("Ngôn ngữ",)),
)

KIND_WORDS = {
    "enterprise": "enterprise",
    "company": "enterprise",
    "doanh nghiep": "enterprise",
    "cong ty": "enterprise",
    "dn": "enterprise",
    "household": "household",
    "ho kinh doanh": "household",
    "hkd": "household",
    "cooperative": "cooperative",
    "hop tac xa": "cooperative",
    "htx": "cooperative",
    "investor": "investor",
    "nha dau tu": "investor",
    "citizen": "citizen",
    "ca nhan": "citizen",
    "nguoi dan": "citizen",
    "association": "association",
    "hiep hoi": "association",
    "hoi": "association",
}
LANGUAGE_WORDS = {"vi": "vi", "tieng viet": "vi", "en": "en", "tieng anh": "en", "english": "en"}


class EnterpriseRows:
    """Takes rows of enterprises: finds or creates each, and its contact, and updates what differs.

    An enterprise is known by its tax code; without one, by its contact's e-mail and its name.
    """

    columns = COLUMNS

    def __init__(self, work: Work) -> None:
        self.work = work
        self._seen: dict[tuple[str, str], int] = {}
        self._names: dict[str, tuple[int, str]] = {}
        self._branches: dict[str, Enterprise] = {}

    def take(self, cells: Cells) -> str:
        """Take one row: ``created``, ``updated`` or ``unchanged``; faults are left in `cells`."""
        kind = cells.take("kind", lambda text: choice(text, "kind", KIND_WORDS)) or "enterprise"
        tax_code = self._tax_code(cells, kind)
        values = {
            "name": cells.text("name", 200, required=True),
            "sector": cells.text("sector", 120),
            "address": cells.text("address", 300),
            "kind": kind if cells.raw("kind") else "",
        }
        email = cells.take("email", normalise_email) or ""
        contact = {
            "name": cells.text("contact_name", 120),
            "position": cells.text("position", 120),
            "phone": cells.take("phone", normalise_phone) or "",
            "language": cells.take("language", lambda text: choice(text, "language", LANGUAGE_WORDS)) or "",
        }
        if not cells.raw("email") and any(contact[name] for name in ("name", "phone")):
            cells.faults.append(Fault("email", N_("A contact needs an e-mail address.")))
        if cells.raw("email") and not contact["name"]:
            cells.faults.append(Fault("contact_name", N_("Say who reads this e-mail address.")))
        if not cells.faults:
            self._compare(cells, tax_code or fold(values["name"]), email, values["name"])
        if cells.faults:
            return "faulty"
        return self._put(kind, tax_code, values, email, contact)

    def _tax_code(self, cells: Cells, kind: str) -> str | None:
        code = cells.take("tax_code", lambda text: _read_tax_code(text, kind, cells.is_number("tax_code")))
        if not cells.raw("tax_code") and kind in TAX_CODE_NEEDED:
            cells.faults.append(
                Fault(
                    "tax_code",
                    N_("The tax code is missing."),
                    N_("Only investors, citizens and associations may come without."),
                )
            )
        return code

    def _compare(self, cells: Cells, key: str, email: str, name: str) -> None:
        """Name rows that contradict or repeat an earlier one of the same file."""
        line, earlier = self._names.setdefault(key, (cells.row.line, name))
        if fold(earlier) != fold(name):
            cells.faults.append(
                Fault("tax_code", N_("Line %(line)s has the same tax code with another name."), line=line)
            )
        first = self._seen.setdefault((key, email), cells.row.line)
        if first != cells.row.line:
            cells.faults.append(
                Fault("email", N_("Line %(line)s has the same enterprise and e-mail address already."), line=first)
            )

    def _put(self, kind: str, tax_code: str | None, values: dict[str, str], email: str, contact: dict[str, str]) -> str:
        work = self.work
        enterprise = self._find(tax_code, values["name"], email)
        result = "unchanged"
        if enterprise is None:
            result = "created"
            enterprise = find_or_create_enterprise(
                work,
                kind=kind,
                tax_code=tax_code,
                name=values["name"],
                sector=values["sector"],
                address=values["address"],
            )
            work.log("enterprise.import", enterprise)
        changed: dict[str, Any] = {k: v for k, v in values.items() if v and getattr(enterprise, k) != v}
        if changed:
            if "name" in changed:
                changed["search_key"] = _search_key(values["name"], tax_code)
            guarded_update(work.db, enterprise, changed_at=work.now, **changed)
            work.log("enterprise.update", enterprise, fields=sorted(changed))
            result = "updated"
        if tax_code and len(tax_code) == 13 and enterprise.parent_id is None:
            self._branches[tax_code] = enterprise
        if email and self._contact(enterprise, email, contact) and result == "unchanged":
            result = "updated"
        return result

    def finish(self, cells: Cells) -> str:
        """After all rows: a branch that stood above its head office finds it now."""
        branch = self._branches.pop(cells.raw("tax_code").replace("-", ""), None)
        head = self._find((branch.tax_code or "")[:10], "", "") if branch is not None else None
        if branch is None or head is None:
            return "unchanged"
        guarded_update(self.work.db, branch, changed_at=self.work.now, parent_id=head.id)
        return "updated"

    def _find(self, tax_code: str | None, name: str, email: str) -> Enterprise | None:
        db = self.work.db
        if tax_code:
            return db.scalars(select(Enterprise).where(Enterprise.tax_code == tax_code)).one_or_none()
        found = select(Enterprise).where(Enterprise.tax_code.is_(None), Enterprise.search_key == _search_key(name))
        if email:
            found = found.join(Contact, Contact.enterprise_id == Enterprise.id).where(Contact.email == email)
        return db.scalars(found.order_by(Enterprise.id).limit(1)).one_or_none()

    def _contact(self, enterprise: Enterprise, email: str, values: dict[str, str]) -> bool:
        """Find or create the contact; whether anything changed."""
        db = self.work.db
        of_enterprise = select(Contact).where(Contact.enterprise_id == enterprise.id, Contact.email == email)
        found = db.scalars(of_enterprise).one_or_none()
        if found is None:
            given: dict[str, Any] = {name: value for name, value in values.items() if value}
            find_or_create_contact(self.work, enterprise, email=email, **given)
            return True
        changed = {name: value for name, value in values.items() if value and getattr(found, name) != value}
        for name, value in changed.items():
            setattr(found, name, value)
        if changed:
            self.work.log("contact.update", found, about=enterprise.subject, fields=sorted(changed))
        return bool(changed)


def _search_key(name: str, tax_code: str | None = None) -> str:
    return fold(f"{name} {tax_code or ''}")[:400]


def _read_tax_code(text: str, kind: str, is_number: bool) -> str | None:
    """The tax code, with a word about Excel where Excel is the likely culprit."""
    try:
        return normalise_tax_code(text, kind)
    except InvalidInput:
        digits = "".join(c for c in text if c.isdigit())
        if "e+" in text.lower() or (is_number and len(digits) > 13):
            raise InvalidInput(
                "tax_code",
                N_("Excel has shortened this tax code to “%(text)s”."),
                N_("Format the column as text and type the code again."),
                text=text,
            ) from None
        if len(digits) in {9, 11} or (is_number and len(digits) < 12):
            raise InvalidInput(
                "tax_code",
                N_("“%(text)s” seems to lack a leading zero, which Excel drops from numbers."),
                N_("Format the column as text and type the code again."),
                text=text,
            ) from None
        raise
