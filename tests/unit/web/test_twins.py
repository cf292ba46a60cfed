"""Vouchers that look alike side by side: for those who decide, never for the one who claims."""

from dataclasses import replace
from datetime import date

import pytest
from web_stage import AT, INVOICE, NUMBER, PAGE, Stage, claim

from core.claim import Claim, Finding, Line, State

FIRST = "BX-20261101-0003"
FACTS = (
    ("why", "facts"),
    ("claim", FIRST),
    ("when", AT.isoformat()),
    ("state", "paid"),
    ("employee", "left"),
    ("file", "ab" * 32),
)


def first(employee: str = "left") -> Claim:
    invoice = replace(INVOICE, identity="9" * 20, number="9" * 20, file="ab" * 32)
    line = Line("taxi", 28000, date(2026, 11, 20), "送样机<b>", None, invoice)
    return claim(number=FIRST, employee=employee, state=State.PAID, lines=(line,))


async def keep_both(stage: Stage, *findings: Finding) -> None:
    await stage.keep(first())
    await stage.keep(claim(findings=findings))


async def test_an_approver_sees_both_vouchers_and_who_came_first(stage: Stage) -> None:
    await keep_both(stage, Finding("duplicate_similar", "warn", 0, FACTS))
    await stage.be("w")

    _, page, _ = await stage.get(PAGE)

    for words in (
        "疑似重复对照",
        FIRST,
        "孙八",
        "已付款",
        "9" * 20,
        "送样机＜b＞",
        "2026-11-20",
    ):
        assert words in page, words


async def test_the_one_who_claims_reads_the_number_and_not_whose_it_is(stage: Stage) -> None:
    await keep_both(stage, Finding("duplicate_similar", "warn", 0, FACTS))
    await stage.be("z")

    _, page, _ = await stage.get(PAGE)

    assert FIRST in page
    assert "孙八" not in page
    assert "疑似重复对照" not in page


@pytest.mark.parametrize(
    "finding",
    [
        Finding("duplicate_invoice", "block", 0, (("invoice", "9" * 20), ("claim", FIRST))),
        Finding("duplicate", "warn", 0, (("claim", FIRST), ("amount", "280.00"))),
    ],
)
async def test_every_kind_of_duplicate_finds_its_twin(stage: Stage, finding: Finding) -> None:
    await stage.keep(first())
    line = replace(claim().lines[0], date=date(2026, 11, 20))
    await stage.keep(claim(findings=(finding,), lines=(line,)))
    await stage.be("w")

    _, page, _ = await stage.get(PAGE)

    assert "疑似重复对照" in page


async def test_a_twin_that_is_gone_is_no_fault(stage: Stage) -> None:
    facts = (("why", "facts"), ("claim", "BX-0"), ("file", "cd" * 32))
    changed = (("why", "picture"), ("claim", FIRST), ("file", "cd" * 32))
    findings = (
        Finding("duplicate_similar", "warn", 0, facts),
        Finding("duplicate_similar", "warn", 0, changed),
        Finding("duplicate_similar", "warn", 7, FACTS),
    )
    await keep_both(stage, *findings)
    await stage.be("w")

    status, page, _ = await stage.get(PAGE)

    assert (status, "疑似重复对照" in page) == (200, False)
    assert NUMBER in page


async def test_an_itinerary_can_be_opened_beside_its_invoice(stage: Stage) -> None:
    made, trips = await stage.add_file(claim(), "xingcheng.pdf", b"%PDF-1.7")
    line = replace(made.lines[0], invoice=replace(INVOICE, itinerary=trips))
    await stage.keep(replace(made, lines=(line,)))
    await stage.be("z")

    _, page, _ = await stage.get(PAGE)

    assert "查看行程单" in page
    assert f"/app/claims/{NUMBER}/files/{trips}" in page
