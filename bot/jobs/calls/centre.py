"""Our approvals in another system's list of approvals: shown, put before people, ended with us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.jobs.calls.desk import Making, Outlet, made_once
from bot.texts import say
from bot.texts.names import person_name
from bot.texts.words import kind_text
from core.centre import CentrePort, Shown, Verdict
from core.claim import Claim, State
from core.company import Company
from core.errors import Unsupported
from core.money import format_cny
from core.notices import CallSystem
from core.outside import Form, Link, Ref
from core.subscriptions import centre_key

log = structlog.get_logger(__name__)

PURPOSE, TASK = "centre", "centre_task"
NUMBER, AMOUNT, WHAT = "单号", "金额", "明细"
"""What a list of approvals says of a claim, by the names of its columns there."""
MOST_CHARS = 500
_AGREED = frozenset({State.APPROVED, State.PAYING, State.PAID})
_REFUSED = frozenset({State.REJECTED, State.RETURNED})
_VERDICTS: Mapping[str, Verdict] = {
    "approve": "agree",
    "reject": "refuse",
    "return": "refuse",
    "step_back": "refuse",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One look at a claim and what of it stands there."""

    outlet: Outlet
    port: CentrePort
    claim: Claim
    company: Company
    links: tuple[Link, ...]

    @property
    def page(self) -> str:
        """Where the claim is decided."""
        return f"{self.outlet.public_url}/app/claims/{self.claim.number}"

    def wanted(self) -> dict[str, str]:
        """Give who is to be asked there now: their ids there, by the keys of their tasks."""
        plan = self.claim.plan
        if plan is None or self.claim.state is not State.IN_REVIEW:
            return {}
        known = {p: self.outlet.known_as(self.company, p) for p in plan.waiting()}
        return {f"{self.claim.hold}#{plan.current}:{p}": u for p, u in known.items() if u}

    def open(self, purpose: str) -> list[Link]:
        """Give what stands there and is not over."""
        return [x for x in self.links if x.purpose == purpose and x.state == "open"]


async def sync(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Bring what is shown there in line with the claim."""
    claim = await outlet.store.claim(order.subject)
    if not isinstance(outlet.system, CentrePort):
        raise outlet.lacks("todo")
    if claim is None:
        return
    company = await outlet.store.company()
    mine = tuple(x for x in await outlet.links.of(claim.number) if x.system == outlet.name)
    scene = Scene(outlet, outlet.system, claim, company, mine)
    wanted = scene.wanted()
    if wanted and (ref := await _shown(scene)) is not None:
        await _ask(scene, ref, wanted)
    await _settle(scene, wanted)
    await _end(scene)


async def _shown(scene: Scene) -> Ref | None:
    """Give the submission as it stands there, shown now unless it was before.

    None for an applicant whom that system does not know, and for one that was given up.
    """
    claim, outlet, key = scene.claim, scene.outlet, centre_key(scene.claim)
    originator = outlet.known_as(scene.company, claim.employee)
    given_up = any(x.key == key and x.state == "dropped" for x in scene.links)
    if not originator or given_up:
        log.info("not_shown", system=outlet.name, claim=claim.number)
        return None

    async def create(_: str) -> tuple[Ref, Form]:
        name = person_name(scene.company, claim.employee)
        fields = {"name": name, "kind": kind_text(claim.kind, "zh")}
        what = "；".join(filter(None, (line.description for line in claim.lines)))
        facts = (
            (NUMBER, claim.number),
            (AMOUNT, format_cny(claim.total_fen)),
            (WHAT, what[:MOST_CHARS]),
        )
        shown = Shown(originator, say("centre_title", "zh", fields), scene.page, facts)
        return await scene.port.show(shown), Form()

    async def find(_: str) -> Ref | None:
        raise Unsupported("no_find", key=key)

    link = await made_once(outlet, Making(key, claim.number, PURPOSE, create, find))
    return link.ref


async def _ask(scene: Scene, ref: Ref, wanted: Mapping[str, str]) -> None:
    """Put it before those who are not asked yet; a task whose answer was lost is found again."""
    outlet, now = scene.outlet, scene.outlet.clock()
    known = {x.key: x for x in scene.links}
    node = next(iter(wanted)).rpartition(":")[0].rpartition("#")[2]
    asked: dict[str, str] = {}
    fresh: list[str] = []
    for key, user in wanted.items():
        if key in known and known[key].state != "sending":
            continue
        there = await scene.port.task_of(ref, node, user) if key in known else ""
        if there:
            asked[key] = there
            continue
        await outlet.links.begin(Link(outlet.name, key, scene.claim.number, TASK, "sending", now))
        fresh.append(key)
    tasks = await scene.port.ask(ref, node, [wanted[k] for k in fresh], scene.page) if fresh else {}
    asked |= {k: tasks[wanted[k]] for k in fresh if wanted[k] in tasks}
    for key, task in asked.items():
        there_is = Ref(outlet.name, TASK, task, task)
        link = Link(outlet.name, key, scene.claim.number, TASK, "open", now, there_is)
        await outlet.links.save(link)


async def _settle(scene: Scene, wanted: Mapping[str, str]) -> None:
    """End the tasks of those who are not asked any more, with what they said."""
    for process in scene.open(PURPOSE):
        version = process.key.rpartition(":")[0]
        over = [
            x
            for x in scene.open(TASK)
            if x.key not in wanted and x.key.startswith(f"{version}#") and x.ref
        ]
        if over and process.ref:
            verdicts = {x.ref.id: _said(scene.claim, x.key) for x in over if x.ref}
            await scene.port.settle(process.ref, verdicts)
            await _close(scene.outlet, over)


def _said(claim: Claim, key: str) -> Verdict:
    """Give what somebody said at a step, `cancel` when they were not needed any more."""
    place, _, person = key.rpartition(":")
    hold, _, index = place.rpartition("#")
    steps = claim.plan.steps if claim.plan and hold == claim.hold else ()
    step = steps[int(index)] if int(index) < len(steps) else None
    said = [d.decision for d in step.decisions if d.approver == person] if step else []
    return _VERDICTS.get(said[-1], "cancel") if said else "cancel"


async def _end(scene: Scene) -> None:
    """End what is shown of submissions that are decided, taken back or replaced by another."""
    claim = scene.claim
    for process in scene.open(PURPOSE):
        current = process.key == centre_key(claim)
        if current and claim.state is State.IN_REVIEW:
            continue
        agreed, refused = claim.state in _AGREED, claim.state in _REFUSED
        verdict: Verdict = "agree" if agreed else "refuse" if refused else "cancel"
        if process.ref:
            await scene.port.end(process.ref, verdict if current else "cancel")
        await _close(scene.outlet, [process])


async def _close(outlet: Outlet, links: Sequence[Link]) -> None:
    for link in links:
        await outlet.links.save(replace(link, state="closed"))
