"""`[connectors.NAME]`: one table for each connected system (contract §2).

NAME is the kind of system, unless `kind` says it; so one installation may have two of a kind.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, field_validator

from bot.cron import Cron
from bot.section import ADDRESS, TARGET, Section, one_text, several, words
from core.happenings import EventName
from core.outside import Role, Status
from core.papers import RequestKind

LEAST_SECRET, MOST_SECRET = 24, 64
"""Bytes of a Standard Webhooks secret."""
PREFIX = "whsec_"
_TABLES = (
    "our people are named there by the table `people` of the mapping; what is public of its list"
    " of people does not tell who has left · 人员写在映射的 people 表里：公开资料没有说明它的人员"
    "列表怎样分辨离职的人"
)
_LOGIN = (
    "people are known there by their login names: write them in the table `people` of the mapping"
    " · 那边按登录名认人，请写在映射的 people 表里"
)
_BOOK = "people come from the messenger: chit sync org · 人员来自通讯录，请用 chit sync org"
_TICKET = (
    "it would ask a page of ours about tickets, in a form that nobody has published"
    " · 它要回查票据，格式没有公开资料"
)
_SITE = "each site has its own way in, none is published · 各家单点登录不同，没有公开资料"
_HOOK_PATH = re.compile(r"[A-Za-z0-9_-]{20,200}")
Address = Annotated[str, Field(pattern=ADDRESS)]
Path = Annotated[str, Field(pattern=r"^/[^\s]*$")]


def _text(value: object) -> object:
    """Take a number for the text that it is written as: ids are often numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Filled = Annotated[str, Field(min_length=1), BeforeValidator(_text)]
Secret = Annotated[SecretStr, Field(min_length=1)]


def hook_key(secret: str) -> bytes:
    """Give the key behind `whsec_…`; ValueError for anything else."""
    if not secret.startswith(PREFIX):
        raise ValueError("starts with whsec_ · 应以 whsec_ 开头")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("whsec_ and then base64 · whsec_ 之后是 base64") from None
    if not LEAST_SECRET <= len(key) <= MOST_SECRET:
        raise ValueError("24 to 64 bytes in base64 · base64 编码的 24 到 64 字节")
    return key


