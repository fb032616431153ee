"""What the reports are worth: every file with its rows, what was rejected and why, and what had to be assumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from plimsoll.assess.assessment import (
    Corrections,
    DataQuality,
    InputFile,
    Rejection,
    UnmappedSku,
    UnusedCommitment,
)
from plimsoll.assess.reported_months import stray_months

if TYPE_CHECKING:
    from plimsoll.compute.accounting import Accounts
    from plimsoll.compute.usage.delivery import UsageDelivery

Name = Callable[[str], str]
"""Gives a file's path the name under which an assessment shows it."""


def usage_inputs(delivery: UsageDelivery, accounts: Accounts, name: Name) -> tuple[InputFile, ...]:
    """The usage files in the order of their names."""
    files = [
        InputFile(
            name(file.path),
            file.sha256.removeprefix("sha256:"),
            file.format,
            file.rows,
            accounts.rejected_in.get(file.path, 0),
        )
        for file in delivery.files
    ]
    return tuple(sorted(files, key=lambda file: (file.path, file.sha256)))


def outcome_counts(accounts: Accounts) -> tuple[tuple[str, int], ...]:
    """Rows of all files per outcome, in the order of `Outcome`, zeros included."""
    from plimsoll.compute.usage.outcomes import Outcome

    return tuple(
        (outcome.value, sum(count.rows for count in accounts.outcomes if count.outcome is outcome))
        for outcome in Outcome
    )


def data_quality(delivery: UsageDelivery, accounts: Accounts, name: Name) -> DataQuality:
    """Everything that a reader must know about the reports before trusting the answer."""
    rows = {count.reason: count.rows for count in accounts.outcomes}
    marked, unmarked = rows.get("correction", 0), rows.get("correction.unmarked", 0)
    return DataQuality(
        rejections=_rejections(accounts, name),
        unmapped=unmapped_skus(accounts),
        assumptions=_assumptions(delivery, accounts, name),
        unused=_unused(accounts),
        corrections=Corrections(marked + unmarked, unmarked),
    )


def unmapped_skus(accounts: Accounts) -> tuple[UnmappedSku, ...]:
    """Products that could not be resolved, in order of provider and product."""
    found = [
        UnmappedSku(
            provider=sku.provider,
            sku=sku.sku_id or sku.sku_meter or sku.description or sku.service or "a product without a name",
            description=sku.description or sku.service or sku.sku_meter or "",
            unit=sku.unit or "",
            rows=sku.rows,
            quantity=sku.quantity,
            reason=_sentence(sku.basis),
        )
        for sku in accounts.unmapped
    ]
    return tuple(sorted(found, key=lambda sku: (sku.provider, sku.sku, sku.description, sku.unit, sku.quantity)))


def _rejections(accounts: Accounts, name: Name) -> tuple[Rejection, ...]:
    """By reason and file. Where more rows were rejected than are listed, the rest stands under its reason alone."""
    from plimsoll.compute.usage.outcomes import REASONS, Outcome

    listed: dict[tuple[str, str], list[int]] = {}
    for rejection in accounts.rejections:
        listed.setdefault((name(rejection.file), rejection.reason), []).append(rejection.row)
    left = {count.reason: count.rows for count in accounts.outcomes if count.outcome is Outcome.REJECTED}
    found = []
    for (path, reason), numbers in sorted(listed.items()):
        meaning = REASONS[reason]
        found.append(Rejection(path, reason, meaning.meaning, meaning.fix, len(numbers), min(numbers)))
        left[reason] = left.get(reason, 0) - len(numbers)
    for reason, count in sorted(left.items()):
        if count > 0:
            meaning = REASONS[reason]
            found.append(Rejection("further files and rows", reason, meaning.meaning, meaning.fix, count, None))
    return tuple(found)


def _assumptions(delivery: UsageDelivery, accounts: Accounts, name: Name) -> tuple[str, ...]:
    """What was assumed: about the files, one sentence for all files alike, and about utilisation."""
    files: dict[str, list[str]] = {}
    for note in delivery.notes:
        files.setdefault(note.text, []).append(name(note.file))
    found = [f"{_files(names)}: {text}." for text, names in sorted(files.items())]
    priors = accounts.priors
    found.append(
        f"Where nobody measured or attested utilisation, {_percent(priors.train)} of the dense peak is assumed for "
        f"training and unlabelled work, {_percent(priors.other)} for inference and other work "
        f"(priors {priors.version})."
    )
    coarse = sorted(coverage.provider for coverage in accounts.coverage if coverage.grain == "month")
    if coarse:
        found.append(f"{', '.join(coarse)}: charge periods of a month were spread evenly over their days.")
    found += _late(accounts)
    return tuple(found)


def _late(accounts: Accounts) -> Iterator[str]:
    """Providers that began to report after others did: they may be new, or their first reports may be missing."""
    stray = stray_months(accounts)
    begun = {
        each.provider: months[0]
        for each in accounts.coverage
        if (months := [month for month in each.months if month not in stray])
    }
    first = min(begun.values(), default=None)
    for provider, month in begun.items():
        if first is not None and month > first:
            yield (
                f"{provider}: its reports begin in {month:%Y-%m}, those of others in {first:%Y-%m}; no use before that "
                "is assumed."
            )


def _unused(accounts: Accounts) -> tuple[UnusedCommitment, ...]:
    from plimsoll.compute.engine import fetch
    from plimsoll.compute.usage.outcomes import Outcome

    if not any(count.outcome is Outcome.UNUSED_COMMITMENT for count in accounts.outcomes):
        return ()
    unused = accounts.unused
    sums = unused.group_by("provider", "account").agg(
        rows=unused.rows.sum(),
        accel_ns=unused.accel_ns.sum().cast("decimal(38, 0)"),
        cap_flop=unused.cap_flop.sum().cast("decimal(38, 0)"),
    )
    found = [
        UnusedCommitment(row["provider"], row["account"], int(row["rows"]), int(row["accel_ns"]), int(row["cap_flop"]))
        for row in fetch(accounts.delivery.engine, sums)
    ]
    return tuple(sorted(found, key=lambda item: (-item.cap_flop, item.provider, item.account)))


def _files(names: list[str]) -> str:
    first = sorted(set(names))
    return first[0] if len(first) == 1 else f"{first[0]} and {len(first) - 1:,} more files"


def _percent(basis_points: int) -> str:
    whole, part = divmod(basis_points, 100)
    return f"{whole} %" if not part else f"{whole}.{part:02} %"


def _sentence(text: str) -> str:
    text = text.strip().rstrip(".") or "nothing in the SKU map says what it is"
    return text + "." if text.startswith("x_") else text[:1].upper() + text[1:] + "."
