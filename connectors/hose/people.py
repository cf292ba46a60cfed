"""合思's own directory: who works there and in which departments, a page at a time; read only.

Source: the vendor's documentation of 获取员工列表 and 获取部门列表 (v2.0.0 of May 2024).
"""

from collections.abc import Mapping, Sequence

from connectors.hose.client import Found, HoseClient
from connectors.kit.answers import list_in, text_in
from connectors.kit.asking import asked
from connectors.kit.connector import Connector
from core.errors import Rejected, Retryable
from core.outside import OutsideDepartment, OutsidePerson

STAFF_LIST_PATH = "/api/openapi/v1.1/staffs"
DEPARTMENTS_PATH = "/api/openapi/v1/departments"
PAGE = 100
_WORKING = {"active": "true", "external": "false"}
"""Those who have left, and outsiders, start no documents."""


class People(Connector):
    """`OrgPort`: people with their ids at the messenger (`userid`) and job numbers (`code`)."""

    def __init__(self, client: HoseClient, name: str) -> None:
        super().__init__(name, client)
        self._client = client

    async def people(self, cursor: str | None) -> tuple[Sequence[OutsidePerson], str | None]:
        """Give a page of those who work there."""
        rows, following = await self._listed("staffs", STAFF_LIST_PATH, cursor, _WORKING)
        return [_person(row) for row in rows if text_in(row, "id")], following

    async def departments(
        self, cursor: str | None
    ) -> tuple[Sequence[OutsideDepartment], str | None]:
        """Give a page of departments; the list has closed ones, too, which are left out."""
        rows, following = await self._listed("departments", DEPARTMENTS_PATH, cursor, {})
        found = [_department(row) for row in rows if row.get("active") is not False]
        return [department for department in found if department.id], following

    async def _listed(
        self, name: str, path: str, cursor: str | None, more: Mapping[str, str]
    ) -> tuple[list[dict[str, object]], str | None]:
        """Read one page; its answer has telephone numbers, and so is not journalled."""
        if cursor is not None and not cursor.isdecimal():
            raise Rejected("not_a_cursor", text=cursor[:40])
        start = int(cursor or 0)
        query = {"start": str(start), "count": str(PAGE), **more}
        found = await asked(self._client.get(name, path, query, private=True))
        rows = _rows(found)
        return list_in(found, "items"), str(start + PAGE) if rows >= PAGE else None


def _rows(found: Found) -> int:
    """Count the rows of a list; Retryable where there is none: half a list would be no list."""
    items = found.get("items")
    if not isinstance(items, list):
        raise Retryable("garbled")
    return len(items)


def _person(row: Mapping[str, object]) -> OutsidePerson:
    told = (("userid", text_in(row, "userId", 200)), ("code", text_in(row, "code", 100)))
    return OutsidePerson(
        id=text_in(row, "id", 200),
        name=text_in(row, "name", 60),
        department=text_in(row, "defaultDepartment", 200),
        active=row.get("active") is not False,
        fields=tuple((name, value) for name, value in told if value),
    )


def _department(row: Mapping[str, object]) -> OutsideDepartment:
    return OutsideDepartment(
        id=text_in(row, "id", 200),
        name=text_in(row, "name", 100),
        parent=text_in(row, "parentId", 200),
    )
