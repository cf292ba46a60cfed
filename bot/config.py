"""Settings of the service: read once from `chit.toml` and the environment, then frozen."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from core.invoice import InvoiceKind
from recognition.seal.trust import NoAnchor, load_anchors

Scope = Literal[
    "claims:read",
    "claims:write",
    "budgets:read",
    "budgets:write",
    "invoices:read",
    "payments:read",
    "payments:write",
    "vouchers:read",
    "audit:read",
    "analytics:read",
]
PREFIX = "CHIT_"
AES_KEY_CHARS = 43
ADDRESS = r"^https?://[^\s/?#@]+(/[^\s?#]*)?$"
"""An address of ours or a vendor's: no query, no user name."""

WS_ADDRESS = r"^wss?://[^\s/?#@]+(/[^\s?#]*)?$"


class ConfigError(Exception):
    """Settings that cannot be used, one line a fault: place, key, what is wrong."""


class Section(BaseModel):
    """One table of `chit.toml`: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ServerSettings(Section):
    """Where the service listens and how the world reaches it."""

    host: str = "0.0.0.0"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = Field(default="", pattern=rf"^$|{ADDRESS}")


class DatabaseSettings(Section):
    """Where the data lies."""

    url: str = Field(
        default="sqlite+aiosqlite:///data/chit.db",
        pattern=r"^(sqlite\+aiosqlite:///|postgresql\+asyncpg://)",
    )


class FilesSettings(Section):
    """Where the originals lie."""

    url: str = Field(default="file:data/files", pattern=r"^file:.")


class DingTalkSettings(Section):
    """The DingTalk application; both base addresses are settings for stand-ins and proxies."""

    enabled: bool = False
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    robot_code: str = ""
    corp_id: str = ""
    agent_id: str = ""
    card_template_id: str = ""
    api_url: str = "https://api.dingtalk.com"
    oapi_url: str = "https://oapi.dingtalk.com"
    login_url: str = Field(default="https://login.dingtalk.com", pattern=ADDRESS)

    @field_validator("agent_id", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class WeComSettings(Section):
    """The WeCom application."""

    enabled: bool = False
    corp_id: str = ""
    agent_id: int = 0
    secret: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    encoding_aes_key: SecretStr = SecretStr("")
    api_url: str = "https://qyapi.weixin.qq.com"
    login_url: str = Field(default="https://login.work.weixin.qq.com", pattern=ADDRESS)
    open_url: str = Field(default="https://open.weixin.qq.com", pattern=ADDRESS)
    callback_path: str = Field(default="/wecom/callback", pattern=r"^/[A-Za-z0-9_\-/]+$")


class WeComBotSettings(Section):
    """WeCom's 智能机器人 over its long connection."""

    enabled: bool = False
    bot_id: str = ""
    secret: SecretStr = SecretStr("")
    ws_url: str = Field(default="wss://openws.work.weixin.qq.com", pattern=WS_ADDRESS)


class ApiToken(Section):
    """A bearer token of the REST API and what it may do."""

    name: str = Field(min_length=1)
    token: SecretStr = Field(min_length=16)
    scopes: tuple[Scope, ...] = ()


class ApiSettings(Section):
    """Who may use the REST API."""

    tokens: tuple[ApiToken, ...] = ()


class BudgetSettings(Section):
    """When money is spent, and what happens to lines that no budget binds."""

    consume_on: Literal["approved", "paid"] = "approved"
    unmatched: Literal["allow", "warn", "block"] = "allow"


class RecognitionSettings(Section):
    """How invoices are read: files of certificates whose holders may vouch for seals."""

    trust_anchors: tuple[str, ...] = ()


class ScheduleSettings(Section):
    """The clock: cron expressions in the company's time zone."""

    timezone: str = "Asia/Shanghai"
    overspend_scan: str = "0 9 * * mon-fri"
    digest: str = "30 9 * * mon"
    reminders: str = "0 10 * * *"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {value}") from error
        return value

    @field_validator("overspend_scan", "digest", "reminders")
    @classmethod
    def _cron(cls, value: str) -> str:
        CronTrigger.from_crontab(value)
        return value


