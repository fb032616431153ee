"""The evidence of a finding as small tables, one per kind of evidence, so that like stands under like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.assess.evidence import (
    DeclarationEvidence,
    Evidence,
    FigureEvidence,
    ForecastEvidence,
    GapEvidence,
    RuleEvidence,
    SkuEvidence,
    UsageEvidence,
    WindowEvidence,
    whole_hours,
)
from plimsoll.assess.party_evidence import (
    BunchingEvidence,
    DoubleEvidence,
    KycEvidence,
    LinkEvidence,
    MemberEvidence,
    MomentEvidence,
    ProfileEvidence,
    SamePartyEvidence,
    SynchronyEvidence,
)
from plimsoll.assess.report import party_evidence as of_parties
from plimsoll.assess.report.datatable import Column, datatable
from plimsoll.assess.report.figures import count, day, flop, flop_with_unit, name
from plimsoll.assess.report.markup import Child, Markup, element, join

_MOST_ROWS = 40

_TIERS = {"A": "A: measured", "B": "B: declared and attested", "C": "C: assumed by class of work"}
_COMPARATORS = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of evidence is laid out."""

    caption: str
    columns: tuple[Column, ...]
    cells: Callable[[Any], Sequence[Child]]


def evidence_tables(evidence: Sequence[Evidence]) -> Markup:
    """All evidence, in the order in which its kinds first occur."""
    by_kind: dict[type[Evidence], list[Evidence]] = {}
    for item in evidence:
        by_kind.setdefault(type(item), []).append(item)
    return join([_told(items) for items in by_kind.values()])


def _told(items: list[Evidence]) -> Markup:
    """Rules and forecasts are sentences, because there is one of them; everything else is a table."""
    first = items[0]
    if isinstance(first, RuleEvidence):
        return join([_rule(item) for item in items if isinstance(item, RuleEvidence)])
    if isinstance(first, ForecastEvidence):
        return join([_forecast(item) for item in items if isinstance(item, ForecastEvidence)])
    return _table(_KINDS[type(first)], items)


def _table(kind: _Kind, items: list[Evidence]) -> Markup:
    table = datatable(kind.caption, kind.columns, [kind.cells(item) for item in items[:_MOST_ROWS]], wide=True)
    left = len(items) - _MOST_ROWS
    if left <= 0:
        return table
    return join([table, element("p", f"{count(left, 'more row')} of this kind in the JSON form.", class_="soft")])


def _usage(item: UsageEvidence) -> Sequence[Child]:
    return (
        name(item.chip),
        name(f"{item.provider}/{item.account}"),
        _TIERS.get(item.tier, item.tier),
        whole_hours(item.accel_ns),
        flop(item.est_flop),
        flop(item.cap_flop),
    )


def _window(item: WindowEvidence) -> Sequence[Child]:
    return (count(item.days, "day"), day(item.start), day(item.end), flop(item.est_flop), flop(item.cap_flop))


def _rule(item: RuleEvidence) -> Markup:
    return element(
        "p",
        "Held against ",
        name(item.provision),
        f" ({item.status.replace('_', ' ')}): {_COMPARATORS.get(item.comparator, item.comparator)} ",
        flop(item.line_flop),
        " FLOP of ",
        name(item.metric),
        f". Source: {item.citation}.",
    )


def _declaration(item: DeclarationEvidence) -> Sequence[Child]:
    place = f"{item.file}, line {item.line}" if item.line is not None else item.file
    return (
        name(item.id),
        name(item.developer),
        join([day(item.start), " up to ", day(item.end)]),
        flop(item.point_flop),
        flop(item.high_flop),
        flop(item.covered_flop),
        name(place),
    )


def _forecast(item: ForecastEvidence) -> Markup:
    return element(
        "p",
        "Forecast from ",
        flop(item.basis_est_flop),
        f" FLOP in the last {count(item.basis_days, 'day')}: past the line on ",
        day(item.crosses_on),
        f", {count(item.days_left, 'day')} on.",
    )


