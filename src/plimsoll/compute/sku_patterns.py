"""The SKU map: which machine names and product words of which cloud mean which accelerators, and how many.

The data are `data/skus.csv`. A pattern is plain text that begins with a letter or a digit. It is matched without regard
to case, as a whole word, and:

    _      stands for a space, an underscore, a hyphen, or nothing
    *      stands for one or more letters and digits
    {n}    stands for a whole number, which the column `accelerators` may use as {n} or {n}/2

A row with a number in `accelerators` names what is sold: a `machine`, or a `part` of one that the cloud bills by itself
(chips of a TPU pod), of which a machine can use several at once. A row without one names the accelerator alone.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from math import prod
from typing import Literal

from plimsoll.compute.billing_units import HOUR_NS
from plimsoll.compute.catalogue import Catalogue, load_catalogue
from plimsoll.kernel.errors import PlimsollError, Where

_COLUMNS = ["vendor", "pattern", "chip", "accelerators", "sold_as", "needs", "source"]
_VENDORS = {
    "aws": "aws amazon",
    "azure": "azure microsoft",
    "gcp": "gcp google",
    "oci": "oci oracle",
    "coreweave": "coreweave",
    "lambda": "lambda",
    "ibm": "ibm softlayer",
    "alibaba": "alibaba aliyun",
    "tencent": "tencent qcloud",
    "huawei": "huawei",
}
_VENDOR_WORDS = {word: vendor for vendor, words in _VENDORS.items() for word in words.split()}
_DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-") | {0xD7: "x"} | dict.fromkeys([0xAD, 0x200B, 0x2060])
_OPAQUE_IDS = re.compile(
    r"(?<![^\W_])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})(?![^\W_])"
)
_NOT_INSIDE = r"(?<![^\W_])(?<![^\W_]\.)"
_MACHINE_STARTS = {
    "aws": rf"(?:{_NOT_INSIDE}|(?<=\bml\.)|(?<=\bstream\.graphics\.))",
    "alibaba": rf"(?:{_NOT_INSIDE}|(?<=\becs\.))",
}
_MACHINE_END = r"(?![^\W_])(?!\.\d)"
_NAME_START = r"(?:(?<![^\W_])|(?<=\dx))"
_NAME_END = r"s?(?![^\W_])"
_TIMES_BEFORE = re.compile(r"(?<![\d.])((?:\d{1,4} ?x ?)+)(?:[a-z]+ ){0,3}$")
_TIMES_AFTER = re.compile(r" ?x ?(\d{1,4})(?![\w.])")
_NEAR = 60
"""How many characters before a name a multiple ("2x 8x NVIDIA H100") may begin."""

_MOST_ACCELERATORS = 100_000
"""More than any machine has: such a number means something else."""

_GPUS = re.compile(r"(?<![\w.])(\d{1,4})[ -]?gpus?(?![^\W_])")


@dataclass(frozen=True, slots=True)
class SkuPattern:
    """One row of the map.

    Attributes:
        accelerators: per machine or part, and where `per_number` is set per the number {n}; None for a mere name.
        part: sold by itself and not as a machine.
        needs: words of which one must stand on the same line of the bill.
    """

    vendor: str
    pattern: str
    chip: str
    accelerators: Fraction | None
    per_number: bool
    part: bool
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """An accelerator that a text names.

    Attributes:
        chip: catalogue id.
        words: the words of the text that name it.
        sold_as: what they name: a ``machine``, a ``part`` that is billed by itself, or only the accelerator (``name``).
        accelerators: of the machine or part, or as a multiple in the text ("8x H100", "H100, 8 GPUs"), if any.
    """

    chip: str
    words: str
    sold_as: Literal["machine", "part", "name"]
    accelerators: Fraction | None


def plain_text(text: str) -> str:
    """Lower case with compatibility forms folded ("Ｈ１００"), one kind of dash, and opaque identifiers left out.

    A GUID is hexadecimal, so one in some thousands has a group such as ``a100``.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()
    return " ".join(_OPAQUE_IDS.sub(" ", folded).split())


def vendor_of(provider: str | None) -> str | None:
    """The cloud whose machine names a provider uses, as far as its name tells; None for a reseller or a new cloud."""
    words = re.findall(r"[^\W_]+", (provider or "").casefold())
    return next((_VENDOR_WORDS[word] for word in words if word in _VENDOR_WORDS), None)


class SkuMap:
    """All patterns. Where two fit at one place in a text, the longer one counts."""

    def __init__(self, patterns: Iterable[SkuPattern]) -> None:
        self.patterns = tuple(sorted(patterns, key=lambda row: (-len(row.pattern), row.pattern)))
        self._matchers: dict[str | None, tuple[_Matcher, _Matcher]] = {}

    def mentions(self, text: str, vendor: str | None, context: str) -> tuple[Mention, ...]:
        """Every accelerator named in a text that went through `plain_text`.

        Args:
            text: where to look.
            vendor: the cloud, if known: another cloud's machine names are not looked for.
            context: the whole line of the bill; a name too short to stand alone ("L4", "T4") counts only if one of
                the words that its row needs is in here.
        """
        machines, names = self._of(vendor)
        found = []
        rest = text
        for row, match, number in machines.search(text, context):
            accelerators = row.accelerators * number if row.accelerators and row.per_number else row.accelerators
            found.append(Mention(row.chip, match.group(), "part" if row.part else "machine", accelerators))
            rest = rest[: match.start()] + "|" * len(match.group()) + rest[match.end() :]
        for row, match, _ in names.search(rest, context):
            times = (
                _TIMES_BEFORE.search(rest, max(0, match.start() - _NEAR), match.start())
                or _TIMES_AFTER.match(rest, match.end())
                or _GPUS.search(rest)
            )
            number = prod(int(factor) for factor in re.findall(r"\d+", times[1])) if times else 0
            believed = 0 < number <= _MOST_ACCELERATORS
            found.append(Mention(row.chip, match.group(), "name", Fraction(number) if believed else None))
        return tuple(found)

    def _of(self, vendor: str | None) -> tuple[_Matcher, _Matcher]:
        if vendor not in self._matchers:
            rows = [row for row in self.patterns if vendor is None or row.vendor in ("any", vendor)]
            self._matchers[vendor] = (
                _Matcher([row for row in rows if row.accelerators is not None], _machine_start, _MACHINE_END),
                _Matcher([row for row in rows if row.accelerators is None], lambda vendor: _NAME_START, _NAME_END),
            )
        return self._matchers[vendor]


