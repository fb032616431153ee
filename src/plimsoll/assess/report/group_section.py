"""The pictures of a finding about several accounts: who they are and what ties them, and how they ran hour by hour."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from plimsoll.assess.assessment import HourSeries
from plimsoll.assess.finding import Finding
from plimsoll.assess.party_evidence import LinkEvidence, MemberEvidence, MomentEvidence
from plimsoll.assess.report.group_graph import MOST_PARTIES, group_graph
from plimsoll.assess.report.hours_chart import HOURS, MOST, hours_chart
from plimsoll.assess.report.load_line import Caption
from plimsoll.assess.report.markup import Markup, element, join

NO_HOURS: Mapping[str, HourSeries] = MappingProxyType({})


def pictures(finding: Finding, hours: Mapping[str, HourSeries]) -> Markup | None:
    """Both pictures, as far as the evidence has what they show; None where it has nothing."""
    members = [item for item in finding.evidence if isinstance(item, MemberEvidence)]
    if len(members) < 2:
        return None
    return join([_graph(finding, members), _hours(finding, members, hours)])


def _graph(finding: Finding, members: list[MemberEvidence]) -> Markup:
    links = [item for item in finding.evidence if isinstance(item, LinkEvidence)]
    parties = len({member.party or member.subject for member in members})
    caption = Caption(
        f"{finding.id}-group",
        "The parties, their accounts, and what ties them",
        " ".join([finding.title + ".", *(link.text() + "." for link in links[:MOST_PARTIES])]),
    )
    return element(
        "figure",
        group_graph(caption, members, links),
        element("figcaption", _graph_words(parties, links)),
    )


def _graph_words(parties: int, links: list[LinkEvidence]) -> str:
    if parties == 1:
        return "One legal person holds all of these accounts. Amounts are estimates inside the window."
    if not links:
        return "No record ties these parties; their clocks do. Amounts are estimates inside the window."
    weakest = any(link.weakest for link in links)
    ends = " The broken arc is the weakest link: if it is a coincidence, the group splits there." if weakest else ""
    return f"An arc is something that two parties share. Amounts are estimates inside the window.{ends}"


def _hours(finding: Finding, members: list[MemberEvidence], hours: Mapping[str, HourSeries]) -> Markup | None:
    ordered = sorted(members, key=lambda member: (-member.est_flop, member.subject))
    known = [hours[member.subject] for member in ordered if member.subject in hours][:MOST]
    if len(known) < 2:
        return None
    moments = [item.hour for item in finding.evidence if isinstance(item, MomentEvidence)]
    caption = Caption(
        f"{finding.id}-hours",
        f"The accounts hour by hour over {HOURS // 24} days",
        "Each strip is one account's accelerators in use, against its own busiest hour."
        + (" Broken lines mark hours in which they changed together." if moments else ""),
    )
    marked = " Broken lines: hours in which they changed together." if moments else ""
    return element(
        "figure",
        hours_chart(caption, known, moments),
        element(
            "figcaption",
            f"{HOURS // 24} days hour by hour; each strip is drawn against its own account's busiest hour.{marked}",
        ),
    )
