"""Switches of notices and quiet hours, one's own."""

from dataclasses import replace

from bot.handlers.work import Work
from bot.texts.preferences import KIND_NAMES, kind_named, row
from core.actions.basics import audit_of
from core.change import Change
from core.errors import Refused
from core.phrases.intents import Notify, Quiet
from core.preferences import ALWAYS, KINDS, OFF, Preferences
from core.quiet import parse_quiet

OFF_WORDS = frozenset({"关", "关闭", "无", "取消", "off", "none", "no"})


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
    if kind in ALWAYS and not command.on:
        raise Refused("notice_always", what=name)
    rest = tuple(k for k in wishes.off if k != kind)
    await _keep(
        work,
        replace(wishes, off=rest if command.on else (*rest, kind)),
        "notice_switched",
        what=name,
        state=row("on" if command.on else "off", language),
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
    text = command.text.replace("至", "-").replace("到", "-").replace("~", "-")
    try:
        hours = parse_quiet(text)
    except ValueError:
        raise Refused("quiet_unclear", text=command.text) from None
    if hours:
        span = f"{hours.begins:%H:%M}-{hours.ends:%H:%M}"
        await _keep(work, replace(wishes, quiet=span), "quiet_set", hours=span)


async def _keep(work: Work, wishes: Preferences, code: str, **fields: str) -> None:
    entry = audit_of(work.cause, "set_notices", work.person.id, off=" ".join(wishes.off))
    said = work.outgoing((work.reply(code, **fields),))
    change = Change(at=work.now, preferences=(wishes,), audit=(entry,), outbox=said)
    await work.commit(change)


def _rows(work: Work, wishes: Preferences) -> list[str]:
    language = work.person.language
    rows = []
    for kind in KINDS:
        state = "off" if kind in wishes.off else "on"
        state = "always" if kind in ALWAYS else state
        rows.append(f"· {KIND_NAMES[kind].plain(language)}: {row(state, language)}")
    hours = wishes.hours(work.rooms.quiet)
    span = f"{hours.begins:%H:%M}-{hours.ends:%H:%M}" if hours else ""
    rows.append(row("quiet", language, hours=span) if hours else row("no_quiet", language))
    return rows
