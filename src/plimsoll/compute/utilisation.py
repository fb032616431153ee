"""How busy the accelerators were: measured, attested, or a stated prior. Whole basis points (1/10,000), never floats.

Tier A is measured (x_TensorActive, the share of time in which the tensor units were busy). Tier B is the utilisation
that a declaration of the run states and somebody attests. Tier C is a prior that depends on the declared workload.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Tier = Literal["A", "B", "C"]

FULL = 10_000
"""Basis points of an accelerator that is busy all the time."""


@dataclass(frozen=True, slots=True)
class Priors:
    """What is assumed where nobody measured: a versioned choice of the authority, in basis points of the dense peak.

    40 % is what well-run training reaches (model FLOP utilisation of published runs lies between 30 and 50 %);
    serving and other work is usually far lower. Unstated work is taken as training, so that silence gains nothing.
    """

    version: str = "2026-11"
    train: int = 4_000
    other: int = 1_500

    def of(self, workload_class: str | None) -> int:
        """The prior for a declared workload class: train and anything unknown or unstated, or infer and other."""
        stated = (workload_class or "").strip().casefold()
        return self.other if stated in ("infer", "inference", "other") else self.train


PRIORS = Priors()
"""The priors in use."""

NO_ATTESTATIONS: Mapping[str, int] = {}
