"""The files that leave by the clock."""

from bot.jobs.running import Counts, Office, Run
from core.errors import OutsideError


async def files_out(run: Run, office: Office) -> Counts:
    """Put what is owed and what is to be booked where it is due; gives how many files.

    A place that fails stops no other, and then the run. A run that a crash repeats finishes the
    batches that were begun; one by hand is for all places.
    """
    put, failed = 0, None
    for drop in office.files_out:
        if run.asked or drop.is_due(run.slot):
            try:
                put += await drop.put()
            except (OSError, OutsideError) as error:
                failed = error
    if failed:
        raise failed
    return {"files": put}
