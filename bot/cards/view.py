"""What a card shows to one reader: computed once from the records, drawn alike by both messengers.

Every text in a view has been through `bot.cards.escape`; renderers only shorten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.cards.actions import ButtonId, Token
from bot.cards.escape import safe
from bot.cards.facts import NO_CHAIN, Fact, Scene, find_facts
from bot.cards.permits import (
    NO_MOMENT,
    Moment,
    allowed_actions,
    line_actions,
    page_actions,
    token_of,
)
from bot.cards.soft import near_the_end
from bot.texts.currencies import amount_text
from bot.texts.findings import finding_text, line_label
from bot.texts.labels import ALERTS
from bot.texts.names import department_name, line_name, person_name
from bot.texts.rules import policy_name
from bot.texts.template import Language
from bot.texts.words import action_text, field_text, kind_text, state_text
from core.budget import Balance
from core.claim import Claim, Finding, Line, State
from core.company import Company, Person
from core.money import format_cny
from core.notices import CardPurpose, Purpose
from core.payment import Payment
from core.routing import Chain
from core.shares import key_of

Style = Literal["primary", "danger", "default"]

STYLES: dict[ButtonId, Style] = {
    "submit": "primary",
    "approve": "primary",
    "confirm": "primary",
    "approve_all": "primary",
    "confirm_all": "primary",
    "pay": "primary",
    "reject": "danger",
    "discard": "danger",
    "request_more": "primary",
    "freeze_budget": "danger",
}
ON_PAGE = "page"
"""The fact that says what the page can do beside the buttons."""
_QUIET = frozenset({State.PAID, State.VOID})
"""Where a claim has ended, warnings have had their say."""
_MARKS = {"block": "⛔", "warn": "⚠", "info": "ℹ"}


@dataclass(frozen=True, slots=True)
class LineView:
    """One expense; `doubt` names the fields that a person should check, "" when there are none."""

    category: str
    amount: str
    date: str
    description: str
    invoice: str
    seller: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Button:
    """Something that the reader may do."""

    id: ButtonId
    text: str
    style: Style
    token: Token


@dataclass(frozen=True, slots=True)
class CardView:
    """A card before it is drawn. `heading` is the title without its total; `status` a state id."""

    purpose: CardPurpose
    language: Language
    heading: str
    subtitle: str
    number: str
    total_fen: int
    status: str
    status_text: str
    facts: tuple[Fact, ...]
    lines: tuple[LineView, ...]
    warnings: tuple[str, ...]
    actions: tuple[Button, ...]
    link: str
    originals: int = 0
    """How many files the page behind `link` shows as they were received."""

    @property
    def total(self) -> str:
        """The total for people: ¥1,280.00."""
        return format_cny(self.total_fen)

    @property
    def title(self) -> str:
        """Whose claim and how much: 张三的报销 ¥1,280.00."""
        return f"{self.heading} {self.total}"

    @property
    def wants_reason(self) -> bool:
        """Whether the reader may turn the claim down, which needs a reason."""
        return any(button.id in {"reject", "return"} for button in self.actions)


def build_view(
    claim: Claim,
    company: Company,
    *,
    purpose: Purpose,
    reader: Person,
    balances: Sequence[Balance],
    payment: Payment | None,
    link: str,
    language: Language,
    drawing: int = 0,
    chain: Chain = NO_CHAIN,
    moment: Moment = NO_MOMENT,
) -> CardView:
    """Compute the card of a claim for one reader.

    A draft's findings are handed in inside `claim.findings`; `balances` are those of now and
    include what a claim in review has reserved; `payment` is given for the cashier's card;
    `drawing` tells the tokens of this drawing from those of others; `chain` are those whom a draft
    would ask and tell; `moment` is what only now holds.
    """
    scene = Scene(claim, company, purpose, balances, payment, language, chain, moment.zone)
    heading = scene.say(
        "heading",
        name=safe(person_name(company, claim.employee), 12),
        kind=kind_text(claim.kind, language),
    )
    department = safe(department_name(company, claim.department, language), 20)
    papers = [invoice for line in claim.lines for invoice in line.invoices]
    vouchers = len({key_of(paper) or str(n) for n, paper in enumerate(papers)})
    counts = [scene.say("lines", count=str(len(claim.lines)))]
    counts += [scene.say("vouchers", count=str(vouchers))] if vouchers else []
    return CardView(
        purpose=purpose,
        language=language,
        heading=scene.say("urgent_mark", heading=heading) if claim.urgent else heading,
        subtitle=" · ".join((claim.number, department, *counts)),
        number=claim.number,
        total_fen=claim.total_fen,
        status=claim.state.value,
        status_text=state_text(claim.state, language),
        facts=(*find_facts(scene), *_on_page(scene, reader, moment)),
        lines=tuple(_line(scene, line) for line in claim.lines),
        warnings=_warnings(scene),
        actions=_buttons(scene, reader, drawing, moment),
        link=link,
        originals=len({f.sha256 for f in claim.files}),
    )


def _on_page(scene: Scene, reader: Person, moment: Moment) -> tuple[Fact, ...]:
    """Say what the page lets an approver do beside the card's buttons."""
    claim = scene.claim
    if scene.purpose != "approval" or "reject" not in page_actions(claim, reader, moment):
        return ()
    more = [action_text(action, scene.language) for action in line_actions(claim, reader)]
    if claim.plan and any(not s.system for s in claim.plan.steps[: claim.plan.current]):
        more.append(scene.say("return_to_step"))
    named = ("、" if scene.language == "zh" else ", ").join(more)
    return (scene.fact(ON_PAGE, scene.say("on_page", what=named)),) if more else ()


