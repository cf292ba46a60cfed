"""Words of a question about spending that name nothing; any other must be known to the company."""

import re

from core.spending import Dimension

_HAN = """
    问一下 看一看 看一下 查一查 查一下 总支出 总费用 加起来 全公司 本部门
    供应商 报销单 怎么样 请问 帮忙 麻烦 知道 问下 告诉 看看 查查 一下
    显示 列出 统计 分析 汇总 情况 明细 排名 排行 一共 总共 合计 总计
    总额 总数 总的 共计 金额 大概 大约 到底 究竟 现在 目前 截至
    截止 为止 其中 里面 期间 时间 所有 全部 整个 公司 团队 部门 大家
    全员 员工 人员 个人 同事 项目 类别 科目 商家 单据 月份 月度 年度
    季度 我们 咱们 自己 他们 什么 怎么 如何 多少 各自 分别 每个 花费
    花销 报销 支出 开销 消费 费用 成本 款项 出去 对比 相比 比较 同比
    环比 增加 增长 减少 下降 上升 趋势 走势 百分 变化 差距 相差 差异 同期
    地方 方面 上面 还是 以及 占比 比例 几成 哪个 哪些 哪家 哪里 哪儿
    请 帮 想 问 看 查 列 我 咱 他 她 谁
"""
CHARACTERS = (
    "哪几每按逐花用报款掉比较各共中内里部组人类单月天周年季钱块元涨降增减高低多少最大"
    "小占率和与跟及或的了得地在是有从到于上下给为把被都也就又呢吗啊呀吧嘛这那本该期"
    "前再只已会能可一个过名位笔次费打看说让请帮找查算想要你您啦哦哈嗯来去先只均并从至度份"
)
"""Chinese characters that may stand around a word."""
FILLER = re.compile("|".join(sorted(_HAN.split(), key=len, reverse=True)))
"""Chinese words, the longer of two first."""
CANNOT = re.compile(
    r"人均|平均|每单|最[大高贵]的?[一那]?[笔单张]|单笔|average|per\s(?:person|claim|head)",
    re.IGNORECASE,
)
"""What sums do not tell."""
_WORDS = """
    all and are been biggest by can categories category claim claimed claims company compare
    compared comparison cost costs day days decrease department departments did difference
    does down each employee employees every everybody everyone expense expenses far for from
    get give had has have how in increase is its largest last least less list many merchant
    merchants money money's month monthly months more most much myself now of on our people
    period person persons please project projects quarter reimbursed same see show since
    spend spender spenders spending spent sum supplier suppliers team tell than the their
    there they this time to top total trend us versus was week weeks were what where which
    who with year you
"""
WORDS = frozenset(_WORDS.split())
"""English words."""

SIDES: dict[Dimension, tuple[str, ...]] = {
    "employee": (
        r"谁|个人|各人|每个?人|按人|人员|员工|\bwho\b",
        r"by\s(?:person|employee|people)|people|spenders?",
    ),
    "supplier": (r"供应商|商家|哪家|suppliers?|merchants?",),
    "department": (
        r"各个?部门|每个?部门|按部门|哪[个些]部门|的部门",
        r"部门的?(?:排名|排行|汇总|花费|支出|top)",
        r"by\sdepartment|(?:which|top)\s?\d*\sdepartments?",
    ),
    "project": (
        r"各个?项目|每个?项目|按项目|哪[个些]项目|的项目|项目的?(?:排名|排行|汇总|top)",
        r"by\sproject|(?:which|top)\s?\d*\sprojects?",
    ),
    "month": (r"每个?月|各月|各个月|按月|逐月|月度|趋势|走势|by\smonth|monthly|trend",),
    "category": (
        r"各个?类|每类|按类|哪[个些]?类|类别|科目|花在哪|花到哪|花哪|什么地方|什么上面",
        r"by\scategory|categories",
    ),
}
"""What says how a sum is to be broken down."""
