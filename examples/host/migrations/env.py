"""The company's own history: its tables, its version table, and nothing of Meetup's."""

from __future__ import annotations

from typing import Any

from alembic import context
from company import create_app
from company.models import Base


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Every table of Meetup and of its plugins begins with ``meetup_``: theirs to migrate, not ours."""
    return kind != "table" or not str(name).startswith("meetup_")


app = context.config.attributes.get("app") or create_app()
with app.app_context(), app.extensions["sqlalchemy"].engine.begin() as connection:
    context.configure(
        connection=connection, target_metadata=Base.metadata, include_name=include_name, render_as_batch=True
    )
    context.run_migrations()
