"""蓝凌 in the business's words: processes begin and are taken back, results come signed; to-dos."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from connectors.kit import Kit
from connectors.kit.connector import Connector
from connectors.landray.client import RATE, LandrayClient
from connectors.landray.wire import (
    ADD_PATH,
    APPROVE_PATH,
    CANCEL_OPERATION,
    RESULTS,
    TODO_DONE_PATH,
    TODO_PATH,
    Rules,
    TodoRules,
    build_act,
    build_review,
    build_todo,
    build_todo_done,
    parse_id,
    parse_result,
    parse_todo,
    person_of,
)
from core.errors import Rejected, Unsupported, Untrusted
from core.outside import ApprovalState, Capabilities, Form, Hint, Ref, Status, Todo

REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Habits:
    """What sites do differently, or nobody has confirmed."""

    results: Mapping[str, Status] = field(default_factory=dict)
    """Meanings that differ from `RESULTS`."""
    add_path: str = ADD_PATH
    approve_path: str = APPROVE_PATH
    cancel_operation: str = CANCEL_OPERATION
    """`operationType` that takes a process back; empty where a site allows none."""
    todo: TodoRules = field(default_factory=TodoRules)


class Landray(Connector):
    """An OA of 蓝凌: `ApprovalPort`, `HintPort` and `TodoPort`."""

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        user: str,
        password: str,
        rules: Rules,
        creator: str = "",
        habits: Habits | None = None,
        rate: float | None = None,
        timeout_s: float = 30,
    ) -> None:
        self._zone = kit.zone
        self._base = base_url.rstrip("/")
        self._rules = rules
        self._creator = creator
        self._habits = habits or Habits()
        self._results = {**RESULTS, **self._habits.results}
        self._rate = rate or RATE
        self._client = LandrayClient(
            system=name,
            base_url=base_url,
            user=user,
            password=password,
            kit=kit,
            rate=rate,
            timeout_s=timeout_s,
        )
        super().__init__(name, self._client)

    @property
    def capabilities(self) -> Capabilities:
        """What 蓝凌 can do: nothing is found by our key or asked about; signed results decide."""
        return Capabilities(
            kind="landray",
            roles=frozenset({"approval", "todo"}),
            query=False,
            cancel=bool(self._habits.cancel_operation),
            attachments="inline",
            rate=(max(1, int(self._rate)), 1.0),
            unverified=(
                "docStatus of a new document",
                "the key of attachments",
                "the operation that takes a process back, and who may do it",
                "optType of to-dos",
            ),
        )

    async def start(self, form: Form, key: str) -> Ref:
        """Begin a process as its initiator; the key is in no field of 蓝凌's."""
        creator = form.initiator or self._creator
        if not creator:
            raise Rejected("no_initiator", text="@initiator", key=key)
        parts = build_review(self._rules, form, creator)
        document, said = await self._client.send(
            "addReview", self._habits.add_path, parts, parse_id
        )
        if not document:
            raise Rejected("refused", text=said)
        return Ref(self._name, REVIEW, document, document, "", (("creator", creator),))

    async def query(self, ref: Ref) -> ApprovalState:
        """Refuse: 蓝凌 has no call for it."""
        raise Unsupported("no_query", ref=ref.id)

    async def cancel(self, ref: Ref, reason: str) -> None:
        """Take a process back; a person must look where that is not allowed."""
        operation = self._habits.cancel_operation
        if not operation:
            raise Unsupported("no_cancel", text="cancel_operation")
        creator = ref.more("creator") or self._creator
        if not creator:  # a process that a person has found: nobody has written who began it
            raise Rejected("no_initiator", text="creator", ref=ref.id)
        # Operations of whoever began the process are named drafter_…, those of others handler_….
        part = "docCreator" if operation.startswith("drafter") else "handler"
        person = (part, person_of(self._rules.person_key, creator))
        parts = build_act(ref.id, person, operation, reason)
        document, said = await self._client.send(
            "approveProcess", self._habits.approve_path, parts, parse_id
        )
        if not document:
            raise Rejected("not_cancelled", text=said)

    async def find(self, key: str) -> Ref | None:
        """Refuse: 蓝凌 finds nothing by a key of ours."""
        raise Unsupported("no_find", key=key)

    def decode(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """Read a result whose signature has been checked; Untrusted for another layout."""
        del headers
        try:
            document, state = parse_result(body, self._results)
        except ValueError:
            raise Untrusted("layout") from None
        return Hint((document,), state)

    async def put(self, todo: Todo) -> None:
        """Show a to-do in the OA's list."""
        moment = f"{todo.at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}" if todo.at else ""
        body = build_todo(self._habits.todo, todo, moment)
        said = await self._client.send_json("sendTodo", TODO_PATH, body, parse_todo)
        if said:
            raise Rejected("todo_refused", text=said)

    async def done(self, todo: Todo) -> None:
        """Take a to-do out of the OA's list; one that is not there is done already."""
        body = build_todo_done(self._habits.todo, todo)
        gone = partial(parse_todo, may_be_gone=True)
        said = await self._client.send_json("setTodoDone", TODO_DONE_PATH, body, gone)
        if said:
            raise Rejected("todo_refused", text=said)
