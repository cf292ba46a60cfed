"""Pictures: whatever the figures are, they are drawn, inside their edges, and once."""

import asyncio
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from pypdfium2 import PdfDocument

from bot.pictures.canvas import PAPER, SCALE, TITLE, fitted, width_of
from bot.pictures.charts import MARGIN, MAX_ROWS, WIDTH, compose, height_of, paint
from bot.pictures.gallery import KEPT, Gallery
from bot.pictures.pdf import A4, print_pages
from bot.pictures.views import Bar, BudgetBars, Picture, Report, Table, TopList, Trend
from core.money import format_cny

BARS = BudgetBars("市场部预算", (Bar("差旅", 10_000_00, 6_000_00, 2_000_00),), "截至今天")
TREND = Trend("打车", (("10月", 1_000_00), ("11月", 2_000_00), ("12月", 2_500_00)), 2_000_00, 1)
TOP = TopList("谁花得多", (("张三", 500_00), ("李四", 200_00)))
VIEWS: list[Picture] = [
    BARS,
    BudgetBars("空", ()),
    BudgetBars("over", (Bar("x", 0, 5_00), Bar("y", 100, -50)), language="en"),
    BudgetBars("多", tuple(Bar(f"预算 {i}", 100, i) for i in range(40))),
    TREND,
    Trend("空", ()),
    Trend("一个", (("11月", 0),)),
    Trend("退款", (("10月", -5_00), ("11月", 3_00)), 100_00),
    Trend("很多", tuple((f"{i}", i * 100) for i in range(36)), expected=5),
    TOP,
    TopList("空", ()),
    TopList("多", tuple((f"人 {i}", 100 - i) for i in range(30))),
    Table("表", ("步骤", "小时"), (("直属主管", "3.5"), ("财务", "12.0")), "中位"),
    Table("空", ("步骤",), ()),
    Table("多", ("人", "笔"), tuple((f"人 {i}", str(i)) for i in range(30))),
    Report("月报", (("总支出", "¥1.00"), ("单据", "3")), (BARS, TREND, TOP), "小票"),
]
amounts = st.integers(-(10**13), 10**13)
names = st.text(max_size=80)


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def margins_are_white(picture: Image.Image) -> bool:
    """Nothing but the ends of rounded strokes may stand outside the margins."""
    edge = (MARGIN - 6) * SCALE
    right = picture.crop((picture.width - edge, 0, picture.width, picture.height))
    left = picture.crop((0, 0, edge, picture.height))
    blank = [Image.new("RGB", side.size, PAPER) for side in (left, right)]
    return not any(
        ImageChops.difference(a, b).getbbox() for a, b in zip((left, right), blank, strict=True)
    )


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: f"{type(v).__name__}-{v.title}")
def test_every_picture_is_drawn_within_its_edges(view: Picture) -> None:
    picture = opened(paint(view))

    assert picture.size == (WIDTH * SCALE, (height_of(view) + 2 * MARGIN) * SCALE)
    assert margins_are_white(picture)
    assert len(picture.getcolors(2**24) or ()) > 2


@settings(max_examples=30, deadline=None)
@given(names, amounts, amounts, amounts)
def test_any_figures_and_names_fit(name: str, limit: int, spent: int, held: int) -> None:
    view = BudgetBars(name, (Bar(name, limit, spent, held),), name)

    assert margins_are_white(opened(paint(view)))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(names, amounts), max_size=20), st.one_of(st.none(), amounts))
def test_any_course_is_drawn(points: list[tuple[str, int]], limit: int | None) -> None:
    picture = opened(paint(Trend("t", tuple(points), limit)))

    assert picture.width == WIDTH * SCALE


@given(names, st.integers(10, 400))
@settings(deadline=None)
def test_a_line_is_shortened_to_its_room(text: str, room: int) -> None:
    shown = fitted(text, room, TITLE)

    assert width_of(shown, TITLE) <= max(room, width_of("…", TITLE))
    assert "\n" not in shown


@settings(max_examples=30, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=4))
def test_a_figure_of_a_report_is_never_shortened(fen: list[int]) -> None:
    figures = tuple(("总支出", format_cny(amount)) for amount in fen)

    written = [w.text for w in compose(Report("月报", figures, ())).written]

    assert [text for text in written if "¥" in text] == [figure for _, figure in figures]


def test_what_a_budget_has_left_is_never_cut_short() -> None:
    bar = Bar("市场部", 12_345_678_90, 13_000_000_00, 580_246_79)

    written = [w.text for w in compose(BudgetBars("预算", (bar,))).written]

    assert written[-1].endswith("超支 ¥1,234,567.89")


def test_an_amount_stands_clear_of_the_line_that_leads_to_it() -> None:
    falling = compose(Trend("降", (("10月", 9_00), ("11月", 1_00))))
    rising = compose(Trend("升", (("10月", 1_00), ("11月", 9_00))))

    (low,) = (w for w in falling.written if w.text == "¥1.00")
    (high,) = (w for w in rising.written if w.text == "¥9.00")
    (period,) = (w for w in falling.written if w.text == "11月")
    assert high.top < low.top < low.top + low.size < period.top


def test_chinese_is_not_drawn_as_boxes() -> None:
    """A missing glyph looks the same whatever the character."""
    one, other = (paint(TopList(name, ())) for name in ("差", "旅"))

    assert one != other


def test_many_rows_say_how_many_are_left_out() -> None:
    rows = tuple((f"人 {i}", 100) for i in range(MAX_ROWS + 5))

    assert height_of(TopList("多", rows)) == height_of(TopList("多", rows[: MAX_ROWS + 1]))


async def test_the_same_figures_are_drawn_once_and_the_loop_goes_on() -> None:
    gallery = Gallery()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    first, second = await asyncio.gather(gallery.draw(BARS), gallery.draw(BARS))
    third = await gallery.draw(BARS)
    ticking.cancel()
    gallery.close()

    assert first is second is third
    assert ticks > 10


async def test_only_the_latest_pictures_are_kept() -> None:
    gallery = Gallery()
    first = await gallery.draw(TopList("0", ()))

    for i in range(1, KEPT + 1):
        await gallery.draw(TopList(str(i), ()))
    again = await gallery.draw(TopList("0", ()))
    gallery.close()

    assert again == first
    assert again is not first


def test_the_words_of_a_printed_page_can_be_found_and_copied() -> None:
    view = Report("2026-11 费用月报", (("总支出", "¥1,234.56"),), (BARS, TREND, TOP), "第 1 页")

    printed = print_pages([view, view], "费用月报", "zh-CN")

    document = PdfDocument(printed)
    texts = [page.get_textpage().get_text_range() for page in document]
    assert [page.get_size() for page in document] == [pytest.approx(A4, abs=0.1)] * 2
    assert all(
        w in texts[1] for w in ("2026-11 费用月报", "¥1,234.56", "张三", "¥500.00", "第 1 页")
    )
    assert document.get_metadata_dict()["Title"] == "费用月报"
    assert print_pages([view, view], "费用月报", "zh-CN") == printed


def test_a_pdf_has_a_page() -> None:
    with pytest.raises(ValueError, match="page"):
        print_pages([], "费用月报", "zh-CN")
