"""Sums of issues that came to an end, kept for what a programme has achieved; the worker adds what ended already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_settled"
down_revision = "0012_open"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("meetup_issue", sa.Column("tallied", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_meetup_issue_untallied",
        "meetup_issue",
        ["state", "id"],
        sqlite_where=sa.text("tallied = 0"),
        postgresql_where=sa.text("NOT tallied"),
    )
    op.create_table(
        "meetup_scorecard_settled",
        sa.Column("programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("came_to", sa.String(length=12), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["meetup_programme.id"],
            name=op.f("fk_meetup_scorecard_settled_programme_id"),
        ),
        sa.PrimaryKeyConstraint("programme_id", "came_to", "tenths", name=op.f("pk_meetup_scorecard_settled")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("meetup_scorecard_settled")
    op.drop_index("ix_meetup_issue_untallied", table_name="meetup_issue")
    with op.batch_alter_table("meetup_issue") as batch:
        batch.drop_column("tallied")
