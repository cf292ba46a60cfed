"""Field mappings: how a claim becomes the document of an outside form (contract §2).

A mapping is YAML rows `target, from, each, when, convert, default, required`; paths are JMESPath,
compiled when the file is loaded; converters are those of `core.converters`. Whatever is unknown or
missing is refused then, with file and line; what a claim lacks is refused before anything is sent.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.converters import Around, ConvertError, Step, Tables, parse_step
from core.errors import Rejected
from core.outside import Form, Json, Stamp, Wanted
from core.paths import Path, PathError, parse_path
from core.yaml_file import FileError, Location, Places, Unreadable, read_yaml

_TARGET = re.compile(
    r"""^(?:
        (?P<special>@initiator|@subject|@files)(?:\[(?P<slot>[^\[\]]+)\])?
      | detail\[(?P<table>[^\[\]]+)\]\.(?P<column>[^\[\]@]+)
      | (?P<field>[^\[\]@]+)
    )$""",
    re.VERBOSE,
)
HASH_CHARS = 16
Kind = Literal["field", "detail", "initiator", "subject", "files"]


class MappingFileError(Exception):
    """A mapping that cannot be used, with all its faults."""

    def __init__(self, errors: Sequence[FileError]) -> None:
        super().__init__("\n".join(str(e) for e in errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a value goes: `path` are the names between its dots."""

    text: str
    kind: Kind
    path: tuple[str, ...] = ()
    table: str = ""
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, compiled. `each` gives the things that `line` stands for."""

    target: Target
    source: Path | None
    each: Path | None
    when: Path | None
    steps: tuple[Step, ...]
    default: Json
    required: bool
    place: str


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """A compiled mapping with its stamp."""

    rows: tuple[Row, ...]
    tables: Tables
    stamp: Stamp
    file: str


class _RowText(BaseModel):
    """A row as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    target: str = Field(min_length=1)
    source: str | None = Field(default=None, alias="from", min_length=1)
    each: str | None = Field(default=None, min_length=1)
    when: str | None = Field(default=None, min_length=1)
    convert: str | tuple[str, ...] = ()
    default: str | int | bool | None = None
    required: bool = False


