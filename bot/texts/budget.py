"""Texts on budgets: what is left, why one blocks, alerts."""

from bot.texts.template import Language, Text, Texts

TEXTS: Texts = {
    "budget": Text(
        "预算‹「{budget}」›不足‹：可用 {available}›‹，额度 {limit}›‹，本单需要 {amount}›，"
        "所以没有提交。请减少金额，或联系预算负责人调整预算。",
        "The budget ‹“{budget}” ›(预算) does not suffice‹: {available} left›‹ of {limit}›"
        "‹, {amount} needed›. Nothing was submitted. Lower the amount, or ask the budget's owner.",
    ),
    "budgets": Text("预算情况：‹\n{rows}›", "Budgets:‹\n{rows}›"),
    "over_budgets": Text(
        "超支的预算‹有 {count} 个›：‹\n{rows}›", "Budgets exceeded‹: {count}›‹\n{rows}›"
    ),
    "over_none": Text(
        "你能看的预算里没有超支的。‹\n{rows}›",
        "None of the budgets that you may see is exceeded.‹\n{rows}›",
    ),
    "no_budget_here": Text(
        "没有找到你可以查看的预算‹：「{target}」›。‹是不是要找：{near}？›发「预算」查看本部门的预算。",
        "There is no budget that you may see‹: “{target}”›. ‹Did you mean {near}? ›Send “budget”"
        " for your department's.",
    ),
    "no_budget_then": Text(
        "这段时间没有‹「{target}」的›预算。换一个期间再查，例如「预算 市场部 本季度」。",
        "There is no budget‹ of “{target}”› in that period. Please ask for another, like “budget"
        " sales this quarter”.",
    ),
}

PARTS: Texts = {
    "left": Text(
        "剩余 ‹{available}› / 额度 ‹{limit}›（占用 ‹{reserved}›，已花 ‹{consumed}›）",
        "‹{available}› left of ‹{limit}› (‹{reserved}› held, ‹{consumed}› spent)",
    ),
    "over": Text(
        "⛔ ‹{scope}›：超出 ‹{over}›（额度 ‹{limit}›，占用 ‹{reserved}›，已花 ‹{consumed}›）",
        "⛔ ‹{scope}›: ‹{over}› over its ‹{limit}› (‹{reserved}› held, ‹{consumed}› spent)",
    ),
    "runs_out": Text(
        "⚠ ‹{scope}›：按目前进度将于 ‹{day}› 超支，剩余 ‹{available}› / 额度 ‹{limit}›",
        "⚠ ‹{scope}›: runs out on ‹{day}› at this pace, ‹{available}› left of ‹{limit}›",
    ),
    "more": Text("… 另有 ‹{count}› 个", "… and ‹{count}› more"),
    "rolls": Text(
        "滚动：其他月份结余 ‹{carried}›，现在可用 ‹{usable}›",
        "Rolling: ‹{carried}› from other months, ‹{usable}› may be used now",
    ),
    "below": Text(
        "下级 ‹{count}› 个预算合计：已用 ‹{used}› / 额度 ‹{limit}›",
        "‹{count}› budget(s) below: ‹{used}› used of ‹{limit}›",
    ),
    "fits_allow": Text(
        "再花 ‹{amount}›：够，之后剩余 ‹{after}›", "‹{amount}› more fits; ‹{after}› would be left"
    ),
    "fits_within": Text(
        "再花 ‹{amount}›：够，但会超出额度 ‹{over}›，在允许的 ‹{tolerance}› 以内",
        "‹{amount}› more fits, ‹{over}› above the limit but within the ‹{tolerance}› allowed",
    ),
    "fits_warn": Text(
        "再花 ‹{amount}›：会超出 ‹{over}›，提醒但不拦截",
        "‹{amount}› more exceeds it by ‹{over}›: warned of, not stopped",
    ),
    "fits_block": Text(
        "再花 ‹{amount}›：不够，超出 ‹{over}›，会被拦截",
        "‹{amount}› more does not fit: ‹{over}› over, and stopped",
    ),
    "fits_barred": Text(
        "再花 ‹{amount}›：现在不能使用这个预算", "‹{amount}› more: this budget cannot be used now"
    ),
    "frozen": Text("（已冻结）", " (frozen)"),
    "closed": Text("（已关账）", " (closed)"),
    "near": Text(
        "ℹ 提交后预算「‹{scope}›」将用到 ‹{percent}%›",
        "ℹ This takes budget “‹{scope}›” to ‹{percent}%›",
    ),
}
"""Parts of answers and cards; every field is given."""


def part(code: str, language: Language, **fields: str) -> str:
    """Write a part of an answer about budgets; KeyError when there is none."""
    return PARTS[code].fill(language, fields)
