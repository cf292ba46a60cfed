"""Texts on connected systems: their names, what they decided, what they could not do."""

from bot.texts.template import Language, Text, Texts

SYSTEMS: Texts = {
    "hose": Text("合思", "Hose"),
    "weaver": Text("泛微 OA", "Weaver OA"),
    "seeyon": Text("致远 OA", "Seeyon OA"),
    "landray": Text("蓝凌 OA", "Landray OA"),
    "dingtalk_oa": Text("钉钉审批", "DingTalk approval"),
    "wecom_oa": Text("企业微信审批", "WeCom approval"),
    "kingdee": Text("金蝶", "Kingdee"),
    "yonyou": Text("用友", "Yonyou"),
    "sap_b1": Text("SAP", "SAP"),
    "erpnext": Text("ERPNext", "ERPNext"),
    "odoo": Text("Odoo", "Odoo"),
    "filedrop": Text("文件交换", "file drop"),
    "webhook": Text("外部系统", "webhook"),
}
"""How people know the kinds of systems; another name stands for itself."""

TEXTS: Texts = {
    "outside_approved": Text("‹{system} ›已通过", "approved‹ in {system}›"),
    "outside_rejected": Text("‹{system} ›审批未通过", "rejected‹ in {system}›"),
    "outside_returned": Text("‹{system} ›退回修改", "sent back‹ by {system}›"),
    "outside_withdrawn": Text("流程已在‹ {system} ›中撤回", "withdrawn‹ in {system}›"),
    "outside_void": Text("流程已在‹ {system} ›中作废或删除", "deleted‹ in {system}›"),
    "outside_waiting": Text("‹{system} ›审批中", "under way‹ in {system}›"),
    "process_dropped": Text(
        "‹{system} ›的流程未能发起，请联系管理员后重新提交",
        "the process‹ in {system}› could not be begun; ask the administrator, then submit again",
    ),
    "withdrawn_outside": Text(
        "‹{number} ›的审批流程已在外部系统中撤回‹：{reason}›。占用的预算已释放，"
        "修改后可以重新提交。",
        "The process of ‹{number} ›was withdrawn in the outside system‹: {reason}›. Its budget is"
        " free again; change it and submit it again.",
    ),
    "voided_outside": Text(
        "‹{number} ›的审批流程已在外部系统中作废或删除‹：{reason}›，单据随之作废，"
        "占用的预算已释放。",
        "The process of ‹{number} ›was deleted in the outside system‹: {reason}›. The claim is void"
        " and its budget is free again.",
    ),
    "system_refused": Text(
        "‹{system} ›没有接受‹ {number} ›的数据‹：{reason}›。请检查连接和字段映射，然后运行"
        " chit stuck retry‹ {number}›。",
        "‹{system} ›did not accept ‹{number}›‹: {reason}›. Check the connection and the mapping,"
        " then run chit stuck retry‹ {number}›.",
    ),
    "system_unknown": Text(
        "发给‹ {system} ›的‹ {number} ›没有收到回应，不确定对方是否已收到，为避免重复没有再发。"
        "请到对方系统核对，然后运行 chit stuck retry‹ {number}› 重发，或 chit stuck drop‹ {number}›"
        " 放弃。",
        "No answer came from ‹{system} ›about ‹{number}›: nobody knows whether it arrived, so it"
        " was not sent again. Look there, then run chit stuck retry‹ {number}› or"
        " chit stuck drop‹ {number}›.",
    ),
    "system_gone": Text(
        "‹{system} ›回答「不再接收」（410），事件推送已停止。之后的事件都留着，不会丢。对方恢复后"
        "运行 chit webhook test‹ {system}›，停着的会按顺序补发；不再需要，就从 chit.toml 里删掉"
        "这个连接。",
        "‹{system} ›answered that it wants no more (410): it is told of no events. All that happen"
        " from now on are kept. Once it is back, run chit webhook test‹ {system}›, and they are"
        " sent in order; if it is not wanted any more, take it out of chit.toml.",
    ),
    "system_failing": Text(
        "‹{system} ›半个多小时没有收下事件推送‹：{reason}›。会继续重试三天，事件不会丢。对方恢复后"
        "可以运行 chit webhook test‹ {system}›，马上补发。",
        "‹{system} ›has taken no event for more than half an hour‹: {reason}›. It is tried for"
        " three days, and no event is lost. Once it is back, chit webhook test‹ {system}› sends"
        " them at once.",
    ),
    "system_unsent": Text(
        "‹{number} ›的事件十次都没有送到‹ {system}›‹：{reason}›，不再重试。对方恢复后运行"
        " chit webhook test‹ {system}›，没送到的会全部补发。",
        "An event of ‹{number} ›did not reach ‹{system} ›at any of ten attempts‹: {reason}›, and is"
        " tried no more. Once it is back, chit webhook test‹ {system}› sends all that is left.",
    ),
    "centre_title": Text("‹{name}的{kind}›", "‹{name}'s {kind}›"),
    "todo_there": Text("待审批：‹{name}的{kind}›", "To approve: ‹{name}'s {kind}›"),
    "voucher_not_posted_refused": Text(
        "单据‹ {number} ›的凭证‹ {voucher} ›没有记进‹ {system}›‹：{reason}›。改好之后运行"
        " chit stuck retry‹ {number}›；要改用文件导入，先运行 chit stuck drop‹ {number}›。",
        "‹{system} ›did not take voucher‹ {voucher}› of ‹{number}›‹: {reason}›. Put it right, then"
        " run chit stuck retry‹ {number}›; to import it by file, run chit stuck drop‹ {number}›"
        " first.",
    ),
    "voucher_not_posted_unfinished": Text(
        "单据‹ {number} ›的凭证‹ {voucher} ›已经保存在‹ {system}›，但后一步没有通过‹：{reason}›。"
        "改好之后运行 chit stuck retry‹ {number}›，会从那一步接着做，不会再建一张。"
        "不要用文件再导入；确实要改用文件，先在那边删除它，再运行 chit stuck drop‹ {number}›。",
        "Voucher‹ {voucher}› of ‹{number} ›is saved in ‹{system}›, but a later step was refused"
        "‹: {reason}›. Put it right, then run chit stuck retry‹ {number}›: it goes on from there"
        " and makes no second one. Import no file of it; to do so after all, delete it there first,"
        " then run chit stuck drop‹ {number}›.",
    ),
    "voucher_not_posted_failing": Text(
        "凭证暂时记不进‹ {system}›‹：{reason}›。都留着，会一直重试，不会重复。请核对 chit.toml 里的"
        "账号、对方的权限和网络；恢复后运行 chit vouchers export --format 连接名 --out -，"
        "马上补记。",
        "Vouchers cannot be posted to ‹{system} ›for now‹: {reason}›. They are kept and tried again"
        " and again, never twice over. Check the credentials in chit.toml, our rights there and the"
        " network; then “chit vouchers export --format NAME --out -” posts them at once.",
    ),
    "voucher_not_posted_unknown": Text(
        "单据‹ {number} ›的凭证‹ {voucher} ›发给‹ {system} ›之后没有收到回应，不确定是否已经入账，"
        "为避免重复没有再发。请到账上核对，再运行 chit stuck retry‹ {number}›（已有的加 --found"
        " 凭证号）。",
        "No answer came from ‹{system} ›about voucher‹ {voucher}› of ‹{number}›: nobody knows"
        " whether it is in the books, so it was not sent again. Look there, then run"
        " chit stuck retry‹ {number}› (with --found and its number if it is there).",
    ),
    "not_stuck": Text(
        "‹{number} ›没有卡住的事项。运行 chit stuck list 查看。",
        "Nothing of ‹{number} ›is stuck. See chit stuck list.",
    ),
    "no_system": Text(
        "审批流里的系统‹「{system}」›没有在 chit.toml 里连接，单据没有提交，请联系管理员。",
        "The flow wants ‹“{system}”›, which is not connected in chit.toml. The claim was not"
        " submitted; please tell the administrator.",
    ),
    "ref_taken": Text(
        "‹{system} ›给出的单号已经属于另一张单据，请联系管理员核对。",
        "‹{system} ›gave a number that belongs to another document already; please ask the"
        " administrator to look.",
    ),
    "request_left": Text(
        "‹{system} ›批准的申请‹ {number} ›没有建立报销草稿：名单里没有‹「{reason}」›这个人。"
        "请在字段映射的 staff 表里补上。",
        "The request ‹{number} ›that was approved in ‹{system} ›has no draft here: nobody is known"
        " as ‹“{reason}”›. Add the person to the table staff of the mapping.",
    ),
    "process_goes_on": Text(
        "‹{number} ›已在小票中撤回，但‹ {system} ›里的流程还在‹：{reason}›。"
        "它的结果不再影响这张单据。",
        "‹{number} ›was withdrawn here, but its process in ‹{system} ›goes on‹: {reason}›. Whatever"
        " is decided there no longer counts for it.",
    ),
    "process_stuck": Text(
        "‹{number} ›还没有送达‹ {system}›，已通知管理员处理。你不需要重复提交。",
        "‹{number} ›has not reached ‹{system} ›yet; the administrator has been told. You need not"
        " submit it again.",
    ),
}


