"""Small companies, claims and changes for the storage suites."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from core.approval import Plan, Step
from core.budget import Charge, Hold
from core.change import AuditEntry, Change, Outgoing, Reserve, TakeIdentity
from core.claim import Claim, Line, LineInvoice, State
from core.company import Company
from core.notices import Say
from core.ports import Page
from storage.open import Storage
from tests.fakes.memory import MemoryStorage

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
ANY = Page()
AnyStorage = Storage | MemoryStorage


def utc_now() -> datetime:
    return datetime.now(UTC)


def company_with(**budgets: str) -> Company:
    """Make a company whose budgets are named with their limits in yuan."""
    rows = [
        {"id": name, "period": "2026-Q4", "limit": limit, "owners": ["wang"]}
        for name, limit in budgets.items()
    ]
    people = [
        {"id": "zhang", "name": "张三", "manager": "wang", "bank_account": "6222021234567890"},
        {"id": "wang", "name": "王五", "roles": ["employee", "finance"]},
    ]
    return Company.model_validate({"people": people, "budgets": rows})


async def apply(storage: AnyStorage, company: Company, version: int = 0) -> int:
    return await storage.store.apply_company(
        company, expected_version=version, at=NOW, actor="admin"
    )


def claim(number: str = "BX-20261125-0001", minute: int = 0, fen: int = 10000) -> Claim:
    """Make a draft that was begun some minutes after NOW."""
    invoice = LineInvoice("2631", "2631", None, "digital_general", "和平饭店", None, None, fen)
    return Claim(
        number=number,
        company="hq",
        kind="reimbursement",
        state=State.DRAFT,
        employee="zhang",
        department="sales",
        created_at=NOW + timedelta(minutes=minute),
        lines=(Line("taxi", fen, date(2026, 11, 24), "去客户现场", None, invoice, ("date",)),),
        files=(),
    )


def in_review(draft: Claim, *approvers: str) -> Claim:
    plan = Plan((Step("直属主管", "any", approvers),))
    return replace(draft, state=State.IN_REVIEW, submitted_at=NOW, plan=plan)


def note(text: str = "submit", subject: str = "BX-20261125-0001", source: str = "m1") -> AuditEntry:
    return AuditEntry("zhang", text, subject, source, (("reason", '差旅 "A"\\'),))


def notice(key: str, lane: str = "zhang") -> Outgoing:
    return Outgoing(key, lane, Say(lane, "paid", (("number", key),)))


def reserving(name: str, *charges: Charge) -> Reserve:
    return Reserve(Hold(name, name.partition("/")[0], charges))


def submission(index: int, budget: str, fen: int) -> Change:
    """Make everything that a submission wants, with keys of its own."""
    number = f"BX-20261125-{index:04d}"
    return Change(
        at=NOW,
        claims=(in_review(claim(number, fen=fen), "wang"),),
        moves=(reserving(f"{number}/1", Charge(budget, fen)),),
        identities=(TakeIdentity(f"invoice-{index}", number),),
        audit=(note(subject=number, source=f"m{index}"),),
        outbox=(notice(f"m{index}#0"),),
    )


async def figures(storage: AnyStorage, budget: str = "sales") -> tuple[int, int]:
    """Give a budget's reserved and consumed fen."""
    (balance,) = await storage.store.balances([budget])
    return balance.reserved_fen, balance.consumed_fen


async def journal(storage: AnyStorage, budget: str = "sales") -> list[tuple[str, int]]:
    lines = (await storage.store.entries(budget, ANY)).items
    return [(line.kind, line.amount_fen) for line in lines]


def held_back(answers: Sequence[object]) -> list[object]:
    """Give what was refused of many answers."""
    return [answer for answer in answers if answer is not None]
