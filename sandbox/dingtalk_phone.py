"""What a person does in DingTalk: writes, sends pictures and files, presses a card's buttons."""

import asyncio
import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping

import structlog

from sandbox.background import Background
from sandbox.config import BUILT_IN_TEMPLATES, SandboxConfig, SandboxPerson
from sandbox.dingtalk_api import DingTalkApi
from sandbox.dingtalk_cards import Button, CardInstance, DingTalkCards, find_buttons
from sandbox.dingtalk_errors import NewApiRefused
from sandbox.dingtalk_stream import BOT_TOPIC, CARD_TOPIC, Ack, DingTalkStream
from sandbox.page_errors import PageRefused
from sandbox.wire import Vault, child, sniff_image
from sandbox.world import CardView, Item, JsonObject, World

log = structlog.get_logger(__name__)

OK = 200
FAILED = "操作失败，请稍后重试 · Failed, please try again later"
"""What the phone shows when the bot gave no usable answer to a click within two seconds."""


class DingTalkPhone:
    """The hands of the people who have DingTalk."""

    def __init__(
        self,
        config: SandboxConfig,
        world: World,
        api: DingTalkApi,
        stream: DingTalkStream,
        cards: DingTalkCards,
        background: Background,
        gallery: Vault,
    ) -> None:
        self._config = config
        self._world = world
        self._api = api
        self._stream = stream
        self._cards = cards
        self._background = background
        self._gallery = gallery

    def write(
        self, person: SandboxPerson, text: str, repeat: int, *, group: str = "", quote: str = ""
    ) -> str:
        """Send words; `repeat` deliveries carry the same msgId. Gives that id.

        In a group the mention is cut out and its space stays. What lies inside a quote is assumed:
        only the names of the two outer fields have been seen.
        """
        said: JsonObject = {"content": f" {text}" if group else text}
        if quote:
            said |= {"isReplyMsg": True, "repliedMsg": {"content": {"text": quote}}}
        content: JsonObject = {"msgtype": "text", "text": said}
        return self._say(person, content, self._own("text", text=text), repeat, group)

    def speak(self, person: SandboxPerson, text: str) -> str:
        """Send a voice message, as the platform hears it; only in a chat with the bot alone."""
        code = self._api.codes.put(b"#!AMR", "voice.amr")
        heard: JsonObject = {"duration": 2000, "downloadCode": code, "recognition": text}
        content: JsonObject = {"msgtype": "audio", "content": heard}
        return self._say(person, content, self._own("text", text=text), 1)

    def attach(
        self, person: SandboxPerson, data: bytes, name: str, text: str, group: str = ""
    ) -> str:
        """Send a picture (with words: a richText) or any other file. Gives the msgId.

        Files never reach a bot in a group.
        """
        if group and sniff_image(data) is None:
            raise PageRefused("group_no_files", "群里的文件机器人收不到 · No files in groups")
        url = f"/sandbox/media/{self._gallery.put(data, name)}"
        code = self._api.codes.put(data, name)
        if sniff_image(data) is None:
            item = self._own("file", name=name, url=url)
            return self._say(person, _file(code, name), item, 1)
        item = self._own("image", text=text, name=name, url=url)
        content = _rich(code, text) if text else _picture(code)
        return self._say(person, content, item, 1, group)

    async def click(
        self,
        person: SandboxPerson,
        card: str,
        action: str,
        *,
        token: str | None,
        inputs: Mapping[str, str],
        repeat: int,
        force: bool,
        group: str = "",
    ) -> list[JsonObject | None]:
        """Press a button; gives the bot's answers, None for each that failed or came too late.

        In a `group` it is a card that whoever has it has forwarded there.
        """
        instance = self._cards.get(card)
        holder = next(iter(instance.users), "") if instance and group else person.dingtalk
        view = self._world.phone("dingtalk", holder).card(card)
        if view is None or instance is None:
            raise PageRefused("card_unknown", "没有这张卡片 · There is no such card")
        button = _find_button(view, action, token, force=force)
        # The built-in card has no input fields; a form never overrides a button's constants.
        params = {**inputs, **button.params} if button.params else {}
        content: JsonObject = {"cardPrivateData": {"actionIds": [action], "params": params}}
        presses = (self._press(instance, view, person, content, group) for _ in range(repeat))
        return list(await asyncio.gather(*presses))

    async def _press(
        self,
        instance: CardInstance,
        view: CardView,
        person: SandboxPerson,
        content: JsonObject,
        group: str = "",
    ) -> JsonObject | None:
        data: JsonObject = {
            "type": "actionCallback",
            "outTrackId": instance.id,
            "corpId": self._config.dingtalk.corp_id,
            "userId": person.dingtalk,
            "userIdType": 1,
            "spaceType": "IM_GROUP" if group else "IM_ROBOT",
            "spaceId": group or person.dingtalk,
            "extension": "{}",
            "content": json.dumps(content, ensure_ascii=False),
        }
        limit_s = self._config.timing.dingtalk_click_s
        # Without callbackType STREAM no click reaches the socket, whatever the console says.
        ack = (
            await self._stream.push(CARD_TOPIC, lambda _base: data, limit_s)
            if instance.stream
            else None
        )
        response = self._apply(instance, person.dingtalk, ack)
        view.notice = FAILED if response is None else ""
        self._world.touch("dingtalk", person.dingtalk)
        return response

    def _apply(self, instance: CardInstance, user: str, ack: Ack | None) -> JsonObject | None:
        if ack is None or ack.code != OK:
            return None
        response = child(ack.data, "response")
        try:
            self._cards.answer(instance, user, response)
        except NewApiRefused as refusal:
            self._world.note("dingtalk", "out", "click answer", refusal.message)
            return None
        return response

    def _own(self, kind: str, *, text: str = "", name: str = "", url: str = "") -> Item:
        item = Item("msg" + secrets.token_urlsafe(16), self._world.clock(), "user", "text")
        item.kind = "image" if kind == "image" else "file" if kind == "file" else "text"
        item.text, item.name, item.url = text, name, url
        return item

    def _say(
        self, person: SandboxPerson, content: JsonObject, item: Item, repeat: int, group: str = ""
    ) -> str:
        if not group:
            self._world.show("dingtalk", person.dingtalk, item)
        place: JsonObject = (
            {"conversationType": "2", "conversationId": group, "isInAtList": True} if group else {}
        )
        message = {**self._envelope(person, item), **place, **content}
        session = self._api.open_session(person.dingtalk)
        for _ in range(repeat):
            self._background.spawn(self._deliver(message, session))
        return item.id

    async def _deliver(self, message: JsonObject, session: str) -> None:
        """Push a message, and once more when no ack came: seen in the field, not documented."""

        def build(base: str) -> JsonObject:
            url = f"{base}/dingtalk-oapi/robot/sendBySession?session={session}"
            return {**message, "sessionWebhook": url}

        loop = asyncio.get_running_loop()
        wait_s = self._config.timing.dingtalk_redeliver_s
        again_at = loop.time() + wait_s
        if await self._stream.push(BOT_TOPIC, build, wait_s) is not None:
            return
        await asyncio.sleep(again_at - loop.time())
        if await self._stream.push(BOT_TOPIC, build, wait_s) is None:
            log.warning("message_never_acknowledged", message=message["msgId"])

    def _envelope(self, person: SandboxPerson, item: Item) -> JsonObject:
        tenant, created_ms = self._config.dingtalk, round(item.at * 1000)
        life_ms = round(self._config.timing.dingtalk_session_s * 1000)
        return {
            "senderPlatform": "iOS",
            "conversationId": f"cid{_opaque(person.dingtalk)}==",
            "conversationType": "1",
            "chatbotCorpId": tenant.corp_id,
            "chatbotUserId": f"$:LWCP_v1:${_opaque(tenant.robot_code)}",
            "robotCode": tenant.robot_code,
            "msgId": item.id,
            "createAt": created_ms,
            "senderNick": person.name,
            "isAdmin": False,
            "senderId": f"$:LWCP_v1:${_opaque(person.dingtalk)}",
            "senderStaffId": person.dingtalk,
            "senderCorpId": tenant.corp_id,
            "sessionWebhookExpiredTime": created_ms + life_ms,
        }


def _find_button(view: CardView, action: str, token: str | None, *, force: bool) -> Button:
    for button in find_buttons(view.body):
        if button.id == action and token in {None, button.params.get("token")}:
            return button
    if not force:
        raise PageRefused("no_such_button", "卡片上没有这个按钮 · The card has no such button")
    built_in = view.body.get("cardTemplateId") in BUILT_IN_TEMPLATES
    return Button(action, {} if built_in else {"action": action, "token": token or ""})


def _picture(code: str) -> JsonObject:
    return {"msgtype": "picture", "content": {"downloadCode": code, "pictureDownloadCode": code}}


def _rich(code: str, text: str) -> JsonObject:
    parts = [{"text": text}, {"type": "picture", "downloadCode": code}]
    return {"msgtype": "richText", "content": {"richText": parts}}


def _file(code: str, name: str) -> JsonObject:
    ids = {"fileId": str(uuid.uuid4().int)[:12], "spaceId": "25000000001"}
    return {"msgtype": "file", "content": {"downloadCode": code, "fileName": name, **ids}}


def _opaque(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
