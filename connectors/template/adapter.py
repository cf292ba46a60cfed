"""The made-up OA in the business's words: only here its answers mean something for a claim."""

from connectors.kit import Kit
from connectors.kit.answers import text_in
from connectors.kit.connector import Connector
from connectors.kit.exchange import Call
from connectors.template.client import RATE, TemplateClient
from connectors.template.wire import (
    JSON_TYPE,
    PROCESSES,
    Answer,
    build_cancel,
    build_process,
    parse_state,
)
from core.errors import Rejected, ResultUnknown
from core.outside import ApprovalState, Capabilities, Form, Ref, Role

ROLES: frozenset[Role] = frozenset({"approval"})


class Template(Connector):
    """`core.outside.ApprovalPort` of the made-up OA."""

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        app: str,
        secret: str,
        timeout_s: float = 30,
    ) -> None:
        self._client = TemplateClient(
            system=name,
            base_url=base_url,
            app=app,
            secret=secret,
            kit=kit,
            timeout_s=timeout_s,
        )
        super().__init__(name, self._client)

    @property
    def capabilities(self) -> Capabilities:
        """What it can do: it finds processes by our key, so a lost answer heals by itself."""
        return Capabilities("template", ROLES, find=True, cancel=True, rate=RATE)

    async def start(self, form: Form, key: str) -> Ref:
        """Begin a process under our key."""
        call = Call(
            "start", "POST", PROCESSES, body=build_process(form, key), content_type=JSON_TYPE
        )
        return self._ref(_good(await self._client.call(call)))

    async def query(self, ref: Ref) -> ApprovalState:
        """Ask where a process is."""
        answer = await self._client.call(Call("query", "GET", f"{PROCESSES}/{ref.id}"))
        if answer.fault == "no_such_process":
            return ApprovalState("void")
        state = parse_state(_good(answer))
        if state is None:
            raise ResultUnknown("unknown_state", ref=ref.id)
        return state

    async def cancel(self, ref: Ref, reason: str) -> None:
        """Take a process back; one that is over counts as taken back."""
        call = Call(
            "cancel",
            "POST",
            f"{PROCESSES}/{ref.id}/cancel",
            body=build_cancel(reason),
            content_type=JSON_TYPE,
        )
        answer = await self._client.call(call)
        if answer.fault != "over":
            _good(answer)

    async def find(self, key: str) -> Ref | None:
        """Find a process by our key."""
        answer = await self._client.call(Call("find", "GET", PROCESSES, query={"key": key}))
        return None if answer.fault == "no_such_process" else self._ref(_good(answer))

    def _ref(self, answer: Answer) -> Ref:
        found = text_in(answer.data, "id")
        if not found:
            raise ResultUnknown("no_id")
        return Ref(self._name, "process", found, text_in(answer.data, "number") or found)


def _good(answer: Answer) -> Answer:
    """Raise the error that an answer stands for, unless it is good."""
    if answer.fault:
        raise Rejected(answer.fault, text=answer.text)
    return answer
