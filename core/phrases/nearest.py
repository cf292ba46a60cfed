"""The command that a mistyped word may have been: 撤会 → 撤回, submitt → submit."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

CHINESE: Sequence[str] = (
    "帮助", "我的报销", "进度", "提交", "删除", "撤回", "待办", "同意", "驳回", "退回",
    "转交", "加签", "催办", "委托", "预算", "出差", "采购", "借款", "为什么", "修改",
    "复制", "分摊", "合并", "核减", "暂缓", "加急", "归还", "供应商", "备用金", "福利",
    "通知", "免打扰", "反馈", "上传", "未提交", "全部同意", "作废",
)  # fmt: skip
ENGLISH: Sequence[str] = (
    "help", "my claims", "progress", "status", "submit", "discard", "delete", "withdraw", "todo",
    "approve", "reject", "return", "transfer", "add signer", "remind", "delegate", "budget",
    "travel", "purchase", "advance", "edit", "copy", "split", "merge", "reduce", "urgent", "repay",
    "supplier", "petty cash", "welfare", "notices", "quiet", "feedback", "upload", "drafts",
    "approve all", "cancel delegation",
)  # fmt: skip
_FIRST = re.compile(r"[a-z]+(?:\s[a-z]+)?|[\u4e00-\u9fff]+", re.IGNORECASE)
LONGEST = 14
"""A longer word is no slip of the keyboard."""
ALIKE_LATIN, ALIKE_HAN = 0.75, 0.5


def nearest_command(text: str) -> str | None:
    """Give the command that a cleaned text probably means; None when none is near."""
    found = _FIRST.match(text)
    word = found.group().lower() if found else ""
    if not 1 < len(word) <= LONGEST:
        return None
    if word.isascii():
        words = (word, word.partition(" ")[0])
        return max((_best(w, ENGLISH, ALIKE_LATIN) for w in words), default=(0.0, ""))[1] or None
    return _best(word, CHINESE, ALIKE_HAN)[1] or None


def _best(word: str, commands: Sequence[str], least: float) -> tuple[float, str]:
    """Give the nearest command with its likeness; its first letter is nearly always right."""
    scored = (
        (SequenceMatcher(None, word, c).ratio(), c)
        for c in commands
        if c[0] == word[0] and abs(len(c) - len(word)) <= 2  # noqa: PLR2004 letters too many or few
    )
    best = max(scored, default=(0.0, ""))
    return best if best[0] >= least else (0.0, "")
