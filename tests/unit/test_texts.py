"""Every code that people can meet has its text in both languages, with names and figures."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from bot.texts import CATALOGUE, say
from bot.texts.findings import FINDINGS, finding_text
from bot.texts.labels import ALERTS, LABELS, SENTENCES
from bot.texts.plain import cut_lines
from bot.texts.refusals import refusal_fields, refusal_text
from bot.texts.template import Text
from bot.texts.words import (
    ACTIONS,
    FIELDS,
    KINDS,
    PAYMENT_STATES,
    STATES,
    field_text,
    kind_text,
    payment_reason_text,
    payment_state_text,
    state_text,
)
from core.actions.undoing import TAKEN_BACK
from core.claim import EDITABLE, Event, Finding, Kind, State
from core.company import Budget, Company, PolicyKind
from core.errors import Conflict, Refused
from core.payment import PaymentState
from core.phrases.results import QuestionCode

ROOT = Path(__file__).parents[2]
CODE_AT = {"Refused": 0, "Conflict": 0, "Problem": 0, "Say": 1, "Reply": 2, "answer": 0, "reply": 0}
"""Where the code stands among the arguments of what carries it to a person."""
DERIVED = {"approved", "approved_unpaid", "rejected", "returned"}
"""Codes that `core.actions.decision` hands to one function that says them."""

COMPANY = Company.model_validate(
    {
        "departments": [{"id": "sales", "name": "市场部"}],
        "people": [
            {"id": "zhang", "name": "张三"},
            {"id": "wang", "name": "王五"},
            {"id": "lei", "name": "Li Lei"},
        ],
        "categories": [{"id": "taxi", "name": "市内交通"}],
        "budgets": [
            {
                "id": "sales-2026q4",
                "department": "sales",
                "category": "taxi",
                "period": "2026-Q4",
                "limit": "10000.00",
                "owners": ["wang"],
            }
        ],
        "policies": [
            {
                "id": "cap",
                "kind": "amount_limit",
                "category": "taxi",
                "per": "day",
                "limit": "200.00",
            }
        ],
    }
)


def sources() -> list[Path]:
    rooms = [ROOT / name for name in ("core", "bot", "storage")]
    return [
        path
        for room in rooms
        for path in sorted(room.rglob("*.py"))
        if "texts" not in path.relative_to(ROOT).parts
    ]


def codes_in(path: Path) -> Iterator[str]:
    """Yield codes as regular expressions: what an f-string fills in may be anything."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in CODE_AT or len(node.args) <= CODE_AT[name]:
            continue
        code = node.args[CODE_AT[name]]
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            yield re.escape(code.value)
        elif isinstance(code, ast.JoinedStr):
            yield "".join(
                re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+"
                for p in code.values
            )


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_code_has_a_text(path: Path) -> None:
    missing = [c for c in codes_in(path) if not any(re.fullmatch(c, known) for known in CATALOGUE)]

    assert missing == []


def test_every_code_is_looked_for() -> None:
    found = {code for path in sources() for code in codes_in(path)}

    assert {"blocked", "not_yours", "paid", "reminded", "date_invalid"} <= found


def test_codes_that_are_put_together_have_texts() -> None:
    source = (ROOT / "core/phrases/amounts.py").read_text(encoding="utf-8")
    amounts = set(re.findall(r'"((?:amount|currency)_\w+)"', source))

    assert amounts <= set(CATALOGUE)
    assert {f"ask_{code}" for code in get_args(QuestionCode)} <= set(CATALOGUE)
    assert set(CATALOGUE) >= DERIVED


