"""Reform criteria: sets of fields, criteria and component criteria, each with the most points it can bring."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from meetup.api import Base, Row

#: Depth in the tree → what a row there is.
LEVELS = {1: "field", 2: "criterion", 3: "component"}


class CriteriaSet(Row, Base):
    """A set of criteria, such as the province's for one year.

    ``code`` is its short name; ``note`` says where it comes from and what it is not.
    """

    __tablename__ = "meetup_coffee_connect_set"
    KIND = "criteria-set"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    note_en: Mapped[str] = mapped_column(Text, default="")


class Criterion(Row, Base):
    """A field, criterion or component criterion of a set.

    ``code`` numbers it (``2.1.3``), ``level`` is its depth from 1. Points are kept in
    hundredths, since SQLite knows no decimals; read :attr:`max_points`.
    """

    __tablename__ = "meetup_coffee_connect_criterion"
    __table_args__ = (UniqueConstraint("set_id", "code"),)
    KIND = "criterion"

    set_id: Mapped[int] = mapped_column(ForeignKey("meetup_coffee_connect_set.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_coffee_connect_criterion.id"), index=True)
    level: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300), default="")
    hundredths: Mapped[int] = mapped_column(default=0)

    @property
    def max_points(self) -> Decimal:
        """The most points it can bring."""
        return Decimal(self.hundredths) / 100

    @property
    def place(self) -> tuple[int, ...]:
        """Its code as numbers, to order by: 2.10 comes after 2.9."""
        return place_of(self.code)


def place_of(code: str) -> tuple[int, ...]:
    """A code as numbers."""
    return tuple(int(part) for part in code.split("."))
