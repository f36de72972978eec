"""A conference that reviews a year."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from meetup.api import Base, Machine, Stateful

CONFERENCE = Machine(
    "conference", {("", "prepare"): "draft", ("draft", "publish"): "published", ("published", "take_back"): "draft"}
)


class Conference(Stateful, Base):
    """A review conference (hội nghị tổng kết).

    ``year`` is the one that it reviews, ``held_on`` a day in the site's zone.
    ``report_url`` leads to the signed report where it lies outside of the site.
    """

    __tablename__ = "meetup_coffee_connect_conference"
    KIND = "conference"
    MACHINE = CONFERENCE

    year: Mapped[int] = mapped_column(unique=True)
    held_on: Mapped[date]
    venue: Mapped[str] = mapped_column(String(200), default="")
    minutes: Mapped[str] = mapped_column(Text)
    lessons: Mapped[str] = mapped_column(Text)
    report_url: Mapped[str] = mapped_column(String(500), default="")
