"""The hardware catalogue: what each accelerator can do at most, with the source of every figure.

A peak is *dense* (a maker's sparsity figure is twice as high and no training run reaches it) and counts a fused
multiply-add as two operations. Peaks are whole GFLOP/s, which is the same number as FLOP per nanosecond, so that
accelerator-nanoseconds times a peak is exact. An accelerator is what clouds rent and drivers count: one GPU of a
two-GPU card, one chip of a TPU board. A figure that nobody published is absent, never zero.

The data are `data/chips.csv` and `data/figures.csv`; docs/reference/hardware.md says how to add to them.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from importlib import resources
from itertools import groupby

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.period import parse_date
from plimsoll.kernel.rounding import divide_half_even

PRECISION_BITS: Mapping[str, int] = {
    "fp64": 64, "fp64_matrix": 64, "fp32": 32, "fp32_matrix": 32, "tf32": 19, "bf16": 16, "fp16": 16,
    "fp8": 8, "fp6": 6, "fp4": 4, "int8": 8, "int4": 4,
}  # fmt: skip
"""Bit length of each number format. `_matrix` marks the rate of matrix units where the plain name is that of the
general units; for formats of 19 bits and fewer the name always means the fastest dense path."""

FIGURE_UNITS: Mapping[str, str] = {
    **{precision: "GOP/s" if precision.startswith("int") else "GFLOP/s" for precision in PRECISION_BITS},
    "memory_bytes": "byte",
    "memory_bytes_per_s": "byte/s",
    "link_bytes_per_s": "byte/s",
    "tdp_watts": "W",
}
"""Every figure a chip may have, with its unit. `link_bytes_per_s` counts both directions of all links together."""

_BOUNDING = ("bf16", "fp16", "tf32", "fp32", "fp8", "fp4")
_MAKER_WORDS = frozenset({
    "nvidia", "amd", "google", "intel", "huawei", "aws", "amazon", "microsoft", "azure", "meta", "cambricon", "baidu",
    "tesla", "instinct", "radeon", "habana", "cloud", "geforce", "hgx",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number: its name (a key of `FIGURE_UNITS`), its whole value, and who says so."""

    name: str
    value: int
    source: str


@dataclass(frozen=True)
class Chip:
    """One accelerator.

    Attributes:
        id: stable name used in declarations and accounts, e.g. ``h100-sxm``.
        kind: ``gpu``, ``tpu`` or ``asic``.
        family: the name under which statistics count it together with its siblings, e.g. ``H100/H200``.
        released: the day it was announced or shipped, as far as it is known.
        interconnect: the links between accelerators, in words; empty if unknown.
        aliases: other names for it; a bare family name means its fastest member.
        figures: by name.
    """

    id: str
    name: str
    maker: str
    kind: str
    family: str
    released: date | None
    interconnect: str
    aliases: tuple[str, ...]
    note: str
    figures: Mapping[str, Figure]

    @cached_property
    def peaks_gflops(self) -> Mapping[str, int]:
        """Dense peak per number format, GFLOP/s (GOP/s for integers) = operations per nanosecond."""
        return {name: self.figures[name].value for name in PRECISION_BITS if name in self.figures}

    @property
    def memory_bytes(self) -> int | None:
        return self._value("memory_bytes")

    @property
    def tdp_watts(self) -> int | None:
        return self._value("tdp_watts")

    @property
    def training_peak(self) -> tuple[str, int] | None:
        """The rate that bounds training: (precision, GFLOP/s), or None if no floating-point peak is published.

        The faster of bf16 and fp16, else tf32, else fp32. A 16-bit rate below that of fp32 (GPUs before tensor cores)
        bounds nothing, so fp32 stands there. Where only fp8 or fp4 is published, that is a bound too, if a loose one.
        """
        peaks = [(name, self.peaks_gflops[name]) for name in _BOUNDING if name in self.peaks_gflops]
        half = max((peak for peak in peaks if peak[0] in ("bf16", "fp16")), key=lambda peak: peak[1], default=None)
        full = next((peak for peak in peaks if peak[0] not in ("bf16", "fp16")), None)
        if half and (full is None or full[0] in ("fp8", "fp4") or half[1] >= full[1]):
            return half
        return full

    @property
    def tpp(self) -> int | None:
        """Total processing performance (US export control, ECCN 3A090): the highest TFLOPS x bit length, rounded."""
        precision = self.tpp_precision
        if precision is None:
            return None
        return divide_half_even(self.peaks_gflops[precision] * PRECISION_BITS[precision], 1_000)

    @property
    def tpp_precision(self) -> str | None:
        """The number format that gives `tpp`."""
        peaks = self.peaks_gflops
        return max(peaks, key=lambda name: peaks[name] * PRECISION_BITS[name], default=None)

    def largest_count_within(self, operations_per_second: int, precision: str) -> int:
        """How many of these stay at or below a theoretical cluster rate; one more exceeds it.

        Raises:
            PlimsollError: ``catalogue.no_peak``.
        """
        if precision not in self.peaks_gflops:
            raise PlimsollError(
                "catalogue.no_peak",
                f"no {precision} peak is published for {self.name}",
                fix=f"Name one of: {', '.join(self.peaks_gflops) or 'none known'}.",
            )
        return operations_per_second // (self.peaks_gflops[precision] * 10**9)

    def _value(self, name: str) -> int | None:
        figure = self.figures.get(name)
        return figure.value if figure else None


