"""The words of changes of budgets: their cards, their answers, their history."""

from bot.texts.template import Language, Text, Texts

PARTS: Texts = {
    "adjust": Text("预算调整", "budget adjustment"),
    "transfer": Text("预算调拨", "budget transfer"),
    "request": Text("预算追加", "request for more budget"),
    "freeze": Text("冻结预算", "budget freeze"),
    "unfreeze": Text("解冻预算", "budget unfreeze"),
    "freeze_title": Text("冻结预算，可用", "budget freeze,"),
    "unfreeze_title": Text("解冻预算，可用", "budget unfreeze,"),
    "heading": Text("‹{name}›的‹{what}›", "‹{name}›: ‹{what}›"),
    "waiting": Text("待同意", "Waiting"),
    "approved": Text("已生效", "In force"),
    "rejected": Text("已驳回", "Rejected"),
    "withdrawn": Text("已撤回", "Withdrawn"),
    "now": Text(
        "‹{scope}›：额度 ‹{limit}›，可用 ‹{available}›",
        "‹{scope}›: limit ‹{limit}›, ‹{available}› left",
    ),
    "now_brief": Text("额度 ‹{limit}›", "limit ‹{limit}›"),
    "would": Text(
        "‹{scope}›：额度 ‹{limit}› → ‹{after}›，可用 ‹{available}›",
        "‹{scope}›: limit ‹{limit}› → ‹{after}›, ‹{available}› left",
    ),
    "would_brief": Text("‹{limit}›→‹{after}›", "‹{limit}›→‹{after}›"),
    "moves": Text("‹{scope}›：‹{by}›", "‹{scope}›: ‹{by}›"),
    "asks": Text("等待 ‹{people}› 中任一人", "any one of ‹{people}›"),
    "decided": Text("‹{person}›：‹{words}›", "‹{person}›: ‹{words}›"),
    "no_words": Text("同意", "agreed"),
    "too_much": Text(
        "⛔ 可用余额已不足，同意后不会生效", "⛔ not enough is left any more for this"
    ),
    "file": Text("公司资料", "company file"),
    "limit_row": Text(
        "‹{day}› 额度 ‹{limit}›（‹{what}›，‹{person}›）",
        "‹{day}› limit ‹{limit}› (‹{what}›, ‹{person}›)",
    ),
    "bar_row": Text("‹{day}› ‹{what}›（‹{person}›）", "‹{day}› ‹{what}› (‹{person}›)"),
    "close_budget": Text("关账", "closed"),
    "reopen_budget": Text("反关账", "opened again"),
    "desk": Text("管理员", "an administrator"),
    "entry_row": Text(
        "‹{day}› ‹{what}› ‹{amount}› ‹{claim}›", "‹{day}› ‹{what}› ‹{amount}› ‹{claim}›"
    ),
    "reserve": Text("占用", "held"),
    "release": Text("释放", "released"),
    "consume": Text("核销", "spent"),
    "refund": Text("冲回", "given back"),
}
"""Parts of cards and lists; every field is given."""

