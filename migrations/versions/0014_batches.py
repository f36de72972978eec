"""The messages that one request caused are found by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_batches"
down_revision = "0013_saved_filters"
branch_labels = None
depends_on = None

_ASKED = sa.text("request_id <> ''")


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_meetup_outgoing_request",
        "meetup_outgoing",
        ["request_id", "state"],
        sqlite_where=_ASKED,
        postgresql_where=_ASKED,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_meetup_outgoing_request", "meetup_outgoing")
