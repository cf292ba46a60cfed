"""Files of a process put into DingTalk's space of approvals, from where its form names them."""

import re
from collections.abc import Sequence

from yarl import URL

from connectors.dingtalk_oa.client import DingTalkOaClient
from connectors.dingtalk_oa.space_wire import (
    SPACE_PATH,
    Stored,
    build_commit,
    build_space,
    build_upload,
    commit_path,
    file_name,
    parse_space,
    parse_stored,
    parse_upload,
    upload_path,
)
from connectors.dingtalk_oa.wire import Answer
from connectors.kit.asking import asked
from connectors.kit.connector import post_json
from connectors.kit.exchange import Call
from core.errors import Rejected, Retryable
from core.outside import Attachment

HOUSES = re.compile(
    r"(?:[a-z0-9-]+\.)*dingtalk\.(?:com|io)"
    r"|(?:[a-z0-9-]+\.)*[a-z0-9-]+\.oss-[a-z0-9-]+\.aliyuncs\.com"
)
"""DingTalk's own hosts and buckets of the storage behind them: only there, or at the configured
host, bytes are sent. No document lists them."""


class Space:
    """The space of approvals of one organisation."""

    def __init__(self, client: DingTalkOaClient, agent: str) -> None:
        self._client = client
        self._agent = agent

    async def put(self, files: Sequence[Attachment], user: str, union: str) -> list[Stored]:
        """Put files there as somebody; a lost answer only leaves a file that nobody names."""
        body = build_space(user, self._agent)
        space = parse_space(await self._asked("approvalSpace", SPACE_PATH, body, ""))
        if not space:
            raise Retryable("no_space")
        return [await self._stored(space, file, union) for file in files]

    async def _stored(self, space: str, file: Attachment, union: str) -> Stored:
        name, size = file_name(file), len(file.data)
        body = build_upload(name, size)
        where = parse_upload(await self._asked("uploadInfo", upload_path(space), body, union))
        if where is None:
            raise Retryable("no_upload")
        url = URL(where.url)
        if not is_home(url, self._client.address):
            raise Rejected("not_dingtalks_host", text=str(url.host))
        call = Call(
            "putFile",
            "PUT",
            url.raw_path,
            headers=where.headers,
            query=dict(url.query),
            body=file.data,
            private=True,
        )
        status = await asked(self._client.put(str(url.origin()), call))
        if status >= 300:  # noqa: PLR2004 - what is not a success
            raise Rejected("file_not_taken", text=f"{name}: HTTP {status}")
        body = build_commit(where.key, name, size)
        answer = await self._asked("commitFile", commit_path(space), body, union)
        stored = parse_stored(answer, size)
        if stored is None:
            raise Retryable("no_file_id")
        return stored

    async def _asked(self, name: str, path: str, body: bytes, union: str) -> Answer:
        call = post_json(name, path, body)
        query = {"unionId": union} if union else {}
        made = Call(
            call.name, call.method, path, query=query, body=body, content_type=call.content_type
        )
        answer = await asked(self._client.call(made))
        if answer.code:
            raise Rejected(answer.code, text=answer.text or answer.code)
        return answer


def is_home(url: URL, address: str) -> bool:
    """Whether bytes may go to an address: DingTalk's own storage, or the configured host."""
    if url.scheme not in {"http", "https"} or not url.host:
        return False
    known = URL(address)
    same = (url.scheme, url.host) == (known.scheme, known.host)
    return same or (url.scheme == "https" and HOUSES.fullmatch(url.host) is not None)
