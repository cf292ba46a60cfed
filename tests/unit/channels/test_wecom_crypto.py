from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom.crypto import (
    CallbackKeys,
    Signed,
    parse_echo,
    parse_envelope,
    parse_signed,
    unseal,
)
from bot.channels.wecom.wire import Moved, Query, open_any, open_echo
from bot.events import TextReceived
from bot.port import Inbound
from core.errors import Untrusted
from tests.unit.channels.wecom_sealing import (
    AES_KEY,
    CORP,
    NOW_S,
    TOKEN,
    encrypt_raw,
    envelope,
    query_for,
    seal,
    sign,
    text_message,
)

KEYS = CallbackKeys(CORP, TOKEN, AES_KEY)


def open_message(keys: CallbackKeys, query: Query, body: bytes, now: datetime) -> Inbound | None:
    found = open_any(keys, query, body, now)
    assert not isinstance(found, Moved)
    return found


NOW = datetime.fromtimestamp(NOW_S, UTC)

# The sample of WeCom's own document 91144.
V0_KEYS = CallbackKeys(
    "wx5823bf96d3bd56c7", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)
V0_SIGNED = Signed("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149")
V0_CIPHERTEXT = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCU"
    "pj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgp"
    "ue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCK"
    "Iw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o"
    "0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2"
    "pDBS8R07+qN+E7Q=="
)
V1_PLAIN = (
    "<xml><ToUserName><![CDATA[wwsimcorp000000001]]></ToUserName>"
    "<FromUserName><![CDATA[zhangsan]]></FromUserName><CreateTime>1700000000</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[报销 88.50]]></Content>"
    "<MsgId>7300000000000000001</MsgId><AgentID>1000002</AgentID></xml>"
)
V1_CIPHERTEXT = (
    "Q3stYC6hdFzMh9T8HCvyDCG16uKlTkwxZUI5rnuNk0NIGm9TWapmZ0cSXxmiuPlA4g342I9p0u564BWrsv8eAKsK90r"
    "wNUkp/4uUbS9GPWQsAwUM/TvI4jUIAFDlxREXXyQ/HRm1TKzCpv+8UWtXV73By2oR5XD+ychBoqYmuvTiN7FvqMUM4D"
    "TASiFF9p9cvXExXB9vHsecSJIndUZRq0YJu1Ek0Eq0+WUZiY4f+LiKlzrPx3Gpbc1yc/UJhr/87tl9Fbn0Grf4oBwtF"
    "DUNPxRABvsyEgN+SiVv06J0iZtU08NauxeVz25qQKlBfzbT6LoG9BY0FCj6ANPhZR0RoDQ9DBRQuotXBMJCBdgohL7b"
    "hJ2bbPJZyP5PMGtAJYH2cpiFxF1MbbYGvuskC9GC3wdOca+0OawP58S6tB+0i7V2bEBjtyif/nHPlY12+rGgfzvI95o"
    "SB9HUid57o3/z0Q=="
)
V1_QUERY = [
    ("msg_signature", "c2bed9bd2b21ff293f80ad8d3a138339c9cfb8be"),
    ("timestamp", "1700000000"),
    ("nonce", "1234567890"),
]
V2_QUERY = [
    ("msg_signature", "15e10f171fe10cb525bf06c8a96f9001942b8647"),
    ("timestamp", "1700000001"),
    ("nonce", "987654321"),
    (
        "echostr",
        "DpQeJfnf/MGZ/+GTIspwVEJksY5lkfP7fPZj8N5tIItf6XQkYFslIlMFz883lE04RcxNA4eg8E+C6PlXSk2xug==",
    ),
]


def test_opens_the_official_sample() -> None:
    plain = unseal(V0_KEYS, V0_SIGNED, V0_CIPHERTEXT, datetime.fromtimestamp(1409659813, UTC))

    assert "<![CDATA[mycreate]]>" in plain
    assert "<![CDATA[hello]]>" in plain
    assert plain.endswith("</AgentID>\n</xml>")


def test_opens_a_message_with_chinese_words() -> None:
    inbound = open_message(KEYS, V1_QUERY, envelope(V1_CIPHERTEXT), NOW)

    assert unseal(KEYS, parse_signed(V1_QUERY), V1_CIPHERTEXT, NOW) == V1_PLAIN
    assert inbound is not None
    assert isinstance(inbound.event, TextReceived)
    assert (inbound.key, inbound.event.text) == ("wecom:msg:7300000000000000001", "报销 88.50")


def test_answers_a_url_check_with_the_bare_bytes() -> None:
    assert open_echo(KEYS, V2_QUERY, NOW) == b"1616140317555161061"


def test_a_plus_that_arrived_as_a_space_still_opens() -> None:
    spaced = [(k, v.replace("+", " ")) for k, v in V2_QUERY]

    assert open_echo(KEYS, spaced, NOW) == b"1616140317555161061"
    assert parse_echo([("echostr", "a b")]) == "a+b"


