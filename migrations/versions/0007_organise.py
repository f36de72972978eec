"""Arrivals noted on phones at the door."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0007_organise"
down_revision = "0005_periods"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "meetup_arrival",
        sa.Column("id", key, nullable=False),
        sa.Column("session_id", key, nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("registration_id", key, nullable=False),
        sa.Column("seen_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("received_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["meetup_session.id"], name=op.f("fk_meetup_arrival_session_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["meetup_registration.id"], name=op.f("fk_meetup_arrival_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_arrival")),
        sa.UniqueConstraint("session_id", "client_id", name=op.f("uq_meetup_arrival_session_id_client_id")),
    )
    op.create_index(op.f("ix_meetup_arrival_registration_id"), "meetup_arrival", ["registration_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_meetup_arrival_registration_id"), table_name="meetup_arrival")
    op.drop_table("meetup_arrival")
