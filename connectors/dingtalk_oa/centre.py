"""DingTalk's centre of approvals: what is decided here stands in its lists, too."""

from collections.abc import Mapping, Sequence

from connectors.dingtalk_oa.centre_wire import (
    AT_ONCE,
    GONE,
    INSTANCE_PATH,
    MOST_TASKS,
    NAMES_PATH,
    NO_TEMPLATE,
    SCHEMA_PATH,
    TASK_PATH,
    TOO_MANY_TODAY,
    WAITING_PATH,
    build_end,
    build_instance,
    build_schema,
    build_tasks,
    build_verdicts,
    parse_code,
    parse_instance_id,
    parse_tasks,
    parse_waiting,
    waiting_query,
)
from connectors.dingtalk_oa.client import DingTalkOaClient
from connectors.dingtalk_oa.wire import JSON_TYPE, Answer
from connectors.kit import Kit
from connectors.kit.asking import asked
from connectors.kit.connector import Connector, post_json
from connectors.kit.exchange import Call
from core.centre import Shown, Verdict
from core.errors import Rejected, ResultUnknown, Retryable
from core.outside import Ref

CODE = "centre_code"
"""The fact that keeps the code of our template there."""
MOST_PAGES = 25
SOON_S, TOMORROW_S = 1.0, 6 * 3600.0


class Centre(Connector):
    """`core.centre.CentrePort` of DingTalk, under a template of its own that is called `title`."""

    def __init__(self, name: str, client: DingTalkOaClient, kit: Kit, title: str) -> None:
        super().__init__(name, client)
        self._client = client
        self._kit = kit
        self._title = title

    async def show(self, shown: Shown) -> Ref:
        """Show a submission in DingTalk's lists."""
        code = await self._template()
        body = build_instance(code, shown)
        answer = good(await self._client.call(post_json("showProcess", INSTANCE_PATH, body)))
        instance = parse_instance_id(answer)
        if not instance:
            raise ResultUnknown("no_instance_id")
        return Ref(self._name, "centre", instance, shown.title, shown.link)

    async def _template(self) -> str:
        """Give the code of our template, made once: a name is single there."""
        known = await self._kit.memory.get(self._name, CODE)
        if known:
            return known
        code = await self._named() or await self._made()
        return await self._kit.memory.add(self._name, CODE, code)

    async def _named(self) -> str:
        call = Call("findTemplate", "GET", NAMES_PATH, query={"name": self._title})
        answer = await asked(self._client.call(call))
        return "" if answer.code == NO_TEMPLATE else parse_code(good(answer))

    async def _made(self) -> str:
        body = build_schema(self._title)
        answer = good(await asked(self._client.call(post_json("newTemplate", SCHEMA_PATH, body))))
        code = parse_code(answer)
        if not code:
            raise Retryable("no_template")
        return code

    async def ask(self, ref: Ref, node: str, people: Sequence[str], link: str) -> Mapping[str, str]:
        """Put it before people; each has it among the to-dos, too."""
        tasks: dict[str, str] = {}
        for first in range(0, len(people), MOST_TASKS):
            some = people[first : first + MOST_TASKS]
            body = build_tasks(ref.id, node, some, link)
            call = post_json("askPeople", TASK_PATH, body)
            tasks |= parse_tasks(good(await asked(self._once(call))))
        return tasks

    async def task_of(self, ref: Ref, node: str, person: str) -> str:
        """Find what waits for somebody."""
        for page in range(1, MOST_PAGES + 1):
            call = Call("waiting", "GET", WAITING_PATH, query=waiting_query(person, page))
            task, more = parse_waiting(good(await asked(self._client.call(call))), ref.id, node)
            if task or not more:
                return task
        return ""

    async def settle(self, ref: Ref, verdicts: Mapping[str, Verdict]) -> None:
        """End tasks, twenty at a time."""
        every = list(verdicts.items())
        for first in range(0, len(every), MOST_TASKS):
            body = build_verdicts(ref.id, dict(every[first : first + MOST_TASKS]))
            await self._put("endTasks", TASK_PATH, body)

    async def end(self, ref: Ref, verdict: Verdict) -> None:
        """Show a process as decided."""
        await self._put("endProcess", INSTANCE_PATH, build_end(ref.id, verdict))

    async def _put(self, name: str, path: str, body: bytes) -> None:
        """Change what is there; what was deleted there, or is over, wants no change."""
        call = Call(name, "PUT", path, body=body, content_type=JSON_TYPE)
        answer = await asked(self._once(call))
        if answer.code not in GONE:
            good(answer)

    async def _once(self, call: Call) -> Answer:
        """Call; what only came at the wrong moment comes again."""
        answer = await self._client.call(call)
        if answer.code == AT_ONCE:
            raise Retryable("at_once", retry_after_s=SOON_S)
        if answer.code == TOO_MANY_TODAY:
            raise Retryable("too_many_today", retry_after_s=TOMORROW_S)
        return answer


def good(answer: Answer) -> Answer:
    """Raise the error that an answer stands for, unless it is good."""
    if answer.code:
        raise Rejected(answer.code, text=answer.text or answer.code)
    return answer
