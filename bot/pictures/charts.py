"""The pictures themselves: each draws into a width from a top, and says how high it will be."""

from collections.abc import Callable
from itertools import pairwise

from bot.pictures.canvas import (
    AMBER,
    FIGURE,
    LIGHTER,
    LINE,
    MUTED,
    RED,
    SMALL,
    SPENT,
    TITLE,
    TRACK,
    Canvas,
    Style,
    fitted,
    width_of,
)
from bot.pictures.views import Bar, BudgetBars, Language, Picture, Report, Table, TopList, Trend
from core.money import format_cny

WIDTH = 480
"""On a telephone, which shows it somewhat smaller: the smallest text stays readable."""
PAGE_WIDTH = 640
"""On paper."""
MARGIN = 28
HEAD, FOOT = 44, 26
BAR_ROW, TOP_ROW, TABLE_ROW, TREND_HEIGHT = 62, 34, 28, 226
FIGURES_HEIGHT, FIGURES_GAP = 62, 16
INSET = 12
AMOUNT_ROOM, GAP = 120, 18
MAX_ROWS = 12
"""Rows of a list; a picture for a phone shows no more."""
WARN_PERCENT = 80
_WORDS: dict[str, tuple[str, str]] = {
    "spent": ("已花", "spent"),
    "held": ("占用", "held"),
    "left": ("可用", "left"),
    "over": ("超支", "over"),
    "limit": ("额度", "limit"),
    "expected": ("预计", "expected"),
    "none": ("没有数据", "no figures"),
    "more": ("另有 {} 项", "{} more"),
}


def word(name: str, language: Language) -> str:
    """Give a word of the pictures."""
    return _WORDS[name][0 if language == "zh" else 1]


def height_of(view: Picture, width: int = WIDTH) -> int:
    """Give the height that a picture needs, margins not counted."""
    rest = HEAD + (FOOT if view.note else 0)
    if isinstance(view, BudgetBars):
        return rest + _rows(len(view.bars)) * BAR_ROW
    if isinstance(view, TopList):
        return rest + _rows(len(view.rows)) * TOP_ROW
    if isinstance(view, Table):
        return rest + (_rows(len(view.rows)) + 1) * TABLE_ROW
    if isinstance(view, Trend):
        return rest + TREND_HEIGHT
    parts = sum(height_of(part, width) + MARGIN for part in view.parts)
    return rest + _figures_height(view, width) + parts


def _rows(count: int) -> int:
    return max(1, min(count, MAX_ROWS) + (count > MAX_ROWS))


def _inner(canvas: Canvas) -> int:
    return canvas.width - 2 * MARGIN


def _right(canvas: Canvas) -> int:
    return canvas.width - MARGIN


def draw(canvas: Canvas, view: Picture, top: int, bottom: int = 0) -> None:
    """Draw a picture below a point; its note stands at the `bottom` where one is given."""
    canvas.text((MARGIN, top), fitted(view.title, _inner(canvas), TITLE), TITLE)
    body = top + HEAD
    if isinstance(view, BudgetBars):
        _list(canvas, view.bars, body, BAR_ROW, view.language, _bar)
    elif isinstance(view, TopList):
        largest = max((fen for _, fen in view.rows), default=0)
        _list(canvas, view.rows, body, TOP_ROW, view.language, _top_row(largest))
    elif isinstance(view, Table):
        _table(canvas, view, body)
    elif isinstance(view, Trend):
        _trend(canvas, view, body)
    else:
        _report(canvas, view, body)
    if view.note:
        foot = (bottom or top + height_of(view, canvas.width)) - FOOT + 6
        canvas.text((MARGIN, foot), fitted(view.note, _inner(canvas), SMALL), SMALL)


def _list(
    canvas: Canvas,
    rows: tuple[Bar, ...] | tuple[tuple[str, int], ...],
    top: float,
    step: int,
    language: Language,
    draw_row: Callable[..., None],
) -> None:
    if not rows:
        canvas.text((MARGIN, top), word("none", language), SMALL)
    for i, row in enumerate(rows[:MAX_ROWS]):
        draw_row(canvas, row, top + i * step, language)
    if len(rows) > MAX_ROWS:
        more = word("more", language).format(len(rows) - MAX_ROWS)
        canvas.text((MARGIN, top + MAX_ROWS * step), more, SMALL)


