"""The scheduled jobs, by the names of their settings in `[schedule]`."""

from datetime import timedelta

from bot.jobs.digest import digest
from bot.jobs.files_out import files_out
from bot.jobs.monthly import monthly
from bot.jobs.org import sync_org
from bot.jobs.reconciliation import reconcile
from bot.jobs.reminders import reminders
from bot.jobs.routing import route
from bot.jobs.running import Job
from bot.jobs.scan import overspend_scan

JOBS: tuple[Job, ...] = (
    Job("overspend_scan", overspend_scan),
    Job("reminders", reminders),
    Job("digest", digest),
    Job("monthly", monthly, within=timedelta(days=20)),
    Job("routing", route, missed="skip"),
    Job("sync_org", sync_org),
    Job("reconcile", reconcile),
    Job("files_out", files_out),
)
