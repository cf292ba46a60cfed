"""DingTalk's words for files: the space of approvals, and how bytes get into it; no I/O.

Sources: DingTalk's pages of `processInstances/spaces/infos/query`, of storage 1.0
(`uploadInfos/query`, `files/commit`) and of the component for attachments. Unverified: that the
service may do alone what DingTalk's tutorial does in the client.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.dingtalk_oa.wire import Answer
from connectors.kit.answers import object_in, text_in
from core.outside import Attachment

SPACE_PATH = "/v1.0/workflow/processInstances/spaces/infos/query"
_FILES = "/v1.0/storage/spaces/{}/files"
TOP = "0"
"""The top folder of a space."""
_FORBIDDEN = re.compile(r'[\t*"<>|/\\:?\r\n]')


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the bytes of a file go, and what proves that they may."""

    key: str
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the space, as a component of a form names it."""

    space: str
    id: str
    name: str
    size: int


def build_space(user: str, agent: str) -> bytes:
    """Ask for the space of approvals, which lets somebody put files there."""
    asked: dict[str, object] = {"userId": user}
    return _json(asked | ({"agentId": int(agent)} if agent.isdecimal() else {}))


def parse_space(answer: Answer) -> str:
    """Give the id of the space, "" for none."""
    return text_in(object_in(answer.data, "result"), "spaceId")


def file_name(attachment: Attachment) -> str:
    """Give the name of a file as DingTalk takes it."""
    name = _FORBIDDEN.sub("_", attachment.name).strip().rstrip(".")
    return name or attachment.sha256[:12]


def upload_path(space: str) -> str:
    """Give the address where an upload is asked for."""
    return f"{_FILES.format(_id(space))}/uploadInfos/query"


def commit_path(space: str) -> str:
    """Give the address where an upload is made a file."""
    return f"{_FILES.format(_id(space))}/commit"


def _id(value: str) -> str:
    if not re.fullmatch(r"[\w-]{1,64}", value, re.ASCII):
        raise ValueError("not an id")
    return value


def build_upload(name: str, size: int) -> bytes:
    """Ask where the bytes of a file go."""
    check = {"size": size, "parentId": TOP, "name": name}
    option = {"storageDriver": "DINGTALK", "preCheckParam": check}
    return _json({"protocol": "HEADER_SIGNATURE", "multipart": False, "option": option})


def parse_upload(answer: Answer) -> Upload | None:
    """Read where they go; None when the answer says nothing."""
    signed = object_in(answer.data, "headerSignatureInfo")
    urls, key = signed.get("resourceUrls"), text_in(answer.data, "uploadKey", 2000)
    url = next((u for u in urls if isinstance(u, str)), "") if isinstance(urls, list) else ""
    given = object_in(signed, "headers")
    headers = {k: v for k, v in given.items() if isinstance(v, str)}
    # The signature covers an empty content type.
    return Upload(key, url, {**headers, "Content-Type": ""}) if key and url else None


def build_commit(key: str, name: str, size: int) -> bytes:
    """Make an upload a file of the top folder."""
    option = {"size": size, "conflictStrategy": "AUTO_RENAME"}
    return _json({"uploadKey": key, "name": name, "parentId": TOP, "option": option})


def parse_stored(answer: Answer, size: int) -> Stored | None:
    """Read what became a file; None when the answer names none."""
    entry = object_in(answer.data, "dentry")
    space, file_id = text_in(entry, "spaceId"), text_in(entry, "id")
    name = text_in(entry, "name", 500)
    return Stored(space, file_id, name, size) if space and file_id and name else None


def attachments(files: Sequence[Stored]) -> str:
    """Write the value of a component for attachments: every field is text."""
    return json.dumps(
        [
            {
                "spaceId": file.space,
                "fileName": file.name,
                "fileSize": str(file.size),
                "fileType": file.name.rpartition(".")[2].lower(),
                "fileId": file.id,
            }
            for file in files
        ],
        ensure_ascii=False,
    )


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