REASONS: Texts = {
    "unreachable": Text("连不上对方", "it cannot be reached"),
    "unreachable:ClientConnectorDNSError": Text(
        "域名查不到，请检查地址", "its name is not known: look at the address"
    ),
    "unreachable:ClientConnectorCertificateError": Text(
        "对方的证书不被信任，请换有效的证书，或把签发机构加到本机",
        "its certificate is not trusted: use a valid one, or trust its issuer on this machine",
    ),
    "unreachable:ClientConnectorSSLError": Text(
        "TLS 没有谈成，请检查是 https 还是 http",
        "TLS failed: look whether it speaks https or http",
    ),
    "unreachable:ConnectionTimeoutError": Text(
        "连接超时，请检查防火墙", "no connection in time: look at the firewall"
    ),
    "answer_lost": Text("没有等到对方回应", "no answer came from it"),
    "answer_lost:TimeoutError": Text("对方没有及时回应", "it did not answer in time"),
    "answer_lost:ServerDisconnectedError": Text(
        "对方没有回应就断开了", "it hung up without an answer"
    ),
    "busy": Text("对方太忙", "it is too busy"),
    "server_fault": Text("对方内部出错", "it had a fault of its own"),
    "redirected": Text(
        "对方要转到别的地址，请直接填最终的地址", "it points elsewhere: give the final address"
    ),
    "not_taken": Text("对方没有收下", "it did not take it"),
    "forbidden": Text(
        "对方不认我们的账号，或权限不够", "it does not take our credentials or rights"
    ),
    "not_logged_in": Text("对方不认我们的账号", "it does not take our credentials"),
    "session_refused": Text(
        "登录之后对方仍不认", "it does not know a session that it has just given"
    ),
    "token_refused": Text("对方不认刚给的令牌", "it does not take a token that it has just given"),
    "garbled": Text("对方的回应看不懂", "its answer cannot be read"),
    "gone": Text("对方说不再接收（410）", "it wants no more (410)"),
}
"""Why something did not reach a system; its own words stand for themselves."""


def reason_text(said: str, language: Language) -> str:
    """Say why, by a code and what was seen (`not_taken:404`), or in the words of the system."""
    code, _, seen = said.partition(":")
    text = REASONS.get(said) or REASONS.get(code)
    if text is None:
        return said
    status = f" (HTTP {seen})" if seen.isdecimal() else ""
    return text.plain(language) + status


def system_name(name: str, language: Language) -> str:
    """Name a connected system for people."""
    text = SYSTEMS.get(name)
    return text.plain(language) if text else name
