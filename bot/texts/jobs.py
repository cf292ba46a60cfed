"""What scheduled jobs say that they did."""

from collections.abc import Mapping

from bot.texts.template import Language, Text

COUNTS: Mapping[str, Text] = {
    "budgets": Text("检查预算 ‹{count}› 个", "budgets ‹{count}›"),
    "alerts": Text("发出预警 ‹{count}› 条", "alerts ‹{count}›"),
    "expired": Text("释放过期占用 ‹{count}› 笔", "holds let go ‹{count}›"),
    "moved": Text("转交待办 ‹{count}› 张", "moved ‹{count}›"),
    "escalated": Text("超时升级 ‹{count}› 张", "escalated ‹{count}›"),
    "digests": Text("发出汇总 ‹{count}› 份", "digests ‹{count}›"),
    "reminders": Text("发出提醒 ‹{count}› 条", "reminders ‹{count}›"),
    "reports": Text("发出月报 ‹{count}› 份", "reports ‹{count}›"),
    "changes": Text("通讯录变更 ‹{count}› 项", "changes of the address book ‹{count}›"),
    "clashes": Text("待处理冲突 ‹{count}› 项", "conflicts ‹{count}›"),
    "held": Text("未执行的同步 ‹{count}› 次", "pulls held back ‹{count}›"),
    "files": Text("投放文件 ‹{count}› 份", "files put ‹{count}›"),
    "compared": Text("核对 ‹{count}› 张", "compared ‹{count}›"),
    "differing": Text("不一致 ‹{count}› 张", "differing ‹{count}›"),
    "unnoted": Text("银行 ‹{count}› 行未登记", "rows of the bank not noted ‹{count}›"),
    "forecasts": Text("预测提醒 ‹{count}› 条", "forecasts ‹{count}›"),
}


def counts_text(counts: Mapping[str, int], language: Language) -> str:
    """Write what a run did in one line; KeyError for a word that has no text."""
    comma = "，" if language == "zh" else ", "
    return comma.join(
        COUNTS[word].fill(language, {"count": f"{count:,}"}) for word, count in counts.items()
    )
