"""The month's report: for finance, as page, picture, PDF and workbook; for nobody else."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from io import BytesIO

import pypdfium2
import pytest
from openpyxl import load_workbook
from PIL import Image
from web_stage import Stage, claim, on_stage

from core.claim import Line


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as found:
        at = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
        lines = (
            Line("taxi", 28000, date(2026, 11, 22), "=1+1"),
            Line(None, 100, date(2026, 10, 3)),
        )
        await found.keep(claim(lines=lines, created_at=at, submitted_at=at))
        yield found


async def fetch(stage: Stage, path: str) -> tuple[int, bytes, str]:
    async with stage.client.get(path, allow_redirects=False) as answer:
        return answer.status, await answer.read(), answer.content_type


async def test_finance_sees_the_month(stage: Stage) -> None:
    await stage.be("f")

    status, body, _ = await fetch(stage, "/app/reports/2026-11")
    listed, months, _ = await fetch(stage, "/app/reports")

    page = body.decode()
    assert (status, listed) == (200, 200)
    assert "2026-11 费用月报" in page
    assert "市内交通" in page
    assert "280.00" in page
    assert "/app/reports/2026-10" in months.decode()


async def test_a_long_table_ends_and_says_how_much_is_in_the_workbook(stage: Stage) -> None:
    at = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
    lines = tuple(Line("taxi", 100, at.date(), project=f"p{i:02}") for i in range(40))
    await stage.keep(claim(number="BX-20261125-0099", lines=lines, created_at=at, submitted_at=at))
    await stage.be("f")

    _, body, _ = await fetch(stage, "/app/reports/2026-11")

    assert "另有 11 行，在 Excel 里" in body.decode()


@pytest.mark.parametrize("user", ["z", "w"])
@pytest.mark.parametrize(
    "path", ["/app/reports", "/app/reports/2026-11", "/app/reports/2026-11/a.xlsx"]
)
async def test_nobody_else_finds_it(stage: Stage, user: str, path: str) -> None:
    await stage.be(user)

    status, _, _ = await fetch(stage, f"/app/reports{path}")

    assert status == 404


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "2026-11-01", "x"])
async def test_a_month_that_is_none_is_not_found(stage: Stage, month: str) -> None:
    await stage.be("f")

    status, _, _ = await fetch(stage, f"/app/reports/{month}")

    assert status == 404


async def test_the_workbook_has_every_side(stage: Stage) -> None:
    await stage.be("f")

    _, data, kind = await fetch(stage, "/app/reports/2026-11/book.xlsx")

    book = load_workbook(BytesIO(data))
    rows = {name: list(book[name].values) for name in book.sheetnames}
    assert "spreadsheet" in kind
    assert ("市内交通", "taxi", 280, 0) in rows["各类别支出"]
    assert ("（未填）", None, 0, 1) in [
        (r[0], r[1] or None, r[2], r[3]) for r in rows["各类别支出"]
    ]
    assert any(r[0] == "张三" and r[3] == 2 for r in rows["报销习惯"])
    assert any("市场部" in str(r[0]) for r in rows["预算执行"])


async def test_the_picture_and_the_pdf_are_real(stage: Stage) -> None:
    await stage.be("f")

    _, png, _ = await fetch(stage, "/app/reports/2026-11/picture.png")
    _, data, kind = await fetch(stage, "/app/reports/2026-11/print.pdf")

    assert Image.open(BytesIO(png)).format == "PNG"
    document = pypdfium2.PdfDocument(data)
    sizes = [page.get_size() for page in document]
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert kind == "application/pdf"
    assert all(word in text for word in ("费用月报", "市内交通", "¥280.00", "报销习惯", "张三"))
    assert all(abs(width - 595) < 2 and abs(height - 842) < 3 for width, height in sizes)


async def test_a_quiet_month_is_a_page_too(stage: Stage) -> None:
    await stage.be("f")

    status, _, _ = await fetch(stage, "/app/reports/2025-01")
    drawn, _, _ = await fetch(stage, "/app/reports/2025-01/picture.png")

    assert (status, drawn) == (200, 200)
