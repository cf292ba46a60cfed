"""What is wrong with a row of a table that was handed in, in both languages.

The checks of the company file speak English, to whoever writes YAML; whoever fills in a table
reads these.
"""

import re

from core.table_columns import WORDS

_SAID: tuple[tuple[str, str], ...] = (
    (r"the column is missing", "缺少这一列"),
    (r"there is no such column; (.+)", "没有这样的列，可用的列：{0}"),
    (r"the column stands here twice", "这一列出现了两次"),
    (r"more cells than the header has columns", "有内容的格子上面没有列名"),
    (r"is empty", "不能为空"),
    (r"(.+) stands in row (\d+) already", "{0} 在第 {1} 行已经出现过"),
    (r"(.+) stands here twice", "{0} 出现了两次"),
    (r"there is no department (.+)", "没有部门 {0}，请填 company.yaml 里的 id 或不重名的名称"),
    (r"there is no person (.+)", "没有员工 {0}，请填 company.yaml 里的 id 或不重名的姓名"),
    (r"there is no company (.+)", "没有法人 {0}"),
    (r"there is no category (.+)", "没有类别 {0}"),
    (r"there is no project (.+)", "没有项目 {0}"),
    (r"the managers form a loop", "主管互相指向，成了一圈"),
    (r"the parents form a loop", "上级互相指向，成了一圈"),
    (r"own_level needs a department", "只管本级要写部门"),
    (r"rolls with (.+), whose period overlaps", "与滚动预算 {0} 的期间重叠"),
    (
        r"a period is (.+) or (.+)",
        "期间写成 2026、2026-H2、2026-Q4、2026-11 或 2026-11-01/2027-01-31",
    ),
    (r"not an amount in yuan with at most two decimals: (.+)", "不是金额，最多两位小数：{0}"),
    (r"the amount is too large", "金额太大"),
    (r"an amount must be above zero", "金额要大于 0"),
    (r"write amounts in quotes.*", "不是金额"),
    (r"Field required", "必填"),
    (r"Input should be greater than or equal to (.+)", "不能小于 {0}"),
    (r"Input should be less than or equal to (.+)", "不能大于 {0}"),
    (r"Input should be a valid integer.*", "应为整数"),
    (r"Input should be a valid decimal.*", "应为数字"),
    (r"Input should be a valid boolean.*", "应为 是 或 否"),
    (r"(?:Input should be a valid date|invalid date).*", "日期写成 2026-11-20"),
    (
        r"String should match pattern '\^\[A-Za-z0-9_.*",
        "只能用英文字母、数字、点、横线，最多 64 个",
    ),
    (r"String should match pattern '\^\[0-9\]\{12\}.*", "应为 12 位数字"),
    (r"String should match pattern.*", "写法不对"),
    (r"String should have at most (\d+) characters?", "最多 {0} 个字"),
    (r"String should have at least (\d+) characters?", "不能为空"),
    (r"List should have at most (\d+) items.*", "一张单据最多 {0} 行"),
    (r"write one of (.+)", "没有这种货币，可用：{0}"),
    (r"only another currency has a rate", "人民币不填汇率"),
    (r"only an? (.+) has `(.+)`", "{1} 只用于 {0}"),
)
_OPTIONS = re.compile(r"Input should be ('.+')")
_OURS = {ours: said for words in WORDS.values() for said, ours in list(words.items())[::-1]}
_PATTERNS = tuple((re.compile(said), zh) for said, zh in _SAID)


def in_chinese(message: str) -> str:
    """Give a fault in Chinese; "" for what nobody has foreseen."""
    if found := _OPTIONS.fullmatch(message):
        options = re.findall(r"'([^']*)'", found[1])
        return "应为以下之一：" + "、".join(f"{_OURS.get(o, o)}（{o}）" for o in options)
    for pattern, zh in _PATTERNS:
        if found := pattern.fullmatch(message):
            return zh.format(*found.groups())
    return ""


def in_both(message: str) -> str:
    """Give a fault as "中文 · English"; what nobody has foreseen stays English."""
    zh = in_chinese(message)
    return f"{zh} · {message}" if zh else message
