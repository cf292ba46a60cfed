"""Labels that a photo made hard to read, put right; values are never touched."""

from collections.abc import Iterator
from dataclasses import replace

from recognition.evidence import SURE
from recognition.words import Page, Word

_LABELS = (
    "发票代码", "发票号码", "票据代码", "票据号码", "开票日期", "填开日期", "纳税人识别号",
    "统一社会信用代码", "购买方名称", "销售方名称", "付款方名称", "收款方名称", "销货单位名称",
    "付款方识别号", "收款方识别号", "价税合计", "合计金额", "燃油附加费", "增值税税额",
    "增值税税率", "民航发展基金", "其他税费", "不含税价", "填开单位", "电子客票号码", "项目名称",
    "规格型号", "货物或应税劳务", "交款人统一社会信用代码", "收款单位", "买方单位/个人",
    "卖方单位/个人", "单位代码/身份证号码", "车价合计", "金额合计", "铁路电子客票",
    "航空运输电子客票行程单", "增值税专用发票", "增值税普通发票", "增值税电子普通发票",
    "增值税电子专用发票", "机动车销售统一发票", "二手车销售统一发票", "出租汽车", "通用机打发票",
    "通用定额发票",
)  # fmt: skip
_LENGTHS = sorted({len(label) for label in _LABELS}, reverse=True)
_LONG = 6
"""From this length two characters of a label may be wrong, else one."""


def mended(page: Page) -> Page:
    """Give the page with its labels put right where nothing but unsure characters differ."""
    return Page(tuple(_word(word) for word in page.words), page.slope)


def _word(word: Word) -> Word:
    if len(word.sures) != len(word.text) or min(word.sures, default=1.0) >= SURE:
        return word
    chars = list(word.text)
    for start, label in _likely(word):
        chars[start : start + len(label)] = label
    return replace(word, text="".join(chars)) if "".join(chars) != word.text else word


def _likely(word: Word) -> Iterator[tuple[int, str]]:
    """Find labels that stand in a word but for a few unsure characters, longest first.

    Where two labels of one length are equally near (发票代码 and 发票号码), it is neither.
    """
    taken: set[int] = set()
    for length in _LENGTHS:
        for start in range(len(word.text) - length + 1):
            span = set(range(start, start + length))
            label = None if taken & span else _nearest(word, start, length)
            if label:
                taken |= span
                yield start, label


def _nearest(word: Word, start: int, length: int) -> str | None:
    found = [
        (wrong, label)
        for label in _LABELS
        if len(label) == length and (wrong := _wrong(word, start, label)) is not None
    ]
    least = min((wrong for wrong, _ in found), default=0)
    nearest = [label for wrong, label in found if wrong == least]
    return nearest[0] if len(nearest) == 1 else None


def _wrong(word: Word, start: int, label: str) -> int | None:
    """Count the characters that differ from a label; None when it is too far or they are sure."""
    wrong = [i for i, char in enumerate(label) if word.text[start + i] != char]
    most = 2 if len(label) >= _LONG else 1
    unsure = all(word.sures[start + i] < SURE for i in wrong)
    digits = any(word.text[start + i].isdigit() for i in wrong)
    return len(wrong) if len(wrong) <= most and unsure and not digits else None
