"""Staff of the stand-alone site: users and roles as Flask-Security wants them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_security import RoleMixin, UserMixin
from sqlalchemy import JSON, Column, ForeignKey, String, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetup.db import Base, BigKey

staff_user_role = Table(
    "meetup_staff_user_role",
    Base.metadata,
    Column("user_id", BigKey, ForeignKey("meetup_staff_user.id"), primary_key=True),
    Column("role_id", BigKey, ForeignKey("meetup_staff_role.id"), primary_key=True),
)


class StaffRole(Base, RoleMixin):
    """A role: admin, organizer, officer or leader."""

    __tablename__ = "meetup_staff_role"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))


class StaffUser(Base, UserMixin):
    """Someone who signs in."""

    __tablename__ = "meetup_staff_user"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_department.id"))
    locale: Mapped[str] = mapped_column(String(5), default="vi")
    create_datetime: Mapped[datetime | None]  # type: ignore[assignment]
    update_datetime: Mapped[datetime | None]  # type: ignore[assignment]
    last_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    current_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None]  # type: ignore[assignment]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(64))
    mf_recovery_codes: Mapped[list[Any] | None] = mapped_column(MutableList.as_mutable(JSON()))
    roles: Mapped[list[StaffRole]] = relationship(  # type: ignore[assignment]
        secondary=staff_user_role, lazy="selectin"
    )
