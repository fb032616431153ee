"""Runs the benchmarks and prints the tables of docs/reference/benchmarks.md.

    python -m bench.run                          everything
    python -m bench.run accounting --rows 2000000 --rounds 5
    python -m bench.run law
    python -m bench.run record
    python -m bench.run --write                  and puts the tables into the page

Times are medians over rounds in which the contenders take turns, each in a process of its own. Ratios are what to look
at: they hold on other machines, seconds do not.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench import law, ledger_log, ledger_merkle
from bench.measure import Contender, Result, compete
from bench.page import machine, put, table
from bench.workload import CUSTOMERS, generate, skus

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "benchmarks.md"
WORK = Path(__file__).resolve().parent / "work"
OURS = "Plimsoll"
SQL_LIMIT = 1.35
MEMORY_LIMIT_MB = 1_500
_CONTENDERS = (
    Contender(OURS, "accounting_plimsoll"),
    Contender("DuckDB SQL by hand, the whole task", "accounting_sql", ("whole",)),
    Contender("Polars streaming, the whole task", "accounting_polars", ("whole",)),
    Contender("DuckDB SQL by hand, only the sums", "accounting_sql"),
    Contender("Polars streaming, only the sums", "accounting_polars"),
)


def main() -> None:
    """Reads the command line, runs what it asks for, prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("accounting", "law", "record", "all"), default="all")
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/reference/benchmarks.md")
    options = parser.parse_args()
    tables = {}
    if options.what in ("accounting", "all"):
        tables["accounting"] = accounting(options.rows, options.rounds)
    if options.what in ("law", "all"):
        tables["law"] = table(law.figures())
    if options.what in ("record", "all"):
        tables["record"] = f"{machine()}.\n\n{table([*ledger_merkle.figures(), *ledger_log.figures()])}"
    for name, content in tables.items():
        print(f"\n{content}")
        if options.write:
            put(PAGE, name, content)


def accounting(rows: int, rounds: int) -> str:
    """The accounting table: seconds, memory, and how many times as long as Plimsoll each contender takes."""
    folder = WORK / f"accounting-{rows}"
    generate(folder, rows)
    results = compete(_CONTENDERS, [str(folder)], rounds)
    ours = results[0]
    size = f"{rows:,} rows, {CUSTOMERS:,} customers, {len(skus())} SKUs, one year of hours"
    found = f"{int(ours.figures['cells']):,} daily cells, {int(ours.figures['account_days']):,} account-days"
    same = f"All contenders found the same {len(ours.figures)} figures, digit for digit"
    lines = [
        f"{size}; {found}, eight windows each. {same}. Median of {rounds}; {machine()}.",
        "",
        "| contender | wall s | CPU s | peak MB | Plimsoll, multiple of its wall time | of its CPU time |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {each.name} | {each.wall:.1f} | {each.cpu:.1f} | {each.peak_mb:,.0f} "
        f"| {ours.wall / each.wall:.2f} | {ours.cpu / each.cpu:.2f} |"
        for each in results
    ]
    return "\n".join([*lines, "", *_verdicts(results)])


def _verdicts(results: list[Result]) -> list[str]:
    ours, sql, polars, sums_sql, sums_polars = results
    checks = [
        (f"at most {SQL_LIMIT} x the SQL by hand", ours.wall <= SQL_LIMIT * sql.wall),
        (f"at most {SQL_LIMIT} x the SQL by hand that only makes the sums", ours.wall <= SQL_LIMIT * sums_sql.wall),
        ("faster than Polars", ours.wall < polars.wall),
        ("faster than Polars that only makes the sums", ours.wall < sums_polars.wall),
        (f"peak memory under {MEMORY_LIMIT_MB:,} MB", ours.peak_mb < MEMORY_LIMIT_MB),
    ]
    return [f"- {what}: {'met' if met else 'not met'}" for what, met in checks]


if __name__ == "__main__":
    main()
