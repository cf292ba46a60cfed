"""Claims and money end to end on every storage: advances, held lines, voiding, shares."""

from dataclasses import dataclass, replace

import pytest

from core.actions import amending, decision, settlement, voiding
from core.actions.basics import Cause, Settings
from core.actions.clearing import open_advances
from core.actions.editing import share_line
from core.actions.submission import Surroundings, submit, withdraw
from core.actions.undoing import Consequences, undo
from core.budget import charges_of
from core.change import Change
from core.claim import Claim, State
from core.company import Company
from core.errors import Conflict, Refused
from core.ports import ClaimQuery
from core.routing import Roster
from core.shares import Share
from tests.contract.storage_samples import ANY, NOW, AnyStorage, apply, claim, figures

RULES = Settings()
ADVANCE = "JK-20261125-0001"
CLAIM = "BX-20261125-0001"

COMPANY = Company.model_validate(
    {
        "departments": [
            {"id": "sales", "name": "市场部"},
            {"id": "lab", "name": "研发部"},
        ],
        "people": [
            {"id": "zhang", "name": "张三", "department": "sales", "manager": "wang"},
            {"id": "wang", "name": "王五", "department": "sales", "roles": ["employee"]},
            {"id": "qian", "name": "钱伟", "roles": ["cashier"]},
            {"id": "zhao", "name": "赵敏", "roles": ["finance"]},
        ],
        "categories": [{"id": "taxi", "name": "市内交通", "requires_invoice": False}],
        "budgets": [
            {"id": "sales", "department": "sales", "period": "2026", "limit": "1000.00"},
            {"id": "lab", "department": "lab", "period": "2026", "limit": "1000.00"},
        ],
        "flows": [{"id": "all", "steps": [{"name": "主管", "approvers": ["manager"]}]}],
    }
)


@dataclass(slots=True)
class Desk:
    """Does what people do, on one storage; each message has a source of its own."""

    storage: AnyStorage
    done: int = 0

    def by(self, person: str) -> Cause:
        self.done += 1
        return Cause(person, NOW, f"m{self.done}")

    async def claim(self, number: str) -> Claim:
        found = await self.storage.store.claim(number)
        assert found is not None
        return found

    async def commit(self, change: Change | None) -> None:
        assert change is not None
        await self.storage.store.commit(change)

    async def around(self, of: Claim) -> Surroundings:
        store = self.storage.store
        mine = (await store.claims(ClaimQuery(employee=of.employee), ANY)).items
        return Surroundings(
            company=COMPANY,
            today=NOW.date(),
            history=tuple(c for c in mine if c.number != of.number),
            balances=await store.balances([c.budget for c in charges_of(COMPANY, of)]),
            holders={},
            settings=RULES,
            advances=open_advances(mine),
        )

    async def submit(self, draft: Claim) -> Claim:
        await self.commit(submit(draft, await self.around(draft), self.by("zhang")))
        return await self.claim(draft.number)

    async def approve(self, number: str) -> Claim:
        waiting = await self.claim(number)
        advances = {c.advance: await self.claim(c.advance) for c in waiting.clears}
        cause = self.by("wang")
        change = decision.approve(waiting, COMPANY, cause, "", RULES, advances=advances)
        await self.commit(change)
        return await self.claim(number)

    async def pay(self, number: str, fen: int | None = None) -> Claim:
        payment = await self.storage.store.payment(f"P-{number}")
        assert payment is not None
        paid = await self.claim(number)
        cause = self.by("qian")
        await self.commit(settlement.pay(paid, payment, cause, RULES, amount_fen=fen))
        return await self.claim(number)

    async def void(self, number: str) -> Claim:
        of = await self.claim(number)
        deps = voiding.Dependents(
            await self.storage.store.payment(f"P-{number}"),
            {c.advance: await self.claim(c.advance) for c in of.clears},
        )
        await self.commit(voiding.void(of, COMPANY, self.by("zhao"), "买错了", deps))
        return await self.claim(number)


@pytest.fixture
async def desk(storage: AnyStorage) -> Desk:
    await apply(storage, COMPANY)
    return Desk(storage)


