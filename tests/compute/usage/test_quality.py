"""Data quality: every defect of the real sample is reported, none is fatal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plimsoll.compute.accounting import account
from plimsoll.compute.usage.quality import profile
from plimsoll.compute.usage.read import open_usage

G5 = 4 * 3_600 * 10**9


@pytest.mark.real_data
def test_the_focus_sample_is_read_whole_and_its_accelerators_found(engine: Any, real_data: Path) -> None:
    """1,000 rows of anonymised real bills: 8 x g5.4xlarge (A10G) and 2 x g3.4xlarge (M60), by the charge text only."""
    with open_usage([real_data / "focus" / "focus_sample.csv"], engine) as delivery:
        accounts = account(delivery)
        assert delivery.files[0].format == "focus-1.0"
        assert {each.reason: each.rows for each in accounts.outcomes} == {
            "usage": 10,
            "sku.other": 987,
            "charge.not_usage": 3,
        }
        by_chip: dict[str, tuple[int, int]] = {}
        for row in accounts.daily.to_pyarrow().to_pylist():
            rows, time = by_chip.get(row["chip"], (0, 0))
            by_chip[row["chip"]] = (rows + row["rows"], time + int(row["accel_ns"]))
        hour_millionths = 3_600 * 10**3
        assert by_chip == {"a10g": (8, 6_283_056 * hour_millionths), "m60": (2, 1_686_667 * hour_millionths)}
        assert accounts.totals.cap_flop == 6_283_056 * hour_millionths * 70_000 + 1_686_667 * hour_millionths * 4_825
        assert accounts.totals.est_e4 == accounts.totals.cap_flop * 4_000
        assert {coverage.provider for coverage in accounts.coverage} == {"AWS", "Microsoft", "Oracle"}


@pytest.mark.real_data
def test_every_defect_of_the_focus_sample_is_noted(engine: Any, real_data: Path) -> None:
    with open_usage([real_data / "focus" / "focus_sample.csv"], engine) as delivery:
        notes = {note.code: note for note in profile(delivery)}
    assert {code: note.rows for code, note in notes.items() if note.rows is not None} == {
        "time.assumed_utc": 1_000,
        "zone.is_a_number": 51,
        "correction.unmarked": 12,
        "charge_frequency.spelling": 7,
        "region.id_in_name": 7,
    }
    assert "19 columns, and also as an empty field in 6" in notes["null.spelled"].text
    assert notes["column.unknown"].text.endswith("Id")
    assert "SkuMeter" in notes["column.absent"].text
    assert notes["unit.spellings"].text.startswith("33 spellings of ConsumedUnit, of which 2")


def test_a_sound_file_has_no_notes_but_what_would_tell_more(engine: Any, focus: Any) -> None:
    with open_usage([focus({})], engine) as delivery:
        assert [note.code for note in profile(delivery)] == ["column.absent", "unit.spellings"]
