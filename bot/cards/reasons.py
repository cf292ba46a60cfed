"""The reasons that a WeCom card offers, as it has no field to write in."""

from collections.abc import Mapping

from bot.texts.template import Language, Text

REASON_KEY = "reason"
"""The question of WeCom's selection, and the input of DingTalk's card."""

REASONS: Mapping[str, Text] = {
    "r1": Text("不符合报销规定", "Against policy"),
    "r2": Text("超出标准", "Over the limit"),
    "r3": Text("票据不符或不清晰", "Wrong voucher"),
    "r4": Text("缺少票据或附件", "Voucher missing"),
    "r5": Text("事由不清楚", "Purpose unclear"),
    "r6": Text("疑似重复报销", "Looks duplicate"),
    "r7": Text("预算不足", "Over budget"),
    "r8": Text("类别或项目有误", "Wrong category"),
}
"""By option id, each within WeCom's 16 characters. The first is what a click without a choice
sends, so it is the most general one."""


def reason_text(option: str, language: Language) -> str:
    """Give the words of an option; anything else is a reason that somebody wrote."""
    text = REASONS.get(option)
    return text.plain(language) if text else option
