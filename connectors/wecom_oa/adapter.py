"""WeCom's approvals in the business's words: applications are filed and asked about."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from connectors.kit import Kit
from connectors.kit.answers import text_in
from connectors.kit.asking import asked
from connectors.kit.connector import Connector, named, post_json
from connectors.kit.exchange import Call
from connectors.kit.requests import day_of, fen_of, title_of
from connectors.wecom_oa.client import RATE, WeComOaClient
from connectors.wecom_oa.wire import (
    APPLY_PATH,
    DETAIL_PATH,
    LEAST_FILE_BYTES,
    LIST_PATH,
    MOST_FILE_BYTES,
    MOST_FILES,
    PASSED,
    STATUSES,
    USER_PATH,
    Answer,
    build_application,
    build_list,
    build_question,
    parse_application,
    parse_list,
)
from core.errors import OutsideError, Rejected, ResultUnknown, Retryable, Unsupported
from core.outside import ApprovalState, Attachment, Capabilities, Form, Ref
from core.papers import Origin, Paper, RequestKind

APPLICATION = "application"
NO_ORIGINS: Mapping[str, Origin] = MappingProxyType({})
NO_CANCEL = "企业微信没有撤销审批的接口，请申请人在企业微信「审批」里撤销该申请"
FAR = timedelta(days=7)
"""How far back a lost application is looked for after a restart."""
NEAR = timedelta(minutes=5)
MONTH = timedelta(days=30)


class WeComOa(Connector):
    """WeCom's own approvals with one template: `ApprovalPort`.

    `key_control` is the id of a text control that carries our key: with it a lost answer heals by
    itself. `origins` are other templates, whose approved requests begin claims here.
    """

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        template_id: str,
        base_url: str = "",
        key_control: str = "",
        origins: Mapping[str, Origin] = NO_ORIGINS,
        rate: float | None = None,
        timeout_s: float = 30,
    ) -> None:
        self._kit = kit
        self._template = template_id
        self._key_control = key_control
        self._origins = origins
        self._rate = rate
        self._settles_s = 2 * timeout_s
        self._names: dict[str, str] = {}
        self._sent: dict[str, tuple[str, datetime]] = {}
        self._client = WeComOaClient(
            system=name, base_url=base_url, kit=kit, rate=rate, timeout_s=timeout_s
        )
        super().__init__(name, self._client)

    @property
    def capabilities(self) -> Capabilities:
        """What WeCom can do: it takes nothing back for us, and finds only by a control of ours."""
        return Capabilities(
            kind="wecom_oa",
            roles=frozenset({"approval"}),
            find=bool(self._key_control),
            attachments="upload",
            people="wecom",
            settles_s=self._settles_s,
            rate=(int(self._rate), 1.0) if self._rate else RATE,
            unverified=("apv_rel of nodes with several people", "new_duration of ranges of dates"),
        )

    async def start(self, form: Form, key: str) -> Ref:
        """File an application as its applicant."""
        if self._key_control:
            form = _with_key(form, self._key_control, key)
        _written(form, self._template, {})
        files: dict[str, list[str]] = {}
        for file in form.files[:MOST_FILES]:
            files.setdefault(file.slot, []).append(await self._stored(file))
        body = _written(form, self._template, files)
        self._sent[key] = (form.initiator, self._kit.clock())
        answer = _good(await self._client.call(post_json("applyevent", APPLY_PATH, body)))
        number = text_in(answer.data, "sp_no")
        if not number:
            raise ResultUnknown("no_number", key=key)
        return self._ref(number)

    def _ref(self, number: str) -> Ref:
        return Ref(self._name, APPLICATION, number, number)

    async def _stored(self, file: Attachment) -> str:
        """Upload a file; it is nobody's until an application names it."""
        if not file.slot:
            raise Rejected("mapping", text="@files[…] must name the File control")
        if not LEAST_FILE_BYTES <= len(file.data) <= MOST_FILE_BYTES:
            raise Rejected("file_size", text=f"{file.name}: 6 B – 20 MB")
        answer = _good(await asked(self._client.upload(file.name, file.data)))
        media = text_in(answer.data, "media_id")
        if not media:
            raise Retryable("upload_not_answered")
        return media

    async def query(self, ref: Ref) -> ApprovalState:
        """Ask where an application is."""
        answer = await self._detail(ref.id)
        found = parse_application(answer, self._kit.zone)
        status = STATUSES.get(found.status)
        if status is None:
            raise Rejected("unknown_state", text=found.status)
        names = await self._names_of([*found.waiting, *(c.by for c in found.said)])
        node = "、".join(names[user] for user in found.waiting if names.get(user))
        return ApprovalState(status, node, named(found.said, names), found.steps)

    async def _detail(self, number: str) -> Answer:
        call = post_json("getapprovaldetail", DETAIL_PATH, build_question(number))
        return _good(await asked(self._client.call(call)))

    async def approved(self, words: Sequence[str]) -> tuple[Paper, RequestKind] | None:
        """Read the request that an event is about; None unless it is one and is approved."""
        if not self._origins or not words:
            return None
        number = words[0]
        found = parse_application(await self._detail(number), self._kit.zone)
        origin = self._origins.get(found.template)
        if origin is None or STATUSES.get(found.status) != "approved":
            return None
        paper = Paper(
            self._ref(number),
            0,
            person=found.applicant,
            template=found.template,
            title=title_of(found.texts.get(control, "") for control in origin.title),
            amount_fen=fen_of(found.texts.get(origin.amount, "")),
            day=day_of(found.texts.get(origin.day, "")),
            over=True,
        )
        return paper, origin.kind

    async def lately(self) -> Sequence[Sequence[str]]:
        """Name the requests that were filed in the last month and are approved by now."""
        until = self._kit.clock() + NEAR
        listed = [
            await self._listed(template, {"sp_status": PASSED}, until - MONTH, until)
            for template in self._origins
        ]
        return [(number,) for numbers in listed for number in numbers]

    async def cancel(self, ref: Ref, _: str) -> None:
        """Refuse with words what WeCom has no interface for; what is over needs none."""
        state = await self.query(ref)
        if state.status == "waiting":
            raise Unsupported("no_cancel", text=f"{NO_CANCEL}（{ref.number or ref.id}）")

    async def find(self, key: str) -> Ref | None:
        """Find an application whose control carries our key; Unsupported without such a control."""
        if not self._key_control:
            raise Unsupported("no_find", key=key)
        creator, at = self._sent.get(key, ("", None))
        if at and (left_s := self._settles_s - (self._kit.clock() - at).total_seconds()) > 0:
            raise Retryable("may_still_appear", retry_after_s=left_s)
        until = self._kit.clock() + NEAR
        since = at - NEAR if at else until - FAR
        for number in await self._listed(self._template, {"creator": creator}, since, until):
            found = parse_application(await self._detail(number), self._kit.zone)
            if found.texts.get(self._key_control) == key:
                return self._ref(number)
        return None

    async def _listed(
        self, template: str, filters: Mapping[str, str], since: datetime, until: datetime
    ) -> list[str]:
        """List the applications of a template that were filed within a span of time."""
        listed: list[str] = []
        cursor = ""
        span = (int(since.timestamp()), int(until.timestamp()))
        while True:
            body = build_list(template, filters, *span, cursor)
            call = post_json("getapprovalinfo", LIST_PATH, body)
            numbers, cursor = parse_list(_good(await asked(self._client.call(call))))
            listed += numbers
            if not cursor or not numbers:
                return listed

    async def _names_of(self, users: Iterable[str]) -> dict[str, str]:
        """Ask for names, once each; who cannot be asked about has none."""
        for user in dict.fromkeys(u for u in users if u and u not in self._names):
            call = Call("user", "GET", USER_PATH, query={"userid": user})
            try:
                self._names[user] = text_in((await self._client.call(call)).data, "name", 60)
            except OutsideError:
                return self._names
        return self._names


def _with_key(form: Form, control: str, key: str) -> Form:
    """Put our key into its control."""
    fields = {**form.fields, f"Text:{control}": key}
    return Form(
        form.subject, form.initiator, fields, form.details, form.wanted, form.files, form.stamp
    )


def _written(form: Form, template: str, files: dict[str, list[str]]) -> bytes:
    try:
        return build_application(form, template, files)
    except ValueError as error:
        raise Rejected("mapping", text=str(error)) from None


def _good(answer: Answer) -> Answer:
    """Raise the error that an answer stands for, unless it is good."""
    if answer.code != "0":
        raise Rejected(answer.code, text=answer.text or answer.code)
    return answer
