"""What a picture looks like: one hash through resizing, compressing and turning; never two."""

import io
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from core.likeness import distance, near
from recognition.look import picture_hash
from recognition.reading import read_file

SAMPLES = Path(__file__).parents[2] / "samples" / "invoices"
PHOTOS = sorted(SAMPLES.glob("*.jpg"))


def photo(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def packed(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def again(picture: Image.Image, quality: int) -> Image.Image:
    return Image.open(io.BytesIO(packed(picture, quality))).convert("RGB")


@pytest.mark.parametrize("path", PHOTOS, ids=lambda p: p.stem)
def test_one_photo_stays_one(path: Path) -> None:
    first = photo(path)
    seen = picture_hash(first)
    half = first.resize((first.width // 2, first.height // 2))

    for other in (again(first, 40), again(half, 70), ImageEnhance.Contrast(first).enhance(0.8)):
        assert near(seen, picture_hash(other))
    for turn in (
        Image.Transpose.ROTATE_90,
        Image.Transpose.ROTATE_180,
        Image.Transpose.ROTATE_270,
    ):
        assert near(seen, picture_hash(again(half.transpose(turn), 70)))


def test_photos_of_different_vouchers_stay_apart() -> None:
    seen = [picture_hash(photo(path)) for path in PHOTOS]

    assert [pair for pair in combinations(seen, 2) if near(*pair)] == []


def test_a_reading_of_a_picture_says_what_it_looks_like_and_a_pdf_with_text_does_not() -> None:
    page = photo(SAMPLES / "sd31_000_medium.jpg")
    whole, packed_again = (read_file("a.jpg", packed(page, q), None).readings for q in (95, 60))
    (pdf,) = read_file("a.pdf", (SAMPLES / "xbrl-001.pdf").read_bytes(), None).readings

    assert distance(str(whole[0].picture_hash), str(packed_again[0].picture_hash)) <= 2
    assert pdf.picture_hash is None
