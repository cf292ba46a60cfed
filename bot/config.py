"""Reads the settings once, from `chit.toml` and the environment; faults name key and line."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot.connections import BooksSettings, SystemSettings
from bot.section import ADDRESS, TARGET
from bot.settings import Config

PREFIX = "CHIT_"
AES_KEY_CHARS = 43
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}"
"""What a connector may be called."""


class ConfigError(Exception):
    """Settings that cannot be used, one line a fault: place, key, what is wrong."""


Location = tuple[str | int, ...]
LISTS = {
    ("api", "tokens"),
    ("recognition", "trust_anchors"),
    ("schedule", "working_days"),
    ("org", "companies"),
}
CONNECTOR_LISTS = {
    *("roles", "events", "companies", "gone_codes", "takes"),
    *("returned_words", "rejected_words", "withdrawn_words", "void_words"),
    *("origins", "budgets", "states", "results", "types"),
}
"""Keys whose values are lists or tables: in the environment they are written as in the file."""
FORMS: Mapping[str, str] = {
    TARGET: "an address as http(s)://host/path?query, without a user name or #"
    " · 写成 http(s)://主机/路径?查询，不带用户名和 #",
    ADDRESS: "an address as http(s)://host/path, without a user name, query or #"
    " · 写成 http(s)://主机/路径，不带用户名、查询和 #",
}
"""How addresses are written, by their patterns."""
SAID: Mapping[str, str] = {
    "missing": "required · 必填",
    "extra_forbidden": "unknown key · 不认识的配置项",
    "union_tag_invalid": "unknown kind of connector · 不认识的连接类型",
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "dingtalk": ("client_id", "client_secret"),
    "wecom": ("corp_id", "agent_id", "secret", "token", "encoding_aes_key"),
    "wecom_bot": ("bot_id", "secret"),
    "oidc": ("issuer", "client_id", "client_secret"),
}


def load_config(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings; ConfigError with one line a fault that names key and file line.

    An environment variable `CHIT_SECTION__KEY` wins over the file; `CHIT_SECTION__KEY_FILE`
    names a file whose content is the value; connectors have `CHIT_CONNECTORS__NAME__KEY`. A
    missing file is an error unless the environment gives everything that is needed.
    """
    environ = os.environ if environ is None else environ
    return parse_config(_read(path, environ), path, environ)


