"""What the REST API says about what went wrong: for programs, and for those who write them.

Ids stay ids here. What the chat says, too, stands with the chat's texts.
"""

from collections.abc import Mapping

from bot.texts import CATALOGUE, say
from bot.texts.plain import one_line
from bot.texts.template import Language, Text, Texts

PROBLEMS: Texts = {
    "unauthorized": Text(
        "没有令牌，或令牌不对：请带上 Authorization: Bearer 令牌，令牌在 chit.toml 的"
        " [[api.tokens]] 里。",
        "The token is missing or wrong: send Authorization: Bearer TOKEN, one of [[api.tokens]]"
        " in chit.toml.",
    ),
    "scope_missing": Text(
        "令牌‹ {token} ›没有权限范围‹ {scope}›：请管理员在 chit.toml 里加上。",
        "The token‹ {token} ›lacks the scope‹ {scope}›: let the administrator add it in chit.toml.",
    ),
    "too_many_wrong_tokens": Text(
        "这个地址连续用了太多错误的令牌，请‹ {seconds} ›秒后用正确的令牌再试。",
        "Too many wrong tokens in a row came from this address: use the right one, in"
        "‹ {seconds}› seconds.",
    ),
    "too_many_requests": Text(
        "这个令牌每分钟最多‹ {limit} ›次请求，请‹ {seconds} ›秒后再试。",
        "This token may ask‹ {limit} ›times a minute: try again in‹ {seconds}› seconds.",
    ),
    "idempotency_key_missing": Text(
        "请带上请求头 Idempotency-Key：自己取的文字，1 到‹ {limit} ›个可打印的 ASCII 字符。",
        "Send the header Idempotency-Key: a text of your own, 1 to‹ {limit} ›printable ASCII"
        " characters.",
    ),
    "idempotency_key_reused": Text(
        "这个 Idempotency-Key 已用于‹ {claim}›，内容不同：新建单据请换一个。",
        "This Idempotency-Key has led to‹ {claim} ›with another body: use a new one for a new"
        " claim.",
    ),
    "invalid_body": Text(
        "请求内容不对‹：{text}›。每一处见 errors。",
        "The body is wrong‹: {text}›. `errors` names every fault.",
    ),
    "invalid_amount": Text(
        "金额不对‹：{text}›。每一处见 errors。",
        "An amount is wrong‹: {text}›. `errors` names every fault.",
    ),
    "invalid_currency": Text(
        "currency 请从‹ {allowed} ›中选。", "`currency` is one of‹ {allowed}›."
    ),
    "invalid_state": Text("state 请从‹ {allowed} ›中选。", "`state` is one of‹ {allowed}›."),
    "invalid_limit": Text(
        "limit 请写 1 到‹ {maximum} ›的整数。", "`limit` is a number from 1 to‹ {maximum}›."
    ),
    "invalid_cursor": Text(
        "cursor 请用上一页的 next；从头开始就不写。",
        "`cursor` is the `next` of the page before; leave it out to begin anew.",
    ),
    "invalid_by": Text(
        "by 请从‹ {allowed} ›中选，各写一次，用逗号分开。",
        "`by` is one or more of‹ {allowed}›, each once, joined by commas.",
    ),
    "invalid_from": Text("from 请写月份，例如 2026-11。", "`from` is a month like 2026-11."),
    "invalid_to": Text("to 请写月份，例如 2026-11。", "`to` is a month like 2026-11."),
    "too_many_values": Text(
        "‹{name} ›最多写‹ {maximum} ›个。", "`‹{name}›` may be given‹ {maximum} ›times at most."
    ),
    "number_missing": Text(
        "请写要找的票号：?number=。", "Say which: ?number= and a printed number."
    ),
    "no_such_claim": Text("没有单据‹ {id}›。", "There is no claim‹ {id}›."),
    "no_such_budget": Text("没有预算‹ {id}›。", "There is no budget‹ {id}›."),
    "no_such_payment": Text("没有付款‹ {id}›。", "There is no payment‹ {id}›."),
    "no_rate": Text(
        "‹第 {line} 行：›公司没有‹ {date} 的›‹ {currency} ›汇率：请写 rate，"
        "或在公司文件的 currencies 里补上。",
        "‹Line {line}: ›the company has no rate‹ of {currency}›‹ for {date}›: give `rate`, or add"
        " one to `currencies` of the company file.",
    ),
    "wrong_state": Text(
        "‹{number} ›现在不能这样操作‹：它的状态是 {state}›。",
        "‹{number} ›cannot be dealt with like this now‹: its state is {state}›.",
    ),
    "invalid_text": Text(
        "地址里有 NUL 字符，请去掉。", "There is a NUL character in the address: leave it out."
    ),
    "not_found": Text(
        "没有这个地址，见 /api/openapi.json。", "There is no such address, see /api/openapi.json."
    ),
    "method_not_allowed": Text(
        "这个地址只接受‹ {allowed}›。", "This address takes‹ {allowed} ›only."
    ),
    "unsupported_media_type": Text(
        "请求内容是‹ {given}›，这里只收 JSON（UTF-8）：Content-Type: application/json。",
        "The body is‹ {given}›; only JSON in UTF-8 is taken: Content-Type: application/json.",
    ),
    "request_entity_too_large": Text(
        "请求内容超过‹ {maximum} ›MiB。", "The body is larger than‹ {maximum} ›MiB."
    ),
    "request_timeout": Text(
        "请求内容‹ {seconds} ›秒内没有收完，请再试。",
        "The body did not arrive within‹ {seconds} ›seconds: send it again.",
    ),
    "unavailable": Text(
        "现在连不上数据库，请稍后用同样的内容（和 Idempotency-Key）再试。",
        "The database cannot be reached now: send the same (with its Idempotency-Key) later.",
    ),
    "internal": Text(
        "服务出错，已记入日志：请把时间告诉管理员。",
        "Something failed here and is in the log: tell the administrator when it was.",
    ),
    "conflict": Text(
        "别人刚刚改过，请重新读取再试。",
        "Somebody else has changed it just now: read it and try again.",
    ),
    "refused": Text("请求看懂了，但不能这样做。", "The request was understood and is refused."),
    "outside": Text(
        "连接的系统没有完成，请稍后再试。", "A connected system has not done it: try again later."
    ),
}