class VerifySettings(Section):
    """Tax-bureau verification through a third party.

    `key` and `secret` are Baidu's API Key and Secret Key, Tencent's SecretId and SecretKey, or
    Alibaba's AccessKey. `types` maps a kind (`toll`, or `toll_digital` with 20 digits) to the
    provider's own code where its list has grown. Vouchers are asked about once more
    `recheck_days` after they were paid.
    """

    provider: Literal["baidu", "tencent", "aliyun"]
    key: str = Field(min_length=1)
    secret: SecretStr = Field(min_length=1)
    base_url: str = Field(default="", pattern=rf"^$|{ADDRESS}")
    region: str = Field(default="", pattern=r"^[a-z0-9-]*$")
    per_second: float | None = Field(default=None, gt=0, le=100)
    recheck_days: int = Field(default=30, ge=1, le=365)
    types: dict[str, str] = Field(default_factory=dict)

    @field_validator("types")
    @classmethod
    def _known_kinds(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if name.removesuffix("_digital") not in get_args(InvoiceKind):
                raise ValueError(f"there is no kind of invoice {name}")
        return value


class Connectors(BaseModel):
    """`[connectors.NAME]`: one table for each connected system; those not named here are free."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)
    __pydantic_extra__: dict[str, dict[str, object]] = Field(init=False)

    verify: VerifySettings | None = None


class ArchiveSettings(Section):
    """How long originals are kept: years after the end of the calendar year."""

    keep_years: int = Field(default=30, ge=1, le=100)


class Config(Section):
    """All of `chit.toml` (contract §2)."""

    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    files: FilesSettings = FilesSettings()
    dingtalk: DingTalkSettings = DingTalkSettings()
    wecom: WeComSettings = WeComSettings()
    wecom_bot: WeComBotSettings = WeComBotSettings()
    api: ApiSettings = ApiSettings()
    budget: BudgetSettings = BudgetSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    archive: ArchiveSettings = ArchiveSettings()
    connectors: Connectors = Field(default=Connectors(), repr=False)

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.schedule.timezone)


Location = tuple[str | int, ...]
LISTS = {("api", "tokens"), ("recognition", "trust_anchors")}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "dingtalk": ("client_id", "client_secret"),
    "wecom": ("corp_id", "agent_id", "secret", "token", "encoding_aes_key"),
    "wecom_bot": ("bot_id", "secret"),
}


def load_config(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings; ConfigError with one line a fault that names key and file line.

    An environment variable `CHIT_SECTION__KEY` wins over the file; `CHIT_SECTION__KEY_FILE`
    names a file whose content is the value; connectors have `CHIT_CONNECTORS__NAME__KEY`. A
    missing file is an error unless the environment gives everything that is needed.
    """
    environ = os.environ if environ is None else environ
    text, data = _read(path, environ)
    given = _from_environment(environ)
    for (section, key), value in given.items():
        *tables, name = _path(section, key)
        _put(data, tables, name, value)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        faults = [(e["loc"], _said(e["type"], e["msg"])) for e in error.errors()]
        raise ConfigError(_lines(faults, path, text, given)) from None
    faults = [*_missing(config), *_no_anchors(config)]
    if faults:
        raise ConfigError(_lines(faults, path, text, given))
    return config


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


def _said(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown key · 不认识的配置项"
    return message.removeprefix("Value error, ")


def _read(path: Path, environ: Mapping[str, str]) -> tuple[str, dict[str, object]]:
    try:
        text = path.read_text("utf-8")
        return text, tomllib.loads(text)
    except FileNotFoundError:
        if any(name.startswith(PREFIX) for name in environ):
            return "", {}
        raise ConfigError(
            f"{path}: no such file · 没有这个文件；请用 --config 指明 chit.toml"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML · 不是合法的 TOML: {error}") from None
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
    """Lists come as TOML text; everything else as it stands."""
    if (section, key) not in LISTS:
        return value
    try:
        return tomllib.loads(f"v = {value}")["v"]
    except tomllib.TOMLDecodeError as error:
        name = f"{PREFIX}{section}__{key}".upper()
        raise ConfigError(f"{name}: not a TOML list: {error}") from None


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


def _no_anchors(config: Config) -> Iterable[tuple[Location, str]]:
    try:
        load_anchors(config.recognition.trust_anchors)
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
    section = re.compile(rf"^\s*\[+\s*{re.escape(str(loc[0]))}\b")
    wanted = next((str(p) for p in reversed(loc[1:]) if isinstance(p, str)), None)
    at, inside = 1, False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            inside = bool(section.match(line))
            at = number if inside and at == 1 else at
        if inside and wanted and re.match(rf"\s*\"?{re.escape(wanted)}\"?\s*=", line):
            return number
    return at
