"""What each connected system is used for and can do, as its connector declares it."""

from collections.abc import Iterator, Mapping

from bot.doctor.check import Check, found
from core.outside import Capabilities

ABILITIES = ("find", "safe_repeat", "query", "cancel", "decide", "signs_hooks")
"""What may be true of a system, as the connector's guide names it."""


def look_at_systems(
    used: Mapping[str, tuple[str, ...]], known: Mapping[str, Capabilities]
) -> Iterator[Check]:
    """Say it of every system by its table; `used` are the roles that the settings give it."""
    for name, roles in used.items():
        can = known.get(name)
        if can is None:  # files are exchanged by jobs of their own
            yield found(f"connectors.{name}", "ok", "system_ok", roles=", ".join(roles))
            continue
        count, window_s = can.rate
        abilities = [a for a in ABILITIES if getattr(can, a)]
        files = [f"attachments: {can.attachments}"] if can.attachments != "none" else []
        yield found(
            f"connectors.{name}",
            "ok",
            "system_ok",
            kind=can.kind,
            roles=", ".join(roles),
            can=", ".join([*abilities, *files]),
            rate=f"{count}/{window_s:g} s",
            unverified="; ".join(can.unverified),
        )
