"""The test vectors of the reference, byte for byte, and the library that bots use."""

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from sandbox.wecom_callback import Element, build_xml
from sandbox.wecom_crypto import WeComCrypto, read_fields

TOKEN, KEY = "simToken2024", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CORP = "wwsimcorp000000001"
V1_PLAIN = (
    "<xml><ToUserName><![CDATA[wwsimcorp000000001]]></ToUserName><FromUserName><![CDATA[zhangsan]]>"
    "</FromUserName><CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[报销 88.50]]></Content><MsgId>7300000000000000001</MsgId>"
    "<AgentID>1000002</AgentID></xml>"
)
V1_ENC = (
    "Q3stYC6hdFzMh9T8HCvyDCG16uKlTkwxZUI5rnuNk0NIGm9TWapmZ0cSXxmiuPlA4g342I9p0u564BWrsv8eAKsK90rwNUkp"
    "/4uUbS9GPWQsAwUM/TvI4jUIAFDlxREXXyQ/HRm1TKzCpv+8UWtXV73By2oR5XD+ychBoqYmuvTiN7FvqMUM4DTASiFF9p9c"
    "vXExXB9vHsecSJIndUZRq0YJu1Ek0Eq0+WUZiY4f+LiKlzrPx3Gpbc1yc/UJhr/87tl9Fbn0Grf4oBwtFDUNPxRABvsyEgN+"
    "SiVv06J0iZtU08NauxeVz25qQKlBfzbT6LoG9BY0FCj6ANPhZR0RoDQ9DBRQuotXBMJCBdgohL7bhJ2bbPJZyP5PMGtAJYH2"
    "cpiFxF1MbbYGvuskC9GC3wdOca+0OawP58S6tB+0i7V2bEBjtyif/nHPlY12+rGgfzvI95oSB9HUid57o3/z0Q=="
)
V2_ENC = "DpQeJfnf/MGZ/+GTIspwVEJksY5lkfP7fPZj8N5tIItf6XQkYFslIlMFz883lE04RcxNA4eg8E+C6PlXSk2xug=="


@pytest.mark.parametrize(
    ("receiver", "random16", "when", "nonce", "text", "encrypt", "signature", "token"),
    [
        (
            CORP,
            b"0123456789abcdef",
            "1700000000",
            "1234567890",
            V1_PLAIN,
            V1_ENC,
            "c2bed9bd2b21ff293f80ad8d3a138339c9cfb8be",
            TOKEN,
        ),
        (
            CORP,
            b"fedcba9876543210",
            "1700000001",
            "987654321",
            "1616140317555161061",
            V2_ENC,
            "15e10f171fe10cb525bf06c8a96f9001942b8647",
            TOKEN,
        ),
    ],
)
def test_sealing_matches_the_vectors(
    receiver: str,
    random16: bytes,
    when: str,
    nonce: str,
    text: str,
    encrypt: str,
    signature: str,
    token: str,
) -> None:
    crypto = WeComCrypto(token, KEY, receiver)

    sealed = crypto.seal(text, when, nonce, random16)

    assert (sealed.encrypt, sealed.signature) == (encrypt, signature)
    assert crypto.open(encrypt) == text


def test_the_xml_of_a_message_matches_the_vector() -> None:
    xml = build_xml(
        {
            "ToUserName": CORP,
            "FromUserName": "zhangsan",
            "CreateTime": 1700000000,
            "MsgType": "text",
            "Content": "报销 88.50",
            "MsgId": 7300000000000000001,
            "AgentID": 1000002,
        }
    )

    assert xml == V1_PLAIN


def test_words_cannot_break_out_of_their_element() -> None:
    words = "]]></Content><FromUserName>boss</FromUserName><![CDATA["

    xml = build_xml({"FromUserName": "zhang", "Content": words})

    assert read_fields(xml) == {"FromUserName": "zhang", "Content": words}


def test_wechatpy_opens_what_was_sealed() -> None:
    sealed = WeComCrypto(TOKEN, KEY, CORP).seal(V1_PLAIN, "1700000000", "nonce")
    envelope = build_xml({"ToUserName": CORP, "Encrypt": sealed.encrypt})

    plain = WeChatCrypto(TOKEN, KEY, CORP).decrypt_message(
        envelope, sealed.signature, sealed.timestamp, sealed.nonce
    )

    assert plain == V1_PLAIN


def test_a_reply_of_wechatpy_is_opened_and_a_forged_one_refused() -> None:
    reply = WeChatCrypto(TOKEN, KEY, CORP).encrypt_message("<xml/>", "nonce", "1700000000")
    crypto = WeComCrypto(TOKEN, KEY, CORP)

    assert crypto.open_reply(reply) == "<xml/>"
    with pytest.raises(ValueError, match="signature"):
        crypto.open_reply(reply.replace("1700000000", "1700000001"))


@pytest.mark.parametrize("text", ["", "no xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "<a>"])
def test_what_is_no_plain_xml_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"XML|declarations"):
        read_fields(text)


def test_what_was_sealed_for_another_company_is_refused() -> None:
    sealed = WeComCrypto(TOKEN, KEY, "ww-other").seal("hi", "1", "2")

    with pytest.raises(ValueError, match="receiver"):
        WeComCrypto(TOKEN, KEY, CORP).open(sealed.encrypt)


def test_nested_elements_are_written_and_read() -> None:
    xml = build_xml({"Button": (Element("ReplaceName", "已同意"),)})

    assert read_fields(xml)["Button.ReplaceName"] == "已同意"
