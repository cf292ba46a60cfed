"""The commands of the chat, Chinese first: which one a text is, and how sure that is."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from core.phrases.amounts import find_amounts
from core.phrases.approving import read_delegation, read_return, read_signer
from core.phrases.asking import read_asking
from core.phrases.budgets import read_budget_change
from core.phrases.claim_verbs import CLAIM_VERBS
from core.phrases.claim_words import without
from core.phrases.dates import find_dates
from core.phrases.intents import (
    Approve,
    ApproveAll,
    BudgetChange,
    Command,
    ConfirmNotDuplicate,
    Discard,
    EndDelegation,
    Feedback,
    Help,
    MarkPaid,
    MyClaims,
    PayFailed,
    Progress,
    Reject,
    Remind,
    RemoveLine,
    ShowDelegations,
    Submit,
    Todo,
    Transfer,
    Upload,
    Why,
    Withdraw,
)
from core.phrases.lines import EDIT_AHEAD, REMOVE_AHEAD, line_named, read_edit
from core.phrases.numbers import NUMBER, find_numbers
from core.phrases.paying import PAYING_VERBS
from core.phrases.queries import LOOK, budget_behind, read_budget, read_claims_of
from core.phrases.requests import read_advance, read_purchase, read_travel
from core.phrases.results import Problem, Question, Reading, Vocabulary
from core.phrases.said import (
    Said,
    after_word,
    is_asked,
    is_filler,
    misplaced_number,
    number_after,
    person_of,
    reason_of,
    take_anywhere,
    take_head,
)
from core.phrases.spending import read_over, read_spent
from core.phrases.telling import Certainty, Reader, Result, Told, Verb, free, request, verb
from core.phrases.vocabulary import find_categories

_POLITE = re.compile(
    r"(?:(?:请|麻烦你?|帮我|帮忙|给我|我要|我想要?|我|please)\s?)+(?=\S)", re.IGNORECASE
)


def _query(make: Callable[[str | None], Command]) -> Reader:
    """Read a question: words behind it do no harm, unless they run on into another word."""

    def read(said: Said) -> Told | None:
        placed = take_anywhere(said)
        if isinstance(placed, Problem):
            return Told(placed, said.word, Certainty.SURE)
        if placed.number or is_filler(placed.rest) or is_asked(placed.rest):
            return Told(make(placed.number), said.word, Certainty.SURE)
        if said.glued:
            return None
        return Told(make(None), said.word, Certainty.UNLESS_MONEY, after=said.rest)

    return read


def _change(make: Callable[[str | None], Result]) -> Reader:
    """Read a command that changes something: it wants a number or nothing behind it."""

    def read(said: Said) -> Told | None:
        placed = take_anywhere(said)
        if isinstance(placed, Problem):
            return Told(placed, said.word, Certainty.SURE)
        if is_asked(placed.rest):
            return None
        if placed.number or is_filler(placed.rest):
            return Told(make(placed.number), said.word, Certainty.SURE)
        if said.glued and not _begins_like_expense(said):
            return None
        return Told(make(None), said.word, Certainty.ONLY_IF_MONEY, after=said.rest)

    return read


def _begins_like_expense(said: Said) -> bool:
    """删除打车 45 may mean a line of the draft; 提交材料打车 45 is a ride for handing papers in."""
    starts = (
        *(span.start for span in find_categories(said.rest, said.vocabulary)),
        *(span.start for span in find_dates(said.rest, said.today)),
        *(span.start for span in find_amounts(said.rest)),
    )
    return 0 in starts


def _worded(make: Callable[[str | None, str], Command]) -> Callable[[Said], Result]:
    return lambda said: misplaced_number(said) or make(said.number, reason_of(said.rest))


def _digits_only(make: Callable[[str | None, str], Command]) -> Callable[[Said], Result]:
    """Digits alone behind 同意 are more likely half a claim number than an opinion."""

    def read(said: Said) -> Result:
        alone = said.rest.strip(" #号")
        if not said.number and alone.isdecimal():
            return Problem("number_unclear", alone, said.word)
        return _worded(make)(said)

    return read


def _return(said: Said) -> Result:
    alone = said.rest.strip(" #号")
    if not said.number and alone.isdecimal():
        return Problem("number_unclear", alone, said.word)
    return read_return(said)


def _personal(make: Callable[[str | None, str, str], Command]) -> Callable[[Said], Result]:
    def read(said: Said) -> Result:
        person, comment = person_of(said.rest, said.vocabulary)
        number, comment = (said.number, comment) if said.number else number_after(comment)
        stray = misplaced_number(replace(said, number=number, rest=comment))
        if not number and find_numbers(person):
            return Problem("person_missing", "", said.word)
        if stray:
            return stray
        return make(number, person, comment)

    return read


def _discard(said: Said) -> Told | None:
    """Read 删除: a claim, or one line of it; other words never throw a whole claim away."""
    placed = take_anywhere(said)
    if isinstance(placed, Problem):
        return Told(placed, said.word, Certainty.SURE)
    line_no = line_named(placed.rest)
    if line_no:
        return Told(RemoveLine(placed.number, line_no), said.word, Certainty.SURE)
    if line_no is None and (placed.number or is_filler(placed.rest)):
        return Told(Discard(placed.number), said.word, Certainty.SURE)
    if is_asked(placed.rest):
        return None
    unclear = Problem("line_unclear", placed.rest, said.word)
    if not find_amounts(placed.rest):
        return Told(unclear, said.word, Certainty.SURE)
    glued = said.glued and not _begins_like_expense(said)
    return Told(unclear, said.word, Certainty.UNLESS_MONEY, glued=glued, after=said.rest)


def _cancel(number: str | None) -> Result:
    """取消 may mean either, whatever the claim's state; the person says which."""
    return Question("discard_or_withdraw", ("删除", "撤回"), Reading(number or ""))


