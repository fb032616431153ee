"""`split-run`: accounts under one control pass the line together, and none does beyond its own declarations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.crossing import largest_windows
from plimsoll.assess.detectors.figures import HeldLine, whole_flop
from plimsoll.assess.detectors.group_use import Measure, days_of
from plimsoll.assess.detectors.spelling import listed
from plimsoll.assess.detectors.split_search import Split
from plimsoll.assess.evidence import FigureEvidence
from plimsoll.assess.finding import Code, Finding, Severity, new_finding
from plimsoll.assess.party_evidence import (
    LinkEvidence,
    MemberEvidence,
    SamePartyEvidence,
    SharedEvidence,
    StepEvidence,
)
from plimsoll.kernel.flop import flop_text
from plimsoll.parties.control_group import ControlGroup, Link
from plimsoll.parties.known import JoinedRecords

MOST_LINKS = 500
"""How many links a finding lists; the weakest are always among them."""


@dataclass(frozen=True, slots=True)
class Member:
    """What one account used in the window of a split, and who holds it.

    Attributes:
        party: id of the legal person.
    """

    subject: str
    party: str | None
    legal_name: str | None
    cap_flop: int
    est_e4: int


def split_run(
    split: Split, members: Sequence[Member], line: HeldLine, as_of: date, joined: JoinedRecords | None = None
) -> Finding:
    """The finding about a split.

    Args:
        members: every account of the group that used anything in the window, largest first.
        joined: of a group of one party, the weakest link between its records.
    """
    group, window = split.use.group, split.window
    counted = [member for member in members if member.subject not in split.apart]
    declarations = split.declarations.evidence(window.start, window.end)
    high = split.severity is Severity.HIGH
    days = days_of(split.use.rows, as_of, Measure.ESTIMATE, 0)
    return new_finding(
        Code.SPLIT_RUN,
        split.severity,
        group.id,
        title=_title(len(counted), group.id, split),
        window=window,
        cap_flop=split.cap_flop,
        est_flop=split.est_flop,
        line_flop=line.flop,
        covered_flop=split.covered_flop,
        evidence=(
            line.rule,
            *([] if high else [if_training(split, line, group.id)]),
            *declarations,
            *(_member(member, split) for member in members),
            *link_evidence(group),
            *same_party(group, joined),
            *largest_windows(days, as_of),
        ),
        explanation=" ".join(_explanation(split, counted, line, joined)),
        clears=" ".join(_clears(split, line)),
    )


def _title(accounts: int, group: str, split: Split) -> str:
    passed = "passed" if split.severity is Severity.HIGH else "may have passed"
    return f"{accounts} accounts of the control group {group} {passed} the line together over {split.window.days} days"


def if_training(split: Split, line: HeldLine, subject: str) -> FigureEvidence:
    """What was used if labels are not believed, beside the line."""
    return FigureEvidence(
        "the estimate with every hour that rests on a prior taken as training",
        flop_text(split.train_flop), flop_text(line.flop), "FLOP", subject,
    )  # fmt: skip


def _member(member: Member, split: Split) -> MemberEvidence:
    covered = split.declared_for(member.subject)
    return MemberEvidence(
        member.subject, member.party, member.legal_name, member.cap_flop, whole_flop(member.est_e4), covered
    )


def link_evidence(group: ControlGroup) -> Iterator[LinkEvidence]:
    """Why the parties of a group count as one, the weakest link first."""
    weakest = set(group.weakest.links) if group.weakest is not None else set()
    ordered = sorted(group.links, key=lambda link: (link not in weakest, link.one, link.other))
    for link in ordered[: max(MOST_LINKS, len(weakest))]:
        yield _link(link, weakest=link in weakest)


def _link(link: Link, *, weakest: bool) -> LinkEvidence:
    shared = tuple(SharedEvidence(s.tie.value, s.shown, s.parties, s.centibits) for s in link.shared)
    return LinkEvidence(link.one, link.other, shared, link.centibits, weakest, link.since, link.until)


def same_party(group: ControlGroup, joined: JoinedRecords | None) -> Iterator[SamePartyEvidence]:
    """Why the accounts of a group of one party are one person's."""
    if joined is not None and len(group.parties) == 1:
        steps = tuple(
            StepEvidence(step.what, step.words, step.one_value, step.other_value, step.centibits)
            for step in joined.steps
        )
        yield SamePartyEvidence(group.parties[0], joined.one, joined.other, joined.centibits, steps, joined.decision)


