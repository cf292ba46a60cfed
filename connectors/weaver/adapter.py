"""泛微 in the business's words: processes begin, are asked about and taken back; to-dos."""

from dataclasses import dataclass, replace

from connectors.kit import Kit
from connectors.kit.connector import Connector
from connectors.weaver.client import RATE, WeaverClient, is_account
from connectors.weaver.wire import (
    ARCHIVED,
    CREATE_PATH,
    CREATED,
    DELETE_PATH,
    DETAIL_PATH,
    STATUS_PATH,
    TODO_PATH,
    WITHDRAW_PATH,
    Answer,
    Detail,
    Registered,
    build_act,
    build_create,
    build_todo,
    parse_detail,
    parse_request_id,
    parse_status,
    parse_todo,
)
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable, Unsupported
from core.outside import ApprovalState, Capabilities, Form, Ref, Status, Todo

REQUEST = "request"
_PAGE = "/spa/workflow/static4form/index.html#/main/workflow/req?requestid={id}"
_GONE = frozenset({"PARAM_ERROR"})
_REFUSED = frozenset({"PARAM_ERROR", "NO_PERMISSION", "USER_EXCEPTION", "REFUSED"})


@dataclass(frozen=True, slots=True)
class Words:
    """Words in logs and states that say what has become of a process; sites change them."""

    returned: tuple[str, ...] = ("退回",)
    rejected: tuple[str, ...] = ("驳回", "不同意", "否决")
    withdrawn: tuple[str, ...] = ("撤回", "撤销", "收回")
    void: tuple[str, ...] = ("强制归档", "作废", "删除")


