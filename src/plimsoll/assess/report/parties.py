"""Who is behind the accounts, as far as records tell: how much is known, and what hides behind common attributes."""

from __future__ import annotations

from plimsoll.assess.assessment import Assessment, HubSeen, PartiesSeen
from plimsoll.assess.report.datatable import Column, datatable
from plimsoll.assess.report.figures import count, flop, flop_words, name, part_of_rows
from plimsoll.assess.report.markup import Child, Markup, element, join

_MOST = 40


def parties(assessment: Assessment) -> Markup | None:
    """The section; None where no records of customers were given."""
    seen = assessment.parties
    if seen is None:
        return None
    return element(
        "section",
        element("h2", _heading(seen), id="parties"),
        element("p", _known(seen)),
        _hubs(seen),
        element("ul", *(element("li", note) for note in seen.notes)) if seen.notes else None,
        aria_labelledby="parties",
    )


def _heading(seen: PartiesSeen) -> str:
    accounts = seen.known + seen.unknown
    if not accounts:
        return "No account used accelerators, so nobody had to be known"
    if not seen.unknown:
        return "Every account that used accelerators has a record of who holds it"
    return f"{count(seen.unknown, 'account')} of {accounts:,} used accelerators without a record of who holds them"


def _known(seen: PartiesSeen) -> str:
    unknown = f" Those without one could have done {flop_words(seen.unknown_cap_flop)} FLOP." if seen.unknown else ""
    return (
        f"{count(seen.known, 'account')} with a record, {part_of_rows(seen.known, seen.known + seen.unknown)} of those "
        f"with use, held by {count(seen.parties, 'legal person')}; {count(seen.groups, 'group')} of several under "
        f"common control.{unknown}"
    )


def _hubs(seen: PartiesSeen) -> Markup:
    if not seen.hubs:
        return element("p", "No attribute is shared by so many parties that it had to be left out of the links.")
    columns = (
        Column("Shared by many"),
        Column("Parties", number=True),
        Column("Accounts", number=True),
        Column("Estimate, FLOP", number=True),
        Column("Bound, FLOP", number=True),
        Column("With a finding", number=True),
    )
    left = len(seen.hubs) - _MOST
    return join(
        [
            element("h3", "What the links cannot see: use behind attributes that too many share"),
            element(
                "p",
                "An agent's telephone or a reseller's card ties nobody to anybody. Whoever hides behind one is in "
                "these figures and in no group: this volume is uncovered, and only the agent's or the reseller's own "
                "list of customers would cover it.",
            ),
            datatable(
                "Uncovered volume by shared attribute", columns, [_hub(hub) for hub in seen.hubs[:_MOST]], wide=True
            ),
            element("p", f"{count(left, 'more row')} in the JSON form.", class_="soft") if left > 0 else None,
        ]
    )


def _hub(hub: HubSeen) -> list[Child]:
    return [
        join([hub.tie.replace("_", " "), " ", name(hub.shown)]),
        f"{hub.parties:,}",
        f"{hub.accounts:,}",
        flop(hub.est_flop),
        flop(hub.cap_flop),
        f"{hub.past_alone:,}",
    ]
