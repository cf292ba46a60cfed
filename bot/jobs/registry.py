"""The scheduled jobs, by the names of their settings in `[schedule]`."""

from bot.jobs.routing import route
from bot.jobs.running import Job
from bot.jobs.scan import overspend_scan

JOBS: tuple[Job, ...] = (
    Job("overspend_scan", overspend_scan),
    Job("routing", route, missed="skip"),
)
