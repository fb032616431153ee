"""What is planted: every situation with the finding it must give, and how large and how long it is.

The figures are set against the treaty's default line of 10^25 FLOP and an assumed utilisation of 40 % for training.
An account that gives no finding is as much a test as one that does: honest cases stand close to the line on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from plimsoll.sample.providers import Role
from plimsoll.sample.roster import Shape

LINE_FLOP = 10**25
"""The line that the sample is calibrated against."""
CALIBRATED_DAYS = 120
"""With fewer days of data the planted runs cannot lie far enough from the end, and the expectations may not hold."""


class Situation(Enum):
    DECLARED_RUN = "declared-run"
    UNDECLARED_RUN = "undeclared-run"
    BOUND_ONLY = "bound-only"
    UNDER_DECLARED = "under-declared"
    APPROACHING = "approaching"
    IMPOSSIBLE_FIGURE = "impossible-figure"
    BELOW_BY_BOUND = "below-by-bound"
    DECLARED_BELOW = "declared-below"
    DECLARED_SERVICE = "declared-service"
    UNMAPPED_SKU = "unmapped-sku"
    MISSING_REPORT = "missing-report"


@dataclass(frozen=True, slots=True)
class Expected:
    """The finding that a situation must give: code, severity, and what the finding names as its subject.

    `about` is "account", "run" (the declaration; or the account), "declaration", "sku" or "provider".
    """

    code: str
    severity: str
    about: Literal["account", "run", "declaration", "sku", "provider"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What the developer declares.

    Attributes:
        kind: "training_run" or "model".
        flop: a fixed amount; None for an amount that follows from the truth.
        times: declared compute as a multiple of the true compute, or of the hardware's bound if `of_bound`.
        margin: the declared margin, as decimal text.
        attested: the declaration states the true utilisation, attested by an auditor.
    """

    kind: Literal["training_run", "model"] = "training_run"
    flop: int | None = None
    times: int = 1
    of_bound: bool = False
    margin: str | None = None
    attested: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """How a situation is planted.

    Attributes:
        size: least and most FLOP, in units of 10^22: of the estimate, or of the bound if `by_bound`.
        begins, lasts: in permille of the days of data; a run takes `longest` days at most.
        claim: None where nothing is declared.
        once: planted a single time, however many customers there are.
    """

    situation: Situation
    note: str
    expected: Expected | None
    size: tuple[int, int]
    begins: int
    lasts: int
    longest: int = 75
    by_bound: bool = False
    role: Role = "train"
    shape: Shape = Shape.RUN
    claim: Claim | None = None
    once: bool = False


RAMP_DAYS = 30
"""The approaching account's whole life: ten days of growth, twenty at full rate."""
RAMP_FLOP = 340
"""What it has used by the last day, in units of 10^22 by estimate: at its rate it passes 10^25 seven weeks later."""

CASES = (
    Case(
        Situation.UNDECLARED_RUN,
        "A run past the line by the central estimate, and nobody declared it.",
        Expected("undeclared-run", "high", "account"),
        (1400, 2800), 100, 420,
    ),
    Case(
        Situation.DECLARED_RUN,
        "A run past the line, declared with attested utilisation and the right figure: nothing to find.",
        None,
        (1400, 2800), 150, 420,
        claim=Claim(margin="0.10", attested=True),
    ),
    Case(
        Situation.UNDER_DECLARED,
        "A run declared at 6 x 10^24 that really took more than twice the line.",
        Expected("under-declared-run", "high", "run"),
        (2000, 2600), 80, 420,
        claim=Claim(flop=6 * 10**24),
    ),
    Case(
        Situation.APPROACHING,
        "A new account that grew steeply and passes the line about seven weeks after the data ends, at its rate.",
        Expected("approaching-line", "watch", "account"),
        (RAMP_FLOP, RAMP_FLOP), 1000, 1000, longest=RAMP_DAYS, shape=Shape.RAMP,
    ),
    Case(
        Situation.BOUND_ONLY,
        "An undeclared run below the line by the estimate, but past it if the hardware ran at its peak.",
        Expected("undeclared-run", "ask", "account"),
        (520, 720), 30, 330, longest=60,
    ),
    Case(
        Situation.IMPOSSIBLE_FIGURE,
        "A declared run that claims three times what its own hardware can do in the time.",
        Expected("impossible-figure", "ask", "declaration"),
        (380, 420), 120, 300, longest=60, by_bound=True,
        claim=Claim(times=3, of_bound=True),
    ),
    Case(
        Situation.BELOW_BY_BOUND,
        "A large undeclared run that ended long ago and stays below the line even by the bound: nothing to find.",
        None,
        (820, 940), 40, 330, longest=60, by_bound=True,
    ),
    Case(
        Situation.DECLARED_BELOW,
        "A run just below the line, declared rightly although nothing obliged it: nothing to find.",
        None,
        (820, 930), 60, 330, longest=60,
        claim=Claim(margin="0.10", attested=True),
    ),
    Case(
        Situation.DECLARED_SERVICE,
        "A large inference service of a declared model, labelled as inference: nothing to find.",
        None,
        (400, 520), 0, 1000, longest=100_000, by_bound=True, shape=Shape.SERVING,
        claim=Claim(kind="model", flop=21 * 10**23),
    ),
    Case(
        Situation.UNMAPPED_SKU,
        "A run on an accelerator that is in no catalogue: the report cannot turn it into FLOP and must say so.",
        Expected("unmapped-sku", "data", "sku"),
        (4, 8), 200, 330, longest=40, role="unmapped", once=True,
    ),
)  # fmt: skip
"""In the order in which they are planted when there are few customers."""

MISSING_REPORT = Expected("missing-report", "data", "provider")


def cases_for(customers: int) -> tuple[Case, ...]:
    """Which cases a sample of so many customers holds: one of each, and another of each per hundred customers.

    Fewer customers than cases get the first ones; there are never more than twelve of one case.
    """
    rounds = max(1, min(12, customers // 100))
    planted = [case for turn in range(rounds) for case in CASES if turn == 0 or not case.once]
    return tuple(planted[:customers])
