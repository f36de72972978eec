"""Filters of lists that somebody keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0013_saved_filters"
down_revision = "0012_settled"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "meetup_saved_filter",
        sa.Column("id", meetup.db.BigKey, nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_saved_filter")),
        sa.UniqueConstraint("owner", "page", "name", name=op.f("uq_meetup_saved_filter_owner")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("meetup_saved_filter")
