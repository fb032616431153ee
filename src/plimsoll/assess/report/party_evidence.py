"""How evidence about parties is laid out: the same kinds of table as `evidence.py`, for who is behind an account."""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.assess.evidence import whole_hours
from plimsoll.assess.party_evidence import (
    BunchingEvidence,
    DoubleEvidence,
    KycEvidence,
    LinkEvidence,
    MemberEvidence,
    MomentEvidence,
    ProfileEvidence,
    SamePartyEvidence,
    SharedEvidence,
    SynchronyEvidence,
)
from plimsoll.assess.report.figures import count, flop, name
from plimsoll.assess.report.markup import Child, Markup, element, join


def member(item: MemberEvidence) -> Sequence[Child]:
    return (
        name(item.subject),
        name(item.legal_name or "no record"),
        name(item.party or "–"),
        flop(item.est_flop),
        flop(item.cap_flop),
        flop(item.covered_flop) if item.covered_flop else "nothing",
    )


def link(item: LinkEvidence) -> Sequence[Child]:
    since = f"since {item.since}" if item.since else ""
    until = f"until {item.until}" if item.until else ""
    when = " ".join(part for part in (since, until) if part) or "not dated"
    strength = bits(item.centibits)
    return (
        join([name(item.one), " and ", name(item.other)]),
        join([shared(part) for part in item.shared], "; "),
        element("strong", f"{strength}, the weakest") if item.weakest else strength,
        when,
    )


def same(item: SamePartyEvidence) -> Sequence[Child]:
    steps: list[Child] = [
        join([f"{step.what}: {step.words} (", name(step.one_value or "–"), ", ", name(step.other_value or "–"), ")"])
        for step in item.steps
    ]
    decided = join(["an officer's decision ", name(item.decision or "")])
    return (
        join([name(item.one), " and ", name(item.other)]),
        join(steps, "; ") if steps else decided,
        "–" if item.centibits is None else bits(item.centibits),
    )


def shared(part: SharedEvidence) -> Markup:
    """``phone hk1:3f2a…, which 2 parties have (14.6 bits)``."""
    held = count(part.parties, "party has", "parties have")
    return join([part.tie.replace("_", " "), " ", name(part.shown), f", which {held} ({bits(part.centibits)})"])


def bits(centibits: int) -> str:
    return f"{'−' if centibits < 0 else ''}{abs(centibits) // 100}.{abs(centibits) % 100 // 10} bits"


def moment(item: MomentEvidence) -> Sequence[Child]:
    return (
        f"{item.hour:%Y-%m-%d %H:%M} UTC",
        join([join([name(account), f" {change:+d} %"]) for account, change in item.changes], ", "),
    )


def synchrony(item: SynchronyEvidence) -> Sequence[Child]:
    return (
        count(len(item.accounts), "account"),
        count(item.events, "hour"),
        f"{item.similarity_e4 / 100:.1f} % (by chance {item.expected_e4 / 100:.1f} %)",
        f"{item.as_similar:,} of {item.permutations:,}",
        f"{item.tested:,}",
        f"at most {item.p_e6 / 1e6:.6f}".rstrip("0"),
    )


def kyc(item: KycEvidence) -> Sequence[Child]:
    return (name(item.what), element("code", item.code), name(item.place or "–"))


def profile(item: ProfileEvidence) -> Sequence[Child]:
    facts: list[Child] = [join([name(fact), " = ", name(value)]) for fact, value in item.facts]
    return (name(item.title), element("code", f"{item.profile} {item.version}"), join(facts, ", "))


def double(item: DoubleEvidence) -> Sequence[Child]:
    return (
        name(item.host_account),
        name(item.seller),
        count(item.days, "day"),
        whole_hours(item.host_accel_ns),
        whole_hours(item.seller_accel_ns),
        flop(item.cap_flop),
    )


def bunching(item: BunchingEvidence) -> Sequence[Child]:
    return (
        f"{item.just_below:,}",
        f"{item.below:,}",
        f"{item.just_above:,}",
        f"{item.p_e6 / 1e6:.6f}".rstrip("0"),
    )
