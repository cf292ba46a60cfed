"""Payment batches: made by one person, checked by another, and paid by one company a file."""

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from bot.desk.payments import Batch, PaymentDesk
from connectors.filedrop.payment_files import payment_formats
from core.actions import settlement
from core.actions.basics import Settings
from core.actions.batching import cancel, release
from core.change import Change
from core.company import LegalEntity
from core.errors import Conflict, Refused
from tests.contract.storage_samples import NOW, apply
from tests.fakes.memory import MemoryStorage
from tests.unit.bot.test_payment_files import (
    COMPANY,
    CSV,
    by,
    export,
    moment,
    names,
    owed,
    rewrite,
    storage_with,
)


async def big(tmp_path: Path) -> tuple[MemoryStorage, Batch]:
    """Make a batch above the limit, by 李出纳."""
    storage = await storage_with(owed(fen=100001))
    await apply(storage, COMPANY)
    return storage, await export(storage, tmp_path / "pay.csv", maker="li")


async def test_a_high_batch_waits_for_a_second_person(tmp_path: Path) -> None:
    storage, batch = await big(tmp_path)
    known = await storage.store.payment_batch(batch.id)
    payments = await storage.store.payments_in(batch.id)
    assert known

    assert batch.waits
    assert names(tmp_path) == []
    with pytest.raises(Refused, match="batch_unconfirmed"):
        await rewrite(storage, batch.id, tmp_path / "pay.csv")
    with pytest.raises(Refused, match="own_batch"):
        release(known, payments, COMPANY, by("li"))
    with pytest.raises(Refused, match="not_allowed"):
        release(known, payments, COMPANY, by("zhang"))
    change = release(known, payments, COMPANY, by("wang"))
    assert change
    await storage.store.commit(change)
    done = await rewrite(storage, batch.id, tmp_path / "pay.csv")
    assert done.total == "1000.01"
    again = await storage.store.payment_batch(batch.id)
    assert again
    assert release(again, payments, COMPANY, by("wang")) is None


async def pay_by_hand(storage: MemoryStorage, number: str, fen: int | None = None) -> None:
    known, payment = (
        await storage.store.claim(number),
        await storage.store.payment(f"P-{number}"),
    )
    assert known
    assert payment
    change = settlement.pay(known, payment, by("wang"), Settings(), amount_fen=fen)
    assert change
    await storage.store.commit(change)


async def test_what_is_paid_by_hand_while_a_batch_waits_is_in_no_file(tmp_path: Path) -> None:
    numbers = [f"BX-20261125-000{i}" for i in (1, 2, 3)]
    storage = await storage_with(*(owed(n, fen=50000) for n in numbers))
    await apply(storage, COMPANY)
    batch = await export(storage, tmp_path / "pay.csv", maker="li")
    await pay_by_hand(storage, numbers[0])
    await pay_by_hand(storage, numbers[1], 20000)
    known = await storage.store.payment_batch(batch.id)
    assert known

    payments = await storage.store.payments_in(batch.id)
    change = release(known, payments, COMPANY, by("wang"))
    assert change
    await storage.store.commit(change)
    done = await rewrite(storage, batch.id, tmp_path / "pay.csv")
    await pay_by_hand(storage, numbers[2])
    again = await rewrite(storage, batch.id, tmp_path / "again.csv")

    assert change.batches[0].total_fen == 80000
    assert [(o.claim, o.amount_fen) for o in done.orders] == [
        (numbers[1], 30000), (numbers[2], 50000),
    ]  # fmt: skip
    assert again.orders == done.orders
    kept = await storage.store.payment_batch(batch.id)
    assert kept
    assert (kept.left, kept.count, kept.total_fen) == (True, 2, 80000)


async def test_a_batch_of_which_nothing_is_owed_any_more_has_no_file(tmp_path: Path) -> None:
    storage, batch = await big(tmp_path)
    await pay_by_hand(storage, owed().claim)
    known = await storage.store.payment_batch(batch.id)
    assert known

    with pytest.raises(Refused, match="batch_empty"):
        release(known, await storage.store.payments_in(batch.id), COMPANY, by("wang"))
    await storage.store.commit(cancel(known, [], COMPANY, by("wang"), "已另付"))
    with pytest.raises(Refused, match="batch_was_cancelled"):
        await rewrite(storage, batch.id, tmp_path / "pay.csv")


