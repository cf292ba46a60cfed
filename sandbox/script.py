"""The main job as a script: on both messengers, from an invoice sent to money paid out."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import aiohttp

Say = Callable[[str], None]
Json = dict[str, object]

STEP_S = 20.0
POLL_S = 0.15
REQUEST_S = 15.0

_NUMBER = re.compile(r"[A-Z]{2}-\d{8}-\d{4,}")
_PAID = ("已付款", "Paid")
_NAMES = {"dingtalk": "钉钉 DingTalk", "wecom": "企业微信 WeCom"}


class ScriptFailed(Exception):
    """A step that did not happen, with what was seen instead."""

    def __init__(self, step: str, detail: str) -> None:
        super().__init__(f"{step}: {detail}")
        self.step = step
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card: its action, what a click sends, and the token that goes with it."""

    action: str
    key: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A card on a phone; `text` is everything written on it but its buttons.

    `reasons` is what WeCom offers to choose from: the question and the first option.
    """

    message: str
    id: str
    text: str
    buttons: tuple[Button, ...]
    reasons: dict[str, str]

    @property
    def number(self) -> str:
        """The claim that it is about, empty when none is named."""
        found = _NUMBER.search(self.text)
        return found[0] if found else ""

    def button(self, action: str) -> Button | None:
        """Find the button of an action."""
        return next((b for b in self.buttons if b.action == action), None)

    @property
    def is_paid(self) -> bool:
        """Whether it says that the money is out."""
        return any(word in self.text for word in _PAID)


async def play(base_url: str, say: Say) -> None:
    """Play the main job on DingTalk and on WeCom against a running sandbox.

    `say` gets one line a step. ScriptFailed when something does not happen within 20 s.
    """
    timeout = aiohttp.ClientTimeout(total=REQUEST_S)
    async with aiohttp.ClientSession(trust_env=False, timeout=timeout) as http:
        stage = _Stage(http, base_url.rstrip("/"), say)
        await stage.open()
        await _invoice_to_payment(stage)
        await _rejection(stage)
        await _typed_on_wecom(stage)
    say("全部完成 · all of it happened")


async def _invoice_to_payment(stage: "_Stage") -> None:
    """DingTalk, by buttons: an e-invoice, the manager, finance from 1,000 yuan on, the cashier."""
    zhang, wang = stage.phone("dingtalk", "zhang"), stage.phone("dingtalk", "wang")
    before = await zhang.messages()
    await zhang.attach("张三发电子发票 · Zhang sends an e-invoice", "hotel.xml")
    draft = await zhang.card("草稿卡片 · the draft card", "submit", besides=before)
    await zhang.press("张三点提交 · Zhang submits", draft, "submit")
    await stage.until(draft.number, "in_review")
    asked = await wang.card("审批卡片 · the approval card", "approve", about=draft.number)
    await wang.press("王芳点同意 · Wang approves", asked, "approve")
    await _finance_and_cashier(stage, "dingtalk", draft.number)


async def _rejection(stage: "_Stage") -> None:
    """DingTalk: a typed ride is rejected with a reason, which frees the money."""
    zhang, wang = stage.phone("dingtalk", "zhang"), stage.phone("dingtalk", "wang")
    before = await zhang.messages()
    await zhang.write("张三打字报销 · Zhang types", "打车 32.5 今天 去机场")
    draft = await zhang.card("草稿卡片 · the draft card", "submit", besides=before)
    await zhang.press("张三点提交 · Zhang submits", draft, "submit")
    asked = await wang.card("审批卡片 · the approval card", "reject", about=draft.number)
    await wang.press(
        "王芳驳回并写理由 · Wang rejects with a reason",
        asked,
        "reject",
        {"reason": "请走公司用车 · please use the company car"},
    )
    await stage.until(draft.number, "rejected")
    other = stage.phone("wecom", "zhang")
    await other.card("企微的卡片也跟上 · WeCom's card follows", "submit", about=draft.number)


async def _typed_on_wecom(stage: "_Stage") -> None:
    """WeCom: words and a photo in one claim, sent back with a reason, approved by text."""
    zhang, wang = stage.phone("wecom", "zhang"), stage.phone("wecom", "wang")
    before = await zhang.messages()
    await zhang.write("张三打字报销 · Zhang types", "打车 45 昨天 去客户现场")
    first = await zhang.card("草稿卡片 · the draft card", "submit", besides=before)
    before = await zhang.messages()
    await zhang.attach("张三发发票照片 · Zhang sends a photo", "hotel-photo.jpg")
    draft = await zhang.card("同一张草稿 · the same draft", "submit", besides=before)
    stage.require(draft.number == first.number, f"{draft.number} is not {first.number}")
    await zhang.write("张三提交 · Zhang submits", "提交")
    await stage.until(draft.number, "in_review")
    asked = await wang.card("审批卡片 · the approval card", "return", about=draft.number)
    await wang.press("王芳选理由退回 · Wang sends it back", asked, "return", asked.reasons)
    await stage.until(draft.number, "returned")
    before = await wang.messages()
    await zhang.write("张三再次提交 · Zhang submits again", f"提交 {draft.number}")
    await stage.until(draft.number, "in_review")
    await wang.card("新的审批卡片 · a new approval card", "approve", draft.number, before)
    await wang.write("王芳打字同意 · Wang approves by text", f"同意 {draft.number}")
    await _finance_and_cashier(stage, "wecom", draft.number)


async def _finance_and_cashier(stage: "_Stage", platform: str, number: str) -> None:
    zhao, qian = stage.phone(platform, "zhao"), stage.phone(platform, "qian")
    asked = await _finance_is_asked(stage, zhao, number)
    if asked is not None:
        await zhao.press("赵敏点同意 · finance approves", asked, "approve")
        await stage.until(number, "approved")
    due = await qian.card("付款卡片 · the cashier's card", "pay", about=number)
    await qian.press("钱伟点已付款 · the cashier pays", due, "pay")
    await stage.until(number, "paid")
    await qian.settled(number, "pay")
    await stage.phone(platform, "zhang").paid_card(number)


async def _finance_is_asked(stage: "_Stage", zhao: "_Phone", number: str) -> Card | None:
    """Wait until the claim is approved (None), or finance has a card to approve."""
    stage.begin("财务或通过 · finance, or approved")
    async for _ in stage.ticks():
        if await stage.state(number) == "approved":
            return None
        for card in await zhao.cards():
            if card.number == number and card.button("approve"):
                return card
    raise stage.failure(f"{number} went no further")


class _Stage:
    """The page's API, and the step that is being played."""

    def __init__(self, http: aiohttp.ClientSession, base: str, say: Say) -> None:
        self._http = http
        self._base = base
        self._say = say
        self._people: dict[str, Json] = {}
        self._step = ""

    async def open(self) -> None:
        """Learn who is there."""
        self.begin("打开沙盒 · open the sandbox")
        people = _rows((await self.get("/sandbox/people")).get("people"))
        self._people = {_text(p.get("id")): p for p in people}

    def begin(self, step: str) -> None:
        """Name what happens next, and say it."""
        self._step = step
        self._say(step)

    def require(self, holds: bool, detail: str) -> None:  # noqa: FBT001 a condition, not a flag
        """Fail the step unless a condition holds."""
        if not holds:
            raise self.failure(detail)

    def failure(self, detail: str) -> ScriptFailed:
        """Make the error of the step that is being played."""
        return ScriptFailed(self._step, detail)

    async def ticks(self) -> AsyncIterator[None]:
        """Give turns to look again, until the step's time is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + STEP_S
        while loop.time() < deadline:
            yield
            await asyncio.sleep(POLL_S)

    async def get(self, path: str, **query: str) -> Json:
        """Ask the page's API."""
        return _object(await self._call("GET", path, params=query))

    async def post(self, path: str, body: Json | aiohttp.FormData) -> None:
        """Do something on a phone."""
        if isinstance(body, aiohttp.FormData):
            await self._call("POST", path, data=body)
        else:
            await self._call("POST", path, json=body)

    async def sample(self, name: str) -> bytes:
        """Fetch a sample invoice."""
        return await self._call("GET", f"/sandbox/samples/{name}")

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        json: Json | None = None,
        data: aiohttp.FormData | None = None,
    ) -> bytes:
        url = self._base + path
        try:
            async with self._http.request(
                method, url, params=params, json=json, data=data
            ) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self.failure(f"{path}: {type(error).__name__}") from error
        shown = body[:300].decode("utf-8", "replace")
        self.require(answer.ok, f"{path}: HTTP {answer.status} {shown}")
        return body

    def phone(self, platform: str, person: str) -> "_Phone":
        """Take somebody's phone."""
        user = _text(self._people.get(person, {}).get(platform))
        self.require(bool(user), f"{person} has no {platform}")
        return _Phone(self, platform, user)

    async def state(self, number: str) -> str:
        """Ask where a claim stands, "absent" when there is none."""
        rows = _rows((await self.get("/sandbox/claims")).get("items"))
        return next((_text(r.get("state")) for r in rows if r.get("number") == number), "absent")

    async def until(self, number: str, state: str) -> None:
        """Wait for a claim's state."""
        seen = "absent"
        async for _ in self.ticks():
            seen = await self.state(number)
            if seen == state:
                self._say(f"    {number} → {state}")
                return
        raise self.failure(f"{number} is {seen}, not {state}")


