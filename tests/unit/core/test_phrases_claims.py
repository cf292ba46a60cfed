"""The words that shape a claim: shares, suppliers, cuts, copies, repayments, colleagues."""

from datetime import date

import pytest
from phrase_words import TODAY, WORDS

from core.phrases import parse_message
from core.phrases.claim_intents import (
    CopyClaim,
    FileFor,
    HoldLine,
    MergeLines,
    PettyCash,
    Reduce,
    Repay,
    SetSupplier,
    SplitLine,
    Urgent,
    VoidClaim,
    Welfare,
)
from core.phrases.intents import Discard, EditLine, MarkPaid, Purchase, Travel
from core.phrases.results import Expense, Problem, Question

BX, JK = "BX-20261125-0001", "JK-20261125-0001"
ACCOUNT = "6222021234567890"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            f"采购 显示器 3000 供应商 京东 账号 {ACCOUNT} 开户行 招商银行",
            Purchase(300_000, "显示器", "京东", ACCOUNT, "招商银行"),
        ),
        ("采购 显示器 3000", Purchase(300_000, "显示器")),
        ("采购 显示器 3000 供应商 京东", Purchase(300_000, "显示器", "京东")),
        ("备用金 5000 前台零星开支", PettyCash(500_000, "前台零星开支")),
        ("申请备用金 5000", PettyCash(500_000, "")),
        ("福利 500 中秋礼金", Welfare(50_000, "中秋礼金")),
        (f"复制 {BX}", CopyClaim(BX)),
        (
            "分摊 第1行 市场部 60 研发部 40",
            SplitLine(None, 1, (("市场部", 6000), ("研发部", 4000))),
        ),
        (
            f"分摊 {BX} 第2行 甲 20 乙 30 丙 50",
            SplitLine(BX, 2, (("甲", 2000), ("乙", 3000), ("丙", 5000))),
        ),
        (
            "分摊 市场部 33.3% 研发部 66.7%",
            SplitLine(None, None, (("市场部", 3330), ("研发部", 6670))),
        ),
        ("拆分 2 住宿 3 餐饮 2", SplitLine(None, 2, (("住宿", 300), ("餐饮", 200)))),
        ("合并 1 2", MergeLines(None, 1, 2)),
        (f"合并 {BX} 第1行 第3行", MergeLines(BX, 1, 3)),
        (f"核减 {BX} 第1行 40 超标", Reduce(BX, 1, 4000, "超标")),
        (f"核减 {BX} 40 超过标准", Reduce(BX, None, 4000, "超过标准")),
        (f"核减 {BX} 1 50 太多", Reduce(BX, 1, 5000, "太多")),
        (f"核减 {BX} 2 0 不符合规定", Reduce(BX, 2, 0, "不符合规定")),
        ("核减 第2行 0 不符合规定", Reduce(None, 2, 0, "不符合规定")),
        ("核减 第二行 到 40.5 理由：超标", Reduce(None, 2, 4050, "超标")),
        (f"暂缓 {BX} 第2行 等发票", HoldLine(BX, 2, "等发票")),
        ("暂缓 2 等发票", HoldLine(None, 2, "等发票")),
        (f"加急 {BX} 客户明天到", Urgent(BX, "客户明天到")),
        (f"归还 {JK} 380.66", Repay(JK, 38_066)),
        (f"还款 {JK}", Repay(JK, None)),
        ("代 张三 打车 45", FileFor("张三", "打车 45")),
        ("替张三报销 打车 45", FileFor("张三", "打车 45")),
        (f"作废 {BX} 买错了", VoidClaim(BX, "买错了")),
        (f"作废 {BX}", Discard(BX)),
        ("作废", Discard(None)),
        (f"已付 {BX} 100", MarkPaid(BX, 10_000)),
        (f"已付 {BX}", MarkPaid(BX)),
        (
            "供应商 京东 账号 6222 0212 3456 7890 开户行 招商银行北京分行",
            SetSupplier(None, "京东", ACCOUNT, "招商银行北京分行"),
        ),
        (
            "供应商 开户行 招商银行 账号 6222021234567890",
            SetSupplier(None, "", ACCOUNT, "招商银行"),
        ),
        (f"hold {BX} line 2 waits for its invoice", HoldLine(BX, 2, "waits for its invoice")),
        (f"reduce {BX} line 1 40 too much", Reduce(BX, 1, 4000, "too much")),
        ("split line 1 Sales 60 Lab 40", SplitLine(None, 1, (("Sales", 6000), ("Lab", 4000)))),
        (f"repaid {JK} 380.66", Repay(JK, 38_066)),
        ("on behalf of Li Lei taxi 45", FileFor("Li Lei", "taxi 45")),
        ("merge line 1 line 2", MergeLines(None, 1, 2)),
        ("petty cash 5000 front desk", PettyCash(500_000, "front desk")),
        (
            f"supplier JD account {ACCOUNT} bank ICBC",
            SetSupplier(None, "JD", ACCOUNT, "ICBC"),
        ),
        ("修改 1 部门 研发部", EditLine(None, 1, "department", "研发部")),
    ],
)
def test_reads_what_is_meant(text: str, meant: object) -> None:
    assert parse_message(text, TODAY, WORDS) == meant


@pytest.mark.parametrize(
    ("text", "leaves_late", "back_early"),
    [
        ("出差 上海 12-01 至 12-03 3000 拜访客户", False, False),
        ("出差 上海 12-01 下午 至 12-03 上午 3000 拜访客户", True, True),
        ("出差 上海 12-01下午 3天 3000 拜访客户", True, False),
        ("出差 上海 12月1日上午 至 12月3日下午 3000 拜访客户", False, False),
    ],
)
def test_halves_of_days(text: str, *, leaves_late: bool, back_early: bool) -> None:
    read = parse_message(text, TODAY, WORDS)

    days = date(2026, 12, 1), date(2026, 12, 3)
    assert read == Travel("上海", *days, 300_000, "拜访客户", leaves_late, back_early)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"分摊 {BX} 第1行 市场部 60", "shares_unclear"),
        ("合并 1 1", "line_unclear"),
        (f"核减 {BX} 第1行 超标", "amount_missing"),
        (f"核减 {BX} 第1行 -5 超标", "amount_not_positive"),
        (f"核减 第1行 40 参考 {BX}", "number_unclear"),
        (f"暂缓 第1行 参考 {BX}", "number_unclear"),
        (f"归还 {JK} 3.333", "amount_too_precise"),
        (f"归还 {JK} 30 40", "amount_unclear"),
        ("供应商", "supplier_missing"),
        ("备用金", "amount_missing"),
    ],
)
def test_says_what_is_missing(text: str, code: str) -> None:
    read = parse_message(text, TODAY, WORDS)

    assert isinstance(read, Problem)
    assert read.code == code


@pytest.mark.parametrize("text", ["代驾 80", "福利费 45 昨天", "copy paper 45", "打车 45 代张三"])
def test_leaves_other_words_alone(text: str) -> None:
    assert isinstance(parse_message(text, TODAY, WORDS), Expense | Question)


def test_somebody_unknown_begins_no_command() -> None:
    assert not isinstance(parse_message("代 某某某 打车 45", TODAY, WORDS), FileFor)