class Catalogue:
    """All known accelerators, in the order of the data file."""

    def __init__(self, chips: Iterable[Chip]) -> None:
        self.chips = tuple(chips)
        self._by_id = {chip.id: chip for chip in self.chips}
        self._by_key: dict[str, Chip] = {}
        self._families: dict[str, str] = {}
        for chip in self.chips:
            self._families[_key(chip.family)] = chip.family
            for name in (chip.id, chip.name, *chip.aliases):
                known = self._by_key.setdefault(_key(name), chip)
                if known is not chip:
                    raise PlimsollError(
                        "catalogue.alias_twice",
                        f'"{name}" names both {known.id} and {chip.id}',
                        fix="Give the alias to one chip only.",
                        where=Where(file="chips.csv", field="aliases"),
                    )

    def find(self, name: str) -> Chip | None:
        """The chip with this id, name or alias. Case, spaces, punctuation and the maker's name do not matter."""
        return self._by_key.get(_key(name))

    def get(self, name: str) -> Chip:
        """Like `find`.

        Raises:
            PlimsollError: ``catalogue.unknown_chip``, with the nearest names.
        """
        chip = self.find(name)
        if chip is None:
            near = self.nearest(name)
            raise PlimsollError(
                "catalogue.unknown_chip",
                f'"{name[:60]}" is not an accelerator in the catalogue',
                fix=f"Did you mean {' or '.join(near)}?" if near else "See all names with: plimsoll hardware list",
            )
        return chip

    def nearest(self, name: str, count: int = 3) -> tuple[str, ...]:
        """Ids of the chips whose names look most like this one."""
        from difflib import get_close_matches

        keys = get_close_matches(_key(name), self._by_key, n=3 * count, cutoff=0.6)
        return tuple(dict.fromkeys(self._by_key[key].id for key in keys))[:count]

    def family_of(self, name: str) -> str | None:
        """The family that a chip name or a family name stands for: "H100" and "H100/H200" both give "H100/H200"."""
        chip = self.find(name)
        return chip.family if chip else self._families.get(_key(name))


@lru_cache(maxsize=1)
def load_catalogue() -> Catalogue:
    """The catalogue that ships with Plimsoll."""
    data = resources.files("plimsoll.compute").joinpath("data")
    return read_catalogue(
        data.joinpath("chips.csv").read_text(encoding="utf-8"),
        data.joinpath("figures.csv").read_text(encoding="utf-8"),
    )


def read_catalogue(chips_csv: str, figures_csv: str) -> Catalogue:
    """Reads a catalogue from the text of its two tables.

    Raises:
        PlimsollError: ``catalogue.bad_row`` or ``catalogue.alias_twice``, naming file and line.
    """
    figures = _read_figures(figures_csv)
    chips: list[Chip] = []
    for line, row in _rows("chips.csv", chips_csv, _CHIP_COLUMNS):
        if row["kind"] not in ("gpu", "tpu", "asic"):
            raise _bad_row("chips.csv", line, "kind", f'"{row["kind"]}" is not gpu, tpu or asic')
        if any(chip.id == row["id"] for chip in chips):
            raise _bad_row("chips.csv", line, "id", f"{row['id']} appears twice")
        chips.append(
            Chip(
                id=row["id"],
                name=row["name"],
                maker=row["maker"],
                kind=row["kind"],
                family=row["family"],
                released=parse_date(row["released"]) if row["released"] else None,
                interconnect=row["interconnect"],
                aliases=tuple(filter(None, row["aliases"].split("|"))),
                note=row["note"],
                figures=figures.pop(row["id"], {}),
            )
        )
    if figures:
        raise _bad_row("figures.csv", None, "chip", f"{', '.join(sorted(figures))}: not in chips.csv")
    return Catalogue(chips)


_CHIP_COLUMNS = ("id", "name", "maker", "kind", "family", "released", "interconnect", "aliases", "note")
_FIGURE_COLUMNS = ("chip", "figure", "value", "source")


def _read_figures(text: str) -> dict[str, Mapping[str, Figure]]:
    figures: dict[str, Mapping[str, Figure]] = {}
    rows = _rows("figures.csv", text, _FIGURE_COLUMNS)
    for chip, group in groupby(rows, key=lambda numbered: numbered[1]["chip"]):
        if chip in figures:
            raise _bad_row("figures.csv", None, "chip", f"the figures of {chip} are not in one block")
        found: dict[str, Figure] = {}
        for line, row in group:
            name = row["figure"]
            if name not in FIGURE_UNITS or name in found:
                raise _bad_row("figures.csv", line, "figure", f'"{name}" is unknown or given twice for {chip}')
            if not re.fullmatch(r"[1-9][0-9]*", row["value"]):
                raise _bad_row("figures.csv", line, "value", f'"{row["value"]}" is not a whole number above zero')
            if not row["source"]:
                raise _bad_row("figures.csv", line, "source", "a figure without a source")
            found[name] = Figure(name, int(row["value"]), row["source"])
        figures[chip] = found
    return figures


def _rows(file: str, text: str, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    if tuple(reader.fieldnames or ()) != columns:
        raise _bad_row(file, 1, None, f"the columns are not {','.join(columns)}")
    for row in reader:
        if None in row or None in row.values():
            raise _bad_row(file, reader.line_num, None, f"the row does not have {len(columns)} fields")
        yield reader.line_num, {name: value.strip() for name, value in row.items()}


def _bad_row(file: str, line: int | None, field: str | None, what: str) -> PlimsollError:
    return PlimsollError(
        "catalogue.bad_row",
        what,
        fix="See docs/reference/hardware.md for the form of a row.",
        where=Where(file=file, line=line, field=field),
    )


def _key(name: str) -> str:
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold())
    while len(words) > 1 and words[0] in _MAKER_WORDS:
        words.pop(0)
    return "".join(words)
