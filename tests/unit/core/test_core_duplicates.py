"""Duplicates: the same invoice, and vouchers that look alike, with the claim that came first."""

from dataclasses import replace
from datetime import date

import pytest
from core_house import NOW, NUMBER, TODAY, around, by, claim_of, company_of, invoice, taxi

from core.actions.confirming import confirm_not_duplicate
from core.actions.submission import check_claim
from core.approval import Plan, Step
from core.change import StoredInvoice
from core.claim import Claim, Finding, LineInvoice, State
from core.duplicates import Earlier, find_similar, find_used, fold, key_of, wanted_likes
from core.errors import Refused
from core.invoice import Reading, ReadingFinding
from core.likeness import turns

FIRST = "BX-20261101-0003"
TWENTY = "12345678901234567890"
PICTURE = "0f1e2d3c4b5a6978"
SHA = "ab" * 32


def reading(**values: object) -> Reading:
    made = Reading(
        "a.jpg",
        ok=True,
        kind="digital_general",
        number="09876543210987654321",
        date=TODAY,
        total_fen=4500,
        seller="出租公司",
    )
    return replace(made, **values)  # type: ignore[arg-type]


def earlier(
    read: Reading | None = None, state: State = State.APPROVED, employee: str = "li"
) -> Earlier:
    """Give one claim that came first, with one voucher on its only line."""
    read = read or reading()
    key = read.number if read.number and len(read.number) == 20 else None
    line = taxi(invoice=invoice(key, kind=read.kind, file=SHA))
    first = claim_of(line, number=FIRST, state=state, employee=employee, submitted_at=NOW)
    stored = StoredInvoice("v1", key, SHA, employee, FIRST, NOW, read)
    return Earlier((stored,), {FIRST: first})


def similar(mine: LineInvoice, known: Earlier, **line: object) -> list[Finding]:
    return list(find_similar(claim_of(taxi(invoice=mine, **line)), known))


def test_the_same_invoice_blocks_and_names_claim_moment_state_and_person() -> None:
    claim = claim_of(taxi(), taxi(invoice=invoice(TWENTY)))

    (finding,) = find_used(claim, {TWENTY: FIRST}, earlier())

    assert (finding.code, finding.severity, finding.line) == ("duplicate_invoice", "block", 1)
    assert dict(finding.fields) == {
        "invoice": TWENTY,
        "claim": FIRST,
        "when": NOW.isoformat(),
        "state": "approved",
        "employee": "li",
    }
    assert list(find_used(claim, {TWENTY: NUMBER}, Earlier())) == []


def test_seller_date_and_total_alike_with_another_number_or_none_are_a_warning() -> None:
    for identity in (TWENTY, None):
        (finding,) = similar(invoice(identity, seller="出租 公司"), earlier())

        assert (finding.code, finding.severity) == ("duplicate_similar", "warn")
        assert (finding.field("why"), finding.field("claim")) == ("facts", FIRST)
        assert (finding.field("state"), finding.field("employee")) == ("approved", "li")


@pytest.mark.parametrize(
    "other",
    [
        reading(number=TWENTY),
        reading(total_fen=4600),
        reading(date=date(2026, 11, 24)),
        reading(seller="别的公司"),
        reading(seller=None),
        reading(date=None),
    ],
    ids=["same number", "amount", "date", "seller", "no seller", "no date"],
)
def test_what_differs_in_one_fact_or_is_the_same_invoice_is_not_alike(other: Reading) -> None:
    assert similar(invoice(TWENTY), earlier(other)) == []


@pytest.mark.parametrize("state", [State.DRAFT, State.REJECTED, State.WITHDRAWN, State.VOID])
def test_a_claim_that_is_not_alive_came_not_first(state: State) -> None:
    assert similar(invoice(TWENTY), earlier(state=state)) == []


def test_a_voucher_that_the_first_claim_has_dropped_counts_no_more() -> None:
    known = earlier()
    dropped = replace(known.claims[FIRST], lines=(taxi(),))  # type: ignore[index]

    assert similar(invoice(TWENTY), Earlier(known.vouchers, {FIRST: dropped})) == []


def ticket(**values: object) -> Reading:
    return reading(kind="taxi", number=None, seller=None, picture_hash=PICTURE, **values)


def test_nearly_the_same_picture_is_a_warning_whichever_way_it_is_turned() -> None:
    turned = f"{int(turns(PICTURE)[1], 16) ^ 0b10110:016x}"
    mine = invoice(None, seller=None, total_fen=4900, picture=turned)

    (finding,) = similar(mine, earlier(ticket()))

    assert (finding.field("why"), finding.field("amount")) == ("picture", "45.00")


