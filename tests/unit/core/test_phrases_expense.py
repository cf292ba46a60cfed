"""One expense in one sentence: utterance → what is read, what is asked, what is refused."""

import pytest
from phrase_words import TODAY, WORDS, day

from core.currency import ForeignAmount
from core.phrases import answer_message, parse_message
from core.phrases.results import Expense, NotUnderstood, Problem, Question, Reading

PLAIN = [
    # text, fen, day, category, description
    ("打车 45 昨天 去客户现场", 4500, "11-24", "taxi", "去客户现场"),
    ("昨天打车45去客户现场", 4500, "11-24", "taxi", "去客户现场"),
    ("打车 45", 4500, "11-25", "taxi", "打车"),
    ("打车45块", 4500, "11-25", "taxi", "打车"),
    ("45 打车", 4500, "11-25", "taxi", "打车"),
    ("打车 三十五块五", 3550, "11-25", "taxi", "打车"),
    ("打车 ４５元", 4500, "11-25", "taxi", "打车"),
    ("打车 ¥35.00", 3500, "11-25", "taxi", "打车"),
    ("滴滴 32.5 前天 机场", 3250, "11-23", "taxi", "机场"),
    ("请客 1,200.50 上周三 客户晚餐", 120_050, "11-18", "meal", "客户晚餐"),
    ("餐费 1.2万 11月20号 年会", 1_200_000, "11-20", "meal", "年会"),
    ("酒店 500 11-20", 50000, "11-20", "hotel", "酒店"),
    ("酒店 三百八 2026/11/20 上海出差", 38000, "11-20", "hotel", "上海出差"),
    ("高铁 553 这周一 北京", 55300, "11-23", "train", "北京"),
    ("12306 553元 这周一 北京", 55300, "11-23", "train", "北京"),
    ("快递费 12 寄合同", 1200, "11-25", "express", "寄合同"),
    ("顺丰花了18块 昨天寄样品", 1800, "11-24", "express", "寄样品"),
    ("文具 一共 66.6 元", 6660, "11-25", "office", "文具"),
    ("业务招待 300 昨晚 李总", 30000, "11-24", "meal", "李总"),
    ("市内交通 20", 2000, "11-25", "taxi", "市内交通"),
    ("报销 打车 45", 4500, "11-25", "taxi", "打车"),
    ("帮我报一下昨天打车的45块", 4500, "11-24", "taxi", "打车"),
    ("记一笔 打车 45", 4500, "11-25", "taxi", "打车"),
    ("我要报销 打车 45 昨天", 4500, "11-24", "taxi", "打车"),
    ("taxi 45 yesterday client visit", 4500, "11-24", "taxi", "client visit"),
    ("lunch 120 today", 12000, "11-25", "meal", "lunch"),
    ("@小票 打车 45", 4500, "11-25", "taxi", "打车"),
    ("打\u200b车 45", 4500, "11-25", "taxi", "打车"),
    ("打车\n45\n昨天", 4500, "11-24", "taxi", "打车"),
    ("打车\x0045", 4500, "11-25", "taxi", "打车"),
    ("打车 45 年会回来", 4500, "11-25", "taxi", "年会回来"),
    ("打车 45 晚上回家", 4500, "11-25", "taxi", "晚上回家"),
    ("餐费 120 晚餐 5个人", 12000, "11-25", "meal", "晚餐 5个人"),
    ("餐费 30 盒饭 2份", 3000, "11-25", "meal", "盒饭 2份"),
    ("餐费 30 套餐", 3000, "11-25", "meal", "套餐"),
    ("打车 45 天河机场", 4500, "11-25", "taxi", "天河机场"),
    ("酒店 500 双人间 2晚", 50000, "11-25", "hotel", "双人间 2晚"),
    ("3个人打车 45", 4500, "11-25", "taxi", "3个人打车"),
    ("出差打车 45 昨天", 4500, "11-24", "taxi", "出差打车"),
    ("提交材料打车 45", 4500, "11-25", "taxi", "提交材料打车"),
    ("帮助客户搬家 打车 45", 4500, "11-25", "taxi", "帮助客户搬家"),
    ("预算会议餐费 300", 30000, "11-25", "meal", "预算会议餐费"),
    ("请客吃饭预算 300", 30000, "11-25", "meal", "请客吃饭预算"),
]
ASKS = [
    ("45", "category", ("taxi", "meal", "hotel", "train", "office", "express")),
    ("45 昨天", "category", ("taxi", "meal", "hotel", "train", "office", "express")),
    ("改签费 200", "category", ("taxi", "meal", "hotel", "train", "office", "express")),
    ("催收费 500", "category", ("taxi", "meal", "hotel", "train", "office", "express")),
    ("打车 昨天", "amount", ()),
    ("打车", "amount", ()),
    ("打车 45*2", "amount", ()),
    ("打车 45 50", "amount_which", ("45.00", "50.00")),
    ("打车 100,50", "amount_which", ("100.50", "10050.00")),
    ("打车 酒店 300", "category_which", ("taxi", "hotel")),
    ("打车 45 周五", "date_which", ("2026-11-20", "2026-11-27")),
    ("打车 45 昨天 前天", "date_which", ("2026-11-24", "2026-11-23")),
    ("打车 45 12-01", "date_which", ("2025-12-01", "2026-12-01")),
]
REFUSED = [
    ("打车 1e9", "amount_not_a_number"),
    ("打车 NaN元", "amount_not_a_number"),
    ("打车 -5", "amount_not_positive"),
    ("打车 0", "amount_not_positive"),
    ("打车 0.001", "amount_too_precise"),
    ("打车 1亿", "amount_too_large"),
    ("餐费 5人 每人30", "amount_unclear"),
    ("餐费 人均 30", "amount_unclear"),
    ("酒店 300/晚 3晚", "amount_unclear"),
    ("酒店 300 per night", "amount_unclear"),
    ("打车 $45", "currency_unclear"),
    ("打车 30 刀", "currency_unclear"),
    ("taxi 30 dollars", "currency_unclear"),
    ("打车 45.5 日元", "currency_too_precise"),
    ("打车 0 美元", "amount_not_positive"),
    ("打车 100,50 美元", "amount_unclear"),
    ("打车 45 2026-02-29", "date_invalid"),
    ("打车 45 明天", "date_in_future"),
    ("打车 45 #月球", "project_unknown"),
]
NOT_EXPENSES = [
    "天气不错",
    "这是什么",
    "",
    "   ",
    "\u200b\x00",
    "${var}",
    "{{7*7}}",
    "[点此查看](http://evil)",
    "# 已批准",
    "<font color=red>",
]


