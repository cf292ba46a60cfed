"""The words of alerts about budgets: their cards and what their buttons ask."""

from bot.texts.template import Language, Text, Texts

PARTS: Texts = {
    "used": Text("预算已用 ‹{percent}%›：‹{scope}›", "‹{percent}%› used: ‹{scope}›"),
    "used_nothing": Text("预算无额度已占用：‹{scope}›", "used without a limit: ‹{scope}›"),
    "runs_out": Text("预计 ‹{day}› 超支：‹{scope}›", "runs out on ‹{day}›: ‹{scope}›"),
    "threshold": Text("达到 ‹{threshold}%› 预警线", "Reached ‹{threshold}%›"),
    "forecast": Text("预计超支", "Will run out"),
    "frozen": Text("已暂停报销", "Frozen"),
    "closed": Text("已关账", "Closed"),
    "will_run_out": Text("按目前进度将于 ‹{day}› 超支", "at this pace it runs out on ‹{day}›"),
    "will_last": Text("按目前进度本期够用", "at this pace it lasts its period"),
    "over": Text("已超出 ‹{amount}›", "‹{amount}› over"),
    "no_pace": Text("暂无花费，无法预测", "nothing spent yet, no forecast"),
    "not_begun": Text("尚未开始", "has not begun"),
    "ended": Text("本期已结束", "its period is over"),
    "share": Text("‹{percent}%›，‹{count}› 笔", "‹{percent}%›, ‹{count}› claim(s)"),
    "of_person": Text("人员 ‹{name}›", "‹{name}›"),
    "of_project": Text("项目 ‹{name}›", "project ‹{name}›"),
    "of_category": Text("类别 ‹{name}›", "category ‹{name}›"),
    "no_project": Text("无项目", "none"),
    "by_month": Text("每月使用", "Use by month"),
    "people": Text("人员", "People"),
    "details": Text("查看明细", "Details"),
    "days": Text("‹{start}› 至 ‹{end}›", "‹{start}› to ‹{end}›"),
}
"""Parts of an alert's card; every field is given."""

TEXTS: Texts = {
    "budget_ask_more": Text(
        "要为‹ {budget} ›追加多少、为什么？请回复金额和理由，例如「5000 年底客户活动」。",
        "How much more for‹ {budget}›, and why? Answer like “5000 client event in December”.",
    ),
    "budget_more_unclear": Text(
        "看不懂追加的金额，请回复金额和理由，例如「5000 年底客户活动」，或发「取消」。",
        "The amount is not clear. Answer like “5000 client event in December”, or “cancel”.",
    ),
    "budget_ask_freeze": Text(
        "为什么要暂停‹ {budget} ›的报销？请回复理由；第二个人同意后生效。",
        "Why should‹ {budget} ›be frozen? Answer with a reason; it holds once a second person"
        " agrees.",
    ),
    "not_for_budget": Text(
        "只有这个预算的负责人、部门负责人和预算管理员可以这样操作。",
        "Only those who answer for this budget may do this.",
    ),
}


def part(code: str, language: Language, **fields: str) -> str:
    """Write a part of an alert's card; KeyError when there is none."""
    return PARTS[code].fill(language, fields)
