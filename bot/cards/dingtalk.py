"""Cards for DingTalk: the variables of our template (contract §5), and of the built-in one."""

from collections.abc import Iterable, Iterator

from bot.cards.actions import pack_key
from bot.cards.facts import Fact
from bot.cards.sizes import MAX_VALUE_BYTES, fit_items, to_json
from bot.cards.view import CardView, LineView
from bot.texts.labels import sentence
from bot.texts.plain import cut, cut_bytes

JsonObject = dict[str, object]

PROCESSING = {"status": "processing", "status_text": "处理中 · Processing"}
"""What a click is answered with within two seconds; the template hides its buttons then."""

_ORDER = ["msgTitle", "msgContent", "staticMsgContent", "msgButtons"]
PROCESSING_BUILTIN = {
    "msgTitle": "处理中 · Processing",
    "sys_full_json_obj": to_json({"order": _ORDER}),
}
"""The same on the built-in template: a title that says so, and no buttons. Both keys are written
again by every redraw."""

FINISHED = "3"
"""The built-in template's `flowStatus` of a card that is not being typed."""


_WARNINGS = 3
"""How many warnings leave room for the facts in the built-in card's one variable."""


def for_dingtalk(view: CardView) -> JsonObject:
    """Draw a card as the variables of our template, each a text of at most 1 KB."""
    more = _more(view, len(view.lines))
    values = {
        "title": cut_bytes(view.title, MAX_VALUE_BYTES),
        "subtitle": cut_bytes(view.subtitle, MAX_VALUE_BYTES),
        "status": view.status,
        "status_text": view.status_text,
        "facts": _facts(view),
        "lines": fit_items([list(_lines(view, level)) for level in _LEVELS], {"category": more}),
        "warnings": _warnings(view),
        "actions": to_json(
            [
                {"id": b.id, "text": b.text, "style": b.style, "token": b.token.pack()}
                for b in view.actions
            ]
        ),
        "link": view.link,
    }
    return {"cardParamMap": values}


def _more(view: CardView, count: int) -> str:
    return sentence("more", view.language, count=str(count))


def _facts(view: CardView) -> str:
    """Write all facts, with shorter values before any is left out."""
    whole = [{"k": f.key, "v": cut(f.value, 120)} for f in view.facts]
    shorter = [[{"k": f.key, "v": _brief(f, limit)} for f in view.facts] for limit in (30, 20, 14)]
    return fit_items([whole, *shorter], {"k": "…", "v": _more(view, len(view.facts))})


def _brief(fact: Fact, limit: int) -> str:
    return cut(fact.brief, 30) if fact.brief else cut(fact.value, limit)


_LEVELS = (40, 16, 8)
"""How many characters each text of a line keeps, until all lines fit."""


def _lines(view: CardView, limit: int) -> Iterator[dict[str, str]]:
    for line in view.lines:
        values = {
            "category": cut(line.category, limit),
            "amount": line.amount,
            "date": line.date,
            "description": cut(line.description, limit),
            "invoice": line.invoice if limit > _LEVELS[-1] else "",
            "seller": cut(line.seller, limit) if limit > _LEVELS[-1] else "",
            "doubt": cut(line.doubt, limit),
        }
        yield {key: value for key, value in values.items() if value}


def _warnings(view: CardView) -> str:
    versions = [[cut(w, limit) for w in view.warnings] for limit in (160, 80, 60)]
    return fit_items(versions, _more(view, len(view.warnings)))


def for_dingtalk_builtin(view: CardView) -> JsonObject:
    """Draw a card on DingTalk's built-in AI-markdown template, for companies without ours.

    A click comes back with the button's id, which is our packed key; a reason is asked in chat.
    """
    buttons = [
        {
            "text": b.text,
            "color": "blue" if b.style == "primary" else "gray",
            "id": pack_key(b.id, b.token),
            "request": True,
        }
        for b in view.actions
    ]
    full: JsonObject = {"order": _ORDER, **({"msgButtons": buttons} if buttons else {})}
    values = {
        "msgTitle": cut_bytes(f"{view.title} · {view.status_text}", MAX_VALUE_BYTES),
        "msgContent": _listed(view, _fact_rows(view)),
        "staticMsgContent": _listed(view, _line_rows(view), _footer(view)),
        "flowStatus": FINISHED,
        "sys_full_json_obj": to_json(full),
    }
    return {"cardParamMap": values}


def _fact_rows(view: CardView) -> Iterator[str]:
    """Warnings first: they must not be what falls off the end."""
    yield f"**{view.status_text}** · {view.number} · {view.total}"
    for warning in view.warnings[:_WARNINGS]:
        yield f"- **{cut(warning, 80)}**"
    if len(view.warnings) > _WARNINGS:
        yield f"- {_more(view, len(view.warnings))}"
    for fact in view.facts:
        if fact.id not in {"number", "total"}:
            yield sentence("row", view.language, key=fact.key, value=cut(fact.value, 100))


def _line_rows(view: CardView) -> Iterator[str]:
    for line in view.lines:
        yield f"- {_line_text(line)}"


def _line_text(line: LineView) -> str:
    parts = (line.category, f"**{line.amount}**", line.date, line.description, line.invoice)
    text = " · ".join(p for p in parts if p)
    return f"{text} ⚠ {line.doubt}" if line.doubt else text


def _footer(view: CardView) -> str:
    text = sentence("details", view.language)
    if view.originals:
        text = sentence("originals", view.language, count=str(view.originals))
    return f"[{text}]({view.link})" if view.link else ""


def _listed(view: CardView, rows: Iterable[str], footer: str = "") -> str:
    """Join markdown rows within a variable; whole rows go from the end, the footer stays."""
    kept = list(rows)
    text = _joined(kept, footer)
    more = f"- {_more(view, len(kept))}"
    while len(text.encode()) > MAX_VALUE_BYTES and kept:
        kept.pop()
        text = _joined([*kept, more], footer)
    return text


def _joined(rows: list[str], footer: str) -> str:
    return "\n".join(rows) + (f"\n\n{footer}" if footer else "")
