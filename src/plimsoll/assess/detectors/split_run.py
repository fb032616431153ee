"""`split-run`: accounts under one control pass the line together, and none of them does by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.coverage import Coverage
from plimsoll.assess.detectors.crossing import Remedy, Rolling, Unexplained, largest_windows, remedy_for, rolling
from plimsoll.assess.detectors.figures import WINDOWS, DayUse, HeldLine, surely_exceeds, whole_flop
from plimsoll.assess.detectors.group_use import GroupUse, Measure, days_of, inside
from plimsoll.assess.detectors.spelling import listed
from plimsoll.assess.evidence import FigureEvidence
from plimsoll.assess.finding import Code, Finding, Severity, Window, new_finding
from plimsoll.assess.party_evidence import LinkEvidence, MemberEvidence, SharedEvidence
from plimsoll.kernel.flop import flop_text
from plimsoll.parties.control_group import ControlGroup, Link

MOST_LINKS = 500
"""How many links a finding lists; the weakest are always among them."""


@dataclass(frozen=True, slots=True)
class Split:
    """Where accounts of a group pass the line together.

    Attributes:
        measure: by the estimate, or only if all that rests on a prior was training.
        window: with the first day on which a window of this length was past the line.
        cap_flop, est_flop: what the accounts that count used in the window.
        train_flop: the same, with every hour that rests on a prior taken as training.
        apart: accounts that are past the line by themselves in the window; they are judged alone and add nothing here.
        declarations: those of the accounts that count.
        tiers: evidence tiers of the use in the window.
    """

    use: GroupUse
    measure: Measure
    window: Window
    cap_flop: int
    est_flop: int
    train_flop: int
    covered_flop: int
    apart: tuple[str, ...]
    declarations: Coverage
    remedy: Remedy
    tiers: frozenset[str]

    @property
    def severity(self) -> Severity:
        return Severity.HIGH if self.measure is Measure.ESTIMATE else Severity.ASK

    @property
    def strength(self) -> tuple[int, int, int]:
        """Of two splits of one group the greater is the finding."""
        return self.severity.rank, self.est_flop, self.cap_flop


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


def find_split(
    use: GroupUse, line: HeldLine, declared: Sequence[DeclarationSeen], as_of: date, train_bp: int
) -> Split | None:
    """The strongest unexplained crossing of accounts that do not pass the line by themselves.

    Every window is looked at on its own. Accounts that are past the line in it by themselves, by the same measure, are
    left out with the runs that only they are declared for; what the others used must be past the line and surely more
    than their declared runs cover, and where accounts were left out, the use of all surely more than all runs cover.

    Args:
        declared: declarations that name any account of the group.
        train_bp: the prior for training, in basis points.
    """
    for measure in Measure:
        search = _Search(use, line, tuple(declared), as_of, train_bp, measure)
        if (found := search.split()) is not None:
            return found
    return None


class _Search:
    """The windows of one group by one measure."""

    def __init__(
        self,
        use: GroupUse,
        line: HeldLine,
        declared: tuple[DeclarationSeen, ...],
        as_of: date,
        train_bp: int,
        measure: Measure,
    ) -> None:
        self._use, self._line, self._as_of, self._train_bp, self._measure = use, line, as_of, train_bp, measure
        self._all = Coverage(tuple(d for d in declared if set(d.accounts) & set(use.together.accounts)))
        self._days = days_of(use.rows, as_of, measure, train_bp)

    def split(self) -> Split | None:
        found: list[tuple[Unexplained, tuple[str, ...]]] = []
        shown: list[tuple[Unexplained, tuple[str, ...]]] = []
        for length in WINDOWS:
            here = list(self._unexplained(length))
            found += here
            shown = shown or here
        if not shown:
            return None
        peak, apart = max(shown, key=lambda pair: (pair[0].sums.est_e4, pair[0].sums.cap_flop))
        return self._as_split(shown[0][0].sums.last, peak, apart, [window for window, _ in found])

    def _unexplained(self, length: int) -> Iterator[tuple[Unexplained, tuple[str, ...]]]:
        past_alone = self._past_alone(length)
        for sums in rolling(self._days, length, self._as_of):
            if sums.est_e4 < self._line.first_past_e4:
                continue
            alone = past_alone.get(sums.last, {})
            rest = _less(sums, list(alone.values()))
            if rest.est_e4 < self._line.first_past_e4:
                continue
            coverage = self._coverage(alone)
            declared = coverage.flop(sums.start, sums.end)
            if not surely_exceeds(rest.est_e4, rest.prior_e4, declared):
                continue
            if alone and not surely_exceeds(sums.est_e4, sums.prior_e4, self._all.flop(sums.start, sums.end)):
                continue
            yield Unexplained(rest, declared, sure=True), tuple(sorted(alone))

    def _past_alone(self, length: int) -> dict[date, dict[str, Rolling]]:
        """Per last day of a window, the accounts that are past the line in it by themselves, with all their use; and
        what of that counts in the group."""
        found: dict[date, dict[str, Rolling]] = {}
        for account in self._use.large:
            whole = days_of(account.rows, self._as_of, self._measure, self._train_bp)
            past = {
                sums.last
                for sums in rolling(whole, length, self._as_of)
                if sums.est_e4 >= self._line.first_past_e4
            }  # fmt: skip
            if not past:
                continue
            counted = days_of(inside(account.rows, self._use.together), self._as_of, self._measure, self._train_bp)
            within = {sums.last: sums for sums in rolling(counted, length, self._as_of)}
            for last in past:
                found.setdefault(last, {})[account.subject] = within.get(last, Rolling(length, last, 0, 0, 0))
        return found

    def _coverage(self, alone: Mapping[str, Rolling]) -> Coverage:
        if not alone:
            return self._all
        left = set(self._use.together.accounts) - set(alone)
        return Coverage(tuple(d for d in self._all.declarations if left & set(d.accounts)))

    def _as_split(
        self, first: date, peak: Unexplained, apart: tuple[str, ...], windows: Sequence[Unexplained]
    ) -> Split:
        sums = peak.sums
        start, end = sums.start, sums.end
        plain = self._sums(Measure.ESTIMATE, start, end, apart)
        train = self._sums(Measure.ALL_TRAINING, start, end, apart)
        return Split(
            use=self._use,
            measure=self._measure,
            window=Window(start, end, first),
            cap_flop=sums.cap_flop,
            est_flop=whole_flop(plain),
            train_flop=whole_flop(train),
            covered_flop=peak.declared_flop,
            apart=apart,
            declarations=self._coverage(dict.fromkeys(apart, sums)),
            remedy=remedy_for(windows, self._days),
            tiers=frozenset(row.tier for row in self._use.rows if start <= row.day < end),
        )

    def _sums(self, measure: Measure, start: date, end: date, apart: Sequence[str]) -> int:
        """The window's amount by another measure, less that of the accounts left out."""
        rows = list(days_of(self._use.rows, self._as_of, measure, self._train_bp))
        total = _total(rows, start, end)
        for account in self._use.large:
            if account.subject in apart:
                counted = inside(account.rows, self._use.together)
                total -= _total(days_of(counted, self._as_of, measure, self._train_bp), start, end)
        return total


