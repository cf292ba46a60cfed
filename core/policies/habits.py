"""Rules on what people do: twice, often, in pieces, on days off, for themselves."""

from collections.abc import Iterator
from datetime import date, timedelta

from core.claim import Claim, Finding, Line
from core.company import Policy
from core.money import format_yuan
from core.policies.book import EXPENSES, PolicyBook, finding, lines_of
from core.policies.limits import thresholds

DEFAULT_FREQUENCY = 10
DEFAULT_SPLIT = 3
SPLIT_DAYS = 1
PRIVATE_WORDS = (
    "香烟", "卷烟", "*烟草制品*", "白酒", "红酒", "烟酒", "*酒*", "足浴", "足疗", "按摩", "洗浴",
    "桑拿", "会所", "KTV", "夜总会", "酒吧", "美容", "美发", "美甲", "化妆品", "护肤", "珠宝",
    "首饰", "黄金饰品", "奢侈品", "玩具", "奶粉", "母婴", "宠物", "游戏充值", "彩票", "购物卡",
    "礼品卡", "预付卡", "健身", "电影票", "景点门票", "剧本杀", "月子",
)  # fmt: skip
"""Goods and places of private life, where a company names no words of its own."""

Key = tuple[str | None, date, int]


def _key(line: Line) -> Key:
    return line.category, line.date, line.amount_fen


def duplicate(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find the category, day and amount of another claim; invoices have identities.

    Within one claim the words must be the same, too, and neither line may have an invoice.
    """
    if claim.kind not in EXPENSES:
        return
    seen = {_key(line): other.number for other in book.alike(claim) for line in other.lines}
    earlier: dict[tuple[Key, str], int] = {}
    for i, line in lines_of(claim, policy, book.company):
        amount = format_yuan(line.amount_fen)
        same = earlier.get((_key(line), line.description))
        if other := seen.get(_key(line)):
            yield finding(policy, i, claim=other, amount=amount)
        elif same is not None and not line.invoices:
            yield finding(policy, i, other_line=str(same + 1), amount=amount)
        if not line.invoices:
            earlier.setdefault((_key(line), line.description), i)


def weekend(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find expenses of days on which the company rests: weekends and holidays."""
    if claim.kind not in EXPENSES:
        return
    for i, line in lines_of(claim, policy, book.company):
        if book.rests(line.date) and not line.allowance and not _is_away(claim, line.date):
            yield finding(policy, i, date=line.date.isoformat())


def _is_away(claim: Claim, day: date) -> bool:
    """Whether a day is one of the claim's trip: who travels spends on days off, too."""
    return claim.trip is not None and claim.trip.start <= day <= claim.trip.end


def frequency(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find the claim that is one too many of the month (or day, or year)."""
    allowed = DEFAULT_FREQUENCY if policy.count is None else policy.count
    span = _span(policy, book.today)
    before = sum(
        1
        for other in book.alike(claim)
        if (day := book.submitted_on(other))
        and _span(policy, day) == span
        and _has_lines(other, policy, book)
    )
    if _has_lines(claim, policy, book) and before + 1 > allowed:
        facts = {"count": str(before + 1), "limit": str(allowed)}
        yield finding(policy, None, per=span, **facts)


def _span(policy: Policy, day: date) -> str:
    if policy.per == "day":
        return day.isoformat()
    return f"{day:%Y}" if policy.per == "year" else f"{day:%Y-%m}"


def _has_lines(claim: Claim, policy: Policy, book: PolicyBook) -> bool:
    return any(True for _ in lines_of(claim, policy, book.company))


def split(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find several claims of one person within `days`, each just under a threshold.

    The threshold is the policy's limit, else any at which the flows ask more people.
    """
    window = timedelta(days=SPLIT_DAYS if policy.days is None else policy.days)
    recent = [
        other
        for other in book.alike(claim)
        if (day := book.submitted_on(other)) and book.today - day <= window
    ]
    for limit in thresholds(policy, book):
        near = [o.number for o in recent if _is_near(o, policy, book, limit)]
        many = len(near) + 1 >= (policy.count or DEFAULT_SPLIT)
        if many and _is_near(claim, policy, book, limit):
            facts = {"claims": " ".join(near), "limit": format_yuan(limit)}
            yield finding(policy, None, count=str(len(near) + 1), **facts)


def _is_near(claim: Claim, policy: Policy, book: PolicyBook, limit_fen: int) -> bool:
    total = sum(line.amount_fen for _, line in lines_of(claim, policy, book.company))
    return limit_fen * policy.near <= total * 100 < limit_fen * 100


def private_words(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find words of private consumption in descriptions, sellers and goods."""
    words = policy.words or PRIVATE_WORDS
    for i, line in lines_of(claim, policy, book.company):
        text = " ".join(_texts(line)).lower()
        found = [word for word in words if word.lower() in text]
        if found:
            yield finding(policy, i, words=" ".join(found))


def _texts(line: Line) -> Iterator[str]:
    yield line.description
    for invoice in line.invoices:
        yield invoice.seller or ""
        yield from invoice.goods