def parse_config(text: str, path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read settings that are, or are to be, in a file; ConfigError as `load_config`."""
    environ = os.environ if environ is None else environ
    try:
        data: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML · 不是合法的 TOML: {error}") from None
    given = _from_environment(environ)
    for (section, key), value in given.items():
        *tables, name = _path(section, key)
        _put(data, tables, name, value)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        faults = [(_loc(e["loc"]), _said(e)) for e in error.errors()]
        raise ConfigError(_lines(faults, path, text, given)) from None
    faults = [*_missing(config), *_no_anchors(config), *_lacking(config), *_doubled(config)]
    if faults:
        raise ConfigError(_lines(faults, path, text, given))
    return _with_mappings(config, path.parent)


def _loc(loc: Location) -> Location:
    """Leave out the kind of a connector, which pydantic puts behind its name."""
    kinds = loc[:1] == ("connectors",) and loc[1:2] != ("verify",)
    return (*loc[:2], *loc[3:]) if kinds else loc


def _path(section: str, key: str) -> tuple[str, ...]:
    """Give where a variable's value belongs; connectors have tables of their own."""
    return (section, *key.split("__", 1)) if section == "connectors" else (section, key)


def _put(data: dict[str, object], tables: Sequence[str], name: str, value: object) -> None:
    """Set a value inside tables; what is no table in the file is left to the validation."""
    for table in tables:
        inner = data.setdefault(table, {})
        if not isinstance(inner, dict):
            return
        data = inner
    data[name] = value


def _said(error: ErrorDetails) -> str:
    if error["type"] == "string_pattern_mismatch":
        pattern = str(error.get("ctx", {}).get("pattern", ""))
        known = next((said for form, said in FORMS.items() if form in pattern), None)
        return known or error["msg"]
    return SAID.get(error["type"]) or error["msg"].removeprefix("Value error, ")


def _read(path: Path, environ: Mapping[str, str]) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        if any(name.startswith(PREFIX) for name in environ):
            return ""
        raise ConfigError(
            f"{path}: no such file · 没有这个文件；请用 --config 指明 chit.toml"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read · 无法读取: {type(error).__name__}") from None


def _from_environment(environ: Mapping[str, str]) -> dict[tuple[str, str], object]:
    """Collect `CHIT_SECTION__KEY`; `_FILE` is read unless the section has such a key itself."""
    values: dict[tuple[str, str], object] = {}
    for name, value in environ.items():
        section, found, key = name.removeprefix(PREFIX).lower().partition("__")
        if not name.startswith(PREFIX) or not found or section not in Config.model_fields:
            continue
        if key.endswith("_file"):
            key, value = key.removesuffix("_file"), _secret_file(name, value)  # noqa: PLW2901
        values[section, key] = _parsed(section, key, value)
    return values


def _secret_file(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: {path} cannot be read ({type(error).__name__})") from None


def _parsed(section: str, key: str, value: str) -> object:
    """Lists and tables come as TOML text; everything else as it stands."""
    in_connector = section == "connectors" and key.rpartition("__")[2] in CONNECTOR_LISTS
    if (section, key) not in LISTS and not in_connector:
        return value
    try:
        return tomllib.loads(f"v = {value}")["v"]
    except tomllib.TOMLDecodeError as error:
        name = f"{PREFIX}{section}__{key}".upper()
        raise ConfigError(f"{name}: neither a list nor a table of TOML: {error}") from None


def _missing(config: Config) -> Iterable[tuple[Location, str]]:
    for section, keys in REQUIRED.items():
        table = getattr(config, section)
        for key in keys:
            value = getattr(table, key)
            filled = value.get_secret_value() if isinstance(value, SecretStr) else value
            if table.enabled and not filled:
                yield (section, key), "required when enabled · 启用时必填"
    aes = config.wecom.encoding_aes_key.get_secret_value()
    if aes and not re.fullmatch(rf"[A-Za-z0-9]{{{AES_KEY_CHARS}}}", aes):
        yield ("wecom", "encoding_aes_key"), "must be 43 letters and digits · 应为 43 位字母数字"


def _lacking(config: Config) -> Iterable[tuple[Location, str]]:
    for name, table in config.connectors.systems.items():
        if not re.fullmatch(NAME, name):
            yield ("connectors", name), "a name of letters, digits, - and _ · 只能用字母数字和 - _"
        for key, said in table.lacking():
            yield ("connectors", name, key), said
        if table.application and not getattr(config, table.application).enabled:
            said = f"[{table.application}] must be enabled · 需要启用 [{table.application}]"
            yield ("connectors", name, "kind"), said


def _doubled(config: Config) -> Iterable[tuple[Location, str]]:
    """Refuse two systems that keep the same books: a voucher goes to one of them."""
    kept: list[tuple[str, BooksSettings]] = []
    for name, table in config.connectors.systems.items():
        if not isinstance(table, BooksSettings):
            continue
        for other, before in kept:
            shared = set(table.companies) & set(before.companies)
            if shared or not table.companies or not before.companies:
                said = f"{other} posts the same vouchers; name the companies of each"
                yield (
                    ("connectors", name, "companies"),
                    f"{said} · 与 {other} 重复，请分别写明公司",
                )
        kept.append((name, table))


def _with_mappings(config: Config, folder: Path) -> Config:
    """Find the mappings beside the settings, else from here; ConfigError for what is none."""
    faults: list[str] = []
    found: dict[str, SystemSettings] = {}
    for name, table in config.connectors.systems.items():
        beside = folder / table.mapping
        at = beside if beside.is_file() else Path(table.mapping)
        faults += _mapping_faults(at) if table.mapping else []
        found[name] = table.model_copy(update={"mapping": str(at) if table.mapping else ""})
    if faults:
        raise ConfigError("\n".join(faults))
    return config.model_copy(update={"connectors": config.connectors.with_systems(found)})


def _mapping_faults(at: Path) -> list[str]:
    from core.mapping import MappingFileError, load_mapping

    try:
        load_mapping(at.read_text("utf-8"), str(at))
    except MappingFileError as error:
        return str(error).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return [f"{at}: mapping: cannot be read · 无法读取: {type(error).__name__}"]
    return []


def _no_anchors(config: Config) -> Iterable[tuple[Location, str]]:
    patterns = config.recognition.trust_anchors
    if not patterns:
        return
    from recognition.seal.trust import NoAnchor, load_anchors

    try:
        load_anchors(patterns)
    except NoAnchor as error:
        yield ("recognition", "trust_anchors"), str(error)


def _lines(
    faults: Iterable[tuple[Location, str]],
    path: Path,
    text: str,
    given: Mapping[tuple[str, str], object],
) -> str:
    """Write a line a fault: where it was set, which key, what is wrong."""

    def place(loc: Location) -> str:
        for path_of in (_path(section, key) for section, key in given):
            if tuple(loc[: len(path_of)]) == path_of:
                return f"{PREFIX}{'__'.join(path_of)}".upper()
        return f"{path}:{_line_of(text, loc)}"

    return "\n".join(f"{place(loc)}: {'.'.join(map(str, loc))}: {said}" for loc, said in faults)


def _line_of(text: str, loc: Location) -> int:
    """Find the line of a key, else of its table, else the first."""
    table = r"\s*\.\s*".join(rf"\"?{re.escape(str(p))}\"?" for p in loc[: 1 + _nested(loc)])
    section = re.compile(rf"^\s*\[+\s*{table}\s*[\].]")
    wanted = next((str(p) for p in reversed(loc[1:]) if isinstance(p, str)), None)
    at, inside = 1, False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            inside = bool(section.match(line))
            at = number if inside and at == 1 else at
        if inside and wanted and re.match(rf"\s*\"?{re.escape(wanted)}\"?\s*=", line):
            return number
    return at


def _nested(loc: Location) -> bool:
    """Whether a fault lies in a table of a table."""
    return loc[0] == "connectors" and len(loc) > 1
