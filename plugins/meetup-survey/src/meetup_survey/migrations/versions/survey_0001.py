"""Rules, questions, who was asked, answers, and what solutions brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from meetup.api import BigKey, UTCDateTime

revision = "survey_0001"
down_revision = None
branch_labels = ("survey",)
depends_on = "0001"


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    """Make the five tables."""
    _rules_and_questions()
    _asks()
    _answers()


def _rules_and_questions() -> None:
    name = "meetup_survey_rules"
    op.create_table(
        name,
        sa.Column("id", BigKey, nullable=False),
        sa.Column("programme_id", BigKey, nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("delay_hours", sa.Integer(), nullable=False),
        sa.Column("open_days", sa.Integer(), nullable=False),
        sa.Column("outcome_is_on", sa.Boolean(), nullable=False),
        sa.Column("outcome_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("programme_id", name=op.f(f"uq_{name}_programme_id")),
        _key(name, "programme_id", "meetup_programme"),
    )
    name = "meetup_survey_question"
    op.create_table(
        name,
        sa.Column("id", BigKey, nullable=False),
        sa.Column("programme_id", BigKey, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("name_en", sa.String(300), nullable=False),
        sa.Column("offered", sa.JSON(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("retired_at", UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        _key(name, "programme_id", "meetup_programme"),
    )
    op.create_index(op.f(f"ix_{name}_programme_id"), name, ["programme_id"])


def _asks() -> None:
    name = "meetup_survey_ask"
    op.create_table(
        name,
        sa.Column("id", BigKey, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("programme_id", BigKey, nullable=False),
        sa.Column("session_id", BigKey, nullable=True),
        sa.Column("registration_id", BigKey, nullable=True),
        sa.Column("follow_up_id", BigKey, nullable=True),
        sa.Column("contact_id", BigKey, nullable=False),
        sa.Column("asked_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("closes_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("registration_id", name=op.f(f"uq_{name}_registration_id")),
        sa.UniqueConstraint("follow_up_id", name=op.f(f"uq_{name}_follow_up_id")),
        _key(name, "programme_id", "meetup_programme"),
        _key(name, "session_id", "meetup_session"),
        _key(name, "registration_id", "meetup_registration"),
        _key(name, "follow_up_id", "meetup_follow_up"),
        _key(name, "contact_id", "meetup_contact"),
    )
    op.create_index("ix_meetup_survey_ask_session", name, ["session_id", "kind"])
    op.create_index(op.f(f"ix_{name}_programme_id"), name, ["programme_id"])
    op.create_index(op.f(f"ix_{name}_contact_id"), name, ["contact_id"])


def _answers() -> None:
    name = "meetup_survey_answer"
    op.create_table(
        name,
        sa.Column("id", BigKey, nullable=False),
        sa.Column("ask_id", BigKey, nullable=False),
        sa.Column("question_id", BigKey, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("ask_id", "question_id", name=op.f(f"uq_{name}_ask_id_question_id")),
        _key(name, "ask_id", "meetup_survey_ask"),
        _key(name, "question_id", "meetup_survey_question"),
    )
    op.create_index(op.f(f"ix_{name}_question_id"), name, ["question_id"])
    name = "meetup_survey_outcome"
    op.create_table(
        name,
        sa.Column("id", BigKey, nullable=False),
        sa.Column("ask_id", BigKey, nullable=False),
        sa.Column("days_saved", sa.Integer(), nullable=True),
        sa.Column("money_vnd", sa.BigInteger(), nullable=True),
        sa.Column("jobs", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("ask_id", name=op.f(f"uq_{name}_ask_id")),
        _key(name, "ask_id", "meetup_survey_ask"),
    )


def downgrade() -> None:
    """Take them away."""
    for name in ("outcome", "answer", "ask", "question", "rules"):
        op.drop_table(f"meetup_survey_{name}")
