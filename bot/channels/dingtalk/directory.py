"""DingTalk's address book as our directory: walked department by department, at its pace."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bot.channels.dingtalk import contacts
from bot.channels.patience import PAUSES_S, patiently, read_waiting, write_waiting
from bot.port import JsonObject
from core.company import Messenger
from core.outside import Capabilities, OutsideDepartment, OutsidePerson

T = TypeVar("T")
Ask = Callable[[str, JsonObject], Awaitable[JsonObject]]
"""Calls the old API with the application's token; gives the body whatever its errcode."""
AT_ONCE = 20


class DingTalkDirectory:
    """The part of the address book that the application may see (an `OrgPort`).

    There is no list of all people with their managers, so everybody is asked about by themselves:
    about 20 people a second. Calls about the address book count towards no monthly quota.
    """

    name: Messenger = "dingtalk"
    capabilities = Capabilities(
        kind="dingtalk",
        roles=frozenset({"org"}),
        rate=(20, 1.0),
        unverified=("listsub and listid answer all children and members in one page",),
    )

    def __init__(self, ask: Ask, *, pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._ask_once = ask
        self._pauses_s = pauses_s

    async def departments(
        self, cursor: str | None
    ) -> tuple[Sequence[OutsideDepartment], str | None]:
        """Give the departments below one, and where to go on."""
        first, *waiting = read_waiting(cursor, contacts.ROOT)
        children = await self._children(first)
        page = await self._each(children, self._department)
        return page, write_waiting([*waiting, *children])

    async def people(self, cursor: str | None) -> tuple[Sequence[OutsidePerson], str | None]:
        """Give the people of a department, and where to go on."""
        first, *waiting = read_waiting(cursor, contacts.ROOT)
        children = await self._children(first)
        body: JsonObject = {"dept_id": int(first)}
        users = await self._ask("/topapi/user/listid", body, contacts.read_users)
        found = await self._each(users, self._person)
        return [p for p in found if p is not None], write_waiting([*waiting, *children])

    async def close(self) -> None:
        """Leave the connections to the channel, whose they are."""

    async def _children(self, department: str) -> list[str]:
        body: JsonObject = {"dept_id": int(department)}
        return await self._ask("/topapi/v2/department/listsub", body, contacts.read_children)

    async def _department(self, department: str) -> OutsideDepartment:
        body: JsonObject = {"dept_id": int(department)}
        return await self._ask("/topapi/v2/department/get", body, contacts.read_department)

    async def _person(self, user: str) -> OutsidePerson | None:
        def read(answer: JsonObject) -> OutsidePerson | None:
            return contacts.read_person(user, answer)

        return await self._ask("/topapi/v2/user/get", {"userid": user}, read)

    async def _ask(self, path: str, body: JsonObject, read: Callable[[JsonObject], T]) -> T:
        async def once() -> T:
            return read(await self._ask_once(path, body))

        return await patiently(once, self._pauses_s)

    async def _each(self, ids: Sequence[str], ask: Callable[[str], Awaitable[T]]) -> list[T]:
        """Ask about many, some at once; a failure ends it once nobody is asking any more."""
        found: list[T] = []
        for start in range(0, len(ids), AT_ONCE):
            asked = [ask(i) for i in ids[start : start + AT_ONCE]]
            for answer in await asyncio.gather(*asked, return_exceptions=True):
                if isinstance(answer, BaseException):
                    raise answer
                found.append(answer)
        return found
