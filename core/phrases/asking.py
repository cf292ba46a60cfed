"""Questions and wishes about Chit itself: 能报吗 …, 通知 关 催办, 免打扰 22:00-8:00, 帮助 审批."""

import re
from dataclasses import dataclass
from datetime import date

from core.currency import ForeignAmount
from core.mileage import find_km, without_km
from core.phrases.amounts import find_amounts
from core.phrases.dates import find_dates
from core.phrases.everyday import read_everyday
from core.phrases.intents import (
    Answer,
    Command,
    Help,
    HelpPage,
    MayClaim,
    Mileage,
    Notify,
    Quiet,
    Unsubmitted,
)
from core.phrases.numbers import find_numbers
from core.phrases.results import Ambiguous, Problem, Vocabulary
from core.phrases.said import person_of, reason_of
from core.phrases.vocabulary import find_categories, find_project, match_project

_MAY = r"(?:能不能|可不可以|可以|能否|是否可以|能|可)报销?"
_MAY_FIRST = re.compile(
    rf"(?:请问|问一下|想问一下|我想问)?\s?(?:{_MAY}(?:吗|么|嘛|多少钱?)?|报销标准|差旅标准|(?:查|看)?标准(?=\s|$)"
    r"|(?:can|may|could)\s(?:i|we)\s(?:claim|expense|be\sreimbursed\sfor))[\s,:?]*(?P<rest>.*)",
    re.IGNORECASE,
)
_MAY_LAST = re.compile(
    r"(?P<rest>.+?)\s?(?:(?:能不能|可不可以|能否|是否可以)报销?|(?:可以|能|可)报销?(?:吗|么|嘛|多少钱?|\?)"
    r"|的?(?:报销|差旅)?标准(?:是多少|是什么|\?)|(?:allowed|claimable)\s?\?)[\s?。.!]*",
    re.IGNORECASE,
)
_FITS = re.compile(
    r"(?P<rest>.+?)[\s,]?(?:还够不够|够不够|还?够[吗么嘛]|会不会超(?:支|预算)?|会?超(?:支|预算)[吗么嘛]|超不超(?:预算)?"
    r"|(?:之后|以后)?(?:预算)?还?剩多少)[?。]*"
    r"|(?:is|would)\s(?P<rest2>.+?)\s(?:be\s)?within\s(?:the\s|our\s)?budget[?.]*",
    re.IGNORECASE,
)
"""Asks whether an expense fits: 打车 300 够吗."""
_COMMAND = re.compile(
    r"同意|批准|驳回|拒绝|不同意|退回|转交|加签|反馈|提建议|修改|approve|reject|return|feedback"
)
"""Words whose commands carry a person's own words, questions among them."""
_ASKED_TAIL = re.compile(r"(?:吗|么|嘛|呢|多少钱?|\?|。)+$")
_HELP = re.compile(r"(?:帮助|使用说明|培训|教程|help|training)\s?(?P<page>\S+)", re.IGNORECASE)
HELP_PAGES: dict[str, HelpPage] = {
    "报销": "employee", "员工": "employee", "employee": "employee", "claims": "employee",
    "申请": "requests", "出差": "requests", "requests": "requests", "travel": "requests",
    "审批": "approver", "审批人": "approver", "approver": "approver", "approval": "approver",
    "经理": "manager", "主管": "manager", "预算": "manager", "manager": "manager",
    "财务": "finance", "出纳": "finance", "付款": "finance", "finance": "finance",
    "管理": "admin", "管理员": "admin", "admin": "admin",
    "查询": "queries", "queries": "queries", "通知": "notices", "notices": "notices",
    "发票": "employee", "票据": "employee", "提交": "employee", "claim": "employee",
    "invoices": "employee", "采购": "requests", "借款": "requests", "purchase": "requests",
    "advance": "requests", "同意": "approver", "驳回": "approver", "委托": "approver",
    "approve": "approver", "approving": "approver", "budget": "manager", "budgets": "manager",
    "凭证": "finance", "cashier": "finance", "payments": "finance", "paying": "finance",
    "进度": "queries", "反馈": "queries", "questions": "queries", "免打扰": "notices",
    "quiet": "notices", "administrator": "admin",
}  # fmt: skip
"""The words that name a page of the help."""
_NOTIFY = re.compile(
    r"(?:消息)?(?:通知|提醒设置|notices?|notifications?)(?:设置)?\s?"
    r"(?:(?P<switch>关闭|关|开启|打开|开|off|on)\s?(?P<what>\S+)|(?P<what2>\S+)\s(?P<switch2>关闭|关|开启|打开|开|off|on))?",
    re.IGNORECASE,
)
_ON = frozenset({"开", "开启", "打开", "on"})
_QUIET = re.compile(
    r"(?:(?:设置|打开|开启|开)?(?:免打扰|勿扰|不要打扰)(?:时间|时段|模式)?[::]?\s?(?P<span>.*)"
    r"|(?:set\s)?(?:quiet(?:\shours)?|do\snot\sdisturb|dnd)\s?(?P<span2>off|none|on|from\s.*|\d.*|))",
    re.IGNORECASE,
)
_LOUD = re.compile(
    r"(?:取消|关闭|关掉|关|退出|结束|解除)(?:免打扰|勿扰)(?:时间|时段|模式)?[!。]*"
    r"|(?:stop|end|cancel|no)\squiet(?:\shours)?[!.]*",
    re.IGNORECASE,
)
_OFF_FIRST = re.compile(
    r"(?:(?P<off>关闭|关掉|关|取消|停止|屏蔽|不要|别再?发?|不想收到?|turn\soff|stop|mute)"
    r"|(?:打开|开启|开|恢复|要|turn\son|unmute))\s?(?P<what>[^\s\d]{1,20}?)的?\s?"
    r"(?:通知|提醒|消息|notices?|notifications?)了?[!。.]*",
    re.IGNORECASE,
)
_UNSUBMITTED = re.compile(
    r"(?:我的?)?(?:未读|未提交的?(?:单据|报销单?|草稿|申请)?|草稿箱?|还没提交的?(?:单据|报销单?)?)[!。?]*"
    r"|(?:my\s)?(?:drafts|unsubmitted|unread)(?:\sclaims)?[!.?]*",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"(?:回复|答复|reply(?:\sto)?)\s(?P<rest>.+)", re.IGNORECASE)
