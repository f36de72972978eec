"""Endpoints and their answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from meetup.api import BigKey, UTCDateTime

revision = "webhooks_0001"
down_revision = None
branch_labels = ("webhooks",)
depends_on = "0001"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "meetup_webhooks_endpoint",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("stopped", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(40), nullable=False),
        sa.Column("old_salt", sa.String(40), nullable=False),
        sa.Column("old_until", UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_webhooks_endpoint")),
    )
    op.create_table(
        "meetup_webhooks_attempt",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("endpoint_id", BigKey, nullable=False),
        sa.Column("outgoing_id", BigKey, nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_webhooks_attempt")),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["meetup_webhooks_endpoint.id"],
            name=op.f("fk_meetup_webhooks_attempt_endpoint_id"),
        ),
    )
    for columns in (["endpoint_id"], ["at"], ["outgoing_id", "id"]):
        name = f"ix_meetup_webhooks_attempt_{columns[0]}"
        op.create_index(op.f(name), "meetup_webhooks_attempt", columns)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("meetup_webhooks_attempt")
    op.drop_table("meetup_webhooks_endpoint")
