"""A strict stand-in for DingTalk's space of approvals: upload, commit, and who may.

Source: DingTalk's pages of `spaces/infos/query` and of storage 1.0.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.dingtalk_errors import NewApiRefused
from sandbox.wire import string
from sandbox.world import JsonObject

SPACE = "3996960664"
FORBIDDEN = set('\t*"<>|')
Handler = Callable[[web.Request], Awaitable[web.Response]]
Around = Callable[[Handler], Callable[[web.Request], Awaitable[web.StreamResponse]]]


@dataclass(slots=True)
class Uploading:
    """A file on its way: what was announced, and the bytes that came."""

    name: str
    size: int
    signature: str
    data: bytes | None = None


@dataclass(slots=True)
class ApprovalSpace:
    """The space of one company; `unions` are the union ids of its people by their user ids."""

    unions: Callable[[], Mapping[str, str]]
    wrong: Callable[[str, str], NewApiRefused]
    body: Callable[[web.Request], Awaitable[JsonObject]]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Names and bytes of what is there, by ids."""
    let_in: set[str] = field(default_factory=set)
    elsewhere: str = ""
    """Another address to which bytes are wanted."""
    _coming: dict[str, Uploading] = field(default_factory=dict)

    def routes(self, api: str, around: Around) -> list[web.RouteDef]:
        """Give the routes below `/v1.0`, and the storage beside them."""
        files = f"{api}/storage/spaces/{{space}}/files"
        return [
            web.post(f"{api}/workflow/processInstances/spaces/infos/query", around(self._space)),
            web.post(f"{files}/uploadInfos/query", around(self._upload)),
            web.post(f"{files}/commit", around(self._commit)),
            web.put("/dingtalk-storage/{key}", self._take),
        ]

    async def _space(self, request: web.Request) -> web.Response:
        user = string(await self.body(request), "userId")
        union = self.unions().get(user)
        if union is None:
            raise self.wrong("userNotExist", "用户不存在")
        self.let_in.add(union)
        return web.json_response({"result": {"spaceId": int(SPACE)}, "success": True})

    def _admit(self, request: web.Request) -> None:
        if request.match_info["space"] != SPACE:
            raise self.wrong("spaceNotExist", "空间不存在")
        if request.query.get("unionId", "") not in self.let_in:
            raise self.wrong("permissionDenied", "用户缺少上传文件的权限")

    async def _upload(self, request: web.Request) -> web.Response:
        body = await self.body(request)
        self._admit(request)
        option = body.get("option")
        check = option.get("preCheckParam") if isinstance(option, dict) else None
        if body.get("protocol") != "HEADER_SIGNATURE" or body.get("multipart") is not False:
            raise self.wrong("paramError.protocol", "protocol, multipart")
        name, size = "", 0
        if isinstance(check, dict):
            given = check.get("size")
            name, size = string(check, "name"), given if isinstance(given, int) else 0
        if not name or FORBIDDEN & set(name) or name.endswith("."):
            raise self.wrong("paramError", "name")
        key = uuid.uuid4().hex
        self._coming[key] = Uploading(name, size, f"OSS {key[:8]}")
        base = self.elsewhere or str(request.url.origin())
        signed = {
            "resourceUrls": [f"{base}/dingtalk-storage/{key}"],
            "headers": {"Authorization": f"OSS {key[:8]}", "x-oss-date": "Wed, 25 Nov 2026"},
            "expirationSeconds": 900,
            "region": "ZHANGJIAKOU",
        }
        return web.json_response(
            {
                "uploadKey": key,
                "storageDriver": "DINGTALK",
                "protocol": "HEADER_SIGNATURE",
                "headerSignatureInfo": signed,
            }
        )

    async def _take(self, request: web.Request) -> web.Response:
        coming = self._coming.get(request.match_info["key"])
        signature = request.headers.get("Authorization", "")
        typed = request.headers.get("Content-Type", "")
        if coming is None or signature != coming.signature or typed:
            self.wrong("SignatureDoesNotMatch", f"content type {typed!r}")
            return web.Response(status=403)
        coming.data = await request.read()
        return web.Response()

    async def _commit(self, request: web.Request) -> web.Response:
        body = await self.body(request)
        self._admit(request)
        coming = self._coming.pop(string(body, "uploadKey"), None)
        option = body.get("option")
        size = option.get("size") if isinstance(option, dict) else None
        if coming is None or coming.data is None or size != len(coming.data):
            raise self.wrong("dentryUploadError", "nothing was uploaded, or another size")
        if string(body, "parentId") != "0" or string(body, "name") != coming.name:
            raise self.wrong("paramError", "parentId, name")
        number = str(len(self.files) + 1)
        self.files[number] = (coming.name, coming.data)
        entry = {"id": number, "spaceId": SPACE, "name": coming.name, "type": "FILE"}
        return web.json_response({"dentry": {**entry, "size": size}})
