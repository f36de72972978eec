"""The words of issues and follow-ups, kept by the database for searching."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from meetup.followups import finding
from meetup.issues import index

revision = "0009_search"
down_revision = "0011_photos"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("meetup_follow_up", sa.Column("search_key", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_meetup_follow_up_lead", "meetup_follow_up", ["lead_department_id", "id"])
    index.INDEX.rebuild(op.get_bind())
    finding.INDEX.rebuild(op.get_bind())


def downgrade() -> None:
    """Take back; the keys stay in words alone, which the search of before reads as well."""
    index.INDEX.remove(op.get_bind())
    finding.INDEX.remove(op.get_bind())
    op.drop_index("ix_meetup_follow_up_lead", "meetup_follow_up")
    op.drop_column("meetup_follow_up", "search_key")
