"""Alerts in memory: noticed and told by the same rules as in the database."""

from collections.abc import Mapping

from core.actions.alerting import announce
from core.alerts import Alert, crossed, key_of, loudest, percent_used
from core.change import Change, Outgoing
from core.company import Company
from storage.crossings import crossings_of
from storage.ledger import Account, Ledger


class MemoryAlerts:
    def __init__(self) -> None:
        self.known: dict[str, Alert] = {}

    def notice(
        self, change: Change, company: Company, before: Mapping[str, Account], ledger: Ledger
    ) -> list[Outgoing]:
        """Keep what a change crosses or has found; gives what is to be told of it."""
        found: list[Alert] = list(change.alerts)
        for budget in company.budgets:
            was, now = before.get(budget.id), ledger.accounts[budget.id]
            if was and (low := _percent(was)) < (high := _percent(now)):
                over = crossed(budget.alerts, low, high)
                found += crossings_of(now, budget.period.text, over, ledger.entries, change.at)
        new = [alert for alert in found if key_of(alert) not in self.known]
        self.known.update({key_of(alert): alert for alert in new})
        return [o for alert in loudest(new) for o in announce(alert, company)]


def _percent(account: Account) -> int:
    return percent_used(account.reserved_fen + account.consumed_fen, account.limit_fen)
