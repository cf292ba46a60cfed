"""What goes over the wire to the three providers, and what their answers mean."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.verify.aliyun import adapter as aliyun
from connectors.verify.aliyun import wire as aliyun_wire
from connectors.verify.answers import Answer
from connectors.verify.baidu import adapter as baidu
from connectors.verify.baidu import wire as baidu_wire
from connectors.verify.forms import amount_of, is_complete, with_types
from connectors.verify.tencent import adapter as tencent
from connectors.verify.tencent import wire as tencent_wire
from core.errors import AuthFailed, OutsideError, Rejected, ResultUnknown, Retryable
from core.verification import Verification, VerifyRequest

SAMPLES = Path("tests/samples/verify")
ASKED = VerifyRequest(
    "digital_general", None, "26117000000123456789", date(2026, 11, 20), 10000, 10600, None
)
CODED = VerifyRequest(
    "vat_general", "011001900411", "12345678", date(2026, 11, 20), 4662, 5270, "677916"
)
JUDGES = {"baidu": baidu.judge, "tencent": tencent.judge, "aliyun": aliyun.judge}
WIRES = {"baidu": baidu_wire, "tencent": tencent_wire, "aliyun": aliyun_wire}
FACTS = {
    "number": "26117000000123456789",
    "date": "20261120",
    "amount": "100.00",
    "tax": "6.00",
    "total": "106.00",
    "buyer": "示例科技有限公司",
    "buyer_taxid": "91310115MA1K4DEM3E",
    "seller": "北京示例酒店有限公司",
    "seller_taxid": "91110105MA00000X0X",
}


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def parse(provider: str, body: bytes) -> Answer:
    return WIRES[provider].parse_answer(body)  # type: ignore[attr-defined, no-any-return]


def judged(name: str) -> Verification:
    provider = name.partition("/")[0]
    return JUDGES[provider](parse(provider, sample(f"{name}.json")))


def test_baidu_is_asked_as_documented() -> None:
    body = baidu_wire.build_question(baidu_wire.FORMS[ASKED.form], ASKED)

    assert body == sample("baidu/question.form")


def test_tencent_is_asked_as_documented() -> None:
    body = tencent_wire.build_question(tencent_wire.FORMS[ASKED.form], ASKED)

    assert body == sample("tencent/question.json")


def test_alibaba_is_asked_as_documented() -> None:
    question = aliyun_wire.build_question(aliyun_wire.FORMS[ASKED.form], ASKED)

    assert question == json.loads(sample("aliyun/question.json"))


def test_coded_invoices_are_asked_by_their_check_code() -> None:
    form = baidu_wire.build_question(baidu_wire.FORMS[CODED.form], CODED).decode()
    body = json.loads(tencent_wire.build_question(tencent_wire.FORMS[CODED.form], CODED))
    question = aliyun_wire.build_question(aliyun_wire.FORMS[CODED.form], CODED)

    assert "check_code=677916&total_amount=" in form
    assert (body["CheckCode"], body["InvoiceKind"], "Amount" in body) == ("677916", "04", False)
    assert (question["VerifyCode"], "InvoiceSum" in question) == ("677916", False)


@pytest.mark.parametrize(
    ("kind", "excl", "incl"),
    [
        ("vat_special", "46.62", None),
        ("digital_special", None, "52.70"),
        ("vehicle", "46.62", None),
    ],
)
def test_each_kind_names_its_own_amount(kind: str, excl: str | None, incl: str | None) -> None:
    request = replace(CODED, kind=kind)

    amounts = {amount_of(wire.FORMS[request.form], request) for wire in WIRES.values()}  # type: ignore[attr-defined]

    assert amounts == {excl or incl}


def test_every_adapter_has_its_own_names_for_kinds() -> None:
    names = {p: WIRES[p].FORMS["digital_general"].code for p in WIRES}  # type: ignore[attr-defined]

    assert names == {"baidu": "elec_invoice_normal", "tencent": "10", "aliyun": "32"}
    assert "32" not in {f.code for f in tencent_wire.FORMS.values()}, "a blockchain invoice there"


def test_tencent_signs_as_its_published_example() -> None:
    at = datetime.fromtimestamp(1551113065, UTC)
    body = (
        b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    )

    canonical = tencent_wire.canonical_request(body, "cvm.tencentcloudapi.com", "DescribeInstances")
    line = tencent_wire.string_to_sign(canonical, "cvm", at)

    assert line == (
        "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n"
        "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
    )


def test_alibaba_signs_as_its_published_example() -> None:
    parameters = {
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "Format": "XML",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "SignatureVersion": "1.0",
        "Timestamp": "2016-02-23T12:46:24Z",
        "Version": "2014-05-26",
    }

    signature = aliyun_wire.signature_of("GET", parameters, "testsecret")

    assert signature == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


@pytest.mark.parametrize(
    "name", ["baidu/found", "tencent/found", "aliyun/found", "aliyun/found-flat"]
)
def test_a_true_invoice_comes_back_with_its_face(name: str) -> None:
    found = judged(name)

    assert (found.state, found.provider) == ("normal", name.partition("/")[0])
    assert dict(found.facts) == FACTS


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("baidu/void", "void", "Y"),
        ("baidu/partly-red", "red_lettered", "BH"),
        ("baidu/not-found", "pending", "not_found"),
        ("baidu/differs", "mismatch", "0006"),
        ("baidu/tries", "pending", "tries"),
        ("tencent/void", "void", "Y"),
        ("tencent/red", "red_lettered", "H"),
        ("tencent/not-found", "pending", "not_found"),
        ("tencent/differs", "mismatch", "FailedOperation.InvoiceMismatch"),
        ("tencent/tries", "pending", "tries"),
        ("tencent/today", "pending", "today"),
        ("aliyun/void", "void", "Y"),
        ("aliyun/red", "red_lettered", "H"),
        ("aliyun/not-found", "pending", "not_found"),
        ("aliyun/differs", "mismatch", "006"),
        ("aliyun/tries", "pending", "tries"),
        ("aliyun/too-old", "unsupported", "too_old"),
    ],
)
def test_what_an_answer_means(name: str, state: str, reason: str) -> None:
    found = judged(name)

    assert (found.state, found.reason) == (state, reason)
    assert found.provider == name.partition("/")[0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("baidu/busy", Retryable),
        ("baidu/token-expired", AuthFailed),
        ("tencent/busy", Retryable),
        ("tencent/key", AuthFailed),
        ("aliyun/busy", Retryable),
        ("aliyun/key", AuthFailed),
    ],
)
def test_a_fault_is_no_verdict(name: str, kind: type[OutsideError]) -> None:
    with pytest.raises(kind):
        judged(name)


@pytest.mark.parametrize("provider", ["baidu", "tencent", "aliyun"])
def test_an_unknown_code_or_mark_is_no_verdict(provider: str) -> None:
    with pytest.raises(Rejected):
        JUDGES[provider](Answer("something new"))
    with pytest.raises(ResultUnknown):
        JUDGES[provider](Answer("", "Z"))


@pytest.mark.parametrize("provider", ["baidu", "tencent", "aliyun"])
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"Response": 1}', b'{"Data": "x"}']
)
def test_bytes_that_are_no_answer(provider: str, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(provider, body)


def test_what_was_not_read_is_not_asked() -> None:
    assert is_complete(baidu_wire.FORMS, CODED)
    assert not is_complete(baidu_wire.FORMS, replace(CODED, check_code_last6=None))
    assert not is_complete(baidu_wire.FORMS, replace(ASKED, amount_incl_fen=None))
    assert not is_complete(tencent_wire.FORMS, replace(ASKED, kind="rail_e"))


def test_the_settings_add_and_change_kinds() -> None:
    forms = with_types(tencent_wire.FORMS, {"rail_e_digital": "99", "toll": "77"})

    rail = replace(ASKED, kind="rail_e")
    assert is_complete(forms, rail)
    assert json.loads(tencent_wire.build_question(forms[rail.form], rail))["InvoiceKind"] == "99"
    assert (forms["toll"].code, forms["toll"].check_code) == ("77", True)


def test_paper_forms_of_digital_invoices_are_asked_about_where_a_code_is_known() -> None:
    paper = replace(ASKED, kind="digital_special", paper=True)
    general = replace(ASKED, paper=True)
    named = with_types(aliyun_wire.FORMS, {"digital_general_paper": "86"})

    assert aliyun_wire.FORMS[paper.form].code == "85"
    assert amount_of(aliyun_wire.FORMS[paper.form], paper) == "100.00"
    assert not is_complete(aliyun_wire.FORMS, general)
    assert not is_complete(baidu_wire.FORMS, paper)
    assert is_complete(named, general)
