"""Single words that texts and cards are made of: states, kinds, actions, fields of vouchers."""

from collections.abc import Mapping

from bot.texts.template import Language, Text

STATES: Mapping[str, Text] = {
    "draft": Text("草稿", "Draft"),
    "in_review": Text("审批中", "In review"),
    "returned": Text("已退回", "Returned"),
    "approved": Text("已通过", "Approved"),
    "paying": Text("付款中", "Being paid"),
    "paid": Text("已付款", "Paid"),
    "rejected": Text("已驳回", "Rejected"),
    "withdrawn": Text("已撤回", "Withdrawn"),
    "void": Text("已作废", "Void"),
}
PAYMENT_STATES: Mapping[str, Text] = {
    "pending": Text("待付款", "To be paid"),
    "exported": Text("已导出，等待银行结果", "Exported, waiting for the bank"),
    "paid": Text("已付款", "Paid"),
    "failed": Text("付款失败", "Payment failed"),
    "cancelled": Text("已取消，不用付", "Cancelled, not owed"),
}
PAYMENT_REASONS: Mapping[str, Text] = {
    "taken_back": Text("审批已撤销，暂时不用付", "The approval was taken back; do not pay now"),
}
"""Reasons that Chit itself gives for a payment not made; others are words of a person or bank."""
KINDS: Mapping[str, Text] = {
    "reimbursement": Text("报销", "expense claim"),
    "travel_request": Text("出差申请", "travel request"),
    "purchase_request": Text("采购申请", "purchase request"),
    "advance": Text("借款", "advance"),
    "welfare": Text("福利", "welfare claim"),
}
ACTIONS: Mapping[str, Text] = {
    "submit": Text("提交", "Submit"),
    "discard": Text("删除", "Delete"),
    "edit": Text("修改", "Edit"),
    "approve": Text("同意", "Approve"),
    "reject": Text("驳回", "Reject"),
    "return": Text("退回", "Return"),
    "transfer": Text("转交", "Hand over"),
    "add_signer": Text("加签", "Add signer"),
    "remind": Text("催办", "Remind"),
    "withdraw": Text("撤回", "Withdraw"),
    "confirm_not_duplicate": Text("确认非重复", "Not a duplicate"),
    "pay": Text("已付款", "Mark as paid"),
    "request_more": Text("申请追加", "Ask for more"),
    "freeze_budget": Text("暂停报销", "Freeze"),
    "decide": Text("审批", "Decide"),
    "export": Text("导出付款", "Export the payment"),
    "view_claims_of": Text("查看他人报销", "see somebody else's claims"),
    "answer_feedback": Text("回复反馈", "answer feedback"),
    "change_budget": Text("修改预算", "change a budget"),
    "decide_budget_change": Text("同意或驳回预算变更", "decide on a change of a budget"),
    "restore": Text("撤销审批", "Take a decision back"),
    "undo": Text("撤销", "Undo"),
    "confirm": Text("再点一次确认", "Tap again"),
    "approve_all": Text("批量同意", "Approve all"),
    "confirm_all": Text("确认全部同意", "Yes, all"),
    "fail_payment": Text("登记付款失败", "Note a failed payment"),
    "make_batch": Text("付款制单", "Make a payment batch"),
    "check_batch": Text("复核付款批次", "Check a payment batch"),
    "bounce": Text("登记退票", "Note that the money came back"),
    "amend": Text("修改审批中的单据", "Change a claim in review"),
    "pay_part": Text("部分付款", "Note a part payment"),
    "void": Text("作废", "Void"),
    "cancel": Text("作废", "Cancel"),
    "reduce": Text("核减", "Reduce"),
    "return_back": Text("退回后回到我", "Back to me"),
    "return_anew": Text("退回从头审", "Start over"),
    "hold_line": Text("暂缓", "Hold a line"),
    "repay": Text("登记还款", "Note a repayment"),
    "file_for": Text("代人报销", "claim for somebody else"),
    "urgent": Text("加急", "Mark as urgent"),
}
COMMANDS: Mapping[str, str] = {
    "预算": "budget", "帮助": "help", "上传": "upload", "为什么": "why", "进度": "progress",
    "确认非重复": "not a duplicate", "付款失败": "payment failed", "已付": "paid", "待办": "todo",
    "我的报销": "my claims", "提交": "submit", "删除": "discard", "撤回": "withdraw",
    "取消": "cancel", "驳回": "reject", "退回": "return", "同意": "approve", "转交": "transfer",
    "加签": "add signer", "催办": "remind", "委托": "delegate", "反馈": "feedback",
    "修改": "edit", "出差": "travel", "采购": "purchase", "借款": "advance", "作废": "void",
    "复制": "copy", "分摊": "split", "合并": "merge", "核减": "reduce", "暂缓": "hold",
    "加急": "urgent", "归还": "repay", "供应商": "supplier", "代": "on behalf of",
    "备用金": "petty cash", "福利": "welfare", "确认批次": "confirm batch",
    "取消批次": "cancel batch", "回复": "reply", "报销": "expense", "全部同意": "approve all",
    "免打扰": "quiet", "通知": "notices", "未提交": "drafts",
}  # fmt: skip
"""Words of the chat's commands, as whoever reads English may write them."""
MESSAGES: Mapping[str, Text] = {
    "video": Text("视频", "a video"),
    "shortvideo": Text("视频", "a video"),
    "location": Text("位置", "a place"),
    "link": Text("链接", "a link"),
    "chatRecord": Text("聊天记录", "a chat record"),
    "interactiveCard": Text("卡片", "a card"),
    "markdown": Text("富文本", "formatted text"),
    "richText": Text("富文本", "formatted text"),
    "file": Text("文件", "a file"),
    "image": Text("图片", "a picture"),
    "picture": Text("图片", "a picture"),
    "emotion": Text("表情", "a sticker"),
    "stream": Text("流式消息", "a stream"),
}
"""Kinds of messages of the messengers, as people call them."""
FIELDS: Mapping[str, Text] = {
    "kind": Text("票据种类", "kind of voucher"),
    "code": Text("发票代码", "invoice code"),
    "number": Text("发票号码", "invoice number"),
    "date": Text("日期", "date"),
    "amount": Text("金额", "amount"),
    "tax": Text("税额", "tax"),
    "total": Text("价税合计", "total"),
    "confirm_amount": Text("金额", "amount"),
    "unproven_total": Text("价税合计", "total"),
    "buyer": Text("购买方", "buyer"),
    "buyer_taxid": Text("购买方税号", "buyer's tax number"),
    "seller": Text("销售方", "seller"),
    "seller_taxid": Text("销售方税号", "seller's tax number"),
    "check_code": Text("校验码", "check code"),
    "items": Text("商品明细", "items"),
    "category": Text("类别", "category"),
    "description": Text("说明", "description"),
    "project": Text("项目", "project"),
    "rate": Text("汇率", "exchange rate"),
    "currency": Text("币种", "currency"),
}
_WHOLE = Text("票据", "voucher")
"""A doubt that names no field is about the voucher as a whole."""


