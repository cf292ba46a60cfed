"""What DingTalk refuses in messages and cards; pure, each rule as its documents state it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.dingtalk_errors import NewApiRefused
from sandbox.wire import child, parse_object, size, string
from sandbox.world import JsonObject

MESSAGE_KEYS: Mapping[str, frozenset[str]] = {
    "sampleText": frozenset({"content"}),
    "sampleMarkdown": frozenset({"title", "text"}),
    "sampleImageMsg": frozenset({"photoURL"}),
    "sampleLink": frozenset({"title", "text", "picUrl", "messageUrl"}),
    "sampleActionCard": frozenset({"title", "text", "singleTitle", "singleURL"}),
    **{
        f"sampleActionCard{n}": frozenset(
            {"title", "text"}
            | {f"actionTitle{i}" for i in range(1, n + 1)}
            | {f"actionURL{i}" for i in range(1, n + 1)}
        )
        for n in range(2, 6)
    },
    "sampleActionCard6": frozenset(
        {"title", "text", "buttonTitle1", "buttonUrl1", "buttonTitle2", "buttonUrl2"}
    ),
    "sampleAudio": frozenset({"mediaId", "duration"}),
    "sampleFile": frozenset({"mediaId", "fileName", "fileType"}),
    "sampleVideo": frozenset({"duration", "videoMediaId", "videoType", "picMediaId"}),
}
FILE_TYPES = frozenset({"xlsx", "pdf", "zip", "rar", "doc", "docx"})
MAX_RECEIVERS = 20
MAX_MESSAGE_BYTES = 15_000
MAX_KEY_BYTES = 100
MAX_VALUE_BYTES = 1024

_OFFICE = frozenset({"doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "pdf", "rar"})
UPLOAD_TYPES: Mapping[str, tuple[frozenset[str], int]] = {
    "image": (frozenset({"jpg", "jpeg", "gif", "png", "bmp"}), 20 << 20),
    "voice": (frozenset({"amr", "mp3", "wav"}), 2 << 20),
    "video": (frozenset({"mp4"}), 20 << 20),
    "file": (_OFFICE, 20 << 20),
}

_AGENT = re.compile(r"[\w.-]+/[\w.-]+")
_SPACE = re.compile(r"dtv1\.card//([A-Z_]+)\.([^;]+)")
_MODELS = {
    "IM_ROBOT": ("imRobotOpenSpaceModel", "imRobotOpenDeliverModel"),
    "IM_GROUP": ("imGroupOpenSpaceModel", "imGroupOpenDeliverModel"),
}


@dataclass(frozen=True, slots=True)
class Space:
    """Where a card is delivered to: IM_ROBOT is a person's chat with the bot."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class ByKey:
    """Whether an update replaces only the variables that it names; the default is all of them."""

    public: bool
    private: bool


def check_subscription(body: JsonObject) -> frozenset[str]:
    """Check what a stream client asks for; gives the callback topics, "*" for events."""
    agent = body.get("ua")
    if agent is not None and not (isinstance(agent, str) and _AGENT.fullmatch(agent)):
        raise NewApiRefused("invalidParameter", "ua invalid")
    wishes = body.get("subscriptions")
    if not isinstance(wishes, list) or not wishes:
        raise NewApiRefused("invalidParameter", "subscriptions invalid")
    return frozenset(_check_wish(wish) for wish in wishes)


def _check_wish(wish: object) -> str:
    kind, topic = (wish.get("type"), wish.get("topic")) if isinstance(wish, dict) else ("", "")
    known = (kind == "EVENT" and topic == "*") or (
        kind == "CALLBACK" and isinstance(topic, str) and topic.startswith("/v1.0/")
    )
    if not known:
        raise NewApiRefused("invalidParameter", "subscriptions invalid")
    return str(topic)


def check_receivers(body: JsonObject) -> list[str]:
    """Check the receivers of a message: 1 to 20 of them."""
    users = body.get("userIds")
    if not isinstance(users, list) or not users or not all(isinstance(u, str) for u in users):
        raise NewApiRefused("invalidParameter.userIds.empty")
    if len(users) > MAX_RECEIVERS:
        raise NewApiRefused("invalidParameter.userIds.overMax")
    return users


