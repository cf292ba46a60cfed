"""What people say who know no commands, in their own characters and with slips of the keyboard."""

import pytest

from core.phrases import answer_message, parse_message
from core.phrases.intents import (
    Answer,
    EditLine,
    Feedback,
    Help,
    InvoiceTitle,
    MayClaim,
    MyClaims,
    Notify,
    Progress,
    Quiet,
    Reject,
    Submit,
    TakeInHand,
    Thanks,
    Todo,
    WantsPerson,
)
from core.phrases.nearest import nearest_command
from core.phrases.own_words import chinese_marks
from core.phrases.results import Expense, Expenses, NotUnderstood, Problem, Question, Reading
from core.phrases.traditional import simplified
from core.quiet import read_quiet
from tests.unit.core.phrase_words import TODAY, WORDS

N = "BX-20261125-0007"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("谢谢", Thanks()),
        ("好的，谢谢！", Thanks()),
        ("👍🏻👍", Thanks()),
        ("OK!", Thanks()),
        ("[微笑][OK]", Thanks()),
        ("报销", Help("employee")),
        ("我要报销", Help("employee")),
        ("怎么撤回？", Help("employee")),
        ("能撤回吗", Help("employee")),
        ("高铁票怎么报", Help("employee")),
        ("如何委托", Help("approver")),
        ("怎么申请出差", Help("requests")),
        ("how do I submit a claim?", Help("employee")),
        ("How can I delegate?", Help("approver")),
        ("帮助 委托", Help("approver")),
        ("help payments", Help("finance")),
        ("help cashier", Help("finance")),
        ("你能做什么", Help()),
        ("钱什么时候到账？", Progress(None)),
        ("报销到账了吗", Progress(None)),
        ("审批通过了吗", Progress(None)),
        ("到谁了", Progress(None)),
        ("卡在哪了", Progress(None)),
        ("谁在审批", Progress(None)),
        ("when will I be paid?", Progress(None)),
        ("who has my claim?", Progress(None)),
        ("发票抬头是什么？", InvoiceTitle()),
        ("公司税号", InvoiceTitle()),
        ("开票信息", InvoiceTitle()),
        ("what is our tax number?", InvoiceTitle()),
        ("转人工", WantsPerson()),
        ("talk to a human", WantsPerson()),
        ("代办", Todo()),
        ("审批", Todo()),
        ("有什么要审批的吗", Todo()),
        ("全部提交", Submit(None)),
        ("修改", TakeInHand(None)),
        (f"修改 {N}", TakeInHand(N)),
        (f"edit {N}", TakeInHand(N)),
        ("关闭汇总通知", Notify("汇总", on=False)),
        ("打开催办提醒", Notify("催办", on=True)),
        ("取消免打扰", Quiet("关")),
        ("no quiet hours", Quiet("关")),
        ("免打扰 晚上10点到早上8点", Quiet("晚上10点到早上8点")),
        ("quiet from 10pm to 8am", Quiet("from 10pm to 8am")),
        ("回复 李四 好", Answer("李四", "好")),
        ("回复 张三", Problem("text_missing", "", "回复")),
        ("BX-20261125-9", Problem("number_unclear", "BX-20261125-9")),
    ],
)
def test_everyday_words_are_understood(text: str, meant: object) -> None:
    assert parse_message(text, TODAY, WORDS) == meant


@pytest.mark.parametrize(
    "text", ["打车 45 谢谢", "可以的话打车 45", "报销 打车 45", "到账 45 打车"]
)
def test_money_among_everyday_words_stays_an_expense(text: str) -> None:
    assert isinstance(parse_message(text, TODAY, WORDS), Expense | Question)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("幫助", Help()),
        ("我的報銷", MyClaims()),
        ("待辦", Todo()),
        (f"駁回 {N} 金額不對，請重填", Reject(N, "金額不對，請重填")),
        ("能報嗎 住宿 600 上海", MayClaim("住宿 600 上海")),
        ("修改 1 類別 計程車", EditLine(None, 1, "category", "计程车")),
        ("修改 1 說明 去客戶現場", EditLine(None, 1, "description", "去客戶現場")),
        ("打車 45 昨天 去客戶現場", Expense(4500, TODAY.replace(day=24), "taxi", "去客戶現場")),
    ],
)
def test_traditional_characters_are_read_and_kept_in_ones_own_words(
    text: str, meant: object
) -> None:
    assert parse_message(text, TODAY, WORDS) == meant


def test_every_character_keeps_its_place() -> None:
    text = "報銷單據 abc 簡体 12345"

    assert (simplified(text), len(simplified(text))) == ("报销单据 abc 简体 12345", len(text))