class _FileText(BaseModel):
    """A mapping file as it is written.

    `form` lists the fields of the target form, if they are known: `main` those of the document
    itself, every other key those of a detail table.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    version: Literal[1]
    rows: tuple[_RowText, ...] = Field(min_length=1)
    tables: dict[str, dict[str, str | int | bool]] = Field(default_factory=dict)
    form: dict[str, tuple[str, ...]] | None = None


def load_mapping(text: str, file: str) -> FieldMapping:
    """Read and compile a mapping; MappingFileError with every fault, each with its line."""
    try:
        data, places = read_yaml(text, file)
    except Unreadable as error:
        raise MappingFileError([error.fault]) from error
    if not isinstance(data, dict):
        raise MappingFileError([FileError(file, 1, "(file)", "expected version, rows, tables")])
    try:
        written = _FileText.model_validate(_with_text_keys(data))
    except ValidationError as error:
        faults = [
            places.error(_named(e["loc"]), _said(e["type"], e["msg"])) for e in error.errors()
        ]
        raise MappingFileError(faults) from error
    compiler = _Compiler(written, places)
    rows = tuple(compiler.rows())
    if compiler.faults:
        raise MappingFileError(compiler.faults)
    digest = hashlib.sha256(text.encode()).hexdigest()[:HASH_CHARS]
    return FieldMapping(rows, written.tables, Stamp(written.version, digest), file)


def _with_text_keys(data: dict[object, object]) -> dict[object, object]:
    """Let keys of tables be numbers or `true` in the file: they are looked up as text."""
    tables = data.get("tables")
    if not isinstance(tables, dict):
        return data
    read = {
        name: {_key(k): v for k, v in rows.items()} if isinstance(rows, dict) else rows
        for name, rows in tables.items()
    }
    return {**data, "tables": read}


def _key(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _named(loc: Location) -> Location:
    return tuple("from" if part == "source" else part for part in loc)


def _said(kind: str, message: str) -> str:
    return "unknown key" if kind == "extra_forbidden" else message


@dataclass(slots=True)
class _Compiler:
    """Compiles rows and collects what is wrong with them."""

    written: _FileText
    places: Places
    faults: list[FileError] = field(default_factory=list)
    seen: dict[str, bool] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        """Compile one row after another; a row with a fault is left out."""
        for index, row in enumerate(self.written.rows):
            before = len(self.faults)
            target = self._target(index, row)
            source = self._path(index, "from", row.source, line=row.each is not None)
            each = self._path(index, "each", row.each, line=False)
            when = self._path(index, "when", row.when, line=row.each is not None)
            steps = self._steps(index, row)
            self._shape(index, row, target, steps)
            if target is None or len(self.faults) > before:
                continue
            place = str(self.places.error(("rows", index, "target"), target.text))
            yield Row(target, source, each, when, steps, row.default, row.required, place)

    def _fault(self, index: int, key: str, message: str) -> None:
        self.faults.append(self.places.error(("rows", index, key), message))

    def _target(self, index: int, row: _RowText) -> Target | None:
        target = parse_target(row.target)
        if target is None:
            self._fault(index, "target", f"there is no target {row.target[:60]!r}")
            return None
        alternative = row.when is not None
        if self.seen.get(row.target, True) is False or (
            row.target in self.seen and not alternative
        ):
            self._fault(index, "target", "the target stands here twice, and not only `when` …")
        self.seen[row.target] = alternative
        self._known(index, target)
        return target

    def _known(self, index: int, target: Target) -> None:
        form = self.written.form
        if form is None or target.kind not in {"field", "detail"}:
            return
        table = target.table or "main"
        if table not in form:
            self._fault(index, "target", f"the form has no table {table}")
        elif target.path[0] not in form[table] and ".".join(target.path) not in form[table]:
            self._fault(index, "target", f"the form has no field {target.path[0]}")

    def _path(self, index: int, key: str, text: str | None, *, line: bool) -> Path | None:
        if text is None:
            return None
        try:
            return parse_path(text, line=line)
        except PathError as error:
            self._fault(index, key, str(error))
            return None

    def _steps(self, index: int, row: _RowText) -> tuple[Step, ...]:
        listed = (row.convert,) if isinstance(row.convert, str) else row.convert
        steps: list[Step] = []
        for text in listed:
            try:
                steps.append(parse_step(text, self.written.tables))
            except ValueError as error:
                self._fault(index, "convert", str(error))
        return tuple(steps)

    def _shape(
        self, index: int, row: _RowText, target: Target | None, steps: tuple[Step, ...]
    ) -> None:
        constant = any(step.name == "const" for step in steps)
        if row.source is None and row.default is None and not constant:
            self._fault(index, "from", "missing: a row needs from, default or const(…)")
        if row.each is not None and target and target.kind not in {"detail", "files"}:
            self._fault(index, "each", "only rows of detail tables and @files have each")


def parse_target(text: str) -> Target | None:
    """Read a target; None when it is none."""
    found = _TARGET.match(text.strip())
    if found is None:
        return None
    special, slot = found["special"], found["slot"] or ""
    if special:
        kind: Kind = {"@initiator": "initiator", "@subject": "subject"}.get(special, "files")  # type: ignore[assignment]
        return None if slot and kind != "files" else Target(text, kind, slot=slot)
    path = tuple((found["column"] or found["field"]).split("."))
    if any(not part.strip() for part in path):
        return None
    table = found["table"] or ""
    return Target(text, "detail" if table else "field", path, table)


Document = Mapping[str, Json]
"""A claim as `GET /api/v1/claims/{number}` shows it, with its `files`."""


def apply_mapping(mapping: FieldMapping, claim: Document, around: Around) -> Form:
    """Make the form of a claim; Rejected `mapping` (file, line and what is wrong) when it cannot.

    Nothing has been sent then.
    """
    around = Around(around.company, around.zone, mapping.tables)
    made = _Made()
    for row in mapping.rows:
        try:
            _apply(row, claim, around, made)
        except (ConvertError, PathError) as error:
            raise Rejected("mapping", row=row.place, text=str(error)) from error
    return Form(
        subject=made.subject,
        initiator=made.initiator,
        fields=made.fields,
        details={table: blocks.rows() for table, blocks in made.details.items()},
        wanted=tuple(made.files),
        stamp=mapping.stamp,
    )


@dataclass(slots=True)
class _Blocks:
    """The rows of one detail table, in blocks: one for each list that they come from."""

    blocks: dict[str, list[dict[str, Json]]] = field(default_factory=dict)

    def row(self, block: str, index: int) -> dict[str, Json]:
        """Give a row, made when it is not there yet."""
        rows = self.blocks.setdefault(block, [])
        while len(rows) <= index:
            rows.append({})
        return rows[index]

    def rows(self) -> tuple[dict[str, Json], ...]:
        """Give all rows; one that no condition has filled is none."""
        return tuple(row for rows in self.blocks.values() for row in rows if row)


@dataclass(slots=True)
class _Made:
    subject: str = ""
    initiator: str = ""
    fields: dict[str, Json] = field(default_factory=dict)
    details: dict[str, _Blocks] = field(default_factory=dict)
    files: list[Wanted] = field(default_factory=list)


def _apply(row: Row, claim: Document, around: Around, made: _Made) -> None:
    if row.target.kind == "detail":
        _apply_detail(row, claim, around, made)
        return
    scopes = _scopes(row, claim)
    for scope in scopes:
        if row.when and not row.when.holds(scope):
            continue
        value = _value(row, row.source.find(scope) if row.source else None, around)
        _put(row.target, value, made)


def _apply_detail(row: Row, claim: Document, around: Around, made: _Made) -> None:
    blocks = made.details.setdefault(row.target.table, _Blocks())
    if row.each is None:
        if row.when and not row.when.holds({"claim": claim}):
            return
        found = row.source.find_all({"claim": claim}) if row.source else None
        listed = found if isinstance(found, list) else [found]
        for index, value in enumerate(listed):
            _nest(blocks.row("", index), row.target.path, _value(row, value, around))
        return
    for index, scope in enumerate(_scopes(row, claim)):
        if row.when and not row.when.holds(scope):
            continue
        value = _value(row, row.source.find(scope) if row.source else None, around)
        _nest(blocks.row(row.each.text, index), row.target.path, value)


def _scopes(row: Row, claim: Document) -> list[dict[str, Json]]:
    """Give what a row's paths are looked up in: once, or for each thing of its list."""
    if row.each is None:
        return [{"claim": claim}]
    found = row.each.find_all({"claim": claim})
    if found is None:
        return []
    if not isinstance(found, list):
        raise PathError("each gives no list")
    return [{"claim": claim, "line": thing} for thing in found]


