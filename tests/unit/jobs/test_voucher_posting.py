"""Vouchers posted to the books of another system: once each, whatever is lost or voided."""

import json
from dataclasses import replace
from datetime import date

import pytest

from bot.desk.replay import Preview
from bot.desk.stuck import StuckDesk
from bot.desk.vouchers import VoucherDesk
from bot.jobs.booking_now import Booker
from bot.jobs.outside import Deliverer, Lead
from bot.jobs.pump import Pump
from bot.parts.books import voucher_mapping
from core.actions.booking import take
from core.change import Change
from core.company import Company
from core.errors import (
    AuthFailed,
    OutsideError,
    Refused,
    Rejected,
    ResultUnknown,
    Retryable,
    Unfinished,
)
from core.notices import Say
from core.outside import Capabilities, Form, Ref
from core.ports import Page, VoucherQuery
from core.subscriptions import POST_VOUCHER, Subscription, with_events
from core.voucher import PEOPLE, Voucher, VoucherLine
from core.voucher_sheet import Sheet, SheetList
from tests.unit.core.core_house import NUMBER, claim_of
from tests.unit.jobs.outside_stage import START, Place

KEY = f"V-{NUMBER}-1"
SETTLES_S = 60.0


class FakeBooks:
    """Books that fail as they are told to."""

    name = "books"

    def __init__(self) -> None:
        self.entries: dict[str, Form] = {}
        self.fails: list[OutsideError] = []
        self.late: OutsideError | None = None
        self.capabilities = Capabilities(
            "kingdee", frozenset({"voucher"}), find=True, settles_s=SETTLES_S
        )

    async def post(self, form: Form, key: str) -> Ref:
        if self.fails:
            raise self.fails.pop(0)
        assert key not in self.entries
        self.entries[key] = form
        if self.late is not None:
            late, self.late = self.late, None
            raise late
        return await self._ref(key)

    async def find(self, key: str) -> Ref | None:
        return await self._ref(key) if key in self.entries else None

    async def _ref(self, key: str) -> Ref:
        number = f"记-{list(self.entries).index(key) + 1}"
        return Ref("books", "voucher", key, number)

    async def close(self) -> None:
        """Nothing to close."""


def voucher_of(**changes: object) -> Voucher:
    lines = (
        VoucherLine("6601.03", "市内交通", 4500),
        VoucherLine("2241", "应付", 0, 4500),
    )
    made = Voucher(KEY, "approval", NUMBER, "hq", date(2026, 11, 25), START, lines)
    return replace(made, **changes)  # type: ignore[arg-type]  # as the test says


class Desk(Place):
    """A place whose other system keeps books."""

    def __init__(self) -> None:
        super().__init__()
        self.books = FakeBooks()
        self.outlet = replace(self.outlet, system=self.books, mapping=voucher_mapping("kingdee"))
        self.lead = Lead(self.storage.leaders, self.outlet)
        self.deliverer = Deliverer(self.outlet, self.storage.outbox, self.lead)

    async def opened(self) -> "Desk":
        """Approve a claim: its voucher is open, and ordered."""
        store = self.storage.store
        await store.apply_company(self.company, expected_version=0, at=self.now, actor="t")
        await store.commit(Change(at=self.now, claims=(claim_of(),)))
        await self.commit(voucher_of())
        return self

    async def commit(self, *vouchers: Voucher) -> None:
        change = Change(at=self.now, vouchers=vouchers)
        posting = Subscription("books", "voucher", posts=True)
        await self.storage.store.commit(with_events(change, (posting,)))

    async def voucher(self, name: str = KEY) -> Voucher:
        found = await self.storage.store.voucher(name)
        assert found is not None
        return found

    def desk(self) -> StuckDesk:
        kept = self.storage
        return StuckDesk(kept.dead, kept.links, kept.inbox, kept.store, self.clock)

    def finance(self) -> list[str]:
        """Give what finance was told of vouchers, with the reasons."""
        return [dict(said.fields)["reason"] for said in self.said()]

    def said(self) -> list[Say]:
        rows = self.storage.outbox.queue.rows.values()
        said = [r.payload for r in rows if isinstance(r.payload, Say)]
        return [s for s in said if s.code.startswith("voucher_not_posted")]


class Nowhere:
    """A file that nobody reads."""

    async def prepare(self, listed: SheetList, data: bytes) -> None: ...

    async def publish(self, listed: SheetList, data: bytes) -> None: ...

    async def drop(self) -> None: ...


class AnyForm:
    """A format that takes everything."""

    name = "any"

    def find_unfit(self, _: Sheet, __: Company) -> str | None:
        return None

    def __call__(self, _: SheetList, __: Company) -> bytes:
        return b"x"


