"""`openapi.json` and the page for people, both drawn from the descriptions by which the doors read."""

from typing import Any

from catalog.api.describe import OPERATIONS, Operation, Param
from catalog.api.shapes import SCHEMAS
from core.text import sentence

PER_MINUTE = 120


def document() -> dict[str, Any]:
    """The whole API as OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": sentence("api", "title"), "version": "1", "description": sentence("api", "about")},
        "servers": [{"url": "/api/v1"}],
        "paths": {one.path: {"get": _get(one)} for one in OPERATIONS},
        "components": {"schemas": dict(SCHEMAS)},
    }


def shown() -> list[dict[str, Any]]:
    """The operations as the page shows them."""
    return [
        {
            "path": f"/api/v1{one.path}",
            "summary": sentence("api", one.name),
            "params": [
                {"name": p.name, "text": _about(one, p), "kind": p.kind, "default": p.default, "choices": p.choices}
                for p in one.params
            ],
        }
        for one in OPERATIONS
    ]


def _get(one: Operation) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found = {"application/json": {"schema": {"$ref": f"#/components/schemas/{one.answer}"}}}
    responses: dict[str, Any] = {
        "200": {"description": sentence("api", "found"), "content": found},
        "304": {"description": sentence("api", "unchanged")},
        "400": {"description": sentence("problem", "unfit"), "content": problem},
        "404": {"description": sentence("problem", "404"), "content": problem},
        "429": {"description": sentence("problem", "429"), "content": problem},
        "default": {"description": sentence("api", "failed"), "content": problem},
    }
    if not one.is_single:
        del responses["404"]
    return {
        "operationId": one.name,
        "summary": sentence("api", one.name),
        "parameters": [_param(one, p) for p in one.params],
        "responses": responses,
    }


def _param(one: Operation, p: Param) -> dict[str, Any]:
    where = "path" if p.in_path else "query"
    return {
        "name": p.name, "in": where, "required": p.in_path, "schema": p.schema(), "description": _about(one, p),
    }  # fmt: skip


def _about(one: Operation, p: Param) -> str:
    """The parameter's own sentence in this operation, else the common one."""
    own = f"{one.name}-{p.name}"
    said = sentence("api_param", own)
    return sentence("api_param", p.name) if said == own else said
