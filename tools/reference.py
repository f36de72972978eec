"""The reference, as Markdown out of the code: names, hooks, settings, commands, calls as they speak for themselves."""

from __future__ import annotations

import inspect
import re
import tempfile
from collections.abc import Iterator
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo

import meetup
from meetup import api, config, create_app, domain
from meetup.commands import MODULES, Commands
from meetup.plugins import hookspecs
from meetup.plugins.slots import SLOTS
from meetup.rest.problems import TITLES
from meetup.web import settings as web

HEAD = "Written out of the code when the site is built.\n"


def pages() -> Iterator[tuple[str, str]]:
    """Each page of the reference: its name and its text."""
    with tempfile.TemporaryDirectory() as folder:
        app = site(folder)
        yield "meetup.md", names_page("meetup", "The front door: what an application needs.", meetup, meetup.__all__)
        said = "What plugins and hosts may import; all else may change without notice."
        yield "api.md", names_page("meetup.api", said, api, api.__all__)
        said = "The rules alone, without Flask and SQLAlchemy; see [the rules as a library](../library.md)."
        yield "domain.md", names_page("meetup.domain", said, domain, domain.__all__)
        yield "hooks.md", hooks_page()
        yield "settings.md", settings_page(app)
        yield "commands.md", commands_page(app)
        yield "rest.md", rest_page(app)


def site(folder: str) -> Flask:
    """The stand-alone site with every plugin that is installed; it touches no database."""
    secret = "for this reference alone, which signs nothing"
    told = {
        "MEETUP_DATABASE_URL": f"sqlite:///{folder}/none.sqlite3",
        "SECRET_KEY": secret,
        "MEETUP_SECRET_KEY": secret,
        "MEETUP_PLUGINS": "*",
    }
    return create_app(told, instance=folder)


def names_page(title: str, said: str, module: Any, names: list[str]) -> str:
    """Every public name of a module, with its signature and its docstring."""
    kinds: dict[str, list[str]] = {"Classes": [], "Functions": [], "Data": []}
    for name in names:
        found = getattr(module, name)
        kind = "Classes" if inspect.isclass(found) else "Functions" if callable(found) else "Data"
        kinds[kind].append(name)
    parts = [f"# `{title}`\n", HEAD, said + "\n"]
    for kind, own in kinds.items():
        if own:
            parts.append(f"## {kind}\n")
            parts.extend(_documented(title, module, name, kind) for name in sorted(own, key=str.lower))
    return "\n".join(parts)


def _documented(title: str, module: Any, name: str, kind: str) -> str:
    if kind == "Data":
        value = getattr(module, name)
        shown = f"`{value!r}`" if isinstance(value, str) else f"A {type(value).__name__}."
        if isinstance(value, (tuple, frozenset)):
            shown = ", ".join(f"`{one}`" for one in (sorted(value) if isinstance(value, frozenset) else value))
        elif isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
            shown = "\n".join(f"- `{key}`: {said}" for key, said in value.items())
        return f"### `{name}`\n\n{shown}\n"
    found = getattr(module, name)
    lines = [f".. autoclass:: {title}.{name}", "   :members:"]
    if kind == "Functions":
        # By its own home: an alias such as `submit_issue` has another name there.
        lines = [f".. autofunction:: {title}.{name}"]
    if kind == "Classes" and issubclass(found, BaseException):
        lines = [f".. autoexception:: {title}.{name}"]
    if module is not api and getattr(api, name, None) is found:
        # Described under meetup.api already: links go there.
        lines.append("   :no-index:")
    return f"### `{name}`\n\n```{{eval-rst}}\n" + "\n".join(lines) + "\n```\n"


def plain(text: str) -> str:
    """A docstring as Markdown: roles and double backticks become code."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    return re.sub(r"``([^`]+)``", r"`\1`", text)


def hooks_page() -> str:
    """The surface, and the slots."""
    parts = ["# Hooks\n", HEAD, "With an example each, and how to write a plugin: [plugins](../plugins.md#hooks).\n"]
    for name, hook in vars(hookspecs).items():
        if name.startswith("meetup_"):
            arguments = ", ".join(inspect.signature(hook).parameters)
            parts.append(f"## `{name}({arguments})`\n\n{plain(inspect.getdoc(hook) or '')}\n")
    parts.append("## Slots\n\n| slot | where |\n|---|---|")
    parts.extend(f"| `{name}` | {said} |" for name, said in SLOTS.items())
    return "\n".join(parts) + "\n"


def settings_page(app: Flask) -> str:
    """Every setting, the core's and those of the plugins."""
    mount = app.extensions["meetup"]["meetup"]
    parts = ["# Settings\n", HEAD, "Where they are read from: [operating](../operating.md#settings).\n"]
    groups = {"The core": [*config.SETTINGS, *web.SETTINGS]}
    for name, brought in mount.plugins.gather_by_plugin("meetup_settings").items():
        if not name.startswith("meetup:"):
            groups[name] = brought
    for title, settings in groups.items():
        parts.append(f"## {title}\n\n| setting | kind | default | what for |\n|---|---|---|---|")
        for one in settings:
            default = ",".join(one.default) if isinstance(one.default, tuple) else str(one.default)
            shown = f"`{default}`" if default else "none"
            parts.append(f"| `MEETUP_{one.name}` | {one.kind.__name__} | {shown} | {cell(one.sentence)} |")
        parts.append("")
    return "\n".join(parts)