def _bar(canvas: Canvas, bar: Bar, top: float, language: Language) -> None:
    used = bar.consumed_fen + bar.reserved_fen
    left = bar.limit_fen - used
    percent = _percent(used, bar.limit_fen)
    colour = RED if left < 0 else AMBER if percent >= WARN_PERCENT else SPENT
    inner, right = _inner(canvas), _right(canvas)
    canvas.text_right((right, top), f"{percent}%", Style(14, colour, bold=True))
    canvas.text((MARGIN, top), fitted(bar.name, inner - 70, Style(bold=True)), Style(bold=True))
    canvas.box((MARGIN, top + 23, right, top + 33), TRACK, 5)
    whole = max(bar.limit_fen, used, bar.consumed_fen, 1)
    spent_to = MARGIN + inner * max(0, bar.consumed_fen) / whole
    used_to = MARGIN + inner * max(0, used) / whole
    canvas.box((MARGIN, top + 23, used_to, top + 33), LIGHTER[colour], 5)
    canvas.box((MARGIN, top + 23, spent_to, top + 33), colour, 5)
    if left < 0:
        limit_at = MARGIN + inner * max(0, bar.limit_fen) / whole
        canvas.line([(limit_at, top + 20), (limit_at, top + 36)], RED, 1.5)
    canvas.text((MARGIN, top + 37), _figures(bar, left, language, inner), SMALL)


def _figures(bar: Bar, left: int, language: Language, room: float) -> str:
    """Write the amounts of a budget; without the first ones rather than with one cut short."""
    parts = [
        ("limit", bar.limit_fen),
        ("spent", bar.consumed_fen),
        ("held", bar.reserved_fen),
        ("left", left) if left >= 0 else ("over", -left),
    ]
    texts = [f"{word(name, language)} {format_cny(fen)}" for name, fen in parts]
    while len(texts) > 1 and width_of(" · ".join(texts), SMALL) > room:
        texts.pop(0)
    return fitted(" · ".join(texts), room, SMALL)


def _percent(part: int, whole: int) -> int:
    return part * 100 // whole if whole > 0 else (100 if part > 0 else 0)


def _top_row(largest: int) -> Callable[[Canvas, tuple[str, int], float, Language], None]:
    def draw_row(canvas: Canvas, row: tuple[str, int], top: float, _: Language) -> None:
        name, fen = row
        name_room = _inner(canvas) * 3 // 10
        canvas.text((MARGIN, top), fitted(name, name_room))
        room = _inner(canvas) - name_room - 10 - AMOUNT_ROOM
        start = MARGIN + name_room + 10
        canvas.box((start, top + 4, start + room, top + 16), TRACK, 6)
        share = max(0, fen) / largest if largest > 0 else 0
        canvas.box((start, top + 4, start + room * share, top + 16), SPENT, 6)
        canvas.text_right((_right(canvas), top), format_cny(fen))

    return draw_row


def _trend(canvas: Canvas, view: Trend, top: float) -> None:
    if not view.points:
        canvas.text((MARGIN, top), word("none", view.language), SMALL)
        return
    floor, ceiling = top + TREND_HEIGHT - 56, top + 22
    amounts = [fen for _, fen in view.points]
    highest = max(*amounts, view.limit_fen or 0, 1)
    lowest = min(*amounts, 0)
    step = (_inner(canvas) - 2 * INSET) / max(1, len(amounts) - 1)

    def place(i: int, fen: int) -> tuple[float, float]:
        across = MARGIN + INSET + i * step if len(amounts) > 1 else canvas.width / 2
        return across, floor - (fen - lowest) / (highest - lowest) * (floor - ceiling)

    zero = place(0, 0)[1]
    canvas.line([(MARGIN, zero), (_right(canvas), zero)], LINE, 1)
    if view.limit_fen is not None:
        height = place(0, view.limit_fen)[1]
        canvas.dashes((MARGIN, height), (_right(canvas), height), RED)
        said = f"{word('limit', view.language)} {format_cny(view.limit_fen)}"
        canvas.text((MARGIN, height - 17), said, Style(12, RED))
    points = [place(i, fen) for i, fen in enumerate(amounts)]
    _curve(canvas, points, len(points) - view.expected)
    _labels(canvas, view, points, floor)
    _amounts(canvas, view, points)


def _curve(canvas: Canvas, points: list[tuple[float, float]], known: int) -> None:
    """Join what is known with a line, and what is expected with dashes."""
    for i, (start, end) in enumerate(pairwise(points), start=1):
        if i < known:
            canvas.line([start, end], SPENT, 2.5)
        else:
            canvas.dashes(start, end, MUTED)
    for i, point in enumerate(points):
        canvas.dot(point, 4, SPENT if i < known else MUTED)


