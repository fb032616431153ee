"""The mass balance of chips: production joined to owners by family, as a test of the catalogue's names.

Rulebook reference, section 5.4. Production statistics say "H100" where ownership statistics say "H100/H200"; the
catalogue's families join them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from plimsoll.compute.catalogue import load_catalogue

pytestmark = pytest.mark.real_data

PRODUCTION = "csv_export/nvidia_calendar_quarter_chip_timelines.csv"
OWNERS = "owners_csv_export/nvidia_owners_quarters_by_chip.csv"
OTHER = "data_inputs/nvidia_other_quarters_by_chip.csv"

Cell = tuple[date, str]


def day(text: str) -> date:
    """These files write dates as ISO or as month/day/year."""
    if "-" in text:
        return date.fromisoformat(text)
    month, number, year = (int(part) for part in text.split("/"))
    return date(year, month, number)


def read(real_data: Path, file: str) -> list[dict[str, str]]:
    with (real_data / "epoch" / "ai-chip-counts" / file).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def units(rows: Iterable[dict[str, str]], name: Callable[[str], str]) -> dict[Cell, int]:
    counted: dict[Cell, int] = defaultdict(int)
    for row in rows:
        counted[day(row["Start date"]), name(row["Chip type"])] += int(row["Number of Units"])
    return counted


def family(chip_type: str) -> str:
    found = load_catalogue().family_of(chip_type)
    assert found is not None, chip_type
    return found


def as_written(chip_type: str) -> str:
    return chip_type


@pytest.fixture(scope="module")
def production(real_data: Path) -> dict[Cell, int]:
    return units(read(real_data, PRODUCTION), family)


def test_all_48_cells_join_by_family(real_data: Path, production: dict[Cell, int]) -> None:
    assert len(production) == 48
    assert production.keys() == units(read(real_data, OWNERS), family).keys()


def test_without_the_family_only_34_cells_join(real_data: Path) -> None:
    made = units(read(real_data, PRODUCTION), as_written)
    owned = units(read(real_data, OWNERS), as_written)
    assert len(made.keys() & owned.keys()) == 34


def test_named_owners_hold_52_to_100_per_cent(real_data: Path, production: dict[Cell, int]) -> None:
    rows = read(real_data, OWNERS)
    assert {row["Owner"] for row in rows} == {"Microsoft", "Meta", "Amazon", "Google", "Oracle", "China"}
    owned = units(rows, family)
    shares = [Fraction(owned[cell], made) for cell, made in production.items()]
    assert Fraction("0.52") <= min(shares) < Fraction("0.53")
    assert Fraction("0.99") < max(shares) <= 1
    assert round(100 * sum(shares) / len(shares)) == 76


def test_with_other_the_balance_closes_to_97_5_per_cent(real_data: Path, production: dict[Cell, int]) -> None:
    rest = read(real_data, OTHER)
    assert len(units(rest, family)) == 32
    held = units([*read(real_data, OWNERS), *rest], family)
    shares = [Fraction(held[cell], made) for cell, made in production.items()]
    assert round(1_000 * min(shares)) == 975
    assert max(shares) == 1
    assert round(1_000 * sum(shares) / len(shares)) == 992


def test_what_goes_to_china_alone_has_no_other_owner(real_data: Path) -> None:
    """A800, H800 and H20 are families of their own: an alias that folded them into A100 or H100 would break this."""
    export = {"A800", "H800", "H20"}
    owners = {row["Owner"] for row in read(real_data, OWNERS) if family(row["Chip type"]) in export}
    assert owners == {"China"}
    assert not export & {family(row["Chip type"]) for row in read(real_data, OTHER)}


@pytest.mark.parametrize(
    "file",
    [
        "csv_export/amd_chip_timelines.csv",
        "csv_export/tpu_calendar_quarter_chip_timelines.csv",
        "csv_export/trainium_chip_timelines.csv",
        "owners_csv_export/tpu_owners_quarters_by_chip.csv",
    ],
)
def test_every_chip_of_the_other_makers_has_a_family(real_data: Path, file: str) -> None:
    for chip_type in {row["Chip type"] for row in read(real_data, file)}:
        assert load_catalogue().find(chip_type) is not None, chip_type


def test_tpu_production_and_ownership_agree_within_one_per_cent(real_data: Path) -> None:
    """Both are medians of separate samplings of one estimate."""
    made = units(read(real_data, "csv_export/tpu_calendar_quarter_chip_timelines.csv"), family)
    owned = units(read(real_data, "owners_csv_export/tpu_owners_quarters_by_chip.csv"), family)
    assert made.keys() == owned.keys()
    assert all(abs(made[cell] - owned[cell]) * 100 <= made[cell] for cell in made)
