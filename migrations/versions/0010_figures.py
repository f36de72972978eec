"""An agency's explanation of what was late, and who chairs in the chair's place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0010_figures"
down_revision = "0008_tallies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("meetup_follow_up", sa.Column("explanation", sa.Text(), nullable=False, server_default=""))
    op.add_column("meetup_follow_up", sa.Column("explained_at", meetup.db.UTCDateTime(timezone=True), nullable=True))
    op.add_column("meetup_session", sa.Column("delegate", sa.String(length=120), nullable=False, server_default=""))
    op.add_column(
        "meetup_session", sa.Column("delegate_role", sa.String(length=120), nullable=False, server_default="")
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("meetup_session", "delegate_role")
    op.drop_column("meetup_session", "delegate")
    op.drop_column("meetup_follow_up", "explained_at")
    op.drop_column("meetup_follow_up", "explanation")
