"""The first settings: at most eight questions, and a commented chit.toml from the answers."""

import json
import os
import re
import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ADDRESS

_KEY_CHARS = string.ascii_letters + string.digits
_MESSENGERS = {"1": ("dingtalk",), "2": ("wecom",), "3": ("dingtalk", "wecom")}


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `key` is where its answer belongs."""

    key: str
    zh: str
    en: str
    default: str | None = None
    secret: bool = False
    form: str = r".+"
    """What an answer must look like; one that does not is asked for again."""


FIRST = Question(
    "messengers",
    "用哪个平台？1 钉钉，2 企业微信，3 都用",
    "which messenger? 1 DingTalk, 2 WeCom, 3 both",
    "1",
)
COMMON = (
    Question(
        "server.public_url",
        "大家打开网页用的地址，如 https://chit.example.com",
        "the address under which people reach the pages",
        "",
        form=rf"|{ADDRESS}",
    ),
    Question(
        "database.url",
        "数据库",
        "the database",
        "sqlite+aiosqlite:///data/chit.db",
        form=r"(sqlite\+aiosqlite:///|postgresql\+asyncpg://)\S+",
    ),
)
DINGTALK = (
    Question("dingtalk.client_id", "钉钉应用的 Client ID（AppKey）", "DingTalk's Client ID"),
    Question(
        "dingtalk.client_secret", "钉钉应用的 Client Secret", "DingTalk's secret", secret=True
    ),
)
WECOM = (
    Question("wecom.corp_id", "企业微信的企业 ID", "WeCom's corp id"),
    Question(
        "wecom.agent_id",
        "自建应用的 AgentId（数字）",
        "the application's AgentId",
        form=r"[0-9]{1,12}",
    ),
    Question("wecom.secret", "自建应用的 Secret", "the application's secret", secret=True),
)


def questions_for(answers: Mapping[str, str]) -> Iterator[Question]:
    """Give the questions that are still open; which ones depends on the first answer."""
    chosen = _MESSENGERS.get(answers.get("messengers", ""))
    if chosen is None:
        yield FIRST
        return
    asked = [
        *COMMON,
        *(DINGTALK if "dingtalk" in chosen else ()),
        *(WECOM if "wecom" in chosen else ()),
    ]
    yield from (q for q in asked if not _is_answered(q, answers))


def _is_answered(question: Question, answers: Mapping[str, str]) -> bool:
    answer = answers.get(question.key)
    return answer is not None and re.fullmatch(question.form, answer) is not None


def write_settings(path: Path, answers: Mapping[str, str]) -> None:
    """Write a new chit.toml that only its owner can read; FileExistsError when there is one."""
    text = settings_text(answers, _random(32), _random(43))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _random(chars: int) -> str:
    return "".join(secrets.choice(_KEY_CHARS) for _ in range(chars))


def settings_text(answers: Mapping[str, str], token: str, aes_key: str) -> str:
    """Write the settings; `token` and `aes_key` are for WeCom's callback."""
    chosen = _MESSENGERS[answers["messengers"]]

    def said(key: str) -> str:
        return json.dumps(answers.get(key, ""), ensure_ascii=False)

    parts = [
        "# Chit（小票）的配置 · settings. 检查 · check: chit doctor",
        "",
        "[server]",
        "port = 8000",
        "# 卡片里的链接和企业微信的回调用这个地址 · links in cards and WeCom's callback use it",
        f"public_url = {said('server.public_url')}",
        "",
        "[database]",
        "# 多台机器用 · for several machines: postgresql+asyncpg://chit:…@db/chit",
        f"url = {said('database.url')}",
        "",
        "[files]",
        "# 原件，按原样保存 · the originals, as received",
        'url = "file:data/files"',
    ]
    if "dingtalk" in chosen:
        parts += [
            "",
            "[dingtalk]",
            "enabled = true",
            f"client_id = {said('dingtalk.client_id')}",
            f"client_secret = {said('dingtalk.client_secret')}",
            "# 填上后只接受本组织的消息 · with it, only messages of this organisation count",
            'corp_id = ""',
            "# 导入 bot/cards/templates 里的模板后填它的 id · the imported template's id",
            'card_template_id = ""',
        ]
    if "wecom" in chosen:
        parts += [
            "",
            "[wecom]",
            "enabled = true",
            f"corp_id = {said('wecom.corp_id')}",
            f"agent_id = {answers['wecom.agent_id']}",
            f"secret = {said('wecom.secret')}",
            "# 把下面两个填到「接收消息」页面，URL 填 public_url 加 /wecom/callback",
            "# enter these two on the page for receiving messages, with public_url/wecom/callback",
            f'token = "{token}"',
            f'encoding_aes_key = "{aes_key}"',
        ]
    parts += [
        "",
        "[budget]",
        "# 何时核销预算 · when a budget is spent: approved | paid",
        'consume_on = "approved"',
        "# 没有预算的明细 · lines that no budget binds: allow | warn | block",
        'unmatched = "allow"',
        "",
        "[schedule]",
        'timezone = "Asia/Shanghai"',
    ]
    return "\n".join(parts) + "\n"
