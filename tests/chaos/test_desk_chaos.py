"""Exports that race, are killed and are repeated: each claim is paid once and booked once."""

import asyncio
import csv
import io
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import uniform

from bot.clock import utc_now
from core.change import Change
from core.claim import Line, State
from core.company import Company
from core.payment import Payment
from core.ports import ClaimQuery, Page, VoucherQuery
from storage.open import open_storage
from tests.contract.storage_samples import NOW, apply, claim
from tests.flow.command import Console

OWED, KILLS = 300, 4
COMPANY = Company.model_validate(
    {
        "people": [{"id": "zhang", "name": "张三", "bank_account": "6222021234567890"}],
        "categories": [{"id": "taxi", "name": "市内交通", "account": "6601.03"}],
    }
)


async def owe(database_url: str, count: int = OWED, day: str = "20261125") -> None:
    """Approve claims that are all owed."""
    storage = await open_storage(database_url, utc_now)
    await apply(storage, COMPANY)
    claims, payments = [], []
    for i in range(1, count + 1):
        made = claim(f"BX-{day}-{i:04d}")
        lines = tuple(Line("taxi", x.amount_fen, x.date) for x in made.lines)
        claims.append(replace(made, state=State.APPROVED, lines=lines))
        payments.append(Payment(f"P-{made.number}", made.number, "zhang", "张三", 10000, "", ""))
    await storage.store.commit(Change(at=NOW, claims=tuple(claims), payments=tuple(payments)))
    await storage.close()


def column(path: Path, name: str) -> list[str]:
    text = path.read_text("utf-8-sig")
    return [row[name] for row in csv.DictReader(io.StringIO(text))]


async def batches(console: Console) -> list[list[str]]:
    listed = await console.run("payments", "batches")
    return [line.split("\t") for line in listed.out.splitlines()]


async def test_two_exports_at_once_take_each_payment_once(
    tmp_path: Path, database_url: str
) -> None:
    await owe(database_url)
    console = Console.at(tmp_path, database_url)
    outs = [tmp_path / f"pay{i}.csv" for i in range(3)]
    books = [tmp_path / f"v{i}.csv" for i in range(2)]

    ended = await asyncio.gather(
        *(console.run_apart("payments", "export", "--format", "csv", "--out", out) for out in outs),
        *(
            console.run_apart("vouchers", "export", "--format", "csv", "--out", out)
            for out in books
        ),
    )

    assert {e.code for e in ended} <= {0, 1}, [e.err for e in ended]
    paid = Counter(c for out in outs if out.exists() for c in column(out, "claim"))
    booked = Counter(c for out in books if out.exists() for c in set(column(out, "voucher")))
    assert len(paid) == len(booked) == OWED
    assert set(paid.values()) == set(booked.values()) == {1}
    for out, end in zip([*outs, *books], ended, strict=True):
        assert out.exists() == (end.code == 0), end.err


async def test_an_export_that_is_killed_pays_nobody_twice_and_forgets_nobody(
    tmp_path: Path, database_url: str
) -> None:
    await owe(database_url)
    console, out = Console.at(tmp_path, database_url), tmp_path / "pay.csv"

    for _ in range(KILLS):
        process = await console.start("payments", "export", "--format", "csv", "--out", out)
        await asyncio.sleep(uniform(0.5, 3.0))
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()
    await console.run("payments", "export", "--format", "csv", "--out", out)

    paid: Counter[str] = Counter()
    for name, *_ in await batches(console):
        again = tmp_path / f"{name}.csv"
        ended = await console.run(
            "payments", "export", "--format", "csv", "--out", again, "--batch", name
        )
        if ended.code == 0:
            paid.update(column(again, "claim"))
    assert len(paid) == OWED
    assert set(paid.values()) == {1}
    assert {row[1] for row in await batches(console)} <= {"released", "cancelled", "making"}
    await all_is_paid_once(console, tmp_path, database_url, paid)


async def all_is_paid_once(
    console: Console, folder: Path, database_url: str, paid: Counter[str]
) -> None:
    """Bring the bank's results in, killed, repeated and in two forms."""
    rows = [f"P-{number},{number},张三,100.00,成功" for number in paid]
    results = folder / "results.csv"
    results.write_text("\n".join(["id,claim,payee,amount,result", *rows]), "utf-8")
    for _ in range(2):
        process = await console.start("payments", "result", results)
        await asyncio.sleep(uniform(1.0, 2.5))
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()
    whole = await console.run("payments", "result", results)

    assert whole.code == 0, whole.err
    storage = await open_storage(database_url, utc_now)
    found = await storage.store.claims(ClaimQuery(state=State.PAID), Page(limit=500))
    vouchers = await storage.store.vouchers(VoucherQuery(), Page(limit=500))
    more = await storage.store.vouchers(VoucherQuery(), Page(vouchers.next, 500))
    await storage.close()
    every = [*vouchers.items, *more.items]
    assert len(found.items) == OWED
    assert Counter(v.kind for v in every) == {"approval": OWED, "payment": OWED}
    assert sum(v.total_fen for v in every if v.kind == "payment") == OWED * 10000
