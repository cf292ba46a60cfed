"""The payload of a card's button: what was pressed, on which claim, in which of its states."""

from dataclasses import dataclass
from typing import Literal, get_args

ActionId = Literal[
    "submit",
    "discard",
    "edit",
    "approve",
    "reject",
    "return",
    "transfer",
    "add_signer",
    "remind",
    "withdraw",
    "confirm_not_duplicate",
    "pay",
    "confirm",
    "undo",
    "return_back",
    "return_anew",
    "reduce",
    "hold_line",
]
ACTION_IDS: frozenset[str] = frozenset(get_args(ActionId))

BudgetActionId = Literal["request_more", "freeze_budget"]
BUDGET_ACTION_IDS: frozenset[str] = frozenset(get_args(BudgetActionId))
"""Buttons of a card about a budget; their token names the budget, its limit's version and the
threshold."""
BatchActionId = Literal["approve_all", "confirm_all"]
BATCH_ACTION_IDS: frozenset[str] = frozenset(get_args(BatchActionId))
"""Buttons of the list of clean claims; their token names the list and, in its version, what was on
it."""
ButtonId = ActionId | BudgetActionId | BatchActionId

_SEPARATOR = "~"
MAX_BYTES = 128
"""Far below WeCom's 1,024 bytes of a button key and DingTalk's 1 KB of a variable."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a button was drawn for. It gives no authority; it tells a stale card from a live one.

    `version` is the claim's submission, `step` the index of the plan's step (0 on drafts).
    `drawing` differs from drawing to drawing: a press on a card that was drawn again after a
    refusal is a new press, while the same press repeated keeps its key in the inbox.
    """

    number: str
    version: int
    step: int = 0
    drawing: int = 0

    def pack(self) -> str:
        """Write the token for a card: BX-20261125-0007~2~0~31."""
        parts = (self.number, self.version, self.step, self.drawing)
        text = _SEPARATOR.join(map(str, parts))
        if len(text.encode()) > MAX_BYTES:
            raise ValueError(f"the token is too long for a button: {text[:40]}")
        return text


def unpack_token(text: str) -> Token:
    """Read a token back; ValueError when it is none."""
    number, version, step, drawing = text.split(_SEPARATOR)
    return Token(number, int(version), int(step), int(drawing))


def pack_key(action: ButtonId, token: Token) -> str:
    """Write action and token as one opaque key (WeCom buttons, DingTalk's built-in card)."""
    return f"{action}{_SEPARATOR}{token.pack()}"


def split_key(key: str) -> tuple[str, str]:
    """Take a key apart into action and packed token; the token is empty when there is none."""
    action, _, token = key.partition(_SEPARATOR)
    return action, token