async def paid_advance(desk: Desk, fen: int = 100_000) -> Claim:
    draft = replace(claim(ADVANCE, fen=fen), kind="advance")
    await desk.submit(replace(draft, lines=(replace(draft.lines[0], invoice=None),)))
    await desk.approve(ADVANCE)
    return await desk.pay(ADVANCE)


async def test_an_advance_holds_until_claims_take_its_place(desk: Desk) -> None:
    await paid_advance(desk)
    assert await figures(desk.storage) == (100_000, 0)

    submitted = await desk.submit(claim(CLAIM, 1, 65_035))
    assert submitted.cleared_fen == 65_035
    assert await figures(desk.storage) == (100_000, 0)

    around = await desk.around(submitted)
    await desk.commit(amending.reduce_line(submitted, around, desk.by("wang"), 0, 61_934, "超标"))
    assert await figures(desk.storage) == (100_000, 0)

    cleared = await desk.approve(CLAIM)
    assert cleared.state is State.PAID
    assert await desk.storage.store.payment(f"P-{CLAIM}") is None
    assert (await desk.claim(ADVANCE)).open_fen == 38_066
    assert await figures(desk.storage) == (38_066, 61_934)

    change = settlement.repay(await desk.claim(ADVANCE), COMPANY, desk.by("qian"), None)
    await desk.commit(change)
    assert (await desk.claim(ADVANCE)).open_fen == 0
    assert await figures(desk.storage) == (0, 61_934)


async def test_a_claim_above_its_advance_is_paid_the_rest(desk: Desk) -> None:
    await paid_advance(desk, 30_000)
    await desk.submit(claim(CLAIM, 1, 65_000))
    assert await figures(desk.storage) == (65_000, 0)

    approved = await desk.approve(CLAIM)

    payment = await desk.storage.store.payment(f"P-{CLAIM}")
    assert payment is not None
    assert (approved.state, payment.amount_fen) == (State.APPROVED, 35_000)
    assert (await desk.claim(ADVANCE)).open_fen == 0
    assert await figures(desk.storage) == (0, 65_000)


async def test_a_claim_taken_back_leaves_its_advance_as_it_was(desk: Desk) -> None:
    await paid_advance(desk)
    submitted = await desk.submit(claim(CLAIM, 1, 65_035))

    await desk.commit(withdraw(submitted, desk.by("zhang")))
    assert await figures(desk.storage) == (100_000, 0)
    assert (await desk.claim(ADVANCE)).open_fen == 100_000

    again = await desk.submit(await desk.claim(CLAIM))
    assert again.cleared_fen == 65_035
    assert await figures(desk.storage) == (100_000, 0)


async def test_two_claims_at_once_cannot_count_on_the_same_advance(desk: Desk) -> None:
    await paid_advance(desk)
    first, second = claim(CLAIM, 1, 60_000), claim("BX-20261125-0002", 2, 60_000)
    second = replace(second, lines=(replace(second.lines[0], invoice=None),))
    both = [submit(draft, await desk.around(draft), desk.by("zhang")) for draft in (first, second)]

    await desk.commit(both[0])
    with pytest.raises(Conflict):
        await desk.commit(both[1])
    with pytest.raises(Refused, match="blocked"):
        await desk.submit(second)

    later = await desk.submit(replace(second, lines=(replace(second.lines[0], amount_fen=40_000),)))
    assert later.cleared_fen == 40_000
    assert await figures(desk.storage) == (100_000, 0)


async def test_a_held_line_takes_its_share_of_money_and_vouchers(desk: Desk) -> None:
    store = desk.storage.store
    draft = claim(CLAIM, fen=30_000)
    paper = draft.lines[0].invoice
    assert paper is not None
    other = replace(draft.lines[0], amount_fen=20_000, invoice=replace(paper, identity="2632"))
    submitted = await desk.submit(replace(draft, lines=(*draft.lines, other)))

    number = "BX-20261125-0002"
    around = await desk.around(submitted)
    change = amending.hold_line(submitted, around, desk.by("wang"), 1, "等发票", number)
    await desk.commit(change)

    rest, apart = await desk.claim(CLAIM), await desk.claim(number)
    assert (rest.total_fen, apart.total_fen) == (30_000, 20_000)
    assert (rest.version, apart.version, apart.state) == (2, 1, State.IN_REVIEW)
    assert apart.plan == submitted.plan
    assert await figures(desk.storage) == (50_000, 0)
    assert await store.holder("2631") == CLAIM
    assert await store.holder("2632") == number
    with pytest.raises(Conflict):
        await desk.commit(withdraw(submitted, desk.by("zhang")))

    await desk.approve(CLAIM)
    assert await figures(desk.storage) == (20_000, 30_000)
    await desk.commit(decision.reject(apart, desk.by("wang"), "没有发票"))
    assert await figures(desk.storage) == (0, 30_000)
    assert await store.holder("2632") is None


