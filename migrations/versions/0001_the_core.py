"""The core."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import meetup.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "meetup_activity",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.String(length=80), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("before", sa.String(length=30), nullable=False),
        sa.Column("after", sa.String(length=30), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("details_digest", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_meetup_activity")),
    )
    with op.batch_alter_table("meetup_activity", schema=None) as batch_op:
        batch_op.create_index("ix_meetup_activity_about", ["about", "seq"], unique=False)
        batch_op.create_index("ix_meetup_activity_subject", ["subject", "seq"], unique=False)

    op.create_table(
        "meetup_activity_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_activity_head")),
    )
    op.create_table(
        "meetup_calendar_override",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_meetup_calendar_override")),
    )
    op.create_table(
        "meetup_department",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("head_email", sa.String(length=254), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["meetup_department.id"], name=op.f("fk_meetup_department_successor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_department")),
        sa.UniqueConstraint("code", name=op.f("uq_meetup_department_code")),
    )
    op.create_table(
        "meetup_field",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_field")),
        sa.UniqueConstraint("code", name=op.f("uq_meetup_field_code")),
    )
    op.create_table(
        "meetup_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handle", sa.String(length=24), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_link")),
        sa.UniqueConstraint("handle", name=op.f("uq_meetup_link_handle")),
    )
    with op.batch_alter_table("meetup_link", schema=None) as batch_op:
        batch_op.create_index("ix_meetup_link_target", ["purpose", "subject"], unique=False)

    op.create_table(
        "meetup_mute",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_mute")),
    )
    with op.batch_alter_table("meetup_mute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_mute_recipient"), ["recipient"], unique=False)

    op.create_table(
        "meetup_outgoing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("recipient_name", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("thread", sa.String(length=200), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("not_before", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=60), nullable=False),
        sa.Column("lease_until", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("sent_bytes", sa.LargeBinary(), nullable=True),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_outgoing")),
    )
    with op.batch_alter_table("meetup_outgoing", schema=None) as batch_op:
        batch_op.create_index("ix_meetup_outgoing_due", ["state", "not_before", "id"], unique=False)
        batch_op.create_index("ix_meetup_outgoing_recipient", ["recipient", "id"], unique=False)
        batch_op.create_index("ix_meetup_outgoing_subject", ["subject", "id"], unique=False)
        batch_op.create_index("ix_meetup_outgoing_thread", ["thread", "state", "id"], unique=False)

    op.create_table(
        "meetup_programme",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("goals", sa.JSON(), nullable=False),
        sa.Column("launched_on", sa.Date(), nullable=True),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_programme")),
        sa.UniqueConstraint("slug", name=op.f("uq_meetup_programme_slug")),
    )
    op.create_table(
        "meetup_reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("target_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("due_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("settled_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_reminder")),
        sa.UniqueConstraint("rule", "subject", "target_at", name=op.f("uq_meetup_reminder_rule_subject_target_at")),
    )
    with op.batch_alter_table("meetup_reminder", schema=None) as batch_op:
        batch_op.create_index("ix_meetup_reminder_due", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_meetup_reminder_subject", ["subject", "state"], unique=False)

    op.create_table(
        "meetup_staff_role",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_staff_role")),
        sa.UniqueConstraint("name", name=op.f("uq_meetup_staff_role_name")),
    )
    op.create_table(
        "meetup_transport_state",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("paused_until", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("alarm", sa.Text(), nullable=False),
        sa.Column("since", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_meetup_transport_state")),
    )
    op.create_table(
        "meetup_api_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["meetup_department.id"], name=op.f("fk_meetup_api_token_department_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_meetup_api_token_digest")),
    )
    op.create_table(
        "meetup_enterprise",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("tax_code", sa.String(length=13), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search_key", sa.String(length=400), nullable=False),
        sa.Column("sector", sa.String(length=120), nullable=False),
        sa.Column("size_class", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("locality_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["locality_id"], ["meetup_department.id"], name=op.f("fk_meetup_enterprise_locality_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["meetup_enterprise.id"], name=op.f("fk_meetup_enterprise_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_enterprise")),
    )
    with op.batch_alter_table("meetup_enterprise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_enterprise_search_key"), ["search_key"], unique=False)
        batch_op.create_index(
            "uq_meetup_enterprise_tax_code",
            ["tax_code"],
            unique=True,
            sqlite_where=sa.text("tax_code IS NOT NULL"),
            postgresql_where=sa.text("tax_code IS NOT NULL"),
        )

    op.create_table(
        "meetup_session",
        sa.Column("programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("series_uid", sa.String(length=80), nullable=False),
        sa.Column("recurrence_id", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("recurrence", sa.JSON(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("chair", sa.String(length=120), nullable=False),
        sa.Column("chair_role", sa.String(length=120), nullable=False),
        sa.Column("secretary", sa.String(length=120), nullable=False),
        sa.Column("starts_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("venue", sa.String(length=300), nullable=False),
        sa.Column("online_url", sa.String(length=500), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("seats_per_enterprise", sa.Integer(), nullable=False),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("registration_opens_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("registration_closes_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("published_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("held_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("reported_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("on_stage_id", sa.Integer(), nullable=True),
        sa.Column("conclusion_number", sa.String(length=60), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("seats_taken <= capacity AND seats_taken >= 0", name=op.f("ck_meetup_session_seats")),
        sa.ForeignKeyConstraint(["programme_id"], ["meetup_programme.id"], name=op.f("fk_meetup_session_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_session")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_meetup_session_programme_id_number")),
        sa.UniqueConstraint("slug", name=op.f("uq_meetup_session_slug")),
        sa.UniqueConstraint("uid", name=op.f("uq_meetup_session_uid")),
    )
    with op.batch_alter_table("meetup_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_session_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index("ix_meetup_session_starts_at", ["starts_at"], unique=False)
        batch_op.create_index("ix_meetup_session_state_starts_at", ["state", "starts_at"], unique=False)

    op.create_table(
        "meetup_staff_user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("create_datetime", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("update_datetime", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("last_login_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("current_login_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("last_login_ip", sa.String(length=64), nullable=True),
        sa.Column("current_login_ip", sa.String(length=64), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("tf_phone_number", sa.String(length=64), nullable=True),
        sa.Column("mf_recovery_codes", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["meetup_department.id"], name=op.f("fk_meetup_staff_user_department_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_staff_user")),
        sa.UniqueConstraint("email", name=op.f("uq_meetup_staff_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_meetup_staff_user_fs_uniquifier")),
    )
    op.create_table(
        "meetup_contact",
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("email_dead_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["meetup_enterprise.id"], name=op.f("fk_meetup_contact_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_contact")),
        sa.UniqueConstraint("enterprise_id", "email", name=op.f("uq_meetup_contact_enterprise_id_email")),
    )
    with op.batch_alter_table("meetup_contact", schema=None) as batch_op:
        batch_op.create_index("ix_meetup_contact_email", ["email"], unique=False)

    op.create_table(
        "meetup_idempotency_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.String(length=2000), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["meetup_api_token.id"], name=op.f("fk_meetup_idempotency_key_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_idempotency_key")),
        sa.UniqueConstraint("token_id", "key", name=op.f("uq_meetup_idempotency_key_token_id_key")),
    )
    with op.batch_alter_table("meetup_idempotency_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_idempotency_key_created_at"), ["created_at"], unique=False)

    op.create_table(
        "meetup_staff_user_role",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["meetup_staff_role.id"], name=op.f("fk_meetup_staff_user_role_role_id")),
        sa.ForeignKeyConstraint(["user_id"], ["meetup_staff_user.id"], name=op.f("fk_meetup_staff_user_role_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_meetup_staff_user_role")),
    )
    op.create_table(
        "meetup_consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("given_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["meetup_contact.id"], name=op.f("fk_meetup_consent_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_consent")),
    )
    with op.batch_alter_table("meetup_consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_consent_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "meetup_registration",
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("queued_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("passed_over", sa.Integer(), nullable=False),
        sa.Column("offered_until", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("replied_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("calendar_sequence", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["meetup_contact.id"], name=op.f("fk_meetup_registration_contact_id")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["meetup_enterprise.id"], name=op.f("fk_meetup_registration_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["meetup_session.id"], name=op.f("fk_meetup_registration_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_registration")),
    )
    with op.batch_alter_table("meetup_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_registration_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetup_registration_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_meetup_registration_line", ["session_id", "state", "queued_at", "id"], unique=False)
        batch_op.create_index("ix_meetup_registration_offers", ["state", "offered_until"], unique=False)
        batch_op.create_index(
            "uq_meetup_registration_live",
            ["session_id", "enterprise_id"],
            unique=True,
            sqlite_where=sa.text("state != 'cancelled'"),
            postgresql_where=sa.text("state != 'cancelled'"),
        )

    op.create_table(
        "meetup_issue",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("visibility", sa.String(length=20), nullable=False),
        sa.Column("field_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("suggested_department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lead_department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("locality_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("procedure", sa.String(length=200), nullable=False),
        sa.Column("national_reference", sa.String(length=120), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("decline_reason", sa.Text(), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("legal_references", sa.Text(), nullable=False),
        sa.Column("received_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("published_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("published_title", sa.String(length=200), nullable=False),
        sa.Column("published_question", sa.Text(), nullable=False),
        sa.Column("published_answer", sa.Text(), nullable=False),
        sa.Column("published_hash", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["meetup_contact.id"], name=op.f("fk_meetup_issue_contact_id")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["meetup_enterprise.id"], name=op.f("fk_meetup_issue_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["field_id"], ["meetup_field.id"], name=op.f("fk_meetup_issue_field_id")),
        sa.ForeignKeyConstraint(
            ["lead_department_id"], ["meetup_department.id"], name=op.f("fk_meetup_issue_lead_department_id")
        ),
        sa.ForeignKeyConstraint(["locality_id"], ["meetup_department.id"], name=op.f("fk_meetup_issue_locality_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["meetup_issue.id"], name=op.f("fk_meetup_issue_merged_into_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["meetup_programme.id"], name=op.f("fk_meetup_issue_programme_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["meetup_registration.id"], name=op.f("fk_meetup_issue_registration_id")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["meetup_session.id"], name=op.f("fk_meetup_issue_session_id")),
        sa.ForeignKeyConstraint(
            ["suggested_department_id"], ["meetup_department.id"], name=op.f("fk_meetup_issue_suggested_department_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_issue")),
        sa.UniqueConstraint("number", name=op.f("uq_meetup_issue_number")),
    )
    with op.batch_alter_table("meetup_issue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_issue_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetup_issue_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_meetup_issue_field_state", ["field_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetup_issue_lead_department_id"), ["lead_department_id"], unique=False)
        batch_op.create_index("ix_meetup_issue_published", ["published_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetup_issue_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetup_issue_session_id"), ["session_id"], unique=False)
        batch_op.create_index("ix_meetup_issue_state_id", ["state", "id"], unique=False)

    op.create_table(
        "meetup_participant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["meetup_registration.id"], name=op.f("fk_meetup_participant_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_participant")),
    )
    with op.batch_alter_table("meetup_participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_participant_registration_id"), ["registration_id"], unique=False)

    op.create_table(
        "meetup_agenda_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["meetup_issue.id"], name=op.f("fk_meetup_agenda_item_issue_id")),
        sa.ForeignKeyConstraint(["session_id"], ["meetup_session.id"], name=op.f("fk_meetup_agenda_item_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_agenda_item")),
        sa.UniqueConstraint("session_id", "issue_id", name=op.f("uq_meetup_agenda_item_session_id_issue_id")),
    )
    op.create_table(
        "meetup_attachment",
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["meetup_issue.id"], name=op.f("fk_meetup_attachment_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_attachment")),
    )
    with op.batch_alter_table("meetup_attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_attachment_follow_up_id"), ["follow_up_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetup_attachment_issue_id"), ["issue_id"], unique=False)

    op.create_table(
        "meetup_comment",
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reject_reason", sa.Text(), nullable=False),
        sa.Column("at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("moderated_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["meetup_issue.id"], name=op.f("fk_meetup_comment_issue_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["meetup_comment.id"], name=op.f("fk_meetup_comment_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_comment")),
    )
    with op.batch_alter_table("meetup_comment", schema=None) as batch_op:
        batch_op.create_index("ix_meetup_comment_issue_state", ["issue_id", "state", "id"], unique=False)

    op.create_table(
        "meetup_follow_up",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead_department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transfer_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("transfer_from_state", sa.String(length=20), nullable=False),
        sa.Column("reopens_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("officer", sa.String(length=120), nullable=False),
        sa.Column("assigned_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("accepted_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("answered_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("verified_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("confirm_by", sa.Date(), nullable=True),
        sa.Column("closing", sa.String(length=20), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("satisfaction_comment", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("reopenings", sa.Integer(), nullable=False),
        sa.Column("send_backs", sa.Integer(), nullable=False),
        sa.Column("first_response_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["meetup_enterprise.id"], name=op.f("fk_meetup_follow_up_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["meetup_issue.id"], name=op.f("fk_meetup_follow_up_issue_id")),
        sa.ForeignKeyConstraint(
            ["lead_department_id"], ["meetup_department.id"], name=op.f("fk_meetup_follow_up_lead_department_id")
        ),
        sa.ForeignKeyConstraint(["reopens_id"], ["meetup_follow_up.id"], name=op.f("fk_meetup_follow_up_reopens_id")),
        sa.ForeignKeyConstraint(["session_id"], ["meetup_session.id"], name=op.f("fk_meetup_follow_up_session_id")),
        sa.ForeignKeyConstraint(
            ["transfer_to_id"], ["meetup_department.id"], name=op.f("fk_meetup_follow_up_transfer_to_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_follow_up")),
        sa.UniqueConstraint("number", name=op.f("uq_meetup_follow_up_number")),
    )
    with op.batch_alter_table("meetup_follow_up", schema=None) as batch_op:
        batch_op.create_index("ix_meetup_follow_up_assigned_at", ["assigned_at"], unique=False)
        batch_op.create_index("ix_meetup_follow_up_confirm_by", ["state", "confirm_by"], unique=False)
        batch_op.create_index("ix_meetup_follow_up_due", ["state", "due_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetup_follow_up_issue_id"), ["issue_id"], unique=False)
        batch_op.create_index(
            "ix_meetup_follow_up_queue", ["lead_department_id", "state", "due_on", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_meetup_follow_up_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetup_follow_up_transfer_to_id"), ["transfer_to_id"], unique=False)

    op.create_table(
        "meetup_issue_co_signer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["meetup_contact.id"], name=op.f("fk_meetup_issue_co_signer_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["meetup_enterprise.id"], name=op.f("fk_meetup_issue_co_signer_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["meetup_issue.id"], name=op.f("fk_meetup_issue_co_signer_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_issue_co_signer")),
        sa.UniqueConstraint("issue_id", "enterprise_id", name=op.f("uq_meetup_issue_co_signer_issue_id_enterprise_id")),
    )
    op.create_table(
        "meetup_issue_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["meetup_department.id"], name=op.f("fk_meetup_issue_message_department_id")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["meetup_issue.id"], name=op.f("fk_meetup_issue_message_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_issue_message")),
    )
    with op.batch_alter_table("meetup_issue_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_issue_message_issue_id"), ["issue_id"], unique=False)

    op.create_table(
        "meetup_issue_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["meetup_issue.id"], name=op.f("fk_meetup_issue_revision_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_issue_revision")),
    )
    with op.batch_alter_table("meetup_issue_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_issue_revision_issue_id"), ["issue_id"], unique=False)

    op.create_table(
        "meetup_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("legal_references", sa.Text(), nullable=False),
        sa.Column("forwarded_to", sa.String(length=200), nullable=False),
        sa.Column("how_to_file", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("verdict_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["follow_up_id"], ["meetup_follow_up.id"], name=op.f("fk_meetup_answer_follow_up_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_answer")),
    )
    with op.batch_alter_table("meetup_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_answer_follow_up_id"), ["follow_up_id"], unique=False)

    op.create_table(
        "meetup_coordination",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("opinion_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["meetup_department.id"], name=op.f("fk_meetup_coordination_department_id")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["meetup_follow_up.id"], name=op.f("fk_meetup_coordination_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_coordination")),
        sa.UniqueConstraint(
            "follow_up_id", "department_id", name=op.f("uq_meetup_coordination_follow_up_id_department_id")
        ),
    )
    with op.batch_alter_table("meetup_coordination", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_coordination_department_id"), ["department_id"], unique=False)

    op.create_table(
        "meetup_extension",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("decided_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["meetup_follow_up.id"], name=op.f("fk_meetup_extension_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_extension")),
    )
    with op.batch_alter_table("meetup_extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_extension_follow_up_id"), ["follow_up_id"], unique=False)

    op.create_table(
        "meetup_progress",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["meetup_department.id"], name=op.f("fk_meetup_progress_department_id")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["meetup_follow_up.id"], name=op.f("fk_meetup_progress_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_progress")),
    )
    with op.batch_alter_table("meetup_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_progress_follow_up_id"), ["follow_up_id"], unique=False)

    op.create_table(
        "meetup_transfer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("requested_at", meetup.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("decided_at", meetup.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["meetup_follow_up.id"], name=op.f("fk_meetup_transfer_follow_up_id")
        ),
        sa.ForeignKeyConstraint(["from_id"], ["meetup_department.id"], name=op.f("fk_meetup_transfer_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["meetup_department.id"], name=op.f("fk_meetup_transfer_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetup_transfer")),
    )
    with op.batch_alter_table("meetup_transfer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetup_transfer_follow_up_id"), ["follow_up_id"], unique=False)

    head = sa.table("meetup_activity_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("meetup_transfer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_transfer_follow_up_id"))

    op.drop_table("meetup_transfer")
    with op.batch_alter_table("meetup_progress", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_progress_follow_up_id"))

    op.drop_table("meetup_progress")
    with op.batch_alter_table("meetup_extension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_extension_follow_up_id"))

    op.drop_table("meetup_extension")
    with op.batch_alter_table("meetup_coordination", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_coordination_department_id"))

    op.drop_table("meetup_coordination")
    with op.batch_alter_table("meetup_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_answer_follow_up_id"))

    op.drop_table("meetup_answer")
    with op.batch_alter_table("meetup_issue_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_issue_revision_issue_id"))

    op.drop_table("meetup_issue_revision")
    with op.batch_alter_table("meetup_issue_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_issue_message_issue_id"))

    op.drop_table("meetup_issue_message")
    op.drop_table("meetup_issue_co_signer")
    with op.batch_alter_table("meetup_follow_up", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_follow_up_transfer_to_id"))
        batch_op.drop_index(batch_op.f("ix_meetup_follow_up_session_id"))
        batch_op.drop_index("ix_meetup_follow_up_queue")
        batch_op.drop_index(batch_op.f("ix_meetup_follow_up_issue_id"))
        batch_op.drop_index("ix_meetup_follow_up_due")
        batch_op.drop_index("ix_meetup_follow_up_confirm_by")
        batch_op.drop_index("ix_meetup_follow_up_assigned_at")

    op.drop_table("meetup_follow_up")
    with op.batch_alter_table("meetup_comment", schema=None) as batch_op:
        batch_op.drop_index("ix_meetup_comment_issue_state")

    op.drop_table("meetup_comment")
    with op.batch_alter_table("meetup_attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_attachment_issue_id"))
        batch_op.drop_index(batch_op.f("ix_meetup_attachment_follow_up_id"))

    op.drop_table("meetup_attachment")
    op.drop_table("meetup_agenda_item")
    with op.batch_alter_table("meetup_participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_participant_registration_id"))

    op.drop_table("meetup_participant")
    with op.batch_alter_table("meetup_issue", schema=None) as batch_op:
        batch_op.drop_index("ix_meetup_issue_state_id")
        batch_op.drop_index(batch_op.f("ix_meetup_issue_session_id"))
        batch_op.drop_index(batch_op.f("ix_meetup_issue_registration_id"))
        batch_op.drop_index("ix_meetup_issue_published")
        batch_op.drop_index(batch_op.f("ix_meetup_issue_lead_department_id"))
        batch_op.drop_index("ix_meetup_issue_field_state")
        batch_op.drop_index(batch_op.f("ix_meetup_issue_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_meetup_issue_contact_id"))

    op.drop_table("meetup_issue")
    with op.batch_alter_table("meetup_registration", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_meetup_registration_live",
            sqlite_where=sa.text("state != 'cancelled'"),
            postgresql_where=sa.text("state != 'cancelled'"),
        )
        batch_op.drop_index("ix_meetup_registration_offers")
        batch_op.drop_index("ix_meetup_registration_line")
        batch_op.drop_index(batch_op.f("ix_meetup_registration_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_meetup_registration_contact_id"))

    op.drop_table("meetup_registration")
    with op.batch_alter_table("meetup_consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_consent_contact_id"))

    op.drop_table("meetup_consent")
    op.drop_table("meetup_staff_user_role")
    with op.batch_alter_table("meetup_idempotency_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_idempotency_key_created_at"))

    op.drop_table("meetup_idempotency_key")
    with op.batch_alter_table("meetup_contact", schema=None) as batch_op:
        batch_op.drop_index("ix_meetup_contact_email")

    op.drop_table("meetup_contact")
    op.drop_table("meetup_staff_user")
    with op.batch_alter_table("meetup_session", schema=None) as batch_op:
        batch_op.drop_index("ix_meetup_session_state_starts_at")
        batch_op.drop_index("ix_meetup_session_starts_at")
        batch_op.drop_index(batch_op.f("ix_meetup_session_programme_id"))

    op.drop_table("meetup_session")
    with op.batch_alter_table("meetup_enterprise", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_meetup_enterprise_tax_code",
            sqlite_where=sa.text("tax_code IS NOT NULL"),
            postgresql_where=sa.text("tax_code IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_meetup_enterprise_search_key"))

    op.drop_table("meetup_enterprise")
    op.drop_table("meetup_api_token")
    op.drop_table("meetup_transport_state")
    op.drop_table("meetup_staff_role")
    with op.batch_alter_table("meetup_reminder", schema=None) as batch_op:
        batch_op.drop_index("ix_meetup_reminder_subject")
        batch_op.drop_index("ix_meetup_reminder_due")

    op.drop_table("meetup_reminder")
    op.drop_table("meetup_programme")
    with op.batch_alter_table("meetup_outgoing", schema=None) as batch_op:
        batch_op.drop_index("ix_meetup_outgoing_thread")
        batch_op.drop_index("ix_meetup_outgoing_subject")
        batch_op.drop_index("ix_meetup_outgoing_recipient")
        batch_op.drop_index("ix_meetup_outgoing_due")

    op.drop_table("meetup_outgoing")
    with op.batch_alter_table("meetup_mute", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetup_mute_recipient"))

    op.drop_table("meetup_mute")
    with op.batch_alter_table("meetup_link", schema=None) as batch_op:
        batch_op.drop_index("ix_meetup_link_target")

    op.drop_table("meetup_link")
    op.drop_table("meetup_field")
    op.drop_table("meetup_department")
    op.drop_table("meetup_calendar_override")
    op.drop_table("meetup_activity_head")
    with op.batch_alter_table("meetup_activity", schema=None) as batch_op:
        batch_op.drop_index("ix_meetup_activity_subject")
        batch_op.drop_index("ix_meetup_activity_about")

    op.drop_table("meetup_activity")
