"""`missing-report`: a month for which a provider delivered nothing, or a provider that never delivered at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date

from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.detectors.coverage import declared_as_evidence
from plimsoll.assess.detectors.spelling import by_folded, folded, listed
from plimsoll.assess.evidence import GapEvidence
from plimsoll.assess.finding import Code, Finding, Severity, Window, new_finding

Month = tuple[int, int]
"""Year and month."""


def missing_months(provider: str, delivered: Set[Month], as_of: date) -> Iterator[Finding]:
    """One finding per stretch of missing months between the provider's first report and `as_of`.

    A month is due once it is over; the month in which `as_of` lies is not.

    Args:
        delivered: months in which at least one row of the provider has its charge period.
    """
    if not delivered:
        return
    due = [m for m in _months(min(delivered), (as_of.year, as_of.month)) if m not in delivered]
    for stretch in _stretches(due):
        names = [f"{year}-{month:02}" for year, month in stretch]
        label = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
        yield new_finding(
            Code.MISSING_REPORT,
            Severity.DATA,
            provider,
            title=f"{provider} delivered no usage report for {label}",
            window=Window(_first_day(stretch[0]), _first_day(_next(stretch[-1]))),
            evidence=tuple(GapEvidence(provider, name) for name in names),
            explanation=(
                f"{provider} reported usage {_between(delivered)}, but no row that could be counted has its charge "
                f"period in {label}. Compute used then is in no total, so its accounts may have passed the line unseen."
            ),
            clears=(
                f"The report of {provider} for {label}; where nothing was used, a report with a quantity of zero for "
                "each month."
            ),
        )


def silent_providers(
    named: Mapping[str, Iterable[DeclarationSeen]], reporting: Set[str], as_of: date
) -> Iterator[Finding]:
    """One finding per provider that declarations name for a time before `as_of` and that delivered nothing at all.

    Args:
        named: provider to the declarations that say it supplies their run.
        reporting: providers of which at least one row was read.
    """
    spelt = by_folded(reporting)
    for provider in sorted(set(named) - reporting):
        runs = [d for d in named[provider] if d.start is None or d.start < as_of]
        if not runs:
            continue
        nearly = spelt.get(folded(provider), ())
        spelt_otherwise = f" There are reports of {listed(nearly)}, which differs only in spelling." if nearly else ""
        yield new_finding(
            Code.MISSING_REPORT,
            Severity.DATA,
            provider,
            title=f"{provider} supplies a declared run, but no usage report is from {provider}",
            evidence=(GapEvidence(provider, "every month"), *(declared_as_evidence(run) for run in runs)),
            explanation=(
                f"The declaration of {listed(run.id for run in runs)} names {provider} as the source of its compute, "
                f"but no usage report of {provider} was among the inputs. What was declared cannot be held against "
                f"what was used.{spelt_otherwise}"
            ),
            clears=f"The usage reports of {provider}, or an amended declaration that names the real provider.",
        )


def _between(delivered: Set[Month]) -> str:
    first, last = _name(min(delivered)), _name(max(delivered))
    return f"in {first}" if first == last else f"from {first} to {last}"


def _months(first: Month, end: Month) -> Iterator[Month]:
    while first < end:
        yield first
        first = _next(first)


def _next(month: Month) -> Month:
    year, number = month
    return (year + 1, 1) if number == 12 else (year, number + 1)


def _first_day(month: Month) -> date:
    return date(*month, 1)


def _name(month: Month) -> str:
    return f"{month[0]}-{month[1]:02}"


def _stretches(months: Iterable[Month]) -> Iterator[tuple[Month, ...]]:
    """Months that follow each other, together."""
    stretch: list[Month] = []
    for month in months:
        if stretch and month != _next(stretch[-1]):
            yield tuple(stretch)
            stretch = []
        stretch.append(month)
    if stretch:
        yield tuple(stretch)
