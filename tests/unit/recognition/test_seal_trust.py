import ssl
from pathlib import Path

import pytest
from seal_builders import NOW, ROOT, SIGNER, certify, integer, oid, seq, sign

from bot.config import ConfigError, load_config
from recognition.seal import der, sm2
from recognition.seal.certificate import read_certificate
from recognition.seal.trust import NoAnchor, load_anchors

PEM = ssl.DER_cert_to_PEM_cert(ROOT.certificate)


def test_anchors_come_from_pem_and_der_files_each_once(tmp_path: Path) -> None:
    second = ssl.DER_cert_to_PEM_cert(SIGNER.certificate)
    (tmp_path / "a.pem").write_text("tax root\n" + PEM + second)
    (tmp_path / "b.pem").write_text(PEM)
    (tmp_path / "c.cer").write_bytes(ROOT.certificate)

    anchors = load_anchors([f"{tmp_path}/*.pem", f"{tmp_path}/c.cer"])

    assert anchors.encoded == (ROOT.certificate, SIGNER.certificate)


@pytest.mark.parametrize(
    "content",
    [b"", b"junk", PEM[:200].encode(), b"-----BEGIN CERTIFICATE-----\n\xe7", b"\x30\x82"],
)
def test_what_is_no_certificate_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pem").write_bytes(content)

    with pytest.raises(NoAnchor, match=r"a\.pem"):
        load_anchors([f"{tmp_path}/a.pem"])


def test_settings_name_the_line_of_a_missing_anchor(tmp_path: Path) -> None:
    place = tmp_path / "chit.toml"
    place.write_text('[recognition]\ntrust_anchors = ["none/*.pem"]\n')

    with pytest.raises(ConfigError, match=r"chit\.toml:2: recognition\.trust_anchors: none/"):
        load_config(place, {})


def test_the_environment_may_list_anchors(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text(PEM)
    environ = {"CHIT_RECOGNITION__TRUST_ANCHORS": f'["{tmp_path}/a.pem"]'}

    config = load_config(tmp_path / "none.toml", environ)

    assert config.recognition.trust_anchors == (f"{tmp_path}/a.pem",)


def test_a_link_that_came_with_the_file_counts_only_as_an_authority() -> None:
    middle = certify("中级证书", 0x1234_5678, ROOT, authority=True)
    leaf = certify("叶子", 0x2345_6789, middle)
    below = certify("再下", 0x3456_7890, leaf)
    anchors = load_anchors([])
    anchors = type(anchors)((ROOT.certificate,))
    one, two, three = (read_certificate(h.certificate) for h in (middle, leaf, below))

    assert anchors.vouch(two, [one], NOW)
    assert not anchors.vouch(two, [], NOW)
    assert not anchors.vouch(three, [two, one], NOW)


def test_links_in_a_circle_end() -> None:
    here = certify("甲", 0x111_222, None, authority=True)
    there = certify("乙", 0x333_444, here, authority=True)
    back = certify("甲", 0x111_222, there, authority=True)
    anchors = type(load_anchors([]))((ROOT.certificate,))
    links = [read_certificate(h.certificate) for h in (there, back)]

    assert not anchors.vouch(links[0], links, NOW)


def test_a_signature_by_the_standards_formula_is_right_and_any_other_is_not() -> None:
    key = sm2.read_key(der.bits(read_certificate(SIGNER.certificate).key.parts()[1]))
    signature = sign(SIGNER.secret, b"message")

    assert sm2.verify(key, b"message", signature)
    assert not sm2.verify(key, b"massage", signature)
    assert not sm2.verify(key, b"message", sign(ROOT.secret, b"message"))


@pytest.mark.parametrize("r", [0, 1, sm2.N, sm2.N - 1, 2**256])
@pytest.mark.parametrize("s", [0, 1, sm2.N - 1, sm2.N, 2**256])
def test_numbers_at_the_edge_are_no_signature(r: int, s: int) -> None:
    key = sm2.read_key(der.bits(read_certificate(SIGNER.certificate).key.parts()[1]))

    assert not sm2.verify(key, b"message", seq(integer(r), integer(s)))


def test_known_digest_of_the_standard() -> None:
    """GB/T 32905, example 1."""
    assert sm2.sm3(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


@pytest.mark.parametrize("point", [b"", b"\4" + bytes(64), b"\2" + bytes(32), b"\4" + b"\xff" * 64])
def test_a_key_off_the_curve_is_refused(point: bytes) -> None:
    with pytest.raises(der.Malformed):
        sm2.read_key(point)


def test_additions_that_meet_or_cancel() -> None:
    base = (sm2.GX, sm2.GY, 1)
    minus = (sm2.GX, sm2.P - sm2.GY, 1)

    assert sm2.add(base, minus)[2] == 0
    assert sm2.add(base, base) == sm2.double(base)
    assert sm2.add(sm2.INFINITY, base) == sm2.add(base, sm2.INFINITY) == base


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x30", b"\x30\x05\x02\x01", b"\x30\x85\0\0\0\0\1\0", b"\x1f\x81\x01\0",
        b"\x04\x80\0\0", b"\x30\x80" * 60, b"\x30\x80\x02\x01\x01",
    ],
)  # fmt: skip
def test_broken_lengths_are_malformed(data: bytes) -> None:
    with pytest.raises(der.Malformed):
        der.read(data).parts(1)


def test_open_lengths_are_read() -> None:
    node = der.read(b"\x30\x80\x24\x80\x04\x01a\x04\x01b\0\0\0\0rest")

    assert der.octets(node.parts()[0]) == b"ab"


@pytest.mark.parametrize("dotted", ["1.2.156.10197.1.501", "2.16.840.1.101.3.4.2.1", "0.9"])
def test_identifiers_are_written_with_dots(dotted: str) -> None:
    assert der.oid(der.read(oid(dotted))) == dotted


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("20200723130907Z", "2020-07-23T13:09:07+00:00"),
        ("20200723130907.763Z", "2020-07-23T13:09:07+00:00"),
        ("20200723130907+0800", "2020-07-23T05:09:07+00:00"),
    ],
)
def test_moments_are_read_with_their_zone(written: str, iso: str) -> None:
    assert der.moment(written).isoformat() == iso


@pytest.mark.parametrize("written", ["", "2020", "20201323130907Z", "００００００００００００００"])
def test_other_moments_are_malformed(written: str) -> None:
    with pytest.raises(der.Malformed):
        der.moment(written)
