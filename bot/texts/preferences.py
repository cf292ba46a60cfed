"""Texts on notices: their kinds, switches, quiet hours, reminders and digests."""

from collections.abc import Mapping

from bot.texts.template import Language, Text, Texts

KIND_NAMES: Mapping[str, Text] = {
    "approvals": Text("审批", "approvals"),
    "results": Text("结果", "results"),
    "payments": Text("付款", "payments"),
    "reminders": Text("催办", "reminders"),
    "digest": Text("汇总", "digest"),
    "drafts": Text("草稿", "drafts"),
    "budgets": Text("预算", "budgets"),
    "feedback": Text("反馈", "feedback"),
}
"""The kinds of notices (`core.preferences.NoticeKind`) as people name them."""

KIND_HINTS: Mapping[str, Text] = {
    "approvals": Text("等你审批的单据", "claims that wait for you"),
    "results": Text("你的单据通过、驳回、退回", "decisions on your claims"),
    "payments": Text("付款和借款", "payments and advances"),
    "reminders": Text("别人催你、等得太久", "nudges, and what waits for long"),
    "digest": Text("每周汇总、多条合并", "the weekly digest, many in one"),
    "drafts": Text("还没提交、票据快过期", "what is not submitted, or soon too old"),
    "budgets": Text("预算预警", "alerts about budgets"),
    "feedback": Text("同事的反馈，只有管理员有", "what colleagues tell the administrators"),
}
"""What each kind is about, in a few words."""

TEXTS: Texts = {
    "notices": Text(
        "你的通知：‹\n{rows}›\n发「通知 关 催办」或「通知 开 催办」调整，"
        "「免打扰 22:00-8:00」设置免打扰时间，「免打扰 关」取消。",
        "Your notices:‹\n{rows}›\nSend “notice off reminders” or “notice on reminders” to change"
        " them, “quiet 22:00-8:00” for quiet hours, “quiet off” for none.",
    ),
    "notice_switched": Text(
        "好的，‹「{what}」›通知已‹{state}›。发「通知」查看全部。",
        "Done: notices‹ of “{what}”› are ‹{state}›. Send “notices” to see all.",
    ),
    "notice_always": Text(
        "‹「{what}」›通知关系到审批结果和钱，不能关闭。可以用「免打扰 22:00-8:00」让它白天再来。",
        "‹{what} ›notices carry decisions and money and cannot be switched off. “quiet 22:00-8:00”"
        " lets them wait for the day.",
    ),
    "notice_unknown": Text(
        "没有‹「{what}」›这种通知。可以调整的有：催办、汇总、草稿、预算、反馈。",
        "There are no notices‹ called “{what}”›. These can be changed: reminders, digest, drafts,"
        " budgets, feedback.",
    ),
    "quiet_set": Text(
        "好的，免打扰时间已设置‹：{hours}›。不急的通知会等到结束后再发；你自己问的随时回答。",
        "Done: your quiet hours are set‹: {hours}›. What can wait comes afterwards; your own"
        " questions are answered at once.",
    ),
    "quiet_off": Text(
        "好的，已取消免打扰，刚才等着的通知马上就来。",
        "Done: no quiet hours any more. What was waiting comes now.",
    ),
    "quiet_unclear": Text(
        "没看懂时间‹「{text}」›。请写成「免打扰 22:00-8:00」，要取消就发「免打扰 关」。",
        "The hours‹ “{text}”› are not clear. Please write “quiet 22:00-8:00”, or “quiet off”.",
    ),
    "waiting_long": Text(
        "有‹ {count} ›张单据等你审批较久了：‹\n{rows}›\n发「待办」查看全部‹，或打开 {link}›",
        "‹{count} ›claim(s) have waited for you for long:‹\n{rows}›\nSend “todo” for all‹, or open"
        " {link}›",
    ),
    "drafts_left": Text(
        "你有‹ {count} ›张单据还没提交：‹\n{rows}›\n发「提交 单号」提交，「删除 单号」删掉。",
        "‹{count} ›claim(s) of yours are not submitted yet:‹\n{rows}›\nSend “submit NUMBER” or"
        " “discard NUMBER”.",
    ),
    "invoice_expiring": Text(
        "这些票据快过报销期限了，请尽快提交：‹\n{rows}›",
        "These will soon be too old to claim, please submit them:‹\n{rows}›",
    ),
    "advance_overdue": Text(
        "你的借款已超过‹ {days} ›天没有还清：‹\n{rows}›\n请报销冲账，或把余款退给出纳。",
        "Your advances have been open for more than ‹{days} ›days:‹\n{rows}›\nPlease claim the"
        " costs, or give the rest back to the cashier.",
    ),
    "many_waiting": Text(
        "一小时内有‹ {count} ›张单据等你审批，先合并成一条：‹\n{rows}›\n"
        "发「待办」查看全部‹，或打开 {link}›",
        "‹{count} ›claims came to you within an hour, here together:‹\n{rows}›\n"
        "Send “todo” for all‹, or open {link}›",
    ),
    "weekly_digest": Text(
        "汇总‹（{date}）›：‹\n{rows}›",
        "Digest‹ ({date})›:‹\n{rows}›",
    ),
}