class _Phone:
    """One person's chat with the bot."""

    def __init__(self, stage: _Stage, platform: str, user: str) -> None:
        self._stage = stage
        self._platform = platform
        self._who: dict[str, str] = {"platform": platform, "user": user}

    def _begin(self, step: str) -> None:
        self._stage.begin(f"[{_NAMES[self._platform]}] {step}")

    async def write(self, step: str, text: str) -> None:
        """Send words."""
        self._begin(f"{step}: {text}")
        await self._stage.post("/sandbox/send", {**self._who, "text": text})

    async def attach(self, step: str, sample: str) -> None:
        """Send a sample invoice."""
        self._begin(f"{step}: {sample}")
        form = aiohttp.FormData(self._who)
        form.add_field("file", await self._stage.sample(sample), filename=sample)
        await self._stage.post("/sandbox/upload", form)

    async def press(
        self, step: str, card: Card, action: str, inputs: dict[str, str] | None = None
    ) -> None:
        """Press a button of a card."""
        self._begin(step)
        button = card.button(action)
        if button is None:
            raise self._stage.failure(f"the card has no button {action}")
        body: Json = {**self._who, "card": card.id, "action": button.key}
        token: Json = {"token": button.token} if button.token else {}
        chosen: Json = {"inputs": inputs} if inputs else {}
        await self._stage.post("/sandbox/click", {**body, **token, **chosen})

    async def _items(self) -> list[Json]:
        return _rows((await self._stage.get("/sandbox/messages", **self._who)).get("items"))

    async def messages(self) -> frozenset[str]:
        """Give the ids of what is in the chat by now."""
        return frozenset(_text(item.get("id")) for item in await self._items())

    async def cards(self) -> list[Card]:
        """Give the cards of the chat, newest first."""
        items = reversed(await self._items())
        return [_read_card(item) for item in items if isinstance(item.get("card"), dict)]

    async def card(
        self, step: str, action: str, about: str = "", besides: frozenset[str] = frozenset()
    ) -> Card:
        """Wait for a card with a button: about a claim, and not among the messages `besides`."""
        self._begin(f"等{step}")
        async for _ in self._stage.ticks():
            for card in await self.cards():
                fits = card.message not in besides and (not about or card.number == about)
                if fits and card.number and card.button(action):
                    return card
        raise self._stage.failure(f"no card with {action}")

    async def settled(self, number: str, action: str) -> None:
        """Wait until no card of a claim offers an action any more."""
        self._begin("按钮消失 · the buttons are gone")
        async for _ in self._stage.ticks():
            if not any(c.number == number and c.button(action) for c in await self.cards()):
                return
        raise self._stage.failure(f"a card of {number} still offers {action}")

    async def paid_card(self, number: str) -> None:
        """Wait until the employee's own card says that the money is out."""
        self._begin("员工的卡片显示已付款 · the employee's card says paid")
        async for _ in self._stage.ticks():
            if any(c.number == number and c.is_paid for c in await self.cards()):
                return
        raise self._stage.failure(f"no card of {number} says so")


