"""The files that leave by the clock."""

from bot.jobs.running import Counts, Office, Run


async def files_out(run: Run, office: Office) -> Counts:
    """Put what is owed and what is to be booked where it is due; gives how many files.

    A run that a crash repeats finishes the batches that were begun; one by hand is for all places.
    """
    put = 0
    for drop in office.files_out:
        if run.asked or drop.is_due(run.slot):
            put += await drop.put()
    return {"files": put}
