from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recognition_builders import SAMPLES, codes, invoice, only, zipped
from seal_builders import (
    FORGER,
    MAKER,
    NOW,
    PAGE,
    ROOT,
    SIGNER,
    SIGNS,
    Stamp,
    certify,
    parts_of,
    plain,
    seal_value,
    sealed,
    signature_xml,
)

from core.invoice import Reading
from recognition.limits import Package
from recognition.reader import Recogniser
from recognition.reading import read_file
from recognition.seal.ofd import seal_doubts
from recognition.seal.trust import NONE, Anchors

TRUSTED = Anchors((ROOT.certificate,))
XML = f"{SIGNS}/Signature.xml"
VALUE = f"{SIGNS}/SignedValue.dat"


def judged(files: dict[str, bytes], anchors: Anchors = TRUSTED) -> set[str]:
    (reading,) = read_file("x.ofd", zipped(files), None, anchors).readings
    assert reading.ok
    assert reading.total_fen == invoice().total_fen
    return codes(reading)


def message(reading: Reading, code: str) -> str:
    return next(f.message for f in reading.findings if f.code == code)


@pytest.mark.parametrize("name", ["1.ofd", "999.ofd"])
def test_real_seals_are_intact_and_unproven_without_a_root(name: str) -> None:
    reading = only((SAMPLES / name).read_bytes())

    assert {c for c in codes(reading) if "seal" in c} == {"seal_trust_unknown"}
    assert "税务" in message(reading, "seal_trust_unknown")


def test_the_changed_file_of_a_real_seal_is_named() -> None:
    reading = only((SAMPLES / "发票示例.ofd").read_bytes())

    assert {c for c in codes(reading) if "seal" in c} == {"seal_broken"}
    assert "Doc_0/Document.xml" in message(reading, "seal_broken")


def test_an_invoice_of_2024_needs_no_seal() -> None:
    assert only((SAMPLES / "20240531141733.ofd").read_bytes()).findings == ()


def test_a_coded_e_invoice_without_its_seal_is_a_doubt() -> None:
    parts = parts_of((SAMPLES / "1.ofd").read_bytes())
    bare = {n: d for n, d in parts.items() if "/Signs/" not in n}

    assert "seal_missing" in codes(only(zipped(bare)))


@pytest.mark.parametrize("name", ["1.ofd", "999.ofd"])
@pytest.mark.parametrize("whole", [False, True], ids=["a byte", "an amount"])
def test_every_covered_file_of_a_real_invoice_is_watched(name: str, whole: bool) -> None:  # noqa: FBT001
    parts = parts_of((SAMPLES / name).read_bytes())
    page = parts[PAGE]
    parts[PAGE] = page.replace(b".00<", b".90<", 1) if whole else page + b" "

    reading = only(zipped(parts))

    assert "seal_broken" in codes(reading)
    assert PAGE in message(reading, "seal_broken")


@pytest.mark.parametrize("version", [1, 4])
def test_a_seal_that_leads_to_a_trusted_root_leaves_no_doubt(version: int) -> None:
    assert judged(sealed(plain(), Stamp(version=version))) == set()


def test_the_signers_own_certificate_may_be_the_anchor() -> None:
    assert judged(sealed(plain()), Anchors((SIGNER.certificate,))) == set()


def test_without_an_anchor_nothing_is_proven() -> None:
    assert judged(sealed(plain()), NONE) == {"seal_trust_unknown"}


def test_another_certificate_of_the_same_name_is_not_trusted() -> None:
    assert judged(sealed(plain(), Stamp(signer=FORGER))) == {"seal_untrusted"}


def test_a_certificate_that_is_no_authority_vouches_for_nobody() -> None:
    child = certify("国家税务总局", 0x7777, SIGNER)

    assert judged(sealed(plain(), Stamp(signer=child)), Anchors((SIGNER.certificate,))) == {
        "seal_untrusted"
    }


def test_a_seal_by_somebody_else_is_a_doubt() -> None:
    shop = certify("某某商贸有限公司", 0x5555_6666, ROOT)

    assert judged(sealed(plain(), Stamp(signer=shop))) == {"seal_signer"}


@pytest.mark.parametrize("version", [1, 4])
def test_a_certificate_that_had_ended_is_named(version: int) -> None:
    ended = certify(SIGNER.name, SIGNER.secret, ROOT, ends=NOW - timedelta(days=1))

    assert judged(sealed(plain(), Stamp(signer=ended, version=version))) == {"seal_expired"}


def test_a_root_that_had_ended_vouches_no_more() -> None:
    ended = certify(ROOT.name, ROOT.secret, None, ends=NOW - timedelta(days=1), authority=True)

    assert judged(sealed(plain()), Anchors((ended.certificate,))) == {"seal_untrusted"}


def test_a_seal_out_of_its_own_dates_is_bad() -> None:
    stamp = Stamp(ends=NOW - timedelta(days=1))

    assert judged(sealed(plain(), stamp)) == {"seal_signature_bad"}


def test_a_seal_put_on_before_the_invoice_was_issued_is_a_doubt() -> None:
    stamp = Stamp(at=datetime(2026, 11, 1, tzinfo=UTC))

    assert judged(sealed(plain(), stamp)) == {"seal_before_issue"}


def test_a_seal_of_another_holder_is_bad() -> None:
    assert judged(sealed(plain(), Stamp(holder=FORGER))) == {"seal_signature_bad"}


