"""The API's description, made from the code that serves it, and a page on which people can read it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify
from flask_smorest import Api

from meetup import __version__
from meetup.rest.schemas import Problem
from meetup.web.current import current_mount
from meetup.web.guards import allow
from meetup.web.pages import page

bp = Blueprint("documents", __name__)


class QuietApi(Api):
    """The library's description without its application-wide error handlers and pages: those are the host's."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = "DEFAULT_ERROR"

    def _register_error_handlers(self) -> None:
        pass

    def _register_doc_blueprint(self) -> None:
        pass


def describe(mount: Any) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `mount`; made once."""
    made: dict[str, Any] | None = mount.app.extensions.setdefault("meetup_openapi", {}).get(mount.name)
    if made is not None:
        return made
    app = mount.app
    # The paths say where Meetup is mounted already.
    site = urlsplit(mount.settings.base_url)
    commands = dict(app.cli.commands)
    api = QuietApi(
        spec_kwargs={
            "title": "Meetup",
            "version": __version__,
            "openapi_version": "3.1.0",
            "info": {"description": "Sessions, registrations, issues and follow-ups of a business meeting programme."},
            "servers": [{"url": f"{site.scheme}://{site.netloc}"}],
            "security": [{"token": []}],
        }
    )
    api.init_app(app)
    app.cli.commands = commands
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    blueprint = app.blueprints[f"{mount.name}.api"]
    blueprint.register_views_in_doc(api, app, api.spec, name=f"{mount.name}.api", parameters=None)
    document: dict[str, Any] = api.spec.to_dict()
    _say_problems(document)
    app.extensions["meetup_openapi"][mount.name] = document
    return document


def _say_problems(document: dict[str, Any]) -> None:
    """Every error is a problem document, whatever the call."""
    document.setdefault("components", {}).setdefault("responses", {})["Problem"] = {
        "description": "A problem document (RFC 9457).",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    document["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            responses = operation.setdefault("responses", {})
            for status in [*responses]:
                if str(status) == "default" or str(status)[0] in "45":
                    del responses[status]
            responses["default"] = {"$ref": "#/components/responses/Problem"}


PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "state": {"type": "string"},
        "possible": {"type": "array", "items": {"type": "string"}},
    },
}


@bp.get("/api/v1/openapi.json")
@allow("public")
def openapi() -> Response:
    """The description, OpenAPI 3.1."""
    return jsonify(describe(current_mount()))


@bp.get("/api/v1/docs")
@allow("public")
def docs() -> str:
    """The description, for people."""
    document = describe(current_mount())
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            groups.setdefault(operation["tags"][0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "body": _body(document, operation),
                    "query": [
                        one["name"]
                        for one in operation.get("parameters", [])
                        if isinstance(one, dict) and one.get("in") == "query"
                    ],
                    "answers": [status for status in operation["responses"] if status != "default"],
                }
            )
    return page("rest/docs.html", groups=groups, document=document)


def _body(document: dict[str, Any], operation: dict[str, Any]) -> list[tuple[str, str, bool]]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    if schema.get("type") == "array":
        schema = schema.get("items", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    schema = document.get("components", {}).get("schemas", {}).get(name, schema)
    required = schema.get("required", [])
    return [(field, _kind(values), field in required) for field, values in schema.get("properties", {}).items()]


def _kind(values: dict[str, Any]) -> str:
    kind = values.get("type", "") or values.get("$ref", "").rpartition("/")[2]
    if isinstance(kind, list):
        kind = " | ".join(kind)
    allowed = values.get("enum")
    return " | ".join(str(one) for one in allowed) if allowed else str(kind or "object")