def _read_card(item: Json) -> Card:
    view = _child(item, "card")
    body = _child(view, "body")
    values = _child(body, "cardParamMap")
    buttons = _dingtalk_buttons(values) if values else _wecom_buttons(body, view)
    shown: Json = {k: v for k, v in (values or body).items() if k not in _UNSEEN}
    selection = _child(body, "button_selection")
    options = _rows(selection.get("option_list"))
    reasons = {_text(selection.get("question_key")): _text(options[0].get("id"))} if options else {}
    text = json.dumps(shown, ensure_ascii=False)
    return Card(_text(item.get("id")), _text(view.get("id")), text, tuple(buttons), reasons)


_UNSEEN = frozenset(
    {"actions", "link", "sys_full_json_obj", "button_list", "button_selection", "card_action"}
)
"""Parts of a card that are not words on it."""


def _dingtalk_buttons(values: Json) -> list[Button]:
    """Read the buttons of Chit's template, or of the built-in one (whose ids are packed keys)."""
    own = _rows(_parsed(values.get("actions")))
    packed = _rows(
        _child({"full": _parsed(values.get("sys_full_json_obj"))}, "full").get("msgButtons")
    )
    return [
        *(Button(_text(b.get("id")), _text(b.get("id")), _text(b.get("token"))) for b in own),
        *(_packed(_text(b.get("id"))) for b in packed),
    ]


def _wecom_buttons(body: Json, view: Json) -> list[Button]:
    if view.get("state") == "disabled":
        return []
    return [_packed(_text(b.get("key"))) for b in _rows(body.get("button_list"))]


def _packed(key: str) -> Button:
    return Button(re.split(r"\W", key, maxsplit=1)[0], key)


def _object(data: bytes) -> Json:
    value = _parsed(data)
    return value if isinstance(value, dict) else {}


def _parsed(text: object) -> object:
    if not isinstance(text, str | bytes):
        return None
    try:
        value: object = json.loads(text)
    except ValueError:
        return None
    return value


def _child(value: Json, key: str) -> Json:
    child = value.get(key)
    return child if isinstance(child, dict) else {}


def _rows(value: object) -> list[Json]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
