"""Who did what to a claim, in people's words."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from web_stage import AT, NUMBER, PAGE, Stage, claim

from bot.texts.history import ACTS
from core.change import AuditEntry, Change
from core.claim import Finding, PastCheck

UNTOLD = {
    "stand_in", "delegate", "end_delegation", "set_notices", "feedback", "answer_feedback",
    "carry_over", "ask_budget_change", "take_back_budget_change", "make_batch", "release_batch",
    "cancel_batch", "export_vouchers", "leave_voucher", "voucher_not_posted", "export_archive",
    "leave_request",
}  # fmt: skip
"""What is about people, budgets, batches or vouchers rather than about a claim."""


def actions_of_core() -> set[str]:
    """Find every action that the core writes with its name spelled out."""
    found: set[str] = set()
    for path in Path("core/actions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "audit_of":
                named = node.args[1]
                if isinstance(named, ast.Constant):
                    found.add(str(named.value))
    return found


def test_every_act_on_a_claim_has_its_words() -> None:
    assert len(actions_of_core()) > 30
    assert actions_of_core() <= set(ACTS) | UNTOLD


async def act(stage: Stage, minutes: int, actor: str, action: str, **fields: str) -> None:
    entry = AuditEntry(actor, action, NUMBER, f"m{minutes}", tuple(fields.items()))
    await stage.storage.store.commit(Change(at=AT + timedelta(minutes=minutes), audit=(entry,)))


async def test_the_page_tells_who_did_what_the_latest_first(stage: Stage) -> None:
    await stage.keep(claim())
    await act(stage, 1, "zhang", "submit", version="1")
    await act(stage, 2, "wang", "return", reason="请补充<b>客户</b>名称")
    await act(stage, 3, "system", "escalate", to="zhao")
    await act(stage, 4, "weaver", "approve")
    await act(stage, 5, "cashier", "pay", reference="R-1")
    await act(stage, 6, "zhao", "unknown_to_people")
    await stage.be("z")

    _, page, _ = await stage.get(PAGE)
    told = page[page.index("记录") :]

    lines = (
        "系统</b> 登记已付款",
        "泛微 OA</b> 同意",
        "小票</b> 超时升级",
        "王五</b> 退回",
        "张三</b> 提交",
    )
    places = [told.index(line) for line in lines]
    assert places == sorted(places)
    assert "客户" in told
    assert "<b>客户" not in told
    assert "unknown_to_people" not in page
    assert "2026-11-25 10:32" in told


async def test_a_stranger_reads_no_history(stage: Stage) -> None:
    await stage.keep(replace(claim()))
    await act(stage, 1, "zhang", "submit")
    await stage.be("l")

    status, page, _ = await stage.get(PAGE)

    assert (status, "提交" in page) == (404, False)


async def test_what_a_change_has_settled_is_told_beside_it(stage: Stage) -> None:
    said = Finding("amount_limit", "warn", None, (("amount", "280.00"), ("limit", "200.00")))
    past = PastCheck(1, AT + timedelta(minutes=2), "wang", (said,))
    await stage.keep(claim(past=(past,)))
    await act(stage, 1, "zhang", "submit", version="1")
    await act(stage, 2, "wang", "reduce", reason="超标")
    await stage.be("z")

    _, page, _ = await stage.get(PAGE)
    told = page[page.index("记录") :]

    assert told.index("「超标」") < told.index("改之前的提醒：合计 ¥280.00，超过标准")
    assert told.count("改之前的提醒") == 1
