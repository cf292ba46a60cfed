"""What the page of a claim shows: computed once from the records, drawn by a template.

Every text of a person is one visible line here; the template makes it harmless as HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Literal
from zoneinfo import ZoneInfo

from bot.cards.dealings import dealings_of, follows_text
from bot.texts.currencies import amount_text, exchange_text
from bot.texts.findings import finding_text
from bot.texts.labels import label
from bot.texts.names import (
    budget_scope,
    department_name,
    line_name,
    person_name,
    project_name,
)
from bot.texts.pages import MODES, VERDICTS, page_text
from bot.texts.plain import one_line
from bot.texts.queries import inputs_text
from bot.texts.rules import policy_name
from bot.texts.systems import system_name
from bot.texts.template import Language
from bot.texts.words import (
    field_text,
    kind_text,
    payment_reason_text,
    payment_state_text,
    state_text,
)
from bot.web.twins import TwinView, twins_of
from core.actions.overdue import LATE
from core.actions.settlement import PAYERS
from core.approval import AUTOMATIC, CARRIED, CLOSING, Decision, Step
from core.budget import Balance, charges_on_record
from core.claim import EDITABLE, Claim, Finding, Line, LineInvoice, State, StoredFile
from core.company import Company, Person
from core.currency import BASE, format_minor, from_hundredths
from core.money import format_cny, format_yuan
from core.payment import Payment, mask_account
from core.routing import LEFT, Chain, ChainStep

DRAWN = frozenset({"", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".heic", ".pdf"})
"""Names of what has a small picture; pictures of a chat come without one."""
RULES = {
    CARRIED: "carried",
    AUTOMATIC: "by_rule",
    LEFT: "left_company",
    LATE: "was_late",
}
"""Reasons that a rule gave, with the texts that say so."""
_QUIET = frozenset({State.PAID, State.VOID})
_RANKS = {"block": 0, "warn": 1, "info": 2}
NO_CHAIN = Chain()
StepMark = Literal["done", "stopped", "now", "next"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """One more voucher of an expense."""

    facts: tuple[Fact, ...]
    file: str
    thumb: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One expense with its voucher's facts; `doubt` says what to check, "" for nothing."""

    category: str
    amount: str
    date: str
    words: str
    facts: tuple[Fact, ...]
    doubt: str
    file: str
    itinerary: str = ""
    thumb: str = ""
    more: tuple[PaperView, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What one person decided."""

    person: str
    did: str
    reason: str
    at: str
    tone: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the plan; `people` are those asked, with how many must agree.

    `link` opens the process of another system that decides.
    """

    name: str
    mark: StepMark
    mark_text: str
    people: str
    decisions: tuple[DecisionView, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class BudgetView:
    """A budget that this claim is charged to, `before` it and with it.

    Widths are percentages of its limit.
    """

    scope: str
    this_claim: str
    left_key: str
    before: str
    left: str
    limit: str
    used_width: int
    own_width: int
    tight: bool
    frozen: bool


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as received; `path` is where its bytes are, `thumb` its small picture, if any."""

    name: str
    path: str
    thumb: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """What to look at, and the rule behind it with what it has looked at."""

    severity: str
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """The page of a claim for one reader; `told` names those who get a copy."""

    number: str
    heading: str
    total: str
    state: str
    state_text: str
    waits: str
    facts: tuple[Fact, ...]
    findings: tuple[FindingView, ...]
    lines: tuple[LineView, ...]
    steps: tuple[StepView, ...]
    told: str
    budgets: tuple[BudgetView, ...]
    files: tuple[FileView, ...]
    twins: tuple[TwinView, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the page is computed from; findings are inside the claim.

    `others` are the claims that its findings name, where the reader may know of them; `chain` is
    whom it asks or would ask, and tells.
    """

    claim: Claim
    company: Company
    balances: Sequence[Balance]
    payment: Payment | None
    reader: Person
    zone: ZoneInfo
    base: str
    others: Mapping[str, Claim] = field(default_factory=dict)
    chain: Chain = NO_CHAIN

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self.reader.language

    def say(self, code: str, **fields: str) -> str:
        """Write a part of the page."""
        return page_text(code, self.language, **fields)

    def people(self, ids: Sequence[str]) -> str:
        """Name several people."""
        names = [person_name(self.company, i) for i in ids]
        return ("、" if self.language == "zh" else ", ").join(names)

    def moment(self, at: datetime) -> str:
        """Write a moment in the company's time zone: 2026-11-25 14:03."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def file_path(self, sha256: str) -> str:
        """Give the path of a file of the claim."""
        return f"{self.base}/app/claims/{self.claim.number}/files/{sha256}"


def view_of(scene: Scene) -> ClaimView:
    """Compute the page of a claim."""
    claim, language = scene.claim, scene.language
    name, kind = person_name(scene.company, claim.employee), kind_text(claim.kind, language)
    waiting = claim.plan.waiting() if claim.plan and claim.state is State.IN_REVIEW else ()
    return ClaimView(
        number=claim.number,
        heading=f"{name}的{kind}" if language == "zh" else f"{name}'s {kind}",
        total=format_cny(claim.total_fen),
        state=claim.state.value,
        state_text=state_text(claim.state, language),
        waits=scene.say("waits_for", people=scene.people(waiting)) if waiting else "",
        facts=(*_facts(scene), *_payment(scene)),
        findings=_findings(scene),
        lines=tuple(_line(scene, line) for line in claim.lines),
        steps=_steps(scene),
        told=scene.people(scene.chain.cc),
        budgets=_budgets(scene),
        files=tuple(_file(scene, i, f) for i, f in enumerate(claim.files, 1)),
        twins=() if claim.state in _QUIET else twins_of(claim, scene),
    )


def _facts(scene: Scene) -> tuple[Fact, ...]:
    claim, company = scene.claim, scene.company
    when = "submitted" if claim.submitted_at else "created"
    named = (
        ("department", department_name(company, claim.department, scene.language)),
        (when, scene.moment(claim.submitted_at or claim.created_at)),
        ("purpose", one_line(claim.purpose)),
        ("project", project_name(company, claim.project) if claim.project else ""),
        ("origin", one_line(follows_text(claim, scene.language))),
    )
    special = tuple(
        Fact(label(fact_id, scene.language), value)
        for fact_id, value in dealings_of(claim, company, scene.language, one_line)
        if value
    )
    return (*_named(scene, named), *special)


def _named(scene: Scene, pairs: Sequence[tuple[str, str]]) -> tuple[Fact, ...]:
    return tuple(Fact(scene.say(code), value) for code, value in pairs if value)


def _payment(scene: Scene) -> tuple[Fact, ...]:
    """How the money goes out; the account only for its owner and for those who pay, masked."""
    payment, reader = scene.payment, scene.reader
    if payment is None:
        return ()
    close = reader.id == payment.payee or bool(PAYERS.intersection(reader.roles))
    account = mask_account(payment.account).replace("*", "•")[-8:] if close else ""
    why = payment_reason_text(payment.reason, scene.language)
    named = (
        ("payment", payment_state_text(payment.state, scene.language)),
        ("payment_reason", one_line(why) if payment.state in {"failed", "cancelled"} else ""),
        ("bank", one_line(payment.bank) if account else ""),
        ("account", account),
    )
    return _named(scene, named)


def _findings(scene: Scene) -> tuple[FindingView, ...]:
    """Say what to look at and by which rule, what blocks first; doubts stand beside their lines."""
    if scene.claim.state in _QUIET:
        return ()
    found = sorted((f for f in scene.claim.findings if f.code != "doubt"), key=_rank)
    return tuple(dict.fromkeys(_finding(scene, f) for f in found))


def _finding(scene: Scene, finding: Finding) -> FindingView:
    insider = scene.reader.id != scene.claim.employee
    text = finding_text(finding, scene.language, scene.company, insider=insider)
    policy, rule = finding.field("policy"), ""
    if policy:
        inputs = inputs_text(dict(finding.fields), scene.language, scene.company)
        named = policy_name(scene.company, policy, scene.language)
        rule = scene.say("rule_behind", policy=named, inputs=one_line(inputs, 200))
    return FindingView(finding.severity, text, rule)


def _rank(finding: Finding) -> int:
    return _RANKS[finding.severity]


def _line(scene: Scene, line: Line) -> LineView:
    company, language = scene.company, scene.language
    project = project_name(company, line.project) if line.project else ""
    kept = {f.sha256 for f in scene.claim.files}
    file = line.invoice.file if line.invoice else None
    trips = line.invoice.itinerary if line.invoice else None
    exchanged = exchange_text(company, line, language)
    return LineView(
        category=line_name(company, scene.claim.kind, line.category, language),
        amount=amount_text(line),
        date=line.date.isoformat(),
        words=" · ".join(w for w in (one_line(line.description), project, exchanged) if w),
        facts=_voucher(scene, line.invoice) if line.invoice else (),
        doubt=_doubt(scene, line),
        file=scene.file_path(file) if file and file in kept else "",
        thumb=_thumb(scene, file) if file else "",
        itinerary=scene.file_path(trips) if trips and trips in kept else "",
        more=tuple(_paper(scene, paper, kept) for paper in line.more),
    )


def _paper(scene: Scene, paper: LineInvoice, kept: set[str]) -> PaperView:
    file = paper.file if paper.file in kept else None
    return PaperView(
        facts=_voucher(scene, paper),
        file=scene.file_path(file) if file else "",
        thumb=_thumb(scene, file) if file else "",
    )


def _voucher(scene: Scene, invoice: LineInvoice) -> tuple[Fact, ...]:
    total = invoice.total_fen
    return _named(
        scene,
        (
            ("seller", one_line(invoice.seller or "")),
            ("invoice_number", one_line(invoice.number or "")),
            ("invoice_code", one_line(invoice.code or "")),
            ("invoice_date", invoice.date.isoformat() if invoice.date else ""),
            ("invoice_total", "" if total is None else _printed(invoice.currency, total)),
            ("buyer", one_line(invoice.buyer or "")),
        ),
    )


def _printed(currency: str, hundredths: int) -> str:
    """Write the total of a voucher as it is printed."""
    if currency == BASE:
        return format_cny(hundredths)
    minor = from_hundredths(hundredths, currency)
    shown = format_yuan(hundredths) if minor is None else format_minor(minor, currency)
    return f"{currency} {shown}"


def _doubt(scene: Scene, line: Line) -> str:
    if not line.doubts or scene.claim.state in _QUIET:
        return ""
    names = dict.fromkeys(field_text(code, scene.language) for code in line.doubts)
    return scene.say("check", fields=("、" if scene.language == "zh" else ", ").join(names))


def _steps(scene: Scene) -> tuple[StepView, ...]:
    plan = scene.claim.plan
    if plan is None or scene.claim.state is State.DRAFT:
        return tuple(_foreseen(scene, step) for step in scene.chain.steps)
    return tuple(_step(scene, i, step, plan.current) for i, step in enumerate(plan.steps))


def _foreseen(scene: Scene, step: ChainStep) -> StepView:
    """Show a step that a draft will go to once it is submitted."""
    people = scene.people(step.people)
    if step.system:
        people = system_name(one_line(step.system, 40), scene.language)
    elif len(step.people) > 1:
        people = f"{people} · {scene.say(MODES[step.mode])}"
    return StepView(one_line(step.name, 40), "next", scene.say("step_next"), people, ())


def _step(scene: Scene, index: int, step: Step, current: int) -> StepView:
    mark = _mark(scene.claim.state, index, step, current)
    people = scene.people(step.approvers)
    if step.system:
        name = system_name(one_line(step.system, 40), scene.language)
        people = scene.say("by_system", system=name, process=one_line(step.process, 40))
    elif len(step.approvers) > 1:
        people = f"{people} · {scene.say(MODES[step.mode])}"
    decisions = tuple(_decision(scene, d) for d in step.decisions)
    name = one_line(step.name, 40)
    link = step.process_link if step.process_link.startswith(("https://", "http://")) else ""
    return StepView(name, mark, scene.say(f"step_{mark}"), people, decisions, link)


def _mark(state: State, index: int, step: Step, current: int) -> StepMark:
    closed = state in {State.REJECTED, State.RETURNED}
    if closed and step.decisions and step.decisions[-1].decision in CLOSING:
        return "stopped"
    if index < current:
        return "done"
    return "now" if index == current and state is State.IN_REVIEW else "next"


def _decision(scene: Scene, decision: Decision) -> DecisionView:
    to = person_name(scene.company, decision.to) if decision.to else ""
    return DecisionView(
        person=_decider(scene, decision),
        did=scene.say(VERDICTS[decision.decision], to=to),
        reason=scene.say(RULES[decision.reason])
        if decision.reason in RULES
        else one_line(decision.reason, 500),
        at=scene.moment(decision.at),
        tone="bad" if decision.decision in {"reject", "return"} else "good",
    )


def _decider(scene: Scene, decision: Decision) -> str:
    """Name who decided, and in whose place."""
    person = person_name(scene.company, decision.approver)
    if decision.seat == decision.approver:
        return person
    return scene.say("in_place_of", person=person, of=person_name(scene.company, decision.seat))


def _budgets(scene: Scene) -> tuple[BudgetView, ...]:
    """What each budget has left; balances hold what a submitted claim has taken already."""
    pending = scene.claim.state in EDITABLE
    amounts = {c.budget: c.amount_fen for c in charges_on_record(scene.company, scene.claim)}
    for clearing in scene.claim.clears:
        amounts |= {b: amounts.get(b, 0) - fen for b, fen in clearing.backed}
    return tuple(
        _budget(scene, balance, amounts[balance.budget.id], pending=pending)
        for balance in scene.balances
        if balance.budget.id in amounts
    )


def _budget(scene: Scene, balance: Balance, amount_fen: int, *, pending: bool) -> BudgetView:
    limit_fen = balance.reach_fen
    left_fen = balance.left_fen - (amount_fen if pending else 0)
    others_fen = limit_fen - left_fen - amount_fen
    used = _percent(others_fen, limit_fen)
    return BudgetView(
        scope=budget_scope(scene.company, balance.budget, scene.language),
        this_claim=format_cny(amount_fen),
        left_key=scene.say("available"),
        before=format_cny(left_fen + amount_fen),
        left=format_cny(left_fen),
        limit=format_cny(limit_fen),
        used_width=used,
        own_width=min(100 - used, _percent(amount_fen, limit_fen)),
        tight=left_fen < 0,
        frozen=balance.frozen,
    )


def _percent(part_fen: int, whole_fen: int) -> int:
    return max(0, min(100, round(100 * part_fen / whole_fen))) if whole_fen > 0 else 100


def _file(scene: Scene, number: int, file: StoredFile) -> FileView:
    name = one_line(file.name, 60) or scene.say("file", count=str(number))
    return FileView(name, scene.file_path(file.sha256), _thumb(scene, file.sha256))


def _thumb(scene: Scene, sha256: str) -> str:
    """Give the path of a file's small picture, "" when its kind has none."""
    name = next((f.name for f in scene.claim.files if f.sha256 == sha256), None)
    drawn = name is not None and PurePath(name).suffix.lower() in DRAWN
    return f"{scene.file_path(sha256)}/small" if drawn else ""