TEXTS: Texts = {
    "change_approved": Text(
        "‹{number} ›已生效‹（{person} 同意）›。", "‹{number} ›is in force‹ ({person} agreed)›."
    ),
    "change_rejected": Text(
        "‹{number} ›被驳回‹（{person}）›‹：{reason}›。额度没有变化。",
        "‹{number} ›was rejected‹ by {person}›‹: {reason}›. The limit stays as it was.",
    ),
    "change_in_force": Text(
        "预算变更‹ {number} ›已生效‹（{person} 同意）›，发「预算」查看。",
        "The budget change‹ {number} ›is in force‹ ({person} agreed)›; send “budget” to look.",
    ),
    "change_taken_back": Text("已撤回‹ {number}›。", "‹{number} ›was taken back."),
    "change_decided": Text(
        "‹{number} ›已经处理过了，没有变化。", "‹{number} ›is decided already; nothing changed."
    ),
    "change_reason_missing": Text(
        "预算变更要写明理由。例如「申请追加 市场部 5000 年底客户活动」"
        "「预算 冻结 市场部 本季暂停」。",
        "A change of a budget needs a reason, e.g. “budget request sales 5000 client event”.",
    ),
    "change_amount": Text(
        "金额要大于 0。请重新填写，例如「申请追加 市场部 5000 理由」。",
        "The amount must be above 0, e.g. “budget request sales 5000 reason”.",
    ),
    "change_nothing": Text(
        "‹{budget} ›不会因此有任何变化，没有提交。", "This would change nothing‹ about {budget}›."
    ),
    "change_too_much": Text(
        "‹{budget} ›可用只有‹ {available}›，拿不出‹ {amount}›。请减少金额。",
        "‹{budget} ›has only ‹{available} ›left, not ‹{amount}›. Lower the amount.",
    ),
    "change_no_room": Text(
        "‹{number} ›现在不能生效：可用只有‹ {available}›，拿不出‹ {amount}›。"
        "可以驳回，请对方减少金额再提。",
        "‹{number} ›cannot come true now: ‹{available} ›is left, ‹{amount} ›would be taken. Reject"
        " it and ask for a smaller amount.",
    ),
    "change_waiting": Text(
        "同样的申请‹ {number} ›还在等同意，没有重复提交。要改就先撤回‹：「撤回 {number}」›。",
        "The same wish‹ {number} ›is waiting already; nothing was asked again. To change it,"
        " withdraw it first‹: “withdraw {number}”›.",
    ),
    "change_not_yours": Text(
        "你没有修改这个预算的权限，没有提交。可以请预算负责人‹（{people}）›、预算管理员或财务提出。",
        "You may not change this budget, and nothing was asked. Ask its owner‹ ({people})›, a"
        " budget administrator or finance to do it.",
    ),
    "no_second_person": Text(
        "预算变更要由第二个人同意，目前没有其他预算管理员、负责人或财务，没有提交。请联系管理员。",
        "A second person must agree, and there is no other budget administrator, owner or finance"
        " person. Ask an administrator.",
    ),
    "own_change": Text(
        "不能同意自己提出的预算变更‹ {number}›，要由第二个人处理。",
        "Nobody decides on a change of their own‹ ({number})›; a second person must.",
    ),
    "no_such_change": Text(
        "没有找到预算变更‹ {number}›。请核对编号。", "There is no change of a budget‹ {number}›."
    ),
    "no_such_budget": Text(
        "没有找到预算‹「{target}」›。‹是不是要找：{near}？›请写预算编号、部门或项目名称。",
        "There is no budget‹ “{target}”›. ‹Did you mean {near}? ›Name its id, a department or a"
        " project.",
    ),
    "which_budget": Text(
        "‹「{target}」›有几个预算，请加上类别、期间，或改用编号再发一次‹：\n{rows}›",
        "Several budgets fit‹ “{target}”›. Please add a category or period, or use an id‹:"
        "\n{rows}›",
    ),
    "which_period": Text(
        "‹「{target}」›有几个意思：财年起始月不同。请写起止日或预算编号‹：\n{rows}›",
        "‹“{target}” ›has several meanings, as fiscal years begin in different months. Name the"
        " first and last day, or an id‹:\n{rows}›",
    ),
    "budget_history": Text("‹{budget}›的变动：‹\n{rows}›", "History of ‹{budget}›:‹\n{rows}›"),
    "budget_history_empty": Text(
        "‹{budget}›还没有任何变动。", "Nothing has happened to ‹{budget} ›yet."
    ),
    "hold_expired": Text(
        "‹{number} ›批准后一直没有报销，占用的预算已释放。"
        "‹草稿 {claim} 仍在，›需要时照常提交即可，会重新占用预算。",
        "‹{number} ›was approved and never claimed, so its budget was let go. ‹The draft {claim}"
        " stays; ›submit when needed, and budget is held anew.",
    ),
    "not_an_exception": Text(
        "没有预算把你列为例外人，请照常提交‹ {number}›，或申请追加预算。",
        "No budget names you as an exception. Submit‹ {number} ›as usual or ask for more budget.",
    ),
    "exception_reason_missing": Text(
        "例外提交要写明理由，会记入单据和审计。例如「例外提交 BX-20261125-0007 客户临时到访」。",
        "Submitting as an exception needs a reason, which is kept on record.",
    ),
}


def part(code: str, language: Language, **fields: str) -> str:
    """Write a part of a card or list; KeyError when there is none."""
    return PARTS[code].fill(language, fields)
