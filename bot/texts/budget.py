"""Texts on budgets: what is left, why one blocks, alerts."""

from bot.texts.template import Text, Texts

TEXTS: Texts = {
    "budget": Text(
        "预算‹「{budget}」›不足‹：可用 {available}›‹，额度 {limit}›‹，本单需要 {amount}›，"
        "所以没有提交。请减少金额，或联系预算负责人调整预算。",
        "The budget ‹“{budget}” ›(预算) does not suffice‹: {available} left›‹ of {limit}›"
        "‹, {amount} needed›. Nothing was submitted. Lower the amount, or ask the budget's owner.",
    ),
    "budgets": Text("预算情况：‹\n{rows}›", "Budgets:‹\n{rows}›"),
    "no_budget_here": Text(
        "没有找到你可以查看的预算‹：「{target}」›。发「预算」查看本部门的预算。",
        "There is no budget that you may see‹: “{target}”›. Send “budget” for your department's.",
    ),
}
