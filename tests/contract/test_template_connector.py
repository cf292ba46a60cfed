"""The connector to copy against its made-up OA: what its checklist says is true."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from connectors.template.adapter import Template
from core.errors import AuthFailed, OutsideError, Rejected, ResultUnknown, Retryable
from sandbox.oa.faults import Faults, Misdeed
from tests.contract.connector_stage import FORM, kit_of, serving

Json = dict[str, object]


@dataclass(slots=True)
class MadeUpOa:
    """The OA that `connectors.template` describes."""

    processes: dict[str, Json] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    tokens: list[str] = field(default_factory=list)
    good: set[str] = field(default_factory=set)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/token", self.token),
            web.post("/processes", self.around(self.start)),
            web.get("/processes", self.around(self.find)),
            web.get("/processes/{id}", self.around(self.show)),
            web.post("/processes/{id}/cancel", self.around(self.cancel)),
        ]

    def around(self, handler: Callable[[web.Request, Json], Json]) -> Callable[..., object]:
        async def known(request: web.Request) -> web.Response:
            if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.good:
                return web.Response(status=401)
            body = await request.read()
            return web.json_response(handler(request, json.loads(body) if body else {}))

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self.faults.around(request, known, expire=self.good.clear)

        return handle

    async def token(self, request: web.Request) -> web.Response:
        if (await request.json())["secret"] != "s":
            return web.json_response({})
        self.tokens.append(f"t{len(self.tokens)}")
        self.good.add(self.tokens[-1])
        return web.json_response({"token": self.tokens[-1], "life_s": 600})

    def start(self, request: web.Request, document: Json) -> Json:
        if not document["title"]:
            return {"fault": "no_title", "text": "标题必填"}
        number = str(len(self.processes) + 1)
        self.processes[number] = {**document, "id": number, "state": "running", "comments": []}
        return {"fault": "", "data": self.processes[number]}

    def find(self, request: web.Request, document: Json) -> Json:
        key = request.query["key"]
        found = next((p for p in self.processes.values() if p["key"] == key), None)
        return {"fault": "", "data": found} if found else {"fault": "no_such_process"}

    def show(self, request: web.Request, document: Json) -> Json:
        found = self.processes.get(request.match_info["id"])
        return {"fault": "", "data": found} if found else {"fault": "no_such_process"}

    def cancel(self, request: web.Request, document: Json) -> Json:
        found = self.processes[request.match_info["id"]]
        if found["state"] != "running":
            return {"fault": "over"}
        found["state"] = "taken_back"
        return {"fault": "", "data": found}


@pytest.fixture
async def place() -> AsyncIterator[tuple[MadeUpOa, Template]]:
    there = MadeUpOa()
    async with serving(there.routes()) as url:
        port = Template("acme", kit_of(), base_url=url, app="a", secret="s", timeout_s=0.4)
        yield there, port
        await port.close()


STATES = {
    "running": "waiting",
    "agreed": "approved",
    "refused": "rejected",
    "sent_back": "returned",
    "taken_back": "withdrawn",
    "deleted": "void",
}


@pytest.mark.parametrize(
    "fault", [None, "expired_token", "busy", "fault_before", "silence_after", "login_page"]
)
@pytest.mark.parametrize("state", STATES)
async def test_outcomes_and_faults(
    place: tuple[MadeUpOa, Template], state: str, fault: Misdeed | None
) -> None:
    there, port = place
    ref = await port.start(FORM, "k")
    there.processes[ref.id]["state"] = state
    if fault:
        there.faults.add(fault)

    try:
        found = await port.query(ref)
    except (Retryable, ResultUnknown):
        found = await port.query(ref)

    assert found.status == STATES[state]


@pytest.mark.parametrize("fault", ["fault_before", "fault_after", "login_page_after"])
async def test_a_lost_answer_never_makes_a_second_process(
    place: tuple[MadeUpOa, Template], fault: Misdeed
) -> None:
    there, port = place
    there.faults.add(fault)
    with pytest.raises(ResultUnknown):
        await port.start(FORM, "k")

    ref = await port.find("k") or await port.start(FORM, "k")

    assert list(there.processes) == [ref.id]


async def test_many_calls_fetch_one_token(place: tuple[MadeUpOa, Template]) -> None:
    there, port = place
    ref = await port.start(FORM, "k")
    there.good.clear()

    await asyncio.gather(*(port.query(ref) for _ in range(5)))

    assert there.tokens == ["t0", "t1"]


async def test_what_is_refused_says_why(place: tuple[MadeUpOa, Template]) -> None:
    there, port = place
    with pytest.raises(Rejected) as refused:
        await port.start(type(FORM)(), "k")
    assert refused.value.fields["text"] == "标题必填"

    wrong = Template("acme", kit_of(), base_url="http://127.0.0.1:9", app="a", secret="x")
    with pytest.raises(OutsideError):
        await wrong.find("k")
    await wrong.close()
    assert there.processes == {}


async def test_a_wrong_secret_needs_a_person() -> None:
    there = MadeUpOa()
    async with serving(there.routes()) as url:
        port = Template("acme", kit_of(), base_url=url, app="a", secret="wrong")
        with pytest.raises(AuthFailed) as failed:
            await port.find("k")
        await port.close()

    assert "wrong" not in str(failed.value)


async def test_taking_back_twice_is_once(place: tuple[MadeUpOa, Template]) -> None:
    there, port = place
    ref = await port.start(FORM, "k")

    await port.cancel(ref, "撤回")
    await port.cancel(ref, "撤回")

    assert there.processes[ref.id]["state"] == "taken_back"