class _Matcher:
    """Rows of the map as one expression.

    Rows are grouped by where a name may start and by their first character, so that a text is not compared with
    every row at every place.
    """

    def __init__(self, rows: list[SkuPattern], start: Callable[[str], str], end: str) -> None:
        self._rows: dict[int, SkuPattern] = {}
        groups: dict[str, dict[str, list[SkuPattern]]] = {}
        for row in rows:
            groups.setdefault(start(row.vendor), {}).setdefault(row.pattern[0], []).append(row)
        number = 1
        starts = []
        for begin, by_first in groups.items():
            firsts = []
            for first, alike in by_first.items():
                tails = []
                for row in alike:
                    self._rows[number] = row
                    tails.append(f"({_expression(row.pattern[1:])})")
                    number += 1 + row.pattern.count("{n}")
                firsts.append(f"{re.escape(first)}(?:{'|'.join(tails)})")
            starts.append(f"{begin}(?:{'|'.join(firsts)})")
        self._expression = re.compile(f"(?:{'|'.join(starts)}){end}" if rows else r"(?!)")

    def search(self, text: str, context: str) -> Iterator[tuple[SkuPattern, re.Match[str], int]]:
        """Row, match and the number that {n} stands for (1 where the pattern has none)."""
        for match in self._expression.finditer(text):
            group = match.lastindex or 0
            row = self._rows[group]
            if not row.needs or any(re.search(rf"(?<![^\W_]){word}", context) for word in row.needs):
                yield row, match, int(match[group + 1]) if "{n}" in row.pattern else 1


@lru_cache(maxsize=1)
def load_sku_map() -> SkuMap:
    """The map that ships with Plimsoll."""
    data = resources.files("plimsoll.compute").joinpath("data/skus.csv")
    return read_sku_map(data.read_text(encoding="utf-8"), load_catalogue())


def read_sku_map(text: str, catalogue: Catalogue) -> SkuMap:
    """Reads a map from the text of its table.

    Raises:
        PlimsollError: ``skus.bad_row``, naming the line.
    """
    reader = csv.DictReader(text.splitlines(), strict=True)
    if reader.fieldnames != _COLUMNS:
        raise _bad_row(1, f"the columns are not {','.join(_COLUMNS)}")
    rows: dict[str, SkuPattern] = {}
    for row in reader:
        line = reader.line_num
        if None in row or None in row.values():
            raise _bad_row(line, f"the row does not have {len(_COLUMNS)} fields")
        if row["vendor"] != "any" and row["vendor"] not in _VENDORS:
            raise _bad_row(line, f'"{row["vendor"]}" is not any, {", ".join(_VENDORS)}')
        if catalogue.find(row["chip"]) is None or catalogue.get(row["chip"]).id != row["chip"]:
            raise _bad_row(line, f'"{row["chip"]}" is not the id of a chip in the catalogue')
        pattern = row["pattern"].casefold()
        if not row["source"]:
            raise _bad_row(line, "a pattern without a source")
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9._*-]|\{n\})*", pattern) or pattern in rows:
            raise _bad_row(line, f'the pattern "{row["pattern"]}" appears twice or has characters with no meaning')
        per_number = "{n}" in row["accelerators"]
        if per_number and pattern.count("{n}") != 1:
            raise _bad_row(line, "accelerators uses {n}, which the pattern does not have once")
        if row["sold_as"] not in (("machine", "part") if row["accelerators"] else ("",)):
            raise _bad_row(line, "sold_as is machine or part where accelerators has a number, and empty elsewhere")
        rows[pattern] = SkuPattern(
            vendor=row["vendor"],
            pattern=pattern,
            chip=row["chip"],
            accelerators=_count(line, row["accelerators"].replace("{n}", "1")) if row["accelerators"] else None,
            per_number=per_number,
            part=row["sold_as"] == "part",
            needs=tuple(filter(None, row["needs"].split("|"))),
        )
    return SkuMap(rows.values())


def _count(line: int, text: str) -> Fraction:
    if not re.fullmatch(r"[1-9]\d{0,3}(?:/[1-9]\d?)?", text):
        raise _bad_row(line, f'"{text}" is not a number of accelerators such as 8, 1/6, {{n}} or {{n}}/2')
    count = Fraction(text)
    if HOUR_NS % count.denominator:
        raise _bad_row(line, f"an hour cannot be divided exactly by {count.denominator}")
    return count


def _machine_start(vendor: str) -> str:
    return _MACHINE_STARTS.get(vendor, _NOT_INSIDE)


def _expression(pattern: str) -> str:
    escaped = re.escape(pattern).replace(r"\{n\}", r"(\d{1,5})").replace(r"\*", "[a-z0-9]+")
    return escaped.replace("_", "[ _-]?")


def _bad_row(line: int, what: str) -> PlimsollError:
    return PlimsollError(
        "skus.bad_row",
        what,
        fix="See docs/reference/hardware.md for the form of a row.",
        where=Where(file="skus.csv", line=line),
    )