def commands_page(app: Flask) -> str:
    """Every command with its own help, those of the plugins too."""
    group = Commands("meetup")
    parts = ["# Commands\n", HEAD, "In a host's application they stand below `flask meetup`, or the mount's name.\n"]
    with click.Context(group, info_name="meetup", obj=ScriptInfo(create_app=lambda: app)) as ctx:
        for name in group.list_commands(ctx):
            command = group.get_command(ctx, name)
            assert command is not None
            parts.append(f"## `meetup {name}`\n")
            parts.extend(_command(command, ctx, name))
        assert set(MODULES) <= set(group.list_commands(ctx))
    return "\n".join(parts)


def _command(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    with click.Context(command, info_name=name, parent=parent) as ctx:
        # The help is wrapped for a page, whatever the terminal is.
        ctx.terminal_width = ctx.max_content_width = 100
        yield f"```text\n{command.get_help(ctx)}\n```\n"
        if isinstance(command, click.Group):
            for one in command.list_commands(ctx):
                found = command.get_command(ctx, one)
                if found is not None:
                    yield f"### `{ctx.command_path} {one}`\n"
                    yield from _command(found, ctx, one)


def rest_page(app: Flask) -> str:
    """Every call of the API out of its OpenAPI document."""
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    assert document["paths"], "the OpenAPI document has no calls"
    problems = ", ".join(f"{code} “{words}”" for code, words in TITLES.items())
    parts = [
        "# Calls of the API\n",
        HEAD,
        "The document itself is at `/api/v1/openapi.json` of every site, readable at `/api/v1/docs`. A call needs "
        "`Authorization: Bearer …`, a token of `meetup token create`; who may call what: "
        "[access](../access.md#the-api). `?` stands after what may be left out or missing. What cannot be done is "
        f"answered by a problem document (RFC 9457): {problems}.\n",
    ]
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, calls in document["paths"].items():
        for method, one in calls.items():
            if isinstance(one, dict) and "responses" in one:
                shared = calls.get("parameters", [])
                merged = {**one, "parameters": [*shared, *one.get("parameters", [])]}
                by_tag.setdefault((one.get("tags") or ["others"])[0], []).append((method.upper(), path, merged))
    for tag, calls in by_tag.items():
        parts.append(f"## {tag}\n")
        for method, path, one in calls:
            parts.extend(_call(method, path, one, document))
    return "\n".join(parts)


def _call(method: str, path: str, one: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    yield f"### `{method} {path}`\n"
    yield plain(" ".join(filter(None, (one.get("summary"), one.get("description")))) or "") + "\n"
    asked = [resolve(p, document) for p in one.get("parameters", [])]
    named = [f"`{p['name']}`{'' if p.get('required') else '?'}" for p in asked if p.get("in") == "query"]
    if named:
        yield f"Query: {', '.join(named)}\n"
    body = resolve(one.get("requestBody", {}), document).get("content", {})
    for kind, content in body.items():
        yield f"Body ({kind}): {shape(content.get('schema', {}), document)}\n"
    for code, answer in one["responses"].items():
        if code.startswith("2"):
            content = resolve(answer, document).get("content", {})
            fields = next((shape(kind.get("schema", {}), document) for kind in content.values()), "")
            yield f"Answers {code}{f': {fields}' if fields else ''}\n"


def resolve(thing: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The thing that a reference names."""
    if "$ref" in thing:
        found: Any = document
        for step in thing["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return dict(found)
    return thing


def shape(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> str:
    """The fields of a body, in a line; `?` after what may be left out."""
    schema = resolve(schema, document)
    if schema.get("type") == "array":
        return f"[{shape(schema.get('items', {}), document, depth)}]"
    fields = schema.get("properties", {})
    if not fields or depth > 2:
        return "" if depth else "any object"
    needed = set(schema.get("required", ()))
    said = []
    for name, one in fields.items():
        inner = shape(one, document, depth + 1)
        said.append(f"`{name}`{'' if name in needed else '?'}{f' {{{inner}}}' if inner else ''}")
    return ", ".join(said)


def cell(text: str) -> str:
    """Text in a cell of a table."""
    return text.replace("|", "\\|")
