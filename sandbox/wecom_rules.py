"""What WeCom refuses in template cards (reference §4.2); pure.

Soft limits ("建议不超过") fold texts on the phone and are not checked. Where the reference names
one code for several faults or a range of codes, the split made here is assumed.
"""

import re
from collections.abc import Callable

from sandbox.wecom_errors import WeComRefused
from sandbox.wire import child, size, string, whole
from sandbox.world import JsonObject

CARD_TYPES = frozenset(
    {
        "text_notice",
        "news_notice",
        "button_interaction",
        "vote_interaction",
        "multiple_interaction",
    }
)
INTERACTIVE = frozenset({"button_interaction", "vote_interaction", "multiple_interaction"})
NOTICES = frozenset({"text_notice", "news_notice"})
TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}", re.ASCII)
MAX_KEY_BYTES = 1024
MAX_OPTION_BYTES = 128
MEMBER_FACT = 3

Known = Callable[[str], bool]


def check_card(card: JsonObject, known: Known) -> None:
    """Check every field of a card; `known` tells whether a userid exists."""
    kind = string(card, "card_type")
    if kind not in CARD_TYPES:
        raise WeComRefused(42031, "invalid template_card.card_type")
    _check_task_id(card, kind)
    _check_title(card, kind)
    _check_facts(card, known)
    _check_menu(card)
    _check_jumps(card)
    _check_card_action(card, kind)
    if kind == "button_interaction":
        _check_buttons(card)
        _check_button_selection(card)
    if kind == "news_notice" and not (child(card, "card_image") or child(card, "image_text_area")):
        raise WeComRefused(42044, "missing card_image or image_text_area")
    if kind == "vote_interaction":
        _check_vote(card)
    if kind == "multiple_interaction":
        _check_multiple(card)


def gives_code(card: JsonObject) -> bool:
    """Tell whether sending a card gives a response_code."""
    return string(card, "card_type") in INTERACTIVE or "action_menu" in card


def _check_task_id(card: JsonObject, kind: str) -> None:
    task = card.get("task_id")
    needed = kind in INTERACTIVE or "action_menu" in card
    if task is None and not needed:
        return
    if not isinstance(task, str) or not TASK_ID.fullmatch(task):
        raise WeComRefused(42014, "invalid template_card.task_id")


def _check_title(card: JsonObject, kind: str) -> None:
    title = string(child(card, "main_title"), "title")
    if kind == "text_notice":
        title = title or string(card, "sub_title_text")
    if not title:
        raise WeComRefused(42032, "missing main_title.title")  # number assumed


def _sized(value: object, least: int, most: int, errcode: int, what: str) -> list[JsonObject]:
    """Take a list of objects of a limited length."""
    listed = value if isinstance(value, list) else []
    entries = [entry for entry in listed if isinstance(entry, dict)]
    if not least <= len(listed) <= most or len(entries) != len(listed):
        raise WeComRefused(errcode, f"invalid {what} size")
    return entries


def _check_facts(card: JsonObject, known: Known) -> None:
    """Check horizontal_content_list (at most 6) and vertical_content_list (at most 4)."""
    facts = card.get("horizontal_content_list", [])
    for fact in _sized(facts, 0, 6, 42035, "horizontal_content_list"):
        if not string(fact, "keyname"):
            raise WeComRefused(42027, "missing horizontal_content_list.keyname")
        _check_fact_type(fact, known)
    verticals = card.get("vertical_content_list", [])
    for vertical in _sized(verticals, 0, 4, 42036, "vertical_content_list"):
        if not string(vertical, "title"):
            raise WeComRefused(42036, "missing vertical_content_list.title")


