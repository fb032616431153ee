"""How much of a run over several accounts is found, by how closely the accounts keep step.

    python -m bench.synchrony_power            # about a minute of one core
    python -m bench.synchrony_power --only jitter --countries 2

Countries come from the generator of the tests (`tests/assess/synchrony/country.py`), with seeds that were first used
here, after the constants of `assess/synchrony` were set. Each country holds honest accounts and a few planted sets that
differ in nothing but chance; a point of a curve is all planted sets of its countries.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.assess.synchrony.country import Country, Shells

from plimsoll.assess.synchrony.find import synchronous_sets

FIRST_SEED = 7_000
"""The tests' seeds are below 1,000; samples are tuned on 2000-2009."""

DAYS, HONEST, SETS = 240, 400, 6
BASE = Shells(count=8, days=60, restarts=10, jitter=2, missing=0.1, extra=0.3)
CURVES: dict[str, tuple[float, ...]] = {
    "jitter": (0, 1, 2, 3),
    "missing": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
    "count": (3, 4, 6, 8, 12, 20),
}


@dataclass
class Point:
    """What was found of all sets planted at one point.

    Attributes:
        found: shells in the found set that holds most of their run.
        most: runs of which at least three quarters were found.
        false_sets: found sets with more strangers than shells of one run.
        strangers: accounts of nobody's run in any found set.
    """

    planted: int = 0
    found: int = 0
    runs: int = 0
    seen: int = 0
    most: int = 0
    false_sets: int = 0
    strangers: int = 0

    def add(self, planted: list[frozenset[str]], sets: list[frozenset[str]]) -> None:
        everyone = frozenset().union(*planted)
        for run in planted:
            best = max((len(run & each) for each in sets), default=0)
            self.planted, self.found, self.runs = self.planted + len(run), self.found + best, self.runs + 1
            self.seen += best > 1
            self.most += 4 * best >= 3 * len(run)
        self.strangers += sum(len(each - everyone) for each in sets)
        self.false_sets += sum(2 * max(len(each & run) for run in planted) < len(each) for each in sets)


def measure(curve: str, value: float, countries: int) -> Point:
    """One point of a curve; the same countries' seeds at every point."""
    point = Point()
    shells = BASE.but(**{curve: int(value) if curve != "missing" else value})
    for seed in range(FIRST_SEED, FIRST_SEED + countries):
        country = Country(DAYS, seed)
        country.honest(HONEST)
        country.outages(0.5)
        planted = [frozenset(country.shells(shells)) for _ in range(SETS)]
        point.add(planted, [frozenset(each.accounts) for each in synchronous_sets(country.levels())])
    return point


def lines(curves: list[str], countries: int) -> Iterator[str]:
    """The table in Markdown, row by row as they come."""
    yield "| Curve | Value | Shells found | Runs seen | Runs found by three quarters | False sets | Strangers |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for curve in curves:
        for value in CURVES[curve]:
            point = measure(curve, value, countries)
            yield (
                f"| {curve} | {value:g} | {100 * point.found // point.planted} % | {point.seen}/{point.runs} | "
                f"{point.most}/{point.runs} | {point.false_sets} | {point.strangers} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted(CURVES), action="append")
    parser.add_argument("--countries", type=int, default=2)
    asked = parser.parse_args()
    started = time.process_time()
    for line in lines(asked.only or list(CURVES), asked.countries):
        print(line, flush=True)
    print(f"\n{time.process_time() - started:.0f} s of CPU")


if __name__ == "__main__":
    main()