async def test_a_voucher_is_posted_once_and_its_number_comes_back() -> None:
    place = await Desk().opened()

    await place.settle()
    await place.settle()

    voucher = await place.voucher()
    assert (voucher.state, voucher.number, voucher.taken_by) == ("posted", "记-1", "books")
    form = place.books.entries[KEY]
    assert [row["FACCOUNTID"] for row in form.details["FEntity"]] == [
        {"FNumber": "6601.03"},
        {"FNumber": "2241"},
    ]


async def test_a_lost_answer_is_looked_up_and_never_made_twice() -> None:
    place = await Desk().opened()
    place.books.late = ResultUnknown("answer_lost")

    await place.settle()
    place.later(5)
    await place.settle()

    assert (await place.voucher()).number == "记-1"
    assert list(place.books.entries) == [KEY]


async def test_what_may_still_arrive_is_waited_for_before_it_is_made_again() -> None:
    place = await Desk().opened()
    place.books.fails = [ResultUnknown("answer_lost")]

    await place.settle()
    place.later(SETTLES_S / 2)
    await place.settle()
    assert place.books.entries == {}

    place.later(SETTLES_S)
    await place.settle()
    assert list(place.books.entries) == [KEY]
    assert (await place.voucher()).state == "posted"


async def test_a_refusal_is_told_to_finance_in_the_books_own_words() -> None:
    place = await Desk().opened()
    place.books.fails = [Rejected("refused", text="科目不存在")]

    await place.settle()

    assert set(place.finance()) == {"科目不存在"}
    assert (await place.voucher()).state == "open"
    (letter,) = await place.desk().listed()
    assert (letter.number, letter.what) == (NUMBER, "voucher.post → books")

    await place.desk().retry(NUMBER)
    await place.settle()
    assert (await place.voucher()).number == "记-1"


async def test_what_is_dropped_may_go_by_file_and_nothing_else_may() -> None:
    place = await Desk().opened()
    place.books.fails = [Rejected("refused", text="科目不存在")]
    await place.settle()
    files = VoucherDesk(place.storage.store, place.clock, place.outlet.zone)
    with pytest.raises(Refused, match="nothing_to_export"):
        await files.export(AnyForm(), Nowhere())

    await place.desk().drop(NUMBER)
    await place.settle()
    assert (await place.voucher()).taken_by == PEOPLE
    await files.export(AnyForm(), Nowhere())

    assert (await place.voucher()).state == "exported"
    assert place.books.entries == {}


async def test_what_went_by_file_first_is_not_posted() -> None:
    place = await Desk().opened()
    files = VoucherDesk(place.storage.store, place.clock, place.outlet.zone)
    await files.export(AnyForm(), Nowhere())

    await place.settle()

    assert place.books.entries == {}
    assert (await place.voucher()).state == "exported"


async def test_what_was_voided_before_is_not_posted() -> None:
    place = await Desk().opened()
    await place.commit(replace(await place.voucher(), state="void"))

    await place.settle()

    assert place.books.entries == {}


async def test_what_is_voided_while_it_is_under_way_gets_its_red_voucher() -> None:
    place = await Desk().opened()
    place.books.late = ResultUnknown("answer_lost")
    await place.settle()
    await place.commit(replace(await place.voucher(), state="void"))

    place.later(5)
    await place.settle()

    posted, red = await place.voucher(), await place.voucher(f"{KEY}-R")
    assert (posted.state, posted.number) == ("posted", "记-1")
    assert (red.state, red.reverses, red.total_fen) == ("open", KEY, -4500)


async def test_what_is_there_unfinished_goes_on_from_there_also_when_it_is_voided() -> None:
    place = await Desk().opened()
    place.books.late = Unfinished("unfinished", text="7: 没有审核权限", called="7")
    await place.settle()
    assert set(place.finance()) == {"7: 没有审核权限"}
    assert {said.code for said in place.said()} == {"voucher_not_posted_unfinished"}
    await place.commit(replace(await place.voucher(), state="void"))

    await place.desk().retry(NUMBER)
    await place.settle()

    posted, red = await place.voucher(), await place.voucher(f"{KEY}-R")
    assert (posted.state, posted.number) == ("posted", "记-1")
    assert (red.state, red.reverses) == ("open", KEY)
    assert list(place.books.entries) == [KEY]


async def test_finance_hears_once_a_day_that_the_books_do_not_know_us() -> None:
    place = await Desk().opened()
    second = voucher_of(id=f"{KEY}-2")
    await place.commit(second)
    place.books.fails = [AuthFailed("login_refused", text="Login failed") for _ in range(12)]

    for _ in range(4):
        await place.settle()
        place.later(60)
    assert {said.code for said in place.said()} == {"voucher_not_posted_failing"}
    assert len({s.person for s in place.said()}) == len(place.said())
    assert set(place.finance()) == {"Login failed"}

    place.books.fails = []
    await place.settle()
    assert (await place.voucher()).number


