"""The company as data: who works here, what may be spent, who approves (contract §3)."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from core.money import format_yuan, parse_yuan
from core.period import Period, parse_period
from core.rules import check_expression

ROOT = "root"
"""The implicit top department."""

Role = Literal["employee", "finance", "cashier", "budget_admin", "auditor", "admin"]
Control = Literal["block", "warn", "ignore"]
Mode = Literal["any", "all", "sequence"]
PolicyKind = Literal[
    "amount_limit",
    "invoice_age",
    "claim_deadline",
    "buyer_title",
    "receipt_required",
    "duplicate",
    "weekend",
    "frequency",
    "split",
]


def _yuan(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError('write amounts in quotes, like "10000.00"')  # noqa: TRY004 pydantic
    return parse_yuan(str(value))


def _period(value: object) -> Period:
    return value if isinstance(value, Period) else parse_period(str(value))


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]{1,64}$")]
Yuan = Annotated[int, BeforeValidator(_yuan), PlainSerializer(format_yuan, return_type=str)]
PeriodField = Annotated[
    Period, BeforeValidator(_period), PlainSerializer(lambda p: p.text, return_type=str)
]
When = Annotated[
    str,
    BeforeValidator(lambda v: check_expression(str(v).lower() if isinstance(v, bool) else str(v))),
]


class Entry(BaseModel):
    """One row of the company file: frozen, and a stranger's key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True
    )


class LegalEntity(Entry):
    """A company of the group, as it stands on invoices."""

    id: Id
    name: str = Field(min_length=1)
    tax_id: str = ""


class Department(Entry):
    """A department; `parent` is `root` at the top."""

    id: Id
    name: str = Field(min_length=1)
    parent: Id = ROOT
    head: str | None = None
    company: str | None = None


class Person(Entry):
    """Someone who works here. `dingtalk` and `wecom` are the messengers' user ids."""

    id: Id
    name: str = Field(min_length=1)
    department: Id = ROOT
    manager: str | None = None
    grade: str | None = None
    roles: tuple[Role, ...] = ("employee",)
    dingtalk: str | None = None
    wecom: str | None = None
    bank_account: str | None = Field(default=None, repr=False)
    bank: str | None = None
    language: Literal["zh", "en"] = "zh"
    active: bool = True


class Category(Entry):
    """A kind of expense; `account` is the ledger account of its vouchers."""

    id: Id
    name: str = Field(min_length=1)
    keywords: tuple[str, ...] = ()
    account: str = ""
    requires_invoice: bool = True


class Project(Entry):
    """A project that lines may be charged to."""

    id: Id
    name: str = Field(min_length=1)
    owner: str | None = None
    active: bool = True


class Budget(Entry):
    """A limit on the lines that match every dimension it names; null means any."""

    id: Id
    department: str | None = None
    project: str | None = None
    category: str | None = None
    period: PeriodField
    limit_fen: Yuan = Field(alias="limit", ge=0)
    control: Control = "block"
    tolerance: Decimal = Field(default=Decimal(0), ge=0, le=1000)
    alerts: tuple[int, ...] = (80, 90, 100)
    owners: tuple[str, ...] = ()


class Policy(Entry):
    """A rule on claims and what follows when it is broken."""

    id: Id
    kind: PolicyKind
    category: str | None = None
    per: Literal["claim", "line", "day", "night", "month", "year"] | None = None
    limit_fen: Yuan | None = Field(default=None, alias="limit")
    days: int | None = Field(default=None, ge=0)
    count: int | None = Field(default=None, ge=1)
    grade: str | None = None
    city: str | None = None
    action: Literal["warn", "block"] = "warn"


class FlowStep(Entry):
    """One step of a flow, decided by people or by another system."""

    name: str = Field(min_length=1)
    approvers: tuple[
        Annotated[
            str,
            Field(
                pattern=r"^(manager(:[1-9])?|department_head|project_owner|budget_owner"
                r"|role:[a-z_]+|person:.+)$"
            ),
        ],
        ...,
    ] = ()
    mode: Mode = "any"
    when: When = "true"
    system: str | None = None


class Flow(Entry):
    """The steps for claims that its condition selects; the first flow that holds is taken."""

    id: Id
    when: When = "true"
    steps: tuple[FlowStep, ...] = Field(min_length=1)


class Company(Entry):
    """Everything of `company.yaml`, with the look-ups that rules need.

    References between rows are checked where the file is read (`core.company_file`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    companies: tuple[LegalEntity, ...] = ()
    departments: tuple[Department, ...] = ()
    people: tuple[Person, ...] = ()
    categories: tuple[Category, ...] = ()
    projects: tuple[Project, ...] = ()
    budgets: tuple[Budget, ...] = ()
    policies: tuple[Policy, ...] = ()
    flows: tuple[Flow, ...] = ()

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {p.id: p for p in self.people}

    @cached_property
    def _departments(self) -> dict[str, Department]:
        return {d.id: d for d in self.departments}

    @cached_property
    def _by_user(self) -> dict[tuple[str, str], Person]:
        dingtalk = {("dingtalk", p.dingtalk): p for p in self.people if p.dingtalk}
        wecom = {("wecom", p.wecom.lower()): p for p in self.people if p.wecom}
        return {**dingtalk, **wecom}

    def person(self, person_id: str) -> Person | None:
        """Find a person, also one who has left."""
        return self._people.get(person_id)

    def person_by_user(self, channel: str, user: str) -> Person | None:
        """Find the active person behind a messenger's user id (WeCom's ignore case).

        WeCom's application and its 智能机器人 (`wecom_bot`) know people by the same ids.
        """
        messenger = "wecom" if channel == "wecom_bot" else channel
        key = user.lower() if messenger == "wecom" else user
        person = self._by_user.get((messenger, key))
        return person if person and person.active else None

    def people_named(self, text: str) -> tuple[Person, ...]:
        """Find active people by id or exact name."""
        return tuple(p for p in self.people if p.active and text in {p.id, p.name})

    def with_role(self, role: str) -> tuple[Person, ...]:
        """Give the active people who hold a role, in the file's order."""
        return tuple(p for p in self.people if p.active and role in p.roles)

    def department(self, department_id: str) -> Department | None:
        """Find a department; `root` has no row unless the file gives one."""
        return self._departments.get(department_id)

    def ancestry(self, department_id: str) -> Iterator[str]:
        """Walk from a department up to and including `root`."""
        current: str | None = department_id
        while current and current != ROOT:
            yield current
            row = self._departments.get(current)
            current = row.parent if row else None
        yield ROOT

    def category(self, category_id: str) -> Category | None:
        """Find a category."""
        return next((c for c in self.categories if c.id == category_id), None)

    def project(self, project_id: str) -> Project | None:
        """Find a project."""
        return next((p for p in self.projects if p.id == project_id), None)

    def budget(self, budget_id: str) -> Budget | None:
        """Find a budget."""
        return next((b for b in self.budgets if b.id == budget_id), None)

    def entity_of(self, department_id: str) -> LegalEntity | None:
        """Find the legal entity of a department: its own, its parent's, else the first."""
        for step in self.ancestry(department_id):
            row = self._departments.get(step)
            if row and row.company:
                return next((c for c in self.companies if c.id == row.company), None)
        return self.companies[0] if self.companies else None
