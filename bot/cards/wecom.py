"""Cards for WeCom: template_card with buttons while there is something to do, else a notice.

The application and the 智能机器人 draw the same card; the bot's folds its texts earlier.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.cards.actions import pack_key
from bot.cards.reasons import REASON_KEY, REASONS
from bot.cards.view import ON_PAGE, CardView, Style
from bot.texts.alerts import part
from bot.texts.labels import LABELS, sentence
from bot.texts.plain import cut

JsonObject = dict[str, object]

MAX_BUTTONS = 6
MAX_ROWS = 6
KEY_CHARS = 5
VALUE_CHARS = 30
QUOTE_CHARS = 256
BUTTON_CHARS = 10
"""Lengths beyond which the client folds or cuts (reference, template_card fields). The bot's value
is 26: the last characters of a figure are folded rather than cut."""


@dataclass(frozen=True, slots=True)
class _Room:
    """Characters that a client shows of each text; more is folded, never refused."""

    title: int
    desc: int
    sub: int
    option: int


_APP = _Room(title=36, desc=44, sub=160, option=16)
_BOT = _Room(title=26, desc=30, sub=112, option=10)

_STYLES: dict[Style, int] = {"primary": 1, "danger": 2, "default": 4}
_ROWS = (
    "payment",
    "payee",
    "bank",
    "account",
    "payment_reason",
    "reason",
    "urgent",
    "exchange",
    "paused",
    "supplier",
    "offset",
    "open",
    "advance",
    "cuts",
    "trip",
    "origin",
    "filed_by",
    "shares",
    "seller",
    "invoice",
    "usage",
    "available",
    "limit",
    "reserved",
    "consumed",
    "forecast",
    "progress",
    "chain",
    "due",
    "budget",
    "opinion",
    "cc",
    "department",
    "purpose",
    "project",
    "split_from",
)
"""Facts by weight; number, total and applicant stand in the title."""
_FOR_APPROVERS = (
    "reason",
    "urgent",
    "exchange",
    "paused",
    "supplier",
    "offset",
    "open",
    "advance",
    "cuts",
    "trip",
    "origin",
    "filed_by",
    "purpose",
    "shares",
    "budget",
    "due",
    "progress",
    "seller",
    "invoice",
)
"""What an approver asks first: what for, from which budget, until when."""
_OPENS = "invoice"


def for_wecom(view: CardView) -> JsonObject:
    """Draw a card as a template_card without its task_id, which the channel sets."""
    return _draw(view, _APP, links=True)


def for_wecom_bot(view: CardView) -> JsonObject:
    """Draw the same for a chat with the 智能机器人."""
    return _draw(view, _BOT)


def _draw(view: CardView, room: _Room, *, links: bool = False) -> JsonObject:
    rows = list(_rows(view, links=links))
    card: JsonObject = {
        "card_type": "button_interaction" if view.actions else "text_notice",
        "source": {"desc": sentence("brand", view.language), "desc_color": 0},
        "main_title": {
            "title": _title(view, room.title),
            "desc": cut(f"{view.number} · {view.status_text}", room.desc),
        },
        **({"horizontal_content_list": rows} if rows else {}),
        "card_action": {"type": 1, "url": view.link},
    }
    if view.lines:
        card["sub_title_text"] = _lines(view, room.sub)
    if view.warnings:
        card["quote_area"] = _quote(view)
    if view.wants_reason:
        card["button_selection"] = _reasons(view, room.option)
    if view.actions:
        opens = [_opening(view)] if links and view.purpose == "alert" else []
        card["button_list"] = [*_buttons(view), *opens]
    return card


def _title(view: CardView, chars: int) -> str:
    """Keep the total whole; the name before it may be cut."""
    return f"{cut(view.heading, chars - len(view.total) - 1)} {view.total}"


def _rows(view: CardView, *, links: bool) -> Iterator[JsonObject]:
    """Write the weightiest facts; that of the vouchers opens them, where a row may be a link."""
    order = (*_FOR_APPROVERS, *_ROWS) if view.purpose == "approval" else _ROWS
    weight = {fact_id: i for i, fact_id in enumerate(dict.fromkeys(order))}
    facts = sorted((f for f in view.facts if f.id in weight), key=lambda f: weight[f.id])
    for fact in facts[:MAX_ROWS]:
        brief = LABELS[fact.id].brief.plain(view.language)
        value = fact.brief or fact.value
        row: JsonObject = {"keyname": cut(brief, KEY_CHARS), "value": cut(value, VALUE_CHARS)}
        opens = links and view.link and fact.id == _OPENS
        yield {**row, "type": 1, "url": view.link} if opens else row


def _lines(view: CardView, chars: int) -> str:
    """Write as many lines as fit, and how many there are when some do not.

    The bars of budgets, and what else the page can do, stand below them where there is room.
    """
    more = sentence("more", view.language, count=str(len(view.lines)))
    rows: list[str] = []
    for line in view.lines:
        mark = "⚠ " if line.doubt else ""
        parts = (line.category, line.amount, line.date[5:], cut(line.description, 20))
        rows.append(mark + " ".join(p for p in parts if p))
    if len("\n".join(rows)) <= chars:
        asides = [f.aside for f in view.facts if f.aside]
        for more in (*asides, *(f.value for f in view.facts if f.id == ON_PAGE)):
            if len("\n".join([*rows, more])) <= chars:
                rows.append(more)
        return "\n".join(rows)
    while rows and len("\n".join([*rows, more])) > chars:
        rows.pop()
    return "\n".join([*rows, more])


def _quote(view: CardView) -> JsonObject:
    return {
        "type": 0,
        "title": sentence("look_out", view.language, count=str(len(view.warnings))),
        "quote_text": cut("\n".join(cut(w, 100) for w in view.warnings), QUOTE_CHARS),
    }


def _reasons(view: CardView, chars: int) -> JsonObject:
    return {
        "question_key": REASON_KEY,
        "title": sentence("choose_reason", view.language),
        "option_list": [
            {"id": option, "text": cut(text.plain(view.language), chars)}
            for option, text in REASONS.items()
        ],
    }


def _buttons(view: CardView) -> list[JsonObject]:
    return [
        {
            "type": 0,
            "text": cut(button.text, BUTTON_CHARS),
            "style": _STYLES[button.style],
            "key": pack_key(button.id, button.token),
        }
        for button in view.actions[:MAX_BUTTONS]
    ]


def _opening(view: CardView) -> JsonObject:
    """Draw the button that opens the page; nothing is told of its click."""
    text = cut(part("details", view.language), BUTTON_CHARS)
    key = f"open~{view.number}"
    return {"type": 1, "text": text, "style": _STYLES["default"], "key": key, "url": view.link}