def test_every_finding_has_a_text() -> None:
    literal = {
        found
        for path in sources()
        for found in re.findall(r'Finding\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }

    assert literal | set(get_args(PolicyKind)) <= set(FINDINGS)
    assert {"budget_exceeded", "budget_frozen"} <= set(FINDINGS)


def test_an_unknown_code_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        say("no_such_code", "zh", {})


ALL = {**CATALOGUE, **FINDINGS}


@pytest.mark.parametrize("code", ALL)
def test_every_text_stands_without_its_fields(code: str) -> None:
    text = ALL[code]
    for language in ("zh", "en"):
        bare = text.fill(language, {})

        assert "{" not in bare
        assert "‹" not in bare
        assert "  " not in bare


@pytest.mark.parametrize("code", ALL)
def test_both_languages_are_given_the_same_facts(code: str) -> None:
    zh, en = (set(re.findall(r"\{(\w+)\}", t)) for t in ALL[code])

    assert zh == en
    assert re.search("[\u4e00-\u9fff]", ALL[code].zh) or code == "progress"


def test_a_word_for_every_state_kind_event_and_payment() -> None:
    assert set(STATES) == {s.value for s in State}
    assert set(KINDS) == set(get_args(Kind))
    assert {e.value for e in Event} <= set(ACTIONS)
    assert set(PAYMENT_STATES) == set(get_args(PaymentState))
    assert state_text("in_review", "zh") == "审批中"
    assert kind_text("advance", "en") == "advance"
    assert payment_state_text("failed", "zh") == "付款失败"


def test_labels_fit_and_every_part_is_optional_syntax() -> None:
    assert all(len(label.brief.zh) <= 5 for label in LABELS.values())
    assert all(len(label.brief.en) <= 5 for label in LABELS.values())
    for text in (*SENTENCES.values(), *ALERTS.values()):
        for words in text:
            assert "{" not in re.sub("‹[^‹›]*›", "", words)


def test_fields_of_vouchers_and_whole_vouchers() -> None:
    assert field_text("seller") == "销售方"
    assert field_text("date", "en") == "date"
    assert field_text("seal_missing") == "票据"
    assert set(FIELDS) >= {"number", "date", "total", "buyer", "seller"}


def test_optional_parts_go_with_their_fields() -> None:
    text = Text(
        "预算‹「{budget}」›不足‹，超出 {over}›。", "Budget ‹{budget} ›exceeded‹ by {over}›."
    )

    assert text.fill("zh", {"budget": "A"}) == "预算「A」不足。"
    assert text.fill("en", {"over": "{budget}"}) == "Budget exceeded by {budget}."


def test_ids_become_names_and_decimals_money() -> None:
    fields = {"budget": "sales-2026q4", "available": "900.00", "amount": "1280.5", "limit": "x"}
    text = say("budget", "zh", fields, COMPANY)

    assert "预算「市场部 · 市内交通 2026-Q4（sales-2026q4）」不足" in text
    assert "可用 ¥900.00" in text
    assert "¥1,280.50" in text
    assert say("reminded", "zh", {"employee": "zhang", "number": "BX-1"}, COMPANY).startswith(
        "张三 催你审批 BX-1"
    )
    assert "张三、Li Lei" in say("remind_sent", "zh", {"people": "zhang lei"}, COMPANY)
    assert "Li Lei" in say("transfer_done", "en", {"person": "lei"}, COMPANY)


def test_states_and_actions_become_words() -> None:
    text = say("wrong_state", "zh", {"number": "BX-1", "state": State.PAID, "event": "withdraw"})

    assert text == (
        "BX-1 现在不能这样操作：它的状态是「已付款」，不能撤回。发「进度 BX-1」查看它走到了哪一步。"
    )


def test_other_peoples_words_are_harmless() -> None:
    reason = '第一行\n第二行 <a href="http://evil">x</a> @all' + "长" * 500
    text = say("rejected", "zh", {"number": "BX-1", "reason": reason})

    assert "第一行 第二行 ＜a" in text
    assert "＠all" in text
    assert "\n" not in text
    assert len(text) < 600


def test_rows_keep_their_lines_and_long_lists_say_so() -> None:
    short = say("my_claims", "zh", {"rows": "一\n二"})
    long = say("my_claims", "zh", {"rows": "\n".join(["BX-20261125-0007 · 张三"] * 200)})

    assert short == "你的单据：\n一\n二"
    assert len(long.encode()) <= 2000
    assert long.endswith("… 共 201 行，其余请在网页上查看")


def test_one_endless_line_is_cut_too() -> None:
    assert len(cut_lines("长" * 5000, 100, "… {count}").encode()) <= 100


def test_help_fits_one_message_in_both_languages() -> None:
    for language in ("zh", "en"):
        text = say("help", language, {"name": "张三"})

        assert len(text.encode()) <= 2000
        assert "BX-20261125-0007" in text


OVER = Finding(
    "budget_exceeded",
    "block",
    None,
    (
        ("budget", "sales-2026q4"),
        ("limit", "10000.00"),
        ("available", "900.00"),
        ("amount", "1280.00"),
        ("over", "380.00"),
    ),
)
TWICE = Finding("duplicate_invoice", "block", 0, (("invoice", "2631"), ("claim", "BX-9")))


def test_a_budget_finding_has_its_figures_and_whom_to_ask() -> None:
    assert finding_text(OVER, "zh", COMPANY) == (
        "预算「市场部 · 市内交通 2026-Q4（sales-2026q4）」不足：额度 ¥10,000.00，可用 ¥900.00，"
        "本单 ¥1,280.00，超出 ¥380.00。可联系预算负责人 王五"
    )
    assert "预算" in finding_text(OVER, "en", COMPANY)


def test_a_duplicate_names_the_first_claim_and_nobody() -> None:
    assert finding_text(TWICE, "zh", COMPANY) == (
        "第 1 行：发票 2631 重复：已在 BX-9 中报销，请删除这一行"
    )
    assert "重复" in finding_text(TWICE, "en", COMPANY)
    policy = Finding("duplicate", "warn", 1, (("claim", "BX-9"), ("amount", "45.00")))
    assert "BX-9" in finding_text(policy, "zh", COMPANY)
    assert "重复" in finding_text(policy, "zh", COMPANY)


ALIKE = Finding(
    "duplicate_similar",
    "warn",
    0,
    (
        ("why", "facts"),
        ("claim", "BX-9"),
        ("when", "2026-11-01T20:00:00+00:00"),
        ("state", "paid"),
        ("employee", "zhang"),
        ("date", "2026-10-31"),
        ("amount", "45.00"),
    ),
)


def test_who_came_first_is_told_only_to_those_who_decide() -> None:
    assert finding_text(ALIKE, "zh", COMPANY) == (
        "第 1 行：疑似重复：BX-9 的票据（2026-11-02，已付款）销售方、日期、金额相同，2026-10-31"
        " ¥45.00，请确认不是同一笔"
    )
    assert "（张三，2026-11-02，已付款）" in finding_text(ALIKE, "zh", COMPANY, insider=True)
    english = finding_text(ALIKE, "en", COMPANY)
    assert "重复" in english
    assert "张三" not in english
    same = Finding("duplicate_invoice", "block", 0, (("invoice", "2631"), *ALIKE.fields))
    assert "张三" not in finding_text(same, "zh", COMPANY)
    assert "BX-9 中报销（张三，2026-11-02，已付款）" in finding_text(
        same, "zh", COMPANY, insider=True
    )


def test_an_explained_duplicate_says_who_when_and_why() -> None:
    said = (("by", "wang"), ("at", "2026-11-25T02:00:00+00:00"), ("reason", "两次<b>出行"))
    explained = Finding("duplicate_similar", "info", 0, (*ALIKE.fields, *said))

    text = finding_text(explained, "zh", COMPANY)

    assert text.startswith(
        "第 1 行：王五 于 2026-11-25 确认非重复：「两次＜b＞出行」。疑似重复：BX-9"
    )
    assert text.endswith("¥45.00")
    assert finding_text(explained, "en", COMPANY).startswith(
        "Line 1: 王五 (2026-11-25) says that it is no duplicate: “两次＜b＞出行”. Possible"
    )


def test_a_policy_finding_says_its_category_span_and_limit() -> None:
    facts = (("policy", "cap"), ("limit", "200.00"), ("amount", "260.00"), ("per", "2026-11-25"))

    assert finding_text(Finding("amount_limit", "warn", None, facts), "zh", COMPANY) == (
        "市内交通 2026-11-25 合计 ¥260.00，超过标准（每天 ¥200.00）"
    )
    often = Finding("frequency", "warn", None, (("count", "11"), ("limit", "10")))
    assert finding_text(often, "zh", COMPANY) == "本月已是第 11 次报销，超过 10 次的标准"


def test_a_finding_whose_policy_or_budget_is_gone_still_speaks() -> None:
    for code in FINDINGS:
        fields = (("policy", "gone"), ("budget", "gone"), ("field", "gone"))

        assert finding_text(Finding(code, "warn", 2, fields), "zh", COMPANY).startswith("第 3 行：")


def test_a_refusal_lists_what_blocks() -> None:
    mild = Finding("weekend", "warn", 0, (("date", "2026-11-22"),))
    refused = Refused("blocked", number="BX-1", findings=(OVER, mild, TWICE))
    text = refusal_text(refused, "zh", COMPANY)

    assert text.startswith("BX-1 还不能提交：\n· 预算")
    assert "重复" in text
    assert "周末" not in text
    assert refusal_fields(Conflict("revision"), "zh", COMPANY) == {}


def test_a_refusal_without_findings_is_its_text() -> None:
    error = Refused("already_approver", person="wang")

    assert refusal_text(error, "zh", COMPANY) == "王五 已经是这一步的审批人了。请换一个人。"


def test_a_budget_without_dimensions_is_the_companys() -> None:
    budget = Budget.model_validate({"id": "all", "period": "2026", "limit": "1.00"})
    company = COMPANY.model_copy(update={"budgets": (budget,)})
    frozen = Finding("budget_frozen", "block", None, (("budget", "all"),))

    assert "预算「全公司 2026（all）」已冻结" in finding_text(frozen, "zh", company)


def test_who_is_refused_is_told_how_to_submit_again_as_the_card_offers() -> None:
    said = say("rejected", "zh", {"number": "BX-20261125-0001", "reason": "不合规"}, COMPANY)

    assert State.REJECTED in EDITABLE
    assert "理由：「不合规」" in said
    assert "改好后发「提交 BX-20261125-0001」" in said


def test_a_payment_that_is_not_owed_any_more_says_so_in_words() -> None:
    assert payment_reason_text(TAKEN_BACK, "zh") == "审批已撤销，暂时不用付"
    assert payment_reason_text("账号有误", "zh") == "账号有误"
