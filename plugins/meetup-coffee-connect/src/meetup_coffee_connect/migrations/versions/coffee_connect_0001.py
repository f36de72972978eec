"""Sets of reform criteria."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "coffee_connect_0001"
down_revision = None
branch_labels = ("coffee-connect",)
depends_on = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "meetup_coffee_connect_set",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_coffee_connect_set")),
        sa.UniqueConstraint("code", name=op.f("uq_meetup_coffee_connect_set_code")),
    )
    op.create_table(
        "meetup_coffee_connect_criterion",
        sa.Column("id", KEY, nullable=False),
        sa.Column("set_id", KEY, nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("name_en", sa.String(300), nullable=False),
        sa.Column("hundredths", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_coffee_connect_criterion")),
        sa.ForeignKeyConstraint(
            ["set_id"], ["meetup_coffee_connect_set.id"], name=op.f("fk_meetup_coffee_connect_criterion_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["meetup_coffee_connect_criterion.id"],
            name=op.f("fk_meetup_coffee_connect_criterion_parent_id"),
        ),
        sa.UniqueConstraint("set_id", "code", name=op.f("uq_meetup_coffee_connect_criterion_set_id_code")),
    )
    op.create_index(
        op.f("ix_meetup_coffee_connect_criterion_parent_id"), "meetup_coffee_connect_criterion", ["parent_id"]
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("meetup_coffee_connect_criterion")
    op.drop_table("meetup_coffee_connect_set")
