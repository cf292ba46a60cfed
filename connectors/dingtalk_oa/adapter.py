"""DingTalk's approvals in the business's words: processes begin, are asked about, end; to-dos."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from connectors.dingtalk_oa.centre import Centre, good
from connectors.dingtalk_oa.client import RATE, DingTalkOaClient
from connectors.dingtalk_oa.space import Space
from connectors.dingtalk_oa.space_wire import attachments
from connectors.dingtalk_oa.wire import (
    GONE_CODES,
    JSON_TYPE,
    LIST_PATH,
    OLD_UNKNOWN,
    ROOT_DEPARTMENT,
    START_PATH,
    TERMINATE_PATH,
    USER_PATH,
    Known,
    build_done,
    build_list,
    build_start,
    build_termination,
    build_todo,
    build_user,
    by_slot,
    link_list,
    parse_instance,
    parse_list,
    parse_user,
    status_of,
    todo_path,
)
from connectors.kit import Kit
from connectors.kit.answers import text_in
from connectors.kit.asking import asked
from connectors.kit.connector import named, post_json
from connectors.kit.exchange import Call
from connectors.kit.requests import day_of, fen_of, title_of
from core.errors import OutsideError, Rejected, ResultUnknown, Retryable, Unsupported
from core.outside import ApprovalState, Capabilities, Form, Ref, Todo
from core.papers import Origin, Paper, RequestKind

INSTANCE = "instance"
NO_ORIGINS: Mapping[str, Origin] = MappingProxyType({})
CENTRE_NAME = "小票审批"
MISSED = timedelta(days=30)
"""How far back requests are looked for whose events were missed."""
TOO_EARLY_S = 15.0
"""A process cannot be terminated in the first seconds of its life."""


class DingTalkOa(Centre):
    """DingTalk's own approvals with one template: `ApprovalPort`, `TodoPort`, `CentrePort`.

    `gone` are further codes with which DingTalk says that it has no such process or to-do any more;
    `origins` are other templates, whose approved requests begin claims here.
    """

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        process_code: str = "",
        base_url: str = "",
        department: int = ROOT_DEPARTMENT,
        gone: Iterable[str] = (),
        too_early_s: float = TOO_EARLY_S,
        origins: Mapping[str, Origin] = NO_ORIGINS,
        files_in: Literal["link", "space"] = "link",
        centre_name: str = CENTRE_NAME,
        rate: float | None = None,
        timeout_s: float = 30,
    ) -> None:
        self._process = process_code
        self._department = department
        self._gone = GONE_CODES | frozenset(gone)
        self._too_early_s = too_early_s
        self._origins = origins
        self._rate = rate or RATE[0]
        self._people: dict[str, Known] = {}
        self._over: set[str] = set()
        """Requests that were not approved: each question counts against a monthly quota."""
        client = DingTalkOaClient(
            system=name, base_url=base_url, kit=kit, rate=rate, timeout_s=timeout_s
        )
        super().__init__(name, client, kit, centre_name)
        self._files_in = files_in
        self._space = Space(client, client.agent)

    @property
    def capabilities(self) -> Capabilities:
        """What DingTalk can do: nothing is found again by our key, so a lost answer stops."""
        return Capabilities(
            kind="dingtalk_oa",
            roles=frozenset({"approval", "todo"}),
            cancel=True,
            attachments="upload" if self._files_in == "space" else "link",
            people="dingtalk",
            rate=(int(self._rate), 1.0),
            unverified=(
                "whether a to-do with the same sourceId is refused",
                "whether files of the space may come from the service alone",
            ),
        )

    async def start(self, form: Form, key: str) -> Ref:
        """Begin a process as its applicant; the key is in no field of DingTalk's own."""
        try:
            body = build_start(form, self._process, self._department, await self._attached(form))
        except ValueError as error:
            raise Rejected("mapping", text=str(error)) from None
        answer = good(await self._client.call(post_json("startProcess", START_PATH, body)))
        instance = text_in(answer.data, "instanceId")
        if not instance:
            raise ResultUnknown("no_instance_id", key=key)
        begun = (("at", self._kit.clock().isoformat()),)
        return Ref(self._name, INSTANCE, instance, form.subject[:40] or instance, "", begun)

    async def _attached(self, form: Form) -> dict[str, str]:
        """Give the values of the components for files: links, or files of DingTalk's space."""
        slots = by_slot(form.files)
        if self._files_in == "link":
            return {slot: link_list(files) for slot, files in slots.items()}
        if not form.initiator or not slots:
            return {}
        union = (await self._person(form.initiator)).unionid
        return {
            slot: attachments(await self._space.put(files, form.initiator, union))
            for slot, files in slots.items()
        }

    async def query(self, ref: Ref) -> ApprovalState:
        """Ask where a process is; only what is completed and agreed to is approved."""
        query = {"processInstanceId": ref.id}
        answer = await asked(self._client.call(Call("getProcess", "GET", START_PATH, query=query)))
        if answer.code in self._gone:
            return ApprovalState("void")
        instance = parse_instance(good(answer))
        status = status_of(instance)
        if status is None:
            raise Rejected("unknown_state", text=f"{instance.status} {instance.result}".strip())
        names = await self._names([*instance.waiting, *(c.by for c in instance.records)])
        node = "、".join(names[user] for user in instance.waiting if names.get(user))
        return ApprovalState(status, node, named(instance.records, names), instance.steps)

    async def approved(self, words: Sequence[str]) -> tuple[Paper, RequestKind] | None:
        """Read the request that an event is about: a process, and its template beside it."""
        template = next((word for word in words if word in self._origins), None)
        if template is None:
            return None
        process = next(word for word in words if word != template)
        query = {"processInstanceId": process}
        answer = await asked(self._client.call(Call("getProcess", "GET", START_PATH, query=query)))
        instance = parse_instance(good(answer))
        if status_of(instance) != "approved":
            if status_of(instance) != "waiting":
                self._over.add(process)
            return None
        origin = self._origins[template]
        title = title_of(instance.values.get(label, "") for label in origin.title)
        paper = Paper(
            Ref(self._name, INSTANCE, process, title[:40] or process),
            0,
            person=instance.originator,
            template=template,
            title=title,
            amount_fen=fen_of(instance.values.get(origin.amount, "")),
            day=day_of(instance.values.get(origin.day, "")),
            over=True,
        )
        return paper, origin.kind

    async def lately(self) -> Sequence[Sequence[str]]:
        """Name the requests of the last days that are decided: DingTalk sends an event thrice."""
        since_ms = int((self._kit.clock() - MISSED).timestamp() * 1000)
        return [
            (process, template)
            for template in self._origins
            for process in await self._listed(template, since_ms)
            if process not in self._over
        ]

    async def _listed(self, template: str, since_ms: int) -> list[str]:
        listed: list[str] = []
        cursor = ""
        while True:
            body = build_list(template, since_ms, cursor)
            answer = await asked(self._client.call(post_json("listProcesses", LIST_PATH, body)))
            ids, cursor = parse_list(good(answer))
            listed += ids
            if not cursor or not ids:
                return listed

    async def cancel(self, ref: Ref, reason: str) -> None:
        """Terminate a process; one that is over counts as taken back.

        DingTalk refuses that in the first seconds of a process: Retryable `too_early` until then.
        """
        state = await self.query(ref)
        if state.status != "waiting":
            return
        left_s = self._too_early_s - self._age_s(ref)
        if left_s > 0:
            raise Retryable("too_early", retry_after_s=left_s)
        body = build_termination(ref.id, reason)
        answer = await self._client.call(post_json("terminateProcess", TERMINATE_PATH, body))
        if answer.code and (await self.query(ref)).status == "waiting":
            good(answer)

    def _age_s(self, ref: Ref) -> float:
        begun = ref.more("at")
        if not begun:
            return self._too_early_s
        return (self._kit.clock() - datetime.fromisoformat(begun)).total_seconds()

    async def find(self, key: str) -> Ref | None:
        """Refuse: DingTalk finds nothing by a key of ours."""
        raise Unsupported("no_find", key=key)

    async def put(self, todo: Todo) -> None:
        """Show a to-do in the person's list; the same key twice is one."""
        if await self._kit.memory.get(self._name, _fact(todo)):
            return
        executor = (await self._person(todo.person)).unionid
        creator = (await self._person(todo.creator)).unionid if todo.creator else executor
        call = post_json("createTodo", todo_path(executor), build_todo(todo, executor, creator))
        answer = good(await self._client.call(_as(call, executor)))
        task = text_in(answer.data, "id")
        if not task:
            raise ResultUnknown("no_todo_id")
        await self._kit.memory.put(self._name, _fact(todo), task)

    async def done(self, todo: Todo) -> None:
        """Take a to-do out of the person's list; one that we did not put there is done."""
        task = await self._kit.memory.get(self._name, _fact(todo))
        if not task:
            return
        executor = (await self._person(todo.person)).unionid
        path, body = todo_path(executor, task), build_done(executor)
        call = Call("finishTodo", "PUT", path, body=body, content_type=JSON_TYPE)
        answer = await self._client.call(_as(call, executor))
        if answer.code not in self._gone:
            good(answer)
        await self._kit.memory.put(self._name, _fact(todo), "")

    async def _person(self, user: str) -> Known:
        """Ask who somebody is, once; Rejected `no_such_person` for nobody of the organisation."""
        if user not in self._people:
            call = post_json("getUser", USER_PATH, build_user(user))
            answer = await self._client.ask_old(call)
            if answer.code in OLD_UNKNOWN:
                raise Rejected("no_such_person", text=user)
            known = parse_user(good(answer))
            if not known.unionid:
                raise Rejected("no_union_id", text=user)
            self._people[user] = known
        return self._people[user]

    async def _names(self, users: Iterable[str]) -> dict[str, str]:
        """Give names by ids; who cannot be asked about has none."""
        names: dict[str, str] = {}
        for user in dict.fromkeys(u for u in users if u):
            try:
                names[user] = (await self._person(user)).name
            except OutsideError:
                names[user] = ""
        return names


def _as(call: Call, operator: str) -> Call:
    query = {**call.query, "operatorId": operator}
    return Call(
        call.name, call.method, call.path, query=query, body=call.body, content_type=JSON_TYPE
    )


def _fact(todo: Todo) -> str:
    return f"todo:{todo.key}"
