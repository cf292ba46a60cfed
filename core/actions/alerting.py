"""What follows from an alert, in the transaction that has noticed it."""

from core.alerts import Alert, RunsOut, audience, key_of
from core.change import Outgoing
from core.company import Company
from core.notices import ShowAlert

QUIET_LANES = "quiet:"
"""How the lanes of notices begin that wait for the end of the quiet hours."""


def quiet_lane(person: str) -> str:
    """Give the lane of what a person need not be told at night; it holds nothing else back."""
    return f"{QUIET_LANES}{person}"


def announce(alert: Alert, company: Company) -> tuple[Outgoing, ...]:
    """Tell those whom an alert concerns, each once; whatever else follows is added here."""
    budget = company.budget(alert.budget)
    if budget is None:
        return ()
    day = alert.day if isinstance(alert, RunsOut) else None
    threshold = 0 if isinstance(alert, RunsOut) else alert.threshold
    return tuple(
        Outgoing(
            f"{key_of(alert)}#{person}",
            quiet_lane(person),
            ShowAlert(person, budget.id, threshold, day),
        )
        for person in audience(company, budget)
    )
