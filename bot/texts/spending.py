"""Texts on what was spent."""

from bot.texts.template import Language, Text, Texts

TEXTS: Texts = {
    "spent": Text(
        "‹{what} ›‹{period} ›‹截至 {today} ›支出‹ {total}›‹（{lines} 笔）›‹，{change}›。‹\n{rows}›",
        "spent‹ in {period}›‹ up to {today}›‹, {what}›‹: {total}›‹ ({lines} line(s))›"
        "‹, {change}›.‹\n{rows}›",
    ),
    "period_unclear": Text(
        "没有看懂是哪段时间‹：「{text}」›。可以说「上个月」「10月」「Q3」「今年」「最近30天」「11月1日到15日」。",
        "Which time is not clear‹: “{text}”›. Say “last month”, “2026-10”, “Q3”, “this year” or"
        " “last 30 days”.",
    ),
    "spending_unclear": Text(
        "没有看懂‹「{text}」›：它不是公司里的部门、项目、人员或类别，也不是一段时间，所以没有算。"
        "可以问「上个月市场部打车花了多少」。",
        "‹“{text}” ›names no department, project, person, category or time here, so nothing was"
        " summed. Ask like “how much did sales spend on taxi last month”.",
    ),
    "name_unclear": Text(
        "公司里不止一个‹「{text}」›，不知道你问的是谁，所以没有算。可以改问部门或项目。",
        "There is more than one ‹“{text}”›, so nothing was summed. Ask for the department or"
        " project instead.",
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
    "more": Text(
        "比 ‹{time}› 的 ‹{earlier}› 多 ‹{amount}›", "‹{amount}› more than ‹{earlier}› in ‹{time}›"
    ),
    "less": Text(
        "比 ‹{time}› 的 ‹{earlier}› 少 ‹{amount}›", "‹{amount}› less than ‹{earlier}› in ‹{time}›"
    ),
    "same": Text("和 ‹{time}› 的 ‹{earlier}› 一样", "the same as ‹{earlier}› in ‹{time}›"),
    "was": Text("‹{time}› 全期是 ‹{earlier}›", "‹{earlier}› in all of ‹{time}›"),
    "own_level": Text("（本级）", " (itself)"),
    "others": Text("… 另有 ‹{count}› 项", "… and ‹{count}› more"),
}
"""Parts of the answer; every field is given."""


def part(code: str, language: Language, **fields: str) -> str:
    """Write a part of the answer; KeyError when there is none."""
    return PARTS[code].fill(language, fields)
