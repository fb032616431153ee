"""What a rulebook is: one regime's law as immutable, versioned, cited values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from plimsoll.kernel.canonical import digest
from plimsoll.kernel.component import Component
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Comparator
from plimsoll.kernel.flop import Flop, flop_text
from plimsoll.kernel.period import Duration
from plimsoll.rulebook.condition import Condition, MetricLine, Question, everything_asked, leaves

Status = Literal["proposed", "passed", "enacted", "in_force", "revoked", "vetoed", "never_final"]
Tier = Literal["regulated", "permission_only", "prohibited"]


SANE_FLOOR = 10**18
"""No legal compute line lies below this. A smaller one is a lost superscript: "10^25" printed as "1025"."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A legal quantity with a method version: which compute components it counts.

    Attributes:
        id: e.g. ``eu.cumulative_compute@2025-07``.
        include: components that count.
        exclude: components that the source says do not count; the rest is left out without a word in the source.
        applied_by: whose compute counts, everybody's or only the developer's own.
        margin: the error that the regime allows in an estimate, as a fraction of it.
    """

    id: str
    title: str
    include: frozenset[Component]
    exclude: frozenset[Component]
    applied_by: Literal["anyone", "developer"]
    margin: Fraction | None
    cite: str
    note: str = ""

    @property
    def counts_pretraining(self) -> bool:
        """Whether a total of which the parts are not told apart can stand for the metric."""
        return Component.PRETRAIN in self.include


@dataclass(frozen=True, slots=True)
class Recipient:
    """A body that filings go to; its time zone and way of counting decide when a period ends."""

    id: str
    name: str
    time_zone: str
    counting: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that the rulebook leaves to an authority; `placeholder` says that nobody has set it yet."""

    id: str
    unit: str
    value: int
    placeholder: bool
    set_by: str
    cite: str


@dataclass(frozen=True, slots=True)
class Extension:
    """An event that gives more time."""

    on: str
    by: Duration


@dataclass(frozen=True, slots=True)
class ClockRule:
    """When a duty falls due.

    At most one of `within` (a period after the earliest of `starts`, or with `from_latest` the latest), `working_days`
    (the same in working days), `before` (due before that event, by `lead` where that is set) and `dates` (days of every
    year, as month and day, after the start where one is named) is set; none where the source gives no period. `every`
    repeats a period, or is one; `stops` end the duty before it is due; `extensions` lengthen its first period.
    """

    starts: tuple[str, ...] = ()
    from_latest: bool = False
    within: Duration | None = None
    working_days: int | None = None
    before: str | None = None
    lead: Duration | None = None
    dates: tuple[tuple[int, int], ...] = ()
    every: Duration | None = None
    counting: str | None = None
    no_delay: bool = False
    stops: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Obligation:
    """Who must do or file what, to whom, by when, because of which clause."""

    id: str
    what: str
    who: str
    filing: str
    to: str
    clock: ClockRule
    cite: str
    when: Condition | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exemption:
    """A condition that relieves from all duties of a provision version, or (`relieves`) from the named ones."""

    id: str
    when: Condition
    relieves: frozenset[str] | None
    text: str
    cite: str


@dataclass(frozen=True, slots=True)
class Transition:
    """Subjects that fulfil `when` need not comply before `date`."""

    when: Condition
    date: date
    cite: str


@dataclass(frozen=True, slots=True)
class ProvisionVersion:
    """One text of a provision: valid in ``[valid_from, valid_to)``, known in ``[known_from, known_to)``."""

    valid_from: date
    valid_to: date | None
    known_from: date
    known_to: date | None
    status: Status
    cite: str
    when: Condition
    tier: Tier
    permitted_to: str = ""
    note: str = ""
    exemptions: tuple[Exemption, ...] = ()
    transitions: tuple[Transition, ...] = ()
    obligations: tuple[Obligation, ...] = ()

    def asked(self) -> Iterator[Condition]:
        """Every elementary condition that this text sets, those that decide whether it applies first."""
        further = [*(e.when for e in self.exemptions), *(t.when for t in self.transitions)]
        for condition in (self.when, *further, *(o.when for o in self.obligations if o.when is not None)):
            yield from everything_asked(condition)

    def is_known(self, known: date) -> bool:
        return self.known_from <= known and (self.known_to is None or known < self.known_to)

    def is_valid(self, as_of: date) -> bool:
        return self.valid_from <= as_of and (self.valid_to is None or as_of < self.valid_to)


@dataclass(frozen=True, slots=True)
class DecidedBy:
    """Who answers: the rule itself, the developer, or a body; who may override; how to rebut."""

    default: str = "rule"
    override: tuple[str, ...] = ()
    rebuttal: str = ""


