"""How a whole population of models stands to the lines of the law: a count per line, nobody left out.

Every model falls in exactly one of four groups per line: surely above, indeterminate within the margin, surely below,
or unknown because its compute is not known. "Above" by point estimate, which is what starts a legal duty, cuts across
the first three. All comparisons are exact.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from plimsoll.kernel.component import Component
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.estimate import Comparator
from plimsoll.kernel.flop import parse_exact
from plimsoll.rulebook.law import Line, Rulebook


@dataclass(frozen=True, slots=True)
class Counts:
    """Where the models of a population lie. ``surely_above + indeterminate + below + unknown`` is everybody."""

    above: int
    surely_above: int
    indeterminate: int
    below: int
    unknown: int


@dataclass(frozen=True, slots=True)
class LineCount:
    """One line of a rulebook and the population's place around it.

    Attributes:
        by: which figure of a model was compared: all of its training, or, where the law counts that only, fine-tuning.
    """

    line: Line
    counts: Counts
    by: Literal["compute", "finetune_compute"]


class Amounts:
    """The compute of a population: the known figures, and how many are not known."""

    def __init__(self, known: Iterable[int | Fraction], unknown: int) -> None:
        self._known = sorted(known)
        self.unknown = unknown

    @property
    def known(self) -> int:
        return len(self._known)

    def around(self, op: Comparator, value: int | None, margin: Fraction) -> Counts:
        """Counts the models around one line.

        A figure E stands for the interval from (1 - margin)·E to (1 + margin)·E. For ``gt`` a model is surely above if
        all of it exceeds the line, and surely below if none of it does. ``le`` is the same boundary seen from below,
        so "above" still means past it; ``ge`` and ``lt`` count a figure that is exactly the line as above.

        Args:
            op: how the law compares.
            value: the line; None where it is not set, which leaves everybody unknown.
            margin: at least 0 and less than 1.
        """
        if value is None:
            return Counts(0, 0, 0, 0, self.known + self.unknown)
        count_up_to = bisect_right if op in ("gt", "le") else bisect_left
        above = self.known - count_up_to(self._known, value)
        surely = self.known - count_up_to(self._known, Fraction(value) / (1 - margin))
        below = count_up_to(self._known, Fraction(value) / (1 + margin))
        return Counts(above, surely, self.known - below - surely, below, self.unknown)


def count_lines(
    compute: Amounts, finetune_compute: Amounts, rulebook: Rulebook, lines: Sequence[Line], margin: Fraction
) -> tuple[LineCount, ...]:
    """Counts the population around the lines of a rulebook, in their order.

    A metric that leaves pre-training out is a law about fine-tuning; a model's total says nothing about it.
    """
    counted = []
    for line in lines:
        if Component.PRETRAIN in rulebook.metrics[line.metric].include:
            counted.append(LineCount(line, compute.around(line.op, line.value, margin), "compute"))
        else:
            counted.append(LineCount(line, finetune_compute.around(line.op, line.value, margin), "finetune_compute"))
    return tuple(counted)


def read_margin(text: str) -> Fraction:
    """A margin as a share of a figure, e.g. ``0.3``.

    Raises:
        PlimsollError: ``population.margin`` unless it is a number of at least 0 and less than 1.
    """
    try:
        margin = parse_exact(text)
    except PlimsollError:
        margin = Fraction(-1)
    if not 0 <= margin < 1:
        raise PlimsollError(
            "population.margin",
            f'"{text[:60]}" is not a share of at least 0 and less than 1',
            fix="Give it as a fraction of the figure: 0.3 stands for 30 %.",
            where=Where(field="--margin"),
        )
    return margin
