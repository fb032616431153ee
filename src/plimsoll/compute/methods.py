"""How much compute a training run took: four methods, each saying what it used and how sure it is.

Implements: European Commission, guidelines for providers of general-purpose AI models (18 July 2025), Annex A.2. Any
method is allowed there if it is accurate within 30 % of the reported estimate and its assumptions are written down, so
every `MethodResult` carries bounds, inputs and caveats. Sums are exact and are rounded once, half-even, at the end.
The hardware-based method is in `hardware_based.py`; `reconcile.py` sets two answers for one run against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.estimate import Estimate
from plimsoll.kernel.flop import MAX_FLOP
from plimsoll.kernel.rounding import divide_half_even

EU_MARGIN = Fraction(3, 10)
"""The overall error margin that the EU guidelines allow around a reported estimate (Annex A.2)."""

VERSION = "eu-2025-07"
"""The text that the methods follow: the EU guidelines of 18 July 2025."""

MethodName = Literal["architecture", "hardware", "reported", "third_party"]
Architecture = Literal["dense", "moe"]
Tier = Literal["A", "B", "C"]
"""Evidence: A rests on a measurement, B on what the developer declared, C on an assumption or an outside guess."""

Exact = int | Fraction


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One answer to "how much compute?", with everything needed to contest it.

    Attributes:
        method: which of the four methods.
        version: the text that the method follows.
        estimate: FLOP that trained the model, low / point / high.
        tier: evidence tier of the weakest input.
        inputs: names and values as used, in order, for the trace.
        caveats: what the figure leaves open, in sentences.
        recompute: activation recomputation that `estimate` may contain and a law may exclude; None where there is none.
    """

    method: MethodName
    version: str
    estimate: Estimate
    tier: Tier
    inputs: tuple[tuple[str, str], ...]
    caveats: tuple[str, ...] = ()
    recompute: Estimate | None = None


def architecture_based(
    kind: Architecture | None,
    *,
    tokens: Exact,
    parameters: Exact | None = None,
    active_parameters: Exact | None = None,
    epochs: Exact = 1,
    margin: Fraction = EU_MARGIN,
) -> MethodResult:
    """6 · P · D: six operations per parameter and training token (Annex A.2, "some dense large" transformers).

    Args:
        kind: ``dense`` or ``moe`` (mixture of experts). It must be named: with all parameters of a mixture of experts
            the formula overstates DeepSeek-V3 eighteen times and puts it falsely above 10^25.
        tokens: distinct training tokens D; `epochs` multiplies them into tokens seen.
        parameters: all parameters; P of a dense model.
        active_parameters: parameters used per token; P of a mixture of experts.
        epochs: how often the tokens were seen.
        margin: half-width of the bounds as a fraction of the figure.

    Raises:
        PlimsollError: ``method.architecture_unnamed``, ``method.moe_needs_active``, ``method.moe_active_is_total``,
            ``method.dense_has_active``, ``method.parameters_missing``, ``method.not_positive``, ``flop.too_large``.
    """
    used = _parameters_per_token(kind, parameters, active_parameters)
    for name, value in (("parameters", used), ("tokens", tokens), ("epochs", epochs)):
        _require_positive(name, value)
    inputs = [("architecture", str(kind))]
    if parameters is not None:
        inputs.append(("parameters", str(parameters)))
    if active_parameters is not None:
        inputs.append(("active_parameters", str(active_parameters)))
    inputs += [("tokens", str(tokens)), ("epochs", str(epochs))]
    caveats = [
        "6 · P · D holds for large transformers; it leaves out attention over the context and embedding look-ups."
    ]
    if kind == "moe":
        caveats.append("Only the parameters active per token count; routing is left out.")
    return MethodResult(
        "architecture",
        VERSION,
        bounded(6 * Fraction(used) * tokens * epochs, margin),
        "B",
        tuple(inputs),
        tuple(caveats),
    )


def operation_count(*, passes: Exact, operations_per_pass: Exact, margin: Fraction = EU_MARGIN) -> MethodResult:
    """Forward passes times operations per full pass: the general form of Annex A.2, for any other architecture.

    Raises:
        PlimsollError: ``method.not_positive``, ``flop.too_large``.
    """
    _require_positive("passes", passes)
    _require_positive("operations_per_pass", operations_per_pass)
    inputs = (("passes", str(passes)), ("operations_per_pass", str(operations_per_pass)))
    caveat = "A full pass must include the backward pass wherever parameters were updated."
    exact = Fraction(passes) * operations_per_pass
    return MethodResult("architecture", VERSION, bounded(exact, margin), "B", inputs, (caveat,))


def reported(amount: Estimate | int, *, by: str = "the developer", attested: bool = False) -> MethodResult:
    """A total that its developer states, with the bounds that the developer gives; none given, the figure as it is."""
    estimate = amount if isinstance(amount, Estimate) else Estimate.exact(amount)
    caveats = () if attested else ("The figure is stated without a method that can be recalculated.",)
    return MethodResult("reported", VERSION, estimate, "B", (("reported by", by),), caveats)


def third_party(amount: Estimate | int, *, by: str, margin: Fraction = EU_MARGIN) -> MethodResult:
    """A total that somebody else published; bounds of 30 % where none are given."""
    estimate = amount if isinstance(amount, Estimate) else bounded(Fraction(amount), margin)
    caveat = f"The figure comes from {by}, not from the developer."
    return MethodResult("third_party", VERSION, estimate, "C", (("published by", by),), (caveat,))


def _parameters_per_token(kind: str | None, total: Exact | None, active: Exact | None) -> Exact:
    if kind not in ("dense", "moe"):
        raise refused(
            "method.architecture_unnamed",
            f"the architecture {kind!r} is neither dense nor moe",
            "Name it: dense, or moe (mixture of experts) with its active parameters.",
            "architecture",
        )
    if kind == "moe":
        if active is None:
            raise refused(
                "method.moe_needs_active",
                "a mixture of experts is given without its active parameters",
                "Give active_parameters: those used for one token. All parameters would overstate the compute.",
                "active_parameters",
            )
        if total is not None and active >= total:
            raise refused(
                "method.moe_active_is_total",
                f"{active} active parameters are not fewer than all {total} parameters of the mixture of experts",
                "Give the parameters used for one token, or call the model dense.",
                "active_parameters",
            )
        return active
    if active is not None and active != total:
        raise refused(
            "method.dense_has_active",
            f"a dense model uses all its parameters, but {active} of {total} are called active",
            "Leave active_parameters out, or call the architecture moe.",
            "active_parameters",
        )
    if total is None:
        raise refused("method.parameters_missing", "parameters are not given", "Give all parameters.", "parameters")
    return total


def bounded(exact: Fraction, margin: Fraction) -> Estimate:
    """The exact figure rounded once, half-even, give or take `margin`.

    Raises:
        PlimsollError: ``flop.too_large``.
    """
    point = divide_half_even(exact.numerator, exact.denominator)
    if point > MAX_FLOP:
        raise PlimsollError(
            "flop.too_large",
            "the method gives more than 10^38 operations, more than any computer could do",
            fix="Check the units of the inputs.",
        )
    return Estimate.with_margin(point, margin)


def _require_positive(name: str, value: Exact) -> None:
    if value <= 0:
        raise refused("method.not_positive", f"{name} is {value}", f"Give {name} as a number above zero.", name)


def refused(code: str, what: str, fix: str, field: str) -> PlimsollError:
    """An input of a method that cannot be used, named by its field."""
    return PlimsollError(code, what, fix=fix, where=Where(field=field))
