"""Vouchers and payment batches: the same answers from memory, SQLite and PostgreSQL."""

import asyncio
from dataclasses import replace

import pytest

from core.actions.basics import Cause
from core.actions.booking import export_vouchers
from core.change import Change
from core.claim import Line, State
from core.company import Company
from core.errors import Conflict
from core.payment import Payment
from core.payment_batch import PaymentBatch
from core.ports import Page, VoucherQuery
from core.voucher import Voucher
from tests.contract.storage_samples import NOW, AnyStorage, apply, claim

COMPANY = Company.model_validate(
    {
        "people": [{"id": "zhang", "name": "张三"}],
        "categories": [{"id": "taxi", "name": "市内交通", "account": "6601.03"}],
    }
)


def payment(number: str) -> Payment:
    return Payment(f"P-{number}", number, "zhang", "张三", 10000, "6222", "招行")


async def approve(storage: AnyStorage, number: str) -> None:
    made = claim(number)
    lines = tuple(Line("taxi", x.amount_fen, x.date) for x in made.lines)
    approved = replace(made, state=State.APPROVED, lines=lines)
    await storage.store.commit(Change(at=NOW, claims=(approved,), payments=(payment(number),)))


async def listed(storage: AnyStorage, query: VoucherQuery, size: int = 2) -> list[Voucher]:
    page = await storage.store.vouchers(query, Page(limit=size))
    found = list(page.items)
    while page.next:
        page = await storage.store.vouchers(query, Page(page.next, size))
        found += page.items
    return found


async def test_an_approval_and_its_voucher_are_one_commit(storage: AnyStorage) -> None:
    await apply(storage, COMPANY)

    await approve(storage, "BX-20261125-0001")

    (voucher,) = await storage.store.vouchers_of(["BX-20261125-0001"])
    assert (voucher.state, voucher.total_fen, voucher.revision) == ("open", 10000, 1)
    assert await storage.store.voucher(voucher.id) == voucher
    assert await storage.store.voucher("V-none") is None
    assert await storage.store.vouchers_of([]) == ()


async def test_a_refused_change_books_nothing(storage: AnyStorage) -> None:
    await apply(storage, COMPANY)
    await approve(storage, "BX-20261125-0001")

    with pytest.raises(Conflict):
        await approve(storage, "BX-20261125-0001")

    assert len(await storage.store.vouchers_of(["BX-20261125-0001"])) == 1


async def test_vouchers_are_listed_page_by_page(storage: AnyStorage) -> None:
    await apply(storage, COMPANY)
    numbers = [f"BX-20261125-{i:04d}" for i in range(1, 6)]
    for number in numbers:
        await approve(storage, number)
    every = await listed(storage, VoucherQuery())
    first = every[:2]
    await storage.store.commit(export_vouchers(first, "VB-1", Cause("books", NOW, "s")))

    assert [v.claim for v in every] == numbers
    assert [v.claim for v in await listed(storage, VoucherQuery(state="open"))] == numbers[2:]
    assert [v.claim for v in await listed(storage, VoucherQuery(batch="VB-1"))] == numbers[:2]
    assert [v.claim for v in await listed(storage, VoucherQuery(claim=numbers[3]))] == numbers[3:4]
    assert await listed(storage, VoucherQuery(company="other")) == []


async def test_a_voucher_goes_out_once_however_many_ask(storage: AnyStorage) -> None:
    await apply(storage, COMPANY)
    await approve(storage, "BX-20261125-0001")
    (voucher,) = await storage.store.vouchers_of(["BX-20261125-0001"])

    async def take(batch: str) -> bool:
        try:
            await storage.store.commit(
                export_vouchers([voucher], batch, Cause("books", NOW, batch))
            )
        except Conflict:
            return False
        return True

    taken = await asyncio.gather(*(take(f"VB-{i}") for i in range(5)))

    assert sum(taken) == 1


async def test_batches_and_their_payments(storage: AnyStorage) -> None:
    await apply(storage, COMPANY)
    await approve(storage, "BX-20261125-0001")
    await approve(storage, "BX-20261125-0002")
    batch = PaymentBatch("PAY-1", "li", NOW)
    gone = replace(payment("BX-20261125-0002"), state="exported", batch="PAY-1")
    await storage.store.commit(Change(at=NOW, batches=(batch,), payments=(gone,)))

    known = await storage.store.payment_batch("PAY-1")

    assert known == replace(batch, revision=1)
    assert await storage.store.payments_in("PAY-1") == (gone,)
    assert await storage.store.payments_in("PAY-2") == ()
    assert await storage.store.payments_of([gone.claim, "BX-9"]) == (gone,)
    assert await storage.store.payments_of([]) == ()
    assert await storage.store.payment_batch("PAY-2") is None
    with pytest.raises(Conflict):
        await storage.store.commit(Change(at=NOW, batches=(batch,)))
    await storage.store.commit(Change(at=NOW, batches=(PaymentBatch("PAY-2", "li", NOW),)))
    first = await storage.store.payment_batches(Page(limit=1))
    second = await storage.store.payment_batches(Page(first.next, 1))
    assert [b.id for b in (*first.items, *second.items)] == ["PAY-2", "PAY-1"]
    assert second.next is None


async def test_what_is_owed_comes_with_its_claim(storage: AnyStorage) -> None:
    await apply(storage, COMPANY)
    numbers = [f"BX-20261125-{i:04d}" for i in range(1, 4)]
    for number in numbers:
        await approve(storage, number)
    gone = replace(payment(numbers[1]), state="exported", batch="PAY-1")
    await storage.store.commit(Change(at=NOW, payments=(gone,)))

    first = await storage.store.owed("pending", Page(limit=1))
    second = await storage.store.owed("pending", Page(first.next, 1))

    assert second.next is None
    for number, (found, owing) in zip(
        (numbers[0], numbers[2]), (*first.items, *second.items), strict=True
    ):
        assert found == payment(number)
        assert owing == await storage.store.claim(number)
    assert [p for p, _ in (await storage.store.owed("exported", Page())).items] == [gone]
