"""What WeCom tests send, and how they open what arrives."""

import asyncio

import xmltodict
from sandbox_support import AES_KEY, Bot, Caller, Json
from wechatpy.enterprise.crypto import WeChatCrypto

from sandbox.server import RunningSandbox

CRYPTO = WeChatCrypto("simToken2024", AES_KEY, "wwsimcorp000000001")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
ZHANG = {"platform": "wecom", "user": "ZhangSan"}
WANG = {"platform": "wecom", "user": "WangFang"}


def message(**changes: object) -> Json:
    body: Json = {
        "touser": "WangFang",
        "msgtype": "text",
        "agentid": 1000002,
        "text": {"content": "您好"},
    }
    return body | changes


def template(**changes: object) -> Json:
    card: Json = {
        "card_type": "button_interaction",
        "main_title": {"title": "差旅报销 ¥1,280.00"},
        "horizontal_content_list": [{"keyname": "申请人", "value": "张三"}],
        "button_selection": {
            "question_key": "reason",
            "title": "驳回原因",
            "option_list": [{"id": "r1", "text": "超标准"}, {"id": "r2", "text": "票据不符"}],
        },
        "task_id": "exp-1",
        "button_list": [
            {"text": "同意", "style": 1, "key": "approve~BX~1~0"},
            {"text": "驳回", "style": 2, "key": "reject~BX~1~0"},
        ],
    }
    return card | changes


def card(**changes: object) -> Json:
    return message(msgtype="template_card", template_card=template(**changes))


def update(code: str, users: object = None, **changes: object) -> Json:
    body: Json = {
        "userids": users or ["WangFang"],
        "agentid": 1000002,
        "response_code": code,
        "button": {"replace_name": "已同意"},
    }
    return body | changes


def opened(bot: Bot, index: int = -1) -> Json:
    query, body = bot.received[index]
    plain = CRYPTO.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
    return xmltodict.parse(plain)["xml"]


async def arrived(bot: Bot, sandbox: RunningSandbox, count: int) -> None:
    with sandbox.world.listen() as listener:
        while len(bot.received) < count:
            await asyncio.wait_for(listener.get(), 10)


async def wecom_card(caller: Caller, user: str) -> Json:
    return (await caller.items("wecom", user))[-1]["card"]
