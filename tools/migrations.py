"""Migrations that a running site does not notice: the old version's processes go on while the new ones start.

    python tools/migrations.py      exit 1, with a line for each, if a revision does what the old version would notice

A revision's ``upgrade`` may make tables, add columns that may be empty or have a server default, add
indexes that are not unique, and fill in what it added. It may not drop, rename or alter anything, add a
column that the old version's INSERT lacks, or add a constraint that the old version may break. What is of
no use any more goes one release later, when no process reads it; such a revision says why in a constant
``DOWNTIME = "…"``, which the release notes repeat.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Of before the first release: no site was running then.
FIRST = frozenset({"0001", "0002_rules", "0003_series", "coffee_connect_0001"})
ALLOWED = frozenset(
    {"create_table", "add_column", "create_index", "batch_alter_table", "bulk_insert", "get_bind", "get_context", "f"}
)
OPERATIONS = frozenset({"op", "batch_op", "batch"})


def revisions() -> list[Path]:
    """Every revision of the core and of the first-party plugins."""
    return sorted([*ROOT.glob("migrations/versions/*.py"), *ROOT.glob("plugins/*/src/*/migrations/versions/*.py")])


def faults(source: str) -> Iterator[str]:
    """What the revision with this source does that a running site would notice."""
    tree = ast.parse(source)
    told = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if told.get("revision") in FIRST or str(told.get("DOWNTIME") or "").strip():
        return
    for function in tree.body:
        # Helpers count too: only the way back may take away.
        if isinstance(function, ast.FunctionDef) and function.name != "downgrade":
            yield from _in(function)


def _in(function: ast.FunctionDef) -> Iterator[str]:
    own = {_text(call.args[0]) for call in _calls(function) if _name(call) == "create_table" and call.args}
    for call in _calls(function):
        name = _name(call)
        if name == "execute":
            statement = _text(call.args[0]) if call.args else ""
            if statement.lstrip().upper().startswith(("UPDATE", "INSERT")):
                continue
            yield f"line {call.lineno}: execute() of anything but UPDATE and INSERT"
        elif name not in ALLOWED:
            yield f"line {call.lineno}: {name}() changes what the old version relies on"
        elif name == "add_column" and not _may_be_left_out(call):
            yield f"line {call.lineno}: a column that is neither nullable nor has a server default"
        elif name == "create_index" and _is_true(call, "unique") and not own & _tables(call, function):
            yield f"line {call.lineno}: a unique index on a table that the old version writes to"


def _calls(function: ast.FunctionDef) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in OPERATIONS
    ]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_true(call: ast.Call, keyword: str) -> bool:
    return any(
        one.arg == keyword and isinstance(one.value, ast.Constant) and one.value.value is True for one in call.keywords
    )


def _may_be_left_out(call: ast.Call) -> bool:
    column = next((argument for argument in call.args if isinstance(argument, ast.Call)), None)
    if column is None:
        return False
    given = {one.arg: one.value for one in column.keywords}
    nullable = given.get("nullable")
    # Alembic's own default is nullable.
    empty = nullable is None or (isinstance(nullable, ast.Constant) and nullable.value is True)
    return empty or "server_default" in given


def _tables(call: ast.Call, function: ast.FunctionDef) -> set[str]:
    """The tables that a create_index may be of: its second argument, or that of the block around it."""
    named = {_text(argument) for argument in call.args[1:2]} - {""}
    for node in ast.walk(function):
        if isinstance(node, ast.With) and any(inner is call for inner in ast.walk(node)):
            for item in node.items:
                if isinstance(item.context_expr, ast.Call) and item.context_expr.args:
                    named.add(_text(item.context_expr.args[0]))
    return named


def main() -> int:
    """Check them all; gives the exit status."""
    found = [f"{path.relative_to(ROOT)}: {fault}" for path in revisions() for fault in faults(path.read_text("utf-8"))]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
