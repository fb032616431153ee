"""The tables of docs/reference/truth.md, out of what every seed gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import exp, lgamma, log, log1p
from typing import Any

Seed = dict[str, Any]
_SPLITS = ("split-accounts", "split-providers", "shells-shared", "shells-synchronised", "duty-cycled")
_SIZES = ((2, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 20))
_REQUIRED = {
    "split-accounts": 0.98, "split-providers": 0.98, "shells-shared": 0.98, "shells-synchronised": 0.90,
    "just-below": 0.95, "under-declared": 0.95,
}  # fmt: skip
FALSE_PER_10_000 = 1
"""At most so many false `split-run` findings per 10,000 honest customers."""


def interval(hits: int, of: int) -> tuple[float, float]:
    """The exact 95 % interval of a share (Clopper and Pearson, Biometrika 26, 1934): binomial tails of 2.5 % each."""
    if of == 0:
        return 0.0, 1.0
    low = 0.0 if hits == 0 else _solved(lambda p: _at_least(hits, of, p), 0.025)
    high = 1.0 if hits == of else _solved(lambda p: 1 - _at_least(hits + 1, of, p), 0.025, falling=True)
    return low, high


def _at_least(hits: int, of: int, p: float) -> float:
    """The probability of `hits` or more; the shorter of the two tails is added up."""
    if 2 * hits > of:
        return min(1.0, sum(_exactly(k, of, p) for k in range(hits, of + 1)))
    return max(0.0, 1 - sum(_exactly(k, of, p) for k in range(hits)))


def _exactly(hits: int, of: int, p: float) -> float:
    ways = lgamma(of + 1) - lgamma(hits + 1) - lgamma(of - hits + 1)
    return exp(ways + hits * log(p) + (of - hits) * log1p(-p))


def _solved(tail: Callable[[float], float], target: float, *, falling: bool = False) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if (tail(middle) < target) != falling:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _share(hits: int, of: int) -> str:
    low, high = interval(hits, of)
    return f"{hits / of:.4f} ({low:.3f} to {high:.3f})" if of else "none planted"


def _cases(seeds: Iterable[Seed]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for seed in seeds:
        for case in seed["cases"]:
            found.setdefault(case["tactic"], []).append(case)
    return found


def tactics(seeds: Sequence[Seed]) -> str:
    """Recall per tactic; precision of the finding that it must give."""
    lines = [
        "| tactic | planted | expected finding | recall (95 %) | required | severity right | named | precision |",
        "|---|---:|---|---|---:|---:|---:|---|",
    ]
    for tactic, cases in _cases(seeds).items():
        evasive = [case for case in cases if case["expected"] and case["expected"][0] != "double-report"]
        if not evasive:
            continue
        hits = sum(case["found"] for case in evasive)
        severe = sum(case["severity"] == case["expected"][1] for case in evasive)
        named = sum(case["named"] for case in evasive)
        codes = sorted({case["expected"][0] for case in evasive})
        required = _REQUIRED.get(tactic)
        mark = "" if required is None else f"{required:.2f}, {'met' if hits >= required * len(evasive) else 'not met'}"
        said = ", ".join(f"`{code}`" for code in codes)
        lines.append(
            f"| `{tactic}` | {len(evasive)} | {said} | {_share(hits, len(evasive))} | {mark} "
            f"| {severe}/{len(evasive)} | {named}/{len(evasive)} | {_precision(seeds, codes[-1])} |"
        )
    return "\n".join(lines)


def _precision(seeds: Sequence[Seed], code: str) -> str:
    if code not in seeds[0]["right"]:
        return "not scored"
    right = sum(seed["right"][code] for seed in seeds)
    return _share(right, right + sum(len(seed["false"][code]) for seed in seeds))


def honest(seeds: Sequence[Seed]) -> str:
    """How many honest hard cases are accused, and of what; false split runs among all honest customers."""
    lines = ["| honest case | planted | not accused (95 %) | accused of |", "|---|---:|---|---|"]
    for tactic, cases in _cases(seeds).items():
        quiet = [case for case in cases if case["expected"] is None]
        double = [case for case in cases if case["expected"] and case["expected"][0] == "double-report"]
        if quiet:
            clean = sum(not case["accused"] for case in quiet)
            codes = sorted({code for case in quiet for code in case["accused"]})
            said = ", ".join(f"`{code}` {sum(code in case['accused'] for case in quiet)}" for code in codes)
            lines.append(f"| `{tactic}` | {len(quiet)} | {_share(clean, len(quiet))} | {said or 'nothing'} |")
        if double:
            hits = sum(case["found"] for case in double)
            lines.append(f"| `{tactic}` whose host reports too | {len(double)} | `double-report` given: {hits} | |")
    customers = sum(seed["customers"] for seed in seeds)
    false = sum(len(seed["false"]["split-run"]) for seed in seeds)
    rate = false * 10_000 / customers
    high = interval(false, customers)[1] * 10_000
    verdict = "met" if rate <= FALSE_PER_10_000 else "not met"
    lines += ["", f"False `split-run` findings: {false} among {customers:,} honest customers, {rate:.3f} per 10,000"]
    lines[-1] += f" (95 %: at most {high:.3f}); at most {FALSE_PER_10_000} required: {verdict}."
    others = {code: sum(len(seed["false"][code]) for seed in seeds) for code in seeds[0]["false"]}
    lines.append("False findings of every accusing code: " + ", ".join(f"`{c}` {n}" for c, n in others.items()) + ".")
    return "\n".join(lines)


def members(seeds: Sequence[Seed]) -> str:
    """Recall against the number of accounts that a run is split over."""
    head = " | ".join(f"{low} to {high}" for low, high in _SIZES)
    lines = [f"| recall by number of accounts | {head} |", "|---|" + "---:|" * len(_SIZES)]
    by_tactic = _cases(seeds)
    for tactic in _SPLITS:
        parts = []
        for low, high in _SIZES:
            cases = [case for case in by_tactic.get(tactic, ()) if low <= case["accounts"] <= high]
            parts.append(f"{sum(c['found'] for c in cases) / len(cases):.3f} of {len(cases)}" if cases else "none")
        lines.append(f"| `{tactic}` | {' | '.join(parts)} |")
    return "\n".join(lines)


def gaps(seeds: Sequence[Seed]) -> str:
    """Recall and false accusations against the share of fields that records lack."""
    levels = sorted({seed["gaps"] for seed in seeds})
    shown = ("split-accounts", "split-providers", "shells-shared", "shells-synchronised", "behind-reseller")
    lines = [
        "| fields missing | " + " | ".join(f"`{tactic}`" for tactic in shown) + " | false `split-run` per 10,000 |",
        "|---:|" + "---:|" * (len(shown) + 1),
    ]
    for level in levels:
        at = [seed for seed in seeds if seed["gaps"] == level]
        by_tactic = _cases(at)
        parts = []
        for tactic in shown:
            cases = by_tactic.get(tactic, [])
            parts.append(f"{sum(c['found'] for c in cases) / len(cases):.3f} of {len(cases)}" if cases else "none")
        false = sum(len(seed["false"]["split-run"]) for seed in at) * 10_000 / sum(seed["customers"] for seed in at)
        lines.append(f"| {level / 10:.0f} % | {' | '.join(parts)} | {false:.3f} |")
    return "\n".join(lines)