@pytest.mark.parametrize(
    ("read", "shown"),
    [
        ("已修好了, 谢谢", "已修好了，谢谢"),
        ("能不能快点?", "能不能快点？"),
        ("金额:应为 45", "金额：应为 45"),
        ("Fine, thanks!", "Fine, thanks!"),
        ("1,000.50 元", "1,000.50 元"),
    ],
)
def test_marks_between_chinese_words_are_full_width_again(read: str, shown: str) -> None:
    assert chinese_marks(read) == shown
    assert parse_message(f"反馈 {read}", TODAY, WORDS) == Feedback(shown)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("撤会", "撤回"),
        ("提叫", "提交"),
        ("我的报肖", "我的报销"),
        ("submitt", "submit"),
        ("aprove BX-1", "approve"),
        ("bugdet", "budget"),
        ("天气不错", None),
        ("hello world", None),
        ("🚕", None),
        ("", None),
        ("x" * 5000, None),
    ],
)
def test_a_slip_of_the_keyboard_is_guessed(text: str, near: str | None) -> None:
    assert nearest_command(text) == near


TAXI, MEAL = "taxi", "meal"
YESTERDAY = TODAY.replace(day=24)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("打车 45 昨天\n请客 100", [(4500, YESTERDAY, TAXI), (10000, TODAY, MEAL)]),
        ("昨天打车 45，请客 100", [(4500, YESTERDAY, TAXI), (10000, YESTERDAY, MEAL)]),
        ("打车 1,000；打车 60 昨天", [(100000, TODAY, TAXI), (6000, YESTERDAY, TAXI)]),
        (
            "1. 打车 45\n2、打车 60\n③ lunch 50",
            [(4500, TODAY, TAXI), (6000, TODAY, TAXI), (5000, TODAY, MEAL)],
        ),
        ("打車 45\n\n- 請客 100", [(4500, TODAY, TAXI), (10000, TODAY, MEAL)]),
        ("taxi 45, lunch 50", [(4500, TODAY, TAXI), (5000, TODAY, MEAL)]),
    ],
)
def test_several_expenses_are_read_from_one_message(text: str, items: list[object]) -> None:
    read = parse_message(text, TODAY, WORDS)

    assert isinstance(read, Expenses)
    assert [(x.amount_fen, x.day, x.category_id) for x in read.items] == items


@pytest.mark.parametrize(
    "text",
    [
        "打车 45，去客户现场",
        "打车 45 昨天\n去客户现场",
        "打车 45、60",
        "打车 45\n打车 NaN",
        f"驳回 {N} 打车 45；打车 60",
        "出差 上海 12-01 至 12-03 3000，打车 45",
        "\n".join(["打车 45"] * 21),
    ],
)
def test_what_is_not_all_expenses_stays_one_message(text: str) -> None:
    assert not isinstance(parse_message(text, TODAY, WORDS), Expenses)


@pytest.mark.parametrize("text", ["哈" * 39 + "x", "谢" * 38 + "xx", "好的" * 5000, "怎么" * 19])
def test_no_repetition_is_taken_for_a_question(text: str) -> None:
    assert isinstance(parse_message(text, TODAY, WORDS), NotUnderstood)


def test_another_expense_is_no_answer_to_which_category_it_was() -> None:
    asked = Question("category", ("taxi",), Reading("叫车 45", 4500, TODAY))

    assert answer_message(asked, "打车 45 47", TODAY, WORDS) is None
    assert answer_message(asked, "打車", TODAY, WORDS) == Expense(4500, TODAY, "taxi", "叫车")


@pytest.mark.parametrize("word", ["出差", "travel", "business trip"])
def test_the_command_may_be_chosen_in_either_language(word: str) -> None:
    asked = parse_message("出差 打车 45", TODAY, WORDS)

    assert isinstance(asked, Question)
    assert answer_message(asked, word, TODAY, WORDS) == Problem("days_missing", "", "出差")


@pytest.mark.parametrize(
    ("said", "begins", "ends"),
    [
        ("22:00-8:00", "22:00", "08:00"),
        ("22-8", "22:00", "08:00"),
        ("22点到8点半", "22:00", "08:30"),
        ("晚上10点至第二天早上8点", "22:00", "08:00"),
        ("夜里11点-凌晨6点", "23:00", "06:00"),
        ("晚上12点-7点", "00:00", "07:00"),
        ("from 10pm to 8am", "22:00", "08:00"),
        ("下午1点到下午3点", "13:00", "15:00"),
        ("24:00-8:00", "00:00", "08:00"),
    ],
)
def test_quiet_hours_as_people_say_them(said: str, begins: str, ends: str) -> None:
    hours = read_quiet(said)

    assert (f"{hours.begins:%H:%M}", f"{hours.ends:%H:%M}") == (begins, ends)


@pytest.mark.parametrize("said", ["晚上", "22", "25:00-8:00", "8:00-8:00", "22:61-8", "", "a-b"])
def test_hours_that_are_none_are_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"quiet hours|hour must|minute must"):
        read_quiet(said)
