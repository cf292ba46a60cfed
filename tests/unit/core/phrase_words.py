"""The words and the day that the tables of phrases are read with."""

from datetime import date

from core.phrases.results import CategoryWords, ProjectWords, Vocabulary

TODAY = date(2026, 11, 25)
"""A Wednesday."""

WORDS = Vocabulary(
    categories=(
        CategoryWords("taxi", "市内交通", ("打车", "出租车", "滴滴", "taxi")),
        CategoryWords("meal", "业务招待", ("招待", "请客", "餐费", "lunch")),
        CategoryWords("hotel", "住宿费", ("住宿", "酒店", "hotel")),
        CategoryWords("train", "火车票", ("火车", "高铁", "12306")),
        CategoryWords("office", "办公用品", ("办公", "文具")),
        CategoryWords("express", "快递费", ("快递", "顺丰")),
    ),
    projects=(ProjectWords("apollo", "阿波罗"), ProjectWords("mars", "火星")),
    people=("张三", "李雷", "王芳", "Li Lei"),
)


def day(text: str) -> date:
    """Write a day short: 11-20 is of 2026."""
    return date.fromisoformat(text if len(text) > len("11-20") else f"2026-{text}")
