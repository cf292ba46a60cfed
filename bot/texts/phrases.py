"""Texts on sentences: what was not understood, what cannot be, and what is asked back."""

from bot.texts.template import Text, Texts

_PROBLEMS: Texts = {
    "amount_not_a_number": Text(
        "‹「{text}」›不是金额。请只写数字，例如 45 或 45.50。",
        "‹“{text}” ›is not an amount. Please write a number like 45 or 45.50.",
    ),
    "amount_unclear": Text(
        "没看懂金额‹「{text}」›。请写成一个确定的数，例如 1050 或 10.50。",
        "The amount ‹“{text}” ›is unclear. Please write one plain number, like 1050 or 10.50.",
    ),
    "amount_not_positive": Text(
        "金额‹「{text}」›要大于 0。请重新填写。",
        "The amount ‹“{text}” ›must be above 0. Please write it again.",
    ),
    "amount_too_large": Text(
        "金额‹「{text}」›太大了，可能多写了几位。请核对后重新填写。",
        "The amount ‹“{text}” ›is too large for an expense. Please check and write it again.",
    ),
    "amount_too_precise": Text(
        "金额‹「{text}」›最多到分，也就是两位小数。请重新填写。",
        "The amount ‹“{text}” ›may have two decimals at most. Please write it again.",
    ),
    "currency_not_supported": Text(
        "这里的金额要写人民币‹，「{text}」无法处理›。外币只用于费用明细，例如「打车 30 美元」。",
        "This amount has to be in yuan‹, not “{text}”›. Only expenses may be in another currency,"
        " like “taxi USD 30”.",
    ),
    "date_invalid": Text(
        "没有‹「{text}」›这一天。请核对日期再发一次，例如 11-25。",
        "There is no day‹ “{text}”›. Please check it, e.g. 11-25.",
    ),
    "date_unclear": Text(
        "没看懂日期‹「{text}」›。请写成 11-25、昨天或 2026-11-25。",
        "The date ‹“{text}” ›is unclear. Please write 11-25, yesterday or 2026-11-25.",
    ),
    "date_passed": Text(
        "‹「{text}」›已经过去了。请填写将来的日期。",
        "‹“{text}” ›has passed. Please name a day to come.",
    ),
    "date_in_future": Text(
        "‹「{text}」›还没到，报销只能填已经发生的日期。",
        "‹“{text}” ›is yet to come; expenses need a day that has passed.",
    ),
    "category_unknown": Text(
        "没有‹「{text}」›这个类别。请换一个公司里有的类别，例如打车、住宿、餐费。",
        "There is no category‹ “{text}”›. Please use one that the company has.",
    ),
    "project_unknown": Text(
        "没有‹「{text}」›这个项目。请核对项目名称再发一次。",
        "There is no project‹ “{text}”›. Please check its name.",
    ),
    "number_unclear": Text(
        "没看懂单号‹「{text}」›。请写完整的单号，例如 BX-20261125-0007，一次一张。",
        "The claim number‹ “{text}”› is unclear. Please write one in full, like BX-20261125-0007.",
    ),
    "line_unclear": Text(
        "没看懂是第几行‹：「{text}」›。请写成「修改 1 金额 45」或「删除 第 1 行」。",
        "Which line is meant‹ by “{text}”›? Please write “edit 1 amount 45”.",
    ),
    "edit_unclear": Text(
        "没看懂要修改什么‹：「{text}」›。请写成「修改 1 金额 45」，"
        "可以改金额、类别、日期、说明、项目。",
        "What is to be changed‹ by “{text}”›? Please write “edit 1 amount 45”; amount, category,"
        " date, description and project can be changed.",
    ),
    "person_missing": Text(
        "‹{command}›要写明是谁，例如「委托 姓名 至 12-05」「转交 单号 给 姓名」。",
        "‹{command}: ›please say who, e.g. “delegate NAME until 12-05” or “transfer NUMBER to"
        " NAME”.",
    ),
    "date_missing": Text(
        "‹{command}›还缺日期。请写上日期再发一次，例如 12-01。",
        "‹{command}: ›a date is missing. Please add one, like 12-01.",
    ),
    "days_missing": Text(
        "‹{command}›还缺起止日期。请写完整再发一次，"
        "例如「出差 上海 12-01 至 12-03 3000 拜访客户」。",
        "‹{command}: ›the days are missing. Please write it in full, like “travel Shanghai 12-01"
        " to 12-03 3000 visiting a client”.",
    ),
    "last_day_missing": Text(
        "‹只看到开始日期 {text}。›请写上结束日期或天数，"
        "例如「出差 上海 12-01 至 12-03 3000 拜访客户」或「出差 上海 12-01 3天 3000」。",
        "‹Only the first day is clear ({text}). ›Please add the last day or how many days, like"
        " “travel Shanghai 12-01 to 12-03 3000 visiting a client”.",
    ),
    "date_order": Text(
        "结束日期早于开始日期‹（{text}）›。请核对后再发一次。",
        "The last day is before the first‹ ({text})›. Please check and send it again.",
    ),
    "text_missing": Text(
        "‹{command}›还缺内容。请写上要说的话再发一次。",
        "‹{command}: ›please add what you want to say.",
    ),
    "budget_change_unclear": Text(
        "没看懂要怎么改预算‹：「{text}」›。例如「申请追加 市场部 5000 理由」"
        "「预算 调整 市场部 +5000 理由」「预算 调拨 市场部 研发部 3000 理由」"
        "「预算 冻结 市场部 理由」。",
        "How is the budget to change‹: “{text}”›? E.g. “budget request sales 5000 reason”, “budget"
        " adjust sales +5000 reason”, “budget transfer sales tech 3000 reason”.",
    ),
    "budget_unclear": Text(
        "没看懂要查哪个预算‹：「{text}」›。请写成「预算」或「预算 市场部」。",
        "Which budget is meant‹ by “{text}”›? Please write “budget” or “budget DEPARTMENT”.",
    ),
    "amount_missing": Text(
        "‹{command}›还缺金额。请写上金额再发一次，例如 3000。",
        "‹{command}: ›an amount is missing. Please add one, like 3000.",
    ),
    "description_missing": Text(
        "‹{command}›还缺说明。请写清楚要买什么，例如「采购 显示器 1200」。",
        "‹{command}: ›please say what it is for, e.g. “purchase monitor 1200”.",
    ),
    "city_missing": Text(
        "‹{command}›还缺城市。请写成「出差 上海 12-01 至 12-03 3000 拜访客户」。",
        "‹{command}: ›a city is missing. Please write “travel Shanghai 12-01 to 12-03 3000"
        " visiting a client”.",
    ),
    "supplier_missing": Text(
        "‹{command}›要写明付给谁，例如「供应商 京东 账号 6222… 开户行 招商银行」。",
        "‹{command}: ›please say who is paid, e.g. “supplier NAME account NUMBER bank NAME”.",
    ),
    "expense_incomplete": Text(
        "这笔费用还缺内容‹：「{text}」›。请写成「打车 45 昨天 去客户现场」。",
        "Something is missing‹ in “{text}”›. Please write it like “taxi 45 yesterday”.",
    ),
}
_QUESTIONS: Texts = {  # each a code of `core.phrases.results.QuestionCode`, asked back
    "ask_amount": Text(
        "多少钱？请回复金额，例如 45。", "How much was it? Reply with a number, like 45."
    ),
    "ask_amount_which": Text(
        "金额是哪一个？请回复其中一个‹：\n{options}›",
        "Which amount is it? Reply with one‹:\n{options}›",
    ),
    "ask_category": Text(
        "这是什么费用？请回复类别‹：\n{options}›",
        "What kind of expense is it? Reply with a category‹:\n{options}›",
    ),
    "ask_category_which": Text(
        "是哪一类费用？请回复其中一个‹：\n{options}›",
        "Which category is it? Reply with one‹:\n{options}›",
    ),
    "ask_date_which": Text(
        "是哪一天？请回复其中一个‹：\n{options}›",
        "Which day was it? Reply with one‹:\n{options}›",
    ),
    "ask_project_which": Text(
        "是哪个项目？请回复其中一个‹：\n{options}›",
        "Which project is it? Reply with one‹:\n{options}›",
    ),
    "ask_command_or_expense": Text(
        "这是一条命令，还是一笔费用？请回复其中一个‹：\n{options}›",
        "Is this a command or an expense? Reply with one‹:\n{options}›",
    ),
    "ask_discard_or_withdraw": Text(
        "要删除这张单据，还是撤回审批？请回复「删除」或「撤回」‹，可带上单号 {number}›。",
        "Delete the claim or take it back from review? Reply “discard” or “withdraw”"
        "‹ with {number}›.",
    ),
}
_OTHERS: Texts = {
    "cancelled": Text("好的，已取消，没有改动任何单据。", "Cancelled; no claim was changed."),
    "too_long": Text(
        "这段话太长，没看懂。请一句话发一笔，例如「打车 45 昨天 去客户现场」。",
        "That is too long to be understood. Please send one expense in one sentence, like “taxi 45"
        " yesterday”; “help” shows more.",
    ),
    "did_you_mean": Text(
        "没看懂‹「{text}」›‹，是不是想发「{command}」？›发「帮助」看例子。",
        "That was not understood‹: “{text}”›.‹ Did you mean “{command}”?› “help” shows examples.",
    ),
    "not_understood": Text(
        "没看懂‹「{text}」›。可以发发票照片，或发「打车 45 昨天 去客户现场」；"
        "发「帮助」看更多例子。",
        "That was not understood‹: “{text}”›. Send a photo of an invoice, or “taxi 45 yesterday”;"
        " “help” shows more.",
    ),
}
TEXTS: Texts = {**_PROBLEMS, **_QUESTIONS, **_OTHERS}
