"""The company as data: who works here, what may be spent, who approves (contract §3)."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
    model_validator,
)

from core.currency import Currency
from core.flows import CalendarRules, Flow
from core.invoice import InvoiceKind
from core.period import Period, parse_period
from core.rows import Account, Entry, Id, Yuan

ROOT = "root"
"""The implicit top department."""

Role = Literal["employee", "assistant", "finance", "cashier", "budget_admin", "auditor", "admin"]
Control = Literal["block", "warn", "ignore"]
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
    "travel_standard",
    "per_diem",
    "mileage",
    "proof_above",
    "cross_year",
    "private_words",
]
Per = Literal["claim", "line", "day", "night", "month", "year"]


def _period(value: object) -> Period:
    return value if isinstance(value, Period) else parse_period(str(value))


PeriodField = Annotated[
    Period, BeforeValidator(_period), PlainSerializer(lambda p: p.text, return_type=str)
]
BankCode = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
"""The 12 digits by which the central bank's payment system knows a bank's branch (联行号)."""


class LegalEntity(Entry):
    """A company of the group, as it stands on invoices; `bank_account` is what it pays from."""

    id: Id
    name: str = Field(min_length=1)
    tax_id: str = ""
    bank_account: str | None = Field(default=None, repr=False)
    bank: str | None = None
    bank_code: BankCode | None = None


Messenger = Literal["dingtalk", "wecom"]
"""The messengers that keep an address book of the company."""


class Department(Entry):
    """A department; `parent` is `root` at the top.

    `dingtalk` and `wecom` are the address books' ids of it, `directory` is the one that says its
    name, parent and head; without one the company file does.
    """

    id: Id
    name: str = Field(min_length=1)
    parent: Id = ROOT
    head: str | None = None
    company: str | None = None
    dingtalk: str | None = None
    wecom: str | None = None
    directory: Messenger | None = None


class Person(Entry):
    """Someone who works here. `dingtalk` and `wecom` are the messengers' user ids.

    `oidc` is what the company's identity provider calls them. `key` tells that two entries of
    address books are one person (a job number; of a mobile number or an e-mail address its hash).
    `directory` is the address book that says name, department, manager and whether they are here.
    """

    id: Id
    name: str = Field(min_length=1)
    department: Id = ROOT
    manager: str | None = None
    grade: str | None = None
    roles: tuple[Role, ...] = ("employee",)
    dingtalk: str | None = None
    wecom: str | None = None
    oidc: str | None = None
    bank_account: str | None = Field(default=None, repr=False)
    bank: str | None = None
    bank_code: BankCode | None = None
    language: Literal["zh", "en"] = "zh"
    active: bool = True
    key: str | None = Field(default=None, repr=False)
    directory: Messenger | None = None


class Category(Entry):
    """A kind of expense; `account` is the ledger account of its vouchers.

    `accounts` names another account for a department (with those below it). `input_tax` is false
    where the tax of its vouchers may never be deducted, as for welfare and entertainment. `parent`
    is the category that it is a part of: a budget of that one binds it, too.
    """

    id: Id
    name: str = Field(min_length=1)
    parent: Id | None = None
    keywords: tuple[str, ...] = ()
    account: Account = ""
    requires_invoice: bool = True
    accounts: dict[str, Account] = Field(default_factory=dict)
    input_tax: bool = True


class Project(Entry):
    """A project that lines may be charged to.

    `accounts` names another ledger account for a category, as for research that is capitalised.
    """

    id: Id
    name: str = Field(min_length=1)
    owner: str | None = None
    active: bool = True
    accounts: dict[str, Account] = Field(default_factory=dict)


class Budget(Entry):
    """A limit on the lines that match every dimension it names; null means any.

    `own_level` binds the department without its children. `fiscal_start` is the month in which the
    year of the period begins: `2026-Q1` with 4 is April to June. A `cumulative` budget rolls with
    those of the same dimensions and year: what a month leaves, the later ones may use.
    `exceptions` (`role:NAME`, `person:ID`) may exceed what blocks, with a reason on record.
    """

    id: Id
    department: str | None = None
    own_level: bool = False
    project: str | None = None
    category: str | None = None
    person: str | None = None
    company: str | None = None
    fiscal_start: int = Field(default=1, ge=1, le=12)
    period: PeriodField
    cumulative: bool = False
    limit_fen: Yuan = Field(alias="limit", ge=0)
    control: Control = "block"
    tolerance: Decimal = Field(default=Decimal(0), ge=0, le=1000)
    alerts: tuple[int, ...] = (80, 90, 100)
    owners: tuple[str, ...] = ()
    exceptions: tuple[
        Annotated[str, Field(pattern=r"^(role:[a-z_]+|person:.+)$")],
        ...,
    ] = ()

    @field_validator("period")
    @classmethod
    def _in_fiscal_year(cls, value: Period, info: ValidationInfo[object]) -> Period:
        return parse_period(value.text, info.data.get("fiscal_start", 1))


class CityTier(Entry):
    """Cities that share a standard, as people write them; `id` is what a standard names."""

    id: Id
    name: str = Field(min_length=1)
    cities: tuple[str, ...] = Field(min_length=1)


class Standard(Entry):
    """One row of a table of standards: for whom and where, and how much; None means any."""

    tier: str | None = None
    city: str | None = None
    grade: str | None = None
    limit_fen: Yuan = Field(alias="limit", ge=0)


class Policy(Entry):
    """A rule on claims and what follows when it is broken; people read its `name`, if it has one.

    `limit` and `rate` (of a kilometre) are in yuan, `near` is a percentage of the limit, `until`
    the last day of a new year (MM-DD), `standards` are searched from the top, `proof` names what
    is to be attached.
    """

    id: Id
    kind: PolicyKind
    category: str | None = None
    per: Per | None = None
    limit_fen: Yuan | None = Field(default=None, alias="limit")
    days: int | None = Field(default=None, ge=0)
    count: int | None = Field(default=None, ge=1)
    grade: str | None = None
    city: str | None = None
    action: Literal["warn", "block"] = "warn"
    grades: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    standards: tuple[Standard, ...] = ()
    rate_fen: Yuan | None = Field(default=None, alias="rate", gt=0)
    near: int = Field(default=90, ge=1, le=99)
    until: str | None = Field(default=None, pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
    words: tuple[str, ...] = ()
    proof: str = ""
    name: str = Field(default="", max_length=40)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


Day = Annotated[date, BeforeValidator(_day)]


class TaxRule(Entry):
    """How much of the tax of a kind of voucher may be deducted, from one day until another.

    `how` is the tax as `printed`, `computed` from `base` (the `total` of the voucher, or its
    `amount`) at `rate` percent, which the base has `included` or not, or `none` of it; a printed
    one with a rate is checked by it. `electronic` limits the rule to the electronic or the paper
    form, `goods` to vouchers of such goods; one of goods that `never` count is left out.
    """

    id: Id
    kind: InvoiceKind
    electronic: bool | None = None
    since: Day
    until: Day | None = None
    how: Literal["printed", "computed", "none"]
    rate: Decimal | None = Field(default=None, gt=0, lt=100)
    base: Literal["total", "amount"] = "total"
    included: bool = True
    goods: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    tolerance_fen: Yuan = Field(default=1, alias="tolerance", ge=0)

    @model_validator(mode="after")
    def _is_whole(self) -> "TaxRule":
        if self.how == "computed" and self.rate is None:
            raise ValueError("a rule that computes needs a rate")
        if self.until and self.until < self.since:
            raise ValueError("the rule ends before it begins")
        return self

    def covers(self, day: date) -> bool:
        """Whether the rule holds on a day; both its ends belong to it."""
        return self.since <= day and (self.until is None or day <= self.until)


class Accounts(Entry):
    """The ledger accounts that are no category's, by default those of Chinese practice.

    Deductible input tax 应交税费—应交增值税（进项税额）, owed to employees and advances to them
    其他应付款 and 其他应收款, bank deposits 银行存款, owed to suppliers 应付账款.
    """

    input_tax: Account = "2221.01.01"
    employee_payable: Account = "2241"
    advance: Account = "1221"
    bank: Account = "1002"
    supplier_payable: Account = "2202"


class VoucherRules(Entry):
    """How the books are kept: whether a payment has a voucher, and the word of vouchers (凭证字).

    `by` says whether files have one voucher a claim or one a day. With `originals` entries keep
    what was spent in another currency, for accounts that are kept in it (外币核算).
    """

    at_payment: bool = True
    by: Literal["claim", "day"] = "claim"
    word: str = Field(default="记", min_length=1, max_length=8)
    originals: bool = False


class PaymentRules(Entry):
    """How payments leave: a batch of more than `check_above` needs a second person's word."""

    check_above_fen: Yuan | None = Field(default=None, alias="check_above", ge=0)


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
    calendar: CalendarRules = CalendarRules()
    accounts: Accounts = Accounts()
    vouchers: VoucherRules = VoucherRules()
    payments: PaymentRules = PaymentRules()
    tax_rules: tuple[TaxRule, ...] = ()
    city_tiers: tuple[CityTier, ...] = ()
    currencies: tuple[Currency, ...] = ()

    def model_copy(
        self, *, update: Mapping[str, object] | None = None, deep: bool = False
    ) -> "Company":
        """Give a copy that looks everything up afresh: what was looked up here may be others'."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {p.id: p for p in self.people}

    @cached_property
    def _departments(self) -> dict[str, Department]:
        return {d.id: d for d in self.departments}

    @cached_property
    def _budgets(self) -> dict[str, Budget]:
        return {b.id: b for b in self.budgets}

    @cached_property
    def _by_user(self) -> dict[tuple[str, str], Person]:
        dingtalk = {("dingtalk", p.dingtalk): p for p in self.people if p.dingtalk}
        wecom = {("wecom", p.wecom.lower()): p for p in self.people if p.wecom}
        oidc = {("oidc", p.oidc): p for p in self.people if p.oidc}
        return {**dingtalk, **wecom, **oidc}

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

    def category_ancestry(self, category_id: str) -> Iterator[str]:
        """Walk from a category up to the one that has no parent."""
        seen: set[str] = set()
        current: str | None = category_id
        while current and current not in seen:
            seen.add(current)
            yield current
            row = self.category(current)
            current = row.parent if row else None

    def project(self, project_id: str) -> Project | None:
        """Find a project."""
        return next((p for p in self.projects if p.id == project_id), None)

    def budget(self, budget_id: str) -> Budget | None:
        """Find a budget."""
        return self._budgets.get(budget_id)

    def entity_of(self, department_id: str) -> LegalEntity | None:
        """Find the legal entity of a department: its own, its parent's, else the first."""
        for step in self.ancestry(department_id):
            row = self._departments.get(step)
            if row and row.company:
                return next((c for c in self.companies if c.id == row.company), None)
        return self.companies[0] if self.companies else None