class SystemSettings(Section):
    """What every connected system has. `rate` is how many calls a second it allows.

    Callbacks are signed with `hook_secret`, any of several while one takes the place of another. A
    system that cannot sign its callbacks may use `/hooks/NAME/HOOK_PATH` instead.
    """

    plays: ClassVar[frozenset[Role]] = frozenset()
    """The roles that this kind can have."""
    unplayed: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Why it cannot have others that one may expect of it."""
    usual: ClassVar[tuple[Role, ...]] = ()
    """Its roles where the table names none."""
    mapped: ClassVar[frozenset[Role]] = frozenset({"approval", "claims"})
    """Roles that need a mapping."""
    posts: ClassVar[bool] = False
    """Whether accounting vouchers are posted to it by calls."""
    keeps: ClassVar[bool] = False
    """Whether it keeps documents of claims and is told what becomes of them."""
    application: ClassVar[str] = ""
    """The table of the messenger whose application it uses."""

    kind: str
    base_url: str = Field(default="", pattern=rf"^$|{ADDRESS}")
    mapping: str = ""
    roles: tuple[Role, ...] = ()
    poll_seconds: float = Field(default=60, gt=0, le=86400)
    hook_secret: Annotated[SecretStr, BeforeValidator(one_text)] = SecretStr("")
    hook_path: SecretStr = SecretStr("")
    timeout_s: float = Field(default=30, gt=0, le=120)
    rate: float | None = Field(default=None, gt=0, le=1000)

    @field_validator("hook_secret")
    @classmethod
    def _whsec(cls, value: SecretStr) -> SecretStr:
        for secret in value.get_secret_value().split():
            hook_key(secret)
        return value

    @field_validator("hook_path")
    @classmethod
    def _unguessable(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _HOOK_PATH.fullmatch(value.get_secret_value()):
            raise ValueError("20 or more of A-Z a-z 0-9 _ - · 至少 20 个字母、数字、_ 或 -")
        return value

    @field_validator("roles")
    @classmethod
    def _playable(cls, value: tuple[Role, ...]) -> tuple[Role, ...]:
        for role in value:
            if role not in cls.plays:
                known = ", ".join(sorted(cls.plays)) or "none"
                why = f": {cls.unplayed[role]}" if role in cls.unplayed else ""
                raise ValueError(f"{role} is not among {known}{why}")
        return value

    @property
    def hook_keys(self) -> tuple[bytes, ...]:
        """Give the keys with which its callbacks may be signed."""
        return tuple(map(hook_key, self.hook_secret.get_secret_value().split()))

    @property
    def centre(self) -> bool:
        """Whether its list of to-dos is a centre of approvals, which shows whole submissions."""
        return False

    @property
    def active(self) -> tuple[Role, ...]:
        """What it is used for: the roles of the table, else the usual ones."""
        return self.roles or self.usual

    def lacking(self) -> tuple[tuple[str, str], ...]:
        """Name the keys that these roles need and the table does not have."""
        if not self.mapping and self.mapped & frozenset(self.active):
            return (("mapping", "required for these roles · 这些角色必填"),)
        return ()


class HoseSettings(SystemSettings):
    """合思 (Ekuaibao).

    `corp_id` lets the address be re-read, which changes with upgrades. `rejection` is what a
    rejection there means here. A `planned` document is submitted along its planned nodes, as flows
    with chosen approvers want it. With `approve_there` people agree there to what they agreed to
    here; every `mirror_seconds` that is looked after, and voucher numbers. `origins` are templates
    (without their versions) whose approved requests become drafts here.
    """

    plays = frozenset({"approval", "claims", "payment", "budget", "sso", "voucher", "org"})
    usual = ("approval",)
    keeps = True
    kind: Literal["hose"]
    base_url: Address
    app_key: Filled
    app_security: Secret
    corp_id: str = ""
    specification_id: str = ""
    rejection: Literal["returned", "rejected"] = "returned"
    planned: bool = False
    approve_there: bool = False
    mirror_seconds: float = Field(default=600, gt=0, le=86400)
    origins: dict[str, RequestKind] = Field(default_factory=dict)
    budgets: dict[str, Annotated[str, Field(pattern=r"^[^:]+:.+$")]] = Field(default_factory=dict)


class WeaverSettings(SystemSettings):
    """泛微 e-cology 9.

    `secret` and `spk` are those of `regist`; without them the service registers `app_id` once and
    remembers the answer, for a second registration would make older systems forget the first.
    `user_id` starts processes whose mapping names nobody; `syscode` is what its list of to-dos
    knows us as, the application's id where nothing else is set. With `sso` the links of processes
    let people in by their login names, which the table `staff` of the mapping gives.
    """

    plays = frozenset({"approval", "todo", "sso"})
    unplayed = MappingProxyType({"org": _TABLES})
    usual = ("approval",)
    kind: Literal["weaver"]
    base_url: Address
    app_id: Filled
    user_id: Filled
    workflow_id: Filled
    secret: SecretStr = SecretStr("")
    spk: str = ""
    syscode: str = ""
    returned_words: tuple[str, ...] = ("退回",)
    rejected_words: tuple[str, ...] = ("驳回", "不同意", "否决")
    withdrawn_words: tuple[str, ...] = ("撤回", "撤销", "收回")
    void_words: tuple[str, ...] = ("强制归档", "作废", "删除")


class SeeyonSettings(SystemSettings):
    """致远 A8/V5; `user` is an account of its REST interface.

    `login_name` is the person of the OA who starts processes whose mapping names nobody;
    `register_code` is what the OA's list of to-dos knows us by.
    """

    plays = frozenset({"approval", "todo"})
    unplayed = MappingProxyType({"org": _LOGIN, "sso": _TICKET})
    usual = ("approval",)
    kind: Literal["seeyon"]
    base_url: Address
    user: Filled
    password: Secret
    template_code: Filled
    login_name: Annotated[str, BeforeValidator(_text)] = ""
    register_code: Filled = "chit"
    token_life_s: float = Field(default=900, ge=60, le=86400)
    states: Mapping[int, Status] = Field(default_factory=dict)
    state_id: Literal["summary", "process", "affair"] = "summary"
    cancel_path: Path = "/seeyon/rest/affair/cancel"
    todo_path: Path = "/seeyon/rest/thirdpartyPending/receive"
    todo_done_path: Path = "/seeyon/rest/thirdpartyPending/updatePendingState"


class LandraySettings(SystemSettings):
    """蓝凌 EKP; `base_url` ends with the context path, often `/ekp`.

    `creator` starts processes whose mapping names nobody.
    """

    plays = frozenset({"approval", "todo"})
    unplayed = MappingProxyType({"org": _LOGIN, "sso": _SITE})
    usual = ("approval",)
    kind: Literal["landray"]
    base_url: Address
    user: Filled
    password: Secret
    template_id: Filled
    creator: Annotated[str, BeforeValidator(_text)] = ""
    person_key: Literal["LoginName", "PersonNo"] = "LoginName"
    doc_status: Filled = "20"
    file_key: Filled = "fdAttachment"
    results: Mapping[str, Status] = Field(default_factory=dict)
    cancel_operation: str = "handler_abandon"
    add_path: Path = "/api/km-review/kmReviewRestService/addReview"
    approve_path: Path = "/api/km-review/kmReviewRestService/approveProcess"
    todo_model: Filled = "chit"
    todo_done_type: Filled = "1"

    def lacking(self) -> tuple[tuple[str, str], ...]:
        """Ask for the secret of results: there is no other way to hear of them."""
        if "approval" in self.active and not self.hook_secret.get_secret_value():
            said = "required: results come signed with it · 必填：结果用它签名"
            return (*super().lacking(), ("hook_secret", said))
        return super().lacking()


class OriginSettings(Section):
    """How the approved requests of one template are read: labels or ids of its fields there."""

    kind: RequestKind
    title: Annotated[tuple[Filled, ...], Field(min_length=1), BeforeValidator(several)]
    amount: Filled
    day: str = ""


class DingTalkOaSettings(SystemSettings):
    """DingTalk's own approvals and its list of to-dos; the application is the one of `[dingtalk]`.

    `department` is where an applicant files from, where the mapping says nothing; `gone_codes` are
    those with which DingTalk says that it has no such process or to-do any more. `origins` are
    templates whose approved requests become drafts here. Polls are rare: each counts against
    DingTalk's monthly quota, and events say what has moved. `attachments` says whether files are
    named by links, or lie in DingTalk's own space of approvals. Where to-dos stand `todo_in`
    `approvals`, our approvals stand in DingTalk's own lists of them, under a template that is
    called `centre_name` there and made by itself.
    """

    plays = frozenset({"approval", "todo"})
    unplayed = MappingProxyType({"org": _BOOK})
    usual = ("approval",)
    application = "dingtalk"
    kind: Literal["dingtalk_oa"]
    process_code: str = ""
    poll_seconds: float = Field(default=14400, gt=0, le=86400)
    department: int = -1
    gone_codes: Annotated[tuple[Filled, ...], BeforeValidator(several)] = ()
    too_early_s: float = Field(default=15, ge=0, le=120)
    attachments: Literal["link", "space"] = "link"
    todo_in: Literal["todo", "approvals"] = "todo"
    centre_name: Annotated[str, Field(min_length=1, max_length=64)] = "小票审批"
    origins: dict[str, OriginSettings] = Field(default_factory=dict)

    @property
    def centre(self) -> bool:
        """Whether approvals stand in DingTalk's centre of approvals."""
        return self.todo_in == "approvals"

    def lacking(self) -> tuple[tuple[str, str], ...]:
        """Ask for the template where DingTalk decides."""
        if "approval" in self.active and not self.process_code:
            return (*super().lacking(), ("process_code", "required for approval · 审批必填"))
        return super().lacking()


