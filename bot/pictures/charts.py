"""The pictures themselves: each draws into a width from a top, and says how high it will be."""

from collections.abc import Callable
from itertools import pairwise

from bot.pictures.canvas import (
    AMBER,
    FIGURE,
    HELD,
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
)
from bot.pictures.views import Bar, BudgetBars, Language, Picture, Report, TopList, Trend
from core.money import format_cny

WIDTH = 640
MARGIN = 28
INNER = WIDTH - 2 * MARGIN
RIGHT = WIDTH - MARGIN
HEAD, FOOT = 44, 26
BAR_ROW, TOP_ROW, TREND_HEIGHT, FIGURES_HEIGHT = 62, 34, 210, 78
INSET = 12
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


def height_of(view: Picture) -> int:
    """Give the height that a picture needs, margins not counted."""
    rest = HEAD + (FOOT if view.note else 0)
    if isinstance(view, BudgetBars):
        return rest + _rows(len(view.bars)) * BAR_ROW
    if isinstance(view, TopList):
        return rest + _rows(len(view.rows)) * TOP_ROW
    if isinstance(view, Trend):
        return rest + TREND_HEIGHT
    parts = sum(height_of(part) + MARGIN for part in view.parts)
    return rest + FIGURES_HEIGHT + parts


def _rows(count: int) -> int:
    return max(1, min(count, MAX_ROWS) + (count > MAX_ROWS))


def draw(canvas: Canvas, view: Picture, top: int) -> None:
    """Draw a picture below a point."""
    canvas.text((MARGIN, top), fitted(view.title, INNER, TITLE), TITLE)
    body = top + HEAD
    if isinstance(view, BudgetBars):
        _list(canvas, view.bars, body, BAR_ROW, view.language, _bar)
    elif isinstance(view, TopList):
        largest = max((fen for _, fen in view.rows), default=0)
        _list(canvas, view.rows, body, TOP_ROW, view.language, _top_row(largest))
    elif isinstance(view, Trend):
        _trend(canvas, view, body)
    else:
        _report(canvas, view, body)
    if view.note:
        foot = top + height_of(view) - FOOT + 6
        canvas.text((MARGIN, foot), fitted(view.note, INNER, SMALL), SMALL)


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
    canvas.text_right((RIGHT, top), f"{percent}%", Style(14, colour, bold=True))
    canvas.text((MARGIN, top), fitted(bar.name, INNER - 70, Style(bold=True)), Style(bold=True))
    track = (MARGIN, top + 23, RIGHT, top + 33)
    canvas.box(track, TRACK, 5)
    whole = max(bar.limit_fen, used, bar.consumed_fen, 1)
    spent_to = MARGIN + INNER * max(0, bar.consumed_fen) / whole
    canvas.box((MARGIN, top + 23, MARGIN + INNER * max(0, used) / whole, top + 33), HELD, 5)
    canvas.box((MARGIN, top + 23, spent_to, top + 33), colour, 5)
    if left < 0:
        limit_at = MARGIN + INNER * max(0, bar.limit_fen) / whole
        canvas.line([(limit_at, top + 20), (limit_at, top + 36)], RED, 1.5)
    canvas.text((MARGIN, top + 37), fitted(_figures(bar, left, language), INNER, SMALL), SMALL)


def _figures(bar: Bar, left: int, language: Language) -> str:
    parts = [
        ("limit", bar.limit_fen),
        ("spent", bar.consumed_fen),
        ("held", bar.reserved_fen),
        ("left", left) if left >= 0 else ("over", -left),
    ]
    return " · ".join(f"{word(name, language)} {format_cny(fen)}" for name, fen in parts)


def _percent(part: int, whole: int) -> int:
    return part * 100 // whole if whole > 0 else (100 if part > 0 else 0)


def _top_row(largest: int) -> Callable[[Canvas, tuple[str, int], float, Language], None]:
    def draw_row(canvas: Canvas, row: tuple[str, int], top: float, _: Language) -> None:
        name, fen = row
        canvas.text((MARGIN, top), fitted(name, 150))
        room = INNER - 160 - 120
        start = MARGIN + 160
        canvas.box((start, top + 4, start + room, top + 16), TRACK, 6)
        share = max(0, fen) / largest if largest > 0 else 0
        canvas.box((start, top + 4, start + room * share, top + 16), SPENT, 6)
        canvas.text_right((RIGHT, top), format_cny(fen))

    return draw_row


def _trend(canvas: Canvas, view: Trend, top: float) -> None:
    if not view.points:
        canvas.text((MARGIN, top), word("none", view.language), SMALL)
        return
    floor, ceiling = top + TREND_HEIGHT - 40, top + 18
    amounts = [fen for _, fen in view.points]
    highest = max(*amounts, view.limit_fen or 0, 1)
    lowest = min(*amounts, 0)
    step = (INNER - 2 * INSET) / max(1, len(amounts) - 1)

    def place(i: int, fen: int) -> tuple[float, float]:
        across = MARGIN + INSET + i * step if len(amounts) > 1 else WIDTH / 2
        return across, floor - (fen - lowest) / (highest - lowest) * (floor - ceiling)

    canvas.line([(MARGIN, place(0, 0)[1]), (RIGHT, place(0, 0)[1])], LINE, 1)
    if view.limit_fen is not None:
        height = place(0, view.limit_fen)[1]
        canvas.dashes((MARGIN, height), (RIGHT, height), RED)
        said = f"{word('limit', view.language)} {format_cny(view.limit_fen)}"
        canvas.text((MARGIN, height - 17), said, Style(12, RED))
    points = [place(i, fen) for i, fen in enumerate(amounts)]
    _curve(canvas, points, len(points) - view.expected)
    _labels(canvas, view, points, floor)


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
    """Write as many periods as have room, and the amount of the last."""
    step = max(1, -(-len(points) * 64 // INNER))
    for i in range((len(points) - 1) % step, len(points), step):
        x = min(max(points[i][0], MARGIN + 20), RIGHT - 20)
        canvas.text_centred((x, floor + 12), fitted(view.points[i][0], 62, SMALL), SMALL)
    last = format_cny(view.points[-1][1])
    said = f"{word('expected', view.language)} {last}" if view.expected else last
    above = points[-1][1] - 24
    canvas.text_right((RIGHT, above), said, Style(13, MUTED if view.expected else SPENT, bold=True))


def _report(canvas: Canvas, view: Report, top: int) -> None:
    step = INNER / max(1, len(view.figures))
    for i, (name, figure) in enumerate(view.figures):
        x = MARGIN + i * step
        canvas.text((x, top), fitted(name, step - 12, SMALL), SMALL)
        canvas.text((x, top + 19), fitted(figure, step - 12, FIGURE), FIGURE)
    below = top + FIGURES_HEIGHT
    for part in view.parts:
        canvas.line([(MARGIN, below - 14), (RIGHT, below - 14)], LINE, 1)
        draw(canvas, part, below)
        below += height_of(part) + MARGIN


def paint(view: Picture) -> bytes:
    """Draw a picture; gives a PNG of `WIDTH` points at twice as many pixels."""
    canvas = Canvas(WIDTH, height_of(view) + 2 * MARGIN)
    draw(canvas, view, MARGIN)
    return canvas.png()
