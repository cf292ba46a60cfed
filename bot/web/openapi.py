"""`/api/openapi.json`: the REST API as a document, drawn from the models that the code answers by.

A test proves that every route has its operation here, and that answers are as they say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter

from bot.texts.api import problem_text
from bot.web.api_claims import MAX_KEY
from bot.web.models import ProblemModel
from bot.web.operations import BASE, OPERATIONS, Operation

Json = dict[str, Any]
_NUMBER: Json = {"schema": {"type": "integer"}}
_HEADERS: Mapping[int, Json] = {
    201: {"Location": {"schema": {"type": "string"}}},
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": _NUMBER},
    503: {"Retry-After": _NUMBER},
}


def document(public_url: str) -> Json:
    """Draw the document: OpenAPI 3.1."""
    schemas: Json = {}
    paths: Json = {}
    for operation in OPERATIONS:
        paths.setdefault(BASE + operation.path, {})[operation.method] = _drawn(operation, schemas)
    _schema_of(ProblemModel, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "小票 Chit",
            "version": "1",
            "description": "金额是以元为单位的小数字符串 · Money is a decimal string in yuan. "
            "错误是 application/problem+json，`code` 不变，说明按 Accept-Language 用中文或英文 · "
            "Errors carry a stable `code`; what they say is Chinese, or English by "
            "Accept-Language. 空的查询参数等于没写 · An empty query parameter asks for nothing.",
        },
        "servers": [{"url": public_url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _drawn(operation: Operation, schemas: Json) -> Json:
    answer = _schema_of(operation.answer, schemas)
    if operation.listed:
        answer = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": {"type": "array", "items": answer},
                "next": {"type": ["string", "null"]},
            },
        }
    good: Json = {"description": "好 · fine", "content": {"application/json": {"schema": answer}}}
    if operation.status in _HEADERS:
        good["headers"] = _HEADERS[operation.status]
    responses = {str(operation.status): good}
    for status, codes in operation.all_codes.items():
        responses[str(status)] = _problem(status, codes)
    drawn: Json = {
        "operationId": operation.name,
        "summary": operation.says,
        "description": f"权限 · scope `{operation.scope}`",
        "tags": [operation.path.split("/")[1]],
        "security": [{"bearer": [operation.scope]}],
        "parameters": _parameters(operation),
        "responses": responses,
    }
    if operation.body:
        content: Json = {"schema": _schema_of(operation.body, schemas)}
        content["examples"] = {name: {"value": v} for name, v in operation.examples.items()}
        drawn["requestBody"] = {"required": True, "content": {"application/json": content}}
    return drawn


def _problem(status: int, codes: tuple[str, ...]) -> Json:
    """Draw a problem with its codes, the first of them as an example."""
    example = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": codes[0],
        "detail": problem_text(codes[0], "en", {}),
    }
    schema = {"$ref": "#/components/schemas/ProblemModel"}
    content = {"application/problem+json": {"schema": schema, "example": example}}
    drawn: Json = {"description": ", ".join(f"`{code}`" for code in codes), "content": content}
    if status in _HEADERS:
        drawn["headers"] = _HEADERS[status]
    return drawn


def _parameters(operation: Operation) -> list[Json]:
    inside = [p[1:-1] for p in operation.path.split("/") if p.startswith("{")]
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in inside
    ]
    for name, schema in (operation.query or {}).items():
        needed = name in operation.needs
        found.append({"name": name, "in": "query", "required": needed, "schema": schema})
    if operation.keyed:
        key: Json = {"type": "string", "pattern": f"^[!-~]([ -~]{{0,{MAX_KEY - 2}}}[!-~])?$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    return found


def _schema_of(model: type, schemas: Json) -> Json:
    """Put a model and what it consists of among the schemas; gives the reference to it."""
    drawn = TypeAdapter(model).json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(drawn.pop("$defs", {}))
    schemas[model.__name__] = drawn
    return {"$ref": f"#/components/schemas/{model.__name__}"}


@dataclass(frozen=True, slots=True)
class OpenApi:
    """Serves the document to anybody: there is no secret in it."""

    public_url: str

    def routes(self) -> list[web.RouteDef]:
        """Give the one route."""
        return [web.get("/api/openapi.json", self.show)]

    async def show(self, _: web.Request) -> web.Response:
        """Give the document."""
        return web.json_response(document(self.public_url))
