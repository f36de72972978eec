"""Remedies, initiatives and review conferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from meetup.api import UTCDateTime

revision = "coffee_connect_0002"
down_revision = "coffee_connect_0001"
branch_labels = None
depends_on = "0005_periods"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _stateful() -> list[sa.Column[object]]:
    return [
        sa.Column("id", KEY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", UTCDateTime(timezone=True), nullable=False),
    ]


def upgrade() -> None:
    """Make the tables."""
    _make_remedies()
    _make_initiatives()
    op.create_table(
        "meetup_coffee_connect_conference",
        *_stateful(),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("venue", sa.String(200), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("lessons", sa.Text(), nullable=False),
        sa.Column("report_url", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_coffee_connect_conference")),
        sa.UniqueConstraint("year", name=op.f("uq_meetup_coffee_connect_conference_year")),
    )


def _make_remedies() -> None:
    table = "meetup_coffee_connect_remedy"
    op.create_table(
        table,
        *_stateful(),
        sa.Column("period_id", KEY, nullable=False),
        sa.Column("component", sa.String(40), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("lead_department_id", KEY, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_url", sa.String(500), nullable=False),
        sa.Column("done_at", UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["period_id"], ["meetup_scorecard_period.id"], name=op.f(f"fk_{table}_period_id")),
        sa.ForeignKeyConstraint(
            ["lead_department_id"], ["meetup_department.id"], name=op.f(f"fk_{table}_lead_department_id")
        ),
    )
    op.create_index("ix_meetup_coffee_connect_remedy_period", table, ["period_id", "component"])
    op.create_index(op.f(f"ix_{table}_lead_department_id"), table, ["lead_department_id"])


def _make_initiatives() -> None:
    table = "meetup_coffee_connect_initiative"
    op.create_table(
        table,
        *_stateful(),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lead_department_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["lead_department_id"], ["meetup_department.id"], name=op.f(f"fk_{table}_lead_department_id")
        ),
    )
    op.create_index("ix_meetup_coffee_connect_initiative_shown", table, ["state", "year", "id"])
    op.create_index(op.f(f"ix_{table}_lead_department_id"), table, ["lead_department_id"])
    for to in ("issue", "follow_up"):
        joined = f"{table}_{to}"
        op.create_table(
            joined,
            sa.Column("initiative_id", KEY, nullable=False),
            sa.Column(f"{to}_id", KEY, nullable=False),
            sa.PrimaryKeyConstraint("initiative_id", f"{to}_id", name=op.f(f"pk_{joined}")),
            sa.ForeignKeyConstraint(["initiative_id"], [f"{table}.id"], name=op.f(f"fk_{joined}_initiative_id")),
            sa.ForeignKeyConstraint([f"{to}_id"], [f"meetup_{to}.id"], name=op.f(f"fk_{joined}_{to}_id")),
        )
        op.create_index(op.f(f"ix_{joined}_{to}_id"), joined, [f"{to}_id"])


def downgrade() -> None:
    """Take them away."""
    for name in ("conference", "initiative_follow_up", "initiative_issue", "initiative", "remedy"):
        op.drop_table(f"meetup_coffee_connect_{name}")
