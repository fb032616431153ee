"""The same use handed in twice is refused; deliveries cut into files are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.compute.usage.read import open_usage
from plimsoll.kernel.errors import PlimsollError

Focus = Callable[..., Path]


def hour(number: int, resource: str = "", **changes: str) -> dict[str, str]:
    day, of_day = divmod(number, 24)
    start = f"2026-03-{day + 1:02d}T{of_day:02d}:00:00Z"
    end = f"2026-03-{day + 1:02d}T{of_day:02d}:59:59Z"
    return {"ChargePeriodStart": start, "ChargePeriodEnd": end, "ResourceId": resource, **changes}


def refused(engine: Any, *paths: Path) -> PlimsollError:
    with pytest.raises(PlimsollError) as caught, open_usage(paths, engine):
        pass
    return caught.value


def test_the_same_bytes_twice(engine: Any, focus: Focus) -> None:
    one, other = focus({}, name="a/usage.csv"), focus({}, name="b/usage.csv")
    error = refused(engine, one, other)
    assert error.code == "usage.same_file_twice"
    assert (error.where.file, str(one) in error.what) == (str(other), True)


def test_a_period_in_two_files_names_both_and_a_row_of_each(engine: Any, focus: Focus) -> None:
    one = focus(*(hour(n, "i-1") for n in range(20)), name="one.csv")
    other = focus(*(hour(n, "i-1") for n in range(15, 40)), name="other.csv")
    error = refused(engine, one, other)
    assert error.code == "usage.delivered_twice"
    assert (error.where.file, error.where.row) == (str(one), 16)
    assert f"5 of its rows are also in {other} (there, row 1)" in error.what


def test_another_spelling_of_the_same_rows_is_the_same_use(engine: Any, focus: Focus) -> None:
    one = focus(*(hour(n, "i-1") for n in range(5)), name="one.csv")
    changed = {"ConsumedQuantity": "1.000000", "ChargeClass": "NULL"}
    other = focus(*({**hour(n, "i-1"), **changed} for n in range(5)), name="other.csv")
    assert refused(engine, one, other).code == "usage.delivered_twice"


def test_files_that_cover_other_times_or_other_use_are_no_duplicates(engine: Any, focus: Focus) -> None:
    march = focus(*(hour(n, "i-1") for n in range(24)), name="march-1.csv")
    next_day = focus(*(hour(n, "i-1") for n in range(24, 48)), name="march-2.csv")
    other_machine = focus(*(hour(n, "i-2") for n in range(24)), name="march-1b.csv")
    corrections = focus(
        *(hour(n, "i-1", ChargeClass="Correction", ConsumedQuantity="-1") for n in range(24)), name="corrections.csv"
    )
    corrections_again = focus(
        *(hour(n, "i-1", ChargeClass="Correction", ConsumedQuantity="-1") for n in range(23)), name="again.csv"
    )
    with open_usage([march, next_day, other_machine, corrections, corrections_again], engine) as delivery:
        assert delivery.row_count == 24 * 4 + 23


def test_equal_rows_without_a_resource_prove_nothing_until_they_are_most(engine: Any, focus: Focus) -> None:
    """An export cut anywhere: hourly totals of many equal machines without ids."""
    one = focus(*(hour(n) for n in range(10)), *(hour(n, ConsumedQuantity="2") for n in range(10)), name="one.csv")
    few = focus(*(hour(n) for n in range(2)), *(hour(n, ConsumedQuantity="3") for n in range(18)), name="few.csv")
    with open_usage([one, few], engine) as delivery:
        assert delivery.row_count == 40
    most = focus(*(hour(n) for n in range(10)), hour(3, ConsumedQuantity="4"), name="most.csv")
    assert refused(engine, one, most).code == "usage.delivered_twice"


def test_one_shared_storage_row_does_not_refuse_a_delivery_but_one_of_an_accelerator_does(
    engine: Any, focus: Focus
) -> None:
    storage = {"SkuMeter": "TimedStorage-ByteHrs", "ConsumedUnit": "GB-Months"}
    one = focus(*(hour(n, f"bucket-{n}", **storage) for n in range(30)), name="one.csv")
    shared = [hour(0, "bucket-0", **storage), *(hour(n, f"pail-{n}", **storage) for n in range(1, 30))]
    other = focus(*shared, name="other.csv")
    with open_usage([one, other], engine) as delivery:
        assert delivery.row_count == 60
    machine = hour(0, "i-1")
    one = focus(machine, *(hour(n, f"i-{n + 10}") for n in range(30)), name="three.csv")
    other = focus(machine, *(hour(n, f"i-{n + 90}") for n in range(30)), name="four.csv")
    assert refused(engine, one, other).code == "usage.delivered_twice"


def test_two_providers_may_report_alike(engine: Any, focus: Focus) -> None:
    one = focus(*(hour(n, "i-1") for n in range(5)), name="provider=a/usage.csv")
    other = focus(*(hour(n, "i-1") for n in range(4)), name="provider=b/usage.csv")
    with open_usage([one, other], engine) as delivery:
        assert delivery.row_count == 9
