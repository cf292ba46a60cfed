"""The commands of the chat: utterance → command, in Chinese and English, and what is asked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phrase_words import TODAY, WORDS, day

from core.phrases import answer_message, parse_message
from core.phrases.commands import VERBS
from core.phrases.intents import (
    AddSigner,
    Advance,
    Approve,
    BudgetChange,
    BudgetQuery,
    ClaimsOf,
    Command,
    ConfirmNotDuplicate,
    Delegate,
    Discard,
    EditLine,
    Feedback,
    Help,
    MarkPaid,
    MyClaims,
    PayFailed,
    Progress,
    Purchase,
    Reject,
    Remind,
    RemoveLine,
    Return_,
    Submit,
    Todo,
    Transfer,
    Travel,
    Why,
    Withdraw,
)
from core.phrases.results import PROBLEM_CODES, Expense, NotUnderstood, Problem, Question

N = "BX-20261125-0007"
SHANGHAI = Travel("上海", day("12-01"), day("12-03"), 300_000, "拜访客户")

COMMANDS: list[tuple[str, Command]] = [
    ("帮助", Help()),
    ("/帮助", Help()),
    ("@小票 帮助", Help()),
    ("help", Help()),
    ("/help", Help()),
    ("HELP!", Help()),
    ("?", Help()),
    ("？", Help()),
    ("怎么用", Help()),
    ("你好", Help()),
    ("我的报销", MyClaims()),
    ("我的报销单", MyClaims()),
    ("查我的报销", MyClaims()),
    ("看看我的报销", MyClaims()),
    ("查本月报销", MyClaims()),
    ("查 昨天的报销", MyClaims()),
    ("my claims", MyClaims()),
    ("show my claims", MyClaims()),
    ("待办", Todo()),
    ("我的待办", Todo()),
    ("查待办", Todo()),
    ("todo", Todo()),
    ("to-do", Todo()),
    ("进度", Progress(None)),
    ("审批到哪了", Progress(None)),
    (f"进度 {N}", Progress(N)),
    (f"进度{N}", Progress(N)),
    (f"查 {N}", Progress(N)),
    (f"status {N}", Progress(N)),
    (f"where is {N}", Progress(N)),
    (N, Progress(N)),
    ("bx-20261125-0007", Progress(N)),
    ("bx202611250007", Progress(N)),
    ("BX 20261125 0007", Progress(N)),
    ("ＢＸ－２０２６１１２５－０００７", Progress(N)),
    (f"{N} 进度", Progress(N)),
    ("JK-20261125-12345 进度", Progress("JK-20261125-12345")),
    (f"为什么 {N}", Why(N)),
    ("为什么", Why(None)),
    ("为什么超预算", Why(None)),
    (f"why {N}", Why(N)),
    ("提交", Submit(None)),
    ("提交吧", Submit(None)),
    ("请帮我提交", Submit(None)),
    ("提交报销单", Submit(None)),
    (f"提交 {N}", Submit(N)),
    (f"重新提交 {N}", Submit(N)),
    ("submit", Submit(None)),
    (f"submit {N}", Submit(N)),
    ("删除", Discard(None)),
    (f"删除 {N}", Discard(N)),
    (f"delete {N}", Discard(N)),
    ("删除第2行", RemoveLine(None, 2)),
    ("删除 第二行", RemoveLine(None, 2)),
    (f"删除 {N} 第2条", RemoveLine(N, 2)),
    ("delete line 2", RemoveLine(None, 2)),
    ("把第2行删了", RemoveLine(None, 2)),
    ("第二行删掉", RemoveLine(None, 2)),
    (f"撤回 {N}", Withdraw(N)),
    (f"撤回 {N} 打错了", Withdraw(N)),
    (f"把{N}撤回", Withdraw(N)),
    ("撤回", Withdraw(None)),
    (f"withdraw {N}", Withdraw(N)),
    ("同意", Approve(None, "")),
    ("同意。", Approve(None, "")),
    ("同意，没问题", Approve(None, "没问题")),
    (f"同意 {N}", Approve(N, "")),
    (f"同意 {N} 没问题", Approve(N, "没问题")),
    (f"同意{N}，下次先申请可以吗？", Approve(N, "下次先申请可以吗？")),
    (f"{N} 同意", Approve(N, "")),
    (f"通过 {N}", Approve(N, "")),
    (f"同意 {N} 金额45元没问题", Approve(N, "金额45元没问题")),
    ("approve", Approve(None, "")),
    (f"approve {N} looks good", Approve(N, "looks good")),
    (f"驳回 {N} 金额不对", Reject(N, "金额不对")),
    (f"驳回 {N} 理由：金额不对", Reject(N, "金额不对")),
    (f"驳回 {N}", Reject(N, "")),
    ("驳回 3000 太多了", Reject(None, "3000 太多了")),
    (f"不同意 {N} 超标", Reject(N, "超标")),
    (f"驳回 {N} 与 BX-20261101-0001 重复", Reject(N, "与 BX-20261101-0001 重复")),
    (f"reject {N} too much", Reject(N, "too much")),
    (f"退回 {N} 请补发票", Return_(N, "请补发票")),
    (f"把 {N} 退回 缺发票", Return_(N, "缺发票")),
    (f"return {N} no invoice", Return_(N, "no invoice")),
    (f"转交 {N} 给 李雷", Transfer(N, "李雷")),
    (f"转交 {N}", Transfer(N, "")),
    ("转交", Transfer(None, "")),
    (f"转交{N}给李雷 我出差", Transfer(N, "李雷", "我出差")),
    (f"把 {N} 转交给 王芳", Transfer(N, "王芳")),
    (f"转交 {N} 李雷请看一下", Transfer(N, "李雷", "请看一下")),
    ("转交给李雷雷", Transfer(None, "李雷雷")),
    (f"转交 {N} @李雷", Transfer(N, "李雷")),
    (f"转交 {N} 给李雷和王芳", Transfer(N, "李雷和王芳")),
    ("加签 李雷 和 王芳", AddSigner(None, "李雷 和 王芳")),
    (f"转交 {N} 给 韩梅梅", Transfer(N, "韩梅梅")),
    (f"transfer {N} to Li Lei", Transfer(N, "Li Lei")),
    (f"transfer {N} to Han Meimei please", Transfer(N, "Han Meimei", "please")),
    (f"加签 {N} 李雷", AddSigner(N, "李雷")),
    (f"加签 李雷 {N}", AddSigner(N, "李雷")),
    (f"加签 {N} 给 张三 请复核", AddSigner(N, "张三", "请复核")),
    (f"add signer {N} Li Lei", AddSigner(N, "Li Lei")),
    (f"催办 {N}", Remind(N)),
    (f"催一下 {N}", Remind(N)),
    ("催办", Remind(None)),
    (f"remind {N}", Remind(N)),
    ("委托 李雷 至 12-05", Delegate("李雷", day("12-05"))),
    ("委托李雷到12月5号", Delegate("李雷", day("12-05"))),
    ("委托李雷至下周五", Delegate("李雷", day("12-04"))),
    ("委托 李雷 从今天到 2026/12/31", Delegate("李雷", day("12-31"))),
    ("delegate Li Lei until 2026-12-05", Delegate("Li Lei", day("12-05"))),
    ("委托 李雷 从明天到 12-05", Delegate("李雷", day("12-05"), day("11-26"))),
    ("预算", BudgetQuery(None)),
    ("我想查一下预算", BudgetQuery(None)),
    ("预算还剩多少", BudgetQuery(None)),
    ("预算 市场部", BudgetQuery("市场部")),
    ("预算 阿波罗", BudgetQuery("阿波罗")),
    ("市场部预算还剩多少？", BudgetQuery("市场部")),
    ("预算 sales-2026q4", BudgetQuery("sales-2026q4")),
    ("预算 市场部 3000", BudgetQuery("市场部", amount_fen=300000)),
    ("预算 sales-2026q4 3000元", BudgetQuery("sales-2026q4", amount_fen=300000)),
    ("预算 3000 够吗", BudgetQuery(None, amount_fen=300000)),
    ("市场部预算够不够3000", BudgetQuery("市场部", amount_fen=300000)),
    ("预算还剩3000吗", BudgetQuery(None, amount_fen=300000)),
    ("预算 市场部 还能花多少", BudgetQuery("市场部")),
    ("市场部预算花了多少", BudgetQuery("市场部")),
    ("预算 市场部 2026", BudgetQuery("市场部", date(2026, 1, 1), date(2026, 12, 31))),
    ("预算 全年", BudgetQuery(None, date(2026, 1, 1), date(2026, 12, 31))),
    (
        "预算 市场部 12月 3000",
        BudgetQuery("市场部", date(2026, 12, 1), date(2026, 12, 31), 300000),
    ),
    ("预算 本季度", BudgetQuery(None, date(2026, 10, 1), date(2026, 12, 31))),
    ("预算 市场部 10月", BudgetQuery("市场部", date(2026, 10, 1), date(2026, 10, 31))),
    ("预算 市场部 12月", BudgetQuery("市场部", date(2026, 12, 1), date(2026, 12, 31))),
    ("预算 市场部 2026-Q4", BudgetQuery("市场部", date(2026, 10, 1), date(2026, 12, 31))),
    ("预算 阿波罗 明年", BudgetQuery("阿波罗", date(2027, 1, 1), date(2027, 12, 31))),
    ("市场部上个月的预算", BudgetQuery("市场部", date(2026, 10, 1), date(2026, 10, 31))),
    (
        "预算 市场部 下个月 2万",
        BudgetQuery("市场部", date(2026, 12, 1), date(2026, 12, 31), 2000000),
    ),
    ("budget", BudgetQuery(None)),
    ("budget sales", BudgetQuery("sales")),
    ("/预算 设置 市场部 20000", BudgetChange("市场部 20000")),
    ("预算设置 市场部 20000", BudgetChange("市场部 20000")),
    ("调整市场部预算 20000", BudgetChange("20000")),
    ("set budget sales 20000", BudgetChange("sales 20000")),
    ("查 张三 报销", ClaimsOf("张三")),
    ("查张三的报销", ClaimsOf("张三")),
    ("张三的报销", ClaimsOf("张三")),
    ("show Zhang San's claims", ClaimsOf("Zhang San")),
    ("出差 上海 12-01 至 12-03 3000 拜访客户", SHANGHAI),
    ("出差上海12-01至12-03 3000拜访客户", SHANGHAI),
    ("出差 上海 12月1日至12月3日 三千 拜访客户", SHANGHAI),
    ("出差 上海 12月1-3日 3000元 拜访客户", SHANGHAI),
    ("出差 上海 12-01 3天 3000 拜访客户", SHANGHAI),
    ("出差 上海 2026-12-01~2026-12-03 3000 拜访客户", SHANGHAI),
    ("申请出差 12/1-12/3 去上海 拜访客户 预算3000", SHANGHAI),
    (
        "出差 北京 12-30 至 01-02 5000 年会",
        Travel("北京", day("12-30"), day("2027-01-02"), 500_000, "年会"),
    ),
    (
        "出差 北京 明天 当天往返 500 开会",
        Travel("北京", day("11-26"), day("11-26"), 50000, "开会"),
    ),
    (
        "travel Shanghai 12-01 to 12-03 3000 visit client",
        Travel("Shanghai", day("12-01"), day("12-03"), 300_000, "visit client"),
    ),
    ("采购 显示器 2台 3000", Purchase(300_000, "显示器 2台")),
    ("采购 办公用品 200", Purchase(20000, "办公用品")),
    ("purchase monitor 3000", Purchase(300_000, "monitor")),
    ("借款 5000 备用金", Advance(500_000, "备用金")),
    ("借款五千 下周展会", Advance(500_000, "下周展会")),
    ("我要借款 5000 备用金", Advance(500_000, "备用金")),
    ("advance 5000 petty cash", Advance(500_000, "petty cash")),
    ("修改 第2行 金额 45", EditLine(None, 2, "amount", "45")),
    ("修改 2 金额 45", EditLine(None, 2, "amount", "45")),
    ("第2行金额改为45", EditLine(None, 2, "amount", "45")),
    ("金额改成 三十五块五", EditLine(None, None, "amount", "三十五块五")),
    ("把第二行的日期改成昨天", EditLine(None, 2, "date", "昨天")),
    (f"修改 {N} 类别 打车", EditLine(N, None, "category", "打车")),
    ("修改 说明 拜访客户", EditLine(None, None, "description", "拜访客户")),
    ("第一行金额 50", EditLine(None, 1, "amount", "50")),
    ("项目改为阿波罗", EditLine(None, None, "project", "阿波罗")),
    ("edit line 2 amount to 45", EditLine(None, 2, "amount", "45")),
    (f"已付 {N}", MarkPaid(N)),
    (f"已付款 {N}", MarkPaid(N)),
    (f"paid {N}", MarkPaid(N)),
    (f"付款失败 {N} 账号不存在", PayFailed(N, "账号不存在")),
    (f"payment failed {N} no such account", PayFailed(N, "no such account")),
    (f"确认非重复 {N} 两次出行", ConfirmNotDuplicate(N, "两次出行")),
    (f"不是重复 {N}", ConfirmNotDuplicate(N, "")),
    (f"not duplicate {N} two trips", ConfirmNotDuplicate(N, "two trips")),
    ("反馈 很好用", Feedback("很好用")),
    ("反馈 打车 45 总是识别错", Feedback("打车 45 总是识别错")),
    ("feedback nice", Feedback("nice")),
]
ASKED = [
    ("提交 45", "提交"),
    ("删除 打车 45", "删除"),
    ("删除 2", "删除"),
    ("删除打车 45", "删除"),
    ("提交打车 45", "提交"),
    ("取消打车 45", "取消"),
    ("待办 45", "待办"),
    ("已付 45 打车", "已付"),
    ("出差 打车 45", "出差"),
    ("采购办公用品 200", "采购"),
    ("退回押金快递费 20", "退回"),
    ("通过滴滴打车 45", "同意"),
    ("return taxi 45", "退回"),
    ("help lunch 45", "帮助"),
]
REFUSED = [
    ("提交 0007", "number_unclear", "提交"),
    ("同意 0007", "number_unclear", "同意"),
    ("同意 45", "number_unclear", "同意"),
    ("同意 BX-0007", "number_unclear", "同意"),
    ("驳回 #7 超标", "number_unclear", "驳回"),
    (f"驳回 和 {N} 重复", "number_unclear", "驳回"),
    (f"提交 {N} BX-20261125-0008", "number_unclear", "提交"),
    ("删除最后一行", "line_unclear", "删除"),
    ("删除打车那行", "line_unclear", "删除"),
    ("删除全部", "line_unclear", "删除"),
    ("删除昨天的打车", "line_unclear", "删除"),
    ("委托 李雷", "date_missing", "委托"),
    ("委托 至 12-05", "person_missing", "委托"),
    ("委托 李雷 至 昨天", "date_passed", "委托"),
    ("委托 李雷 至 2月30日", "date_invalid", "委托"),
    ("预算 市场部 3000 5000", "budget_unclear", "预算"),
    ("预算 市场部 30 美元", "budget_unclear", "预算"),
    ("预算 市场部 13月", "budget_unclear", "预算"),
    ("出差", "days_missing", "出差"),
    ("出差 上海 3000", "days_missing", "出差"),
    ("出差 上海 12-01 3000", "last_day_missing", "出差"),
    ("出差 上海 12-01 至 12-03", "amount_missing", "出差"),
    ("出差 12-01 至 12-03 3000", "city_missing", "出差"),
    ("出差 上海 12-03 至 12-01 3000", "date_order", "出差"),
    ("出差 上海 昨天 至 明天 3000", "date_passed", "出差"),
    ("出差 上海 2月30日 至 12-03 3000", "date_invalid", "出差"),
    ("出差 上海 12-01 至 12-03 1e9", "amount_not_a_number", "出差"),
    ("采购 显示器", "amount_missing", "采购"),
    ("采购 3000", "description_missing", "采购"),
    ("采购 iPhone 15 6000元", "amount_unclear", "采购"),
    ("采购 显示器 100,50", "amount_unclear", "采购"),
    ("借款 备用金", "amount_missing", "借款"),
    ("借款 -5 备用金", "amount_not_positive", "借款"),
    ("借款 NaN", "amount_not_a_number", "借款"),
    ("修改 45", "edit_unclear", "修改"),
    ("改成50", "edit_unclear", "修改"),
    ("修改 金额", "edit_unclear", "修改"),
    ("反馈", "text_missing", "反馈"),
]


@pytest.mark.parametrize(("text", "command"), COMMANDS)
def test_reads_a_command(text: str, command: Command) -> None:
    assert parse_message(text, TODAY, WORDS) == command


@pytest.mark.parametrize(("text", "word"), ASKED)
def test_asks_when_it_may_be_a_command_or_an_expense(text: str, word: str) -> None:
    question = parse_message(text, TODAY, WORDS)

    assert isinstance(question, Question)
    assert question.code == "command_or_expense"
    assert question.options == (word, "报销")


@pytest.mark.parametrize(("text", "code", "word"), REFUSED)
def test_says_what_a_command_lacks(text: str, code: str, word: str) -> None:
    problem = parse_message(text, TODAY, WORDS)

    assert isinstance(problem, Problem)
    assert (problem.code, problem.command) == (code, word)


@pytest.mark.parametrize("text", ["同意吗", "提交了吗？", "不要提交", "撤回了没有", "这个同意"])
def test_a_question_or_a_denial_decides_nothing(text: str) -> None:
    assert isinstance(parse_message(text, TODAY, WORDS), NotUnderstood)


def test_the_answer_takes_the_command() -> None:
    question = parse_message("提交 45", TODAY, WORDS)

    assert isinstance(question, Question)
    assert answer_message(question, "提交", TODAY, WORDS) == Submit(None)


def test_a_line_that_was_meant_never_throws_the_claim_away() -> None:
    question = parse_message("删除打车 45", TODAY, WORDS)

    assert isinstance(question, Question)
    problem = answer_message(question, "删除", TODAY, WORDS)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.command) == ("line_unclear", "删除")


def test_the_answer_takes_the_expense() -> None:
    question = parse_message("采购办公用品 200", TODAY, WORDS)

    assert isinstance(question, Question)
    assert answer_message(question, "采购", TODAY, WORDS) == Purchase(20000, "办公用品")
    expense = answer_message(question, "报销", TODAY, WORDS)
    assert expense == Expense(20000, TODAY, "office", "采购办公用品")
    assert answer_message(question, "天气不错", TODAY, WORDS) is None


def test_a_bare_number_behind_a_command_is_asked_on_without_the_commands_word() -> None:
    question = parse_message("提交 45", TODAY, WORDS)

    assert isinstance(question, Question)
    again = answer_message(question, "报销", TODAY, WORDS)
    assert isinstance(again, Question)
    assert (again.code, again.reading.text) == ("category", "45")


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        (f"取消 {N}", "删除", Discard(N)),
        (f"取消 {N}", "撤回", Withdraw(N)),
        ("cancel", "withdraw", Withdraw(None)),
        ("取消", "天气", None),
    ],
)
def test_cancel_asks_which_way(text: str, answer: str, expected: Command | None) -> None:
    question = parse_message(text, TODAY, WORDS)

    assert isinstance(question, Question)
    assert (question.code, question.options) == ("discard_or_withdraw", ("删除", "撤回"))
    assert answer_message(question, answer, TODAY, WORDS) == expected


@pytest.mark.parametrize(
    "reason",
    ["[点此查看](http://evil)", "# 已批准", "<font color=red>", "${var}", "{{7*7}}", "@all 看"],
)
def test_a_reason_stays_the_persons_own_words(reason: str) -> None:
    assert parse_message(f"驳回 {N} {reason}", TODAY, WORDS) == Reject(N, reason)


def test_a_reason_is_cleaned_of_what_cannot_be_seen_or_stored() -> None:
    assert parse_message(f"驳回 {N} 超\u200b标\x00\ud800\u202e", TODAY, WORDS) == Reject(N, "超标")


def test_a_long_reason_is_read_whole_and_a_pasted_text_is_no_expense() -> None:
    assert parse_message(f"驳回 {N} {'长' * 10_000}", TODAY, WORDS) == Reject(N, "长" * 10_000)
    assert isinstance(parse_message("打车 45 " * 500, TODAY, WORDS), NotUnderstood)


@given(st.text(max_size=80), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_never_raises_on_any_text(text: str, today: date) -> None:
    answer = parse_message(text, today, WORDS)

    assert not isinstance(answer, Problem) or answer.code in PROBLEM_CODES


_PIECES = st.sampled_from(
    [
        *(v.word for v in VERBS),
        *("给", "至", "第2行", "金额", "改为", "打车", "45", "昨天", "12-01", N, "0007", "李雷"),
        *("approve", "return", "to", "1e9", "?", "，", " ", "\n", "#阿波罗", "3天", "上海"),
    ]
)


@given(st.lists(_PIECES, max_size=8).map("".join), st.lists(_PIECES, max_size=8).map(" ".join))
def test_never_raises_on_pieces_of_commands(glued: str, spaced: str) -> None:
    for text in (glued, spaced):
        answer = parse_message(text, TODAY, WORDS)

        assert not isinstance(answer, Problem) or answer.code in PROBLEM_CODES
        if isinstance(answer, Question):
            answer_message(answer, spaced, TODAY, WORDS)


@given(st.integers(0, 99_999_999), st.sampled_from(["BX", "CC", "CG", "JK", "FL"]))
def test_reads_back_every_claim_number(sequence: int, prefix: str) -> None:
    number = f"{prefix}-20261125-{sequence % 1_000_000:04d}"

    assert parse_message(f"同意 {number.lower()}", TODAY, WORDS) == Approve(number, "")
    assert parse_message(f"进度 {number.replace('-', '')}", TODAY, WORDS) == Progress(number)
