"""Small pictures of originals on the page of a claim, and the rule behind each finding."""

from web_stage import NUMBER, PAGE, Stage, claim

from bot.web.thumbs import Thumbs
from core.claim import Finding, StoredFile


async def test_a_file_has_a_small_picture_that_is_drawn_once(stage: Stage) -> None:
    made, pdf = await stage.add_file(claim(), "发票.pdf", b"%PDF-1.7 a page")
    await stage.keep(made)
    await stage.be("w")
    path = f"{PAGE}/files/{pdf}/small"

    _, page, _ = await stage.get(PAGE)
    first = await stage.get(path)
    again = await stage.get(path)

    assert f'src="{path}"' in page
    assert (first[0], first[2]["Content-Type"]) == (200, "image/jpeg")
    assert first[2]["Cache-Control"].startswith("private")
    assert again[1] == first[1]
    assert stage.drawn == [b"%PDF-1.7 a page"]


async def test_what_cannot_be_drawn_has_the_sign_of_a_file(stage: Stage) -> None:
    made, broken = await stage.add_file(claim(), "photo", b"no picture")
    made, data = await stage.add_file(made, "data.xml", b"<EInvoice/>")
    await stage.keep(made)
    await stage.be("w")

    status, _, headers = await stage.get(f"{PAGE}/files/{broken}/small")
    _, page, _ = await stage.get(PAGE)

    assert (status, "file.svg" in headers["Location"]) == (302, True)
    assert f"{data}/small" not in page
    assert (await stage.get(headers["Location"]))[2]["Content-Type"] == "image/svg+xml"


async def test_small_pictures_are_for_those_concerned(stage: Stage) -> None:
    made, pdf = await stage.add_file(claim(), "a.pdf", b"%PDF-1.7 a page")
    lost = StoredFile("c" * 64, "lost.pdf")
    await stage.keep(claim(files=(*made.files, lost)))
    await stage.be("l")

    assert (await stage.get(f"{PAGE}/files/{pdf}/small"))[0] == 404
    await stage.be("w")
    assert (await stage.get(f"{PAGE}/files/{lost.sha256}/small"))[0] == 404
    assert (await stage.get(f"{PAGE}/files/{'d' * 64}/small"))[0] == 404
    assert stage.drawn == []


async def test_the_oldest_pictures_go_first() -> None:
    drawn: list[bytes] = []

    async def draw(data: bytes) -> bytes | None:
        drawn.append(data)
        return data

    async def give(name: str) -> bytes | None:
        async def read() -> bytes:
            return name.encode()

        return await thumbs.of(name, read)

    thumbs = Thumbs(draw, kept=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert await give(name) == name.encode()

    assert drawn == [b"a", b"b", b"c", b"b"]


async def test_a_finding_names_its_rule_and_what_it_looked_at(stage: Stage) -> None:
    fields = (
        ("policy", "taxi-day"),
        ("limit", "200.00"),
        ("amount", "280.00"),
        ("per", "2026-11-24"),
    )
    await stage.keep(claim(findings=(Finding("amount_limit", "warn", None, fields),)))
    await stage.be("w")

    _, page, _ = await stage.get(PAGE)

    assert "规则 taxi-day：金额 ¥280.00，标准 ¥200.00" in page
    assert NUMBER in page