async def test_books_that_are_away_for_long_are_told_of() -> None:
    place = await Desk().opened()
    place.books.fails = [Retryable("server_fault") for _ in range(10)]

    for tries in range(10):
        await place.settle()
        told = place.finance()
        assert bool(told) == (tries == 9)
        place.later(601)

    assert set(told) == {"对方内部出错"}


async def test_a_number_that_differs_is_for_people() -> None:
    place = await Desk().opened()
    files = VoucherDesk(place.storage.store, place.clock, place.outlet.zone)
    await files.number([(KEY, "记-77")])

    await place.settle()

    assert place.books.entries == {}
    assert (await place.voucher()).number == "记-77"


def booker(place: Desk, *companies: str) -> Booker:
    async def wait(_: float) -> None:
        place.later(0.01)

    pump = Pump(
        "test",
        lease=place.deliverer.lease,
        handle=place.deliverer.handle,
        renew=place.deliverer.renew,
        wait=wait,
        parallel=4,
    )
    kept = place.storage
    mine = frozenset(companies)
    return Booker(place.outlet, pump, place.lead, kept.dead, kept.outbox, mine, 1.0)


async def test_posting_now_does_what_was_ordered_and_what_was_not() -> None:
    place = await Desk().opened()
    more = voucher_of(id=f"V-{NUMBER}-2")
    await place.storage.store.commit(Change(at=place.now, vouchers=(more,)))

    done = await booker(place).post()
    again = await booker(place).post()

    assert done.posted == ((KEY, "记-1"), (more.id, "记-2"))
    assert (again.posted, again.waiting) == ((), ())
    assert (await place.voucher()).state == "posted"


async def test_posting_now_says_what_was_refused_and_tries_it_again() -> None:
    place = await Desk().opened()
    place.books.fails = [Rejected("refused", text="科目不存在")]

    refused = await booker(place).post()
    done = await booker(place).post()

    assert refused.waiting == ((KEY, "科目不存在"),)
    assert done.posted == ((KEY, "记-1"),)
    assert await place.desk().listed() == ()


async def test_posting_now_tries_at_once_what_waits_for_its_next_attempt() -> None:
    place = await Desk().opened()
    place.books.fails = [Retryable("busy", retry_after_s=3600)]
    await place.settle()
    assert place.books.entries == {}

    done = await booker(place).post()

    assert done.posted == ((KEY, "记-1"),)


async def test_posting_now_does_not_wait_for_books_that_are_away() -> None:
    place = await Desk().opened()
    place.books.fails = [Retryable("busy", retry_after_s=600) for _ in range(5)]

    done = await booker(place).post()

    assert done.waiting == ((KEY, "busy"),)


async def test_books_of_another_company_are_left_alone() -> None:
    place = await Desk().opened()

    done = await booker(place, "other").post()

    assert done.posted == ()
    found = await place.storage.store.vouchers(VoucherQuery(state="open"), Page(limit=10))
    assert [v.id for v in found.items] == [KEY]


@pytest.mark.parametrize(
    ("companies", "ordered"), [((), True), (("hq",), True), (("other",), False)]
)
def test_only_the_books_of_a_company_are_told_of_its_vouchers(
    companies: tuple[str, ...], *, ordered: bool
) -> None:
    wanted = Subscription("books", "voucher", posts=True, companies=frozenset(companies))

    change = with_events(Change(at=START, vouchers=(voucher_of(),)), (wanted,))

    assert [getattr(o.notice, "call", "") for o in change.outbox] == [POST_VOUCHER] * ordered


def test_a_voucher_that_another_system_has_is_not_taken() -> None:
    place = Desk()
    cause = place.by("system:books")

    assert take(voucher_of(taken_by="books"), "books", cause) is None
    with pytest.raises(Refused):
        take(voucher_of(taken_by="others"), "books", cause)
    with pytest.raises(Refused):
        take(voucher_of(state="exported"), "books", cause)


async def test_a_preview_shows_what_the_books_would_get_and_changes_nothing() -> None:
    place = await Desk().opened()
    books = {"books": voucher_mapping("kingdee")}
    preview = Preview(place.storage.store, {}, place.outlet.zone, "http://chit", books)

    (line,) = await preview.of_number(NUMBER)

    assert json.loads(line)["details"]["FEntity"][0]["FACCOUNTID"] == {"FNumber": "6601.03"}
    assert place.books.entries == {}
