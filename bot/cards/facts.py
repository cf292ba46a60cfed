"""The facts of a claim's card: who, how much, from which budget, and how far it has come."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.cards.dealings import compared_text, dealings_of, follows_text
from bot.cards.escape import quoted, safe
from bot.cards.gauge import SMALL, bar
from bot.texts.currencies import exchange_text
from bot.texts.labels import label, sentence
from bot.texts.names import (
    budget_place,
    budget_scope,
    department_name,
    person_name,
    project_name,
    short_period,
)
from bot.texts.plain import cut, cut_middle
from bot.texts.systems import system_name
from bot.texts.template import Language
from bot.texts.words import payment_reason_text, payment_state_text
from core.actions.clearing import without_backed
from core.approval import AUTOMATIC, CARRIED, CLOSING, SYSTEM, Decision, Step
from core.budget import Balance, charges_on_record
from core.calendar import CHINA
from core.claim import EDITABLE, Claim, Line, State
from core.company import Company
from core.exchange import shown_rate
from core.money import format_cny
from core.notices import Purpose
from core.payment import Payment, mask_account
from core.routing import Chain, ChainStep

BRIEF = 30
"""Characters of a value that WeCom shows without folding."""
LEAST_NAME = 4
"""Characters of a budget's name below which it tells nothing."""
MAX_BUDGETS = 3
MAX_NAMES = 3
MAX_SCOPE = 16
"""Characters of a budget's name beside its bar."""
REASON_LIMIT = 80
NO_CHAIN = Chain()
SILENT = frozenset({"", CARRIED, AUTOMATIC})
"""Reasons that the core gives where nobody has said anything."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value, safe to draw; `brief` says the same in `BRIEF` characters.

    `aside` is what did not fit into it, for where a small card has room.
    """

    id: str
    key: str
    value: str
    brief: str = ""
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the facts of one card are drawn from."""

    claim: Claim
    company: Company
    purpose: Purpose
    balances: Sequence[Balance]
    payment: Payment | None
    language: Language
    chain: Chain = NO_CHAIN
    zone: ZoneInfo = CHINA

    def fact(self, fact_id: str, value: str, brief: str = "") -> Fact:
        """Make a fact under its label."""
        return Fact(fact_id, label(fact_id, self.language), value, brief)

    def say(self, code: str, **fields: str) -> str:
        """Write a small sentence."""
        return sentence(code, self.language, **fields)

    def person(self, person_id: str) -> str:
        """Name a person."""
        return safe(person_name(self.company, person_id), 20)


def find_facts(scene: Scene) -> tuple[Fact, ...]:
    """Give the facts of a card, the most important first."""
    parts: tuple[Callable[[Scene], Iterable[Fact]], ...] = (
        _identity,
        _dealings,
        _payment,
        _exchange,
        _vouchers,
        _budgets,
        _chain,
        _progress,
        _words,
        _context,
    )
    return tuple(fact for part in parts for fact in part(scene) if fact.value)


def _identity(scene: Scene) -> Iterator[Fact]:
    claim, company = scene.claim, scene.company
    yield scene.fact("number", claim.number)
    yield scene.fact("total", format_cny(claim.total_fen))
    yield scene.fact("applicant", scene.person(claim.employee))
    department = department_name(company, claim.department, scene.language)
    yield scene.fact("department", safe(department, 20))
    yield scene.fact("purpose", safe(claim.purpose, 60))


def _dealings(scene: Scene) -> Iterator[Fact]:
    for fact_id, value in dealings_of(scene.claim, scene.company, scene.language, safe):
        yield scene.fact(fact_id, value)


def _payment(scene: Scene) -> Iterator[Fact]:
    """What a cashier needs; the account stays masked, the payment file has it whole."""
    payment = scene.payment
    if scene.purpose != "payment" or payment is None:
        return
    state = payment_state_text(payment.state, scene.language)
    if payment.paid_fen and payment.owed_fen:
        left, had = format_cny(payment.owed_fen), format_cny(payment.paid_fen)
        state = scene.say("paid_in_part", state=state, left=left, paid=had)
    elif payment.amount_fen != scene.claim.total_fen:
        state = f"{state} {format_cny(payment.amount_fen)}"
    yield scene.fact("payment", state)
    yield scene.fact("payee", safe(payment.payee_name, 20))
    if payment.account:
        yield scene.fact("bank", safe(payment.bank, 30))
        yield scene.fact("account", mask_account(payment.account).replace("*", "•")[-8:])
    if payment.state in {"failed", "cancelled"} and payment.reason:
        why = payment_reason_text(payment.reason, scene.language)
        yield scene.fact("payment_reason", quoted(why, REASON_LIMIT))


def _exchange(scene: Scene) -> Iterator[Fact]:
    """How expenses in other currencies became yuan."""
    lines = [line for line in scene.claim.lines if line.foreign]
    said = [exchange_text(scene.company, line, scene.language) for line in lines[:MAX_BUDGETS]]
    said += [scene.say("more", count=str(len(lines)))] if len(lines) > MAX_BUDGETS else []
    yield scene.fact("exchange", safe("；".join(said), 240), _brief_exchange(lines))


def _brief_exchange(lines: Sequence[Line]) -> str:
    foreign = lines[0].foreign if lines else None
    return (
        f"{foreign.currency} {foreign.amount.text} × {shown_rate(foreign) or '?'}"
        if foreign
        else ""
    )


def _vouchers(scene: Scene) -> Iterator[Fact]:
    if scene.purpose == "payment":
        return
    invoices = [invoice for line in scene.claim.lines for invoice in line.invoices]
    sellers = dict.fromkeys(safe(i.seller, 30) for i in invoices if i.seller)
    numbers = dict.fromkeys(safe(i.number, 30) for i in invoices if i.number)
    for fact_id, values in (("seller", list(sellers)), ("invoice", list(numbers))):
        if values:
            yield scene.fact(fact_id, _first_of(scene, "and_more", values))


def _first_of(scene: Scene, code: str, values: Sequence[str]) -> str:
    if len(values) == 1:
        return values[0]
    return scene.say(code, first=values[0], count=str(len(values)))


def _budgets(scene: Scene) -> Iterator[Fact]:
    """What each budget has left before and after this claim.

    Balances are those of now: a claim in review is inside their reserved sum already, and so is
    what an advance holds for it.
    """
    claim = scene.claim
    held = claim.state is State.IN_REVIEW
    if claim.standing:
        return
    if not held and not (claim.state in EDITABLE and scene.purpose == "claim"):
        return
    charges = charges_on_record(scene.company, claim)
    if not charges and claim.lines and scene.company.budgets:
        yield scene.fact("budget", scene.say("budget_none"))
    by_id = {b.budget.id: b for b in scene.balances}
    own = {c.budget: c.amount_fen for c in without_backed(charges, claim.clears)}
    known = [(by_id[c.budget], own.get(c.budget, 0)) for c in charges if c.budget in by_id]
    for balance, amount in known[:MAX_BUDGETS]:
        yield _budget(scene, balance, amount, held=held, alone=len(known) == 1)
    if len(known) > MAX_BUDGETS:
        more = scene.say("budget_more", count=str(len(known) - MAX_BUDGETS))
        yield scene.fact("budget", more)


def _budget(scene: Scene, balance: Balance, amount_fen: int, *, held: bool, alone: bool) -> Fact:
    before = balance.left_fen + (amount_fen if held else 0)
    figures = {"before": format_cny(before), "after": format_cny(before - amount_fen)}
    scope = safe(budget_scope(scene.company, balance.budget, scene.language), 40)
    drawn = {"scope": scope, "bar": bar(balance, amount_fen, held=held)}
    value = scene.say("budget_held" if held else "budget_draft", **drawn, **figures)
    brief = scene.say("budget_brief", **figures)
    gauge = bar(balance, amount_fen, held=held, cells=SMALL)
    if not alone:
        brief = _brief_budget(scene, balance, before, before - amount_fen)
    elif len(brief) + 1 + len(gauge) <= BRIEF:
        return scene.fact("budget", value, f"{brief} {gauge}")
    aside = f"{cut(scope, MAX_SCOPE)} {gauge}"
    return replace(scene.fact("budget", value, brief), aside=aside)


def _brief_budget(scene: Scene, balance: Balance, before_fen: int, after_fen: int) -> str:
    """Tell one budget from the others in `BRIEF` characters: its period whole, then its name.

    Where the figures leave no room for the name, they lose zeros first, then their fen, rounded
    down.
    """
    budget = balance.budget
    place = safe(budget_place(scene.company, budget, scene.language), 40)
    period = short_period(budget)
    for write in (format_cny, _without_zeros, _in_yuan):
        figures = scene.say("budget_brief", before=write(before_fen), after=write(after_fen))
        room = BRIEF - len(period) - len(figures) - 2
        if room >= min(len(place), LEAST_NAME):
            break
    return f"{period} {cut_middle(place, max(1, room))} {figures}"


def _without_zeros(fen: int) -> str:
    return format_cny(fen).removesuffix(".00")


def _in_yuan(fen: int) -> str:
    return _without_zeros(fen // 100 * 100)


def _chain(scene: Scene) -> Iterator[Fact]:
    """Say whom a draft will ask and whom it will tell, before it is submitted."""
    if scene.purpose != "claim" or scene.claim.state not in EDITABLE:
        return
    chain = scene.chain
    yield scene.fact("chain", " → ".join(_asked(scene, step) for step in chain.steps))
    yield scene.fact("cc", _people(scene, chain.cc))


def _asked(scene: Scene, step: ChainStep) -> str:
    people = _people(scene, step.people)
    if step.system:
        people = safe(system_name(step.system, scene.language), 20)
    elif step.mode == "any" and len(step.people) > 1:
        people = scene.say("any_one", people=people)
    return _with_people(safe(step.name, 16), people)


def _with_people(name: str, people: str) -> str:
    """Name a step and those asked in it, once: 加签 · 张三 says it all."""
    return name if name.endswith(people) else f"{name} {people}"


_SHOWN = frozenset(
    {State.IN_REVIEW, State.APPROVED, State.PAYING, State.PAID, State.RETURNED, State.REJECTED}
)


def _progress(scene: Scene) -> Iterator[Fact]:
    plan = scene.claim.plan
    if plan is None or scene.claim.state not in _SHOWN or scene.purpose == "payment":
        return
    chain = " → ".join(_step(scene, i, step) for i, step in enumerate(plan.steps))
    waiting = plan.waiting() if scene.claim.state is State.IN_REVIEW else ()
    names = _sitters(scene, plan.step) if plan.step and waiting else ""
    at, of = str(plan.current + 1), str(len(plan.steps))
    brief = scene.say("waits_at", at=at, of=of, people=names) if waiting else ""
    if plan.step and plan.step.system and scene.claim.state is State.IN_REVIEW:
        brief = cut(_in_system(scene, plan.step), BRIEF)
    yield scene.fact("progress", chain, brief)
    if waiting and plan.step and plan.step.due:
        yield scene.fact("due", f"{plan.step.due.astimezone(scene.zone):%m-%d %H:%M}")
    told = dict.fromkeys((*plan.cc, *(p for step in plan.steps for p in step.cc)))
    yield scene.fact("cc", _people(scene, tuple(told)))


def _step(scene: Scene, index: int, step: Step) -> str:
    """Draw one step: ✓ agreed, ✗ rejected, ↩ returned, ▶ waits, ○ still to come."""
    name = safe(step.name, 16)
    last = step.decisions[-1] if step.decisions else None
    closed = scene.claim.state in {State.RETURNED, State.REJECTED}
    if closed and last and last.decision in CLOSING:
        mark = "✗" if last.decision == "reject" else "↩"
        return f"{mark} {_with_people(name, scene.person(last.approver))}"
    current = scene.claim.plan.current if scene.claim.plan else 0
    if index < current:
        return f"✓ {_with_people(name, _agreed(scene, step))}"
    waits = index == current and scene.claim.state is State.IN_REVIEW
    people = _sitters(scene, step) if waits else _people(scene, step.approvers)
    if step.system:
        people = _in_system(scene, step) if waits else system_name(step.system, scene.language)
    if step.mode == "any" and len(step.approvers) > 1:
        people = scene.say("any_one", people=people)
    return f"{'▶' if waits else '○'} {_with_people(name, people)}"


def _in_system(scene: Scene, step: Step) -> str:
    """Say which system decides, and under which number there once it has begun."""
    name = safe(system_name(step.system or "", scene.language), 20)
    if not step.process:
        return scene.say("system_begins", system=name)
    return scene.say("system_decides", system=name, process=safe(step.process, 24))


def _agreed(scene: Scene, step: Step) -> str:
    """Name those who agreed, and in whose place."""
    made = [d for d in step.decisions[step.heard :] if d.decision == "approve"]
    return _named(scene, [(d.approver, d.seat) for d in made])


def _sitters(scene: Scene, step: Step) -> str:
    """Name those whose turn it is, and for whom they stand in."""
    return _named(scene, [(step.sitter(seat), seat) for seat in step.seats()])


def _named(scene: Scene, pairs: Sequence[tuple[str, str]]) -> str:
    if all(person == seat for person, seat in pairs):
        return _people(scene, [p for p, _ in dict.fromkeys(pairs)])
    names = [
        scene.person(person)
        if person == seat
        else scene.say("in_place_of", person=scene.person(person), of=scene.person(seat))
        for person, seat in dict.fromkeys(pairs)
    ]
    if len(names) > MAX_NAMES:
        return scene.say("people_more", first=names[0], count=str(len(names)))
    return ("、" if scene.language == "zh" else ", ").join(names)


def _people(scene: Scene, ids: Sequence[str]) -> str:
    names = [scene.person(i) for i in ids]
    if len(names) > MAX_NAMES:
        return scene.say("people_more", first=names[0], count=str(len(names)))
    return ("、" if scene.language == "zh" else ", ").join(names)


def _words(scene: Scene) -> Iterator[Fact]:
    """The last words of an approver: why it came back, or what they had to add."""
    plan = scene.claim.plan
    if plan is None or scene.purpose == "payment" or scene.claim.state is State.WITHDRAWN:
        return
    made = [d for step in plan.steps for d in step.decisions if d.approver != SYSTEM]
    spoken = [d for d in made if d.reason not in SILENT]
    if spoken:
        last = max(reversed(spoken), key=_when)
        turned_down = last.decision in {"reject", "return"}
        words = quoted(last.reason, REASON_LIMIT)
        said = scene.say("said", person=scene.person(last.approver), words=words)
        yield scene.fact("reason" if turned_down else "opinion", said)


def _when(decision: Decision) -> float:
    return decision.at.timestamp()


def _context(scene: Scene) -> Iterator[Fact]:
    claim = scene.claim
    projects = dict.fromkeys(p for p in (claim.project, *(x.project for x in claim.lines)) if p)
    if projects:
        names = [safe(project_name(scene.company, p), 20) for p in projects]
        yield scene.fact("project", _first_of(scene, "and_more", names))
    follows = safe(follows_text(claim, scene.language), 80)
    yield scene.fact("origin", follows, compared_text(claim, scene.language))