def test_a_seal_that_its_maker_did_not_sign_is_bad() -> None:
    false = certify(MAKER.name, 0x8888_9999, ROOT)
    maker = certify(MAKER.name, MAKER.secret, ROOT)
    wrong = type(maker)(maker.name, false.secret, maker.certificate)

    assert judged(sealed(plain(), Stamp(maker=wrong))) == {"seal_signature_bad"}


def test_a_changed_list_of_digests_is_found() -> None:
    files = sealed(plain())
    files[PAGE] += b"<!-- -->"
    files[XML] = signature_xml(files, [*plain()])

    assert judged(files) == {"seal_broken"}


def test_a_list_signed_by_another_is_bad() -> None:
    files = sealed(plain())
    files[VALUE] = seal_value(Stamp(), b"another")

    assert judged(files) == {"seal_broken"}


@pytest.mark.parametrize("kept", [0, 1, 100, 500, -1, -20])
def test_a_cut_value_is_bad(kept: int) -> None:
    files = sealed(plain())
    files[VALUE] = files[VALUE][:kept]

    assert judged(files) == {"seal_signature_bad"}


def test_the_seal_of_another_invoice_fits_nowhere() -> None:
    real = parts_of((SAMPLES / "1.ofd").read_bytes())
    files = sealed(plain())
    files[VALUE] = real[VALUE]

    assert judged(files) == {"seal_broken", "seal_before_issue", "seal_untrusted"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Doc_0/Pages/Page_9/Content.xml", b"<Page/>"),
        ("Doc_0/Annots/Page_0/Annotation.xml", b"<PageAnnot/>"),
        ("Doc_0/Attachs/more.xml", b"<eInvoice/>"),
        ("Doc_0/Tags/More.xml", b"<Tags/>"),
        ("Doc_0/Res/more.png", b"\x89PNG"),
        ("Doc_1/Document.xml", b"<Document/>"),
        ("/Doc_0/Pages/Page_0/Content.xml", b"<Page/>"),
        ("Doc_0/Attachs/Signatures.xml", b"<a><eInvoice/></a>"),
    ],
)
def test_content_that_the_seal_does_not_cover_is_named(name: str, content: bytes) -> None:
    files = {**sealed(plain()), name: content}
    reading = read_file("x.ofd", zipped(files), None, TRUSTED).readings[0]

    assert codes(reading) == {"seal_unlisted_content"}
    assert name in message(reading, "seal_unlisted_content")


def test_a_seal_over_less_than_everything_is_a_doubt() -> None:
    covered = [name for name in plain() if name != PAGE]

    assert judged(sealed(plain(), names=covered)) == {"seal_unlisted_content"}


def test_a_file_that_is_gone_is_a_change() -> None:
    files = sealed({**plain(), "Doc_0/Res/note.txt": b"1"})
    del files["Doc_0/Res/note.txt"]

    assert judged(files) == {"seal_broken"}


def test_a_second_seal_is_told_and_its_own_faults_too() -> None:
    first = sealed(plain())
    buyer = certify("买方有限公司", 0x9999, ROOT)
    both = sealed(first, Stamp(signer=buyer, place="Doc_0/Signs/Sign_1"), names=[*plain()])

    assert judged(both) == {"seal_added"}
    both["Doc_0/Signs/Sign_1/SignedValue.dat"] = b""
    assert judged(both) == {"seal_added", "seal_signature_bad"}


def test_a_seal_struck_from_the_list_still_counts() -> None:
    files = sealed(plain())
    files[PAGE] += b" "
    del files["Doc_0/Signs/Signatures.xml"]

    assert "seal_broken" in judged(files)


def test_a_declared_seal_that_is_not_there_is_bad() -> None:
    files = sealed(plain())
    del files[XML]

    assert judged(files) == {"seal_signature_bad"}


def test_a_weak_or_unknown_digest_verifies_nothing() -> None:
    files = sealed(plain())
    files[XML] = files[XML].replace(b'CheckMethod="1.2.156.10197.1.401"', b"")
    files[VALUE] = seal_value(Stamp(), files[XML])

    assert judged(files) == {"seal_unverified"}


def test_two_entries_of_one_name_are_refused() -> None:
    name = b"Doc_0/Pages/Page_0/Content.xml"
    data = zipped({**sealed(plain()), "Doc_0/Pages/Page_9/Content.xml": b"<Page/>"})

    reading = only(data.replace(name.replace(b"Page_0", b"Page_9"), name))

    assert not reading.ok
    assert "同名" in (reading.reason or "")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_change_of_bytes_is_overlooked_or_crashes(data: st.DataObject) -> None:
    """Whatever is changed in the seal's own files or the page: a doubt, and never an error."""
    files = dict(SEALED)
    name = data.draw(st.sampled_from((VALUE, XML, PAGE)))
    place = data.draw(st.integers(0, len(files[name]) - 1))
    new = data.draw(st.binary(max_size=3))
    old = files[name]
    files[name] = old[:place] + new + old[place + data.draw(st.integers(0, 3)) :]
    doubts = seal_doubts(Package(zipped(files)), TRUSTED, [])

    assert bool(doubts) == (files[name] != old) or name == VALUE


SEALED = sealed(plain())


async def test_the_isolated_process_is_told_whom_to_trust() -> None:
    reader = Recogniser(anchors=TRUSTED)

    try:
        (reading,) = await reader.read("x.ofd", zipped(SEALED))
    finally:
        await reader.stop()

    assert reading.ok
    assert reading.findings == ()
