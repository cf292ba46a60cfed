from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_signing import PSS, SHA1, by_ec, by_rsa, by_sm2, digest, root, sign_pdf, updated
from recognition_builders import codes, invoice
from seal_builders import ROOT, SIGNER

from recognition.reading import read_file
from recognition.seal.trust import NONE, Anchors
from sandbox import paper

TRUSTED = Anchors((root(), ROOT.certificate))
PLAIN = paper.draw_pdf(invoice())
SIGNED = sign_pdf(PLAIN, by_rsa)


def judged(data: bytes, anchors: Anchors = TRUSTED) -> set[str]:
    (reading,) = read_file("x.pdf", data, None, anchors).readings
    assert reading.ok
    return codes(reading)


@pytest.mark.parametrize(
    "data",
    [
        SIGNED,
        sign_pdf(PLAIN, by_rsa, way="ETSI.CAdES.detached"),
        sign_pdf(PLAIN, by_ec),
        sign_pdf(PLAIN, lambda c: by_rsa(c, algorithm=PSS)),
        sign_pdf(PLAIN, lambda c: by_rsa(c, bare=True)),
        sign_pdf(PLAIN, lambda c: by_rsa(c, hashed=SHA1)),
        sign_pdf(PLAIN, lambda c: by_sm2(c, SIGNER)),
        sign_pdf(PLAIN, lambda c: by_rsa(digest(SHA1, c), inside=True), way="adbe.pkcs7.sha1"),
    ],
    ids=["rsa", "cades", "ec", "pss", "bare", "sha1", "sm2", "digest inside"],
)
def test_a_trusted_signature_over_the_whole_file_leaves_no_doubt(data: bytes) -> None:
    assert judged(data) == set()


def test_without_an_anchor_a_signature_proves_nothing() -> None:
    assert judged(SIGNED, NONE) == {"seal_trust_unknown"}
    assert judged(SIGNED, Anchors((ROOT.certificate,))) == {"seal_untrusted"}


def test_no_signature_says_nothing() -> None:
    assert judged(PLAIN) == set()


def test_a_changed_byte_is_found() -> None:
    assert "seal_broken" in judged(SIGNED.replace(b"%PDF-1.4", b"%PDF-1.5", 1))


def test_a_digest_inside_is_compared_with_the_file() -> None:
    data = sign_pdf(PLAIN, lambda c: by_rsa(digest(SHA1, c + b"1"), inside=True),
                    way="adbe.pkcs7.sha1")  # fmt: skip

    assert judged(data) == {"seal_broken"}


def test_a_signature_over_other_bytes_is_found() -> None:
    assert judged(sign_pdf(PLAIN, lambda c: by_rsa(c + b"1"))) == {"seal_broken"}
    assert judged(sign_pdf(PLAIN, lambda c: by_rsa(c + b"1", bare=True))) == {"seal_signature_bad"}


def test_a_signature_by_another_key_is_bad() -> None:
    spoilt = sign_pdf(PLAIN, lambda c: by_rsa(c)[:-8] + bytes(8))

    assert judged(spoilt) == {"seal_signature_bad"}


@pytest.mark.parametrize("content", [b"", b"\x30\x03\x02\x01\x01", b"junk" * 20])
def test_a_value_that_is_no_signature_is_bad(content: bytes) -> None:
    assert judged(sign_pdf(PLAIN, lambda _: content)) == {"seal_signature_bad"}


def test_an_unknown_way_of_signing_is_not_verified() -> None:
    assert judged(sign_pdf(PLAIN, by_rsa, way="Vendor.Own")) == {"seal_unverified"}


def test_a_certificate_that_had_not_begun_is_named() -> None:
    early = sign_pdf(PLAIN, lambda c: by_rsa(c, at=datetime(2024, 5, 1, tzinfo=UTC)))

    assert "seal_expired" in judged(early)


def test_what_is_added_after_the_signature_is_a_doubt() -> None:
    added = updated(SIGNED, {950: b"<< /Kind /More >>"})

    assert judged(added) == {"seal_changed_later"}
    assert judged(SIGNED + b"\n\0 \r\n") == set()


def test_a_later_signature_does_not_hide_what_came_between() -> None:
    again = sign_pdf(SIGNED, by_rsa, number=910, earlier=(900,))

    assert judged(again) == {"seal_changed_later"}


def test_a_range_that_leaves_something_out_is_bad() -> None:
    places = SIGNED[SIGNED.index(b"/ByteRange [") + 12 :].split(b"]")[0].split()
    opens, closes = int(places[1]), int(places[2])
    narrow = SIGNED.replace(b"%010d %010d" % (opens, closes), b"%010d %010d" % (opens - 9, closes))

    assert judged(narrow) == {"seal_signature_bad"}
    late = SIGNED.replace(b"/ByteRange [0 ", b"/ByteRange [9 ")
    assert judged(late) == {"seal_signature_bad"}


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 4_000), new=st.binary(max_size=3), gone=st.integers(0, 3))
def test_no_change_of_the_signature_crashes(place: int, new: bytes, gone: int) -> None:
    def spoil(content: bytes) -> bytes:
        value = by_rsa(content)
        at = place % len(value)
        return value[:at] + new + value[at + gone :]

    assert judged(sign_pdf(PLAIN, spoil)) <= {
        "seal_signature_bad", "seal_broken", "seal_expired", "seal_untrusted", "seal_unverified",
    }  # fmt: skip
