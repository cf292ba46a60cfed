"""Memory that lives as long as the process is not looked through for garbage again and again."""

import gc

_BETWEEN = 20_000
"""So many new objects between two looks: a batch of the ledger makes as many in a few
milliseconds, and nearly all of them go by themselves."""


def settle_heap() -> None:
    """Take what is there now for permanent, and look less often at what comes.

    A full collection stops everything for as long as it takes to visit every object: with a
    company in memory, long enough to be felt.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_BETWEEN, 10, 10)
