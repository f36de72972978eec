"""Recurring sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0003_series"
down_revision = "0002_rules"
branch_labels = None
depends_on = None

_IN_SERIES = sa.text("series_uid != ''")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "meetup_series",
        sa.Column("programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(length=300), nullable=False),
        sa.Column("starts_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("skip_holidays", sa.Boolean(), nullable=False),
        sa.Column("template", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("is_announced", sa.Boolean(), nullable=False),
        sa.Column("shown_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("made_until", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("extend_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["meetup_programme.id"], name=op.f("fk_meetup_series_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_series")),
        sa.UniqueConstraint("uid", name=op.f("uq_meetup_series_uid")),
    )
    with op.batch_alter_table("meetup_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_series_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index("ix_meetup_series_extend", ["state", "extend_at"], unique=False)
    op.create_index(
        "uq_meetup_session_occurrence",
        "meetup_session",
        ["series_uid", "recurrence_id"],
        unique=True,
        sqlite_where=_IN_SERIES,
        postgresql_where=_IN_SERIES,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("uq_meetup_session_occurrence", table_name="meetup_session")
    op.drop_table("meetup_series")