_DRIVE = re.compile(r"自驾|私车公用|私车|开车|驾车|own\scar|drove|driving", re.IGNORECASE)


def read_asking(line: str, today: date, vocabulary: Vocabulary) -> Command | Problem | None:
    """Find the question or wish that a cleaned text is; None when it is something else."""
    return (
        _help(line)
        or _switch(line)
        or (Unsubmitted() if _UNSUBMITTED.fullmatch(line) else None)
        or _may(line)
        or _fits(line, vocabulary)
        or _drive(line, today, vocabulary)
        or _answer(line, vocabulary)
        or read_everyday(line)
    )


def _help(line: str) -> Help | None:
    found = _HELP.fullmatch(line)
    page = HELP_PAGES.get(found["page"].lower()) if found else None
    return Help(page) if page else None


def _switch(line: str) -> Notify | Quiet | None:
    if _LOUD.fullmatch(line):
        return Quiet("关")
    if found := _QUIET.fullmatch(line):
        return Quiet((found["span"] or found["span2"] or "").strip())
    if found := _OFF_FIRST.fullmatch(line):
        return Notify(found["what"], on=not found["off"])
    found = _NOTIFY.fullmatch(line)
    if not found:
        return None
    what, switch = found["what"] or found["what2"], found["switch"] or found["switch2"]
    return Notify(what or "", (switch.lower() in _ON) if switch else None)


def _may(line: str) -> MayClaim | None:
    if find_numbers(line) or _COMMAND.match(line):
        return None
    found = _MAY_FIRST.fullmatch(line) or _MAY_LAST.fullmatch(line)
    return MayClaim(_ASKED_TAIL.sub("", found["rest"]).strip()) if found else None


def _fits(line: str, vocabulary: Vocabulary) -> MayClaim | None:
    """Read 打车 300 够吗: an expense with its category; without one it asks about a budget."""
    found = None if find_numbers(line) or _COMMAND.match(line) else _FITS.fullmatch(line)
    rest = (found["rest"] or found["rest2"]).strip() if found else ""
    named = "预算" not in rest and find_amounts(rest) and find_categories(rest, vocabulary)
    return MayClaim(rest) if named else None


def _drive(line: str, today: date, vocabulary: Vocabulary) -> Mileage | None:
    """Read 自驾 36 公里 昨天 去客户: kilometres without an amount; with one it is an expense."""
    km = find_km(line)
    if (
        km is None
        or find_numbers(line)
        or not _DRIVE.search(line)
        or find_amounts(without_km(line))
    ):
        return None
    day, rest = nearest_day(line, today)
    project = find_project(rest, vocabulary)
    ids = project.ids if project else ()
    return Mileage(km, day or today, " ".join(rest.split()), ids[0] if len(ids) == 1 else None)


def _answer(line: str, vocabulary: Vocabulary) -> Answer | Problem | None:
    """Read 回复 张三 已修好; whether the colleague exists is for the handler to say."""
    found = _ANSWER.fullmatch(line)
    if not found or find_amounts(line):
        return None
    person, text = person_of(found["rest"], vocabulary)
    if not text and person in vocabulary.people:
        return Problem("text_missing", "", "回复")
    return Answer(person, reason_of(text)) if person and text else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question about an expense names; None is not said, several ids are unclear.

    An amount in another currency is `foreign`.
    """

    categories: tuple[str, ...]
    amount_fen: int | None
    day: date | None
    project: str | None
    words: str
    foreign: ForeignAmount | None = None


def read_asked(text: str, today: date, vocabulary: Vocabulary) -> Asked | Problem:
    """Read what somebody asks about: 住宿 600 上海 12-01; days may lie ahead."""
    day, rest = nearest_day(text, today)
    values = {s.foreign or s.value for s in find_amounts(without_km(rest))}
    problem = next((v for v in values if isinstance(v, Problem)), None)
    if problem:
        return problem
    amount = values.pop() if values else None
    if values or isinstance(amount, Ambiguous):
        return Problem("amount_unclear", text)
    project = find_project(rest, vocabulary)
    categories = (i for span in find_categories(rest, vocabulary) for i in span.ids)
    named = match_project(text[project.start : project.end], vocabulary) if project else ()
    return Asked(
        tuple(dict.fromkeys(categories)),
        amount if isinstance(amount, int) else None,
        day,
        (project.ids or named or (None,))[0] if project else None,
        " ".join(rest.split()),
        amount if isinstance(amount, ForeignAmount) else None,
    )


def nearest_day(text: str, today: date) -> tuple[date | None, str]:
    """Give the one day that a text names, the nearest to today of several readings.

    Beside it stands the text without it; a text that names none or several keeps its words.
    """
    spans = find_dates(text, today)
    if len(spans) != 1:
        return None, text
    value = spans[0].value
    rest = f"{text[: spans[0].start]} {text[spans[0].end :]}"
    if isinstance(value, Problem):
        return None, text
    if isinstance(value, Ambiguous):
        return min(value.options, key=lambda d: abs(d - today)), rest
    return value, rest