def _check_fact_type(fact: JsonObject, known: Known) -> None:
    kind = fact.get("type", 0)
    needed = {0: (), 1: ("url",), 2: ("media_id", "value"), 3: ("userid",)}
    if not isinstance(kind, int) or kind not in needed:
        raise WeComRefused(42035, "invalid horizontal_content_list.type")
    if not all(string(fact, key) for key in needed[kind]):
        raise WeComRefused(42035, f"invalid horizontal_content_list of type {kind}")
    if kind == MEMBER_FACT and not known(string(fact, "userid")):
        raise WeComRefused(42050, "invalid horizontal_content_list.userid")


def _check_menu(card: JsonObject) -> None:
    if "action_menu" not in card:
        return
    actions = child(card, "action_menu").get("action_list")
    entries = _sized(actions, 1, 3, 42051, "action_menu.action_list")
    _check_keys([string(entry, "key") for entry in entries], 42051, 42051, 42051)
    if not all(string(entry, "text") for entry in entries):
        raise WeComRefused(42051, "missing action_menu.action_list.text")


def _check_keys(keys: list[str], missing: int, too_long: int, repeated: int) -> None:
    if not all(keys):
        raise WeComRefused(missing, "missing key")
    if any(size(key) > MAX_KEY_BYTES for key in keys):
        raise WeComRefused(too_long, "key too long")
    if len(set(keys)) != len(keys):
        raise WeComRefused(repeated, "duplicate key")


def _check_jumps(card: JsonObject) -> None:
    for jump in _sized(card.get("jump_list", []), 0, 3, 42042, "jump_list"):
        if not string(jump, "title") or (jump.get("type") == 1 and not string(jump, "url")):
            raise WeComRefused(42042, "invalid jump_list")


def _check_card_action(card: JsonObject, kind: str) -> None:
    """Check what a press on the card itself opens; the two notices must have it."""
    action = child(card, "card_action")
    target = {0: "", 1: "url", 2: "appid"}.get(whole(action, "type") or 0)
    required = kind in NOTICES
    if target is None or (target and not string(action, target)) or (required and not target):
        raise WeComRefused(42045, "invalid card_action")


def _check_buttons(card: JsonObject) -> None:
    """Check button_list: 1 to 6, callback buttons with unique keys of at most 1,024 bytes."""
    buttons = _sized(card.get("button_list"), 1, 6, 42038, "button_list")
    if not all(string(button, "text") for button in buttons):
        raise WeComRefused(42020, "missing button_list.text")
    links = [b for b in buttons if b.get("type", 0) == 1]
    if not all(string(link, "url") for link in links):
        raise WeComRefused(42039, "missing button_list.url")
    keys = [string(b, "key") for b in buttons if b not in links]
    _check_keys(keys, 42017, 42018, 42039)


def _check_button_selection(card: JsonObject) -> None:
    if "button_selection" in card:
        _check_selection(child(card, "button_selection"), 10)


def _check_selection(selection: JsonObject, most: int) -> None:
    """Check a list to choose from: a key for the question, options with unique ids and texts."""
    question = string(selection, "question_key")
    if not question or size(question) > MAX_KEY_BYTES:
        raise WeComRefused(42040, "invalid question_key")
    options = _sized(selection.get("option_list"), 1, most, 42041, "option_list")
    ids = [string(option, "id") for option in options]
    if not all(ids) or any(size(i) > MAX_OPTION_BYTES for i in ids) or len(set(ids)) != len(ids):
        raise WeComRefused(42043, "invalid option_list.id")
    if not all(string(option, "text") for option in options):
        raise WeComRefused(42037, "missing option_list.text")


def _check_vote(card: JsonObject) -> None:
    _check_submit(card)
    _check_selection(child(card, "checkbox"), 20)


def _check_multiple(card: JsonObject) -> None:
    _check_submit(card)
    for selection in _sized(card.get("select_list"), 1, 3, 42047, "select_list"):
        _check_selection(selection, 10)


def _check_submit(card: JsonObject) -> None:
    button = child(card, "submit_button")
    if not string(button, "text"):
        raise WeComRefused(42046, "missing submit_button.text")
    _check_keys([string(button, "key")], 42049, 42049, 42049)
