"""The words of cards: their titles, labels, small sentences and alerts."""

from collections.abc import Mapping
from typing import NamedTuple

from bot.texts.template import Language, Text, Texts


class Label(NamedTuple):
    """The name of a fact on a card; `brief` fits the five characters that WeCom gives it."""

    full: Text
    brief: Text

    def of(self, language: Language) -> str:
        """Give the name in one language."""
        return self.full.plain(language)


def _label(zh: str, en: str, brief_en: str) -> Label:
    return Label(Text(zh, en), Text(zh, brief_en))


LABELS: Mapping[str, Label] = {
    "number": _label("单号", "Number", "No."),
    "total": _label("合计", "Total", "Total"),
    "applicant": _label("申请人", "Applicant", "From"),
    "department": _label("部门", "Department", "Dept"),
    "seller": _label("卖方", "Seller", "Shop"),
    "invoice": _label("发票号", "Invoice", "Inv."),
    "budget": _label("预算", "Budget", "Plan"),
    "progress": _label("审批进度", "Approval", "Step"),
    "chain": _label("审批流程", "Will be asked", "Asks"),
    "due": _label("截止时间", "Due", "Due"),
    "cc": _label("抄送", "Copy to", "Copy"),
    "reason": _label("理由", "Reason", "Why"),
    "opinion": _label("意见", "Opinion", "Note"),
    "exchange": _label("折算", "Exchange", "Rate"),
    "purpose": _label("事由", "Purpose", "For"),
    "project": _label("项目", "Project", "Proj."),
    "origin": _label("关联单据", "Follows", "Ref."),
    "urgent": _label("加急", "Urgent", "Rush"),
    "paused": _label("暂缓", "Held back", "Held"),
    "split_from": _label("拆自", "Split from", "From"),
    "filed_by": _label("代办人", "Filed by", "By"),
    "supplier": _label("供应商", "Supplier", "Pays"),
    "trip": _label("行程", "Itinerary", "Trip"),
    "offset": _label("冲抵借款", "Set off", "Off"),
    "advance": _label("借款种类", "Kind of advance", "Kind"),
    "open": _label("未清借款", "Open advance", "Open"),
    "cuts": _label("核减", "Reduced", "Cut"),
    "shares": _label("分摊", "Shares", "Split"),
    "payee": _label("收款人", "Payee", "Payee"),
    "bank": _label("开户行", "Bank", "Bank"),
    "account": _label("收款账号", "Account", "Acct."),
    "payment": _label("付款", "Payment", "Paid?"),
    "payment_reason": _label("失败原因", "Failed for", "Fault"),
    "usage": _label("使用", "Used", "Used"),
    "limit": _label("额度", "Limit", "Limit"),
    "reserved": _label("占用", "Held", "Held"),
    "consumed": _label("已花费", "Spent", "Spent"),
    "available": _label("可用", "Available", "Left"),
    "forecast": _label("预计", "Forecast", "Fore."),
    "owners": _label("负责人", "Owners", "Owner"),
    "page": _label("更多操作", "More", "More"),
    "others": _label("另外", "Others", "Other"),
}