class WeComOaSettings(SystemSettings):
    """WeCom's own approvals; the application is the one of `[wecom]`.

    `key_control` is the id of a text control that carries our key, so that a lost answer is found.
    `origins` are templates whose approved requests become drafts here.
    """

    plays = frozenset({"approval"})
    unplayed = MappingProxyType({"org": _BOOK})
    usual = ("approval",)
    application = "wecom"
    kind: Literal["wecom_oa"]
    template_id: Filled
    key_control: str = Field(default="", pattern=r"^[\w-]*$")
    origins: dict[str, OriginSettings] = Field(default_factory=dict)


class BooksSettings(SystemSettings):
    """A system of accounts to which vouchers are posted by calls, as soon as they are made.

    `companies` are the legal entities whose books it keeps, none named means all. Without a
    `mapping` vouchers are written as the connector's own `voucher.yaml` says.
    """

    plays = frozenset({"voucher"})
    usual = ("voucher",)
    posts = True
    base_url: Address
    companies: Annotated[tuple[Filled, ...], BeforeValidator(several)] = ()


class KingdeeSettings(BooksSettings):
    """金蝶云·星空.

    `login` is how a call proves who makes it: signed headers, or a session. `voucher_group` is the
    number of the 凭证字; `audit` says whether vouchers are submitted and audited, too.
    """

    kind: Literal["kingdee"]
    acct_id: Filled
    user: Filled
    app_id: Filled
    app_secret: Secret
    account_book: Filled
    login: Literal["signature", "session"] = "signature"
    org_num: Annotated[str, BeforeValidator(_text)] = "0"
    lcid: int = Field(default=2052, ge=1)
    voucher_group: Annotated[str, Field(min_length=1), BeforeValidator(_text)] = "PRE001"
    audit: bool = True