async def test_voiding_gives_back_what_was_spent_once(desk: Desk) -> None:
    await desk.submit(claim(CLAIM, fen=30_000))
    approved = await desk.approve(CLAIM)
    assert approved.spent == (("sales", 30_000),)
    assert await figures(desk.storage) == (0, 30_000)

    void = await desk.void(CLAIM)

    assert void.state is State.VOID
    assert await figures(desk.storage) == (0, 0)
    assert await desk.storage.store.holder("2631") is None
    payment = await desk.storage.store.payment(f"P-{CLAIM}")
    assert payment is not None
    assert payment.state == "cancelled"
    with pytest.raises(Refused, match="wrong_state"):
        await desk.void(CLAIM)


async def test_voiding_a_claim_opens_its_advance_again(desk: Desk) -> None:
    await paid_advance(desk, 30_000)
    await desk.submit(claim(CLAIM, 1, 65_000))
    await desk.approve(CLAIM)

    await desk.void(CLAIM)

    assert (await desk.claim(ADVANCE)).open_fen == 30_000
    assert await figures(desk.storage) == (30_000, 0)


async def test_a_void_advance_holds_nothing(desk: Desk) -> None:
    draft = replace(claim(ADVANCE), kind="advance")
    await desk.submit(draft)
    await desk.approve(ADVANCE)

    await desk.void(ADVANCE)

    assert await figures(desk.storage) == (0, 0)


async def test_shares_are_charged_to_their_departments(desk: Desk) -> None:
    draft = claim(CLAIM, fen=10_001)
    shares = (Share(6000, department="sales"), Share(4000, department="lab"))
    split, _ = share_line(draft, 0, shares, desk.by("zhang"))

    await desk.submit(split)
    assert await figures(desk.storage, "sales") == (6_001, 0)
    assert await figures(desk.storage, "lab") == (4_000, 0)

    await desk.approve(CLAIM)
    assert await figures(desk.storage, "sales") == (0, 6_001)
    assert await figures(desk.storage, "lab") == (0, 4_000)


async def test_a_payment_in_parts_is_paid_when_it_is_whole(desk: Desk) -> None:
    await desk.submit(claim(CLAIM, fen=35_000))
    await desk.approve(CLAIM)

    partly = await desk.pay(CLAIM, 10_000)
    payment = await desk.storage.store.payment(f"P-{CLAIM}")
    assert payment is not None
    assert (partly.state, payment.state, payment.owed_fen) == (State.APPROVED, "pending", 25_000)
    with pytest.raises(Refused, match="paid_too_much"):
        await desk.pay(CLAIM, 25_001)

    assert (await desk.pay(CLAIM, 25_000)).state is State.PAID


@pytest.mark.parametrize(("fen", "lent"), [(65_035, 100_000), (65_000, 30_000)])
async def test_an_approval_that_is_taken_back_gives_its_advance_back(
    desk: Desk, fen: int, lent: int
) -> None:
    await paid_advance(desk, lent)
    await desk.submit(claim(CLAIM, 1, fen))
    before = await figures(desk.storage)

    approved = await desk.approve(CLAIM)
    spent = await figures(desk.storage)
    after = Consequences(
        await desk.storage.store.payment(f"P-{CLAIM}"),
        advances={ADVANCE: await desk.claim(ADVANCE)},
    )
    await desk.commit(undo(approved, desk.by("wang"), RULES, Roster(COMPANY), after))
    restored = await desk.claim(CLAIM)

    assert (restored.state, restored.clears) == (State.IN_REVIEW, approved.clears)
    assert (await desk.claim(ADVANCE)).open_fen == lent
    assert await figures(desk.storage) == before
    again = await desk.approve(CLAIM)
    assert (again.state, await figures(desk.storage)) == (approved.state, spent)
