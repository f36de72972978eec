"""What is open by its due date: PostgreSQL sorted all of it for the ten that a page shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_open"
down_revision = "0010_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_meetup_follow_up_open",
        "meetup_follow_up",
        ["due_on", "id"],
        sqlite_where=sa.text("state != 'closed'"),
        postgresql_where=sa.text("state != 'closed'"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_meetup_follow_up_open", table_name="meetup_follow_up")
