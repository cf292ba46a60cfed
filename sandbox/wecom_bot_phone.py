"""What a person does in a chat with the 智能机器人: enters, writes, sends files, presses."""

import secrets
from collections.abc import Mapping

from sandbox.config import SandboxPerson
from sandbox.page_errors import PageRefused
from sandbox.wecom_bot import WeComBot
from sandbox.wecom_bot_files import BotFiles
from sandbox.wecom_phone import check_press, choices
from sandbox.wire import Vault, sniff_image, string
from sandbox.world import CardView, Item, JsonObject, Kind, World


class WeComBotPhone:
    """The hands of the people who have WeCom, in their chats with the bot."""

    def __init__(
        self,
        world: World,
        bot: WeComBot,
        files: BotFiles,
        gallery: Vault,
    ) -> None:
        self._world = world
        self.bot = bot
        self._files = files
        self._gallery = gallery

    async def write(
        self, person: SandboxPerson, text: str, repeat: int, group: str = "", quote: str = ""
    ) -> str:
        """Send words, in a group with the bot's mention; `repeat` deliveries have one msgid.

        What lies inside a quote is assumed to be a message like any other.
        """
        said = f"@{self.bot.tenant.name} {text}" if group else text
        if not group:
            self._show(person, "text", text)
        body: JsonObject = {"msgtype": "text", "text": {"content": said}}
        if quote:
            body["quote"] = {"msgtype": "text", "text": {"content": quote}}
        return await self._push(person, body, repeat, group)

    async def speak(self, person: SandboxPerson, text: str) -> str:
        """Send a voice message, as the platform hears it; only in a chat with the bot alone."""
        self._show(person, "text", text)
        return await self._push(person, {"msgtype": "voice", "voice": {"content": text}}, 1)

    async def attach(
        self, person: SandboxPerson, data: bytes, name: str, base: str, group: str = ""
    ) -> str:
        """Send a picture or any other file; in a group only a picture beside the mention.

        Gives the msgid.
        """
        kind: Kind = "image" if sniff_image(data) else "file"
        if group:
            return await self._attach_in_group(person, kind, data, name, base, group)
        url = f"/sandbox/media/{self._gallery.put(data, name)}"
        self._show(person, kind, "", name, url)
        sent = self._files.put(data, name, self.bot.base or base)
        return await self._push(person, {"msgtype": kind, kind: sent}, 1)

    async def _attach_in_group(
        self, person: SandboxPerson, kind: Kind, data: bytes, name: str, base: str, group: str
    ) -> str:
        if kind != "image":
            raise PageRefused("group_no_files", "群里的文件机器人收不到 · No files in groups")
        mention: JsonObject = {"msgtype": "text", "text": {"content": f"@{self.bot.tenant.name}"}}
        sent = self._files.put(data, name, self.bot.base or base)
        items = [mention, {"msgtype": "image", "image": sent}]
        return await self._push(
            person, {"msgtype": "mixed", "mixed": {"msg_item": items}}, 1, group
        )

    async def enter(self, person: SandboxPerson) -> str:
        """Open the chat for the first time of a day. Gives the msgid."""
        body: JsonObject = {"msgtype": "event", "event": {"eventtype": "enter_chat"}}
        return await self.bot.push(person.wecom, body, kind="enter")

    async def click(
        self,
        person: SandboxPerson,
        card: str,
        key: str,
        *,
        inputs: Mapping[str, str],
        repeat: int,
        force: bool,
    ) -> list[str]:
        """Press a button; each press is an event of its own. Gives the msgids."""
        view = self._world.phone("wecom_bot", person.wecom).card(card)
        if view is None:
            raise PageRefused("card_unknown", "没有这张卡片 · There is no such card")
        if not force:
            check_press(view, key)
        press = _press(view, key, inputs)
        body: JsonObject = {"msgtype": "event", "event": press}
        return [
            await self.bot.push(person.wecom, body, kind="click", card=card) for _ in range(repeat)
        ]

    async def _push(
        self, person: SandboxPerson, body: JsonObject, repeat: int, group: str = ""
    ) -> str:
        msgid = await self.bot.push(person.wecom, body, chat=group)
        for _ in range(repeat - 1):
            await self.bot.push(person.wecom, body, chat=group, msgid=msgid)
        return msgid

    def _show(
        self, person: SandboxPerson, kind: Kind, text: str, name: str = "", url: str = ""
    ) -> None:
        number = secrets.token_urlsafe(12)
        item = Item(number, self._world.clock(), "user", kind, text, name, url)
        self._world.show("wecom_bot", person.wecom, item)


def _press(view: CardView, key: str, inputs: Mapping[str, str]) -> JsonObject:
    event: JsonObject = {
        "card_type": string(view.body, "card_type"),
        "event_key": key,
        "task_id": view.id,
    }
    selected = [
        {
            "question_key": choice.question,
            "option_ids": {"option_id": [inputs.get(choice.question) or choice.default]},
        }
        for choice in choices(view.body)
    ]
    if selected:
        event["selected_items"] = {"selected_item": selected}
    return {"eventtype": "template_card_event", "template_card_event": event}