def test_pictures_of_two_different_numbers_or_of_other_days_and_totals_say_nothing() -> None:
    form = invoice(TWENTY, seller="别的公司", picture=PICTURE)
    known = earlier(reading(picture_hash=PICTURE))
    doubted = earlier(
        reading(picture_hash=PICTURE, findings=(ReadingFinding("weak", "", ("number",)),))
    )
    elsewhere = invoice(
        None, seller=None, total_fen=1, date=date(2026, 11, 1), picture=PICTURE, kind="taxi"
    )

    assert similar(form, known) == []
    assert [f.field("why") for f in similar(form, known, doubts=("number",))] == ["picture"]
    assert [f.field("why") for f in similar(form, doubted)] == ["picture"]
    assert similar(elsewhere, earlier(ticket())) == []


def test_two_colleagues_on_one_train_are_no_duplicate_and_one_of_them_twice_is() -> None:
    mine = invoice(TWENTY, kind="rail_e")

    assert similar(mine, earlier(reading(kind="rail_e"))) == []
    assert len(similar(mine, earlier(reading(kind="rail_e"), employee="zhang"))) == 1


def test_two_alike_lines_of_one_claim_are_a_warning_on_the_second() -> None:
    claim = claim_of(taxi(invoice=invoice(TWENTY)), taxi(invoice=invoice("0" * 20)))

    (finding,) = find_similar(claim, Earlier())

    assert (finding.line, finding.field("other_line")) == (1, "1")


def test_names_are_compared_without_what_cannot_be_seen() -> None:
    assert fold("滴滴（上海）\u200b 公司") == fold("滴滴(上海)公司")
    assert fold("\u200b ") is None


def test_a_search_says_whether_a_number_is_sure() -> None:
    lines = (
        taxi(invoice=invoice(TWENTY, picture=PICTURE)),
        taxi(invoice=invoice(TWENTY), doubts=("number",)),
        taxi(invoice=invoice(None)),
        taxi(),
    )

    assert [w.sure for w in wanted_likes(claim_of(*lines))] == [True, False, False]


def doubtful(**values: object) -> Claim:
    """Give a claim with its findings: one voucher like an earlier one."""
    claim = claim_of(taxi(invoice=invoice(TWENTY)), **values)
    return replace(claim, findings=checked(claim))


def checked(claim: Claim) -> tuple[Finding, ...]:
    return check_claim(claim, around(company_of(), earlier=earlier()))


def test_a_reason_lets_the_finding_only_inform_also_after_the_claim_was_changed() -> None:
    change = confirm_not_duplicate(doubtful(), by("zhang"), " 两次出行 ")

    (claim,) = change.claims
    (word,) = claim.confirmed
    assert (word.person, word.at, word.reason) == ("zhang", NOW, "两次出行")
    shifted = replace(claim, lines=(taxi(30), *claim.lines))
    found = [f for f in checked(shifted) if f.code == "duplicate_similar"]
    assert [(f.severity, f.line) for f in found] == [("info", 1)]
    assert (found[0].field("by"), found[0].field("reason")) == ("zhang", "两次出行")
    assert change.audit[0].action == "confirm_not_duplicate"


def test_a_word_on_one_claim_is_no_word_on_another() -> None:
    (claim,) = confirm_not_duplicate(doubtful(), by("zhang"), "两次出行").claims
    other = replace(earlier().vouchers[0], claim="BX-2")
    first = replace(earlier().claims[FIRST], number="BX-2")  # type: ignore[index]

    known = around(company_of(), earlier=Earlier((other,), {"BX-2": first}))

    assert [f.severity for f in check_claim(claim, known) if f.code == "duplicate_similar"] == [
        "warn"
    ]


def test_in_review_the_record_changes_and_approvers_see_it() -> None:
    plan = Plan((Step("主管", "any", ("wang",)),))
    claim = doubtful(state=State.IN_REVIEW, plan=plan)

    change = confirm_not_duplicate(claim, by("zhang"), "两次出行")

    (kept,) = change.claims
    assert [f.severity for f in kept.findings if f.code == "duplicate_similar"] == ["info"]
    assert kept.state is State.IN_REVIEW
    assert {getattr(o.notice, "person", "") for o in change.outbox} == {"zhang", "wang"}


@pytest.mark.parametrize(
    ("claim", "actor", "reason", "code"),
    [
        (doubtful(), "wang", "不是我的", "not_yours"),
        (doubtful(state=State.PAID), "zhang", "晚了", "wrong_state"),
        (claim_of(), "zhang", "没什么", "nothing_alike"),
        (doubtful(), "zhang", "  ", "reason_missing"),
    ],
)
def test_only_the_owner_of_a_doubtful_claim_may_say_so_with_a_reason(
    claim: Claim, actor: str, reason: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        confirm_not_duplicate(claim, by(actor), reason)


def test_the_same_invoice_cannot_be_explained_away() -> None:
    claim = claim_of(taxi(invoice=invoice(TWENTY)))
    used = tuple(find_used(claim, {TWENTY: FIRST}, earlier()))

    with pytest.raises(Refused, match="nothing_alike"):
        confirm_not_duplicate(replace(claim, findings=used), by("zhang"), "不同的发票")
    assert key_of(used[0]).startswith("duplicate_invoice|")
