"""Migrations only add, so that the old version's processes go on beside the new ones; the old one stays ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.rig.visitor import Visitor
from tools import migrations

if TYPE_CHECKING:
    from flask.testing import FlaskCliRunner

    from meetup.mount import Mount

HEAD = "import sqlalchemy as sa\nfrom alembic import op\nrevision = '9999'\n\n\ndef upgrade():\n"


@pytest.mark.parametrize("path", migrations.revisions(), ids=lambda path: path.stem)
def test_a_revision_only_adds(path: object) -> None:
    assert list(migrations.faults(path.read_text("utf-8"))) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "step",
    [
        "op.create_table('a', sa.Column('id', sa.Integer, nullable=False))",
        "op.add_column('a', sa.Column('b', sa.Integer(), nullable=True))",
        "op.add_column('a', sa.Column('b', sa.Integer(), nullable=False, server_default='0'))",
        "op.create_index('ix', 'a', ['b'])",
        "op.execute('UPDATE a SET b = 1')",
        "op.create_table('a')\n    op.create_index('ix', 'a', ['b'], unique=True)",
        "op.create_table('a')\n    with op.batch_alter_table('a') as batch_op:\n"
        "        batch_op.create_index('ix', ['b'], unique=True)",
    ],
)
def test_what_it_may(step: str) -> None:
    assert list(migrations.faults(f"{HEAD}    {step}\n\n\ndef downgrade():\n    op.drop_table('a')\n")) == []


@pytest.mark.parametrize(
    "step",
    [
        "op.drop_table('a')",
        "op.drop_column('a', 'b')",
        "op.alter_column('a', 'b', new_column_name='c')",
        "op.rename_table('a', 'b')",
        "op.add_column('a', sa.Column('b', sa.Integer(), nullable=False))",
        "op.create_index('ix', 'a', ['b'], unique=True)",
        "op.create_check_constraint('ck', 'a', 'b > 0')",
        "op.execute('DELETE FROM a')",
        "op.execute(statement)",
        "with op.batch_alter_table('a') as batch_op:\n        batch_op.drop_column('b')",
    ],
)
def test_what_it_may_not(step: str) -> None:
    assert len(list(migrations.faults(f"{HEAD}    {step}\n"))) == 1
    assert list(migrations.faults(f"DOWNTIME = 'nobody reads it since 0.2'\n{HEAD}    {step}\n")) == []


def test_the_old_version_stays_ready_when_the_new_one_has_migrated(
    client: Visitor, mount: Mount, runner: FlaskCliRunner
) -> None:
    with mount.database.engine.begin() as connection:
        connection.execute(text("UPDATE meetup_alembic_version SET version_num = '9999_next'"))
    assert client.get("/readyz").status_code == 200
    checked = runner.invoke(args=["meetup", "check"]).output
    (line,) = (line for line in checked.splitlines() if " database " in line)
    assert "a newer Meetup" in line
    assert "FAULT" not in line
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    with mount.database.engine.begin() as connection:
        connection.execute(text("UPDATE meetup_alembic_version SET version_num = '0001'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["reasons"][0]["part"]) == (503, "database")