@pytest.mark.parametrize(("text", "fen", "when", "category", "description"), PLAIN)
def test_reads_an_expense(text: str, fen: int, when: str, category: str, description: str) -> None:
    assert parse_message(text, TODAY, WORDS) == Expense(fen, day(when), category, description)


@pytest.mark.parametrize(
    ("text", "currency", "minor", "fen", "rate"),
    [
        ("打车 30 美元", "USD", 3000, 0, None),
        ("USD 30 打车", "USD", 3000, 0, None),
        ("打车 US$30.5", "USD", 3050, 0, None),
        ("打车 1.2万 日元", "JPY", 12000, 0, None),
        ("打车 3000円", "JPY", 3000, 0, None),
        ("打车 30块美金", "USD", 3000, 0, None),
        ("taxi 30 euros yesterday", "EUR", 3000, 0, None),
        ("打车 €30 汇率 7.8", "EUR", 3000, 0, "7.8"),
        ("打车 30美金 按汇率7.12 昨天", "USD", 3000, 0, "7.12"),
        ("打车 HK$100 合 92.5 元", "HKD", 10000, 9250, None),
    ],
)
def test_reads_an_expense_in_another_currency(
    text: str, currency: str, minor: int, fen: int, rate: str | None
) -> None:
    read = parse_message(text, TODAY, WORDS)

    assert isinstance(read, Expense)
    assert read.foreign == ForeignAmount(currency, minor)
    assert (read.amount_fen, read.rate) == (fen, rate)


