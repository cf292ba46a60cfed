"""Submissions a second: the writer's shared transactions beside one for each claim, and pgbench.

Ours commit everything that `core.actions.submission` wants: claim, held money, audit line, notices.
What its rules cost is a figure of its own. Three profiles: every budget alike, a few much more
often than the rest, one budget for everybody.
"""

import asyncio
import random
import re
import statistics
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import count, islice

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.figures import Figure, beside, note
from benchmarks.orm_twin import OrmTwin
from benchmarks.peers import NaivePeer, OrmPeer, Peer
from benchmarks.places import KINDS, database
from bot.clock import utc_now
from bot.heap import settle_heap
from core.actions.basics import Cause, Settings
from core.actions.submission import Surroundings, submit
from core.budget import Balance, Charge, Hold
from core.change import Change, Reserve
from core.claim import Claim, Line, State
from core.company import Company
from storage.open import Storage, open_storage

SECONDS, ROUNDS = 1.0, 3
CLIENTS, LOADS = 32, (32, 64, 512)
"""So many submit at once: as many as pgbench's clients, twice as many, and a company's last day of
the month."""
PROMPT = LOADS[:2]
"""The loads at which nobody may wait long."""
READY = 20_000
"""So many changes are made before a turn, more than it takes in its seconds."""
BUDGETS = 1000
LIMIT = "1000000000.00"
FEN = 100
RULED = 500
BAR_P99_MS = 20.0
MS = 1000

Pick = Callable[[], int]
Job = Callable[[], Awaitable[object]]
PROFILES = ("uniform", "zipf", "one_hot")


def picker(profile: str, seed: int) -> Pick:
    """Choose budgets as a profile says; Zipf's exponent is 1.1."""
    dice = random.Random(seed)
    if profile == "one_hot":
        return lambda: 0
    if profile == "uniform":
        return lambda: dice.randrange(BUDGETS)
    weights = [1 / (rank**1.1) for rank in range(1, BUDGETS + 1)]
    chosen = dice.choices(range(BUDGETS), weights, k=20_000)
    return lambda: dice.choice(chosen)


async def run_postgres() -> AsyncIterator[Figure]:
    """Give the same on PostgreSQL alone."""
    async for figure in run(("postgres",)):
        yield figure


async def run(kinds: Sequence[str] = KINDS) -> AsyncIterator[Figure]:
    """Give submissions a second on each database and profile, in turns with the peers."""
    yield _rules()
    for kind in kinds:
        async with database(kind) as url:
            if url is None:
                continue
            async for figure in _on(url, kind):
                yield figure


async def _on(url: str, kind: str) -> AsyncIterator[Figure]:
    storage = await open_storage(url, utc_now)
    peers: list[Peer] = [NaivePeer(url)]
    if kind == "postgres":
        pattern = submission(_company(1), 0, "TW-pattern")
        twin = OrmTwin(url, lambda number, chosen: renumbered(pattern, number, chosen))
        peers = [twin, OrmPeer(url), *peers]
    try:
        company = await _apply(storage)
        for peer in peers:
            await peer.prepare(BUDGETS)
        pgbench = await PgBench.of(url) if kind == "postgres" else None
        await _analyze(url)
        rates: dict[str, float] = {}
        for profile in PROFILES:
            found = await _measure(storage, company, peers, pgbench, profile)
            rates[profile] = found.ours
            for figure in found.figures(f"ledger.{kind}.{profile}", peers):
                yield figure
        hot = rates["one_hot"]
        yield beside(f"ledger.{kind}.hot_to_uniform", hot, "claims/s", rates["uniform"], "uniform")
    finally:
        await storage.close()
        for peer in peers:
            await peer.close()


