"""Reads the compute section of a declaration: amounts as stated, or calculated by the methods it names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from plimsoll.assess import declaration_text as text
from plimsoll.assess.declaration_problems import checked
from plimsoll.compute.catalogue import Chip, load_catalogue
from plimsoll.compute.components import Answer, break_down, parse_component
from plimsoll.compute.hardware_based import HardwarePeriod, hardware_based, hours
from plimsoll.compute.methods import MethodResult, architecture_based, operation_count, reported, third_party
from plimsoll.compute.reconcile import Reconciliation, reconcile
from plimsoll.kernel.component import Component
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate
from plimsoll.kernel.flop import parse_exact
from plimsoll.kernel.period import Period
from plimsoll.kernel.yaml_text import Path, YamlText
from plimsoll.rulebook.facts import Facts, read_amount, read_facts

ELSEWHERE = frozenset({Component.MERGED_BASE, Component.DISTILL_PARENT})
"""Components that were computed before or elsewhere, so that no usage of this run's accounts belongs to them."""

WIDEST = 2
"""A high bound counts up to so many times the point, which is what a margin of 100 %, the widest there is, gives."""


@dataclass(frozen=True, slots=True)
class DeclaredCompute:
    """The compute of one declaration.

    Attributes:
        facts: total or components, ready for a rulebook.
        covered_flop: how much metered usage it explains: the high bounds of everything declared, up to `WIDEST` times
            the point, without what was computed elsewhere or by others. Where nothing bounds a part from above, its
            point counts.
        caveats: what the methods leave open.
        reconciliations: parts that were given by more than one method.
    """

    facts: Facts
    covered_flop: int
    caveats: tuple[str, ...] = ()
    reconciliations: tuple[tuple[str, Reconciliation], ...] = ()


def read_compute(source: YamlText, path: Path, section: text.ComputeText | None) -> DeclaredCompute:
    """Reads the section that stands at `path`.

    Raises:
        PlimsollError: with file and line: ``declaration.compute``, ``declaration.unknown_method``,
            ``declaration.unknown_chip``, ``declaration.length``, or an error of the method, amount or component.
    """
    if section is None:
        return DeclaredCompute(Facts(), 0)
    raw = {name: value for name, value in section.model_dump().items() if value is not None}
    reader = _Reader(source)
    if section.components is None:
        return _from_total(reader, source, path, raw)
    facts = read_facts({**raw, "components": {}}, source, path)
    answers: dict[Component, Answer] = {}
    for name, value in section.components.items():
        place: Path = (*path, "components", name)
        answers[source.placed(place, partial(parse_component, name))] = reader.answers(value, place)
    found = break_down(answers)
    facts = replace(facts, components=found.amounts)
    named = tuple((component.value, outcome) for component, outcome in found.reconciliations.items())
    return DeclaredCompute(facts, _covered(facts), found.caveats, named)


def _from_total(reader: _Reader, source: YamlText, path: Path, raw: dict[str, Any]) -> DeclaredCompute:
    """A total whose parts are not told apart, stated or calculated."""
    if "total" not in raw or not reader.is_calculated(raw["total"]):
        facts = read_facts(raw, source, path)
        return DeclaredCompute(facts, _covered(facts))
    results = reader.answers(raw.pop("total"), (*path, "total"))
    settled = results[0] if len(results) == 1 else reconcile(results)
    facts = replace(read_facts(raw, source, path), total=settled.estimate)
    named = (("total", settled),) if isinstance(settled, Reconciliation) else ()
    return DeclaredCompute(facts, _covered(facts), tuple(c for r in results for c in r.caveats), named)


def find_chip(source: YamlText, path: Path, name: str) -> Chip:
    """A chip by id, name or alias.

    Raises:
        PlimsollError: ``declaration.unknown_chip``.
    """
    chip = load_catalogue().find(name)
    if chip is None:
        raise PlimsollError(
            "declaration.unknown_chip",
            f'"{name[:60]}" is not in the hardware catalogue',
            fix="Use an id that `plimsoll hardware list` shows, or add the chip to the catalogue with its source.",
            where=source.where(path),
        )
    return chip


def _covered(facts: Facts) -> int:
    if facts.total is not None:
        return _explained(facts.total)
    return sum(
        _explained(estimate)
        for component, estimate in facts.components.items()
        if component not in ELSEWHERE and component not in facts.not_by_developer
    )