def _total(days: Sequence[DayUse], start: date, end: date) -> int:
    return sum(use.est_e4 for use in days if start <= use.day < end)


def _less(sums: Rolling, others: Sequence[Rolling]) -> Rolling:
    return Rolling(
        sums.days,
        sums.last,
        sums.cap_flop - sum(other.cap_flop for other in others),
        sums.est_e4 - sum(other.est_e4 for other in others),
        sums.prior_e4 - sum(other.prior_e4 for other in others),
    )


def split_run(split: Split, members: Sequence[Member], line: HeldLine, as_of: date) -> Finding:
    """The finding about a split.

    Args:
        members: every account of the group that used anything in the window, largest first.
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
            *([] if high else [_if_training(split, line)]),
            *declarations,
            *(_member(member, split) for member in members),
            *link_evidence(group),
            *largest_windows(days, as_of),
        ),
        explanation=" ".join(_explanation(split, counted, line)),
        clears=" ".join(_clears(split, line)),
    )


def _title(accounts: int, group: str, split: Split) -> str:
    passed = "passed" if split.severity is Severity.HIGH else "may have passed"
    return f"{accounts} accounts of the control group {group} {passed} the line together over {split.window.days} days"


def _if_training(split: Split, line: HeldLine) -> FigureEvidence:
    return FigureEvidence(
        "the estimate with every hour that rests on a prior taken as training",
        flop_text(split.train_flop), flop_text(line.flop), "FLOP", split.use.group.id,
    )  # fmt: skip


def _member(member: Member, split: Split) -> MemberEvidence:
    covered = sum(
        declaration.covered_flop
        for declaration in split.declarations.overlapping(split.window.start, split.window.end)
        if member.subject in declaration.accounts
    )
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


def _explanation(split: Split, counted: Sequence[Member], line: HeldLine) -> Iterator[str]:
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
        yield (
            f"None of them is past the line by itself: the largest, {largest.subject}, used an estimated "
            f"{wording.amount(whole_flop(largest.est_e4))}."
        )
    if split.apart:
        yield f"{listed(split.apart)}, past the line alone, is judged alone and is not in these figures."
    yield wording.tiers(set(split.tiers))
    yield _declared(split)
    yield _control(group, split)


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
