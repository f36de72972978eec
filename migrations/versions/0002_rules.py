"""Rules of reminders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0002_rules"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "meetup_reminder_replan",
        sa.Column("id", key, nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("things", sa.String(length=20), nullable=False),
        sa.Column("after_id", key, nullable=False),
        sa.Column("asked_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_reminder_replan")),
    )
    op.create_table(
        "meetup_reminder_rule",
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("whom", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=1), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("notice", sa.String(length=60), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("in_digest", sa.Boolean(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", key, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_reminder_rule")),
        sa.UniqueConstraint(
            "scope", "kind", "whom", "amount", "unit", name=op.f("uq_meetup_reminder_rule_scope_kind_whom_amount_unit")
        ),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("meetup_reminder_rule")
    op.drop_table("meetup_reminder_replan")
