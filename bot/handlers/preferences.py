"""Switches of notices and quiet hours, one's own."""

from dataclasses import replace
from datetime import time

from bot.handlers.work import Work
from bot.texts.preferences import KIND_HINTS, KIND_NAMES, kind_named, row, switch_text
from core.actions.basics import audit_of
from core.change import Change
from core.errors import Refused
from core.phrases.intents import Notify, Quiet
from core.preferences import ALWAYS, KINDS, OFF, Preferences
from core.quiet import QuietHours, read_quiet

OFF_WORDS = frozenset({"关", "关闭", "关掉", "无", "取消", "结束", "off", "none", "no"})
ON_WORDS = frozenset({"开", "开启", "打开", "on"})
NIGHT = QuietHours(time(22), time(8))
"""What 免打扰 开 means where the company has no hours of its own."""


async def on_notify(command: Notify, work: Work) -> None:
    """Show which notices come, or switch one kind on or off."""
    wishes = await work.store.preferences(work.person.id)
    if command.on is None:
        await work.answer("notices", rows="\n".join(_rows(work, wishes)))
        return
    kind = kind_named(command.what)
    if kind is None:
        raise Refused("notice_unknown", what=command.what)
    language = work.person.language
    name = KIND_NAMES[kind].plain(language)
    state = switch_text(on=command.on, language=language)
    if kind in ALWAYS and not command.on:
        raise Refused("notice_always", what=name)
    rest = tuple(k for k in wishes.off if k != kind)
    await _keep(
        work,
        replace(wishes, off=rest if command.on else (*rest, kind)),
        "notice_switched",
        what=name,
        state=state,
    )


async def on_quiet(command: Quiet, work: Work) -> None:
    """Set one's own quiet hours, or end them."""
    wishes = await work.store.preferences(work.person.id)
    if not command.text:
        await work.answer("notices", rows="\n".join(_rows(work, wishes)))
        return
    if command.text.lower() in OFF_WORDS:
        await _keep(work, replace(wishes, quiet=OFF), "quiet_off")
        return
    hours = _hours(command.text, work)
    own = None if hours == work.rooms.quiet else _span(hours)
    await _keep(work, replace(wishes, quiet=own), "quiet_set", hours=_span(hours))


def _hours(text: str, work: Work) -> QuietHours:
    """Read the hours; a bare 开 means those of the company, or the night."""
    if text.lower() in ON_WORDS:
        return work.rooms.quiet or NIGHT
    try:
        return read_quiet(text)
    except ValueError:
        raise Refused("quiet_unclear", text=text) from None


def _span(hours: QuietHours) -> str:
    return f"{hours.begins:%H:%M}-{hours.ends:%H:%M}"


async def _keep(work: Work, wishes: Preferences, code: str, **fields: str) -> None:
    entry = audit_of(work.cause, "set_notices", work.person.id, off=" ".join(wishes.off))
    said = work.outgoing((work.reply(code, **fields),))
    change = Change(at=work.now, preferences=(wishes,), audit=(entry,), outbox=said)
    await work.commit(change)


def _rows(work: Work, wishes: Preferences) -> list[str]:
    language = work.person.language
    rows = []
    for kind in KINDS:
        state = switch_text(on=kind not in wishes.off, language=language, always=kind in ALWAYS)
        name, about = KIND_NAMES[kind].plain(language), KIND_HINTS[kind].plain(language)
        rows.append(row("switch", language, name=name, state=state, about=about))
    hours = wishes.hours(work.rooms.quiet)
    rows.append(row("quiet", language, hours=_span(hours)) if hours else row("no_quiet", language))
    return rows
