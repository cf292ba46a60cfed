"""Texts on what was spent."""

from bot.texts.template import Language, Text, Texts

TEXTS: Texts = {
    "spent": Text(
        "‹{what} ›‹{period} ›支出‹ {total}›‹，{change}›。‹\n{rows}›",
        "spent‹ in {period}›‹, {what}›‹: {total}›‹, {change}›.‹\n{rows}›",
    ),
    "period_unclear": Text(
        "没有看懂是哪个月‹：「{text}」›。可以说「上个月」「10月」「Q3」「今年」「近三个月」。",
        "Which months is not clear‹: “{text}”›. Say “last month”, “2026-10”, “Q3” or “this year”.",
    ),
    "not_yours_to_see": Text(
        "这些支出你没有权限看。可以问自己的，部门负责人可以问本部门，项目负责人可以问本项目。",
        "You may not see this spending. Ask for your own; heads may ask for their departments, "
        "owners for their projects.",
    ),
}

PARTS: Texts = {
    "company": Text("全公司", "the company"),
    "months": Text("‹{first}› 至 ‹{last}›", "‹{first}› to ‹{last}›"),
    "percent": Text("（‹{percent}%›）", " (‹{percent}%›)"),
    "none": Text("（未填）", "(none)"),
    "more": Text("比上期 ‹{earlier}› 多 ‹{percent}%›", "‹{percent}%› more than ‹{earlier}› before"),
    "less": Text("比上期 ‹{earlier}› 少 ‹{percent}%›", "‹{percent}%› less than ‹{earlier}› before"),
    "others": Text("… 另有 ‹{count}› 项", "… and ‹{count}› more"),
}
"""Parts of the answer; every field is given."""


def part(code: str, language: Language, **fields: str) -> str:
    """Write a part of the answer; KeyError when there is none."""
    return PARTS[code].fill(language, fields)