SENTENCES: Texts = {
    "heading": Text("‹{name}›的‹{kind}›", "‹{name}'s› ‹{kind}›"),
    "lines": Text("‹{count}› 笔明细", "‹{count}› line(s)"),
    "vouchers": Text("‹{count}› 张票据", "‹{count}› voucher(s)"),
    "more": Text("… 共 ‹{count}› 条", "… ‹{count}› in all"),
    "and_more": Text("‹{first}› 等 ‹{count}› 个", "‹{first}› and others, ‹{count}› in all"),
    "people_more": Text("‹{first}› 等 ‹{count}› 人", "‹{first}› and others, ‹{count}› in all"),
    "any_one": Text("‹{people}›（任一）", "‹{people}› (any one)"),
    "budget_draft": Text(
        "‹{scope}›：剩余 ‹{before}›，提交后剩余 ‹{after}› ‹{bar}›",
        "‹{scope}›: ‹{before}› left, ‹{after}› after this ‹{bar}›",
    ),
    "budget_held": Text(
        "‹{scope}›：占用本单后剩余 ‹{after}›（原 ‹{before}›）‹{bar}›",
        "‹{scope}›: ‹{after}› left with this held (‹{before}› before) ‹{bar}›",
    ),
    "budget_brief": Text("‹{before}›→‹{after}›", "‹{before}›→‹{after}›"),
    "budget_none": Text("没有匹配的预算", "no budget covers this"),
    "budget_more": Text("另有 ‹{count}› 个预算，见详情", "‹{count}› more, see the page"),
    "in_place_of": Text("‹{person}›（代 ‹{of}›）", "‹{person}› (for ‹{of}›)"),
    "system_begins": Text("正在送往‹{system}›", "on its way to ‹{system}›"),
    "system_decides": Text("‹{system}›审批中 ‹{process}›", "under way in ‹{system}› ‹{process}›"),
    "waits_at": Text("第 ‹{at}›/‹{of}› 步，等待 ‹{people}›", "Step ‹{at}› of ‹{of}›: ‹{people}›"),
    "urgent_mark": Text("【加急】‹{heading}›", "[urgent] ‹{heading}›"),
    "after_noon": Text("下午", " after noon"),
    "before_noon": Text("上午", " before noon"),
    "itinerary": Text(
        "‹{city}› ‹{start}› 至 ‹{end}›，‹{days}› 天",
        "‹{city}›, ‹{start}› to ‹{end}›, ‹{days}› day(s)",
    ),
    "offset": Text(
        "‹{number}› ‹{amount}›，实付 ‹{rest}›", "‹{amount}› of ‹{number}›, ‹{rest}› to be paid"
    ),
    "compared": Text(
        "批准 ‹{approved}›，本单 ‹{amount}›", "‹{approved}› approved, ‹{amount}› here"
    ),
    "petty_cash": Text("备用金，报销时补足", "petty cash, topped up by claims"),
    "open_advance": Text("‹{amount}› 待冲抵或归还", "‹{amount}› to be claimed or returned"),
    "line_cut": Text(
        "第 ‹{line}› 行 ‹{before}›→‹{after}›（‹{why}›）",
        "line ‹{line}› ‹{before}›→‹{after}› (‹{why}›)",
    ),
    "paid_in_part": Text(
        "‹{state}› ‹{left}›（已付 ‹{paid}›）", "‹{state}› ‹{left}› (‹{paid}› paid)"
    ),
    "row": Text("- ‹{key}›：‹{value}›", "- ‹{key}›: ‹{value}›"),
    "said": Text("‹{person}›：‹{words}›", "‹{person}›: ‹{words}›"),
    "doubt": Text(
        "‹{fields}›识别得不确定，请核对原件", "‹{fields}›: not read with certainty, please check"
    ),
    "doubt_mark": Text("请核对：‹{fields}›", "Check: ‹{fields}›"),
    "look_out": Text("请留意 ‹{count}› 项", "‹{count}› thing(s) to look at"),
    "details": Text("查看详情", "Open the page"),
    "originals": Text(
        "查看详情和票据原件（‹{count}›）", "Open the page with ‹{count}› original(s)"
    ),
    "by_rule": Text("‹{finding}› · 规则 ‹{rule}›", "‹{finding}› · rule ‹{rule}›"),
    "on_page": Text("‹{what}›：点详情打开", "‹{what}›: open the page"),
    "return_to_step": Text("退回到某一步", "return to a step"),
    "todo_heading": Text("可以一次同意 ‹{count}› 张", "‹{count}› to approve together"),
    "todo_done": Text("没有可以一次同意的单据", "Nothing to approve together"),
    "todo_list": Text("待办", "To-do"),
    "todo_each": Text(
        "都没有提醒；逐张判断，结果逐张列出", "No warnings; each is judged by itself"
    ),
    "todo_waits": Text("待你审批", "Wait for you"),
    "todo_armed": Text("请再确认一次", "Please confirm"),
    "todo_none": Text("已处理", "Done"),
    "todo_others": Text("‹{count}› 张要逐张看", "‹{count}› to be read one by one"),
    "choose_reason": Text("理由", "Reason"),
    "brand": Text("小票", "Chit"),
}
"""Parts of cards; every field is given, so nothing is ever left out of them."""

ALERTS: Texts = {
    "check": Text("‹{title}›：请核对后提交", "‹{title}›: check and submit"),
    "decide": Text("‹{title}› 待你审批", "‹{title}› waits for you"),
    "pay": Text("‹{title}› 待付款", "‹{title}› is to be paid"),
    "state": Text("‹{title}› ‹{status}›", "‹{title}›: ‹{status}›"),
}


def sentence(code: str, language: Language, **fields: str) -> str:
    """Write one of the small sentences of cards."""
    return SENTENCES[code].fill(language, fields)


def label(fact: str, language: Language) -> str:
    """Name a fact; KeyError when it has no name."""
    return LABELS[fact].of(language)
