"""The settings of the service, frozen: one model a table of `chit.toml` (contract §2)."""

from collections.abc import Mapping
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot.connections import AnySystem, SystemSettings
from bot.cron import Cron
from bot.section import ADDRESS as OUR_ADDRESS
from bot.section import Section
from core.invoice import InvoiceKind
from core.quiet import parse_quiet

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
ADDRESS = OUR_ADDRESS
WS_ADDRESS = r"^wss?://[^\s/?#@]+(/[^\s?#]*)?$"


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
    """Where the originals lie: a folder, or a bucket that speaks S3.

    What is empty of a bucket's access comes from the environment (`AWS_ACCESS_KEY_ID`, …).
    """

    url: str = Field(default="file:data/files", pattern=r"^(file:.|s3://[a-z0-9][a-z0-9.\-]+)")
    endpoint: str = Field(default="", pattern=rf"^$|{ADDRESS}")
    region: str = Field(default="", pattern=r"^[a-z0-9-]*$")
    access_key: str = ""
    secret_key: SecretStr = SecretStr("")
    templates: str = ""
    """A folder of the firm's own forms of payment and voucher files."""


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


SDK_URL = "https://wwcdn.weixin.qq.com/node/open/js/wecom-jssdk-2.0.2.js"
"""WeCom's own script; the page that opens WeChat wallets runs it and no other of that host."""
SCRIPT_ADDRESS = r"^https?://[A-Za-z0-9.:\-]+/[A-Za-z0-9._/\-]+\.js$"
"""It stands in a Content-Security-Policy: nothing in it may end a directive or widen it."""


class WeComSettings(Section):
    """The WeCom application."""

    enabled: bool = False
    corp_id: str = ""
    agent_id: int = 0
    secret: SecretStr = SecretStr("")
    contact_secret: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    encoding_aes_key: SecretStr = SecretStr("")
    api_url: str = "https://qyapi.weixin.qq.com"
    login_url: str = Field(default="https://login.work.weixin.qq.com", pattern=ADDRESS)
    open_url: str = Field(default="https://open.weixin.qq.com", pattern=ADDRESS)
    sdk_url: str = Field(default=SDK_URL, pattern=SCRIPT_ADDRESS)
    callback_path: str = Field(default="/wecom/callback", pattern=r"^/[A-Za-z0-9_\-/]+$")


class OrgSettings(Section):
    """How the messengers' address books become our people and departments (`chit sync org`).

    `match` says by what somebody in both is one person. `primary` is the one whose word counts
    then. `companies` gives the legal entity of a department, by `dingtalk:12`, `wecom:3` or our
    own id. A pull that makes more than `max_leavers` percent leave needs `--force`. With `follow`
    changes of the address book are pulled when they happen. `wecom_job_number` is what the
    company calls the attribute with the job number in WeCom.
    """

    match: Literal["none", "job_number", "mobile", "email"] = "none"
    primary: Literal["dingtalk", "wecom"] = "dingtalk"
    companies: dict[str, str] = Field(default_factory=dict)
    max_leavers: int = Field(default=10, ge=0, le=100)
    follow: bool = False
    wecom_job_number: str = "工号"


class OidcSettings(Section):
    """The company's identity provider as one more way into the pages.

    `claim` of its ID token is compared with `oidc` of a person in `company.yaml`.
    """

    enabled: bool = False
    issuer: str = Field(default="", pattern=rf"^$|{ADDRESS}")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    claim: str = Field(default="sub", min_length=1)


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
    """Who may use the REST API, and how often in a minute each token may ask a replica."""

    tokens: tuple[ApiToken, ...] = ()
    per_minute: int = Field(default=1200, ge=1)


class BudgetSettings(Section):
    """When money is spent, and what happens to lines that no budget binds.

    An approved request that nobody claims lets its money go after `hold_days`, never with 0.
    """

    consume_on: Literal["approved", "paid"] = "approved"
    unmatched: Literal["allow", "warn", "block"] = "allow"
    hold_days: int = Field(default=90, ge=0, le=3650)


class ApprovalSettings(Section):
    """From which amount on, in yuan, an approval is asked for twice."""

    second_tap_above: str | None = Field(default=None, pattern=r"^\d{1,12}(\.\d{1,2})?$")


