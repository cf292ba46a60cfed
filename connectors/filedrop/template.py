"""Templates: the forms of banks' and accounting programs' files, held as data.

A template names its columns and where each comes from; a firm whose bank wants another form writes
its own file and names it instead of one of ours.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.filedrop.tables import Cell
from core.errors import Refused

Row = Mapping[str, Cell]
"""The facts of one row by their names in `PAYMENT_FACTS` or `VOUCHER_FACTS`."""

PAYMENT_FACTS = (
    "row", "id", "batch", "date", "claim", "account", "payee", "bank", "bank_code", "amount",
    "currency", "purpose", "payer", "payer_account", "payer_bank", "payer_bank_code",
)  # fmt: skip
PAYER_FACTS = frozenset({"payer", "payer_account", "payer_bank", "payer_bank_code"})
VOUCHER_FACTS = (
    "voucher", "number", "date", "word", "attachments", "summary", "account", "debit", "credit",
    "currency", "original", "rate", "department", "department_name", "person", "person_name",
    "project", "project_name", "supplier", "category", "category_name", "claims", "company",
    "company_name",
)  # fmt: skip


_Limit = tuple[str, str | None, str, bool, int | None]
"""Of a column: title, fact, constant, whether it is required, how many characters it may have."""


class Column(BaseModel):
    """One column: a fact, or a text that is always the same. `most` counts characters."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    title: str
    fact: str | None = Field(default=None, alias="from")
    value: str = ""
    required: bool = False
    most: int | None = Field(default=None, ge=1)
    cut: bool = False


class Template(BaseModel):
    """A form of file.

    `quote` is what stands around texts of a csv file: everything that is text (`text`), what needs
    it (`needed`) or nothing (`none`), where separators in texts become wide ones. `unconfirmed`
    says what nobody at the bank or the maker of the program has confirmed, "" where somebody has.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    name: str = Field(pattern=r"^[a-z0-9_.\-]{1,32}$")
    about: str
    use: Literal["payments", "vouchers"]
    form: Literal["csv", "xlsx"] = "csv"
    encoding: Literal["utf-8", "utf-8-sig", "gbk", "gb18030"] = "utf-8-sig"
    extension: str = Field(default="csv", pattern=r"^[a-z0-9]{1,8}$")
    separator: str = Field(default=",", min_length=1, max_length=1)
    quote: Literal["text", "needed", "none"] = "needed"
    header: bool = True
    unconfirmed: str = ""
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _knows_its_facts(self) -> "Template":
        known = PAYMENT_FACTS if self.use == "payments" else VOUCHER_FACTS
        for column in self.columns:
            if column.fact is not None and column.fact not in known:
                raise ValueError(f"{column.title}: there is no {column.fact}; {', '.join(known)}")
        return self

    @property
    def titles(self) -> tuple[str, ...]:
        """What stands in the first row."""
        return tuple(column.title for column in self.columns)

    @cached_property
    def money(self) -> frozenset[int]:
        """The columns that hold amounts."""
        amounts = {"amount", "debit", "credit", "original"}
        return frozenset(i for i, column in enumerate(self.columns) if column.fact in amounts)

    @cached_property
    def _limits(self) -> tuple[_Limit, ...]:
        """What every row is held against: read from the columns once, not for each of its cells."""
        return tuple(
            (c.title, c.fact, c.value, c.required, None if c.cut else c.most) for c in self.columns
        )

    @property
    def names_payer(self) -> bool:
        """Whether a row says who pays."""
        return any(column.fact in PAYER_FACTS for column in self.columns)

    def find_unfit(self, row: Row) -> str | None:
        """Say why a row cannot be written in this form, or None when it can.

        `lacks:COLUMN`, `too_long:COLUMN`, or `letters:COLUMN` that its encoding does not have.
        """
        for title, fact, value, required, most in self._limits:
            text = str(row.get(fact) or "") if fact else value
            if required and not text:
                return f"lacks:{title}"
            if most and len(text) > most:
                return f"too_long:{title}"
            if not text.isascii() and not _has_letters(text, self.encoding):
                return f"letters:{title}"
        return None

    def cells(self, rows: Iterable[Row]) -> Iterator[list[Cell]]:
        """Give the cells of rows, in the order of the columns."""
        sources = [(column.fact, column.value) for column in self.columns]
        cuts = [(i, c.most) for i, c in enumerate(self.columns) if c.cut and c.most]
        for row in rows:
            cells = [row.get(fact) if fact else value for fact, value in sources]
            for place, most in cuts:
                cell = cells[place]
                cells[place] = cell[:most] if isinstance(cell, str) else cell
            yield cells


def _has_letters(text: str, encoding: str) -> bool:
    try:
        text.encode("utf-8" if encoding == "utf-8-sig" else encoding)
    except UnicodeEncodeError:
        return False
    return True


Use = Literal["payments", "vouchers"]


@lru_cache(maxsize=2)
def built_in(use: Use) -> Mapping[str, Template]:
    """Give the templates that come with Chit for one use, by name."""
    read = (parse_template(text, name) for name, text in _texts().items())
    return {template.name: template for template in read if template.use == use}


@lru_cache(maxsize=1)
def _texts() -> Mapping[str, str]:
    folder = files("connectors.filedrop") / "templates"
    entries = sorted(folder.iterdir(), key=lambda e: e.name)
    return {e.name: e.read_text("utf-8") for e in entries if e.name.endswith(".yaml")}


def text_of(use: Use, name: str) -> str | None:
    """Give a template that comes with Chit as it is written, to be copied and changed."""
    found = (t for file, t in _texts().items() if parse_template(t, file).use == use)
    return next((t for t in found if parse_template(t, name).name == name), None)


def templates_in(folder: Path | None, use: Use) -> Mapping[str, Template]:
    """Give every template by name: a firm's own in its folder take the place of ours.

    Refused `bad_template` names a file that cannot be used.
    """
    own = sorted(folder.glob("*.y*ml")) if folder else []
    read = [read_template(path) for path in own]
    return {**built_in(use), **{t.name: t for t in read if t.use == use}}


def read_template(path: Path) -> Template:
    """Read a firm's own template; Refused `bad_template` with what is wrong."""
    try:
        return parse_template(path.read_text("utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("bad_template", file=path.name, text=type(error).__name__) from None


def parse_template(text: str, name: str) -> Template:
    """Read a template from YAML; Refused `bad_template`."""
    try:
        return Template.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise Refused("bad_template", file=name, text=str(error).splitlines()[0]) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "(file)"
        raise Refused("bad_template", file=name, text=f"{place}: {first['msg']}") from None