_SWITCH: Mapping[str, Text] = {
    "on": Text("打开", "on"),
    "off": Text("关闭", "off"),
    "always": Text("总是打开", "always on"),
}
_ROWS: Mapping[str, Text] = {
    "switch": Text("· ‹{name}›：‹{state}›（‹{about}›）", "· ‹{name}›: ‹{state}› (‹{about}›)"),
    "quiet": Text("免打扰：‹{hours}›", "Quiet hours: ‹{hours}›"),
    "no_quiet": Text("免打扰：无", "Quiet hours: none"),
    "waits_since": Text(
        "‹{number}› · ‹{name}› · ‹{amount}› · 已等 ‹{hours}› 小时",
        "‹{number}› · ‹{name}› · ‹{amount}› · for ‹{hours}› hours",
    ),
    "unsent": Text(
        "‹{number}› · ‹{amount}› · ‹{state}› · ‹{days}› 天前",
        "‹{number}› · ‹{amount}› · ‹{state}› · ‹{days}› day(s) ago",
    ),
    "expires": Text(
        "‹{number}› 第 ‹{line}› 行 · ‹{amount}› · ‹{date}› 到期",
        "‹{number}› line ‹{line}› · ‹{amount}› · until ‹{date}›",
    ),
    "advance": Text(
        "‹{number}› · 未还 ‹{amount}› · 付款于 ‹{date}›",
        "‹{number}› · ‹{amount}› open · paid on ‹{date}›",
    ),
    "digest_waiting": Text(
        "· 等你审批 ‹{count}› 张，共 ‹{amount}›", "· ‹{count}› waiting for you, ‹{amount}› in all"
    ),
    "digest_oldest": Text(
        "· 等得最久：‹{number}›（‹{hours}› 小时）", "· the longest: ‹{number}› (‹{hours}› hours)"
    ),
    "digest_budget": Text(
        "· 预算 ‹{name}›：已用 ‹{percent}›%，剩余 ‹{amount}›",
        "· budget ‹{name}›: ‹{percent}›% used, ‹{amount}› left",
    ),
    "digest_team": Text(
        "· 本部门近七天提交 ‹{count}› 张，共 ‹{amount}›",
        "· claims of your department in seven days: ‹{count}›, ‹{amount}› in all",
    ),
    "digest_team_more": Text(
        "，比前七天的 ‹{before}› 多 ‹{gap}›",
        ", ‹{gap}› more than ‹{before}› in the seven days before",
    ),
    "digest_team_less": Text(
        "，比前七天的 ‹{before}› 少 ‹{gap}›",
        ", ‹{gap}› less than ‹{before}› in the seven days before",
    ),
    "digest_most": Text("· 主要是：‹{what}›", "· mostly: ‹{what}›"),
}


_KNOWN_AS: Mapping[str, str] = {
    "提醒": "催办",
    "催单": "催办",
    "催办提醒": "催办",
    "周报": "汇总",
    "每周汇总": "汇总",
    "预警": "预算",
    "预算预警": "预算",
    "草稿提醒": "草稿",
    "审批通知": "审批",
}
"""Other words for kinds."""


def row(code: str, language: Language, **fields: str) -> str:
    """Write one row of a list of these texts."""
    return _ROWS[code].fill(language, fields)


def switch_text(*, on: bool, language: Language, always: bool = False) -> str:
    """Say how a switch stands."""
    return _SWITCH["always" if always else "on" if on else "off"].plain(language)


def kind_named(word: str) -> str | None:
    """Find the kind of notice that a word of either language names."""
    wanted = word.strip().lower().removesuffix("通知")
    wanted = _KNOWN_AS.get(wanted, wanted)
    found = (k for k, t in KIND_NAMES.items() if wanted in {k, t.zh, t.en, t.en.removesuffix("s")})
    return next(found, None)