def _feedback(said: Said) -> Result:
    text = reason_of(f"{said.number or ''} {said.rest}".strip())
    return Feedback(text) if text else Problem("text_missing", "", said.word)


def _why(said: Said) -> Result:
    placed = take_anywhere(said)
    return placed if isinstance(placed, Problem) else Why(placed.number)


def _edit(said: Said) -> Told | None:
    result = read_edit(said)
    whole = not isinstance(result, Problem)
    certainty = Certainty.SURE if whole or said.number else Certainty.UNLESS_EXPENSE
    return Told(result, said.word, certainty, glued=said.glued, after=said.rest)


def _paid(said: Said) -> Told | None:
    """Read 已付: a claim, and how much of it where that was not all."""
    placed = take_anywhere(said)
    if isinstance(placed, Said) and placed.number:
        spans = find_amounts(placed.rest)
        value = spans[0].value if len(spans) == 1 else None
        if isinstance(value, int) and is_filler(without(placed.rest, spans[0])):
            return Told(MarkPaid(placed.number, value), said.word, Certainty.SURE)
    return _change(MarkPaid)(said)


def _always(result: Callable[[Said], Result]) -> Reader:
    return lambda said: Told(result(said), said.word, Certainty.SURE)


_SET = "设置|调整|修改|追加|增加|减少|上调|下调|变更|改为|改成|提高|降低"
_SETTLED = "付款|支付|打款|转账"

