"""Rooms and tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from meetup.api import BigKey, UTCDateTime

revision = "chat_0001"
down_revision = None
branch_labels = ("chat",)
depends_on = "0001"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "meetup_chat_room",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("service", sa.String(20), nullable=False),
        sa.Column("address", sa.String(80), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("department_id", BigKey, nullable=True),
        sa.Column("locale", sa.String(5), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("stopped", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_chat_room")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["meetup_department.id"], name=op.f("fk_meetup_chat_room_department_id")
        ),
    )
    op.create_index(op.f("ix_meetup_chat_room_department_id"), "meetup_chat_room", ["department_id"])
    op.create_table(
        "meetup_chat_token",
        sa.Column("service", sa.String(20), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("renewing_until", UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_meetup_chat_token")),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("meetup_chat_token")
    op.drop_table("meetup_chat_room")
