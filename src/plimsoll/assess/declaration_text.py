"""The shape of a declaration as people write it, checked by pydantic before anything is believed.

Compute amounts, quantities, attributes, answers and events are left as they are: `rulebook.facts` reads those.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.ids import parse_id
from plimsoll.kernel.period import parse_date, parse_instant


def _read(parse: Any, value: object, example: str) -> object:
    if not isinstance(value, str):
        raise ValueError(f"should be text such as {example}")
    try:
        return parse(value)
    except PlimsollError as problem:
        raise ValueError(f"{problem.what}. {problem.fix}") from None


def _day(value: object) -> object:
    return _read(parse_date, value, "2026-03-01")


def _instant(value: object) -> object:
    return _read(parse_instant, value, "2026-03-01 or 2026-03-01T09:00:00Z")


def _id(value: object) -> object:
    return _read(parse_id, value, "run-aster-7")


Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000, strict=True)]
Id = Annotated[str, BeforeValidator(_id)]
Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Account = Annotated[str, StringConstraints(pattern=r"^[^/\s][^/]*/\S.*$", max_length=300, strict=True)]
DecimalText = Annotated[str, StringConstraints(min_length=1, max_length=100, strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, le=10**9)]
Flag = Annotated[bool, Field(strict=True)]
UtilisationKind = Literal["mfu", "hfu"]


class Strict(BaseModel):
    """A mapping of which every key is known."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class UtilisationText(Strict):
    """How well the accelerators of a run are used; evidence tier B where `attested`."""

    value: DecimalText
    kind: UtilisationKind
    attested: Flag = False


class HardwareText(Strict):
    """Accelerators that a run uses, where and when; the end is not part of the period."""

    provider: Text
    account: Text | None = None
    chip: Text
    count: Count
    start: Instant = Field(alias="from")
    end: Instant = Field(alias="to")


class ComputeText(Strict):
    """The compute of a run; `facts` gives the forms of an amount, the method texts below those of a calculation."""

    total: Any = None
    components: dict[str, Any] | None = None
    complete: Any = None
    not_by_developer: Any = None


class DeclarationText(Strict):
    """One declared model or training run."""

    id: Id
    kind: Literal["training_run", "model"]
    name: Text | None = None
    developer: Text
    accounts: list[Account] = []
    status: Literal["planned", "notified", "running", "paused", "stopped", "done"] | None = None
    start: Day | None = None
    end: Day | None = None
    utilisation: UtilisationText | None = None
    compute: ComputeText | None = None
    hardware: list[HardwareText] = []
    quantities: Any = None
    attributes: Any = None
    answers: Any = None
    events: Any = None


class ArchitectureText(Strict):
    """6 · P · D."""

    method: Literal["architecture"]
    architecture: Text
    tokens: DecimalText
    parameters: DecimalText | None = None
    active_parameters: DecimalText | None = None
    epochs: DecimalText = "1"


class OperationsText(Strict):
    """Forward passes times operations per full pass."""

    method: Literal["operations"]
    passes: DecimalText
    operations_per_pass: DecimalText


class PeriodText(Strict):
    """One kind of accelerator in one number for one stretch: `hours`, or `from` and `to`."""

    chip: Text
    count: Count
    hours: DecimalText | None = None
    start: Instant | None = Field(default=None, alias="from")
    end: Instant | None = Field(default=None, alias="to")
    utilisation: DecimalText
    utilisation_kind: UtilisationKind | None = None
    precision: Text | None = None
    cluster: str = ""


class HardwareMethodText(Strict):
    """C = N · L · H · U, summed over periods."""

    method: Literal["hardware"]
    periods: list[PeriodText]


class StatedText(Strict):
    """A figure that the developer or somebody else states."""

    method: Literal["reported", "third_party"]
    amount: Any
    by: Text | None = None
    attested: Flag = False


METHODS: dict[str, type[Strict]] = {
    "architecture": ArchitectureText,
    "operations": OperationsText,
    "hardware": HardwareMethodText,
    "reported": StatedText,
    "third_party": StatedText,
}
"""How compute may be calculated in a declaration, by the word after `method:`."""