async def test_nobody_checks_what_pays_a_supplier_for_them(tmp_path: Path) -> None:
    storage, batch = await big(tmp_path)
    known = await storage.store.payment_batch(batch.id)
    own = await storage.store.claim(owed().claim)
    assert known
    assert own

    with pytest.raises(Refused, match="own_batch_claim"):
        release(known, (), COMPANY, by("wang"), [replace(own, employee="wang")])


async def test_a_batch_that_another_has_finished_takes_nothing_more_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.desk.payments.TOGETHER", 1)
    numbers = [f"BX-20261125-000{i}" for i in (1, 2)]
    storage = await storage_with(*(owed(n) for n in numbers))
    commit, seen = storage.store.commit, []

    async def interrupted(change: Change) -> object:
        done = await commit(change)
        if change.payments and not seen:
            seen.append(await rewrite(storage, change.batches[0].id, tmp_path / "theirs.csv"))
        return done

    monkeypatch.setattr(storage.store, "commit", interrupted)
    with pytest.raises(Conflict):
        await export(storage, tmp_path / "pay.csv")

    kept = [await storage.store.payment(f"P-{n}") for n in numbers]
    states = {p.claim: p.state for p in kept if p}
    assert [states[o.claim] for o in seen[0].orders] == ["exported"]
    assert sorted(states.values()) == ["exported", "pending"]


GROUP = COMPANY.model_copy(
    update={
        "companies": (
            *COMPANY.companies,
            LegalEntity(id="east", name="东方公司", bank_account="1001200000000000027"),
        )
    }
)


async def test_a_form_that_names_no_payer_is_paid_by_one_company(tmp_path: Path) -> None:
    numbers = [f"BX-20261125-000{i}" for i in (1, 2)]
    storage = await storage_with(*(owed(n) for n in numbers))
    for number, company in zip(numbers, ("main", "east"), strict=True):
        known = await storage.store.claim(number)
        assert known
        await storage.store.commit(Change(at=NOW, claims=(replace(known, company=company),)))
    await apply(storage, GROUP)
    forms = payment_formats()

    both = await PaymentDesk(storage.store, moment, UTC).preview(CSV)
    first = await export(storage, tmp_path / "one.csv", forms["cmb"])
    second = await export(storage, tmp_path / "two.csv", forms["cmb"])

    assert {o.claim for o in both.orders} == set(numbers)
    assert [len(first.orders), len(second.orders)] == [1, 1]
    assert (first.others, second.others) == (True, False)
    payers = [first.orders[0].payer.name, second.orders[0].payer.name]
    assert sorted(payers) == ["东方公司", "示例科技有限公司"]
    assert first.left[0].reason == f"other_payer:{payers[1]}"


async def test_a_cancelled_batch_owes_everything_again(tmp_path: Path) -> None:
    storage, batch = await big(tmp_path)
    known = await storage.store.payment_batch(batch.id)
    (payment,) = await storage.store.payments_in(batch.id)
    paying = await storage.store.claim(payment.claim)
    assert known
    assert paying

    change = cancel(known, [(paying, payment)], COMPANY, by("wang"), "金额有误")
    await storage.store.commit(change)

    owed_again = await storage.store.payment(payment.id)
    assert owed_again
    assert (owed_again.state, owed_again.batch) == ("pending", None)
    with pytest.raises(Refused, match="batch_was_cancelled"):
        await rewrite(storage, batch.id, tmp_path / "pay.csv")
    assert (await export(storage, tmp_path / "pay.csv", maker="wang")).waits


async def test_a_high_batch_needs_the_name_of_its_maker(tmp_path: Path) -> None:
    storage = await storage_with(owed(fen=100001))
    known = await storage.store.claim(owed().claim)
    assert known
    await storage.store.commit(Change(at=NOW, claims=(replace(known, employee="wang"),)))
    await apply(storage, COMPANY)

    with pytest.raises(Refused, match="maker_missing"):
        await export(storage, tmp_path / "pay.csv")
    with pytest.raises(Refused, match="maker_unfit"):
        await export(storage, tmp_path / "pay.csv", maker="zhang")