def _labels(canvas: Canvas, view: Trend, points: list[tuple[float, float]], floor: float) -> None:
    """Write as many periods as have room, the last one always."""
    step = max(1, -(-len(points) * 64 // _inner(canvas)))
    for i in range((len(points) - 1) % step, len(points), step):
        x = min(max(points[i][0], MARGIN + 20), _right(canvas) - 20)
        canvas.text_centred((x, floor + 28), fitted(view.points[i][0], 62, SMALL), SMALL)


def _amounts(canvas: Canvas, view: Trend, points: list[tuple[float, float]]) -> None:
    """Write the last amount and, where there is room for it, the highest one, clear of the line."""
    last = len(points) - 1
    peak = max(range(len(points)), key=lambda i: view.points[i][1])
    far = abs(points[peak][0] - points[last][0]) > 2 * AMOUNT_ROOM / 3
    for i in {last, peak} if far else {last}:
        amount = format_cny(view.points[i][1])
        expected = i == last and view.expected
        said = f"{word('expected', view.language)} {amount}" if expected else amount
        style = Style(13, MUTED if expected or i != last else SPENT, bold=True)
        half = width_of(said, style) / 2
        x = min(max(points[i][0], MARGIN + half), _right(canvas) - half)
        falls = i > 0 and points[i - 1][1] < points[i][1] - 4
        canvas.text_centred((x, points[i][1] + (8 if falls else -26)), said, style)


def _table(canvas: Canvas, view: Table, top: float) -> None:
    """Write rows; columns are as wide as their widest cell, the first has what is left."""
    if not view.rows:
        canvas.text((MARGIN, top), word("none", view.language), SMALL)
        return
    shown = view.rows[:MAX_ROWS]
    widths = [_widest(cells) for cells in zip(view.header, *shown, strict=True)]
    first = max(80, _inner(canvas) - sum(w + GAP for w in widths[1:]))
    _table_row(canvas, view.header, [first, *widths[1:]], top, SMALL)
    for i, row in enumerate(shown, start=1):
        y = top + i * TABLE_ROW
        canvas.line([(MARGIN, y - 6), (_right(canvas), y - 6)], LINE, 1)
        _table_row(canvas, row, [first, *widths[1:]], y, Style(13))
    if len(view.rows) > MAX_ROWS:
        more = word("more", view.language).format(len(view.rows) - MAX_ROWS)
        canvas.text((MARGIN, top + (MAX_ROWS + 1) * TABLE_ROW), more, SMALL)


def _widest(cells: tuple[str, ...]) -> float:
    return max(width_of(cell, Style(13)) for cell in cells)


def _table_row(
    canvas: Canvas, cells: tuple[str, ...], widths: list[float], top: float, style: Style
) -> None:
    canvas.text((MARGIN, top), fitted(cells[0], widths[0] - GAP, style), style)
    right: float = _right(canvas)
    for cell, width in zip(reversed(cells[1:]), reversed(widths[1:]), strict=True):
        canvas.text_right((right, top), fitted(cell, max(width, 20), style), style)
        right -= width + GAP


def _figure_columns(view: Report, width: int) -> int:
    """Give how many figures stand beside one another without being shortened."""
    widest = max((max(width_of(f, FIGURE), width_of(n, SMALL)) for n, f in view.figures), default=1)
    fitting = int((width - 2 * MARGIN) // (widest + GAP))
    if fitting >= len(view.figures):
        return max(1, len(view.figures))
    return max(1, min(2, fitting))


def _figures_height(view: Report, width: int) -> int:
    rows = -(-len(view.figures) // _figure_columns(view, width))
    return rows * FIGURES_HEIGHT + (FIGURES_GAP if rows else 0)


def _report(canvas: Canvas, view: Report, top: int) -> None:
    columns = _figure_columns(view, canvas.width)
    step = _inner(canvas) / columns
    for i, (name, figure) in enumerate(view.figures):
        x, y = MARGIN + i % columns * step, top + i // columns * FIGURES_HEIGHT
        canvas.text((x, y), fitted(name, step, SMALL), SMALL)
        canvas.text((x, y + 19), fitted(figure, step, FIGURE), FIGURE)
    below = top + _figures_height(view, canvas.width)
    for i, part in enumerate(view.parts):
        if i or view.figures:
            canvas.line([(MARGIN, below - 14), (_right(canvas), below - 14)], LINE, 1)
        draw(canvas, part, below)
        below += height_of(part, canvas.width) + MARGIN


def compose(view: Picture, width: int = WIDTH, height: int = 0) -> Canvas:
    """Draw a picture as wide as that and at least as high."""
    canvas = Canvas(width, max(height, height_of(view, width) + 2 * MARGIN))
    draw(canvas, view, MARGIN, canvas.height - MARGIN)
    return canvas


def paint(view: Picture) -> bytes:
    """Draw a picture for a telephone; gives a PNG of `WIDTH` points at twice as many pixels."""
    return compose(view).png()
