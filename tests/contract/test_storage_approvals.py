"""Approvals on every store: one decision of many, money as it was, delegations, overdue steps."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.actions.basics import Cause, Settings
from core.actions.decision import approve, reject
from core.actions.submission import Surroundings, submit
from core.actions.undoing import Consequences, undo
from core.approval import Plan, Step
from core.change import Change
from core.claim import Claim, State
from core.company import Company
from core.delegation import Delegation
from core.errors import ChitError, Conflict, Refused
from core.ports import ClaimQuery, Page
from core.routing import Roster
from tests.contract.storage_samples import (
    ANY,
    NOW,
    AnyStorage,
    apply,
    claim,
    figures,
    in_review,
    journal,
)

NUMBER = "BX-20261125-0001"
RULES = Settings()
DAY = timedelta(days=1)
COMPANY = Company.model_validate(
    {
        "departments": [{"id": "sales", "name": "市场部"}],
        "people": [
            {"id": "zhang", "name": "张三", "department": "sales", "manager": "wang"},
            {"id": "wang", "name": "王五"},
            {"id": "zhao", "name": "赵六", "roles": ["finance"]},
            {"id": "qian", "name": "钱七", "roles": ["finance"]},
        ],
        "categories": [{"id": "taxi", "name": "交通", "requires_invoice": False}],
        "budgets": [
            {"id": "sales", "department": "sales", "period": "2026-Q4", "limit": "1000.00"}
        ],
        "flows": [{"id": "all", "steps": [{"name": "财务", "approvers": ["role:finance"]}]}],
    }
)


async def submitted(storage: AnyStorage) -> Claim:
    await apply(storage, COMPANY)
    around = Surroundings(COMPANY, date(2026, 11, 25), (), (), {}, RULES)
    await storage.store.commit(submit(claim(), around, Cause("zhang", NOW, "submit")))
    found = await storage.store.claim(NUMBER)
    assert found
    return found


Decide = Callable[[str, str], Change]


def decides(waiting: Claim) -> dict[str, Decide]:
    return {
        "approve": lambda who, source: approve(
            waiting, COMPANY, Cause(who, NOW, source), "", RULES
        ),
        "reject": lambda who, source: reject(waiting, Cause(who, NOW, source), "不行"),
    }


async def outcome(work: Awaitable[None]) -> str:
    try:
        await work
    except ChitError as error:
        return error.code
    return "done"


async def test_d01_five_approvals_at_once_are_one(storage: AnyStorage) -> None:
    waiting = await submitted(storage)
    act = decides(waiting)["approve"]

    changes = [act("zhao", f"click-{i}") for i in range(5)]
    told = await asyncio.gather(*(outcome(storage.store.commit(c)) for c in changes))

    assert sorted(told) == ["done", *["revision"] * 4]
    assert await figures(storage) == (0, 10000)
    done = await storage.store.claim(NUMBER)
    assert done
    assert done.state is State.APPROVED
    assert len((await storage.store.payments(None, ANY)).items) == 1


async def test_d03_of_a_yes_and_a_no_at_once_exactly_one_counts(storage: AnyStorage) -> None:
    waiting = await submitted(storage)
    acts = decides(waiting)

    told = await asyncio.gather(
        outcome(storage.store.commit(acts["approve"]("zhao", "click-1"))),
        outcome(storage.store.commit(acts["reject"]("qian", "click-2"))),
    )

    assert sorted(told) == ["done", "revision"]
    done = await storage.store.claim(NUMBER)
    assert done
    spent = done.state is State.APPROVED
    assert done.state in {State.APPROVED, State.REJECTED}
    assert await figures(storage) == (0, 10000 if spent else 0)
    with pytest.raises(Refused, match="wrong_state"):
        approve(done, COMPANY, Cause("qian", NOW, "again"), "", RULES)


@pytest.mark.parametrize("verdict", ["approve", "reject"])
async def test_a_decision_taken_back_leaves_the_money_as_it_was(
    storage: AnyStorage, verdict: str
) -> None:
    waiting = await submitted(storage)
    before = await figures(storage)
    await storage.store.commit(decides(waiting)[verdict]("zhao", "click-1"))
    decided = await storage.store.claim(NUMBER)
    assert decided

    after = Consequences(await storage.store.payment(f"P-{NUMBER}"))
    cause = Cause("zhao", NOW + timedelta(seconds=30), "undo-1")
    await storage.store.commit(undo(decided, cause, RULES, Roster(COMPANY), after))

    restored = await storage.store.claim(NUMBER)
    assert restored
    assert (restored.state, restored.version) == (State.IN_REVIEW, 2)
    assert before == await figures(storage) == (10000, 0)
    assert sum(fen for kind, fen in await journal(storage) if kind == "consume") == 0
    await storage.store.commit(decides(restored)["approve"]("qian", "click-2"))
    assert await figures(storage) == (0, 10000)
    assert (await storage.store.payment(f"P-{NUMBER}")).state == "pending"  # type: ignore[union-attr]


async def test_a_no_is_not_taken_back_once_others_have_the_money(storage: AnyStorage) -> None:
    waiting = await submitted(storage)
    await storage.store.commit(decides(waiting)["reject"]("zhao", "click-1"))
    around = Surroundings(COMPANY, date(2026, 11, 25), (), (), {}, RULES)
    other = replace(claim("BX-20261125-0002", fen=95000), lines=(claim(fen=95000).lines[0],))
    other = replace(other, lines=(replace(other.lines[0], invoice=None),))
    await storage.store.commit(submit(other, around, Cause("zhang", NOW, "submit-2")))
    decided = await storage.store.claim(NUMBER)
    assert decided

    change = undo(decided, Cause("zhao", NOW, "undo-1"), RULES, Roster(COMPANY), Consequences())
    with pytest.raises(Refused, match="budget"):
        await storage.store.commit(change)

    kept = await storage.store.claim(NUMBER)
    assert kept
    assert kept.state is State.REJECTED
    assert await figures(storage) == (95000, 0)


def delegation(name: str, days: int) -> Delegation:
    day = date(2026, 11, 25)
    return Delegation(name, "wang", "zhao", NOW - DAY, NOW + days * DAY, day, day, ("advance",))


async def test_delegations_stay_when_the_company_changes(storage: AnyStorage) -> None:
    await apply(storage, COMPANY)
    first, second = delegation("d-1", 1), delegation("d-2", 3)
    await storage.store.commit(Change(at=NOW, delegations=(first, second)))

    await apply(storage, COMPANY.model_copy(update={"projects": ()}), 1)

    assert await storage.store.delegations(NOW) == (first, second)
    assert await storage.store.delegations(NOW + 2 * DAY) == (second,)


async def test_a_delegation_is_replaced_by_its_id(storage: AnyStorage) -> None:
    await storage.store.commit(Change(at=NOW, delegations=(delegation("d-1", 3),)))
    ended = replace(delegation("d-1", 3), ends=NOW)

    await storage.store.commit(Change(at=NOW, delegations=(ended,)))

    assert await storage.store.delegations(NOW) == ()
    assert await storage.store.delegations(NOW - DAY) == (ended,)


async def test_overdue_steps_are_found_by_their_time(storage: AnyStorage) -> None:
    for minute, due in enumerate((NOW, NOW + DAY, None), 1):
        step = Step("主管", "any", ("wang",), due=due)
        made = in_review(claim(f"BX-20261125-000{minute}", minute), "wang")
        await storage.store.commit(Change(at=NOW, claims=(replace(made, plan=Plan((step,))),)))

    async def late(before: timedelta) -> list[str]:
        query = ClaimQuery(state=State.IN_REVIEW, due_before=NOW + before)
        return [c.number[-1] for c in (await storage.store.claims(query, Page())).items]

    assert await late(timedelta()) == []
    assert await late(timedelta(seconds=1)) == ["1"]
    assert await late(2 * DAY) == ["2", "1"]


async def test_who_decides_on_an_old_revision_is_told_to_look_again(storage: AnyStorage) -> None:
    waiting = await submitted(storage)
    await storage.store.commit(decides(waiting)["approve"]("zhao", "click-1"))

    with pytest.raises(Conflict, match="revision"):
        await storage.store.commit(decides(waiting)["reject"]("qian", "click-2"))
