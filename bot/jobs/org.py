"""The address books, pulled by the schedule and soon after they have changed."""

import structlog

from bot.handlers.directory import sync_directories
from bot.jobs.running import Counts, Office, Run
from core.actions.basics import Cause, outgoing
from core.change import Change
from core.errors import Refused
from core.notices import Say

log = structlog.get_logger(__name__)


async def sync_org(run: Run, office: Office) -> Counts:
    """Pull and join; what is refused as too much is told to the administrators, once a day.

    A run for something that an earlier pull has seen already does nothing.
    """
    directories = office.directories
    seen = directories.covered is not None and run.slot <= directories.covered
    if not directories.ports or (seen and not run.asked):
        return {"changes": 0}
    try:
        synced = await sync_directories(
            office.store, directories, run.now, settings=office.settings
        )
    except Refused as refused:
        await _tell(run, office, refused)
        return {"changes": 0, "held": 1}
    directories.covered = run.now
    for clash in synced.clashes:
        log.info("directory_clash", code=clash.code)
    counts = {"changes": len(synced.lines), "clashes": len(synced.clashes), "moved": synced.moved}
    return dict(counts)


async def _tell(run: Run, office: Office, refused: Refused) -> None:
    company = await office.store.company()
    fields = tuple((k, v) for k, v in refused.fields.items() if isinstance(v, str))
    told = [Say(p.id, refused.code, fields) for p in company.with_role("admin")]
    cause = Cause("system", run.now, f"{refused.code}:{run.today}")
    await office.store.commit(Change(at=run.now, outbox=outgoing(cause, told)))
