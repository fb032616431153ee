"""A picture of a control group: its parties one under the other, and an arc for everything that ties two of them.

Parties that used nothing in the window stand there too, because others hang together through them.

Rows instead of a cloud of dots: names stay readable on a telephone, and the same group gives the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.assess.party_evidence import LinkEvidence, MemberEvidence
from plimsoll.assess.report.figures import count, flop_words
from plimsoll.assess.report.load_line import Caption, chart_frame, shorten
from plimsoll.assess.report.markup import Markup, element, join

MOST_PARTIES = 24
"""Rows of one picture. A larger group shows those on its weakest link and those that used most."""
_MOST_ACCOUNTS = 4
_TRUNK = 176
"""Pixels from the left edge to the dots; the arcs and their words live left of it."""
_HEAD, _LINE, _GAP = 22, 18, 14
_DEEPEST = 84
_NAME_CELLS, _ACCOUNT_CELLS = 44, 40
_NOBODY = "no record"
_IDLE = "no use in these days"


@dataclass(frozen=True, slots=True)
class _Row:
    """One party: its accounts, largest first, and the pixel height of its dot."""

    party: str
    name: str
    accounts: tuple[MemberEvidence, ...]
    y: int

    @property
    def height(self) -> int:
        shown = min(len(self.accounts), _MOST_ACCOUNTS) + (len(self.accounts) > _MOST_ACCOUNTS)
        return _HEAD + _LINE * shown + _GAP


def group_graph(caption: Caption, members: Sequence[MemberEvidence], links: Sequence[LinkEvidence]) -> Markup:
    """The picture of at least one member."""
    rows = _rows(members, links)
    place = {row.party: row for row in rows}
    drawn = [link for link in links if link.one in place and link.other in place]
    everybody = {_party(member) for member in members} | {end for link in links for end in (link.one, link.other)}
    left_out = len(everybody) - len(rows)
    trunk = _TRUNK if drawn else 8
    height = rows[-1].y + rows[-1].height + (_LINE if left_out else 0)
    return chart_frame(
        "group",
        caption,
        height,
        [_arc(place[link.one], place[link.other], link) for link in sorted(drawn, key=_plain_first)],
        [_party_row(row, trunk) for row in rows],
        element("text", f"and {count(left_out, 'more party', 'more parties')}", class_="soft", x=trunk, y=height - 4)
        if left_out
        else None,
    )


def _plain_first(link: LinkEvidence) -> tuple[bool, str, str]:
    """The weakest link is drawn last, above the others."""
    return link.weakest, link.one, link.other


def _party(member: MemberEvidence) -> str:
    return member.party or member.subject


def _rows(members: Sequence[MemberEvidence], links: Sequence[LinkEvidence]) -> list[_Row]:
    held: dict[str, list[MemberEvidence]] = {}
    for member in members:
        held.setdefault(_party(member), []).append(member)
    for end in sorted({end for link in links for end in (link.one, link.other)}):
        held.setdefault(end, [])
    used = {party: sum(member.est_flop for member in accounts) for party, accounts in held.items()}
    chosen = _chosen(used, links)
    rows: list[_Row] = []
    y = 12
    for party in _walk(chosen, used, links):
        accounts = tuple(sorted(held[party], key=lambda member: (-member.est_flop, member.subject)))
        name = (accounts[0].legal_name or _NOBODY) if accounts else f"{party}, {_IDLE}"
        row = _Row(party, name, accounts, y)
        rows.append(row)
        y += row.height
    return rows


def _chosen(used: dict[str, int], links: Sequence[LinkEvidence]) -> set[str]:
    weakest = sorted({end for link in links if link.weakest for end in (link.one, link.other) if end in used})
    largest = sorted(used, key=lambda party: (-used[party], party))
    return set(list(dict.fromkeys([*weakest, *largest]))[:MOST_PARTIES])


def _walk(chosen: set[str], used: dict[str, int], links: Sequence[LinkEvidence]) -> list[str]:
    """The parties so that linked ones stand close: from the largest on, always to the strongest tied neighbour."""
    near: dict[str, list[tuple[int, str]]] = {party: [] for party in chosen}
    for link in links:
        if link.one in chosen and link.other in chosen:
            near[link.one].append((-link.centibits, link.other))
            near[link.other].append((-link.centibits, link.one))
    order: dict[str, None] = {}
    for first in sorted(chosen, key=lambda party: (-used[party], party)):
        stack = [first]
        while stack:
            party = stack.pop()
            if party not in order:
                order[party] = None
                stack += [other for _, other in sorted(near[party], reverse=True)]
    return list(order)


def _arc(one: _Row, other: _Row, link: LinkEvidence) -> Markup:
    """The tie with its words near the lower end, where those of a fan of ties do not meet."""
    top, bottom = sorted((one.y, other.y))
    depth = min(18 + (bottom - top) // 5, _DEEPEST)
    apex = _TRUNK - 8 - depth
    path = f"M{_TRUNK - 7} {top}C{apex - depth // 3} {top} {apex - depth // 3} {bottom} {_TRUNK - 7} {bottom}"
    words = ", ".join(dict.fromkeys(part.tie.replace("_", " ") for part in link.shared))
    y = max(bottom - 20, (top + bottom) // 2 + 4)
    return join(
        [
            element("path", d=path, class_="tie weakest" if link.weakest else "tie"),
            element("text", shorten(words, 18), class_="halo name", x=apex - 2, y=y, text_anchor="end"),
            element("text", "weakest link", class_="halo soft", x=apex - 2, y=y + 15, text_anchor="end")
            if link.weakest
            else None,
        ]
    )


def _party_row(row: _Row, trunk: int) -> Markup:
    shown = row.accounts[:_MOST_ACCOUNTS]
    lines = [
        element(
            "text",
            element("tspan", f"{flop_words(member.est_flop)} FLOP  ", class_="amount"),
            shorten(member.subject, _ACCOUNT_CELLS),
            class_="soft",
            x=trunk + 14,
            y=row.y + 4 + _LINE * (at + 1),
        )
        for at, member in enumerate(shown)
    ]
    if len(row.accounts) > len(shown):
        rest = f"and {count(len(row.accounts) - len(shown), 'more account')}"
        y = row.y + 4 + _LINE * (len(shown) + 1)
        lines.append(element("text", rest, class_="soft", x=trunk + 14, y=y))
    return join(
        [
            element("circle", cx=trunk, cy=row.y, r=6, class_="estimate" if row.accounts else "bound"),
            element("text", shorten(row.name, _NAME_CELLS), class_="name", x=trunk + 14, y=row.y + 4),
            *lines,
        ]
    )
