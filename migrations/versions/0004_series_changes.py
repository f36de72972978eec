"""What people's calendars know an occurrence by, once its series has changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0004_series_changes"
down_revision = "0003_series"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("meetup_session", sa.Column("told_uid", sa.String(80), nullable=False, server_default=""))
    op.add_column(
        "meetup_session", sa.Column("told_recurrence_id", meetup.db.UTCDateTime(timezone=True), nullable=True)
    )
    op.create_index("ix_meetup_session_told", "meetup_session", ["told_uid", "told_recurrence_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_meetup_session_told", "meetup_session")
    op.drop_column("meetup_session", "told_recurrence_id")
    op.drop_column("meetup_session", "told_uid")
