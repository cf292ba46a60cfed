"""Whether systems of accounts let us in: each is asked for a voucher that there is not."""

import asyncio
from collections.abc import Iterable
from datetime import date

from bot.doctor.check import Check, found
from core.errors import AuthFailed, OutsideError, Rejected
from core.outside import System, VoucherPort

PATIENCE_S = 30.0


async def look_at_books(systems: Iterable[System], today: date) -> list[Check]:
    """Ask every system that posts vouchers; nothing there is made or changed."""
    ports = [s for s in systems if isinstance(s, VoucherPort)]
    return list(await asyncio.gather(*(_look_at(port, today) for port in ports)))


async def _look_at(port: VoucherPort, today: date) -> Check:
    name = f"connectors.{port.name}"
    try:
        async with asyncio.timeout(PATIENCE_S):
            await port.find(f"V-XX-{today:%Y%m%d}-0000-0")
    except TimeoutError:
        return found(name, "fail", "messenger_unreachable", error="timeout")
    except OutsideError as error:
        said = str(error.fields.get("text") or error.code)[:200]
        barred = isinstance(error, AuthFailed | Rejected)
        return found(
            name, "fail", "messenger_refused" if barred else "messenger_unreachable", error=said
        )
    finally:
        await port.close()
    return found(name, "ok", "messenger_ok")
