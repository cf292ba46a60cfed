"""Changes to a claim in review: less of a line, a line on its own, corrections; all on the record.

A change makes a new version: the hold goes on under its name, and cards of the version before it
are stale, so that nobody decides on figures that they have not seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core.actions.basics import Cause, audit_of, outgoing, require
from core.actions.clearing import charges_in, figures_of, fitted, without, without_backed
from core.actions.decision import MAX_REASON
from core.actions.drafts import identities_of, set_line
from core.actions.rejudging import corrected, eased, own_money_free
from core.actions.submission import Surroundings
from core.approval import change_rights
from core.budget import Hold, charges_of
from core.change import (
    AuditEntry,
    Change,
    FreeIdentities,
    Move,
    Release,
    Reserve,
    StoredInvoice,
    TakeIdentity,
)
from core.claim import Claim, Event, Finding, Line, StoredFile
from core.company import Company
from core.currency import Foreign
from core.dealings import Clearing
from core.errors import Refused
from core.money import format_yuan
from core.notices import Notice, Say, ShowCard
from core.shares import joined


def reduce_line(
    claim: Claim, around: Surroundings, cause: Cause, index: int, to_fen: int, reason: str
) -> Change:
    """Let less of a line be paid; what was asked stays on it, with the reason.

    The claim is judged anew for what is left.

    Refused `wrong_state`, `own_claim`, `not_your_turn`, `not_allowed`, `reason_missing`,
    `not_less`, `nothing_left`.
    """
    _require_right(claim, cause, "amount")
    reason = _reason(claim, reason, "reduce")
    before = claim.lines[index]
    if not 0 <= to_fen < before.amount_fen:
        raise Refused("not_less", number=claim.number, amount=format_yuan(before.amount_fen))
    asked = before.amount_fen if before.asked_fen is None else before.asked_fen
    line = replace(before, amount_fen=to_fen, asked_fen=asked, cut=reason)
    changed = set_line(claim, index, line)
    if changed.total_fen <= 0:
        raise Refused("nothing_left", number=claim.number)
    facts = (
        ("number", claim.number),
        ("line", str(index + 1)),
        ("amount", format_yuan(to_fen)),
        ("limit", format_yuan(asked)),
        ("reason", reason),
    )
    entry = audit_of(
        cause,
        "reduce",
        claim.number,
        line=str(index + 1),
        before=format_yuan(before.amount_fen),
        after=format_yuan(to_fen),
        reason=reason,
    )
    moved, moves = _moved(claim, changed, around.company, sure=True)
    moved = eased(claim, moved, own_money_free(around, [claim]), cause)
    told = [Say(p, "line_reduced", facts) for p in sorted(claim.owners)]
    return Change(
        at=cause.at,
        claims=(moved,),
        moves=moves,
        audit=(entry,),
        outbox=outgoing(cause, [*_redraw(moved), *told]),
    )


def amended(claim: Claim, cause: Cause, index: int, values: Mapping[str, object]) -> Claim:
    """Give a claim with a corrected line, as far as its step gives the right.

    Refused `wrong_state`, `own_claim`, `not_your_turn`, `not_allowed`.
    """
    for name in _rights_for(values, claim.lines[index]):
        _require_right(claim, cause, name)
    before = claim.lines[index]
    line = replace(before, **values)  # type: ignore[arg-type]  # callers name fields
    if line.category != before.category:
        line = replace(line, allowance="")
    return set_line(claim, index, _still_reduced(before, line))


def _still_reduced(before: Line, line: Line) -> Line:
    """Let another rate or day of the same amount give back nothing of what was reduced."""
    if before.asked_fen is None or not before.foreign or not line.foreign:
        return line
    if line.foreign == before.foreign or line.foreign.amount != before.foreign.amount:
        return line
    return replace(
        line, asked_fen=line.amount_fen, amount_fen=min(line.amount_fen, before.amount_fen)
    )


def _rights_for(values: Mapping[str, object], before: Line) -> frozenset[str]:
    """Name the rights behind values: what was spent stays, its rate is one, and so is its day."""
    foreign = values.get("foreign")
    if not isinstance(foreign, Foreign):
        return frozenset(values)
    same = before.foreign is not None and before.foreign.amount == foreign.amount
    rest = values.keys() - {"foreign", "amount_fen"}
    return frozenset(rest or {"rate"}) if same else frozenset({"amount_fen"})


def amend_line(
    claim: Claim, around: Surroundings, cause: Cause, index: int, values: Mapping[str, object]
) -> Change:
    """Correct a line in review, as far as its step gives the right (`FlowStep.may_change`).

    `around` are the surroundings of the claim as `amended`: rules and budgets are asked again for
    what the line moves to. Refused as there, `amend_blocked`, and `budget` on commit.
    """
    changed = amended(claim, cause, index, values)
    before, line = claim.lines[index], changed.lines[index]
    fields = {"line": str(index + 1)}
    for name in values:
        fields[name] = f"{_said(before, name)} → {_said(line, name)}"
    moved, moves = _moved(claim, changed, around.company, sure=False)
    moved = corrected(claim, moved, own_money_free(around, [claim]), cause)
    facts = (("number", claim.number), ("line", str(index + 1)), ("person", cause.actor))
    told = [Say(p, "line_amended", facts) for p in sorted(claim.owners)]
    return Change(
        at=cause.at,
        claims=(moved,),
        moves=moves,
        audit=(AuditEntry(cause.actor, "amend", claim.number, cause.source, (*fields.items(),)),),
        outbox=outgoing(cause, [*_redraw(moved), *told]),
    )


def _said(line: Line, name: str) -> str:
    if name == "foreign":
        return line.foreign.rate if line.foreign else ""
    return format_yuan(line.amount_fen) if name == "amount_fen" else str(getattr(line, name))


def hold_line(
    claim: Claim,
    around: Surroundings,
    cause: Cause,
    index: int,
    reason: str,
    number: str,
    stored: Sequence[StoredInvoice] = (),
) -> Change:
    """Let a line go on as a claim of its own under `number`, so that the rest need not wait.

    It waits for the same people with what they have decided so far, and takes its share of the
    hold, its vouchers (`stored` are those received for the claim), files and cards. Lines that
    share its vouchers go with it. Both are judged anew. Refused `wrong_state`, `own_claim`,
    `not_your_turn`, `reason_missing`, `only_line`.
    """
    _require_turn(claim, cause)
    reason = _reason(claim, reason, "hold_line")
    gone = joined(claim, index)
    if len(gone) == len(claim.lines):
        raise Refused("only_line", number=claim.number)
    rest, apart = _parted(claim, gone, number, reason)
    moved, moves = _moved(claim, rest, around.company, sure=True)
    apart = _with_hold(apart, around.company, without(claim.clears, moved.clears))
    moved = eased(claim, moved, own_money_free(around, [claim]), cause)
    beside = replace(around, history=(*around.history, moved))
    apart = eased(claim, apart, own_money_free(beside, [apart]), cause)
    taking = Reserve(_hold_of(apart), sure=True)
    facts = (("number", claim.number), ("line", str(index + 1)), ("claim", number))
    told = [Say(p, "line_held", (*facts, ("reason", reason))) for p in sorted(claim.owners)]
    cards = [ShowCard(p, number, "claim") for p in sorted(claim.owners)]
    return Change(
        at=cause.at,
        claims=(moved, apart),
        moves=(*moves, taking),
        identities=_shared_out(moved, apart),
        invoices=_moved_records(stored, apart),
        audit=(
            audit_of(cause, "hold_line", claim.number, line=str(index + 1), to=number),
            audit_of(cause, "split_off", number, of=claim.number, reason=reason),
        ),
        outbox=outgoing(cause, [*_redraw(moved), *told, *cards, *_asked(apart)]),
    )


def _parted(claim: Claim, gone: frozenset[int], number: str, reason: str) -> tuple[Claim, Claim]:
    """Divide lines with their findings, files and cards; nothing is in both, but shared files."""
    stays = [i for i in range(len(claim.lines)) if i not in gone]
    rest = _with_lines(claim, stays)
    apart = replace(
        _with_lines(claim, sorted(gone)),
        number=number,
        revision=0,
        version=1,
        split_from=claim.number,
        paused=reason,
        origin=None,
        carries=None,
        clears=(),
    )
    kept, went = _papers(rest), _papers(apart)
    cards = {i.card for line in apart.lines for i in line.invoices}
    rest_files = tuple(f for f in claim.files if f.sha256 in kept or f.sha256 not in went)
    apart_files: tuple[StoredFile, ...] = tuple(f for f in claim.files if f.sha256 in went)
    return (
        replace(rest, files=rest_files, wallet=tuple(c for c in claim.wallet if c not in cards)),
        replace(apart, files=apart_files, wallet=tuple(c for c in claim.wallet if c in cards)),
    )


def _with_lines(claim: Claim, indexes: Sequence[int]) -> Claim:
    places = {old: new for new, old in enumerate(indexes)}
    found: Iterable[Finding] = (
        f if f.line is None else replace(f, line=places[f.line])
        for f in claim.findings
        if f.line is None or f.line in places
    )
    return replace(claim, lines=tuple(claim.lines[i] for i in indexes), findings=tuple(found))


def _papers(claim: Claim) -> frozenset[str | None]:
    papers = [i for line in claim.lines for i in line.invoices]
    return frozenset(f for i in papers for f in (i.file, i.itinerary))


def _hold_of(claim: Claim) -> Hold:
    return Hold(claim.hold, claim.number, charges_in(claim.held))


def _with_hold(claim: Claim, company: Company, clears: tuple[Clearing, ...]) -> Claim:
    """Give a claim with what it takes of advances and holds itself, as its lines are now."""
    charges = charges_of(company, claim)
    clears = fitted(clears, claim.total_fen, charges)
    return replace(claim, clears=clears, held=figures_of(without_backed(charges, clears)))


def _moved(
    before: Claim, changed: Claim, company: Company, *, sure: bool
) -> tuple[Claim, tuple[Move, ...]]:
    """Make the next version, and let the hold go on under its name."""
    claim = replace(changed.after(Event.AMEND), version=before.version + 1)
    claim = _with_hold(claim, company, before.clears)
    return claim, (Release(before.hold), Reserve(_hold_of(claim), sure=sure))


def _shared_out(rest: Claim, apart: Claim) -> tuple[FreeIdentities | TakeIdentity, ...]:
    return (
        FreeIdentities(rest.number),
        *(TakeIdentity(i, rest.number) for i in identities_of(rest)),
        *(TakeIdentity(i, apart.number) for i in identities_of(apart)),
    )


def _moved_records(stored: Sequence[StoredInvoice], apart: Claim) -> tuple[StoredInvoice, ...]:
    papers = _papers(apart)
    return tuple(replace(s, claim=apart.number) for s in stored if s.sha256 in papers)


def _require_turn(claim: Claim, cause: Cause) -> None:
    require(claim, Event.AMEND)
    if cause.actor in claim.owners:
        raise Refused("own_claim", number=claim.number)
    if claim.plan is None or cause.actor not in claim.plan.waiting():
        raise Refused("not_your_turn", number=claim.number)


def _require_right(claim: Claim, cause: Cause, right: str) -> None:
    """Refused unless it is the actor's turn, in a step that may change this of the claim."""
    _require_turn(claim, cause)
    if claim.plan is None or right not in change_rights(claim.plan, cause.actor):
        raise Refused("not_allowed", action="amend", number=claim.number)


def _reason(claim: Claim, reason: str, action: str) -> str:
    reason = reason.strip()[:MAX_REASON].rstrip()
    if not reason:
        raise Refused("reason_missing", number=claim.number, action=action)
    return reason


def _asked(claim: Claim) -> list[Notice]:
    waiting = claim.plan.waiting() if claim.plan else ()
    return [ShowCard(p, claim.number, "approval", fresh=True) for p in waiting]


def _redraw(claim: Claim) -> list[Notice]:
    """Show the new version to everybody: at the bottom of the chat to those whose turn it is."""
    people = claim.plan.people() if claim.plan else frozenset[str]()
    waiting = frozenset(claim.plan.waiting()) if claim.plan else frozenset[str]()
    return [
        *(ShowCard(p, claim.number, "claim", only_open=True) for p in sorted(claim.owners)),
        *(ShowCard(p, claim.number, "approval", only_open=True) for p in sorted(people - waiting)),
        *_asked(claim),
    ]
