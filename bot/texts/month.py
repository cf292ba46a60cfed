"""The words of a month's report."""

from bot.texts.template import Language, Text, Texts

TEXTS: Texts = {
    "month_report": Text(
        "‹{month} ›费用月报：支出‹ {total}›‹，{change}›‹，当月提交 {claims} 张单据›"
        "‹，{over} 个预算超支›。‹\n{link}›",
        "The expenses‹ of {month}›:‹ {total} spent›‹, {change}›‹, {claims} claims submitted›"
        "‹, {over} budgets exceeded›.‹\n{link}›",
    ),
}

WORDS: Texts = {
    "title": Text("‹{month} ›费用月报", "‹{month}: ›expenses of the month"),
    "total": Text("总支出", "Spent"),
    "before": Text("上月", "Month before"),
    "year_ago": Text("去年同月", "Year before"),
    "claims": Text("单据", "Claims"),
    "submitted": Text("当月提交（张）", "Claims submitted"),
    "departments": Text("各部门支出", "By department"),
    "categories": Text("各类别支出", "By category"),
    "projects": Text("各项目支出", "By project"),
    "people": Text("各人支出", "By person"),
    "suppliers": Text("各商家支出", "By supplier"),
    "course": Text("近十二个月支出", "The last twelve months"),
    "budgets": Text("预算执行", "Budgets"),
    "habits": Text("报销习惯", "Habits"),
    "waits": Text("审批耗时", "Where claims wait"),
    "suggestions": Text("下期预算建议", "Suggested limits"),
    "month": Text("月份", "Month"),
    "department": Text("部门", "Department"),
    "category": Text("类别", "Category"),
    "project": Text("项目", "Project"),
    "person": Text("人员", "Person"),
    "supplier": Text("商家", "Supplier"),
    "amount": Text("本月", "This month"),
    "budget": Text("预算", "Budget"),
    "limit": Text("额度", "Limit"),
    "reserved": Text("占用", "Held"),
    "consumed": Text("已花", "Spent"),
    "available": Text("可用", "Left"),
    "percent": Text("执行率 %", "Used %"),
    "lines": Text("明细", "Lines"),
    "weekend": Text("非工作日", "Days off"),
    "near_limit": Text("贴近上限", "Just under a limit"),
    "late": Text("逾期报销", "Late"),
    "step": Text("步骤", "Step"),
    "median": Text("中位小时", "Median hours"),
    "longest": Text("最长小时", "Longest hours"),
    "slowest": Text("最慢的单", "Slowest claim"),
    "suggested": Text("建议额度", "Suggested"),
    "average": Text("月均", "Average a month"),
    "trend": Text("趋势 %", "Trend %"),
    "months": Text("依据月数", "Months looked at"),
    "more": Text("比上月多 ‹{percent}%›", "‹{percent}%› more than the month before"),
    "less": Text("比上月少 ‹{percent}%›", "‹{percent}%› less than the month before"),
    "page": Text("第 ‹{number}› 页，共 ‹{count}› 页", "Page ‹{number}› of ‹{count}›"),
    "none": Text("（未填）", "(none)"),
    "how": Text(
        "建议额度 = 近 6 个月月均 × 期内月数 ×（1 + 趋势，不超过 ±20%），取整到百元",
        "Suggested = average of 6 months × months of the period × (1 + trend, at most ±20 %)",
    ),
}
"""Headings and notes; every field is given."""


def word(code: str, language: Language, **fields: str) -> str:
    """Give a word of the report; KeyError when there is none."""
    return WORDS[code].fill(language, fields)
