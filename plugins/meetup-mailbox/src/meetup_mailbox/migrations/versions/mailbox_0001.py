"""Messages that came in, proposals and delegates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from meetup.api import BigKey, UTCDateTime

revision = "mailbox_0001"
down_revision = None
branch_labels = ("mailbox",)
depends_on = "0001"

TIME = UTCDateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "meetup_mailbox_message",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("message_id", sa.String(250), nullable=False),
        sa.Column("sender", sa.String(254), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("registration_id", BigKey, nullable=True),
        sa.Column("issue_id", BigKey, nullable=True),
        sa.Column("attendee", sa.String(254), nullable=False),
        sa.Column("partstat", sa.String(40), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("dtstamp", TIME, nullable=True),
        sa.Column("is_applied", sa.Boolean(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", TIME, nullable=True),
        sa.Column("settled_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_mailbox_message")),
        sa.UniqueConstraint("digest", name=op.f("uq_meetup_mailbox_message_digest")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["meetup_registration.id"], name=op.f("fk_meetup_mailbox_message_registration_id")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["meetup_issue.id"], name=op.f("fk_meetup_mailbox_message_issue_id")),
    )
    op.create_index("ix_meetup_mailbox_message_state", "meetup_mailbox_message", ["state", "id"])
    op.create_index("ix_meetup_mailbox_message_settled", "meetup_mailbox_message", ["settled_at"])
    op.create_index(
        "ix_meetup_mailbox_message_registration", "meetup_mailbox_message", ["registration_id", "kind", "id"]
    )
    op.create_table(
        "meetup_mailbox_proposal",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("message_id", BigKey, nullable=False),
        sa.Column("registration_id", BigKey, nullable=False),
        sa.Column("session_id", BigKey, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("settled_at", TIME, nullable=True),
        sa.Column("settled_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_mailbox_proposal")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["meetup_mailbox_message.id"], name=op.f("fk_meetup_mailbox_proposal_message_id")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["meetup_registration.id"], name=op.f("fk_meetup_mailbox_proposal_registration_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["meetup_session.id"], name=op.f("fk_meetup_mailbox_proposal_session_id")
        ),
    )
    op.create_index("ix_meetup_mailbox_proposal_state", "meetup_mailbox_proposal", ["state", "id"])
    op.create_index("ix_meetup_mailbox_proposal_session", "meetup_mailbox_proposal", ["session_id", "state"])
    op.create_index(op.f("ix_meetup_mailbox_proposal_registration_id"), "meetup_mailbox_proposal", ["registration_id"])
    op.create_table(
        "meetup_mailbox_delegate",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("registration_id", BigKey, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("delegated_from", sa.String(254), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_mailbox_delegate")),
        sa.UniqueConstraint("registration_id", "email", name=op.f("uq_meetup_mailbox_delegate_registration_id_email")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["meetup_registration.id"], name=op.f("fk_meetup_mailbox_delegate_registration_id")
        ),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("meetup_mailbox_delegate")
    op.drop_table("meetup_mailbox_proposal")
    op.drop_table("meetup_mailbox_message")
