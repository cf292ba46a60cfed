"""What the record says that was done to a claim: the acts of the audit trail, in people's words."""

from collections.abc import Mapping

from bot.texts.template import Language, Text

ACTS: Mapping[str, Text] = {
    "enter": Text("起了草稿", "began it"),
    "copy": Text("照着以前的单据起了草稿", "copied an earlier claim"),
    "file_for": Text("代同事填写", "began it for a colleague"),
    "add_vouchers": Text("加入票据", "added vouchers"),
    "pair_itinerary": Text("配上行程单", "paired an itinerary"),
    "edit": Text("修改", "changed it"),
    "remove_line": Text("删除一行", "removed a line"),
    "set_rate": Text("填写汇率", "gave a rate"),
    "share_line": Text("分摊一行", "shared a line"),
    "join_lines": Text("合并两行", "joined two lines"),
    "set_supplier": Text("填写供应商", "named the supplier"),
    "confirm_not_duplicate": Text("确认非重复", "said that it is no duplicate"),
    "urgent": Text("标为加急", "marked it as urgent"),
    "submit": Text("提交", "submitted it"),
    "refused_exception": Text(
        "想按例外提交，但不是例外人", "tried to submit as an exception without being one"
    ),
    "refused_submit": Text("提交没有通过检查", "tried to submit it; the checks refused"),
    "budget_exception": Text("按例外超出预算", "exceeded a budget by exception"),
    "withdraw": Text("撤回", "took it back"),
    "discard": Text("删除单据", "threw it away"),
    "remind": Text("催办", "sent a reminder"),
    "approve": Text("同意", "approved"),
    "reject": Text("驳回", "rejected"),
    "return": Text("退回", "sent it back"),
    "step_back": Text("退回到前面的步骤", "asked an earlier step again"),
    "transfer": Text("转交", "handed it over"),
    "add_signer": Text("加签", "asked one more person"),
    "undo": Text("撤销了自己的决定", "took the decision back"),
    "reroute": Text("改派审批人", "passed the turn on"),
    "stand_in": Text("由代审人处理", "let a stand-in answer"),
    "stand_in_ended": Text("代审结束", "ended a stand-in"),
    "escalate": Text("超时升级", "passed it up, overdue"),
    "amend": Text("审批中修改", "changed it in review"),
    "reduce": Text("核减", "let less be paid"),
    "hold_line": Text("暂缓一行", "held a line back"),
    "split_off": Text("拆出成单", "split it off"),
    "process_begun": Text("在外部系统发起流程", "began a process in another system"),
    "export_payment": Text("导出付款", "put its payment into a file"),
    "pay": Text("登记已付款", "noted that it was paid"),
    "leave_bank_row": Text("银行的一行没有登记", "did not note a row of the bank's"),
    "pay_part": Text("登记部分付款", "noted a part payment"),
    "fail_payment": Text("登记付款失败", "noted a failed payment"),
    "bounce_payment": Text("登记退票", "noted that the money came back"),
    "repay": Text("登记还款", "noted a repayment"),
    "ask_to_void": Text("申请作废", "asked to void it"),
    "void": Text("作废", "voided it"),
    "take_request": Text("由外部系统批准的申请生成", "made it of a request approved elsewhere"),
    "verify": Text("查验发票", "verified an invoice"),
    "system_failed": Text("外部系统没有接受", "another system did not accept it"),
    "purge_originals": Text("原件到期删除", "deleted originals whose time was over"),
    "hold_expired": Text("占用到期释放", "let its hold go, expired"),
    "post_voucher": Text("凭证入账", "posted its voucher"),
    "renumber_voucher": Text("凭证号整理", "numbered its voucher anew"),
    "redate_voucher": Text("改凭证日期", "moved its voucher to another day"),
    "stuck_retry": Text("重试卡住的事项", "tried again what was stuck"),
    "stuck_drop": Text("放弃卡住的事项", "gave up what was stuck"),
}
"""By the action of the audit trail; what is not here concerns nobody but its keepers."""


def act_text(action: str, language: Language) -> str | None:
    """Say what was done, None for what is not told."""
    text = ACTS.get(action)
    return text.plain(language) if text else None