def _sku(item: SkuEvidence) -> Sequence[Child]:
    return (
        name(item.sku),
        name(item.provider),
        name(item.description),
        f"{item.rows:,}",
        name(f"{item.quantity} {item.unit}"),
        name(item.reason),
    )


def _gap(item: GapEvidence) -> Sequence[Child]:
    return (name(item.month), name(item.provider), "nothing delivered")


def amount_text(value: str, unit: str) -> Markup:
    """A figure with its unit; compute as people read it, with the exact integer underneath."""
    if unit == "FLOP" and value.isdecimal():
        return flop_with_unit(int(value))
    return name(f"{value} {unit}")


def _figure(item: FigureEvidence) -> Sequence[Child]:
    return (
        name(item.name),
        amount_text(item.value, item.unit),
        amount_text(item.limit, item.unit),
        name(item.place),
    )


def _columns(*titles: str) -> tuple[Column, ...]:
    """Columns from their titles; a last ``#`` marks numbers."""
    return tuple(Column(title.rstrip("#"), number=title.endswith("#")) for title in titles)


_KINDS: dict[type[Evidence], _Kind] = {
    UsageEvidence: _Kind(
        "Metered use inside the window",
        _columns("Chip", "Account", "Evidence tier", "Accelerator-hours#", "Estimate, FLOP#", "Bound, FLOP#"),
        _usage,
    ),
    WindowEvidence: _Kind(
        "Largest windows",
        _columns("Length", "From", "Up to, not included", "Estimate, FLOP#", "Bound, FLOP#"),
        _window,
    ),
    DeclarationEvidence: _Kind(
        "Declarations taken into account",
        _columns("Declaration", "Developer", "Period", "Declared, FLOP#", "At most, FLOP#", "Covers, FLOP#", "Where"),
        _declaration,
    ),
    SkuEvidence: _Kind(
        "Products not recognised",
        _columns("Product", "Provider", "Description", "Rows#", "Quantity#", "Why"),
        _sku,
    ),
    GapEvidence: _Kind("Months without a report", _columns("Month", "Provider", "State"), _gap),
    FigureEvidence: _Kind("Figures that cannot be true", _columns("Figure", "Value#", "Limit#", "Where"), _figure),
    MemberEvidence: _Kind(
        "Accounts inside the window",
        _columns("Account", "Held by", "Party", "Estimate, FLOP#", "Bound, FLOP#", "Declared, FLOP#"),
        of_parties.member,
    ),
    LinkEvidence: _Kind("What ties the parties", _columns("Parties", "Shared", "Evidence#", "When"), of_parties.link),
    SamePartyEvidence: _Kind(
        "Why the records are one person's: the weakest link",
        _columns("Accounts", "Because", "Evidence#"),
        of_parties.same,
    ),
    SynchronyEvidence: _Kind(
        "Accounts in step, and by chance",
        _columns("Accounts", "Together in", "Alike", "As alike by chance#", "Sets tested#", "Probability#"),
        of_parties.synchrony,
    ),
    MomentEvidence: _Kind(
        "Hours in which they changed together", _columns("Hour", "Change of level"), of_parties.moment
    ),
    KycEvidence: _Kind("What the records say", _columns("Record", "Code", "Where"), of_parties.kyc),
    ProfileEvidence: _Kind("Risk profiles that match", _columns("Profile", "Version", "Because"), of_parties.profile),
    DoubleEvidence: _Kind(
        "The same use in two reports",
        _columns("Host's account", "Seller", "Days", "Hours, host#", "Hours, seller#", "Bound, FLOP#"),
        of_parties.double,
    ),
    BunchingEvidence: _Kind(
        "How subjects lie around the line",
        _columns("Just below", "Further below#", "Just above#", "Probability by chance#"),
        of_parties.bunching,
    ),
}
