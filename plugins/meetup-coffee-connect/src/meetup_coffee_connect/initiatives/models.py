"""What an agency tried, and what it was tried for."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.api import Base, BigKey, Department, FollowUp, Issue, Machine, Stateful

INITIATIVE = Machine(
    "initiative",
    {
        ("", "record"): "recorded",
        ("recorded", "publish"): "published",
        ("published", "take_back"): "recorded",
        ("published", "choose"): "best",
        ("best", "unchoose"): "published",
    },
)


def _links(name: str, to: str, of: str) -> Table:
    return Table(
        f"meetup_coffee_connect_initiative_{name}",
        Base.metadata,
        Column("initiative_id", BigKey, ForeignKey("meetup_coffee_connect_initiative.id"), primary_key=True),
        Column(to, BigKey, ForeignKey(of), primary_key=True, index=True),
    )


ISSUES = _links("issue", "issue_id", "meetup_issue.id")
FOLLOW_UPS = _links("follow_up", "follow_up_id", "meetup_follow_up.id")


class Initiative(Stateful, Base):
    """An initiative (sáng kiến) of an agency in a year.

    The public reads it when it is ``published`` or among the ``best`` of its year.
    """

    __tablename__ = "meetup_coffee_connect_initiative"
    __table_args__ = (Index("ix_meetup_coffee_connect_initiative_shown", "state", "year", "id"),)
    KIND = "initiative"
    MACHINE = INITIATIVE

    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    lead_department_id: Mapped[int] = mapped_column(ForeignKey("meetup_department.id"), index=True)

    lead_department: Mapped[Department] = relationship(lazy="raise_on_sql")
    issues: Mapped[list[Issue]] = relationship(secondary=ISSUES, order_by=Issue.number, lazy="raise_on_sql")
    follow_ups: Mapped[list[FollowUp]] = relationship(
        secondary=FOLLOW_UPS, order_by=FollowUp.number, lazy="raise_on_sql"
    )

    @property
    def is_public(self) -> bool:
        """Whether everyone may read it."""
        return self.state in PUBLIC


#: The states that everyone may read.
PUBLIC = ("published", "best")
