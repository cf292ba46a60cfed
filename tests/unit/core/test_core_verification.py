"""Verification: what is asked, what an answer says against a claim, and what follows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from core_house import NOW, NUMBER, TODAY, around, by, claim_of, company_of, invoice, taxi

from core.actions.basics import Settings, VerifyRules, lane_of
from core.actions.decision import approve
from core.actions.settlement import export, pay
from core.actions.submission import check_claim, is_blocked, submit
from core.actions.verifying import ask_about, begin_recheck, note_answer, require_alive
from core.approval import Decision, Plan, Step
from core.change import Change
from core.claim import Claim, Finding, LineInvoice, Recheck, State
from core.errors import Refused
from core.notices import Say, ShowCard, VerifyInvoice, from_json, to_json
from core.payment import Payment
from core.verification import (
    CHINA,
    Checked,
    Occasion,
    Verification,
    VerifyRequest,
    find_unverified,
    next_try,
    request_of,
    requests_of,
)

TWENTY = "12345678901234567890"
ASKED = VerifyRequest("digital_general", None, TWENTY, TODAY, None, 4500, None)
RULES = Settings(verify=VerifyRules())


def fapiao(**values: object) -> LineInvoice:
    return invoice(TWENTY, seller="出租公司", **values)


def claim(state: State = State.IN_REVIEW, **values: object) -> Claim:
    plan = Plan((Step("直属主管", "any", ("wang",), (Decision("wang", "approve", "", NOW, "c"),)),))
    return claim_of(taxi(invoice=fapiao()), state=state, **{"plan": plan, **values})


def answer(state: str, asked: VerifyRequest = ASKED, **values: object) -> Checked:
    said = Verification(state, provider="baidu", **values)  # type: ignore[arg-type]
    return Checked(asked.identity, asked, said, NOW)


def noted(claim: Claim | None, answered: Checked, *known: Checked) -> Change:
    before = {c.identity: c for c in known}
    return note_answer(claim, company_of(), answered, before, "draft", by("tax-bureau"))


def codes(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(f.code, f.severity) for f in findings]


def test_what_a_digital_invoice_is_asked_with() -> None:
    assert request_of(fapiao()) == ASKED
    assert (ASKED.identity, ASKED.form) == (TWENTY, "digital_general")
    assert replace(ASKED, kind="toll").form == "toll_digital"
    assert replace(ASKED, kind="digital_special", paper=True).form == "digital_special_paper"


def test_what_a_coded_invoice_is_asked_with() -> None:
    coded = replace(
        fapiao(),
        identity="033002000211-83089647",
        kind="vat_general_e",
        code="033002000211",
        number="83089647",
        tax_fen=500,
        check_code="76939 05688 34666 77916",
    )

    request = request_of(coded)

    assert request is not None
    assert (request.amount_excl_fen, request.amount_incl_fen) == (4000, 4500)
    assert (request.check_code_last6, request.form) == ("677916", "vat_general_e")
    assert request.identity == "033002000211-83089647"


@pytest.mark.parametrize(
    "values",
    [{"kind": "taxi"}, {"number": None}, {"date": None}, {"identity": None}, {"kind": "quota"}],
)
def test_what_the_bureau_does_not_keep_is_not_asked(values: dict[str, object]) -> None:
    assert request_of(replace(fapiao(), **values)) is None  # type: ignore[arg-type]


def test_one_question_an_invoice() -> None:
    twice = claim_of(taxi(invoice=fapiao()), taxi(invoice=fapiao()), taxi())

    assert requests_of(twice) == (ASKED,)
    assert ask_about(twice, "draft") == (VerifyInvoice(NUMBER, ASKED),)


def test_a_question_has_a_lane_of_its_own_and_comes_back_whole() -> None:
    later = VerifyInvoice(NUMBER, ASKED, "after", NOW)

    assert lane_of(VerifyInvoice(NUMBER, ASKED)) == f"verify:{TWENTY}"
    assert lane_of(later) == f"verify:{TWENTY}:202611250900"
    assert from_json(to_json(later)) == later


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("normal", []),
        ("unsupported", []),
        ("pending", [("verify_pending", "info")]),
        ("mismatch", [("verify_mismatch", "block")]),
        ("void", [("verify_void", "block")]),
        ("red_lettered", [("verify_red", "block")]),
    ],
)
def test_what_an_answer_says_against_a_line(state: str, found: list[tuple[str, str]]) -> None:
    assert codes(find_unverified(claim(), {TWENTY: answer(state)})) == found


def test_only_doubts_block_a_submission() -> None:
    draft = claim(State.DRAFT, plan=None)

    pending = check_claim(draft, around(verified={TWENTY: answer("pending")}))
    void = check_claim(draft, around(verified={TWENTY: answer("void")}))

    assert not is_blocked(pending)
    assert is_blocked(void)
    assert void[0].line == 0
    with pytest.raises(Refused, match="blocked"):
        submit(draft, around(verified={TWENTY: answer("void")}), by("zhang"))


def test_an_answer_holds_for_the_reading_it_was_asked_with() -> None:
    misread = replace(ASKED, amount_incl_fen=9900)

    assert find_unverified(claim(), {TWENTY: answer("mismatch", misread)}) == ()
    assert codes(find_unverified(claim(), {TWENTY: answer("void", misread)})) == [
        ("verify_void", "block")
    ]


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ((("total", "45.00"), ("seller", "出租公司")), []),
        ((("seller", " 出租公司 "),), []),
        ((("total", "450.00"),), [("verify_mismatch", "block")]),
        ((("seller", "另一家公司"),), [("verify_mismatch", "warn")]),
        ((("total", "not printed"),), []),
    ],
)
def test_what_the_bureau_prints_is_compared(
    facts: tuple[tuple[str, str], ...], found: list[tuple[str, str]]
) -> None:
    assert codes(find_unverified(claim(), {TWENTY: answer("normal", facts=facts)})) == found


def test_a_reading_that_no_invoice_has_is_a_warning() -> None:
    asked = answer("mismatch", reason="format", fields=("number",))

    (finding,) = find_unverified(claim(), {TWENTY: asked})

    assert (finding.severity, finding.field("fields")) == ("warn", "number")


def test_a_draft_shows_the_answer_and_nothing_else_changes() -> None:
    change = noted(claim(State.DRAFT, plan=None), answer("void"))

    assert change.claims == ()
    assert change.verified == (answer("void"),)
    assert [o.notice for o in change.outbox] == [ShowCard("zhang", NUMBER, "claim", only_open=True)]


def test_a_claim_in_review_keeps_the_answer_on_its_record() -> None:
    before = claim(findings=(Finding("weekend", "warn"), Finding("verify_pending", "info", 0)))

    change = noted(before, answer("red_lettered"))

    (after,) = change.claims
    assert codes(after.findings) == [("weekend", "warn"), ("verify_red", "block")]
    shown = [(o.notice.person, o.notice.purpose) for o in change.outbox]
    assert shown == [("zhang", "claim"), ("wang", "approval")]


def test_pending_then_normal_takes_the_remark_away() -> None:
    before = claim(findings=(Finding("verify_pending", "info", 0, (("invoice", TWENTY),)),))

    change = noted(before, answer("normal"), answer("pending"))

    assert change.claims[0].findings == ()


def test_the_same_answer_twice_changes_nothing() -> None:
    change = noted(claim(), answer("normal"), answer("normal"))

    assert (change.claims, change.outbox) == ((), ())


def test_an_approved_claim_shows_it_to_the_cashier_and_is_not_paid() -> None:
    change = noted(claim(State.APPROVED), answer("void"))

    (after,) = change.claims
    assert ShowCard("cash", NUMBER, "payment", only_open=True) in [o.notice for o in change.outbox]
    owed = Payment(f"P-{NUMBER}", NUMBER, "zhang", "张三", 4500, "", "")
    with pytest.raises(Refused, match="invoice_dead") as caught:
        require_alive(after, NOW)
    assert caught.value.fields["findings"] == after.findings
    with pytest.raises(Refused, match="invoice_dead"):
        export(after, owed, "batch", by("cash"))


def test_finance_is_told_when_the_money_is_gone() -> None:
    change = noted(claim(State.PAID), answer("void"), answer("normal"))

    fields = (("number", NUMBER), ("invoice", TWENTY), ("employee", "zhang"))
    assert [o.notice for o in change.outbox] == [
        Say("fin1", "void_after_paid", fields),
        Say("fin2", "void_after_paid", fields),
    ]
    assert codes(change.claims[0].findings) == [("verify_void", "block")]
    again = noted(change.claims[0], answer("void"), answer("void"))
    assert again.outbox == ()


def test_silence_does_not_take_the_place_of_an_answer() -> None:
    change = noted(claim(), answer("pending", reason="tries"), answer("normal"))

    assert change.verified == ()
    assert change.claims == ()
    assert [type(o.notice) for o in change.outbox] == [VerifyInvoice]


@pytest.mark.parametrize("gone", [None, claim(State.VOID), claim_of(taxi())])
def test_an_answer_about_what_is_gone_is_only_kept(gone: Claim | None) -> None:
    change = noted(gone, answer("pending"))

    assert change.verified == (answer("pending"),)
    assert (change.claims, change.outbox, change.audit) == ((), (), ())


@pytest.mark.parametrize(
    ("issued", "reason", "wait"),
    [
        (TODAY, "not_found", timedelta(hours=4)),
        (TODAY - timedelta(days=10), "not_found", timedelta(days=1)),
        (TODAY - timedelta(days=31), "not_found", None),
    ],
)
def test_when_it_is_asked_again(issued: date, reason: str, wait: timedelta | None) -> None:
    said = Verification("pending", reason=reason)

    due = next_try(replace(ASKED, date=issued), said, NOW)

    assert due == (NOW + wait if wait else None)


def test_when_the_days_questions_are_used_up_it_is_asked_tomorrow() -> None:
    late = datetime(2026, 11, 25, 15, 59, tzinfo=UTC)
    said = Verification("pending", reason="tries")

    assert next_try(ASKED, said, late) == datetime(2026, 11, 26, 8, tzinfo=CHINA)
    after_midnight = next_try(ASKED, said, late + timedelta(minutes=1))
    assert after_midnight == datetime(2026, 11, 27, 8, tzinfo=CHINA)


def test_approval_and_payment_ask_again() -> None:
    plan = Plan((Step("直属主管", "any", ("wang",)),))
    waiting = claim_of(taxi(invoice=fapiao()), state=State.IN_REVIEW, plan=plan)

    approved = approve(waiting, company_of(), by("wang"), "", RULES)
    paid = pay(approved.claims[0], approved.payments[0], by("cash"), RULES)

    assert VerifyInvoice(NUMBER, ASKED, "payment") in [o.notice for o in approved.outbox]
    assert paid is not None
    due = NOW + timedelta(days=30)
    assert VerifyInvoice(NUMBER, ASKED, "after", due) in [o.notice for o in paid.outbox]


def held() -> Claim:
    """Give a claim that was approved at NOW and waits for the bureau."""
    return begin_recheck(claim(State.APPROVED), NOW, VerifyRules(hold_hours=24))


def test_money_waits_for_the_answer_before_payment() -> None:
    owed = Payment(f"P-{NUMBER}", NUMBER, "zhang", "张三", 4500, "", "")

    with pytest.raises(Refused, match="recheck_waiting") as caught:
        require_alive(held(), NOW + timedelta(minutes=90))
    assert caught.value.fields["hours"] == "23"
    with pytest.raises(Refused, match="recheck_waiting"):
        export(held(), owed, "batch", by("cash"))
    require_alive(held(), NOW + timedelta(hours=24))
    require_alive(begin_recheck(claim(State.APPROVED), NOW, VerifyRules(hold_hours=0)), NOW)


@pytest.mark.parametrize(
    ("said", "occasion", "waits"),
    [
        (answer("normal"), "payment", False),
        (answer("pending", reason="not_found"), "payment", False),
        (answer("unsupported"), "payment", False),
        (answer("pending", reason="tries"), "payment", True),
        (answer("normal"), "draft", True),
    ],
)
def test_what_ends_the_wait(said: Checked, occasion: Occasion, *, waits: bool) -> None:
    change = note_answer(held(), company_of(), said, {}, occasion, by("tax-bureau"))

    after = change.claims[0] if change.claims else held()
    assert (after.recheck is not None) is waits


def test_a_claim_waits_for_each_of_its_invoices() -> None:
    two = replace(held(), recheck=Recheck(("other", TWENTY), NOW + timedelta(hours=1)))

    change = note_answer(two, company_of(), answer("normal"), {}, "payment", by("tax-bureau"))

    (after,) = change.claims
    assert after.recheck == Recheck(("other",), NOW + timedelta(hours=1))


def test_approval_begins_the_wait_only_where_it_asks() -> None:
    plan = Plan((Step("直属主管", "any", ("wang",)),))
    waiting = claim_of(taxi(invoice=fapiao()), state=State.IN_REVIEW, plan=plan)

    asked = approve(waiting, company_of(), by("wang"), "", RULES).claims[0]
    unasked = approve(waiting, company_of(), by("wang"), "", Settings()).claims[0]

    assert asked.recheck == Recheck((TWENTY,), NOW + timedelta(hours=24))
    assert unasked.recheck is None


def test_without_the_setting_nobody_is_asked() -> None:
    plan = Plan((Step("直属主管", "any", ("wang",)),))
    waiting = claim_of(taxi(invoice=fapiao()), state=State.IN_REVIEW, plan=plan)

    approved = approve(waiting, company_of(), by("wang"), "", Settings())
    paid = pay(approved.claims[0], approved.payments[0], by("cash"), Settings())

    assert paid is not None
    told = [o.notice for o in (*approved.outbox, *paid.outbox)]
    assert [n for n in told if isinstance(n, VerifyInvoice)] == []
