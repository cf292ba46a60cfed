"""What is special about a claim, for its card and page: urgency, supplier, trip, advances, shares.

Values are built from texts that `clean` has made harmless for where they are shown.
"""

from collections.abc import Callable, Iterator

from bot.texts.labels import sentence
from bot.texts.names import department_name, person_name, project_name
from bot.texts.template import Language
from core.claim import Claim, Line, State
from core.company import Company
from core.dealings import Trip
from core.money import format_cny
from core.payment import mask_account
from core.travel_standard import trip_days

Clean = Callable[[str, int], str]
Pair = tuple[str, str]
"""The id of a fact's label, and its value."""
MAX_PARTS = 4
WORDS = 80


def dealings_of(claim: Claim, company: Company, language: Language, clean: Clean) -> Iterator[Pair]:
    """Give what is special about a claim, the most pressing first."""
    yield "urgent", clean(claim.urgent, WORDS)
    yield "paused", clean(claim.paused, WORDS)
    yield "split_from", claim.split_from or ""
    if claim.filed_by:
        yield "filed_by", clean(person_name(company, claim.filed_by), 20)
    yield "supplier", _supplier(claim, clean)
    if claim.trip:
        yield "trip", _trip(claim.trip, language, clean)
    yield from _advances(claim, language)
    yield "cuts", _cuts(claim, language, clean)
    yield "shares", _shares(claim, company, language, clean)


def follows_text(claim: Claim, language: Language) -> str:
    """Name the request that a claim follows, and compare what was approved with what is claimed."""
    if claim.origin is None or claim.approved_fen is None:
        return claim.origin or ""
    return f"{claim.origin} {compared_text(claim, language)}"


def compared_text(claim: Claim, language: Language) -> str:
    """Compare what was approved with what is claimed; "" where there is nothing to compare."""
    if claim.approved_fen is None:
        return ""
    approved, amount = format_cny(claim.approved_fen), format_cny(claim.total_fen)
    return sentence("compared", language, approved=approved, amount=amount)


def _supplier(claim: Claim, clean: Clean) -> str:
    supplier = claim.supplier
    if supplier is None:
        return ""
    account = mask_account(supplier.account).replace("*", "•")[-8:]
    parts = (clean(supplier.name, 30), clean(supplier.bank, 30), account)
    return " · ".join(p for p in parts if p)


def _trip(trip: Trip, language: Language, clean: Clean) -> str:
    leaves = sentence("after_noon", language) if trip.leaves_after_noon else ""
    back = sentence("before_noon", language) if trip.back_before_noon else ""
    return sentence(
        "itinerary",
        language,
        city=clean(trip.city, 20),
        start=f"{trip.start:%m-%d}{leaves}",
        end=f"{trip.end:%m-%d}{back}",
        days=f"{trip_days(trip).normalize():f}",
    )


def _advances(claim: Claim, language: Language) -> Iterator[Pair]:
    """What a claim sets off, and what is still open of an advance."""
    if claim.clears:
        numbers = " ".join(c.advance for c in claim.clears)
        figures = {
            "amount": format_cny(claim.cleared_fen),
            "rest": format_cny(claim.total_fen - claim.cleared_fen),
        }
        yield "offset", sentence("offset", language, number=numbers, **figures)
    if claim.standing:
        yield "advance", sentence("petty_cash", language)
    if claim.advance and claim.state is State.PAID:
        yield "open", sentence("open_advance", language, amount=format_cny(claim.open_fen))


def _cuts(claim: Claim, language: Language, clean: Clean) -> str:
    """What approvers have taken off, line by line."""
    cut = [
        sentence(
            "line_cut",
            language,
            line=str(i),
            before=format_cny(line.asked_fen),
            after=format_cny(line.amount_fen),
            why=clean(line.cut, 40),
        )
        for i, line in enumerate(claim.lines, 1)
        if line.asked_fen is not None
    ]
    return "；".join(cut[:MAX_PARTS]) + (" …" if len(cut) > MAX_PARTS else "")


def _shares(claim: Claim, company: Company, language: Language, clean: Clean) -> str:
    """Who bears how much, where that is not the claim's own department and project alone."""
    sums: dict[str, int] = {}
    for line in claim.lines:
        name = _bearer(claim, line, company, language)
        sums[name] = sums.get(name, 0) + line.amount_fen
    if all(line.department is None for line in claim.lines):
        return ""
    parts = [f"{clean(name, 20)} {format_cny(fen)}" for name, fen in sums.items()]
    more = " …" if len(parts) > MAX_PARTS else ""
    return ("、" if language == "zh" else ", ").join(parts[:MAX_PARTS]) + more


def _bearer(claim: Claim, line: Line, company: Company, language: Language) -> str:
    department = department_name(company, line.department or claim.department, language)
    project = line.project or claim.project
    return f"{department} {project_name(company, project)}" if project else department
