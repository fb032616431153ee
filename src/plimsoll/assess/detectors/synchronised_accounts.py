"""`synchronised-accounts`: accounts that nothing links start, stop and scale together, and pass the line together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.crossing import largest_windows
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, UseRow
from plimsoll.assess.detectors.group_use import GroupUse, Measure, days_of
from plimsoll.assess.detectors.member_use import member_evidence
from plimsoll.assess.detectors.spelling import listed
from plimsoll.assess.detectors.split_run import if_training
from plimsoll.assess.detectors.split_search import Split
from plimsoll.assess.finding import Code, Finding, Severity, new_finding
from plimsoll.assess.party_evidence import MemberEvidence, MomentEvidence, SynchronyEvidence
from plimsoll.kernel.ids import content_id
from plimsoll.parties.control_group import ControlGroup, Together

if TYPE_CHECKING:
    from datetime import date

    from plimsoll.assess.synchrony.find import SynchronousSet
    from plimsoll.parties.known import KnownAccount

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED = 3


def set_id(accounts: Sequence[str]) -> str:
    """The name of a set of accounts: ``S-`` and 16 hexadecimal digits, the same for the same accounts."""
    return content_id("S", sorted(accounts))


def use_together(accounts: Sequence[AccountUse]) -> GroupUse:
    """The accounts' use added up, as the search for a split takes it."""
    subjects = tuple(sorted(account.subject for account in accounts))
    together = Together(subjects)
    group = ControlGroup(set_id(subjects), (), subjects, (), None, (together,))
    rows: list[UseRow] = sorted(
        (row for account in accounts for row in account.rows), key=lambda row: (row.day, row.chip, row.tier)
    )
    return GroupUse(group, together, tuple(rows), tuple(accounts))


@dataclass(frozen=True, slots=True)
class Synchronised:
    """A set whose accounts change level together and pass the line together.

    Attributes:
        split: where they pass it; accounts that pass it alone are left out of its figures.
        accounts: with all their use.
    """

    found: SynchronousSet
    split: Split
    accounts: tuple[AccountUse, ...]

    @property
    def severity(self) -> Severity:
        """Never high where somebody's place is not told: then outages of one region may be the reason."""
        return self.split.severity if self.found.placed else Severity.ASK

    @property
    def counted(self) -> tuple[AccountUse, ...]:
        """The accounts that the finding is about."""
        return tuple(account for account in self.accounts if account.subject not in self.split.apart)


def synchronised_accounts(
    seen: Synchronised, line: HeldLine, holders: Mapping[str, KnownAccount], as_of: date
) -> Finding:
    """The finding about a set.

    Args:
        holders: records by account, where there are any.
    """
    split, found = seen.split, seen.found
    window = split.window
    subject = set_id([account.subject for account in seen.counted])
    high = split.severity is Severity.HIGH
    days = days_of((row for account in seen.counted for row in account.rows), as_of, Measure.ESTIMATE, 0)
    members = sorted(
        (
            member_evidence(each, window.start, window.end, holders, split.declared_for(each.subject))
            for each in seen.counted
        ),
        key=lambda m: (-m.est_flop, m.subject),
    )
    return new_finding(
        Code.SYNCHRONISED_ACCOUNTS,
        seen.severity,
        subject,
        title=_title(len(members), split, high),
        window=window,
        cap_flop=split.cap_flop,
        est_flop=split.est_flop,
        line_flop=line.flop,
        covered_flop=split.covered_flop,
        evidence=(
            line.rule,
            *([] if high else [if_training(split, line, subject)]),
            SynchronyEvidence(
                found.accounts, found.events, found.test.similarity_e4, found.test.expected_e4,
                found.test.permutations, found.test.as_similar, found.tested, found.p_e6,
            ),
            *(MomentEvidence(_EPOCH + timedelta(hours=moment.hour), moment.changes) for moment in found.moments),
            *split.declarations.evidence(window.start, window.end),
            *members,
            *largest_windows(days, as_of),
        ),
        explanation=" ".join(_explanation(seen, members, line, holders, high)),
        clears=" ".join(_clears(seen, line, high)),
    )  # fmt: skip


def _title(accounts: int, split: Split, high: bool) -> str:
    passed = "passed" if high else "may have passed"
    return (
        f"{accounts} accounts that start, stop and scale together {passed} the line over {split.window.days} days, "
        "none of them alone"
    )


