"""The shape of a rulebook file (format ``plimsoll-rulebook/1``), checked by pydantic before anything is believed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from plimsoll.kernel.component import Component
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.period import Duration, parse_date
from plimsoll.rulebook.law import Status, Tier

FORMAT = "plimsoll-rulebook/1"


def _date(value: object) -> object:
    return _read(parse_date, value, "a date such as 2026-11-21")


def _duration(value: object) -> object:
    return _read(Duration.parse, value, "an ISO 8601 duration such as P14D")


def _some_time(value: Duration) -> Duration:
    if value == Duration():
        raise ValueError("is no time at all")
    return value


def _read(parse: Any, value: object, kind: str) -> object:
    if not isinstance(value, str):
        raise ValueError(f"should be {kind}")
    try:
        return parse(value)
    except PlimsollError as problem:
        raise ValueError(problem.what) from None


def _month_day(value: object) -> object:
    if isinstance(value, str) and len(value) == 5 and value[2] == "-":
        parsed = _date("2024-" + value)
        if isinstance(parsed, date):
            return (parsed.month, parsed.day)
    raise ValueError('should be a month and day such as "04-15"')


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._@-]*$", max_length=120, strict=True)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60, strict=True)]
Day = Annotated[date, BeforeValidator(_date)]
Period = Annotated[Duration, BeforeValidator(_duration), AfterValidator(_some_time)]
MonthDay = Annotated[tuple[int, int], BeforeValidator(_month_day)]
DecimalText = Annotated[str, Field(strict=True)]


class Strict(BaseModel):
    """A mapping of which every key is known."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class DefinitionText(Strict):
    term: Text
    text: Text
    cite: Text


class RecipientText(Strict):
    id: Id
    name: Text
    time_zone: Text
    counting: Text


class ParameterText(Strict):
    id: Id
    unit: Literal["FLOP"]
    value: DecimalText
    placeholder: Flag = False
    set_by: Text
    cite: Text


class MetricText(Strict):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*@[a-z0-9.-]+$", strict=True)]
    title: Text
    unit: Literal["FLOP"]
    include: list[Component] = Field(min_length=1)
    exclude: list[Component] = []
    applied_by: Literal["anyone", "developer"] = "anyone"
    margin: DecimalText | None = None
    cite: Text
    note: str = ""

    @model_validator(mode="after")
    def _no_component_twice(self) -> MetricText:
        both = sorted(c.value for c in set(self.include) & set(self.exclude))
        if both:
            raise ValueError(f"includes and excludes {', '.join(both)}")
        return self


class ReviewText(Strict):
    who: Text
    what: Text
    every: Period | None = None
    next: Day | None = None
    cite: Text


class DecidedByText(Strict):
    default: Text = "rule"
    override: list[Text] = []
    rebuttal: str = ""


class ExtensionText(Strict):
    on: Text
    by: Period


class ClockText(Strict):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)

    starts: list[Text] = Field(default=[], alias="from")
    from_latest: Flag = False
    within: Period | None = None
    working_days: int | None = Field(default=None, ge=1, le=366, strict=True)
    before: Text | None = None
    lead: Period | None = None
    dates: list[MonthDay] = []
    every: Period | None = None
    counting: Text | None = None
    no_delay: Flag = False
    stop: list[Text] = []
    extend: list[ExtensionText] = []
    note: str = ""

    @model_validator(mode="after")
    def _one_way_to_fall_due(self) -> ClockText:
        after_event = self.within is not None or self.working_days is not None
        ways = [self.within is not None, self.working_days is not None, self.before is not None, bool(self.dates)]
        if sum(ways) > 1:
            raise ValueError("sets more than one of within, working_days, before and dates")
        if (after_event or self.every or self.from_latest or self.stop or self.extend) and not self.starts:
            raise ValueError("has a period but no event that starts it (from)")
        if self.lead is not None and self.before is None:
            raise ValueError("has a lead time, but no event that it leads (before)")
        if self.before is not None and self.starts:
            raise ValueError("starts at an event (from), but falls due before another (before)")
        if self.every is not None and (self.working_days is not None or self.dates):
            raise ValueError("repeats (every) what is counted in working days or stands on dates already")
        if self.extend and self.within is None and self.every is None:
            raise ValueError("extends (extend) a period that it does not set (within)")
        return self


class ObligationText(Strict):
    id: Id
    what: Text
    who: Text
    filing: Name
    to: Id
    when: dict[str, Any] | None = None
    clock: ClockText
    cite: Text
    note: str = ""


class ExemptionText(Strict):
    id: Id
    when: dict[str, Any]
    relieves: Literal["all"] | list[Id] = "all"
    text: Text
    cite: Text


class TransitionText(Strict):
    when: dict[str, Any]
    date: Day
    cite: Text


class VersionText(Strict):
    valid_from: Day
    valid_to: Day | None = None
    known_from: Day
    known_to: Day | None = None
    status: Status
    cite: Text
    when: dict[str, Any]
    tier: Tier = "regulated"
    permitted_to: str = ""
    note: str = ""
    exempt: list[ExemptionText] = []
    comply_by: list[TransitionText] = []
    obligations: list[ObligationText] = []

    @model_validator(mode="after")
    def _makes_sense(self) -> VersionText:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("valid_to must be later than valid_from")
        if self.known_to is not None and self.known_to <= self.known_from:
            raise ValueError("known_to must be later than known_from")
        if (self.tier == "permission_only") != bool(self.permitted_to):
            raise ValueError("permitted_to names who may, exactly where tier is permission_only")
        return self


class ProvisionText(Strict):
    id: Id
    title: Text
    subject: Literal["model", "run", "cluster", "developer", "incident"]
    decided_by: DecidedByText = DecidedByText()
    cite: Text
    versions: list[VersionText] = Field(min_length=1)


class RulebookText(Strict):
    format: Literal["plimsoll-rulebook/1"]
    id: Id
    version: Text
    title: Text
    jurisdiction: Text
    kind: Literal["law", "regulation", "bill", "proposal", "treaty", "statement"]
    summary: Text
    cite: Text
    checked_by: list[Text] = []
    definitions: list[DefinitionText] = []
    recipients: list[RecipientText] = []
    parameters: list[ParameterText] = []
    metrics: list[MetricText] = []
    reviews: list[ReviewText] = []
    provisions: list[ProvisionText] = Field(min_length=1)
