"""合思 in the business's words: documents begin, are asked about and taken back."""

from collections.abc import Mapping, Sequence
from typing import Literal

from connectors.hose.client import RATE, HoseClient
from connectors.hose.platform import Platform
from connectors.hose.wire import (
    ACT_PATH,
    BY_OUTER_PATH,
    CREATE_PATH,
    DETAIL_PATH,
    EBOT,
    FLOW,
    GONE,
    MOST_FILE_BYTES,
    MOST_PEOPLE,
    PLAN_PATH,
    STAFF_PATH,
    STATES,
    SUBMIT_PATH,
    TAKEN,
    Flow,
    Log,
    Stored,
    build_document,
    build_submission,
    comment_of,
    file_name,
    parse_created,
    parse_detail,
    parse_names,
    parse_stored,
    path_with,
)
from connectors.kit import Kit
from connectors.kit.answers import text_in
from core.errors import OutsideError, Rejected, ResultUnknown, Retryable
from core.outside import ApprovalState, Attachment, Capabilities, Form, Ref, Status

PENDING_S = 5.0
"""How long a document is `pending`, about: nothing can be done with it meanwhile."""
Rejection = Literal["returned", "rejected"]


class Hose(Platform):
    """A company in 合思: `ApprovalPort`, `ClaimsPort` and what `Platform` adds.

    `rejection` says what it means here that a document was rejected there: it lies with its
    submitter again (`returned`), or the company takes it for the last word (`rejected`). With
    `planned` a document is kept as a draft first and submitted along its planned nodes, as flows
    with chosen approvers want it. Where it `lets_in` our people, the link of a document is a page
    of ours that sends them there.
    """

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        app_key: str,
        app_security: str,
        corp_id: str = "",
        specification_id: str = "",
        rejection: Rejection = "returned",
        planned: bool = False,
        rate: float | None = None,
        timeout_s: float = 30,
        approving_s: float = 60,
        lets_in: bool = False,
    ) -> None:
        client = HoseClient(
            system=name,
            base_url=base_url,
            app_key=app_key,
            app_security=app_security,
            corp_id=corp_id,
            kit=kit,
            rate=rate,
            timeout_s=timeout_s,
        )
        super().__init__(client, kit, name, approving_s)
        self._specification = specification_id
        self._rejection = rejection
        self._planned = planned
        self._page = f"{kit.source}/app/claims/{{}}/in/{name}" if lets_in else ""
        self._rate = rate or RATE
        self._names: dict[str, str] = {}

    @property
    def capabilities(self) -> Capabilities:
        """What 合思 can do: our key is its `outerCode`, so that a lost answer is found again."""
        return Capabilities(
            kind="hose",
            roles=frozenset({"approval", "claims", "payment", "voucher", "budget", "sso", "org"}),
            find=True,
            safe_repeat=True,
            cancel=True,
            decide=True,
            attachments="upload",
            rate=(max(1, int(self._rate)), 1.0),
            unverified=("the signature of 出站消息", "bodies of refusals"),
        )

    async def start(self, form: Form, key: str) -> Ref:
        """Create a document under our key and submit it; one that has our key already is it.

        It goes on to `pending`, and 费用标准检查 may still reject it: whoever asks will hear.
        """
        files = [await self._stored(file) for file in form.files]
        try:
            body = build_document(form, key, self._specification, files)
        except ValueError as error:
            raise Rejected("mapping", text=str(error)) from None
        query = {"isCommit": "false" if self._planned else "true", "isUpdate": "false"}
        try:
            found = await self._client.send("createFlow", CREATE_PATH, body, query)
        except Rejected as error:
            return await self._already(key, error)
        flow = parse_created(found)
        if flow is None:
            raise ResultUnknown("no_flow_id", key=key)
        return await self._submitted(flow)

    async def push(self, form: Form, key: str) -> Ref:
        """Create the document of a claim that was approved here, and submit it."""
        return await self.start(form, key)

    async def _already(self, key: str, error: Rejected) -> Ref:
        """Give the document that has our key, when that is why another was refused."""
        if TAKEN not in str(error.fields.get("text", "")):
            raise error
        found = await self.find(key)
        if found is None:
            raise error
        return found

    async def _submitted(self, flow: Flow) -> Ref:
        """Submit a planned document that is still a draft."""
        if self._planned and flow.state == "draft":
            plan = await self._client.get("plan", _path(PLAN_PATH, flow.id))
            try:
                body = build_submission(plan)
            except ValueError as error:
                raise Rejected("no_approver", text=str(error)) from None
            await self._client.send("submitFlow", SUBMIT_PATH, body, {"flowId": flow.id})
        number = text_in(flow.form, "outerCode").partition("/")[0]
        page = self._page.format(number) if number else ""
        return Ref(self._name, FLOW, flow.id, flow.code or flow.id, page)

    async def find(self, key: str) -> Ref | None:
        """Find a document by our key; a planned one that was not submitted yet is submitted."""
        flow = await self._asked(BY_OUTER_PATH, {"outerCode": key})
        return None if flow is None or not flow.active else await self._submitted(flow)

    async def query(self, ref: Ref) -> ApprovalState:
        """Ask where a document is; one that is deleted is void."""
        flow = await self.flow(ref.id)
        if flow is None or not flow.active:
            return ApprovalState("void")
        said = [log for log in flow.logs if log.text]
        names = await self._names_of(said)
        comments = tuple(comment_of(log, names) for log in said)
        return ApprovalState(self._status(flow), flow.node, comments, flow.updated_ms)

    def _status(self, flow: Flow) -> Status:
        status = STATES.get(flow.state)
        if status is None:
            raise Rejected("unknown_state", text=flow.state)
        return self._rejection if status == "returned" else status

    async def cancel(self, ref: Ref, _: str) -> None:
        """Retract a document and delete the draft that is left, unless it is over anyway.

        A draft would be one that somebody can submit again there. No reason can be given.
        """
        flow = await self.flow(ref.id)
        if flow is not None and flow.active and STATES.get(flow.state) == "waiting":
            if flow.state == "pending":
                raise Retryable("pending", retry_after_s=PENDING_S)
            flow = await self._retracted(ref)
        if flow is not None and flow.active and flow.state in {"draft", "rejected"}:
            await self._delete(ref)

    async def _retracted(self, ref: Ref) -> Flow | None:
        """Retract; a refusal counts only when the document is still under way."""
        try:
            await self._client.send("retract", _path(ACT_PATH, ref.id) + "retract", {})
        except Rejected:
            flow = await self.flow(ref.id)
            if flow is not None and STATES.get(flow.state) == "waiting":
                raise
            return flow
        return await self.flow(ref.id)

    async def _delete(self, ref: Ref) -> None:
        try:
            await self._client.send("delete", _path(ACT_PATH, ref.id) + "delete", {})
        except Rejected:
            if await self.flow(ref.id) is not None:
                raise

    async def flow(self, ref_id: str) -> Flow | None:
        """Read a document; None when it was deleted or never was."""
        return await self._asked(DETAIL_PATH, {"flowId": ref_id})

    async def _asked(self, path: str, query: Mapping[str, str]) -> Flow | None:
        try:
            found = await self._client.get("flowDetails", path, query)
        except Rejected as error:
            if any(word in str(error.fields.get("text", "")) for word in GONE):
                return None
            raise
        flow = parse_detail(found)
        if flow is None:
            raise ResultUnknown("no_document")
        return flow

    async def _stored(self, attachment: Attachment) -> Stored:
        """Upload a file; it is nobody's until a document names it."""
        if len(attachment.data) > MOST_FILE_BYTES:
            raise Rejected("file_too_large", text=f"{attachment.name} > 30 MB")
        try:
            found = await self._client.upload(file_name(attachment), attachment.data)
        except ResultUnknown as error:
            raise Retryable("upload_not_answered", cause=error.code) from None
        stored = parse_stored(found, attachment.slot)
        if stored is None:
            raise Retryable("upload_not_answered")
        return stored

    async def upload(self, attachment: Attachment) -> str:
        """Give a file; answers with the platform's id of it."""
        return (await self._stored(attachment)).file_id

    async def _names_of(self, logs: Sequence[Log]) -> Mapping[str, str]:
        """Ask for the names of those who said something, once each; without an answer, no names."""
        unknown = sorted({g.by for g in logs if g.by and g.by != EBOT} - set(self._names))
        if unknown:
            body = {"type": "STAFFID", "conditionIds": unknown[:MOST_PEOPLE]}
            try:
                found = await self._client.send("getStaffIds", STAFF_PATH, body)
            except OutsideError:
                return self._names
            self._names |= {**dict.fromkeys(unknown[:MOST_PEOPLE], ""), **parse_names(found)}
        return self._names


def _path(path: str, ref_id: str) -> str:
    try:
        return path_with(path, ref_id)
    except ValueError:
        raise Rejected("not_an_id", text=ref_id[:40]) from None
