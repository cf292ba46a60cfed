"""WeCom's address book as our directory: what the application may see, and who else there is."""

import json
from collections.abc import Awaitable, Callable, Sequence

from bot.channels.patience import PAUSES_S, patiently, read_waiting, write_waiting
from bot.channels.wecom import contacts
from bot.channels.wecom.api import WeComApi
from bot.port import JsonObject
from core.company import Messenger
from core.errors import Rejected
from core.outside import Capabilities, OutsideDepartment, OutsidePerson

IDS_PAGE = 10_000
_EVERYBODY = "everybody"


class WeComDirectory:
    """The part of the address book that the application may see (an `OrgPort`).

    With the secret of the address book's synchronisation (`everybody`) the ids of all others are
    known, too: then nobody has left only because the application may not see them any more.
    That secret gives ids and nothing else since 2022. `job_number` is the name of the attribute.
    """

    name: Messenger = "wecom"
    capabilities = Capabilities(
        kind="wecom",
        roles=frozenset({"org"}),
        rate=(10_000, 60.0),
        unverified=("the attribute of the job number is text.value of extattr.attrs",),
    )

    def __init__(
        self,
        api: WeComApi,
        everybody: WeComApi | None,
        *,
        job_number: str,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        self._api = api
        self._everybody = everybody
        self._job_number = job_number
        self._pauses_s = pauses_s

    async def departments(
        self, cursor: str | None
    ) -> tuple[Sequence[OutsideDepartment], str | None]:
        """Give all departments that we may see, at once; `cursor` is never needed."""
        del cursor
        found, _ = await self._departments()
        return found, None

    async def people(self, cursor: str | None) -> tuple[Sequence[OutsidePerson], str | None]:
        """Give the people of a department, at last the ids of everybody, and where to go on."""
        if cursor is None:
            _, ids = await self._departments()
            return [], write_waiting(ids) or self._rest("")
        waiting = read_waiting(cursor, "")
        if waiting[0] == _EVERYBODY:
            return await self._ids(waiting[1])
        department, *waiting = waiting
        body = await self._ask(lambda: self._api.ask("user/list", department_id=department))
        found = contacts.read_people(body, self._job_number)
        return found, write_waiting(waiting) or self._rest("")

    async def close(self) -> None:
        """Give back what only the directory uses; the rest is the channel's."""
        if self._everybody:
            await self._everybody.close()

    def _rest(self, cursor: str) -> str | None:
        return json.dumps([_EVERYBODY, cursor]) if self._everybody else None

    async def _ids(self, cursor: str) -> tuple[Sequence[OutsidePerson], str | None]:
        api = self._everybody
        if api is None:
            raise Rejected("directory_cursor")
        body: JsonObject = {"cursor": cursor, "limit": IDS_PAGE}
        answer = await self._ask(lambda: api.call("user/list_id", body, repeatable=True))
        found, following = contacts.read_ids(answer)
        return found, self._rest(following) if following else None

    async def _departments(self) -> tuple[list[OutsideDepartment], list[str]]:
        return contacts.read_departments(await self._ask(lambda: self._api.ask("department/list")))

    async def _ask(self, ask: Callable[[], Awaitable[JsonObject]]) -> JsonObject:
        try:
            return await patiently(ask, self._pauses_s)
        except Rejected as error:
            raise contacts.denied(error) from None
