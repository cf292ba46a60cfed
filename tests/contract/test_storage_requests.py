"""What another system asks for under its own key happens once, whatever keeps it."""

import asyncio
from dataclasses import replace

import pytest

from core.change import Change, OnceRequest
from core.errors import Conflict
from tests.contract.storage_samples import NOW, AnyStorage, claim, notice

KEY = "api:erp:1"


def asking(number: str, key: str = KEY) -> Change:
    return Change(
        at=NOW,
        claims=(claim(number),),
        request=OnceRequest(key, "a" * 64, number),
        outbox=(notice(number),),
    )


async def test_a_request_is_found_again_by_its_key(storage: AnyStorage) -> None:
    await storage.store.commit(asking("BX-20261125-0001"))

    assert await storage.store.request(KEY) == OnceRequest(KEY, "a" * 64, "BX-20261125-0001")
    assert await storage.store.request("api:erp:2") is None


async def test_a_known_key_refuses_the_whole_change(storage: AnyStorage) -> None:
    await storage.store.commit(asking("BX-20261125-0001"))

    with pytest.raises(Conflict, match="request"):
        await storage.store.commit(asking("BX-20261125-0002"))

    assert await storage.store.claim("BX-20261125-0002") is None
    found = await storage.store.request(KEY)
    assert found is not None
    assert found.claim == "BX-20261125-0001"


async def test_of_many_at_once_one_gets_through(storage: AnyStorage) -> None:
    changes = [asking(f"BX-20261125-{i:04d}") for i in range(1, 9)]

    answers = await asyncio.gather(
        *(storage.store.commit(c) for c in changes), return_exceptions=True
    )

    assert sum(answer is None for answer in answers) == 1
    refused = [a for a in answers if isinstance(a, Conflict)]
    assert len(refused) == len(changes) - 1


async def test_a_refused_change_leaves_its_key_free(storage: AnyStorage) -> None:
    stale = replace(claim("BX-20261125-0001"), revision=5)
    change = asking("BX-20261125-0001")

    with pytest.raises(Conflict, match="revision"):
        await storage.store.commit(replace(change, claims=(stale,)))
    await storage.store.commit(change)

    assert await storage.store.claim("BX-20261125-0001")