@dataclass(frozen=True, slots=True)
class Provision:
    """One numbered rule of a regime through all of its versions."""

    id: str
    title: str
    subject: str
    cite: str
    decided_by: DecidedBy
    versions: tuple[ProvisionVersion, ...]

    def version(self, as_of: date, known: date) -> ProvisionVersion | None:
        """The text that applies on `as_of`, as it was known on `known`."""
        return next((v for v in self.versions if v.is_valid(as_of) and v.is_known(known)), None)

    def next_version(self, as_of: date, known: date) -> ProvisionVersion | None:
        """The earliest text, known on `known`, that takes effect after `as_of`."""
        later = [v for v in self.versions if v.is_known(known) and v.valid_from > as_of]
        return min(later, key=lambda v: v.valid_from, default=None)


@dataclass(frozen=True, slots=True)
class Definition:
    term: str
    text: str
    cite: str


@dataclass(frozen=True, slots=True)
class Review:
    """Who may revise what, how often it must be looked at, and when next (Treaty paper 1.1)."""

    who: str
    what: str
    every: Duration | None
    next: date | None
    cite: str


@dataclass(frozen=True, slots=True)
class Line:
    """A numeric compute threshold of a rulebook at a date, as listed for populations and comparisons.

    `value` is None where the source leaves it open. `subject`, `tier` and `status` are those of the provision version.
    `counts_pretraining` is false for a line on fine-tuning alone, about which a model's total says nothing.
    """

    regime: str
    provision: str
    title: str
    metric: str
    op: Comparator
    value: Flop | None
    subject: str
    status: str
    tier: Tier
    cite: str
    counts_pretraining: bool


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One regime. `digest` is that of its content, set parameters included, so that anybody can replay a decision."""

    id: str
    version: str
    title: str
    jurisdiction: str
    kind: str
    summary: str
    cite: str
    digest: str
    metrics: Mapping[str, Metric]
    recipients: Mapping[str, Recipient]
    parameters: Mapping[str, Parameter]
    provisions: tuple[Provision, ...]
    definitions: tuple[Definition, ...] = ()
    reviews: tuple[Review, ...] = ()
    checked_by: tuple[str, ...] = ()
    set_parameters: Mapping[str, int] = field(default_factory=dict)

    def with_line(self, line: Flop) -> Rulebook:
        """The same rulebook with its line set by the authority.

        Raises:
            PlimsollError: ``rulebook.fixed_line`` where the law itself sets the number.
        """
        if "line" not in self.parameters:
            raise PlimsollError(
                "rulebook.fixed_line",
                f"{self.id} sets its own line; it cannot be overridden",
                fix="Leave out --line for this rulebook, or use conditional-treaty, whose line the authorities set.",
            )
        parameter = replace(self.parameters["line"], value=int(line), placeholder=False)
        return replace(
            self,
            parameters={**self.parameters, "line": parameter},
            set_parameters={**self.set_parameters, "line": int(line)},
            digest=digest({"rulebook": self.digest, "line": flop_text(line)}),
        )

    def questions(self) -> dict[str, Question]:
        """Every qualitative condition of any version, by its id."""
        asked = (leaf for provision in self.provisions for version in provision.versions for leaf in version.asked())
        return {leaf.id: leaf for leaf in asked if isinstance(leaf, Question)}

    def lines(self, as_of: date, known: date) -> tuple[Line, ...]:
        """Every numeric compute line that is, or will be, the law as known on `known`.

        A provision that is not yet in force on `as_of` contributes its next version, with status ``enacted`` where
        that version will bind. Lines relative to another model are not listed: they have no number of their own.
        """
        return tuple(self._lines(as_of, known))

    def _lines(self, as_of: date, known: date) -> Iterator[Line]:
        for provision in self.provisions:
            version = provision.version(as_of, known)
            upcoming = version is None
            version = version or provision.next_version(as_of, known)
            if version is None:
                continue
            status = "enacted" if upcoming and version.status == "in_force" else version.status
            seen = set()
            for leaf in leaves(version.when):
                if not isinstance(leaf, MetricLine) or leaf.of is not None:
                    continue
                value = leaf.threshold({name: p.value for name, p in self.parameters.items()})
                if (leaf.metric, value) in seen:
                    continue
                seen.add((leaf.metric, value))
                yield Line(
                    regime=self.id,
                    provision=provision.id,
                    title=provision.title,
                    metric=leaf.metric,
                    op=leaf.op,
                    value=None if value is None else Flop(int(value)),
                    subject=provision.subject,
                    status=status,
                    tier=version.tier,
                    cite=version.cite,
                    counts_pretraining=self.metrics[leaf.metric].counts_pretraining,
                )