class Measured:
    """The rounds of one profile."""

    def __init__(self) -> None:
        self.rates: dict[str | int, list[float]] = {}
        self.p99_ms: dict[int, list[float]] = {}

    def add(self, name: str | int, rate: float) -> None:
        """Keep one round's rate."""
        self.rates.setdefault(name, []).append(rate)

    def add_ours(self, load: int, rate: float, p99_s: float) -> None:
        """Keep one round of ours with so many at once."""
        self.add(load, rate)
        self.p99_ms.setdefault(load, []).append(p99_s * MS)

    def middle(self, name: str | int) -> float:
        """Give the median of the rounds of a peer, or of ours with so many at once."""
        return statistics.median(self.rates[name])

    @property
    def ours(self) -> float:
        """Give our rate with as many clients as pgbench."""
        return self.middle(CLIENTS)

    def figures(self, name: str, peers: Sequence[Peer]) -> list[Figure]:
        """Set our rates beside those of the peers."""
        others = [peer.name for peer in peers] + ([PGBENCH] if PGBENCH in self.rates else [])
        found = [
            beside(
                f"{name}.{load}_clients", self.middle(load), "claims/s", self.middle(other), other
            )
            for other in others
            for load in LOADS
        ]
        for load in PROMPT:
            worst = statistics.median(self.p99_ms[load])
            found.append(beside(f"{name}.{load}_clients.p99", worst, "ms", BAR_P99_MS, "the bar"))
        return found


async def _measure(
    storage: Storage,
    company: Company,
    peers: Sequence[Peer],
    pgbench: "PgBench | None",
    profile: str,
) -> Measured:
    """Let everybody run in turns; the first turn only warms up."""
    found = Measured()
    for turn in range(ROUNDS + 1 if profile == PROFILES[0] else ROUNDS):
        run_name = f"{profile}{turn}"
        job = _submissions(storage, company, picker(profile, turn), run_name)
        ours = {load: await timed_rate(job, load) for load in LOADS}
        theirs = {p.name: await _peer_rate(p, picker(profile, turn)) for p in peers}
        tps = await pgbench.tps() if pgbench else None
        if not turn and profile == PROFILES[0]:
            continue
        for load, (rate, p99_s) in ours.items():
            found.add_ours(load, rate, p99_s)
        for name, (rate, _) in theirs.items():
            found.add(name, rate)
        if tps is not None:
            found.add(PGBENCH, tps)
    return found


async def _peer_rate(peer: Peer, pick: Pick) -> tuple[float, float]:
    """Measure a peer; its connections go then, since a server has not too many of them."""
    found = await timed_rate(peer.job(pick), CLIENTS)
    await peer.close()
    return found


async def timed_rate(job: Job, in_flight: int) -> tuple[float, float]:
    """Give how often a second a job ends, with so many under way, and the 99th percentile in s.

    Every place runs once before the clock starts, so that connections are open.
    """
    await asyncio.gather(*(job() for _ in range(in_flight)))
    times: list[float] = []
    begin = time.perf_counter()

    async def worker() -> None:
        while time.perf_counter() - begin < SECONDS:
            start = time.perf_counter()
            await job()
            times.append(time.perf_counter() - start)

    await asyncio.gather(*(worker() for _ in range(in_flight)))
    spent = time.perf_counter() - begin
    return len(times) / spent, sorted(times)[int(len(times) * 0.99) - 1]


def _rules() -> Figure:
    """Measure what the rules of a submission cost by themselves, without any database."""
    company = _company(1)
    begin = time.perf_counter()
    for i in range(RULED):
        submission(company, 0, f"BX-{i}")
    rate = RULED / (time.perf_counter() - begin)
    return Figure("ledger.rules", round(rate), "claims/s", None, "submit() alone, one core")


async def _apply(storage: Storage) -> Company:
    company = _company(BUDGETS)
    at = utc_now()
    await storage.store.apply_company(company, expected_version=0, at=at, actor="bench")
    return company