def test_our_sealing_reproduces_the_vectors_byte_for_byte() -> None:
    assert seal(V1_PLAIN) == V1_CIPHERTEXT
    assert seal("1616140317555161061", random16=b"fedcba9876543210") == V2_QUERY[3][1]


@pytest.mark.parametrize("age_s", [301, -301, 86_400, 7_000_000])
def test_refuses_what_is_correctly_signed_but_old_or_from_the_future(age_s: int) -> None:
    with pytest.raises(Untrusted, match="age"):
        open_message(KEYS, V1_QUERY, envelope(V1_CIPHERTEXT), NOW + timedelta(seconds=age_s))


@pytest.mark.parametrize("age_s", [300, -300, 16, 0])
def test_opens_what_is_at_most_five_minutes_old(age_s: int) -> None:
    assert open_message(KEYS, V1_QUERY, envelope(V1_CIPHERTEXT), NOW + timedelta(seconds=age_s))


@pytest.mark.parametrize(
    "timestamp",
    ["", "x", "-1700000000", "17e8", "1700000000.0", "99999999999999999999", " 1700000000", "١٧"],
)
def test_refuses_a_timestamp_that_is_no_plain_number(timestamp: str) -> None:
    ciphertext = seal(text_message())

    with pytest.raises(Untrusted):
        open_message(KEYS, query_for(ciphertext, timestamp=timestamp), envelope(ciphertext), NOW)


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
def test_refuses_a_parameter_that_is_missing_empty_or_there_twice(name: str) -> None:
    body = envelope(V1_CIPHERTEXT)
    rest = [pair for pair in V1_QUERY if pair[0] != name]
    twice = [*V1_QUERY, next(pair for pair in V1_QUERY if pair[0] == name)]

    for query in (rest, [*rest, (name, "")], twice, []):
        with pytest.raises(Untrusted, match="query"):
            open_message(KEYS, query, body, NOW)


@pytest.mark.parametrize("signature", ["0" * 40, "é" * 40, "\ud800" * 40, "c2bed9bd", "C2BED9BD"])
def test_refuses_a_wrong_signature_of_any_make(signature: str) -> None:
    query = [("msg_signature", signature), *V1_QUERY[1:]]

    with pytest.raises(Untrusted):
        open_message(KEYS, query, envelope(V1_CIPHERTEXT), NOW)


def test_refuses_a_nonce_of_another_delivery() -> None:
    query = [*V1_QUERY[:2], ("nonce", "1234567891")]

    with pytest.raises(Untrusted, match="signature"):
        open_message(KEYS, query, envelope(V1_CIPHERTEXT), NOW)


@pytest.mark.parametrize(
    "ciphertext",
    [
        pytest.param("====", id="empty after decoding"),
        pytest.param("not base64!", id="no base64"),
        pytest.param("QUJD", id="three bytes"),
        pytest.param("é", id="not ascii"),
        pytest.param(encrypt_raw(b"\x01" * 16), id="16 bytes"),
        pytest.param(encrypt_raw(b"\x20" * 32), id="nothing but padding"),
        pytest.param(seal(text_message(), padding=0), id="padding 0"),
        pytest.param(seal(text_message(), padding=33), id="padding 33"),
        pytest.param(seal(text_message(), padding=255), id="padding 255"),
        pytest.param(seal(text_message(), length=0xFFFFFFFF), id="length beyond the end"),
        pytest.param(seal(text_message(), length=3), id="length too short"),
        pytest.param(seal(text_message(), corp="wwothercorp0000001"), id="another company"),
        pytest.param(seal(text_message(), corp=""), id="no company"),
        pytest.param(seal(b"\xff\xfe<xml/>"), id="not UTF-8"),
    ],
)
def test_refuses_what_is_validly_signed_but_cannot_be_opened(ciphertext: str) -> None:
    with pytest.raises(Untrusted, match="cipher"):
        open_message(KEYS, query_for(ciphertext), envelope(ciphertext), NOW)


