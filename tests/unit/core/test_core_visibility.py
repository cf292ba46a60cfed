"""What a step does not show, its people do not get; everybody else sees all."""

from dataclasses import replace

import pytest
from core_house import NOW, TODAY, around, by, claim_of, invoice, taxi, with_flow

from core.actions.submission import submit
from core.claim import Claim, Finding, PastCheck, StoredFile
from core.company import Company
from core.visibility import shown_to

PARTS = ("findings", "vouchers", "lines", "budgets")


def company(*hidden: str) -> Company:
    return with_flow(
        f"{{name: 主管, approvers: [manager], hides: [{', '.join(hidden)}]}}",
        '{name: 财务, approvers: ["role:finance"], hides: [lines]}',
    )


def claim(known: Company) -> Claim:
    lines = (taxi(45, TODAY, invoice=invoice()), taxi(20, TODAY, description="机密"))
    made = submit(claim_of(*lines), around(known), by("zhang")).claims[0]
    return replace(
        made,
        findings=(Finding("weekend", "warn", 0),),
        files=(StoredFile("a" * 64, "f.jpg"),),
        past=(PastCheck(1, NOW, "wang", ()),),
    )


def seen(person: str, *hidden: str) -> tuple[Claim, Company]:
    known = company(*hidden)
    reader = known.person(person)
    assert reader
    return shown_to(claim(known), known, reader)


@pytest.mark.parametrize("person", ["zhang", "fin1", "cash", "adm"])
def test_owners_and_those_who_look_after_all_see_everything(person: str) -> None:
    known = company(*PARTS)

    assert seen(person, *PARTS) == (claim(known), known)


def test_each_part_is_hidden_by_itself() -> None:
    whole, _ = seen("wang")

    unasked, _ = seen("wang", "findings")
    assert (unasked.findings, unasked.past, unasked.lines) == ((), (), whole.lines)
    without, known = seen("wang", "vouchers")
    assert without.files == ()
    assert all(line.invoices == () for line in without.lines)
    assert [line.amount_fen for line in without.lines] == [4500, 2000]
    assert known.budgets
    assert seen("wang", "budgets")[1].budgets == ()


def test_without_its_lines_a_claim_is_its_total() -> None:
    hidden, known = seen("wang", "lines")

    assert (hidden.total_fen, len(hidden.lines)) == (6500, 1)
    assert "机密" not in str(hidden.lines)
    assert (hidden.findings, hidden.files, known.budgets) == ((), (), ())


def test_a_draft_hides_nothing() -> None:
    known = company(*PARTS)
    reader = known.person("wang")
    assert reader

    assert shown_to(claim_of(), known, reader) == (claim_of(), known)
