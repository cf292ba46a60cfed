"""Lines of a draft as people name them: 第2行, line 2, 金额改为 45."""

import re

from core.phrases.intents import EditLine, LineField, TakeInHand
from core.phrases.numerals import read_number
from core.phrases.results import Problem
from core.phrases.said import Said, is_filler

_N = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_ROW = rf"(?:第\s?(?P<nth>{_N})\s?(?:行|条|笔|项|个)?(?:明细)?|line\s?(?P<line>\d{{1,3}})\b)"
_LINE = re.compile(_ROW, re.IGNORECASE)
_LINE_WORD = re.compile(
    r"行|[那这每一]\s?[条笔项]|明细|\bline\b|最后|全部|所有|\ball\b", re.IGNORECASE
)
_FIELDS: dict[str, LineField] = {
    "金额": "amount",
    "价格": "amount",
    "amount": "amount",
    "类别": "category",
    "科目": "category",
    "分类": "category",
    "类型": "category",
    "category": "category",
    "日期": "date",
    "时间": "date",
    "date": "date",
    "说明": "description",
    "事由": "description",
    "描述": "description",
    "备注": "description",
    "用途": "description",
    "摘要": "description",
    "description": "description",
    "note": "description",
    "项目": "project",
    "project": "project",
    "部门": "department",
    "department": "department",
    "汇率": "rate",
    "rate": "rate",
}
_FIELD = rf"(?P<field>{'|'.join(_FIELDS)})"
_BECOMES = r"(?:改成|改为|改到|改|换成|变成|应为|应该是|设为|为|成|是|->|→|=|:|to\b)"
_EDIT = re.compile(
    rf"(?:把|将)?\s?(?:{_ROW}|(?P<bare>\d{{1,2}})(?=\s))?[\s的,]*(?:the\s)?{_FIELD}"
    rf"\s?{_BECOMES}?\s?(?P<value>.*)",
    re.IGNORECASE,
)
_AHEAD = rf"(?:把|将)?\s?第\s?{_N}\s?(?:行|条|笔|项|个)[\s的]*"
_NAMES = "|".join(_FIELDS)
EDIT_AHEAD = (
    rf"(?=(?:{_AHEAD})?(?:{_NAMES})\s?(?:改成|改为|改到|换成|应为|应该是)|{_AHEAD}(?:{_NAMES})"
    r"|(?:汇率|rate)\s?[:=是为按]?\s?\d)"
)
"""Where a correction begins without the word 修改: 金额改为 45, 第2行金额 45, 汇率 7.12."""

REMOVE_AHEAD = rf"(?={_AHEAD}(?:删|去掉|不要了))"
"""Where a removal begins with its line: 第2行删掉."""


def line_named(text: str) -> int | None:
    """Give the number of the line that a text names, 0 when it names one that cannot be told."""
    found = _LINE.search(text)
    if found:
        value = read_number(found["nth"] or found["line"])
        return int(value) if value else 0
    return 0 if _LINE_WORD.search(text) else None


def read_edit(said: Said) -> EditLine | TakeInHand | Problem:
    """Read what follows 修改: the line, what of it, and the new value in the person's words."""
    if is_filler(said.rest):
        return TakeInHand(said.number)
    found = _EDIT.match(said.rest)
    if not found or not found["value"].strip():
        return Problem("edit_unclear", said.rest, said.word)
    row = found["nth"] or found["line"] or found["bare"]
    line_no = read_number(row) if row else None
    if row and not line_no:
        return Problem("line_unclear", row, said.word)
    field = _FIELDS[found["field"].lower()]
    number = int(line_no) if line_no else None
    return EditLine(said.number, number, field, found["value"].strip())
