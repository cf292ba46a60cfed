"""Vouchers in the forms that accounting programs import."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from connectors.filedrop.template import Row, Template, read_template, templates_in
from connectors.filedrop.writing import Through, write_rows
from core.company import Company
from core.errors import Refused
from core.money import format_yuan
from core.voucher import VoucherLine
from core.voucher_sheet import Sheet, SheetList


def _at_once(rows: Iterable[Row]) -> Iterable[Row]:
    return rows


@dataclass(frozen=True, slots=True)
class VoucherFormat:
    """A way of writing vouchers; `find_unfit` says why a sheet cannot be written in it."""

    name: str
    about: str
    extension: str
    write: Callable[[SheetList, Company, Through], bytes]
    find_unfit: Callable[[Sheet, Company], str | None]
    template: Template | None = None

    @property
    def unconfirmed(self) -> str:
        """What nobody has confirmed of it, "" where somebody has."""
        return self.template.unconfirmed if self.template else ""

    def __call__(self, sheets: SheetList, company: Company, through: Through = _at_once) -> bytes:
        """Write sheets; `through` sees each row go by."""
        return self.write(sheets, company, through)


def _of_template(template: Template) -> VoucherFormat:
    def unfit(sheet: Sheet, company: Company) -> str | None:
        word = company.vouchers.word
        found = (template.find_unfit(row) for row in _rows_of(sheet, word, company))
        return next((reason for reason in found if reason), None)

    return VoucherFormat(
        template.name,
        template.about,
        template.extension,
        lambda sheets, company, through: write_rows(template, through(_rows(sheets, company))),
        unfit,
        template,
    )


def _rows(sheets: SheetList, company: Company) -> Iterator[Row]:
    for sheet in sheets.sheets:
        yield from _rows_of(sheet, sheets.word, company)


def _rows_of(sheet: Sheet, word: str, company: Company) -> Iterator[Row]:
    entity = next((c.name for c in company.companies if c.id == sheet.company), "")
    claims = " ".join(dict.fromkeys(v.claim for v in sheet.of))
    for line in sheet.lines:
        yield {
            "voucher": sheet.id,
            "number": sheet.number,
            "date": sheet.day.isoformat(),
            "word": word,
            "attachments": min(sheet.attachments, 999),
            "company": sheet.company,
            "company_name": entity,
            "claims": claims,
            **_entry(line, company),
        }


def _entry(line: VoucherLine, company: Company) -> Row:
    department = company.department(line.department) if line.department else None
    person = company.person(line.person) if line.person else None
    project = company.project(line.project) if line.project else None
    category = company.category(line.category) if line.category else None
    return {
        "summary": line.summary,
        "account": line.account,
        "debit": _yuan(line.debit_fen),
        "credit": _yuan(line.credit_fen),
        "currency": line.currency,
        "original": "" if line.original_fen is None else format_yuan(line.original_fen),
        "rate": line.rate or "1",
        "department": line.department or "",
        "department_name": department.name if department else "",
        "person": line.person or "",
        "person_name": person.name if person else "",
        "project": line.project or "",
        "project_name": project.name if project else "",
        "supplier": line.supplier or "",
        "category": line.category or "",
        "category_name": category.name if category else "",
    }


def _yuan(fen: int) -> str:
    return format_yuan(fen) if fen else ""


def _json(sheets: SheetList, company: Company, through: Through) -> bytes:
    """Write one object with all vouchers, each in a line; amounts are decimal texts, as in the API.

    One voucher is in memory at a time, beside the file.
    """
    about = {"batch": sheets.batch, "made_at": sheets.made_at.isoformat()}
    every = (line for sheet in sheets.sheets for line in sheet.lines)
    lines = iter(through(_entry(line, company) for line in every))
    out = io.StringIO()
    out.write(json.dumps(about, ensure_ascii=False)[:-1] + ', "vouchers": [')
    for number, sheet in enumerate(sheets.sheets):
        listed = {
            "id": sheet.id,
            "number": sheet.number,
            "date": sheet.day.isoformat(),
            "word": sheets.word,
            "company": sheet.company,
            "attachments": sheet.attachments,
            "claims": list(dict.fromkeys(v.claim for v in sheet.of)),
            "vouchers": [v.id for v in sheet.of],
            "lines": list(islice(lines, len(sheet.lines))),
        }
        out.write((",\n " if number else "\n ") + json.dumps(listed, ensure_ascii=False))
    out.write("\n]}\n")
    return out.getvalue().encode()


def voucher_formats(folder: Path | None = None) -> Mapping[str, VoucherFormat]:
    """Give every format by name: those that come with Chit, and the templates of a folder.

    Refused `bad_template` for one of the folder that cannot be used.
    """
    made = {t.name: _of_template(t) for t in templates_in(folder, "vouchers").values()}
    about = "JSON, every voucher whole · 每张凭证一个对象"
    made["json"] = VoucherFormat("json", about, "json", _json, lambda *_: None)
    return {name: made[name] for name in sorted(made, key=_place)}


_FIRST = ("csv", "xlsx", "u8", "kis", "json")


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def voucher_format(name: str, folder: Path | None = None) -> VoucherFormat | None:
    """Find a format by name, or read a firm's own template by its path; None for neither.

    Refused `bad_template` for a template that cannot be used.
    """
    if name.endswith((".yaml", ".yml")):
        template = read_template(Path(name))
        if template.use != "vouchers":
            raise Refused("bad_template", file=Path(name).name, text="use: vouchers")
        return _of_template(template)
    return voucher_formats(folder).get(name)
