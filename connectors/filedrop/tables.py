"""Tables as bytes: csv and xlsx in which no cell can become a formula."""

Cell = str | int | float | None
"""A cell; numbers stay numbers, also negative ones."""

_FORMULA_START = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "|", "%", "{")
_BREAKS = str.maketrans("\r\n\t\0", "    ")


def harmless(cell: Cell) -> Cell:
    """Quote a text that a spreadsheet would run; line breaks and NUL become spaces."""
    if not isinstance(cell, str):
        return cell
    text = cell if cell.isprintable() else cell.translate(_BREAKS)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_START) else text


def plain(cell: Cell, separator: str) -> Cell:
    """Give a text that needs no quotes: separators, quotes and line breaks become harmless."""
    if not isinstance(cell, str):
        return cell
    text = str(harmless(cell)).replace('"', "＂")
    wide = {",": "，", ";": "；", "|": "｜"}.get(separator, " ")
    return text.replace(separator, wide)
