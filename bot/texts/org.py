"""What is said about address books: what was refused, what must be decided, what to do."""

from bot.texts.template import Language, Text, Texts
from core.directory import Clash
from core.errors import ChitError

TEXTS: Texts = {
    "org_empty": Text(
        "通讯录同步未执行：拉取到的通讯录为空，或会停用所有人。请检查应用的可见范围。",
        "The address book was not put in force: it was empty, or nobody would be left. "
        "Check what the application may see.",
    ),
    "org_leavers": Text(
        "通讯录同步未执行：将被停用的人太多‹（{of} 人中的 {count} 人，超过 {percent}%）›。"
        "请检查应用的可见范围；确认无误后执行 chit sync org --force。",
        "The address book was not put in force: too many people would leave"
        "‹ ({count} of {of}, more than {percent}%)›. Check what the application may see; "
        "if it is right, run chit sync org --force.",
    ),
}

CLASHES: Texts = {
    "same_name": Text(
        "同名未合并：‹{subject}› 与 ‹{other}› 同名。是同一人就在 company.yaml 的 ‹{other}› 写上"
        "该账号，不是就把他单独列一行并写上账号；或设置 [org] match",
        "same name, not joined: ‹{subject}› is called like ‹{other}›. Write the user id at "
        "‹{other}› in company.yaml if they are one person, at a row of its own "
        "if not; or set [org] match",
    ),
    "namesake_left": Text(
        "新增的 ‹{subject}› 与已离职的 ‹{other}› 同名，已作为另一人新增",
        "‹{subject}› is called like ‹{other}›, who has left; added as somebody else",
    ),
    "key_twice": Text(
        "‹{subject}› 的匹配键对应多人，未合并也未新增",
        "the key of ‹{subject}› belongs to several people; neither joined nor added",
    ),
    "manager_unseen": Text(
        "‹{subject}› 的直属主管‹ {other}› 不在可见范围内，已按部门主管处理",
        "the manager‹ {other}› of ‹{subject}› cannot be seen; whoever leads above counts",
    ),
    "manager_loop": Text(
        "‹{subject}› 的直属主管成环，已置空", "the managers of ‹{subject}› form a loop; set to none"
    ),
    "department_loop": Text(
        "部门 ‹{subject}› 的上级成环，未同步", "the parents of ‹{subject}› form a loop; left out"
    ),
    "department_gone": Text(
        "通讯录已删除部门 ‹{subject}›‹（{other}）›，但预算、流程、科目或人员仍在使用，已保留",
        "‹{subject}›‹ ({other})› is gone from the address book, but budgets, flows, accounts or "
        "people still need it; kept",
    ),
    "department_unknown": Text(
        "[org] companies 中的部门 ‹{subject}› 不存在",
        "[org] companies: there is no department ‹{subject}›",
    ),
    "entity_unknown": Text(
        "[org] companies 中 ‹{subject}› 对应的公司 ‹{other}› 不存在",
        "[org] companies: there is no company ‹{other}› for ‹{subject}›",
    ),
}

_AWAY = Text(
    "对方没有应答、应答不完整或太忙，什么都没有改动；请稍后再试",
    "it did not answer, not wholly, or is too busy; nothing was changed; try again later",
)
_KEY = Text(
    "对方不认这个账号，或账号没有这个接口的权限：核对 chit.toml 里这个连接的账号和密码",
    "it does not know the account, or that may not call this: check the account in chit.toml",
)

FAULTS: Texts = {
    **dict.fromkeys(
        ("unreachable", "answer_lost", "not_answered", "server_fault", "garbled", "busy"), _AWAY
    ),
    **dict.fromkeys(("forbidden", "token_not_given"), _KEY),
    "directory_denied": Text(
        "应用没有通讯录权限：钉钉开通「通讯录部门信息读权限」「成员信息读权限」，企业微信设置应用可见范围",
        "the application may not read the address book: grant its permissions in DingTalk's "
        "console, or set what the application may see in WeCom's",
    ),
    "directory_address": Text(
        "服务器的出口 IP 不在钉钉应用的白名单中",
        "the address of this server is not on the list of DingTalk's application",
    ),
    "wecom_ip_not_allowed": Text(
        "服务器的出口 IP 不在企业微信应用的「企业可信 IP」中",
        "the address of this server is not among the trusted ones of WeCom's application",
    ),
    "directory_answer": Text(
        "通讯录接口的应答不完整，什么都没有改动；请稍后再试",
        "an answer of the address book was not whole; try again later",
    ),
}


def clash_text(clash: Clash, language: Language) -> str:
    """Write what a person must decide."""
    return CLASHES[clash.code].fill(language, {"subject": clash.subject, "other": clash.other})


def fault_text(error: ChitError) -> str:
    """Write why nothing was pulled, and what to do; the plain code where nothing is known."""
    text = FAULTS.get(error.code)
    return f"{text.zh} · {text.en}" if text else str(error)
