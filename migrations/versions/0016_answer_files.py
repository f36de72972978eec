"""A department's file says which draft it lies with, or which answer it was sent with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0016_answer_files"
down_revision = "0015_bulk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("meetup_attachment", sa.Column("draft_id", meetup.db.BigKey, nullable=True))
    op.add_column("meetup_attachment", sa.Column("answer_id", meetup.db.BigKey, nullable=True))
    # What was sent with an answer was kept at its instant.
    op.execute("""
        UPDATE meetup_attachment SET answer_id = (
            SELECT max(a.id) FROM meetup_answer a
            WHERE a.follow_up_id = meetup_attachment.follow_up_id AND a.at = meetup_attachment.created_at
        ) WHERE follow_up_id IS NOT NULL
    """)
    # What lay with an approved draft was kept before its answer, and after the one before. Where a draft was dropped,
    # whose it is cannot be told, and nobody gets it.
    op.execute("""
        UPDATE meetup_attachment SET answer_id = (
            SELECT min(a.id) FROM meetup_answer a
            WHERE a.follow_up_id = meetup_attachment.follow_up_id AND a.at >= meetup_attachment.created_at
        ) WHERE follow_up_id IS NOT NULL AND answer_id IS NULL AND EXISTS (
            SELECT 1 FROM meetup_answer b WHERE b.approved_by <> '' AND b.id = (
                SELECT min(a.id) FROM meetup_answer a
                WHERE a.follow_up_id = meetup_attachment.follow_up_id AND a.at >= meetup_attachment.created_at
            )
        ) AND NOT EXISTS (
            SELECT 1 FROM meetup_answer_draft d
            WHERE d.follow_up_id = meetup_attachment.follow_up_id AND d.state = 'dropped'
        )
    """)
    # Whatever else there is lay with a draft that came to nothing.
    op.execute("""
        UPDATE meetup_attachment SET draft_id = (
            SELECT max(d.id) FROM meetup_answer_draft d WHERE d.follow_up_id = meetup_attachment.follow_up_id
        ) WHERE follow_up_id IS NOT NULL AND answer_id IS NULL
    """)


def downgrade() -> None:
    """Take back."""
    op.drop_column("meetup_attachment", "answer_id")
    op.drop_column("meetup_attachment", "draft_id")
