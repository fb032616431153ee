"""When does changing somebody else's model make you its provider? The one-third rule.

Implements: European Commission, guidelines for providers of general-purpose AI models (18 July 2025), downstream
modifiers: a modification that takes more than one third of the original model's training compute makes its author a
provider. Where the original's compute cannot be known, one third of 10^25 stands in if the original carries systemic
risk, else one third of 10^23.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from plimsoll.kernel.estimate import Comparison, Estimate, Truth, compare

SHARE = Fraction(1, 3)
SYSTEMIC_RISK_LINE = 10**25
GENERAL_PURPOSE_LINE = 10**23

Basis = Literal["original_provider", "known_original", "systemic_risk_line", "general_purpose_line", "either_line"]


@dataclass(frozen=True, slots=True)
class ModificationResult:
    """Whether a modification makes its author a provider.

    Attributes:
        result: true, false, or unknown over the bounds of both models.
        by_point: by the point estimates alone.
        threshold: one third of the original's point, or of the line that stands in for it; None for the original
            provider, to whom no threshold applies, and where either line may stand in.
        flip_at: the nearest modification compute whose answer by point would differ; None without a threshold.
        ratio: modification over original, both by point; None where the original is not known.
        basis: what the threshold rests on.
    """

    result: Truth
    by_point: Truth
    threshold: Fraction | None
    flip_at: int | None
    ratio: Fraction | None
    basis: Basis


def makes_provider(
    modification: Estimate | None,
    original: Estimate | None,
    *,
    original_is_systemic_risk: bool | None = None,
    by_original_provider: bool = False,
) -> ModificationResult:
    """Applies the one-third rule.

    Args:
        modification: FLOP of the modification; None if not known.
        original: FLOP that trained the original model; None if it cannot be known.
        original_is_systemic_risk: chooses the line that stands in for an unknown original; None if not known either.
        by_original_provider: the original provider's further development is the same model, so the rule does not apply.
    """
    if by_original_provider:
        return ModificationResult(Truth.FALSE, Truth.FALSE, None, None, None, "original_provider")
    if original is not None:
        return _against_known(modification, original)
    if original_is_systemic_risk is not None:
        line = SYSTEMIC_RISK_LINE if original_is_systemic_risk else GENERAL_PURPOSE_LINE
        basis: Basis = "systemic_risk_line" if original_is_systemic_risk else "general_purpose_line"
        found = compare(modification, "gt", SHARE * line)
        return ModificationResult(found.result, found.by_point, SHARE * line, found.flip_at, None, basis)
    systemic = compare(modification, "gt", SHARE * SYSTEMIC_RISK_LINE)
    general = compare(modification, "gt", SHARE * GENERAL_PURPOSE_LINE)
    return ModificationResult(
        _same(systemic.result, general.result),
        _same(systemic.by_point, general.by_point),
        None,
        None,
        None,
        "either_line",
    )


def _against_known(modification: Estimate | None, original: Estimate) -> ModificationResult:
    by_point: Comparison = compare(modification, "gt", SHARE * original.point)
    result = Truth.UNKNOWN
    if modification is not None:
        if original.high is not None and modification.low > SHARE * original.high:
            result = Truth.TRUE
        elif modification.high is not None and modification.high <= SHARE * original.low:
            result = Truth.FALSE
    ratio = Fraction(modification.point, original.point) if modification is not None and original.point else None
    return ModificationResult(
        result, by_point.by_point, SHARE * original.point, by_point.flip_at, ratio, "known_original"
    )


def _same(first: Truth, second: Truth) -> Truth:
    return first if first is second else Truth.UNKNOWN
