"""Liveness, readiness and metrics."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import generate_latest

from bot.events import ChannelName
from bot.port import Channel
from core.ports import Clock, Inbox
from core.schedule import Slots


class Metrics:
    """What Prometheus may know; one registry a service, none global."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._accepted = Counter(
            "chit_inbound_total",
            "Messages made durable",
            ["channel", "kind", "new"],
            registry=self.registry,
        )
        self._refused = Counter(
            "chit_inbound_refused_total",
            "Inbound bytes that were refused",
            ["channel", "reason"],
            registry=self.registry,
        )
        self.oldest_s = Gauge(
            "chit_inbox_oldest_seconds", "Age of the oldest waiting message", registry=self.registry
        )
        self.connected = Gauge(
            "chit_channel_connected",
            "Whether a channel can receive",
            ["channel"],
            registry=self.registry,
        )
        self.last_run = Gauge(
            "chit_job_last_run_timestamp_seconds",
            "When the last run of a scheduled job ended",
            ["job"],
            registry=self.registry,
        )

    def accepted(self, channel: str, kind: str, *, new: bool) -> None:
        """Count a message that was made durable, or was there already."""
        self._accepted.labels(channel, kind, "yes" if new else "no").inc()

    def refuse(self, channel: str) -> Callable[[str], None]:
        """Give the counter of what a channel refuses, by reason."""
        return lambda reason: self._refused.labels(channel, reason).inc()


@dataclass(frozen=True, slots=True)
class Health:
    """Answers whether the process lives and whether it can serve."""

    ping: Callable[[], Awaitable[bool]]
    inbox: Inbox
    channels: Mapping[ChannelName, Channel]
    metrics: Metrics
    clock: Clock
    slots: Slots

    def routes(self) -> list[web.RouteDef]:
        """Give the three routes."""
        return [
            web.get("/healthz", self.healthz),
            web.get("/readyz", self.readyz),
            web.get("/metrics", self.scrape),
        ]

    async def healthz(self, _: web.Request) -> web.Response:
        """Say that the process lives."""
        return web.json_response({"status": "ok"})

    async def readyz(self, _: web.Request) -> web.Response:
        """Say whether the database answers and every enabled channel is connected."""
        database = await self.ping()
        channels = {name: channel.connected() for name, channel in self.channels.items()}
        ready = database and all(channels.values())
        age = await self._oldest_s() if database else 0.0
        return web.json_response(
            {
                "status": "ok" if ready else "degraded",
                "database": "ok" if database else "down",
                "channels": {n: "ok" if up else "down" for n, up in channels.items()},
                "inbox_oldest_seconds": age,
            },
            status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
        )

    async def _oldest_s(self) -> float:
        oldest = await self.inbox.oldest_waiting()
        return max(0.0, round((self.clock() - oldest).total_seconds(), 3)) if oldest else 0.0

    async def scrape(self, _: web.Request) -> web.Response:
        """Give the metrics in Prometheus' text form."""
        self.metrics.oldest_s.set(await self._oldest_s())
        for name, channel in self.channels.items():
            self.metrics.connected.labels(name).set(channel.connected())
        for run in await self.slots.latest():
            self.metrics.last_run.labels(run.job).set(run.finished_at.timestamp())
        return web.Response(
            body=generate_latest(self.metrics.registry),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )
