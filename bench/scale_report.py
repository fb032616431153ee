"""From what bench.scale measured to its tables: cost by size, growth, targets, and a world of accelerators on paper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

RATIO_LIMIT = 1.5
MEMORY_LIMIT_MB = 2_000
FASTER = 8.0

WORLD_ACCELERATORS = 20_000_000
HOURS = 8_760
PER_MACHINE = 8
"""Accelerators in one machine, where machines report and not accelerators."""

CORE_HOUR = 0.05
GIGABYTE_MONTH = 0.023
"""Assumed prices in US dollars: a core of a rented server by the hour, a gigabyte of object storage by the month."""

SERVER_CORES = 96
SERVER_READS = 2e9
"""Bytes a second that one server reads from object storage."""

SERVER_MEMORY = 768e9

Steps = Mapping[str, Mapping[str, Any]]


def tables(found: Mapping[int, Steps], machine: str) -> dict[str, str]:
    """The tables by the name of their place in the page."""
    return {
        "sizes": f"{_sizes(found, machine)}\n\n{_months(found)}",
        "targets": _targets(found),
        "growth": _growth(found),
        "world": _world(found),
    }


def _figure(step: Mapping[str, Any], name: str) -> float:
    return float(step["figures"][name])


def _baseline(steps: Steps) -> float:
    """The pure SQL of the accounting step and Splink's own time for the linkage."""
    return float(steps["sql"]["wall"]) + _figure(steps["linkage"], "splink_seconds")


