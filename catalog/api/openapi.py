"""`openapi.json` and the page for people, both drawn from the descriptions by which the doors read."""

from typing import Any

from catalog.api.shapes import SCHEMAS
from core.text import sentence
from core.web.describe import KEY_HEADER, KEY_SHAPE, OPERATIONS, SHAPES, Operation, Param

PER_MINUTE = 120
_KEY: dict[str, Any] = {"name": KEY_HEADER, "text": sentence("api", "key"), "kind": "string", "default": None}


def document() -> dict[str, Any]:
    """The whole API as OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": sentence("api", "title"), "version": "1", "description": sentence("api", "about")},
        "servers": [{"url": "/api/v1"}],
        "paths": {one.path: {one.method.lower(): _described(one)} for one in OPERATIONS},
        "components": {
            "schemas": SHAPES | dict(SCHEMAS),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": sentence("api", "token")}},
        },
    }


def shown() -> list[dict[str, Any]]:
    """The operations as the page shows them."""
    return [
        {
            "path": f"/api/v1{one.path}",
            "method": one.method,
            "scope": one.scope,
            "summary": sentence("api", one.name),
            "params": [
                {"name": p.name, "text": _about(one, p), "kind": p.kind, "default": p.default, "choices": p.choices}
                for p in one.params
            ]
            + ([_KEY] if one.body else []),
        }
        for one in OPERATIONS
    ]


def _described(one: Operation) -> dict[str, Any]:
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
    out: dict[str, Any] = {
        "operationId": one.name,
        "summary": sentence("api", one.name),
        "parameters": [_param(one, p) for p in one.params],
        "responses": responses,
    }
    return _for_parties(one, out, problem) if one.scope else out


def _for_parties(one: Operation, out: dict[str, Any], problem: dict[str, Any]) -> dict[str, Any]:
    """What only a token opens, and what changes something."""
    responses = out["responses"]
    responses["401"] = {"description": sentence("problem", "token"), "content": problem}
    responses["403"] = {"description": sentence("problem", "403"), "content": problem}
    if one.body:
        responses["201"] = responses.pop("200")
        del responses["304"]
        responses["409"] = {"description": sentence("problem", "409"), "content": problem}
        responses["413"] = {"description": sentence("problem", "413"), "content": problem}
        shape = {"schema": {"$ref": f"#/components/schemas/{one.body}"}}
        out["requestBody"] = {"required": True, "content": {"application/json": shape}}
        out["parameters"].append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": True,
                "schema": {"type": "string", "pattern": KEY_SHAPE},
                "description": sentence("api", "key"),
            }
        )
    return out | {"security": [{"token": [one.scope]}]}


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