def _value(row: Row, found: Json, around: Around) -> Json:
    value = found
    for step in row.steps:
        value = step.apply(value, around)
    if value is None or value == "":
        value = row.default
    if row.required and (value is None or value in ("", [])):
        raise ConvertError("required, and the claim has nothing for it")
    return value


def _put(target: Target, value: Json, made: _Made) -> None:
    if target.kind == "field":
        _nest(made.fields, target.path, value)
    elif target.kind == "files":
        made.files += [_wanted(f, target.slot) for f in _listed(value)]
    elif value is not None and not isinstance(value, str | int):
        raise ConvertError("not a plain text")
    elif target.kind == "initiator":
        made.initiator = "" if value is None else str(value)
    else:
        made.subject = "" if value is None else str(value)


def _nest(into: dict[str, Json], path: tuple[str, ...], value: Json) -> None:
    """Put a value where dots nest: `a.b` is `{"a": {"b": …}}`."""
    for part in path[:-1]:
        inner = into.setdefault(part, {})
        if not isinstance(inner, dict):
            raise ConvertError(f"{part} is a value and an object")
        into = inner
    into[path[-1]] = value


def _listed(value: Json) -> Sequence[Json]:
    if value is None:
        return ()
    return value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)


def _wanted(value: Json, slot: str) -> Wanted:
    if not isinstance(value, Mapping) or not isinstance(value.get("sha256"), str):
        raise ConvertError("not a file of the claim")
    return Wanted(str(value["sha256"]), str(value.get("name") or "file"), slot)
