"""Decisions on several issues that wait for a minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0015_bulk"
down_revision = "0009_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "meetup_bulk_decision",
        sa.Column("id", meetup.db.BigKey, nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("issue_ids", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("due_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_bulk_decision")),
    )
    op.create_index("ix_meetup_bulk_decision_due_at", "meetup_bulk_decision", ["due_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("meetup_bulk_decision")
