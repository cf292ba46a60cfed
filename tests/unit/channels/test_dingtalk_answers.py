"""What the answers of DingTalk's API mean, failures inside HTTP 200 included."""

import json

import pytest

from bot.channels.dingtalk import answers
from core.errors import AuthFailed, OutsideError, Rejected, Retryable, Unsupported


def raw(body: object) -> bytes:
    return json.dumps(body).encode()


def test_a_good_answer_is_its_object() -> None:
    assert answers.read_answer(200, b'{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "retry_after_s"),
    [
        (200, b"<html>blocked</html>", Retryable, "not_json", 60),
        (502, b"", Retryable, "not_json", 60),
        (200, b"[]", Retryable, "not_json", 60),
        (
            403,
            raw({"status": 1111, "wait": 5, "source": "x5", "punish": "deny"}),
            Retryable,
            "address_banned",
            300,
        ),
        (200, raw({"source": "x5", "wait": "long"}), Retryable, "address_banned", 300),
        (
            403,
            raw({"code": "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"}),
            Retryable,
            "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
            1,
        ),
        (
            403,
            raw({"code": "Forbidden.AccessDenied.QpsLimitForApi"}),
            Retryable,
            "Forbidden.AccessDenied.QpsLimitForApi",
            1,
        ),
        (
            403,
            raw({"code": "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi"}),
            Retryable,
            "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi",
            60,
        ),
        (
            403,
            raw({"code": "Forbidden.AccessDenied.ApiCountLimitForOrg"}),
            Retryable,
            "Forbidden.AccessDenied.ApiCountLimitForOrg",
            3600,
        ),
        (400, raw({"code": "send.too.fast"}), Retryable, "send.too.fast", 10),
        (500, raw({"code": "system.busy"}), Retryable, "system.busy", 2),
        (504, raw({}), Retryable, "unavailable", 2),
        (429, raw({}), Retryable, "unavailable", 2),
        (302, raw({}), Retryable, "redirected", 60),
        (400, raw({"code": "InvalidAuthentication"}), AuthFailed, "InvalidAuthentication", None),
        (
            400,
            raw({"code": "invalidClientIdOrSecret"}),
            AuthFailed,
            "invalidClientIdOrSecret",
            None,
        ),
        (401, raw({}), AuthFailed, "unauthorized", None),
        (
            403,
            raw({"code": "Forbidden.AccessDenied.IpNotInWhiteList"}),
            AuthFailed,
            "Forbidden.AccessDenied.IpNotInWhiteList",
            None,
        ),
        (400, raw({"code": "param.cardNotExist"}), Unsupported, "card_gone", None),
        (
            400,
            raw({"code": "invalidParameter.robotCode.downloadCode"}),
            Rejected,
            "media_expired",
            None,
        ),
        (400, raw({"code": "staffId.notExisted"}), Rejected, "staffId.notExisted", None),
        (400, raw({"code": ["odd"]}), Rejected, "refused", None),
    ],
)
def test_every_failure_has_one_meaning(
    status: int, body: bytes, kind: type[OutsideError], code: str, retry_after_s: float | None
) -> None:
    with pytest.raises(kind) as caught:
        answers.read_answer(status, body)

    assert caught.value.code == code
    assert getattr(caught.value, "retry_after_s", None) == retry_after_s


def test_a_missing_permission_names_its_scopes() -> None:
    body = {
        "code": "Forbidden.AccessDenied.AccessTokenPermissionDenied",
        "accessdenieddetail": {"requiredScopes": ["Card.Instance.Write"]},
    }

    with pytest.raises(AuthFailed) as caught:
        answers.read_answer(403, raw(body))

    assert caught.value.fields == {"scopes": ("Card.Instance.Write",)}


@pytest.mark.parametrize(
    ("field", "kind", "code"),
    [
        ("invalidStaffIdList", Rejected, "user_unknown"),
        ("flowControlledStaffIdList", Retryable, "flow_controlled"),
        ("filteredStaffIdList", Rejected, "user_filtered"),
    ],
)
def test_a_text_can_fail_inside_a_good_answer(
    field: str, kind: type[OutsideError], code: str
) -> None:
    with pytest.raises(kind, match=code):
        answers.check_sent({"processQueryKey": "k", field: ["staff-zhang"]})


def test_a_text_that_went_out_has_empty_lists() -> None:
    answers.check_sent(
        {"processQueryKey": "k", "invalidStaffIdList": [], "filteredStaffIdList": None}
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"success": True},
        {"success": True, "result": {"deliverResults": []}},
        {"success": True, "result": {"deliverResults": [{"success": "true"}]}},
        {"success": True, "result": {"deliverResults": ["x"]}},
        {"success": True, "result": {"deliverResults": [{"success": True}, {"success": False}]}},
        {"success": False, "result": {"deliverResults": [{"success": True}]}},
    ],
)
def test_a_card_counts_only_when_every_space_took_it(body: dict[str, object]) -> None:
    with pytest.raises(Rejected, match="card_not_delivered"):
        answers.check_delivered(body)


def test_an_undelivered_card_says_why() -> None:
    space = {"success": False, "errorMsg": "spaceId is illegal"}

    with pytest.raises(Rejected) as caught:
        answers.check_delivered({"success": True, "result": {"deliverResults": [space]}})

    assert caught.value.fields == {"reason": "spaceId is illegal"}


@pytest.mark.parametrize(
    "body", [{}, {"cardParamMap": None}, {"cardParamMap": {"a": 1}}, {"cardParamMap": ["a"]}]
)
def test_a_card_holds_nothing_but_texts(body: dict[str, object]) -> None:
    with pytest.raises(Rejected, match="card_body"):
        answers.card_variables(body)


def test_a_long_text_is_cut_between_characters() -> None:
    short = answers.shorten("字" * 10_000)

    assert short.endswith("字…")
    assert len(short.encode()) <= answers.MAX_TEXT_BYTES + 3
    assert answers.shorten("短\ud800") == "短?"


def test_a_token_without_life_is_no_token() -> None:
    assert answers.read_token({"accessToken": "t", "expireIn": 7200}) == ("t", 7200)
    bodies: tuple[dict[str, object], ...] = (
        {},
        {"accessToken": "t"},
        {"accessToken": "", "expireIn": 1},
        {"expireIn": 1},
    )
    for body in bodies:
        with pytest.raises(Retryable, match="token_missing"):
            answers.read_token(body)
