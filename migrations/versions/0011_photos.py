"""Photographs of a session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0011_photos"
down_revision = "0014_batches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "meetup_photo",
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(length=300), nullable=False),
        sa.Column("caption_en", sa.String(length=300), nullable=False),
        sa.Column("credit", sa.String(length=120), nullable=False),
        sa.Column("alt", sa.String(length=500), nullable=False),
        sa.Column("alt_en", sa.String(length=500), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("small_type", sa.String(length=40), nullable=False),
        sa.Column("small_width", sa.Integer(), nullable=False),
        sa.Column("small_height", sa.Integer(), nullable=False),
        sa.Column("small_sha256", sa.String(length=64), nullable=False),
        sa.Column("small_key", sa.String(length=200), nullable=False),
        sa.Column("published_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("vouched_by", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["meetup_session.id"], name=op.f("fk_meetup_photo_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_photo")),
    )
    op.create_index(op.f("ix_meetup_photo_session_id"), "meetup_photo", ["session_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("meetup_photo")
