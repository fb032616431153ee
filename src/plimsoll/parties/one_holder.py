"""Which lines of records name one holder: identifiers and full names that belong together, and who says so.

What joins two numbers must not hang on one invented line: it would make two owners one, and all that they own one
group. What parts a name from its bearer must not either: it would cut the ties of everybody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import combinations, pairwise

from plimsoll.parties.holder_lines import Line
from plimsoll.parties.known import KycProblem
from plimsoll.parties.kyc import Identifier


class Sure(IntEnum):
    """How well a holder is known."""

    BY_NAME = 0
    LIKELY = 1
    IDENTIFIED = 2


_COMMON = 64
"""Bearers of one name (birth dates seen with it): of more, two share a birthday more often than once in eight names."""
_BORN = "=born "
_PAIRED = 8
"""Of a line with more keys only the first ones are paired."""
_TOLD = 3
_SEVERAL = -1


class Persons:
    """One key per holder: identifiers and full names of one holder are joined, contradicting ones are not.

    A line joins the keys that stand with its name in other parties' records, or in nobody else's; a word of the name is
    enough where the line has a birth date too, because nobody can choose a name with words of two persons then. Other
    keys are joined if two parties put them into one line. Where they are not, the line names the holder of its first
    key, those that stand with its name before the others.

    A name and birth date that stands with two numbers of one scheme is two persons, so it joins nothing, and without
    a number it is a likely bearer. Nor does one of a name that so many bear that two of them share a birthday by
    chance: that is a bare name. Either takes more than one party's word.
    """

    def __init__(self, lines: Sequence[Line], places: Sequence[int]) -> None:
        said: dict[tuple[str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        births: dict[str, dict[int, str]] = defaultdict(dict)
        for line in lines:
            if name := line.strong_name:
                party = places[line.record]
                births[line.bare_name][party] = min(name, births[line.bare_name].get(party, name))
                for number in line.identifiers:
                    said[name, number.scheme][party].add(number.value)
        self._lines, self._places = lines, places
        self._numbered_twice = {
            (party, name) for (name, _), by in said.items() for party, numbers in by.items() if len(numbers) > 1
        }
        self._two = {
            (name, scheme): by for (name, scheme), by in sorted(said.items()) if len(_stated_alone(by)) > 1
        }  # fmt: skip
        self._crowded = {bare for bare, by in births.items() if len(set(by.values())) > _COMMON}
        self._ambiguous = {name for name, _ in self._two}
        self._keys = [self._sure_keys(line) for line in lines]
        self._root: dict[str, str] = {}
        self._joined: list[tuple[str, str, int]] = []
        self._join_all()

    def of(self, number: int) -> tuple[str, Sure]:
        """The key of a line, by its place, and how sure it is; empty where the line names nobody."""
        if keys := self._keys[number]:
            return self._find(keys[0]), Sure.IDENTIFIED
        line = self._lines[number]
        name = line.bare_name
        if not name:
            return "", Sure.BY_NAME
        if line.person:
            likely = line.strong_name and name not in self._crowded
            return f"=person {name}|{line.born or ''}", Sure.LIKELY if likely else Sure.BY_NAME
        if line.country:
            return f"=company {name} {line.country}", Sure.LIKELY
        return f"=company {name}", Sure.BY_NAME

    def joined_by(self, subject: Callable[[int], str]) -> dict[str, str]:
        """Of holders whose lines do not all state the same: which records say that they are one.

        Args:
            subject: of a record.
        """
        stated: dict[str, str] = {}
        differ: set[str] = set()
        for keys in self._keys:
            if keys and stated.setdefault(root := self._find(keys[0]), keys[0]) != keys[0]:
                differ.add(root)
        told: dict[str, list[str]] = defaultdict(list)
        for one, other, record in self._joined:
            if (root := self._find(one)) in differ:
                told[root].append(f"{_readable(one)} and {_readable(other)} are one by the record of {subject(record)}")
        return {
            root: "; ".join(those[:_TOLD]) + (f"; and {len(those) - _TOLD:,} more" if len(those) > _TOLD else "")
            for root, those in told.items()
        }

    def problems(self) -> Iterator[tuple[int, KycProblem]]:
        """Party and problem: persons with two numbers of a kind, where some line of that name states none."""
        names = {name for name, _ in self._two}
        bare = {name for line in self._lines if not line.identifiers and (name := line.strong_name) in names}
        written = {name: line.name for line in reversed(self._lines) if (name := line.strong_name) in bare}
        for (name, scheme), by in self._two.items():
            if name in bare:
                numbers = sorted(_stated_alone(by))
                more = f" and {len(numbers) - _TOLD:,} more" if len(numbers) > _TOLD else ""
                what = (
                    f'"{written[name][:60]}", born {name.rpartition("|")[2]}, stands with {len(numbers)} numbers of '
                    f"{scheme} ({', '.join(numbers[:_TOLD])}{more}), and elsewhere with none"
                )
                yield from ((party, KycProblem("holder.two_numbers", what)) for party in sorted(by))

    def _sure_keys(self, line: Line) -> list[str]:
        keys = [f"={number.scheme} {number.value}" for number in single(line.identifiers)]
        name = line.strong_name
        sure = (
            name
            and name not in self._ambiguous
            and line.bare_name not in self._crowded
            and (self._places[line.record], name) not in self._numbered_twice
        )
        return [*keys, f"{_BORN}{name}"] if sure else keys

    def _join_all(self) -> None:
        names = _Names(self._lines, self._keys, self._places)
        paired: dict[tuple[str, str], tuple[int, int]] = {}
        for line, keys in zip(self._lines, self._keys, strict=True):
            if len(keys) < 2:
                continue
            party = self._places[line.record]
            exact = not keys[-1].startswith(_BORN)
            same = [key for key in keys if names.agree(key, line.bare_name, party, exact=exact)]
            for one, other in pairwise(same):
                self._join(one, other, line.record)
            if len(same) < len(keys):
                keys.sort(key=lambda key: key not in same)
                for one, other in combinations(sorted(keys[:_PAIRED]), 2):
                    first, record = paired.setdefault((one, other), (party, line.record))
                    if first != party:
                        self._join(one, other, record)

    def _find(self, key: str) -> str:
        path = []
        while (up := self._root.get(key, key)) != key:
            path.append(key)
            key = up
        for each in path:
            self._root[each] = key
        return key

    def _join(self, one: str, other: str, record: int) -> None:
        first, second = sorted((self._find(one), self._find(other)))
        if first != second:
            self._root[second] = first
            self._joined.append((one, other, record))


class _Names:
    """Under which names the parties state each key."""

    def __init__(self, lines: Sequence[Line], keys: Sequence[Sequence[str]], places: Sequence[int]) -> None:
        first: dict[str, str] = {}
        differ: set[str] = set()
        for line, stated in zip(lines, keys, strict=True):
            for key in stated:
                if first.setdefault(key, line.bare_name) != line.bare_name:
                    differ.add(key)
        self._by: dict[str, dict[str, int]] = {key: {} for key in differ}
        self._words: dict[str, dict[str, int]] = {key: {} for key in differ}
        self._alone: dict[str, int] = {}
        for line, stated in zip(lines, keys, strict=True) if differ else ():
            party = places[line.record]
            for key in stated:
                if key in differ:
                    by = self._by[key]
                    by[line.bare_name] = _same(by.get(line.bare_name, party), party)
                    words = self._words[key]
                    words.update((word, _same(words.get(word, party), party)) for word in line.bare_name.split())
                    self._alone[key] = _same(self._alone.get(key, party), party)

    def agree(self, key: str, name: str, party: int, *, exact: bool) -> bool:
        """Whether other parties state the key under this name too, or no other party states it.

        Args:
            exact: else a word of the name is enough.
        """
        by = self._by.get(key)
        if by is None or self._alone[key] == party or by[name] != party:
            return True
        return not exact and any(len(word) > 1 and self._words[key][word] != party for word in name.split())


def _same(one: int, other: int) -> int:
    return one if one == other else _SEVERAL


def _stated_alone(by_party: Mapping[int, set[str]]) -> set[str]:
    """The numbers of those parties that state one only."""
    return {number for numbers in by_party.values() if len(numbers) == 1 for number in numbers}


def _readable(key: str) -> str:
    name, _, born = key.removeprefix(_BORN).partition("|")
    return f"{name} born {born}" if key.startswith(_BORN) else key.removeprefix("=")


def single(identifiers: Sequence[Identifier]) -> Sequence[Identifier]:
    """Without the schemes of which a line states two numbers: it would join two holders who have each one of them."""
    if len(identifiers) < 2:
        return identifiers
    schemes = [number.scheme for number in identifiers]
    return [number for number in identifiers if schemes.count(number.scheme) == 1]
