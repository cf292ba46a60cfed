"""The whole REST API against its own document: no 5xx, every answer as it says, by schemathesis."""

import asyncio
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from aiohttp import web

from bot.web.operations import BASE, OPERATIONS
from core.change import Change
from core.claim import Line, State
from core.payment import Payment
from core.voucher import Voucher, VoucherLine
from tests.contract.storage_samples import NOW, claim
from tests.flow.stage import ON_POSTGRES, ON_SQLITE, TOKEN, Stage

ST = Path(sys.executable).with_name("st")
EXAMPLES = 15
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance,ignored_auth,unsupported_method,"
    "negative_data_rejection,missing_required_header,use_after_free,ensure_resource_availability"
)


async def fill(stage: Stage) -> None:
    """Keep something of everything that lists can show."""
    number = "BX-20261125-0001"
    lines = (Line("taxi", 4500, date(2026, 11, 24), "去客户现场"), Line(None, 100, NOW.date()))
    made = replace(
        claim(number), state=State.APPROVED, submitted_at=NOW, lines=lines, department="sales"
    )
    owed = Payment(f"P-{number}", number, "zhang", "张三", 4600, "6222021234567890", "招商银行")
    entries = (VoucherLine("6601", "车费", 4600), VoucherLine("2241", "车费", credit_fen=4600))
    voucher = Voucher("V-x", "approval", number, "hq", NOW.date(), NOW, entries, 4600)
    await stage.service.storage.store.commit(
        Change(at=NOW, claims=(made,), payments=(owed,), vouchers=(voucher,))
    )


@ON_POSTGRES
async def test_no_answer_surprises(stage: Stage, tmp_path: Path) -> None:
    await fill(stage)
    process = await asyncio.create_subprocess_exec(
        str(ST),
        "run",
        f"{stage.service.url}/api/openapi.json",
        f"--url={stage.service.url}",
        f"--header=Authorization: Bearer {TOKEN}",
        f"--checks={CHECKS}",
        f"--max-examples={EXAMPLES}",
        "--phases=examples,coverage,fuzzing,stateful",
        "--seed=20261125",
        "--workers=2",
        "--no-color",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()

    assert process.returncode == 0, out.decode()[-6000:]


@ON_SQLITE
async def test_every_route_is_in_the_document_and_the_other_way_round(stage: Stage) -> None:
    app = stage.service.runner.app
    assert isinstance(app, web.Application)
    routes = {
        (route.method, resource.canonical)
        for resource in app.router.resources()
        for route in resource
        if resource.canonical.startswith(BASE + "/") and route.method not in {"HEAD", "OPTIONS"}
    }

    assert routes == {(o.method.upper(), BASE + o.path) for o in OPERATIONS}


@ON_SQLITE
async def test_a_question_may_name_many_values(stage: Stage) -> None:
    names = [f"{i}{'部' * 60}" for i in range(10)]
    query = [(key, name) for key in ("department", "category", "project") for name in names]
    headers = {"Authorization": f"Bearer {TOKEN}"}

    url = f"{stage.service.url}{BASE}/analytics/spend"
    async with stage.session.get(url, params=query, headers=headers) as answer:
        assert (answer.status, await answer.json()) == (200, {"items": [], "next": None})