FAULTS: Texts = {
    "missing": Text("缺少这一项", "it is missing"),
    "unknown_field": Text("没有这一项", "there is no such field"),
    "not_text": Text("请写文字（字符串）", "write a string"),
    "not_boolean": Text("请写 true 或 false", "write true or false"),
    "not_list": Text("请写列表", "write a list"),
    "not_object": Text("请写对象", "write an object"),
    "not_listed": Text("请从‹ {allowed} ›中选", "it is one of‹ {allowed}›"),
    "too_short": Text("至少要有‹ {limit} ›个", "it has‹ {limit} ›at least"),
    "too_long": Text("最多‹ {limit} ›个", "it has‹ {limit} ›at most"),
    "wrong_form": Text("格式不对", "it has another form"),
    "not_date": Text("请写日期，例如 2026-11-25", "write a date like 2026-11-25"),
    "not_json": Text("不是 JSON‹（{text}）›", "this is no JSON‹ ({text})›"),
    "not_utf8": Text("不是 UTF-8 文字", "this is no text in UTF-8"),
    "twice": Text("写了两次", "it stands there twice"),
    "not_amount": Text(
        '请写大于 0、最多‹ {digits} ›位小数的字符串，例如 "45.00"',
        'write a string above 0 with at most‹ {digits} ›decimals, like "45.00"',
    ),
    "too_large": Text("金额太大", "the amount is too large"),
    "not_rate": Text(
        '请写 1 单位外币折合多少元，例如 "7.1093"', 'write the yuan of one unit, like "7.1093"'
    ),
    "no_rate_in_yuan": Text("人民币没有汇率", "the yuan has no rate"),
    "ends_before": Text("结束早于开始", "it ends before it begins"),
    "wrong_kind": Text("‹{field} ›只用于‹ {kind}›", "`‹{field}›` is there for‹ {kind} ›only"),
    "invalid": Text("不对‹：{text}›", "it is wrong‹: {text}›"),
}
"""What is wrong with one field of a body."""


def problem_text(code: str, language: Language, fields: Mapping[str, str]) -> str:
    """Say what went wrong, why and what to do; what has no words of its own is just refused."""
    if code in PROBLEMS:
        return _filled(PROBLEMS[code], language, fields)
    if code in CATALOGUE:
        return say(code, language, fields)
    return PROBLEMS["refused"].plain(language)


def fault_text(code: str, language: Language, fields: Mapping[str, str]) -> str:
    """Say what is wrong with a field; KeyError when its code has no text."""
    text = _filled(FAULTS[code], language, fields)
    return text[:1].lower() + text[1:] if language == "en" else text


def _filled(text: Text, language: Language, fields: Mapping[str, str]) -> str:
    return text.fill(language, {name: one_line(value, 500) for name, value in fields.items()})