class NoticeSettings(Section):
    """When people are told.

    In `quiet` ("22:00-08:00") what can wait does, unless somebody has hours of their own. More
    than `digest_above` approvals within an hour come as one text, 0 never gathers any. The others
    say after how long somebody is reminded, 0 never: working hours that an approval waits, days
    that a draft lies, days before an invoice is too old, days that an advance is open.
    """

    quiet: str = ""
    digest_above: int = Field(default=100, ge=0, le=1000)
    waiting_hours: int = Field(default=8, ge=0, le=1000)
    draft_days: int = Field(default=3, ge=0, le=365)
    expire_days: int = Field(default=14, ge=0, le=365)
    advance_days: int = Field(default=30, ge=0, le=3650)

    @field_validator("quiet")
    @classmethod
    def _span(cls, value: str) -> str:
        parse_quiet(value)
        return value


class RecognitionSettings(Section):
    """How invoices are read: files of certificates whose holders may vouch for seals."""

    trust_anchors: tuple[str, ...] = ()


class ScheduleSettings(Section):
    """The clock: cron expressions in the company's time zone.

    `monthly` sends finance the report of the month before. `sync_org` pulls the address books,
    "" never; `reconcile` tells finance where OA, books and bank differ, "" never. `routing` moves
    approvals to stand-ins and passes overdue ones on. Jobs named in `working_days` wait for the
    next working day.
    """

    timezone: str = "Asia/Shanghai"
    overspend_scan: str = "0 9 * * mon-fri"
    digest: str = "30 9 * * mon"
    reminders: str = "0 10 * * *"
    routing: str = "*/10 * * * *"
    monthly: str = "0 9 1 * *"
    sync_org: str = ""
    reconcile: str = "40 8 * * mon-fri"
    working_days: tuple[Literal["overspend_scan", "digest", "reminders", "monthly"], ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {value}") from error
        return value

    @field_validator("overspend_scan", "digest", "reminders", "routing", "monthly")
    @classmethod
    def _cron(cls, value: str) -> str:
        Cron(value, ZoneInfo("UTC"))
        return value

    @field_validator("sync_org", "reconcile")
    @classmethod
    def _cron_or_off(cls, value: str) -> str:
        if value:
            Cron(value, ZoneInfo("UTC"))
        return value


class VerifySettings(Section):
    """Tax-bureau verification through a third party.

    `key` and `secret` are Baidu's API Key and Secret Key, Tencent's SecretId and SecretKey, or
    Alibaba's AccessKey. `types` maps a kind (`toll`, or `toll_digital` with 20 digits,
    `digital_general_paper` for the paper form of those) to the provider's own code where its list
    has grown. Vouchers are asked about once more `recheck_days` after they were paid; before
    payment the answer is waited for, `hold_hours` at most (0: not at all).
    """

    provider: Literal["baidu", "tencent", "aliyun"]
    key: str = Field(min_length=1)
    secret: SecretStr = Field(min_length=1)
    base_url: str = Field(default="", pattern=rf"^$|{ADDRESS}")
    region: str = Field(default="", pattern=r"^[a-z0-9-]*$")
    per_second: float | None = Field(default=None, gt=0, le=100)
    recheck_days: int = Field(default=30, ge=1, le=365)
    hold_hours: int = Field(default=24, ge=0, le=720)
    types: dict[str, str] = Field(default_factory=dict)

    @field_validator("types")
    @classmethod
    def _known_kinds(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if name.removesuffix("_digital").removesuffix("_paper") not in get_args(InvoiceKind):
                raise ValueError(f"there is no kind of invoice {name}")
        return value


class Connectors(BaseModel):
    """`[connectors.NAME]`: one table for each connected system; NAME or `kind` says which kind.

    `verify` is the way to the tax bureau; the others are `systems`.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)
    __pydantic_extra__: dict[str, AnySystem] = Field(init=False)

    verify: VerifySettings | None = None

    @model_validator(mode="before")
    @classmethod
    def _kinds(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {
            name: {"kind": name, **table} if name != "verify" and isinstance(table, dict) else table
            for name, table in value.items()
        }

    def with_systems(self, systems: Mapping[str, SystemSettings]) -> "Connectors":
        """Give the same with other tables of systems."""
        copied = self.model_copy()
        object.__setattr__(copied, "__pydantic_extra__", dict(systems))
        return copied

    @property
    def systems(self) -> Mapping[str, SystemSettings]:
        """The connected systems by their names."""
        return dict(self.__pydantic_extra__)


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
    oidc: OidcSettings = OidcSettings()
    org: OrgSettings = OrgSettings()
    api: ApiSettings = ApiSettings()
    budget: BudgetSettings = BudgetSettings()
    approval: ApprovalSettings = ApprovalSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    archive: ArchiveSettings = ArchiveSettings()
    notices: NoticeSettings = NoticeSettings()
    connectors: Connectors = Field(default=Connectors(), repr=False)

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.schedule.timezone)