class Weaver(Connector):
    """An OA of 泛微: `ApprovalPort`, `TodoPort` and `SsoPort`.

    Where it `lets_in` our people, the link of a process is a page of ours that sends them there.
    """

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        app_id: str,
        user_id: str,
        workflow_id: str,
        registered: Registered | None = None,
        syscode: str = "",
        words: Words | None = None,
        lets_in: bool = False,
        rate: float | None = None,
        timeout_s: float = 30,
    ) -> None:
        self._zone = kit.zone
        self._base = base_url.rstrip("/")
        self._user = user_id
        self._door = f"{kit.source}/app/claims/{{}}/in/{name}" if lets_in else ""
        self._workflow = workflow_id
        self._syscode = syscode
        self._words = words or Words()
        self._rate = rate or RATE
        self._moved: set[str] = set()
        self._client = WeaverClient(
            system=name,
            base_url=base_url,
            app_id=app_id,
            registered=registered,
            kit=kit,
            rate=rate,
            timeout_s=timeout_s,
        )
        super().__init__(name, self._client)

    @property
    def capabilities(self) -> Capabilities:
        """What 泛微 can do: nothing is found again by our key, so a lost answer stops."""
        return Capabilities(
            kind="weaver",
            roles=frozenset({"approval", "todo", "sso"}),
            cancel=True,
            attachments="inline",
            rate=(int(self._rate), 1.0),
            unverified=(
                "words in logs that tell a return from a withdrawal",
                "where a page takes ssoToken",
            ),
        )

    async def start(self, form: Form, key: str) -> Ref:
        """Begin a process as its initiator; the key is in no field of 泛微's."""
        user = form.initiator or self._user
        body = build_create(self._workflow, form)
        answer = await self._client.post("doCreateRequest", CREATE_PATH, body, user)
        _require(answer, unknown_too=True)
        request = parse_request_id(answer)
        if not request:
            raise ResultUnknown("no_request_id", key=key)
        page = self._base + _PAGE.format(id=request)
        link = self._door.format(key.partition("/")[0]) if self._door else page
        return Ref(self._name, REQUEST, request, request, link, (("user", user),))

    async def query(self, ref: Ref) -> ApprovalState:
        """Ask for the kind of node that a process is at, and for its log when it is over."""
        user = ref.more("user") or self._user
        answer = await self._client.get("getRequestStatus", STATUS_PATH, ref.id, user)
        if answer.code in _GONE or (answer.good and not answer.data):
            return await self._perhaps_gone(ref, user)
        _require(answer)
        kind, status = parse_status(answer)
        if kind not in {CREATED, ARCHIVED}:
            self._moved.add(ref.id)
            return ApprovalState("waiting", status)
        answer = await self._client.get("getWorkflowRequest", DETAIL_PATH, ref.id, user)
        _require(answer)
        detail = parse_detail(answer)
        verdict = self._judge(ref.id, kind, status, detail)
        if verdict != "waiting":
            self._moved.discard(ref.id)
        comments = tuple(log.comment() for log in detail.logs if log.remark)
        return ApprovalState(verdict, detail.node or status, comments, len(detail.logs))

    def _judge(self, request: str, kind: str, status: str, detail: Detail) -> Status:
        """Say what it means that a process is at its end, or at its beginning (again)."""
        last = detail.logs[-1].operation if detail.logs else ""
        said = (last, status, detail.status, detail.node)
        words = self._words
        if kind == ARCHIVED:
            if _has(words.void, said):
                return "void"
            return "rejected" if _has(words.rejected, said) else "approved"
        if _has(words.void, said[:3]):
            return "void"
        if _has(words.withdrawn, said[:3]):
            return "withdrawn"
        if _has(words.rejected, said[:3]):
            return "rejected"
        went_on = any(log.node != detail.logs[0].node for log in detail.logs)
        is_back = _has(words.returned, said[:3]) or went_on or request in self._moved
        return "returned" if is_back else "waiting"

    async def _perhaps_gone(self, ref: Ref, user: str) -> ApprovalState:
        """A process of ours that neither interface knows any more was deleted."""
        answer = await self._client.get("getWorkflowRequest", DETAIL_PATH, ref.id, user)
        if answer.code in _GONE or (answer.good and not answer.data):
            return ApprovalState("void")
        _require(answer)
        raise ResultUnknown("contradiction", request=ref.id)

    async def cancel(self, ref: Ref, reason: str) -> None:
        """Withdraw a process; where that is refused, delete it unless it is over anyway."""
        user = ref.more("user") or self._user
        body = build_act(ref.id, reason)
        answer = await self._client.post("withdrawRequest", WITHDRAW_PATH, body, user)
        if answer.good:
            return
        state = await self.query(ref)
        if state.status != "waiting":
            return
        answer = await self._client.post("deleteRequest", DELETE_PATH, build_act(ref.id), user)
        _require(answer)

    async def find(self, key: str) -> Ref | None:
        """Refuse: 泛微 finds nothing by a key of ours."""
        raise Unsupported("no_find", key=key)

    async def link(self, person: str, target: str, ttl_s: int) -> str:
        """Give an address that opens a process as somebody, who is named by a login name.

        How long it is good is the OA's to say.
        """
        del ttl_s
        request = target.removeprefix("form:")
        if not request.isdecimal():
            raise Rejected("no_such_page", text=target[:40])
        try:
            token, said = await self._client.sign_on(person)
        except ValueError:
            raise Retryable("sign_on_not_answered") from None
        if not token:
            raise Rejected("not_let_in", text=said)
        page, _, place = _PAGE.format(id=request).partition("#")
        return f"{self._base}{page}?ssoToken={token}#{place}"

    async def put(self, todo: Todo) -> None:
        """Show a to-do in the OA's list; the same key twice is one."""
        await self._push(todo, done=False)

    async def done(self, todo: Todo) -> None:
        """Take a to-do out of the OA's list."""
        await self._push(todo, done=True)

    async def _push(self, todo: Todo, *, done: bool) -> None:
        if not self._syscode:
            raise Rejected("no_syscode", text="syscode")
        local = replace(todo, at=todo.at.astimezone(self._zone)) if todo.at else todo
        body = build_todo(self._syscode, local, done=done, receiver=todo.person)
        try:
            said = parse_todo(
                await self._client.send_json("ReceiveRequestInfoByJson", TODO_PATH, body)
            )
        except ValueError:
            raise ResultUnknown("garbled") from None
        if said:
            raise Rejected("todo_refused", text=said)


def _has(words: tuple[str, ...], said: tuple[str, ...]) -> bool:
    return any(word in text for word in words for text in said)


def _require(answer: Answer, *, unknown_too: bool = False) -> None:
    """Raise the error that an answer stands for, unless it is good.

    A fault inside the OA may come after the process was made.
    """
    if answer.good:
        return
    if is_account(answer.text):
        raise AuthFailed("account", text=answer.text)
    if answer.code in _REFUSED or not unknown_too:
        raise Rejected(answer.code.lower() or "refused", text=answer.text)
    raise ResultUnknown("inner_error", answer=answer.code)
