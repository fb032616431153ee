"""Which line of a rulebook metered usage is held against."""

from __future__ import annotations

from datetime import date

from plimsoll.assess.assessment import PinnedRule
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.flop import flop_text
from plimsoll.rulebook.law import Line, Rulebook

LIVE = ("in_force", "enacted", "passed", "proposed")
"""Statuses of a line that binds, or that somebody wants to bind. Those of dead lines come after them."""


def choose_line(rulebook: Rulebook, as_of: date) -> PinnedRule:
    """The lowest numeric compute line for a model or a run that is in force or proposed at `as_of`.

    The lowest, because usage past it is what the regime asks to be told about first. The law is taken as known at
    `as_of`. A rulebook whose lines are all dead (revoked, vetoed, never final) is held to the lowest of those, so that
    "what would that law have found" can be asked.

    Raises:
        PlimsollError: ``assess.no_line`` where the rulebook has no such line.
    """
    lines = [
        line
        for line in rulebook.lines(as_of, as_of)
        if line.value is not None and line.subject in ("model", "run") and line.op in ("gt", "ge")
    ]
    live = [line for line in lines if line.status in LIVE]
    chosen = min(live or lines, key=lambda line: (line.value or 0, line.provision), default=None)
    if chosen is None or chosen.value is None:
        raise PlimsollError(
            "assess.no_line",
            f"{rulebook.id} has no compute line with a number for a model or a run on {as_of}",
            fix="Choose another --rulebook, such as conditional-treaty, or another --as-of.",
        )
    return _pinned(rulebook, chosen, chosen.value)


def _pinned(rulebook: Rulebook, line: Line, value: int) -> PinnedRule:
    parameters = tuple((name, flop_text(p.value)) for name, p in sorted(rulebook.parameters.items()))
    placeholder = any(p.placeholder and p.value == value for p in rulebook.parameters.values())
    return PinnedRule(
        id=rulebook.id,
        version=rulebook.version,
        digest=rulebook.digest,
        title=rulebook.title,
        parameters=parameters,
        provision=line.provision,
        provision_title=line.title,
        metric=line.metric,
        comparator=line.op,
        line_flop=int(value),
        placeholder=placeholder,
        status=line.status,
        citation=line.cite,
    )
