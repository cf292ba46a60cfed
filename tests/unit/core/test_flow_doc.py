"""Draws the life of a claim from its table; the drawing in the docs must be this one."""

import os
from pathlib import Path

from core.claim import TRANSITIONS, BudgetMove, State

FLOW = Path(__file__).parents[3] / "docs" / "flow.md"
UPDATE = "UPDATE_DOCS"

NAMES = {
    State.DRAFT: "草稿 draft",
    State.IN_REVIEW: "审批中 in_review",
    State.RETURNED: "已退回 returned",
    State.APPROVED: "已通过 approved",
    State.PAYING: "付款中 paying",
    State.PAID: "已付款 paid",
    State.REJECTED: "已驳回 rejected",
    State.WITHDRAWN: "已撤回 withdrawn",
    State.VOID: "已作废 void",
}
MOVES = {
    BudgetMove.NONE: "",
    BudgetMove.RESERVE: " / 占用 reserve",
    BudgetMove.RELEASE: " / 释放 release",
    BudgetMove.SETTLE: " / 核销 consume（approved）",
    BudgetMove.PAY: " / 核销 consume（paid）",
    BudgetMove.MOVE: " / 占用换到新版本 move",
    BudgetMove.UNDO: " / 释放或冲回 release or reverse",
    BudgetMove.RESTORE: " / 恢复占用 restore",
}
HEAD = f"""\
# 报销单的一生 · The life of a claim

这张图由 `tests/unit/core/test_flow_doc.py` 从 `core/claim.py` 的状态表画出；表改了，运行
`{UPDATE}=1 make test` 重画。表里没有的事件就是不允许的事件。

This is drawn from the table in `core/claim.py`; after changing the table, draw it again with
`{UPDATE}=1 make test`. An event without an arrow is not allowed. 占用（hold）只在审批中存在；
`budget.consume_on = "paid"` 时一直保留到付款。

"""


def drawn() -> str:
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> draft"]
    lines += [f'    state "{name}" as {state.value}' for state, name in NAMES.items()]
    for state, row in TRANSITIONS.items():
        for event, transition in row.items():
            move = MOVES[transition.budget]
            lines.append(f"    {state.value} --> {transition.to.value}: {event.value}{move}")
        if not row:
            lines.append(f"    {state.value} --> [*]")
    return HEAD + "\n".join([*lines, "```", ""])


def test_the_docs_show_the_table_as_it_is() -> None:
    if os.environ.get(UPDATE):
        FLOW.parent.mkdir(exist_ok=True)
        FLOW.write_text(drawn(), encoding="utf-8")

    assert FLOW.read_text(encoding="utf-8") == drawn(), f"run with {UPDATE}=1 to draw it again"
