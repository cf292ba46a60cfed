"""`GET /api/v1/analytics/spend`: what was spent, by whatever is asked for (contract §4)."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import get_args

from aiohttp import web

from bot.web.access import Access
from bot.web.asked import listed
from bot.web.problems import Problem
from bot.web.shapes import Json
from core.money import format_yuan
from core.spending import Dimension, Spending, SpendQuery, SpendSum

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DIMENSIONS: dict[str, Dimension] = {name: name for name in get_args(Dimension)}
_FILTERS = ("department", "category", "project", "employee")
MAX_VALUES = 10


@dataclass(frozen=True, slots=True)
class AnalyticsApi:
    """Sums for other systems; a claim counts from its submission on."""

    spending: Spending
    access: Access

    def routes(self) -> list[web.RouteDef]:
        """Give the routes below `/api/v1/analytics`."""
        return [web.get("/api/v1/analytics/spend", self.spend)]

    async def spend(self, request: web.Request) -> web.Response:
        """Sum by `by`, from and to months, with only the values asked for."""
        self.access.require(request, "analytics:read")
        query = read_query(request)
        found = await self.spending.sums(query)
        return listed([_item(query, s) for s in found], None)


def read_query(request: web.Request) -> SpendQuery:
    """Read a question; Problem `invalid_by`, `invalid_from`, `invalid_to`, `too_many_values`."""
    given = request.query
    names = [n.strip() for n in (given.get("by") or "month").split(",") if n.strip()]
    by = tuple(_DIMENSIONS[n] for n in dict.fromkeys(names) if n in _DIMENSIONS)
    if len(by) != len(names) or not by:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_by", allowed=list(_DIMENSIONS))
    return SpendQuery(
        by, _month(request, "from"), _month(request, "to"), *(_values(request, n) for n in _FILTERS)
    )


def _month(request: web.Request, name: str) -> str | None:
    text = request.query.get(name) or None
    if text is not None and not _MONTH.fullmatch(text):
        raise Problem(HTTPStatus.BAD_REQUEST, f"invalid_{name}")
    return text


def _values(request: web.Request, name: str) -> frozenset[str] | None:
    """Give the values of `name=a&name=b`; an empty one is for lines that name none."""
    found = request.query.getall(name, None)
    if found is None:
        return None
    if len(found) > MAX_VALUES:
        status = HTTPStatus.BAD_REQUEST
        raise Problem(status, "too_many_values", name=name, maximum=MAX_VALUES)
    return frozenset(found)


def _item(query: SpendQuery, found: SpendSum) -> Json:
    item: Json = {n: value or None for n, value in zip(query.by, found.keys, strict=True)}
    return {**item, "amount": format_yuan(found.amount_fen), "lines": found.lines}
