"""What the sandbox is: its two tenants, the people with their phones, and where Chit is reached."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Platform = Literal["dingtalk", "wecom", "wecom_bot"]
"""DingTalk, a self-built app in WeCom, and a 智能机器人 in WeCom, whose people have WeCom's ids."""

Clock = Callable[[], float]
"""Gives the present moment as Unix seconds; a test hands in its own to let codes expire."""

BUILT_IN_TEMPLATES = (
    "382e4302-551d-4880-bf29-a30acfab2e71.schema",  # AI markdown, with callback buttons
    "589420e2-c1e2-46ef-a5ed-b8728e654da9.schema",  # markdown
    "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema",  # markdown with link buttons
)
"""Card templates that DingTalk's own SDK uses and that need no building."""


@dataclass(frozen=True, slots=True)
class DingTalkTenant:
    """A company in DingTalk with one internal app; `card_templates` are those it has built."""

    client_id: str
    client_secret: str = field(repr=False)
    robot_code: str
    corp_id: str
    card_templates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WeComTenant:
    """A company in WeCom with one self-built app; `callback_url` is Chit's, as the admin saved it.

    `contact_secret` is that of the address book, "" where nobody has made it. `encoding_aes_key`
    has 43 characters of A-Z, a-z, 0-9; `token` at most 32.
    """

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    callback_url: str
    contact_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class WeComBotTenant:
    """A 智能机器人 in the same company, on its long connection; `name` is what @ calls."""

    bot_id: str
    secret: str = field(repr=False)
    name: str = "小票"


@dataclass(frozen=True, slots=True)
class SandboxPerson:
    """Someone with two phones; `dingtalk` and `wecom` are the ids there, empty where they are not.

    `title` says who they are to the newcomer at the page (员工, 主管, …). `department` is where
    they sit and `leads` what they lead, by names; `manager` is a person's id.
    """

    id: str
    name: str
    title: str
    dingtalk: str
    wecom: str
    department: str = ""
    manager: str = ""
    leads: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things last, in seconds: as the platforms say, or assumed where they are silent."""

    token_s: float = 7200
    dingtalk_ticket_s: float = 90
    dingtalk_click_s: float = 2
    dingtalk_redeliver_s: float = 60  # field reports; the protocol page promises nothing
    dingtalk_ping_s: float = 30  # assumed
    dingtalk_farewell_s: float = 10
    dingtalk_code_s: float = 1800  # assumed: the life of a downloadCode is not documented
    dingtalk_link_s: float = 300  # assumed, likewise
    dingtalk_session_s: float = 5400
    wecom_answer_s: float = 5
    wecom_verify_s: float = 1
    wecom_retry_pause_s: float = 1  # assumed: only the number of retries is documented
    wecom_code_s: float = 72 * 3600
    wecom_media_s: float = 3 * 86400
    wecom_bot_answer_s: float = 5
    wecom_bot_reply_s: float = 86400
    wecom_bot_file_s: float = 300
    wecom_bot_silence_s: float = 90  # assumed: the documents say only that silence ends it
    wecom_bot_farewell_s: float = 2  # seen between 2 and 313 s
    sign_in_code_s: float = 300


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """Everything that the sandbox is told; port 0 lets the system choose a free one.

    `page_dir` holds index.html and what it loads, `samples_dir` the sample invoices with their
    titles in samples.json; `chit_token` must allow reading claims and budgets.
    """

    host: str
    port: int
    dingtalk: DingTalkTenant
    wecom: WeComTenant
    people: tuple[SandboxPerson, ...]
    chit_url: str
    chit_token: str = field(repr=False)
    page_dir: Path
    samples_dir: Path
    timing: Timing = Timing()
    wecom_bot: WeComBotTenant | None = None

    def person_of(self, platform: Platform, user: str) -> SandboxPerson | None:
        """Find who has the id on a platform; WeCom compares ids without regard to case."""
        for person in self.people:
            known = person.dingtalk if platform == "dingtalk" else person.wecom
            if known and _same(platform, known, user):
                return person
        return None

    def user_of(self, platform: Platform, user: str) -> str | None:
        """Give the stored spelling of a platform's id, None for a stranger."""
        person = self.person_of(platform, user)
        if person is None:
            return None
        return person.dingtalk if platform == "dingtalk" else person.wecom


def _same(platform: Platform, known: str, user: str) -> bool:
    return known == user or (platform != "dingtalk" and known.lower() == user.lower())
