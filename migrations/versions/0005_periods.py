"""Periods of the scorecard that are closed and frozen, and drafts of answers that the head approves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0005_periods"
down_revision = "0004_series_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "meetup_scorecard_period",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("closed_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", key, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_scorecard_period")),
        sa.UniqueConstraint("starts_on", "ends_on", name=op.f("uq_meetup_scorecard_period_starts_on_ends_on")),
    )
    op.create_table(
        "meetup_scorecard_snapshot",
        sa.Column("period_id", key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", key, nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"], ["meetup_scorecard_period.id"], name=op.f("fk_meetup_scorecard_snapshot_period_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_scorecard_snapshot")),
        sa.UniqueConstraint("period_id", "number", name=op.f("uq_meetup_scorecard_snapshot_period_id_number")),
    )
    op.create_table(
        "meetup_answer_draft",
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("follow_up_id", key, nullable=False),
        sa.Column("department_id", key, nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("legal_references", sa.Text(), nullable=False),
        sa.Column("forwarded_to", sa.String(length=200), nullable=False),
        sa.Column("how_to_file", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", key, nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["meetup_department.id"], name=op.f("fk_meetup_answer_draft_department_id")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["meetup_follow_up.id"], name=op.f("fk_meetup_answer_draft_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_answer_draft")),
    )
    op.create_index(op.f("ix_meetup_answer_draft_follow_up_id"), "meetup_answer_draft", ["follow_up_id"], unique=False)
    op.create_index("ix_meetup_answer_draft_waiting", "meetup_answer_draft", ["state", "department_id"], unique=False)
    op.create_index(
        "uq_meetup_answer_draft_live",
        "meetup_answer_draft",
        ["follow_up_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('sent', 'dropped')"),
        postgresql_where=sa.text("state NOT IN ('sent', 'dropped')"),
    )
    op.create_table(
        "meetup_scorecard_fact",
        sa.Column("id", key, nullable=False),
        sa.Column("snapshot_id", key, nullable=False),
        sa.Column("follow_up_id", key, nullable=False),
        sa.Column("lead_department_id", key, nullable=False),
        sa.Column("field_id", key, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("assigned_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("first_response_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("answered_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("closing", sa.String(length=20), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("reopenings", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["field_id"], ["meetup_field.id"], name=op.f("fk_meetup_scorecard_fact_field_id")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["meetup_follow_up.id"], name=op.f("fk_meetup_scorecard_fact_follow_up_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_department_id"], ["meetup_department.id"], name=op.f("fk_meetup_scorecard_fact_lead_department_id")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["meetup_scorecard_snapshot.id"], name=op.f("fk_meetup_scorecard_fact_snapshot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_scorecard_fact")),
    )
    op.create_index(
        op.f("ix_meetup_scorecard_fact_follow_up_id"), "meetup_scorecard_fact", ["follow_up_id"], unique=False
    )
    op.create_index(
        "ix_meetup_scorecard_fact_lead", "meetup_scorecard_fact", ["snapshot_id", "lead_department_id"], unique=False
    )
    op.create_index(
        "ix_meetup_scorecard_fact_rows",
        "meetup_scorecard_fact",
        ["snapshot_id", "first_due_on", "follow_up_id"],
        unique=False,
    )
    # Added with a default that stays: SQLite would copy the whole table to take it away again.
    op.add_column("meetup_answer", sa.Column("approved_by", sa.String(length=120), nullable=False, server_default=""))
    op.add_column(
        "meetup_department", sa.Column("needs_approval", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("meetup_department", "needs_approval")
    op.drop_column("meetup_answer", "approved_by")
    op.drop_table("meetup_answer_draft")
    op.drop_table("meetup_scorecard_fact")
    op.drop_table("meetup_scorecard_snapshot")
    op.drop_table("meetup_scorecard_period")
