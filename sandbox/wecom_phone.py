"""What a person does in WeCom: writes, sends pictures, presses a card's buttons."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.background import Background
from sandbox.config import SandboxConfig, SandboxPerson
from sandbox.page_errors import PageRefused
from sandbox.wecom_api import WeComApi
from sandbox.wecom_callback import Element, WeComCallback, build_xml
from sandbox.wecom_cards import WeComCards
from sandbox.wecom_crypto import read_fields
from sandbox.wire import Vault, child, objects, sniff_image, string
from sandbox.world import CardView, Item, JsonObject, Kind, Sender, World

Fields = dict[str, str | int | tuple[Element, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A list on a card to choose from, with the options that it has."""

    question: str
    options: tuple[str, ...]
    default: str


class WeComPhone:
    """The hands of the people who have WeCom."""

    def __init__(
        self,
        config: SandboxConfig,
        world: World,
        api: WeComApi,
        callback: WeComCallback,
        cards: WeComCards,
        background: Background,
        gallery: Vault,
    ) -> None:
        self._config = config
        self._world = world
        self._api = api
        self._callback = callback
        self._cards = cards
        self._background = background
        self._gallery = gallery

    def write(self, person: SandboxPerson, text: str, repeat: int) -> str:
        """Send words; `repeat` deliveries carry the same MsgId. Gives that id."""
        item = self._item("text")
        item.text = text
        fields = self._fields(person, item.at, "text")
        return self._say(person, item, {**fields, "Content": text}, repeat)

    def attach(self, person: SandboxPerson, data: bytes, name: str, base: str) -> str:
        """Send a picture; an app in WeCom never gets other files. Gives the MsgId."""
        if sniff_image(data) is None:
            raise PageRefused(
                "wecom_no_files",
                "企业微信的应用会话收不到文件，请发图片 · "
                "WeCom delivers no files to an app, please send a picture",
            )
        media = self._api.media.put(data, name)
        url = f"/sandbox/media/{self._gallery.put(data, name)}"
        item = self._item("image")
        item.name, item.url = name, url
        fields = self._fields(person, item.at, "image")
        picture = {"PicUrl": f"{self._api.base or base}/wecom/pic/{media}", "MediaId": media}
        return self._say(person, item, {**fields, **picture}, 1)

    async def click(
        self,
        person: SandboxPerson,
        card: str,
        key: str,
        *,
        inputs: Mapping[str, str],
        repeat: int,
        force: bool,
    ) -> list[str | None]:
        """Press a button; gives the bot's passive replies, None for each that failed.

        Each press is an event of its own with a fresh ResponseCode.
        """
        view = self._world.phone("wecom", person.wecom).card(card)
        if view is None:
            raise PageRefused("card_unknown", "没有这张卡片 · There is no such card")
        if not force:
            check_press(view, key)
        selected = tuple(_select(view, inputs, force=force))
        view.notice = ""
        presses = (self._press(person, view, key, selected) for _ in range(repeat))
        return list(await asyncio.gather(*presses))

    async def _press(
        self, person: SandboxPerson, view: CardView, key: str, selected: tuple[Element, ...]
    ) -> str | None:
        fields = self._fields(person, self._world.clock(), "event")
        fields |= {
            "Event": "template_card_event",
            "EventKey": key,
            "TaskId": view.id,
            "CardType": string(view.body, "card_type"),
            "ResponseCode": self._cards.fresh_code(view.id),
        }
        if selected:
            fields["SelectedItems"] = selected
        fields["AgentID"] = self._config.wecom.agent_id
        reply = await self._callback.deliver("template_card_event", build_xml(fields))
        if reply:
            self._apply(person, view, reply)
        return reply

    def _apply(self, person: SandboxPerson, view: CardView | None, reply: str) -> None:
        """Apply a passive reply: words, or after a click the clicker's button replaced."""
        fields = read_fields(reply)
        kind = fields.get("MsgType")
        if kind == "text":
            self._show_reply(person, fields.get("Content", ""))
        elif kind == "update_button" and view is not None:
            self._cards.replace_button(view.id, person.wecom, fields.get("Button.ReplaceName", ""))
        else:
            self._world.note("wecom", "out", "passive reply", f"{kind} is not shown here")

    def _show_reply(self, person: SandboxPerson, text: str) -> None:
        item = self._item("text", sender="bot")
        item.text = text
        self._world.show("wecom", person.wecom, item)

    def _item(self, kind: Kind, sender: Sender = "user") -> Item:
        number = str(self._callback.next_message_id())
        return Item(number, self._world.clock(), sender, kind)

    def _say(self, person: SandboxPerson, item: Item, fields: Fields, repeat: int) -> str:
        self._world.show("wecom", person.wecom, item)
        xml = build_xml({**fields, "MsgId": int(item.id), "AgentID": self._config.wecom.agent_id})
        for _ in range(repeat):
            self._background.spawn(self._deliver(person, f"message {item.kind}", xml))
        return item.id

    async def _deliver(self, person: SandboxPerson, what: str, xml: str) -> None:
        reply = await self._callback.deliver(what, xml)
        if reply:
            self._apply(person, None, reply)

    def _fields(self, person: SandboxPerson, at: float, kind: str) -> Fields:
        return {
            "ToUserName": self._config.wecom.corp_id,
            "FromUserName": person.wecom,
            "CreateTime": int(at),
            "MsgType": kind,
        }


def _keys(card: JsonObject) -> Iterator[str]:
    """List the keys that a press on a card can send."""
    for button in objects(card.get("button_list")):
        if button.get("type", 0) == 0:
            yield string(button, "key")
    for action in objects(child(card, "action_menu").get("action_list")):
        yield string(action, "key")
    if child(card, "submit_button"):
        yield string(child(card, "submit_button"), "key")


def check_press(view: CardView, key: str) -> None:
    """Refuse what no finger can press."""
    if view.state == "disabled":
        raise PageRefused("card_disabled", "卡片已关闭 · The card is closed")
    if key not in set(_keys(view.body)):
        raise PageRefused("no_such_button", "卡片上没有这个按钮 · The card has no such button")


def choices(card: JsonObject) -> Iterator[Choice]:
    """List what can be chosen; without a valid selected_id the first option is chosen."""
    lists = [child(card, "button_selection"), child(card, "checkbox")]
    for entry in [*lists, *objects(card.get("select_list"))]:
        options = tuple(string(option, "id") for option in objects(entry.get("option_list")))
        if options:
            wish = string(entry, "selected_id")
            default = wish if wish in options else options[0]
            yield Choice(string(entry, "question_key"), options, default)


def _select(view: CardView, inputs: Mapping[str, str], *, force: bool) -> Iterator[Element]:
    for choice in choices(view.body):
        chosen = inputs.get(choice.question) or choice.default
        if chosen not in choice.options and not force:
            raise PageRefused("no_such_option", "没有这个选项 · There is no such option")
        ids = (Element("OptionId", chosen),)
        yield Element(
            "SelectedItem",
            (Element("QuestionKey", choice.question), Element("OptionIds", ids)),
        )