@pytest.mark.parametrize(
    "plain",
    [
        pytest.param("", id="nothing"),
        pytest.param("hello", id="no XML"),
        pytest.param("<other/>", id="another root"),
        pytest.param("<xml/>", id="no fields"),
        pytest.param("<xml><FromUserName>a</FromUserName></xml>", id="no type"),
        pytest.param("<xml>" * 40 + "</xml>" * 40, id="deep nesting"),
        pytest.param(text_message().replace("</xml>", ""), id="cut off"),
        pytest.param(
            text_message().replace("<MsgType>", "<MsgType>x</MsgType><MsgType>"), id="type twice"
        ),
        pytest.param(
            '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            "<xml><FromUserName>a</FromUserName><MsgType>text</MsgType><Content>&x;</Content></xml>",
            id="XXE",
        ),
        pytest.param('<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>', id="external DTD"),
        pytest.param('<?xml version="1.0" encoding="utf-16"?><xml/>', id="a lie on the encoding"),
        pytest.param(
            text_message().replace("ZhangSan", "z" * 65),
            id="a userid longer than WeCom's",
        ),
    ],
)
def test_refuses_inner_xml_that_is_not_a_message(plain: str) -> None:
    ciphertext = seal(plain)

    with pytest.raises(Untrusted):
        open_message(KEYS, query_for(ciphertext), envelope(ciphertext), NOW)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{}", id="JSON"),
        pytest.param(b"<xml/>", id="no Encrypt"),
        pytest.param(b"<xml><Encrypt></Encrypt></xml>", id="empty Encrypt"),
        pytest.param(b"<xml><Encrypt>YQ==</Encrypt><Encrypt>YQ==</Encrypt></xml>", id="two"),
        pytest.param(b"<xml><a><Encrypt>YQ==</Encrypt></a></xml>", id="hidden deeper"),
        pytest.param(b"<xml>" + b"<a/>x" * 5000 + b"</xml>", id="more elements than WeCom has"),
        pytest.param(b"<other><Encrypt>YQ==</Encrypt></other>", id="another root"),
        pytest.param("<xml><Encrypt>YQ==</Encrypt></xml>".encode("utf-16"), id="UTF-16"),
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>',
            id="XXE",
        ),
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
            b"<xml><Encrypt>&b;</Encrypt></xml>",
            id="billion laughs",
        ),
    ],
)
def test_refuses_an_envelope_without_exactly_one_ciphertext(body: bytes) -> None:
    with pytest.raises(Untrusted):
        parse_envelope(body)


def test_reads_a_pretty_printed_envelope_with_a_byte_order_mark() -> None:
    body = "\ufeff<xml>\n  <Encrypt>\n    YQ==\n  </Encrypt>\n</xml>".encode()

    assert parse_envelope(body) == "YQ=="


def test_the_same_nonce_with_another_body_is_another_message() -> None:
    first, second = seal(text_message(msgid="1")), seal(text_message(msgid="2"))

    one = open_message(KEYS, query_for(first, nonce="n"), envelope(first), NOW)
    two = open_message(KEYS, query_for(second, nonce="n"), envelope(second), NOW)

    assert one is not None
    assert two is not None
    assert one.key != two.key


def test_keys_are_checked_at_once_and_never_shown() -> None:
    with pytest.raises(ValueError, match="encoding_aes_key"):
        CallbackKeys(CORP, TOKEN, "too-short")

    assert TOKEN not in repr(KEYS)
    assert AES_KEY not in repr(KEYS)


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_body_with_one_changed_byte_is_opened_alike_or_refused(place: int, byte: int) -> None:
    body = bytearray(envelope(V1_CIPHERTEXT))
    body[place % len(body)] = byte

    try:
        inbound = open_message(KEYS, V1_QUERY, bytes(body), NOW)
    except Untrusted:
        return

    assert inbound == open_message(KEYS, V1_QUERY, envelope(V1_CIPHERTEXT), NOW)


@given(st.binary(max_size=200))
def test_no_frame_however_signed_does_anything_but_open_or_be_refused(frame: bytes) -> None:
    ciphertext = encrypt_raw(frame + bytes(-len(frame) % 16))

    with pytest.raises(Untrusted):
        open_message(KEYS, query_for(ciphertext), envelope(ciphertext), NOW)


@given(st.text(max_size=300))
def test_no_plaintext_however_sealed_does_anything_but_parse_or_be_refused(plain: str) -> None:
    ciphertext = seal(plain.encode("utf-8", "replace"))

    with pytest.raises(Untrusted):
        open_message(KEYS, query_for(ciphertext), envelope(ciphertext), NOW)


@given(start=st.integers(0, 400), length=st.integers(0, 40), other=st.text(max_size=20))
def test_a_sealed_message_with_one_changed_stretch_parses_or_is_refused(
    start: int, length: int, other: str
) -> None:
    plain = V1_PLAIN[:start] + other + V1_PLAIN[start + length :]
    ciphertext = seal(plain.encode("utf-8", "replace"))

    try:
        inbound = open_message(KEYS, query_for(ciphertext), envelope(ciphertext), NOW)
    except Untrusted:
        return

    assert inbound is None or inbound.lane.startswith("wecom:")


@given(st.lists(st.tuples(st.sampled_from(["msg_signature", "timestamp", "nonce"]), st.text())))
def test_no_query_does_anything_but_be_refused(query: list[tuple[str, str]]) -> None:
    with pytest.raises(Untrusted):
        open_message(KEYS, query, envelope(V1_CIPHERTEXT), NOW)


def test_sign_is_the_plain_sort_of_the_documents() -> None:
    assert sign(V1_CIPHERTEXT, timestamp="1700000000", nonce="1234567890") == V1_QUERY[0][1]