def check_message(body: JsonObject) -> tuple[str, JsonObject]:
    """Check kind and content; the content is a JSON object written as a string."""
    kind = string(body, "msgKey")
    if not kind:
        raise NewApiRefused("invalidParameter.msgKey.empty")
    if kind not in MESSAGE_KEYS:
        raise NewApiRefused("invalidParameter.msgKey.invalid")
    text = body.get("msgParam")
    param = parse_object(text) if isinstance(text, str) else None
    if param is None or not isinstance(text, str) or not _fits(kind, param):
        raise NewApiRefused("invalidParameter.msgParam.invalid")
    if size(text) > MAX_MESSAGE_BYTES:
        raise NewApiRefused("invalidParameter.msgParam.tooLong")
    return kind, param


def _fits(kind: str, param: JsonObject) -> bool:
    if not all(string(param, key) for key in MESSAGE_KEYS[kind]):
        return False
    return kind != "sampleFile" or string(param, "fileType") in FILE_TYPES


def check_variables(holder: JsonObject) -> dict[str, str]:
    """Check the `cardParamMap` of public or private data: strings only, within their sizes."""
    variables = holder.get("cardParamMap")
    if not isinstance(variables, dict):
        raise NewApiRefused("param.invalid", "cardParamMap invalid")
    for key, value in variables.items():
        if not isinstance(value, str):
            raise NewApiRefused("param.invalid", f"cardParamMap.{key} is not a string")
        if size(key) > MAX_KEY_BYTES or size(value) > MAX_VALUE_BYTES:
            raise NewApiRefused("param.invalid", f"cardParamMap.{key} is too long")
    return variables


def check_private(
    body: JsonObject, known: Callable[[str], str | None]
) -> dict[str, dict[str, str]]:
    """Check what single people see: {user: {"cardParamMap": …}}."""
    private = child(body, "privateData")
    for user, holder in private.items():
        if known(user) is None:
            raise NewApiRefused("param.userIdNotExist")
        if not isinstance(holder, dict):
            raise NewApiRefused("param.invalid", "privateData invalid")
    return {u: check_variables(h) for u, h in private.items() if isinstance(h, dict)}


def check_new_card(body: JsonObject, templates: tuple[str, ...]) -> dict[str, str]:
    """Check the card of a createAndDeliver; gives its public variables."""
    if not string(body, "cardTemplateId"):
        raise NewApiRefused("param.cardTemplateIdEmpty")
    if string(body, "cardTemplateId") not in templates:
        raise NewApiRefused("param.templateNotExist")
    if not string(body, "outTrackId"):
        raise NewApiRefused("param.outTrackIdEmpty")
    if not child(body, "cardData"):
        raise NewApiRefused("param.cardPublicDataEmpty")
    if body.get("callbackType", "STREAM") not in {"STREAM", "HTTP"}:
        raise NewApiRefused("param.invalid", "callbackType invalid")
    if body.get("userIdType", 1) not in {1, 2}:
        raise NewApiRefused("param.invalid", "userIdType invalid")
    return check_variables(child(body, "cardData"))


def check_spaces(body: JsonObject, robot_code: str) -> list[Space]:
    """Check where a card goes: each space needs its two models."""
    text = string(body, "openSpaceId")
    if not text:
        raise NewApiRefused("param.openSpaceIdEmpty")
    matches = [_SPACE.fullmatch(part) for part in text.split(";")]
    spaces = [Space(m[1], m[2]) for m in matches if m is not None]
    if len(spaces) != len(matches) or any(s.kind not in _MODELS for s in spaces):
        raise NewApiRefused("param.openSpaceIdInvalid")
    for kind in sorted({s.kind for s in spaces}):
        _check_models(body, kind, robot_code)
    return spaces


def _check_models(body: JsonObject, kind: str, robot_code: str) -> None:
    space_model, deliver_model = _MODELS[kind]
    if not isinstance(body.get(space_model), dict):
        raise NewApiRefused("param.openSpaceModelInvalid")
    deliver = body.get(deliver_model)
    if not isinstance(deliver, dict) or not deliver:
        raise NewApiRefused("param.openDeliverModelEmpty")
    if string(deliver, "robotCode") != robot_code:
        raise NewApiRefused("param.openDeliverModelError")
    if kind == "IM_ROBOT" and deliver.get("spaceType") != "IM_ROBOT":
        raise NewApiRefused("param.openDeliverModelError")


def by_key(body: JsonObject) -> ByKey:
    """Read the update options; what is not said to go by key is overwritten as a whole."""
    options = child(body, "cardUpdateOptions")
    return ByKey(
        options.get("updateCardDataByKey") is True, options.get("updatePrivateDataByKey") is True
    )
