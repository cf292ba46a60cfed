"""用友 YonBIP's open platform as bytes and frozen dataclasses; no I/O (reference §5.2).

Data centres, tokens, addVoucher and the codes of what exists already are seen in public clients.
What a listed voucher looks like inside is not confirmed: our marker is looked for in all its texts.
"""

import base64
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from connectors.kit.answers import list_in, object_in, read_object, text_in
from connectors.kit.writing import dump
from core.outside import Form, Json

JSON_TYPE = "application/json;charset=UTF-8"
CENTRE = "/open-auth/dataCenter/getGatewayAddress"
TOKEN = "/open-auth/selfAppAuth/getAccessToken"  # noqa: S105 - a path
ADD = "/yonbip/fi/ficloud/openapi/voucher/addVoucher"
QUERY = "/yonbip/fi/ficloud/openapi/voucher/queryVouchers"
BODIES = "bodies"
MARK = "CVN:"
"""Stands before our key in the first description of a voucher."""
GOOD = frozenset({"200", "00000"})
EXISTS = frozenset({"310504", "310074"})
PAGE = 100
OWN_HOSTS = (".yonyoucloud.com", ".diwork.com")
_DAY = re.compile(r"(?<!\d)(20\d{6})(?!\d)")


@dataclass(frozen=True, slots=True)
class Centre:
    """Where a tenant's data lies."""

    gateway: str
    tokens: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its code, the platform's own words, and what it carries."""

    code: str
    text: str
    data: Mapping[str, object]

    @property
    def good(self) -> bool:
        """Whether it went well."""
        return self.code in GOOD

    @property
    def stale(self) -> bool:
        """Whether it is the token that was not taken: there is no published list of such codes."""
        return not self.good and "token" in self.text.lower()


@dataclass(frozen=True, slots=True)
class Heading:
    """What goes before the entries: which book, which type, and who makes it."""

    book: str
    voucher_type: str
    maker_mobile: str = ""


def sign(app_key: str, app_secret: str, stamp_ms: int) -> dict[str, str]:
    """Give the query that a token is asked for with."""
    text = f"appKey{app_key}timestamp{stamp_ms}"
    digest = hmac.digest(app_secret.encode(), text.encode(), "sha256")
    return {
        "appKey": app_key,
        "timestamp": str(stamp_ms),
        "signature": base64.b64encode(digest).decode(),
    }


def parse_answer(body: bytes) -> Answer:
    """Read an answer; ValueError for what is none (a login page)."""
    found = read_object(body)
    code = text_in(found, "code")
    if not code:
        raise ValueError("no code")
    return Answer(code, text_in(found, "message"), object_in(found, "data"))


def parse_centre(answer: Answer) -> Centre | None:
    """Read where a tenant's data lies; None where the answer does not say."""
    gateway = text_in(answer.data, "gatewayUrl").rstrip("/")
    tokens = text_in(answer.data, "tokenUrl").rstrip("/")
    return Centre(gateway, tokens) if gateway and tokens else None


def parse_token(answer: Answer) -> tuple[str, float]:
    """Give the token ("" when it is refused) and its life in seconds."""
    life = answer.data.get("expire")
    return text_in(answer.data, "access_token"), float(life) if isinstance(life, int) else 7200.0


def build_voucher(form: Form, key: str, heading: Heading) -> bytes:
    """Write a voucher; our key stands in the description of its first entry."""
    bodies: list[dict[str, Json]] = [dict(row) for row in form.details.get(BODIES, ())]
    if bodies:
        first = str(bodies[0].get("description") or "")
        bodies[0]["description"] = f"{first} {MARK}{key}".strip()
    maker: dict[str, Json] = {"makerMobile": heading.maker_mobile} if heading.maker_mobile else {}
    return dump(
        {
            "accbookCode": heading.book,
            "voucherTypeCode": heading.voucher_type,
            **maker,
            **form.fields,
            BODIES: bodies,
        }
    )


def first_day(key: str) -> date | None:
    """Give the day from which on a voucher with this key may be dated: that of its claim."""
    found = _DAY.search(key)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def build_query(book: str, first: date, last: date, page: int) -> bytes:
    """Ask for a page of the vouchers of some months."""
    return dump(
        {
            "accbookCode": book,
            "periodStart": f"{first:%Y-%m}",
            "periodEnd": f"{last:%Y-%m}",
            "pager": {"pageIndex": page, "pageSize": PAGE},
        }
    )


@dataclass(frozen=True, slots=True)
class Booked:
    """A voucher that is there."""

    id: str
    number: str


def parse_made(answer: Answer) -> Booked | None:
    """Read what was made; None where the answer does not say."""
    made = text_in(answer.data, "voucherId")
    return Booked(made, text_in(answer.data, "billCode") or made) if made else None


def parse_page(answer: Answer, key: str) -> tuple[int, tuple[Booked, ...]]:
    """Give how many vouchers a page has, and those of them that carry our key."""
    rows = list_in(answer.data, "recordList")
    return len(rows), tuple(_booked(row) for row in rows if _carries(row, f"{MARK}{key}"))


def _booked(row: Mapping[str, object]) -> Booked:
    head = object_in(row, "header")
    found = text_in(head, "id")
    number = text_in(head, "billCode") or text_in(head, "billcode")
    return Booked(found, number or found)


def _carries(row: object, mark: str) -> bool:
    return any(mark in text.split() for text in _texts(row, 0))


def _texts(value: object, depth: int) -> Iterator[str]:
    if depth > 10:  # noqa: PLR2004 - no voucher is nested so deep
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, depth + 1)
