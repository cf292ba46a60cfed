"""Texts on approving: whose turn it is, reasons, handing over, reminding, permissions."""

from bot.texts.template import Text, Texts

TEXTS: Texts = {
    "not_your_turn": Text(
        "‹{number} ›现在不需要你审批，可能已经处理过，或者还没轮到你。"
        "发「待办」查看等你处理的单据。",
        "‹{number} ›does not wait for you: it is decided already, or not your turn yet. Send"
        " “todo” to see what waits for you.",
    ),
    "nothing_waits": Text("没有等你审批的单据。", "Nothing waits for your decision."),
    "reason_missing": Text(
        "‹{action}›需要写明理由。请发「‹{action}›‹ {number}› 理由」。",
        "‹{action}: ›a reason is needed. Please send “‹{action}›‹ {number}› reason”.",
    ),
    "ask_reason": Text(
        "请直接回复‹{action}›‹ {number} ›的理由，30 分钟内有效。",
        "Please reply with the reason‹ ({action}›‹ {number})›, within 30 minutes.",
    ),
    "ask_person": Text(
        "要把‹ {number} ›‹{action}›给谁？请直接回复姓名，30 分钟内有效。",
        "To whom‹ ({action}›‹ {number})›? Please reply with a name, within 30 minutes.",
    ),
    "already_approver": Text(
        "‹{person} ›已经是这一步的审批人了。请换一个人。",
        "‹{person} ›is asked in this step already. Please choose somebody else.",
    ),
    "transfer_done": Text(
        "已把‹ {number} ›转交给‹ {person}›。",
        "Handed over ‹{number}›‹ to {person}›.",
    ),
    "add_signer_done": Text(
        "已请‹ {person} ›加签‹ {number}›。你自己的审批仍然需要完成。",
        "Asked ‹{person} ›to sign ‹{number} ›as well. Your own decision is still needed.",
    ),
    "reminded": Text(
        "‹{employee} ›催你审批‹ {number}›，请在下面的卡片上处理。",
        "‹{employee} ›asks for your decision‹ on {number}›. Please decide on the card below.",
    ),
    "remind_sent": Text(
        "已催办‹ {number}›‹，已通知 {people}›。同一张单据每小时最多提醒一次。",
        "Reminded ‹{people} ›of ‹{number}›, at most once an hour a claim.",
    ),
    "delegate_by_transfer": Text(
        "暂时不能按日期委托。请在每张单据上转交‹给 {person}›：发「转交 单号 给 姓名」。",
        "Delegation by date is not available. Please hand over each claim‹ to {person}›:"
        " “transfer NUMBER to NAME”.",
    ),
    "no_such_person": Text(
        "通讯录里没有找到‹「{person}」›。请写全名再发一次。",
        "Nobody ‹named “{person}” ›was found. Please write the full name.",
    ),
    "which_person": Text(
        "有几位同事叫‹「{person}」›，请改用工号再发一次‹：{ids}›。",
        "Several colleagues are named‹ “{person}”›. Please use an id‹: {ids}›.",
    ),
    "not_allowed": Text(
        "你没有‹「{action}」›的权限，本次操作没有生效。如有需要请联系管理员。",
        "You may not do this‹ ({action})›, and nothing was changed. Ask an administrator if you"
        " need it.",
    ),
    "unknown_person": Text(
        "公司名单里没有‹「{person}」›，请联系管理员。",
        "‹“{person}” ›is not on the company's list. Please tell the administrator.",
    ),
    "unknown_sender": Text(
        "公司名单里还没有你的账号，请联系管理员添加后再试。",
        "Your account is not on the company's list yet. Please ask the administrator to add it.",
    ),
}
