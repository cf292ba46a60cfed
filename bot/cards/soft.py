"""A gentle word while drafting: a budget that allows a claim and comes close to its end with it."""

from collections.abc import Iterator

from bot.cards.escape import safe
from bot.cards.facts import Scene
from bot.texts.budget import part
from bot.texts.names import budget_scope
from core.actions.clearing import without_backed
from core.alerts import percent_used
from core.budget import charges_of
from core.claim import EDITABLE


def near_the_end(scene: Scene) -> Iterator[str]:
    """Say to which percentage a draft takes a budget, where that crosses an alert's threshold."""
    if scene.purpose != "claim" or scene.claim.state not in EDITABLE:
        return
    by_id = {b.budget.id: b for b in scene.balances}
    charges = charges_of(scene.company, scene.claim)
    for charge in without_backed(charges, scene.claim.clears):
        balance = by_id.get(charge.budget)
        if balance is None or balance.judge(charge.amount_fen) != "allow":
            continue
        limit = balance.reach_fen
        before = percent_used(balance.used_fen, limit)
        after = percent_used(balance.used_fen + charge.amount_fen, limit)
        if any(before < threshold <= after for threshold in balance.budget.alerts):
            scope = safe(budget_scope(scene.company, balance.budget, scene.language), 40)
            yield part("near", scene.language, scope=scope, percent=str(after))
