"""Fields read right from rendered photos, by kind and level; silently wrong ones apart.

`python -m benchmarks.accuracy [--seeds A-B] [--kinds …] [--levels …] [--misses]` prints a table.
The suite itself reads the held-out seeds, which nobody looks at while working on recognition.
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field

from benchmarks.figures import Figure, beside, median, note
from benchmarks.plain_reader import PlainReader
from benchmarks.render import KINDS, LEVELS, NOT_VOUCHERS, Sheet, draw, photograph
from benchmarks.render.chance import Chance
from core.invoice import Reading, to_json
from recognition.ocr import Engine, RapidEngine
from recognition.reading import read_file
from recognition.texts import reason

FIELDS = (
    "kind", "code", "number", "date", "amount", "tax", "total", "buyer", "buyer_taxid", "seller",
    "seller_taxid", "check_code",
)  # fmt: skip
HELD_OUT = range(881_203, 881_206)
"""Seeds of the published figures; once looked at, others take their place."""
WORK = range(100, 103)
"""Seeds to work with."""


@dataclass(slots=True)
class Score:
    """What became of the fields that are printed on some photos."""

    right: int = 0
    printed: int = 0
    silent: Counter[str] = field(default_factory=Counter)
    told: int = 0
    """Wrong or missing, with a finding that names the field or a better picture asked for."""
    misses: list[str] = field(default_factory=list)

    @property
    def sound(self) -> float:
        """Right, or told to be in doubt, of those printed."""
        return (self.right + self.told) / self.printed if self.printed else 1.0

    @property
    def share(self) -> float:
        """Right of those printed."""
        return self.right / self.printed if self.printed else 1.0


def photo(sheet: Sheet, level: str, seed: int) -> bytes:
    """Photograph a sheet by its own seed."""
    return photograph([sheet.image], level, Chance(f"{sheet.name}-{level}-{seed}"))


def judge(score: Score, readings: Iterable[Reading], sheet: Sheet, where: str) -> None:
    """Compare the first reading with what is printed."""
    reading = next(iter(readings))
    answer = to_json(reading) if reading.ok else {}
    named = {name for f in reading.findings for name in f.fields}
    if reading.reason == reason("too_coarse"):
        named.update(FIELDS)
    for name in FIELDS:
        truth, got = sheet.truth.get(name), answer.get(name)
        score.printed += truth is not None
        if got == truth:
            score.right += truth is not None
            continue
        score.misses.append(
            f"{where} {name}: {truth!r} read {got!r}{'' if name in named else ' !'}"
        )
        if got is not None and name not in named:
            score.silent[name] += 1
        else:
            score.told += truth is not None and name in named


def measure(
    engine: Engine, seeds: Iterable[int], kinds: Iterable[str], levels: Iterable[str]
) -> Iterator[tuple[str, str, Score, list[float]]]:
    """Read every kind at every level; gives kind, level, score and seconds a photo."""
    seeds = list(seeds)
    for kind in kinds:
        sheets = [(seed, draw(kind, seed)) for seed in seeds]
        for level in levels:
            score, times = Score(), list[float]()
            for seed, sheet in sheets:
                data = photo(sheet, level, seed)
                begin = time.perf_counter()
                readings = read_file("photo.jpg", data, engine).readings
                times.append(time.perf_counter() - begin)
                judge(score, readings, sheet, f"{kind} {level} {seed}")
            yield kind, level, score, times


def refused(
    engine: Engine, seeds: Iterable[int], levels: Iterable[str]
) -> Iterator[tuple[str, bool]]:
    """Read what is no voucher; gives which and whether it was refused with a reason."""
    levels = list(levels)
    for seed in seeds:
        for name in NOT_VOUCHERS:
            for level in levels:
                data = photo(draw(name, seed), level, seed)
                readings = read_file("photo.jpg", data, engine).readings
                wrong = [f"{r.kind} {r.number} {r.total_fen}" for r in readings if r.ok]
                yield f"{name} {level} {seed} {wrong}", not wrong


async def run() -> AsyncIterator[Figure]:
    """Give the figures of the suite beside the same OCR with regular expressions."""
    engine, plain = RapidEngine(), PlainReader()
    ours: dict[str, list[Score]] = defaultdict(list)
    peers: dict[str, Score] = {level: Score() for level in LEVELS}
    seconds: list[float] = []
    for kind, level, score, times in measure(engine, HELD_OUT, KINDS, LEVELS):
        ours[level].append(score)
        seconds += times
        note(f"{kind} {level}: {score.right}/{score.printed}, silent {dict(score.silent)}")
        for seed in HELD_OUT:
            sheet = draw(kind, seed)
            judge(peers[level], [plain.read(photo(sheet, level, seed))], sheet, kind)
    for level, scores in ours.items():
        share = sum(s.right for s in scores) / sum(s.printed for s in scores)
        yield beside(f"recognise.fields.{level}", share * 100, "%", peers[level].share * 100, _PEER)
        sound = sum(s.right + s.told for s in scores) / sum(s.printed for s in scores)
        theirs = peers[level].sound * 100
        yield beside(f"recognise.right_or_told.{level}", sound * 100, "%", theirs, _PEER)
        totals = sum(s.silent["total"] for s in scores)
        wrong = peers[level].silent["total"]
        yield beside(f"recognise.silently_wrong_totals.{level}", totals, "totals", wrong, _PEER)
        silent, others = (
            sum(sum(s.silent.values()) for s in scores),
            sum(peers[level].silent.values()),
        )
        yield beside(f"recognise.silently_wrong.{level}", silent, "fields", others, _PEER)
    answers = [ok for _, ok in refused(engine, HELD_OUT, LEVELS)]
    yield Figure("recognise.not_vouchers_refused", 100 * sum(answers) / len(answers), "%", None, "")
    yield Figure("recognise.photo_median", round(median(seconds), 2), "s", None, "the bar of 2 s")


_PEER = "rapidocr with regular expressions"


def main() -> None:
    """Print a table for those who work on recognition."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default=f"{WORK.start}-{WORK.stop - 1}")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--levels", default=",".join(LEVELS))
    parser.add_argument("--misses", action="store_true")
    args = parser.parse_args()
    first, _, last = args.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    table(RapidEngine(), seeds, args.kinds.split(","), args.levels.split(","), misses=args.misses)


def table(
    engine: Engine, seeds: Iterable[int], kinds: list[str], levels: list[str], *, misses: bool
) -> None:
    """Print one line a kind and level, and all misses if wanted."""
    sums: dict[str, Score] = {level: Score() for level in levels}
    for kind, level, score, times in measure(engine, seeds, kinds, levels):
        silent = dict(score.silent) or ""
        print(
            f"{kind:16}{level:8}{score.right:4}/{score.printed:<4} {median(times):5.2f} s  {silent}"
        )
        for miss in score.misses if misses else ():
            print("   ", miss)
        sums[level].right += score.right
        sums[level].printed += score.printed
        sums[level].told += score.told
        sums[level].silent += score.silent
    for level, score in sums.items():
        right, sound = f"{score.share:.2%}", f"{score.sound:.2%}"
        print(f"{level}: {right} of {score.printed}, {sound} right or told, {dict(score.silent)}")
    for what, ok in refused(engine, seeds, levels):
        if not ok:
            print("read as a voucher:", what)


if __name__ == "__main__":
    main()
