"""Sums of closed follow-ups, kept for the scorecards; the worker adds what is closed already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_tallies"
down_revision = "0007_organise"
branch_labels = None
depends_on = None

COUNTS = (
    "assigned",
    "answered",
    "on_time",
    "late",
    "closed",
    "closed_on_time",
    "confirmed",
    "no_response",
    "passed_on",
    "pass_around",
    "extended",
    "reopened",
    "ever_answered",
    "satisfaction_count",
    "responded",
    "transfers",
    "extensions",
    "marks",
)


def upgrade() -> None:
    """Apply."""
    op.add_column("meetup_follow_up", sa.Column("tallied", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_meetup_follow_up_untallied",
        "meetup_follow_up",
        ["state", "id"],
        sqlite_where=sa.text("tallied = 0"),
        postgresql_where=sa.text("NOT tallied"),
    )
    op.create_table(
        "meetup_scorecard_tally",
        sa.Column("by", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("by", "key", name=op.f("pk_meetup_scorecard_tally")),
    )
    op.create_table(
        "meetup_scorecard_duration",
        sa.Column("by", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("until", sa.String(length=12), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("by", "key", "until", "tenths", name=op.f("pk_meetup_scorecard_duration")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("meetup_scorecard_duration")
    op.drop_table("meetup_scorecard_tally")
    op.drop_index("ix_meetup_follow_up_untallied", table_name="meetup_follow_up")
    op.drop_column("meetup_follow_up", "tallied")