def _explained(estimate: Estimate) -> int:
    """The high bound, but no more than the widest margin allows: whoever bounds a run at anything declares nothing."""
    return estimate.point if estimate.high is None else min(estimate.high, WIDEST * estimate.point)


class _Reader:
    def __init__(self, source: YamlText) -> None:
        self._source = source

    def is_calculated(self, raw: Any) -> bool:
        return isinstance(raw, list) or self._names_method(raw)

    def _names_method(self, raw: Any) -> bool:
        return isinstance(raw, dict) and "method" in raw

    def answers(self, raw: Any, path: Path) -> tuple[MethodResult, ...]:
        """One answer, or, for a list, one each, to be reconciled."""
        if not isinstance(raw, list):
            return (self._answer(raw, path),)
        if len(raw) < 2:
            raise self._error("declaration.compute", "lists fewer than two methods", path, "Give one, or two or more.")
        return tuple(self._answer(part, (*path, number)) for number, part in enumerate(raw))

    def _answer(self, raw: Any, path: Path) -> MethodResult:
        if not self._names_method(raw):
            return reported(read_amount(raw, self._source, path))
        word = raw["method"]
        if not isinstance(word, str) or word not in text.METHODS:
            raise self._error(
                "declaration.unknown_method", f"names the method {word!r}", (*path, "method"),
                f"Use one of: {', '.join(text.METHODS)}.",
            )  # fmt: skip
        shape = checked(text.METHODS[word], raw, self._source, path)
        result: MethodResult = self._source.placed(path, lambda: self._calculate(shape, path))
        return result

    def _calculate(self, shape: text.Strict, path: Path) -> MethodResult:
        if isinstance(shape, text.ArchitectureText):
            return architecture_based(
                shape.architecture,  # type: ignore[arg-type]  # any other word is refused there, by name
                tokens=parse_exact(shape.tokens),
                parameters=_maybe(shape.parameters),
                active_parameters=_maybe(shape.active_parameters),
                epochs=parse_exact(shape.epochs),
            )
        if isinstance(shape, text.OperationsText):
            return operation_count(
                passes=parse_exact(shape.passes), operations_per_pass=parse_exact(shape.operations_per_pass)
            )
        if isinstance(shape, text.HardwareMethodText):
            return hardware_based(
                [self._period(period, (*path, "periods", number)) for number, period in enumerate(shape.periods)]
            )
        assert isinstance(shape, text.StatedText)
        amount = read_amount(shape.amount, self._source, (*path, "amount"))
        if shape.method == "third_party":
            bare = amount.point if isinstance(shape.amount, str) else amount
            return third_party(bare, by=shape.by or "a third party")
        return reported(amount, by=shape.by or "the developer", attested=shape.attested)

    def _period(self, period: text.PeriodText, path: Path) -> HardwarePeriod:
        chip = find_chip(self._source, (*path, "chip"), period.chip)
        precision, peak = self._peak(chip, period.precision, path)
        return HardwarePeriod(
            chip=chip.id,
            count=period.count,
            peak_gflops=peak,
            length=self._source.placed(path, lambda: self._length(period, path)),
            utilisation=parse_exact(period.utilisation),
            utilisation_kind=period.utilisation_kind,
            precision=precision,
            cluster=period.cluster,
        )

    def _peak(self, chip: Chip, precision: str | None, path: Path) -> tuple[str, int]:
        if precision is None and chip.training_peak is not None:
            return chip.training_peak
        if precision is None or precision not in chip.peaks_gflops:
            raise self._error(
                "declaration.precision", f"names no precision for which a peak of {chip.id} is published",
                (*path, "precision"), f"Use one of: {', '.join(chip.peaks_gflops) or 'none; choose another method'}.",
            )  # fmt: skip
        return precision, chip.peaks_gflops[precision]

    def _length(self, period: text.PeriodText, path: Path) -> Period | int:
        dated = period.start is not None and period.end is not None
        if (period.hours is None) == (not dated) or (period.start is None) != (period.end is None):
            raise self._error(
                "declaration.length", "gives a hardware period not exactly one length", path,
                "Give hours, or both from and to.",
            )  # fmt: skip
        if period.hours is not None:
            return hours(period.hours)
        assert period.start is not None
        assert period.end is not None
        return Period(period.start, period.end)

    def _error(self, code: str, what: str, path: Path, fix: str) -> PlimsollError:
        return PlimsollError(code, f"the declaration {what}", fix=fix, where=self._source.where(path))


def _maybe(value: str | None) -> Fraction | None:
    return None if value is None else parse_exact(value)
