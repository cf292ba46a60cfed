"""Quiet hours: what is not urgent waits for the morning."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` to `ends` on the clock, over midnight where `ends` comes first."""

    begins: time
    ends: time

    def over(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Give the moment at which the quiet hours around `now` end; None outside of them."""
        local = now.astimezone(zone)
        clock = local.time()
        overnight = self.ends < self.begins
        inside = (
            clock >= self.begins or clock < self.ends
            if overnight
            else self.begins <= clock < self.ends
        )
        if not inside:
            return None
        late = overnight and clock >= self.begins
        day = local.date() + timedelta(days=1 if late else 0)
        return datetime.combine(day, self.ends, zone)


def parse_quiet(text: str) -> QuietHours | None:
    """Read `22:00-08:00`; None for an empty text, ValueError for anything else."""
    if not text.strip():
        return None
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError('quiet hours are written like "22:00-08:00"')
    from_h, from_m, to_h, to_m = map(int, found.groups())
    begins, ends = time(from_h, from_m), time(to_h, to_m)
    if begins == ends:
        raise ValueError("quiet hours begin and end at different times")
    return QuietHours(begins, ends)
