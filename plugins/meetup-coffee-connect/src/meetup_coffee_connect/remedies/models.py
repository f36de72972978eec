"""What is done about a weak component criterion."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.api import Base, Department, Machine, Stateful

REMEDY = Machine("remedy", {("", "plan"): "open", ("open", "finish"): "done", ("done", "reopen"): "open"})


class Remedy(Stateful, Base):
    """An action about one component criterion of a closed period.

    ``component`` is its key; the lead department owns the action. ``due_on`` is a day in the
    site's zone. ``evidence`` says how far it is, and at the end what shows that it is done.
    """

    __tablename__ = "meetup_coffee_connect_remedy"
    __table_args__ = (Index("ix_meetup_coffee_connect_remedy_period", "period_id", "component"),)
    KIND = "remedy"
    MACHINE = REMEDY

    period_id: Mapped[int] = mapped_column(ForeignKey("meetup_scorecard_period.id"))
    component: Mapped[str] = mapped_column(String(40))
    task: Mapped[str] = mapped_column(Text)
    lead_department_id: Mapped[int] = mapped_column(ForeignKey("meetup_department.id"), index=True)
    due_on: Mapped[date]
    evidence: Mapped[str] = mapped_column(Text, default="")
    evidence_url: Mapped[str] = mapped_column(String(500), default="")
    done_at: Mapped[datetime | None]

    lead_department: Mapped[Department] = relationship(lazy="raise_on_sql")
