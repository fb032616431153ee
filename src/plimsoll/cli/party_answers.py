"""How `plimsoll parties` lays evidence out: the waterfall of two records, and a control group with its ties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plimsoll.cli.console import counted, say, show_table

if TYPE_CHECKING:
    from plimsoll.parties.control_group import ControlGroup, Hub, Link
    from plimsoll.parties.known import KnownParties
    from plimsoll.parties.resolution.explain import Explanation

_LISTED = 60
_WIDE = 60


def show_explanation(found: Explanation) -> None:
    """As a table: one line per step, with the running total."""
    say(f"{found.one} ({found.parties[0]}) and {found.other} ({found.parties[1]}): {found.verdict}.")
    say()
    rows = [("prior", "two records at random", "", "", _bits(found.prior), _bits(found.prior))]
    rows += [
        (step.what, step.words, _short(step.one), _short(step.other), _bits(step.centibits), _bits(step.total))
        for step in found.steps
    ]
    show_table(("evidence", "outcome", "A", "B", "bits", "total"), rows, right=(4, 5))
    say()
    word = "reaches" if found.enough else "does not reach"
    say(f"The total of {_bits(found.total)} bits {word} the threshold of {_bits(found.threshold)}.")
    if found.enough and not found.may_link:
        say("It may not link: no official number agrees, and no name together with something personal.")
    if found.decision is not None:
        decided = found.decision
        word = "the same" if decided.same else "different"
        say(f"{decided.by} decided on {decided.at:%Y-%m-%d} that they are {word} ({decided.id}): {decided.because}")
    if found.chain:
        say("They are joined through others:")
        for hop in found.chain:
            why = f"decision {hop.decision}" if hop.decision else f"{_bits(hop.centibits)} bits"
            say(f"  {hop.one} - {hop.other}: {why}")


def explanation_json(found: Explanation) -> dict[str, Any]:
    """The same for programs; weights in hundredths of a bit."""
    from plimsoll.parties.resolution.decisions import as_json

    return {
        "one": {"subject": found.one, "party": found.parties[0]},
        "other": {"subject": found.other, "party": found.parties[1]},
        "same_party": found.same,
        "verdict": found.verdict,
        "prior_centibits": found.prior,
        "steps": [
            {
                "comparison": step.what,
                "outcome": step.words,
                "one": step.one,
                "other": step.other,
                "centibits": step.centibits,
                "total_centibits": step.total,
            }
            for step in found.steps
        ],
        "total_centibits": found.total,
        "threshold_centibits": found.threshold,
        "enough": found.enough,
        "may_link": found.may_link,
        "obstacle": found.obstacle,
        "decision": None if found.decision is None else as_json(found.decision),
        "chain": [
            {"one": hop.one, "other": hop.other, "centibits": hop.centibits, "decision": hop.decision}
            for hop in found.chain
        ],
    }


def show_group(known: KnownParties, group: ControlGroup) -> None:
    """Members, links with what is shared, the weakest link, and hubs around the members."""
    say(f"{group.id}: {counted(len(group.parties), 'legal person')}, {counted(len(group.accounts), 'account')}.")
    say()
    rows = [
        (account, known.accounts[account].party, known.accounts[account].legal_name)
        for account in group.accounts[:_LISTED]
    ]
    show_table(("account", "party", "name"), rows)
    _more(len(group.accounts))
    if group.links:
        say()
        cut = set(group.weakest.links) if group.weakest else set()
        links = [
            (link.one, link.other, _shared(link), _dates(link), _bits(link.centibits), "weakest" if link in cut else "")
            for link in group.links[:_LISTED]
        ]
        show_table(("party", "party", "what ties them", "when", "bits", ""), links, right=(4,))
        _more(len(group.links))
    if group.weakest is not None:
        apart = ", ".join(group.weakest.apart[:6]) + (" and others" if len(group.weakest.apart) > 6 else "")
        say()
        say(f"The weakest link weighs {_bits(group.weakest.centibits)} bits; without it, {apart} stands apart.")
    hubs = _hubs(known, group)
    if hubs:
        say()
        say("Members sit in these hubs, which link nobody because too many share them:")
        shown = [(hub.tie.value, hub.shown, f"{hub.parties:,}", f"{inside:,}") for hub, inside in hubs[:_LISTED]]
        show_table(("what", "value", "parties", "accounts of this group"), shown, right=(2, 3))


def group_json(known: KnownParties, group: ControlGroup) -> dict[str, Any]:
    """The same for programs."""
    weakest = group.weakest
    return {
        "id": group.id,
        "parties": list(group.parties),
        "accounts": [
            {
                "subject": account,
                "party": known.accounts[account].party,
                "legal_name": known.accounts[account].legal_name,
            }
            for account in group.accounts
        ],
        "links": [_link(link) for link in group.links],
        "weakest": None
        if weakest is None
        else {
            "links": [_link(link) for link in weakest.links],
            "apart": list(weakest.apart),
            "centibits": weakest.centibits,
        },
        "together": [
            {"accounts": list(part.accounts), "since": _day(part.since), "until": _day(part.until)}
            for part in group.together
        ],
        "hubs": [
            {"tie": hub.tie.value, "shown": hub.shown, "parties": hub.parties, "accounts_of_group": inside}
            for hub, inside in _hubs(known, group)
        ],
    }


def _hubs(known: KnownParties, group: ControlGroup) -> list[tuple[Hub, int]]:
    members = set(group.accounts)
    counted_hubs = ((hub, len(members.intersection(hub.accounts))) for hub in known.hubs)
    return [(hub, inside) for hub, inside in counted_hubs if inside]


def _link(link: Link) -> dict[str, Any]:
    return {
        "one": link.one,
        "other": link.other,
        "centibits": link.centibits,
        "shared": [
            {"tie": part.tie.value, "shown": part.shown, "parties": part.parties, "centibits": part.centibits}
            for part in link.shared
        ],
        "since": _day(link.since),
        "until": _day(link.until),
    }


def _shared(link: Link) -> str:
    return _short(", ".join(f"{part.tie.value.replace('_', ' ')} {part.shown}" for part in link.shared))


def _dates(link: Link) -> str:
    since, until = _day(link.since), _day(link.until)
    return f"{since or '...'} up to {until or '...'}" if since or until else ""


def _day(day: Any) -> str | None:
    return None if day is None else str(day)


def _bits(centibits: int) -> str:
    return f"{centibits / 100:+.2f}"


def _short(text: str) -> str:
    return text if len(text) <= _WIDE else text[: _WIDE - 3] + "..."


def _more(count: int) -> None:
    if count > _LISTED:
        say(f"and {count - _LISTED:,} more; --json has all of them")
