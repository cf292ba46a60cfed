"""致远 in the business's words: processes begin, are asked about and taken back; to-dos."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from connectors.kit import Kit
from connectors.kit.connector import Connector
from connectors.kit.exchange import Call
from connectors.seeyon.client import RATE, Account, SeeyonClient
from connectors.seeyon.wire import (
    CANCEL_PATH,
    JSON_TYPE,
    START_PATH,
    STATE_PATH,
    STATE_WORDS,
    STATES,
    TODO_DONE_PATH,
    TODO_PATH,
    IdKind,
    build_cancel,
    build_start,
    build_todo,
    build_todo_done,
    parse_begun,
    parse_cancelled,
    parse_state,
    parse_todo,
)
from core.errors import Rejected, ResultUnknown, Unsupported
from core.outside import ApprovalState, Capabilities, Form, Ref, Status, Todo

PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Habits:
    """What sites do differently, or nobody has confirmed: states, the id to ask by, paths."""

    states: Mapping[int, Status] = field(default_factory=dict)
    """Meanings that differ from `STATES`."""
    id_kind: IdKind = "summary"
    cancel_path: str = CANCEL_PATH
    todo_path: str = TODO_PATH
    todo_done_path: str = TODO_DONE_PATH


class Seeyon(Connector):
    """An OA of 致远: `ApprovalPort` and `TodoPort`."""

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        account: Account,
        template_code: str,
        login_name: str = "",
        register_code: str = "",
        habits: Habits | None = None,
        rate: float | None = None,
        timeout_s: float = 30,
    ) -> None:
        self._zone = kit.zone
        self._template = template_code
        self._login = login_name
        self._register = register_code
        self._habits = habits or Habits()
        self._states = {**STATES, **self._habits.states}
        self._rate = rate or RATE
        self._client = SeeyonClient(
            system=name,
            base_url=base_url,
            account=account,
            kit=kit,
            rate=rate,
            timeout_s=timeout_s,
        )
        super().__init__(name, self._client)

    @property
    def capabilities(self) -> Capabilities:
        """What 致远 can do: nothing is found again by our key, so a lost answer stops."""
        return Capabilities(
            kind="seeyon",
            roles=frozenset({"approval", "todo"}),
            cancel=True,
            attachments="upload",
            rate=(max(1, int(self._rate)), 1.0),
            unverified=(
                "what states 1, 2, 7 and 15 mean",
                "which id states are asked by",
                "how long a token lives",
                "path and date of to-dos",
            ),
        )

    async def start(self, form: Form, key: str) -> Ref:
        """Begin a process as its initiator, its files first; the key is in no field of 致远's."""
        person = form.initiator or self._login
        files = [await self._client.upload(file, person) for file in form.files]
        body = build_start(self._template, form, files)
        call = Call("process/start", "POST", START_PATH, body=body, content_type=JSON_TYPE)
        begun = await self._client.read(call, person, parse_begun)
        if begun.fault:
            raise Rejected("refused", text=begun.fault)
        found = begun.id_of(self._habits.id_kind)
        if not found:
            raise ResultUnknown("no_process_id", key=key)
        extra = {"summary": begun.summary, "affair": begun.affair, "member": person}
        return Ref(self._name, PROCESS, found, found, "", tuple(extra.items()))

    async def query(self, ref: Ref) -> ApprovalState:
        """Ask for the state of a process: a number, without anybody's words."""
        path = STATE_PATH + quote(ref.id, safe="")
        state = await self._client.read(Call("flow/state", "GET", path), self._login, parse_state)
        return ApprovalState(self._states.get(state, "waiting"), STATE_WORDS.get(state, str(state)))

    async def cancel(self, ref: Ref, reason: str) -> None:
        """Take a process back as its initiator; one that is over counts as taken back."""
        del reason  # the call has no place for it
        member = ref.more("member") or self._login
        body = build_cancel(ref.more("summary") or ref.id, ref.more("affair"), member)
        path = self._habits.cancel_path
        call = Call("affair/cancel", "POST", path, body=body, content_type=JSON_TYPE)
        good, said = await self._client.read(call, member, parse_cancelled)
        if not good and (await self.query(ref)).status == "waiting":
            raise Rejected("not_cancelled", text=said or "affair/cancel")

    async def find(self, key: str) -> Ref | None:
        """Refuse: 致远 finds nothing by a key of ours."""
        raise Unsupported("no_find", key=key)

    async def put(self, todo: Todo) -> None:
        """Show a to-do in the OA's list."""
        moment = f"{todo.at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}" if todo.at else ""
        await self._push(self._habits.todo_path, build_todo(self._register, todo, moment))

    async def done(self, todo: Todo) -> None:
        """Take a to-do out of the OA's list."""
        await self._push(self._habits.todo_done_path, build_todo_done(self._register, todo))

    async def _push(self, path: str, body: bytes) -> None:
        if not self._register:
            raise Rejected("no_register_code", text="register_code")
        call = Call(path.rpartition("/")[2], "POST", path, body=body, content_type=JSON_TYPE)
        said = await self._client.read(call, self._login, parse_todo)
        if said:
            raise Rejected("todo_refused", text=said)
