"""The words of issues, kept by the database for searching."""

from __future__ import annotations

from alembic import op

from meetup.issues import index

revision = "0009_search"
down_revision = "0010_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    index.rebuild(op.get_bind())


def downgrade() -> None:
    """Take back; the keys stay in words alone, which the search of before reads as well."""
    index.remove(op.get_bind())
