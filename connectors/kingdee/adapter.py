"""金蝶云·星空 in the business's words: a voucher is there once, submitted and audited."""

from connectors.kingdee.client import RATE, KingdeeClient, Login
from connectors.kingdee.wire import (
    AUDITED,
    SUBMITTED,
    Account,
    Answer,
    Booked,
    build_step,
    build_voucher,
)
from connectors.kit import Kit
from connectors.kit.asking import asked
from connectors.kit.pace import Pace
from core.errors import Rejected, ResultUnknown
from core.outside import Capabilities, Form, Ref

UNVERIFIED = (
    "GL_VOUCHER: FVOUCHERID, FBillNo",
    "FDetailID.FDETAILID__FFLEXn (mapping)",
    "FVOUCHERGROUPID (voucher_group)",
    "rate",
)


class Kingdee:
    """`core.outside.VoucherPort` of 金蝶云·星空.

    `book` is the number of the account book, `group` that of the 凭证字. Vouchers are submitted and
    audited unless `audit` is off; nothing there posts them (过账) but its own people.
    """

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        account: Account,
        book: str,
        group: str = "PRE001",
        login: Login = "signature",
        audit: bool = True,
        rate: float | None = None,
        timeout_s: float = 30,
        pace: Pace | None = None,
    ) -> None:
        self._name = name
        self._book = book
        self._group = group
        self._audit = audit
        self._timeout_s = timeout_s
        self._client = KingdeeClient(
            system=name,
            base_url=base_url,
            account=account,
            login=login,
            kit=kit,
            pace=pace or Pace(rate or RATE[0], RATE[1]),
            timeout_s=timeout_s,
        )

    @property
    def name(self) -> str:
        """The name of its table."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """What it can do: a voucher is found by the marker that it carries."""
        return Capabilities(
            "kingdee",
            frozenset({"voucher"}),
            find=True,
            rate=RATE,
            settles_s=2 * self._timeout_s,
            unverified=UNVERIFIED,
        )

    async def post(self, form: Form, key: str) -> Ref:
        """Save, submit and audit a voucher, unless one with our key is there already."""
        there = await self.find(key)
        if there is not None:
            return there
        saved = _good(
            await self._client.operate("Save", build_voucher(form, key, self._book, self._group))
        )
        if not saved.id:
            raise ResultUnknown("no_id")
        return await self._finished(Booked(saved.id, saved.number))

    async def find(self, key: str) -> Ref | None:
        """Find the voucher with our key, and finish what was begun of it."""
        found = await asked(self._client.find(key))
        if isinstance(found, Answer):
            raise Rejected("query_refused", text=found.text)
        if len(found) > 1:
            numbers = ", ".join(b.number or b.id for b in found)
            raise Rejected("several_found", text=numbers)
        return await asked(self._finished(found[0])) if found else None

    async def _finished(self, there: Booked) -> Ref:
        """Submit and audit a voucher from where it is."""
        if self._audit and there.status != AUDITED:
            if there.status != SUBMITTED:
                _good(await self._client.operate("Submit", build_step(there.id)))
            _good(await self._client.operate("Audit", build_step(there.id)))
        return Ref(self._name, "voucher", there.id, there.number or there.id)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()


def _good(answer: Answer) -> Answer:
    """Raise what an answer stands for, unless it is good."""
    if not answer.good:
        raise Rejected("refused", text=answer.text, code_there=answer.code)
    return answer