def _company(budgets: int) -> Company:
    """Make a company with a project for each budget."""
    return Company.model_validate(
        {
            "people": [
                {"id": "wang", "name": "王芳"},
                {"id": "zhang", "name": "张三", "manager": "wang"},
            ],
            "projects": [{"id": f"p{i}", "name": f"项目{i}"} for i in range(budgets)],
            "categories": [{"id": "taxi", "name": "市内交通", "requires_invoice": False}],
            "budgets": [
                {"id": f"b{i:04}", "project": f"p{i}", "period": "2026", "limit": LIMIT}
                for i in range(budgets)
            ],
            "flows": [{"id": "all", "steps": [{"name": "主管", "approvers": ["manager"]}]}],
        }
    )


def _submissions(storage: Storage, company: Company, pick: Pick, run_name: str) -> Job:
    """Make a job that commits what submitting a claim of one line on a chosen budget wants.

    What the rules say is worked out once; `rules` measures them by themselves. Making the load is
    nobody's work: most changes are ready before the clock runs, and as permanent as what the
    service has in memory when it has started.
    """
    pattern = submission(company, 0, "BX-pattern")
    fresh = (renumbered(pattern, f"BX-{run_name}-{i}", pick()) for i in count())
    ready = deque(islice(fresh, READY))
    settle_heap()

    async def one() -> None:
        await storage.store.commit(ready.popleft() if ready else next(fresh))

    return one


def submission(company: Company, chosen: int, number: str) -> Change:
    """Submit a claim of one line on a budget."""
    now, today = utc_now(), date(2026, 11, 25)
    claim = Claim(
        number=number,
        company="",
        kind="reimbursement",
        state=State.DRAFT,
        employee="zhang",
        department="root",
        created_at=now,
        project=f"p{chosen}",
        lines=(Line("taxi", FEN, today, "去客户现场"),),
    )
    balances = tuple(Balance(b) for b in company.budgets if b.project == claim.project)
    around = Surroundings(company, today, (), balances, {}, Settings())
    return submit(claim, around, Cause("zhang", now, f"m:{number}"))


def renumbered(pattern: Change, number: str, chosen: int) -> Change:
    """Give the same change for another claim, on another budget."""
    claim = replace(pattern.claims[0], number=number, held=((f"b{chosen:04}", FEN),))
    hold = Hold(claim.hold, number, (Charge(f"b{chosen:04}", FEN),))
    lines = (replace(line, subject=number, source=f"m:{number}") for line in pattern.audit)
    told = (replace(o, key=f"m:{number}#{i}") for i, o in enumerate(pattern.outbox))
    return replace(
        pattern, claims=(claim,), moves=(Reserve(hold),), audit=tuple(lines), outbox=tuple(told)
    )


PGBENCH = f"pgbench TPC-B-like, {CLIENTS} clients"


class PgBench:
    """PostgreSQL's own benchmark on the same server."""

    def __init__(self, arguments: list[str]) -> None:
        self._arguments = arguments

    @classmethod
    async def of(cls, url: str) -> "PgBench | None":
        """Fill its tables in the same database; None (and a note) where it is not installed."""
        place = make_url(url)
        made = cls(
            [
                f"--host={place.host}",
                f"--port={place.port or 5432}",
                f"--username={place.username}",
                str(place.database),
            ]
        )
        try:
            await made._run("--initialize", "--quiet", f"--scale={CLIENTS}")
        except FileNotFoundError:
            note("no pgbench here, left out")
            return None
        return made

    async def tps(self) -> float:
        """Give its transactions a second."""
        said = await self._run(
            f"--client={CLIENTS}", "--jobs=2", f"--time={int(SECONDS)}", "--no-vacuum"
        )
        found = re.search(r"tps = ([\d.]+)", said)
        if not found:
            raise ValueError(f"pgbench said no figure: {said[-200:]}")
        return float(found[1])

    async def _run(self, *options: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "pgbench",
            *options,
            *self._arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return said.decode(errors="replace")


async def _analyze(url: str) -> None:
    """Do what PostgreSQL does by itself within a minute: count what is in the tables."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("ANALYZE"))
    await engine.dispose()