def _buttons(scene: Scene, reader: Person, drawing: int, moment: Moment) -> tuple[Button, ...]:
    claim, language = scene.claim, scene.language
    token = token_of(claim, drawing)
    return tuple(
        Button(action, action_text(action, language), STYLES.get(action, "default"), token)
        for action in allowed_actions(claim, scene.purpose, reader, scene.payment, moment)
    )


def _line(scene: Scene, line: Line) -> LineView:
    invoice = line.invoice
    doubted = "" if scene.claim.state in _QUIET else _fields(line.doubts, scene.language)
    return LineView(
        category=safe(
            line_name(scene.company, scene.claim.kind, line.category, scene.language), 20
        ),
        amount=amount_text(line),
        date=line.date.isoformat(),
        description=safe(line.description, 40),
        invoice=_numbers(scene, line),
        seller=safe(invoice.seller or "", 30) if invoice else "",
        doubt=scene.say("doubt_mark", fields=doubted) if doubted else "",
    )


def _numbers(scene: Scene, line: Line) -> str:
    numbers = [safe(invoice.number, 30) for invoice in line.invoices if invoice.number]
    if len(line.invoices) < 2 or not numbers:  # noqa: PLR2004 several are counted
        return numbers[0] if numbers else ""
    return scene.say("and_more", first=numbers[0], count=str(len(line.invoices)))


def _fields(codes: Sequence[str], language: Language) -> str:
    names = dict.fromkeys(field_text(code, language) for code in codes)
    return ("、" if language == "zh" else ", ").join(names)


def _warnings(scene: Scene) -> tuple[str, ...]:
    """Say what to look at: duplicates first, then what blocks, then the rest, doubts last."""
    claim = scene.claim
    if claim.state in _QUIET:
        return ()
    findings = sorted((f for f in claim.findings if f.code != "doubt"), key=_rank)
    insider = scene.purpose != "claim"
    said = [f"{_MARKS[f.severity]} {_said(scene, f, insider=insider)}" for f in findings]
    doubts = [_doubt(scene, i, line.doubts) for i, line in enumerate(claim.lines) if line.doubts]
    return tuple(dict.fromkeys([*said, *doubts, *near_the_end(scene)]))


def _said(scene: Scene, finding: Finding, *, insider: bool) -> str:
    """Say a finding and the company's rule behind it, by its name."""
    text = safe(finding_text(finding, scene.language, scene.company, insider=insider), 160)
    policy = finding.field("policy")
    rule = safe(policy_name(scene.company, policy, scene.language), 60) if policy else ""
    return scene.say("by_rule", finding=text, rule=rule) if rule else text


def _rank(finding: Finding) -> int:
    if finding.severity == "info":
        return 4
    if finding.code.startswith("duplicate"):
        return 0
    if finding.severity == "block":
        return 1
    return 2 if finding.code.startswith("budget_") else 3


def _doubt(scene: Scene, index: int, codes: Sequence[str]) -> str:
    text = scene.say("doubt", fields=_fields(codes, scene.language))
    return f"⚠ {line_label(index, scene.language)}{text}"


def alert_of(view: CardView) -> str:
    """Write the line that a phone shows before the card is opened."""
    ids = {button.id for button in view.actions}
    code = "state"
    if "approve" in ids:
        code = "decide"
    elif "pay" in ids:
        code = "pay"
    elif "submit" in ids and view.status == "draft":
        code = "check"
    fields = {"title": view.title, "status": view.status_text}
    return ALERTS[code].fill(view.language, fields)