def test_of_amounts_in_two_currencies_one_is_asked() -> None:
    read = parse_message("打车 30 美元 20 欧元", TODAY, WORDS)

    assert isinstance(read, Question)
    assert read.options == ("USD 30.00", "EUR 20.00")
    answer = answer_message(read, "EUR 20.00", TODAY, WORDS)
    assert isinstance(answer, Expense)
    assert answer.foreign == ForeignAmount("EUR", 2000)


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("打车 45 #阿波罗 去现场", "去现场"),
        ("阿波罗项目 打车 45", "打车"),
        ("打车 45 #apollo", "打车"),
    ],
)
def test_reads_the_project(text: str, description: str) -> None:
    assert parse_message(text, TODAY, WORDS) == Expense(4500, TODAY, "taxi", description, "apollo")


@pytest.mark.parametrize(("text", "code", "options"), ASKS)
def test_asks_what_is_missing_or_doubtful(text: str, code: str, options: tuple[str, ...]) -> None:
    answer = parse_message(text, TODAY, WORDS)

    assert isinstance(answer, Question)
    assert (answer.code, answer.options) == (code, options)


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_refuses_what_cannot_be(text: str, code: str) -> None:
    answer = parse_message(text, TODAY, WORDS)

    assert isinstance(answer, Problem)
    assert answer.code == code


@pytest.mark.parametrize("text", NOT_EXPENSES)
def test_leaves_other_words_alone(text: str) -> None:
    assert isinstance(parse_message(text, TODAY, WORDS), NotUnderstood)


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("打车 45 [点此查看](http://evil)", "[点此查看](http://evil)"),
        ("打车 45 # 已批准", None),
        ("打车 45 <font color=red>", "<font color=red>"),
        ("打车 45 ${var}", "${var}"),
        ("打车 45 {{a}}", "{{a}}"),
    ],
)
def test_keeps_markup_as_the_words_that_it_is(text: str, description: str | None) -> None:
    answer = parse_message(text, TODAY, WORDS)

    if description is None:
        assert isinstance(answer, Problem)
    else:
        assert isinstance(answer, Expense)
        assert answer.description == description


def _asked(text: str) -> Question:
    question = parse_message(text, TODAY, WORDS)
    assert isinstance(question, Question)
    return question


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("45 昨天", "打车", Expense(4500, day("11-24"), "taxi", "")),
        ("45 昨天", "taxi", Expense(4500, day("11-24"), "taxi", "")),
        ("打车 昨天", "45块", Expense(4500, day("11-24"), "taxi", "打车")),
        ("打车 昨天", "三十五块五。", Expense(3550, day("11-24"), "taxi", "打车")),
        ("打车 100,50", "100.50", Expense(10050, TODAY, "taxi", "打车")),
        ("打车 酒店 300", "住宿费", Expense(30000, TODAY, "hotel", "打车 酒店")),
        ("打车 45 周五", "2026-11-20", Expense(4500, day("11-20"), "taxi", "打车")),
        ("打车 45 周五", "上周五", Expense(4500, day("11-20"), "taxi", "打车")),
    ],
)
def test_an_answer_completes_the_expense(text: str, answer: str, expected: Expense) -> None:
    assert answer_message(_asked(text), answer, TODAY, WORDS) == expected


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("45 昨天", "天气不错"),
        ("打车 昨天", "多少呢"),
        ("45 昨天", "打车 30"),
        ("打车 45 周五", "好"),
    ],
)
def test_other_words_are_a_new_message(text: str, answer: str) -> None:
    assert answer_message(_asked(text), answer, TODAY, WORDS) is None


@pytest.mark.parametrize(
    ("text", "answer", "code"),
    [
        ("打车 昨天", "-5", "amount_not_positive"),
        ("打车 昨天", "1e9", "amount_not_a_number"),
        ("打车 45 周五", "明天", "date_in_future"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(text: str, answer: str, code: str) -> None:
    problem = answer_message(_asked(text), answer, TODAY, WORDS)

    assert isinstance(problem, Problem)
    assert problem.code == code


def test_a_doubtful_answer_is_asked_again_without_losing_what_is_known() -> None:
    again = answer_message(_asked("打车 昨天"), "100,50", TODAY, WORDS)

    assert again == Question(
        "amount_which",
        ("100.50", "10050.00"),
        Reading("打车 昨天", day=day("11-24"), category_id="taxi"),
    )