class YonyouSettings(BooksSettings):
    """用友 YonBIP.

    `base_url` knows where the data of the `tenant` lies; one that does not serves all by itself.
    """

    kind: Literal["yonyou"]
    base_url: Address = "https://apigateway.yonyoucloud.com"
    app_key: Filled
    app_secret: Secret
    account_book: Filled
    voucher_type: Filled
    tenant: str = ""
    maker_mobile: Annotated[str, BeforeValidator(_text)] = ""


class SapB1Settings(BooksSettings):
    """SAP Business One, Service Layer. `key_field` of a journal entry carries our key."""

    kind: Literal["sap_b1"]
    company_db: Filled
    user: Filled
    password: Secret
    key_field: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")] = "Reference"


class ErpNextSettings(BooksSettings):
    """ERPNext. `key_field` of a journal entry carries our key; `company` is its name there."""

    kind: Literal["erpnext"]
    key: Filled
    secret: Secret
    company: Filled
    key_field: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "cheque_no"


class OdooSettings(BooksSettings):
    """Odoo 19 and later (JSON-2). `journal` is the code of the journal that takes vouchers."""

    kind: Literal["odoo"]
    key: Secret
    database: str = ""
    journal: Filled


class FiledropSettings(SystemSettings):
    """Files in a folder or on an SFTP server, which must stand in the file `known_hosts`.

    `key` is the file of the private key; `password` serves where the server takes none. With
    `watch` (a server only where it is set) what comes into its folder `in` is taken, of the kinds
    that `takes` names; with `control` each file waits for its control file. `out` says when files
    leave by themselves, and `maker` whose batches they are.
    """

    plays = frozenset({"voucher", "payment"})
    usual = ("payment",)
    kind: Literal["filedrop"]
    dir: str = ""
    url: str = Field(default="", pattern=r"^$|^sftp://[^\s]+$")
    payment_format: str = ""
    voucher_format: str = ""
    key: str = ""
    password: SecretStr = SecretStr("")
    known_hosts: str = ""
    watch: bool | None = None
    takes: tuple[Literal["claims", "results", "people", "budgets"], ...] = ("claims", "results")
    control: bool = False
    out: str = ""
    maker: str = ""

    @property
    def watched(self) -> bool:
        """Whether files come in by it."""
        return bool(self.dir) if self.watch is None else self.watch

    @field_validator("out")
    @classmethod
    def _cron_or_never(cls, value: str) -> str:
        if value:
            Cron(value, ZoneInfo("UTC"))
        return value

    def lacking(self) -> tuple[tuple[str, str], ...]:
        """Ask for a folder or a server."""
        if not self.dir and not self.url:
            return (*super().lacking(), ("dir", "dir or url is required · dir 和 url 至少填一个"))
        if self.url and not self.known_hosts:
            said = "the file of known servers is required for sftp · sftp 需要 known_hosts 文件"
            return (*super().lacking(), ("known_hosts", said))
        return super().lacking()


class WebhookSettings(SystemSettings):
    """Somebody's own service that is told of events, of all of them where none are named.

    Several secrets sign side by side while one takes the place of another. As `approval` it is sent
    what is to be decided, and its signed result (`hook_secret`) decides.
    """

    plays = frozenset({"event", "approval"})
    usual = ("event",)
    kind: Literal["webhook"]
    url: Annotated[str, Field(pattern=TARGET)]
    secret: Annotated[tuple[Secret, ...], Field(min_length=1), BeforeValidator(words)]
    events: Annotated[tuple[EventName, ...], BeforeValidator(several)] = ()

    def lacking(self) -> tuple[tuple[str, str], ...]:
        """Ask for the secret of results: there is no other way to hear of them."""
        if "approval" in self.active and not self.hook_secret.get_secret_value():
            said = "required for the role approval · 角色 approval 必填"
            return (*super().lacking(), ("hook_secret", said))
        return super().lacking()

    @field_validator("secret")
    @classmethod
    def _whsecs(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in value:
            hook_key(secret.get_secret_value())
        return value


AnySystem = Annotated[
    HoseSettings
    | WeaverSettings
    | SeeyonSettings
    | LandraySettings
    | DingTalkOaSettings
    | WeComOaSettings
    | KingdeeSettings
    | YonyouSettings
    | SapB1Settings
    | ErpNextSettings
    | OdooSettings
    | FiledropSettings
    | WebhookSettings,
    Field(discriminator="kind"),
]
