"""Run by Alembic: always on the connection that :mod:`meetup.migrate` opened."""

from __future__ import annotations

from alembic import context

import meetup.models  # noqa: F401 - so that every table is known
from meetup.migrate import context_options

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("use `meetup db …`: it opens the right database")

context.configure(connection=connection, transaction_per_migration=False, **context_options())
with context.begin_transaction():
    context.run_migrations()
