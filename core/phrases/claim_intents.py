"""The commands that shape a claim after its first line; numbers as in `core.phrases.intents`."""

from dataclasses import dataclass

Weight = tuple[str, int]
"""Who bears a share, in the person's words, and its weight."""


@dataclass(frozen=True, slots=True)
class PettyCash:
    """备用金 金额 用途."""

    amount_fen: int
    description: str


@dataclass(frozen=True, slots=True)
class Welfare:
    """福利 金额 事由."""

    amount_fen: int
    description: str


@dataclass(frozen=True, slots=True)
class SetSupplier:
    """供应商 [单号] 名称 账号 … 开户行 …; a part that was not said is ""."""

    number: str | None
    name: str
    account: str
    bank: str


@dataclass(frozen=True, slots=True)
class CopyClaim:
    """复制 单号."""

    number: str | None


@dataclass(frozen=True, slots=True)
class SplitLine:
    """分摊 [单号] 第 N 行 名称 比例 名称 比例 …."""

    number: str | None
    line_no: int | None
    shares: tuple[Weight, ...]


@dataclass(frozen=True, slots=True)
class MergeLines:
    """合并 [单号] 第 N 行 第 M 行."""

    number: str | None
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class FileFor:
    """代 某人 打车 45; without words behind the name only the draft is begun."""

    person_text: str
    text: str


@dataclass(frozen=True, slots=True)
class Urgent:
    """加急 单号 理由."""

    number: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class VoidClaim:
    """作废 单号 理由."""

    number: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Reduce:
    """核减 单号 第 N 行 金额 理由: what is to be paid of the line."""

    number: str | None
    line_no: int | None
    amount_fen: int
    reason: str


@dataclass(frozen=True, slots=True)
class HoldLine:
    """暂缓 单号 第 N 行 理由."""

    number: str | None
    line_no: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Repay:
    """归还 单号 [金额]; without an amount all that is open."""

    number: str | None
    amount_fen: int | None


ClaimCommand = (
    PettyCash
    | Welfare
    | SetSupplier
    | CopyClaim
    | SplitLine
    | MergeLines
    | FileFor
    | Urgent
    | VoidClaim
    | Reduce
    | HoldLine
    | Repay
)