VERBS: tuple[Verb, ...] = (
    *PAYING_VERBS,
    verb(
        "预算",
        rf"预算\s?(?:{_SET})|(?:{_SET}|设定)[^\d,。]{{0,12}}?预算(?!内|外)",
        r"(?:set|change|raise|increase|adjust)\s(?:the\s)?(?:\w+\s)?budget|budget\sset",
        _always(lambda said: BudgetChange(reason_of(said.rest))),
    ),
    verb(
        "帮助",
        r"帮助|怎么用|怎么使用|如何使用|使用说明|使用帮助|操作指南|\?+$|(?:功能|菜单|命令|指令|你好|您好|在吗)[!。?]*$",
        r"help|usage|(?:menu|commands|hi|hello)[!.]*$",
        _query(lambda _: Help()),
    ),
    verb(
        "上传",
        r"上传(?:发票|票据|文件|附件|照片|图片)?(?:页面?|入口|链接)?[!。]*$",
        r"upload[!.]*$|upload\s(?:a\s|an\s|the\s|my\s)?(?:file|invoice|receipt|photo)s?$",
        _query(lambda _: Upload()),
    ),
    verb("为什么", "为什么|为啥|为何", "why", _always(_why)),
    verb(
        "确认非重复",
        "(?:我?确认)?(?:不是重复(?:报销|发票)?|非重复|不重复|没有重复|并非重复)",
        r"(?:confirm\s)?not\s(?:a\s)?duplicate",
        free(_worded(ConfirmNotDuplicate)),
    ),
    verb(
        "付款失败",
        rf"(?:{_SETTLED})(?:失败|被退回|退回|退票)",
        r"(?:payment|transfer)\sfailed",
        free(_worded(PayFailed)),
    ),
    verb(
        "已付",
        rf"已经?(?:{_SETTLED})|已付清?|(?:{_SETTLED})(?:成功|完成)",
        r"(?:mark\s(?:as\s)?)?paid",
        _paid,
    ),
    verb(
        "待办",
        f"{LOOK}?(?:我的)?(?:待办|待我?审批|待审|待处理)(?:事项|列表|单据?)?",
        r"(?:my\s)?(?:to-?do|to\sdo|pending|approvals)(?:\slist)?",
        _query(lambda _: Todo()),
    ),
    verb(
        "我的报销",
        f"{LOOK}?(?:我的(?:报销单?|单子|单据|申请单?)|报销(?:记录|列表|历史)|我报销的)",
        r"(?:show\s|list\s)?my\s(?:claims|expenses|reimbursements)|claims$",
        _query(lambda _: MyClaims()),
    ),
    verb(
        "进度",
        f"{LOOK}?(?:我的)?(?:审批|报销)?(?:进度|进展|到哪(?:里|儿|一步)?了?|{LOOK}(?={NUMBER}))",
        r"status|progress|where\sis",
        _query(Progress),
    ),
    verb("提交", "(?:确认|重新|再次)?提交|送审|发起审批", "re-?submit|submit", _change(Submit)),
    *CLAIM_VERBS,
    verb("删除", f"删除|删掉|作废|丢弃|{REMOVE_AHEAD}", "delete|discard|remove", _discard),
    verb("撤回", "撤回|撤销|收回", "withdraw|recall|take\\sback|undo", _change(Withdraw)),
    verb(
        "取消委托",
        r"(?:取消|结束|撤销|收回)委托|委托\s?(?:取消|结束|撤销|到此为止)[!。]*$",
        r"(?:cancel|end|stop)\s(?:the\s|my\s)?delegation",
        _always(lambda _: EndDelegation()),
    ),
    verb("取消", "取消", "cancel", _change(_cancel)),
    verb(
        "驳回",
        "驳回|拒绝|不同意|不批准|不予批准|不通过|不准",
        "reject|decline|refuse",
        free(_digits_only(Reject)),
    ),
    verb("退回", "退回|打回", "return|send\\sback", free(_return)),
    verb(
        "全部同意",
        "(?:全部|批量|一键|统统)(?:同意|通过|批准|审批)|(?:同意|通过|批准)(?:全部|所有)",
        r"(?:batch\s)?approve\s(?:them\s)?all",
        _always(lambda _: ApproveAll()),
    ),
    verb(
        "同意",
        "同意|批准|审批通过|通过|核准",
        "approved?|agreed?",
        free(_digits_only(Approve)),
    ),
    verb(
        "转交",
        "转交给?|转给|转审给?|转办给?",
        "transfer|hand\\sover|reassign",
        free(_personal(Transfer)),
    ),
    verb("加签", "加签给?|加签人", "add\\s(?:a\\s)?signer", free(_personal(read_signer))),
    verb("催办", "催办|催一?催|催一?下|催单|催审批?|催(?=\\s|$)", "remind|nudge", _change(Remind)),
    verb(
        "我的委托",
        f"{LOOK}?(?:我的委托|委托(?:列表|情况|记录|[?？!。]*$))",
        r"(?:my\s)?delegations",
        _always(lambda _: ShowDelegations()),
    ),
    verb("委托", "委托给?|授权给?", "delegate(?:\\sto)?", free(read_delegation)),
    verb("反馈", "意见反馈|反馈意见|反馈|提个?建议", "feedback", free(_feedback)),
    verb(
        "修改",
        f"修改|更改|更正|改一下|改成|改为|改(?=\\s)|{EDIT_AHEAD}",
        "edit|change|update",
        _edit,
    ),
    verb("出差", "出差申请|申请出差|出差", "travel|business\\strip|trip", request(read_travel)),
    verb("采购", "采购申请|申请采购|采购", "purchase|procure", request(read_purchase)),
    verb("借款", "借款申请|申请借款|借款|借支|预支", "advance|loan", request(read_advance)),
    verb(
        "预算",
        f"{LOOK}?(?:我的)?预算(?:查询)?",
        f"{LOOK}?(?:the\\s|my\\s)?budgets?",
        free(read_budget),
    ),
)
"""Longer ways of saying stand before the shorter ones that they begin with."""


def read_command(line: str, today: date, vocabulary: Vocabulary) -> Told | None:
    """Find the command that a cleaned text is; None when it begins like none.

    A claim number alone asks for its progress; it may stand before or behind the command.
    """
    head, rest = take_head(_without_courtesy(line))
    if head and is_filler(rest):
        return Told(Progress(head), "进度", Certainty.SURE)
    changed = read_budget_change(rest)
    if changed:
        return Told(changed, "预算", Certainty.SURE)
    asking = None if head else read_asking(rest, today, vocabulary)
    if asking:
        return Told(asking, "帮助", Certainty.SURE)
    over = None if head else read_over(line)
    if over:
        return Told(over, "预算", Certainty.SURE)
    spent = None if head else read_spent(line, today)
    if spent:
        return Told(spent, "花了多少", Certainty.SURE)
    of = read_claims_of(rest, vocabulary)
    if of:
        return Told(of, "我的报销", Certainty.SURE)
    for known in VERBS:
        found = known.pattern.match(rest)
        if found and (told := known.read(_said(known, found, head, today, vocabulary))):
            return told
    behind = budget_behind(rest, today)
    return Told(behind, "预算", Certainty.UNLESS_EXPENSE) if behind else None


def _said(
    verb: Verb, found: re.Match[str], head: str | None, today: date, vocabulary: Vocabulary
) -> Said:
    said = after_word(verb.word, head, found.string[found.end() :], today, vocabulary)
    return replace(said, english=found.group()[-1:].isascii() and bool(found.group()))


def _without_courtesy(line: str) -> str:
    led = _POLITE.match(line)
    if not led or re.match(r"我的|我报", line):
        return line
    return line[led.end() :]