def _word(table: Mapping[str, Text], key: str, language: Language) -> str:
    return table[key].plain(language)


def state_text(state: str, language: Language) -> str:
    """Name a claim's state; KeyError when it is none."""
    return _word(STATES, state, language)


def payment_state_text(state: str, language: Language) -> str:
    """Name a payment's state; KeyError when it is none."""
    return _word(PAYMENT_STATES, state, language)


def payment_reason_text(reason: str, language: Language) -> str:
    """Say why a payment failed: Chit's own reasons by their code, others as they were written."""
    return _word(PAYMENT_REASONS, reason, language) if reason in PAYMENT_REASONS else reason


def kind_text(kind: str, language: Language) -> str:
    """Name a kind of claim; KeyError when it is none."""
    return _word(KINDS, kind, language)


def action_text(action: str, language: Language) -> str:
    """Name an action or event as its button does; KeyError when it is none."""
    return _word(ACTIONS, action, language)


def command_text(word: str, language: Language) -> str:
    """Name a command of the chat in the reader's language; any other word stays."""
    return COMMANDS.get(word, word) if language == "en" else word


def message_text(kind: str, language: Language) -> str:
    """Name a kind of message; "" for one that people have no word for."""
    return MESSAGES[kind].plain(language) if kind in MESSAGES else ""


def field_text(name: str, language: Language = "zh") -> str:
    """Name a field of a voucher or line; any other code stands for the whole voucher."""
    return FIELDS.get(name, _WHOLE).plain(language)