def _explanation(
    split: Split, counted: Sequence[Member], line: HeldLine, joined: JoinedRecords | None
) -> Iterator[str]:
    window, group = split.window, split.use.group
    largest = counted[0] if counted else None
    yield wording.used(
        f"{len(counted)} accounts of {wording.several(len(group.parties), 'party', 'parties')} under common control "
        f"({group.id})",
        window, split.est_flop, split.cap_flop,
    )  # fmt: skip
    yield wording.line_rule(line.rule)
    if split.severity is Severity.HIGH:
        yield wording.crossed(window, split.remedy, by_estimate=True)
    else:
        yield (
            f"If every hour that rests on a prior was training, whatever it is labelled, the estimate is "
            f"{wording.amount(split.train_flop)}, and first passed the line over {window.days} days on "
            f"{window.crossed_on}."
        )
    if largest is not None:
        alone = "past the line by itself" if largest.est_e4 < line.first_past_e4 else "beyond its own declarations"
        yield (
            f"None of them is {alone}: the largest, {largest.subject}, used an estimated "
            f"{wording.amount(whole_flop(largest.est_e4))}."
        )
    if split.apart:
        yield f"{listed(split.apart)}, past the line alone, is judged alone and is not in these figures."
    yield wording.tiers(set(split.tiers))
    yield _declared(split)
    yield _control(group, split)
    for evidence in same_party(group, joined):
        yield f"That rests on the records: {evidence.text()}."


def _declared(split: Split) -> str:
    declarations = split.declarations.evidence(split.window.start, split.window.end)
    if not declarations:
        return "No declaration that names one of these accounts overlaps these days."
    return f"{wording.declared(declarations, split.covered_flop)} More was used than that."


def _control(group: ControlGroup, split: Split) -> str:
    together = split.use.together
    when = ""
    if together.since or together.until:
        when = f" They count together {_when(together.since, together.until)}."
    if len(group.parties) == 1:
        return f"All are accounts of one legal person, {group.parties[0]}.{when}"
    weakest = group.weakest
    if weakest is None:
        return when.strip()
    names = "; ".join(f"{link.one} and {link.other}" for link in weakest.links)
    count = len(weakest.apart)
    return (
        f"The weakest link is between {names} ({weakest.centibits / 100:.1f} bits of evidence): if it is a "
        f"coincidence, {wording.several(count, 'party', 'parties')} of {len(group.parties)} "
        f"{'stands' if count == 1 else 'stand'} apart.{when}"
    )


def _when(since: date | None, until: date | None) -> str:
    if since is not None and until is not None:
        return f"from {since} up to {until}"
    return f"since {since}" if since is not None else f"up to {until}"


def _clears(split: Split, line: HeldLine) -> Iterator[str]:
    remedy = split.remedy
    yield (
        f"A declaration of the run on these accounts from {remedy.start} up to {remedy.end} that covers "
        f"{wording.enough(remedy.flop)}{' more' if split.covered_flop else ' or more'}; or evidence that the accounts "
        "are not under common control, first of all that the weakest link is a coincidence; or proof that they served "
        "separate purposes, each under the line."
    )
    if split.severity is Severity.HIGH:
        if split.tiers != {"A"}:
            yield f"Measured utilisation that brings the estimate to {wording.under_line(line)} also clears it."
    else:
        yield "Measured utilisation (x_TensorActive) of these accounts settles what the labels cannot."
