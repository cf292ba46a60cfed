"""合思 as the platform beside us: what it is told, what is read of it, approvals as others."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from connectors.hose.client import HoseClient
from connectors.hose.people import People
from connectors.hose.platform_wire import (
    ALREADY_PAID,
    APPROVE_PATH,
    BUDGETS_PATH,
    LIST_PATH,
    MOST_TOGETHER,
    NODE_PATH,
    NOT_PAYING,
    PAGE,
    PAYMENT_PATH,
    POWER,
    RESULT_PATH,
    SSO_PATH,
    TAKEN,
    VOUCHER_PATH,
    build_decision,
    build_page,
    build_payment,
    build_voucher,
    is_settled,
    list_query,
    moment_text,
    paper_of,
    parse_balance,
    parse_outcome,
    parse_packages,
    parse_page,
    parse_payment,
    period_of,
)
from connectors.hose.wire import SETTLED, Flow, parse_flow
from connectors.kit import Kit
from connectors.kit.answers import list_in
from connectors.kit.pace import Pace
from core.errors import Rejected, ResultUnknown
from core.outside import OutsideBalance, Ref
from core.papers import Decision, Paper

MOST_PAGES = 50
RESULT_TRIES, RESULT_PAUSE_S = 5, 1.0
"""An approval is carried out behind the answer; its result can be asked for during a minute."""


class Platform(People, ABC):
    """`PaymentPort`, `WriteBackPort`, `PapersPort`, `BudgetPort`, `DecisionPort`, `SsoPort`."""

    def __init__(self, client: HoseClient, kit: Kit, name: str, approving_s: float) -> None:
        super().__init__(client, name)
        self._kit = kit
        self._approving = Pace(1, approving_s)
        self._result_pause_s = min(RESULT_PAUSE_S, approving_s)

    @abstractmethod
    async def flow(self, ref_id: str) -> Flow | None:
        """Read a document; None when it was deleted or never was."""

    async def report(self, ref: Ref, result: Literal["paid", "failed"], reason: str) -> None:
        """Tell what became of a payment; one that is paid there already needs no word.

        Nor does a failure of what nobody is paying there.
        """
        body = build_payment(ref.id, result, reason)
        found = await self._client.send("paymentResults", PAYMENT_PATH, body)
        code, text = parse_payment(found, ref.id)
        if code in {TAKEN, ALREADY_PAID}:
            return
        if code == NOT_PAYING and (result == "failed" or await self.is_settled(ref)):
            return
        if not code:
            raise ResultUnknown("no_result")
        raise Rejected(code.lower(), text=text)

    async def is_settled(self, ref: Ref) -> bool:
        """Whether a document is paid there."""
        flow = await self.flow(ref.id)
        return flow is not None and is_settled(flow)

    async def write_back(self, ref: Ref, number: str, at: datetime) -> None:
        """Write a voucher's number to a document that is paid there."""
        body = build_voucher(ref.id, number, at)
        await self._client.send("erpVoucher", VOUCHER_PATH, body, method="PUT")

    async def link(self, person: str, target: str, ttl_s: int) -> str:
        """Give an address that opens a page once, as somebody."""
        try:
            body = build_page(person, target, ttl_s)
        except ValueError as error:
            raise Rejected("no_such_page", text=str(error)) from None
        found = await self._client.send("getProvisionalAuth", SSO_PATH, body, private=True)
        address = parse_page(found)
        if not address.startswith(("https://", "http://")):
            raise Rejected("no_address")
        return address

    async def balance(self, dimensions: Mapping[str, str], day: date) -> OutsideBalance | None:
        """Give the balance of a node (`package`, `code`) in the period of a day."""
        package = dimensions.get("package", "")
        found = await self._client.get("budgets", BUDGETS_PATH)
        known = [p for p in parse_packages(found) if p.active and p.id == package]
        if not known:
            return None
        path = NODE_PATH.replace("{id}", known[0].id).replace("{version}", known[0].version)
        code = dimensions.get("code", "")
        found = await self._client.send("searchBudgetNode", path, {"code": code})
        if known[0].year and known[0].year != str(day.year):
            return None
        period = period_of(known[0].division, day)
        try:
            return parse_balance(found, code, period, day, self._kit.zone)
        except ValueError as error:
            raise Rejected("not_an_amount", text=str(error)) from None

    async def paper(self, ref: Ref) -> Paper | None:
        """Read a document; None when it is gone."""
        flow = await self.flow(ref.id)
        return paper_of(self._name, flow, self._kit.zone) if flow and flow.active else None

    async def papers(
        self, kind: Literal["settled", "requests"], since: int
    ) -> tuple[Sequence[Paper], int]:
        """Give documents changed since a moment (ms), oldest change first, and the next moment.

        Lists know whole seconds only, so that those of the last one come again.
        """
        flows: list[Flow] = []
        form = "expense" if kind == "settled" else "requisition"
        begin = moment_text(since, self._kit.zone) if since else ""
        for page in range(MOST_PAGES):
            query = list_query(form, sorted(SETTLED), begin, page * PAGE)
            found = await self._client.get("getApplyList", LIST_PATH, query)
            rows = list_in(found, "items")
            flows += [flow for flow in map(parse_flow, rows) if flow is not None]
            if len(rows) < PAGE:
                break
        papers = [paper_of(self._name, flow, self._kit.zone) for flow in flows]
        return papers, max([since, *(flow.updated_ms for flow in flows)])

    async def decide(self, decisions: Sequence[Decision]) -> Mapping[str, str]:
        """Agree or reject as others, ten documents a call and a minute between calls.

        Gives what was refused, by the documents' ids.
        """
        refused: dict[str, str] = {}
        for group in _alike(decisions):
            await self._approving.take()
            refused |= await self._decided(group)
        return refused

    async def _decided(self, group: Sequence[Decision]) -> Mapping[str, str]:
        first = group[0]
        path = f"{APPROVE_PATH}[{','.join(d.ref.id for d in group)}]"
        body = build_decision(first.person, agrees=first.agrees, comment=first.comment)
        query = {"messageCode": "debug", "powerCode": POWER}
        found = await self._client.send("approve", path, body, query)
        outcome = parse_outcome(found)
        for _ in range(RESULT_TRIES):
            if not outcome.waiting:
                break
            await asyncio.sleep(self._result_pause_s)
            asked = {"approveId": first.person, "powerCode": POWER}
            outcome = parse_outcome(await self._client.get("approved", RESULT_PATH, asked))
        return outcome.refused


def _alike(decisions: Sequence[Decision]) -> list[Sequence[Decision]]:
    """Put together what can be said in one call: of one person, with the same words."""
    groups: dict[tuple[str, bool, str], list[Decision]] = {}
    for decision in decisions:
        key = (decision.person, decision.agrees, decision.comment)
        groups.setdefault(key, []).append(decision)
    return [
        group[first : first + MOST_TOGETHER]
        for group in groups.values()
        for first in range(0, len(group), MOST_TOGETHER)
    ]
