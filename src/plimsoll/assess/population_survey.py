"""One survey of a population: who stands where around every line, and whose own figures contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

from plimsoll.assess.population import LineCount, count_lines
from plimsoll.assess.population_read import Population
from plimsoll.assess.utilisation import Consistency, Discrepancy, check_claims
from plimsoll.compute.catalogue import Catalogue
from plimsoll.kernel.flop import flop_text
from plimsoll.rulebook.law import Rulebook


@dataclass(frozen=True, slots=True)
class Survey:
    """The outcome, with everything that a replay needs.

    Attributes:
        margin: half-width of every figure's interval, as a fraction of it.
        as_of: the day whose law counts.
        known: the day whose knowledge of the law counts.
    """

    population: Population
    lines: tuple[LineCount, ...]
    consistency: Consistency
    rulebooks: tuple[Rulebook, ...]
    margin: Fraction
    as_of: date
    known: date


def survey(
    population: Population,
    rulebooks: Sequence[Rulebook],
    catalogue: Catalogue,
    *,
    margin: Fraction,
    as_of: date,
    known: date,
) -> Survey:
    """Counts the population around every compute line of the rulebooks and checks its claims about hardware."""
    counted = [
        count_lines(population.compute, population.finetune_compute, book, book.lines(as_of, known), margin)
        for book in rulebooks
    ]
    return Survey(
        population,
        tuple(chain.from_iterable(counted)),
        check_claims(population.claims, catalogue),
        tuple(rulebooks),
        margin,
        as_of,
        known,
    )


def as_json(found: Survey, path: str) -> dict[str, Any]:
    """The survey as JSON values: amounts of compute as decimal strings, ratios as decimal strings of four figures."""
    population, consistency = found.population, found.consistency
    return {
        "rows": population.rows,
        "known_compute": population.compute.known,
        "unknown_compute": population.compute.unknown,
        "margin": decimal_text(found.margin, _EXACT),
        "as_of": str(found.as_of),
        "known": str(found.known),
        "source": {"path": path, "sha256": population.sha256, "rows": population.rows},
        "rulebooks": [{"id": book.id, "version": book.version, "digest": book.digest} for book in found.rulebooks],
        "lines": [_line(counted) for counted in found.lines],
        "discrepancies": [_discrepancy(found) for found in consistency.accelerators.discrepancies],
        "other_hardware_discrepancies": [_discrepancy(found) for found in consistency.other.discrepancies],
        "claims": {
            "stated": len(population.claims),
            "checked": consistency.accelerators.checked,
            "checked_other_hardware": consistency.other.checked,
            "unchecked": consistency.unchecked,
            "missing_columns": list(population.missing),
        },
        "unreadable": [
            {
                "row": cell.row, "model": cell.model, "column": cell.column or None, "code": cell.code,
                "what": cell.what, "fix": cell.fix, "effect": cell.effect,
            }
            for cell in population.unreadable
        ],
    }  # fmt: skip


_EXACT = 28
"""Figures enough to write down a margin as it was given."""


def decimal_text(ratio: Fraction, figures: int = 4) -> str:
    """A ratio as a plain decimal number, rounded half-even to so many significant figures."""
    exact = Decimal(ratio.numerator) / Decimal(ratio.denominator)
    return f"{exact.normalize() if exact == 0 else +Decimal(f'{exact:.{figures}g}'):f}"


def _line(counted: LineCount) -> dict[str, Any]:
    line, counts = counted.line, counted.counts
    return {
        "regime": line.regime,
        "provision": line.provision,
        "line": None if line.value is None else flop_text(line.value),
        "above": counts.above,
        "surely_above": counts.surely_above,
        "indeterminate": counts.indeterminate,
        "below": counts.below,
        "unknown": counts.unknown,
        "op": line.op,
        "metric": line.metric,
        "by": counted.by,
        "status": line.status,
        "title": line.title,
    }


def _discrepancy(found: Discrepancy) -> dict[str, Any]:
    claim = found.claim
    return {
        "row": claim.row,
        "model": claim.model,
        "verdict": found.verdict,
        "implied_utilisation": decimal_text(found.implied),
        "finetune_utilisation": None if found.finetune is None else decimal_text(found.finetune),
        "hardware": claim.hardware,
        "chip": found.chip,
        "quantity": decimal_text(Fraction(claim.quantity), 12),
        "hours": decimal_text(Fraction(claim.hours), 12),
        "peak": {"precision": found.precision, "gflops": found.peak_gflops},
        "base_model": claim.base_model or None,
        "explanation": found.explanation,
    }
