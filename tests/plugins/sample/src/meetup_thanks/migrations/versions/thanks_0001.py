"""The table of notes."""

import sqlalchemy as sa
from alembic import op

from meetup.api import BigKey, UTCDateTime

revision = "thanks_0001"
down_revision = None
branch_labels = ("thanks",)
depends_on = "0001"


def upgrade():
    op.create_table(
        "meetup_thanks_note",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_thanks_note")),
    )


def downgrade():
    op.drop_table("meetup_thanks_note")
