"""Units of a bill: what counts machine time, accelerator time, or neither."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.billing_units import HOUR_NS, BillingUnit, read_unit

SECOND_NS = 10**9


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Hours", BillingUnit("machine", HOUR_NS)),
        ("hrs", BillingUnit("machine", HOUR_NS)),
        ("h", BillingUnit("machine", HOUR_NS)),
        (" HOUR ", BillingUnit("machine", HOUR_NS)),
        ("1 Hour", BillingUnit("machine", HOUR_NS)),
        ("10 Hours", BillingUnit("machine", 10 * HOUR_NS)),
        ("1,000 Hours", BillingUnit("machine", 1_000 * HOUR_NS)),
        ("1/Hour", BillingUnit("machine", HOUR_NS)),
        ("Instance-Hours", BillingUnit("machine", HOUR_NS)),
        ("VM Hours", BillingUnit("machine", HOUR_NS)),
        ("Node Hour", BillingUnit("machine", HOUR_NS)),
        ("Virtual Machine Hours", BillingUnit("machine", HOUR_NS)),
        ("Seconds", BillingUnit("machine", SECOND_NS)),
        ("minutes", BillingUnit("machine", 60 * SECOND_NS)),
        ("Days", BillingUnit("machine", 24 * HOUR_NS)),
        ("GPU-Hours", BillingUnit("accelerator", HOUR_NS)),
        ("GPU Per Hour", BillingUnit("accelerator", HOUR_NS)),
        ("gpu_hours", BillingUnit("accelerator", HOUR_NS)),
        ("TPU chip hours", BillingUnit("accelerator", HOUR_NS)),
        ("Accelerator Seconds", BillingUnit("accelerator", SECOND_NS)),
        ("Ｈｏｕｒｓ", BillingUnit("machine", HOUR_NS)),
    ],
)
def test_lengths_of_time(text: str, unit: BillingUnit) -> None:
    assert read_unit(text) == unit


@pytest.mark.parametrize(
    "text",
    [
        "GB-Months", "GB/Month", "GB Hours", "Gigabyte Per Hour", "gibibyte hour", "GiBy.s", "byte-seconds",
        "vCPU-Hours", "OCPU Per Hour", "LCU-Hours", "ACU-Hours", "Lambda-GB-Seconds", "GiB/Second-Months",
        "IOPS-Months", "Requests", "Units", "Each", "GB", "API Requests", "Tokens", "IP Address Hours", "Core Hours",
    ],
)  # fmt: skip
def test_what_is_not_accelerator_time(text: str) -> None:
    assert read_unit(text) == BillingUnit("other")


@pytest.mark.parametrize(
    "text",
    [None, "", "  ", "--", "Months", "1 Month", "GPU-Months", "Instance-Years", "GPU", "8", "1.5 Hours", "0 Hours",
     "10 x 10 Hours", "Hours per Day", "9" * 5_000 + " Hours", "1,000,000 Hours",
     "Units/Hour", "GPU Core Hours", "GPU GB-Hours", "Dragon-Hours", "½ Hour"],
)  # fmt: skip
def test_what_cannot_be_told(text: str | None) -> None:
    assert read_unit(text) == BillingUnit("unknown")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_any_text_has_an_answer(text: str) -> None:
    unit = read_unit(text)
    assert (unit.nanoseconds > 0) == (unit.counts in ("machine", "accelerator"))