def _sizes(found: Mapping[int, Steps], machine: str) -> str:
    lines = [
        f"Wall seconds on two threads unless said otherwise; {machine}.",
        "",
        "| rows | customers | usage MB | assess | peak MB | per million rows | CPU per million rows "  # noqa: ISC004
        "| linkage per thousand customers | SQL alone | Splink alone | multiple of both |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for size, steps in sorted(found.items()):
        rows, records = _figure(steps["generate"], "rows"), _figure(steps["generate"], "records")
        whole = steps["assess"]
        lines.append(
            f"| {rows:,.0f} | {1_000 * size:,} | {_figure(steps['generate'], 'usage_bytes') / 1e6:,.0f} MB "
            f"| {whole['wall']:,.1f} | {whole['peak_mb']:,.0f} | {whole['wall'] / rows * 1e6:.2f} "
            f"| {whole['cpu'] / rows * 1e6:.2f} | {steps['linkage']['wall'] / records * 1e3:.2f} "
            f"| {steps['sql']['wall']:.1f} | {_figure(steps['linkage'], 'splink_seconds'):.1f} "
            f"| {whole['wall'] / _baseline(steps):.2f} |"
        )
    return "\n".join(lines)


def _months(found: Mapping[int, Steps]) -> str:
    lines = [
        "| rows | a year from scratch | eleven months into a lake | the twelfth with it | faster | bytes | lake, MB |",
        "|---:|---:|---:|---:|---:|---|---:|",
    ]
    for _, steps in sorted(found.items()):
        scratch, month = steps["scratch"], steps["month"]
        lines.append(
            f"| {_figure(steps['generate'], 'rows'):,.0f} | {scratch['wall']:,.1f} | {steps['year']['wall']:,.1f} "
            f"| {month['wall']:,.1f} | {scratch['wall'] / month['wall']:.1f} x "
            f"| {'the same' if _agree(scratch, month, 'sha256') else 'DIFFERENT'} | {month['lake_bytes'] / 1e6:,.0f} |"
        )
    return "\n".join(lines)


def _agree(one: Mapping[str, Any], other: Mapping[str, Any], figure: str) -> bool:
    return bool(one["figures"][figure] == other["figures"][figure])


def _targets(found: Mapping[int, Steps]) -> str:
    steps = found[max(found)]
    rows = _figure(steps["generate"], "rows")
    ratio = steps["assess"]["wall"] / _baseline(steps)
    faster = steps["scratch"]["wall"] / steps["month"]["wall"]
    peak = steps["assess"]["peak_mb"]
    checks = [
        (f"at most {RATIO_LIMIT} x the SQL and Splink alone: {ratio:.2f}", ratio <= RATIO_LIMIT),
        (f"under {MEMORY_LIMIT_MB:,} MB: {peak:,.0f} MB", peak < MEMORY_LIMIT_MB),
        (f"a new month at least {FASTER:.0f} x faster: {faster:.1f}", faster >= FASTER),
        ("the same bytes with and without a lake", _agree(steps["scratch"], steps["month"], "sha256")),
        ("SQL and Plimsoll find the same bound", _agree(steps["sql"], steps["assess"], "cap_flop")),
    ]
    told = [f"- {what}: {'met' if met else 'not met'}" for what, met in checks]
    return "\n".join([f"At {rows:,.0f} rows:", "", *told])


def _growth(found: Mapping[int, Steps]) -> str:
    sizes = sorted(found)
    if len(sizes) < 2:
        return "Growth needs two sizes."
    rows = [_figure(found[size]["generate"], "rows") for size in sizes]
    records = [_figure(found[size]["generate"], "records") for size in sizes]
    lines = ["| what | grows as | |", "|---|---|---|"]
    for what, xs, ys in (
        ("assess with records, wall, by rows", rows, [found[size]["assess"]["wall"] for size in sizes]),
        ("assess with records, CPU, by rows", rows, [found[size]["assess"]["cpu"] for size in sizes]),
        ("assess from scratch without records, CPU, by rows", rows, [found[size]["scratch"]["cpu"] for size in sizes]),
        ("SQL alone, CPU, by rows", rows, [found[size]["sql"]["cpu"] for size in sizes]),
        ("linkage, CPU, by customers", records, [found[size]["linkage"]["cpu"] for size in sizes]),
        ("peak memory, by rows", rows, [found[size]["assess"]["peak_mb"] for size in sizes]),
    ):
        power = exponent(xs, ys)
        last = exponent(xs[-2:], ys[-2:])
        lines.append(f"| {what} | size^{power:.2f} over all sizes | size^{last:.2f} between the two largest |")
    return "\n".join(lines)


def exponent(xs: Sequence[float], ys: Sequence[float]) -> float:
    """The slope of the least-squares line through the logarithms: 1 is proportional."""
    logs = [(math.log(x), math.log(max(y, 1e-9))) for x, y in zip(xs, ys, strict=True)]
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def _world(found: Mapping[int, Steps]) -> str:
    """What 20 million accelerators that report hourly need, from the cost of the largest size."""
    steps = found[max(found)]
    rows = _figure(steps["generate"], "rows")
    per_row = _figure(steps["generate"], "usage_bytes") / rows
    lake_row = steps["month"]["lake_bytes"] / rows
    cells_row = steps["month"]["kept"].get("cells.parquet", 0) / rows
    cpu_row = steps["scratch"]["cpu"] / rows
    basis = (
        f"From {rows:,.0f} rows: {per_row:.1f} bytes a row of usage, {lake_row:.1f} in the lake ({cells_row:.1f} of "
        f"them sums), {cpu_row * 1e6:.2f} CPU seconds per million rows. Prices assumed: ${CORE_HOUR} per core-hour, "
        f"${GIGABYTE_MONTH} per GB-month."
    )
    lines = [
        basis,
        "",
        "| | one row per accelerator and hour | one per machine of eight and hour |",
        "|---|---:|---:|",
    ]
    worlds = [WORLD_ACCELERATORS * HOURS / share for share in (1, PER_MACHINE)]

    def line(what: str, values: Sequence[str]) -> None:
        lines.append(f"| {what} | {' | '.join(values)} |")

    line("rows a year", [f"{world:.3g}" for world in worlds])
    line("usage a year", [f"{world * per_row / 1e12:.1f} TB" for world in worlds])
    line("lake a year", [f"{world * lake_row / 1e12:.1f} TB" for world in worlds])
    line("core-hours for a year from scratch", [f"{world * cpu_row / 3600:,.0f}" for world in worlds])
    line("core-hours for one more month", [f"{world / 12 * cpu_row / 3600:,.0f}" for world in worlds])
    line("cores to do a month in a day", [f"{world / 12 * cpu_row / 86_400:,.1f}" for world in worlds])
    line("computing, a year of monthly runs", [f"${world * cpu_row / 3600 * CORE_HOUR:,.0f}" for world in worlds])
    line(
        "keeping a year of usage and lake, a month",
        [f"${world * (per_row + lake_row) / 1e9 * GIGABYTE_MONTH:,.0f}" for world in worlds],
    )
    return "\n".join([*lines, "", _breaks_first(worlds[0], per_row, cells_row, cpu_row, steps)])


def _breaks_first(world: float, per_row: float, cells_row: float, cpu_row: float, steps: Steps) -> str:
    """Which step is the first that one large server cannot do in a day, by the rows at which it ends."""
    day = 86_400.0
    growth_of_cells = 6.0
    limits = {
        f"judging and summing rows on {SERVER_CORES} cores": SERVER_CORES * day / cpu_row,
        f"reading usage at {SERVER_READS / 1e9:.0f} GB a second": SERVER_READS * day / per_row,
        f"adding up the sums within {SERVER_MEMORY / 1e9:.0f} GB of memory (the engine spills beyond)": (
            SERVER_MEMORY / (cells_row * growth_of_cells) if cells_row else math.inf
        ),
    }
    ordered = sorted(limits.items(), key=lambda item: item[1])
    told = "; ".join(f"{what} ends at {rows:.2g} rows a run" for what, rows in ordered)
    verdict = "before" if ordered[0][1] < world else "only beyond"
    return (
        f"On one server with {SERVER_CORES} cores, in one day: {told}. The first to break is {ordered[0][0]}, "
        f"{verdict} the {world:.2g} rows of a world that reports by accelerator."
    )
