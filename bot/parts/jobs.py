"""The scheduled jobs: what they may touch, and when they are due."""

from collections.abc import Sequence

from bot.handlers.directory import Directories
from bot.jobs.asking import Asking
from bot.jobs.calls.desk import Outlet
from bot.jobs.registry import JOBS
from bot.jobs.running import Office, Runner
from bot.jobs.schedule import Schedule, build_schedule
from bot.parts.outgoing import dropped_at, files_out_of
from bot.parts.rules import public_url, settings_of
from bot.settings import Config
from core.calendar import WorkCalendar
from core.ports import Clock
from storage.open import Storage


def build_runner(
    config: Config,
    storage: Storage,
    clock: Clock,
    directories: Directories | None = None,
    outlets: Sequence[Outlet] = (),
) -> Runner:
    """Build what carries jobs out; `outlets` are the systems that a comparison asks."""
    office = Office(
        store=storage.store,
        watches=storage.watches,
        spending=storage.spending,
        settings=settings_of(config),
        zone=config.zone,
        public_url=public_url(config),
        clock=clock,
        directories=directories or Directories(),
        links=storage.links,
        files_out=files_out_of(config, storage, clock),
        ask=lambda: Asking({outlet.name: outlet for outlet in outlets}),
    )
    return Runner(JOBS, office, storage.slots)


def build_timetable(config: Config, storage: Storage, clock: Clock) -> Schedule:
    """Build what begins the slots of jobs as the settings have them."""
    crons = {
        "overspend_scan": config.schedule.overspend_scan,
        "digest": config.schedule.digest,
        "reminders": config.schedule.reminders,
        "monthly": config.schedule.monthly,
        "routing": config.schedule.routing,
    }
    dropped = dropped_at(config)
    if dropped:
        crons["files_out"] = dropped
    if config.schedule.reconcile:
        crons["reconcile"] = config.schedule.reconcile
    if config.schedule.sync_org:
        crons["sync_org"] = config.schedule.sync_org

    async def calendar() -> WorkCalendar:
        return (await storage.store.company()).calendar.in_zone(config.zone)

    return build_schedule(
        JOBS,
        crons,
        slots=storage.slots,
        clock=clock,
        zone=config.zone,
        calendar=calendar,
        working=config.schedule.working_days,
    )