def _explanation(
    seen: Synchronised,
    members: Sequence[MemberEvidence],
    line: HeldLine,
    holders: Mapping[str, KnownAccount],
    high: bool,
) -> Iterator[str]:
    split, found, window = seen.split, seen.found, seen.split.window
    providers = sorted({member.subject.partition("/")[0] for member in members})
    where = f"at {providers[0]}" if len(providers) == 1 else f"at {len(providers)} providers"
    yield wording.used(f"{len(members)} accounts {where}", window, split.est_flop, split.cap_flop)
    yield wording.line_rule(line.rule)
    if high:
        yield wording.crossed(window, split.remedy, by_estimate=True)
    else:
        yield (
            f"If every hour that rests on a prior was training, whatever it is labelled, the estimate is "
            f"{wording.amount(split.train_flop)}, and first passed the line over {window.days} days on "
            f"{window.crossed_on}."
        )
    if not found.placed:
        yield (
            "In which regions they ran is not told for all of them. Outages of one region, one after the other, would "
            "make unrelated accounts look like these, so this is a question."
        )
    largest = members[0]
    yield (
        f"None of them is past the line by itself: the largest, {largest.subject}, used an estimated "
        f"{wording.amount(largest.est_flop)}."
    )
    if split.apart:
        yield f"{listed(split.apart)}, past the line alone, is judged alone and is not in these figures."
    yield from _likeness(found)
    yield wording.tiers(set(split.tiers))
    yield _declared(split)
    yield _nothing_links(members, holders)


def _percent(e4: int) -> str:
    return f"{-(-e4 // 100)} %"


def _likeness(found: SynchronousSet) -> Iterator[str]:
    test = found.test
    whom = "the accounts" if found.compared == len(found.accounts) else f"the {found.compared} that used most"
    yield (
        f"They changed level together, within three hours, in {found.events} events. Of {whom}, one has "
        f"{_percent(test.similarity_e4)} of the changes of another, on average, where {_percent(test.expected_e4)} "
        f"would be chance. With their clocks shifted at random they were as similar {test.as_similar:,} times out of "
        f"{test.permutations:,}: a chance of at most {_share(found.p_e6)}, corrected for "
        f"{wording.several(found.tested, 'set', 'sets')} tested. That is the chance of a set chosen beforehand. These "
        "sets were searched for among all pairs of accounts, by the same likeness, so the chance that some set looks "
        "like this is larger, by how much is not known: it is a reason to ask who holds the accounts, and no proof."
    )


def _share(p_e6: int) -> str:
    """Millionths as a decimal share, e.g. 0.0051."""
    return f"{p_e6 / 10**6:.6f}".rstrip("0")


def _declared(split: Split) -> str:
    declarations = split.declarations.evidence(split.window.start, split.window.end)
    if not declarations:
        return "No declaration that names one of these accounts overlaps these days."
    return f"{wording.declared(declarations, split.covered_flop)} More was used than that."


def _nothing_links(members: Sequence[MemberEvidence], holders: Mapping[str, KnownAccount]) -> str:
    if not holders:
        return "No customers' records were given, so that who holds them is not known."
    groups = {holders[m.subject].group or holders[m.subject].party for m in members if m.subject in holders}
    unknown = sum(member.subject not in holders for member in members)
    told = f"By the records they belong to {wording.several(len(groups), 'holder', 'holders')} under separate control"
    return f"{told}; {unknown} of them have no record." if unknown else f"{told}."


def _clears(seen: Synchronised, line: HeldLine, high: bool) -> Iterator[str]:
    split, remedy = seen.split, seen.split.remedy
    yield (
        f"A declaration of the run on these accounts from {remedy.start} up to {remedy.end} that covers "
        f"{wording.enough(remedy.flop)}{' more' if split.covered_flop else ' or more'}; or a reason why unrelated "
        "accounts change at the same hours (one scheduler of a contractor, an outage that the provider confirms), with "
        "proof of what each of them did; or proof that they served separate purposes, each under the line."
    )
    if not seen.found.placed:
        yield "Reports that tell the region (RegionId) let it be checked against the provider's outages."
    if high:
        if split.tiers != {"A"}:
            yield f"Measured utilisation that brings the estimate to {wording.under_line(line)} also clears it."
    else:
        yield "Measured utilisation (x_TensorActive) of these accounts settles what the labels cannot."
