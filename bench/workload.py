"""The accounting workload: one year of FOCUS 1.4 Parquet from six providers, the same bytes for the same row count.

20,000 customers, 60 SKUs (48 accelerators, 12 other), one file per provider and month under ``provider=ID/month=M``.
Customers differ in size (a Zipf-like tail); use comes in episodes: one resource runs for some hours in a row and is
metered hourly, sorted by hour as a metering pipeline writes it. Three rows in a hundred are corrections (negative),
two are unused commitments (no ConsumedQuantity), ten carry a measured x_TensorActive, five a declared run.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from plimsoll.compute.catalogue import load_catalogue
from plimsoll.compute.skus import SkuDescriptor, resolve

CUSTOMERS = 20_000
YEAR = 2026
PROVIDERS = ("aster-cloud", "borealis", "cumulus", "delta-compute", "ember", "fjord-gpu")
_HOUR_US = 3_600_000_000
_EPISODE_HOURS = 18


@dataclass(frozen=True, slots=True)
class Sku:
    """One of the 60 SKUs: what the provider prints, and the truth that the baselines are given."""

    sku_id: str
    provider: str
    service: str
    meter: str
    description: str
    unit: str
    details: str | None
    chip: str | None
    accelerators: int


_MACHINES = (
    # instance type, accelerator, accelerators per instance
    ("p5.48xlarge", "h100-sxm", 8),
    ("p4d.24xlarge", "a100-sxm-40gb", 8),
    ("g5.4xlarge", "a10g", 1),
    ("g6.12xlarge", "l4", 4),
    ("g4dn.12xlarge", "t4", 4),
    ("p3.16xlarge", "v100-sxm2-16gb", 8),
)


def skus() -> tuple[Sku, ...]:
    """Ten SKUs per provider: six machines by the hour, two of them also reserved, two that are no accelerators."""
    out: list[Sku] = []
    for number, provider in enumerate(PROVIDERS):
        for index, (machine, chip, count) in enumerate(_MACHINES):
            for kind in ("OnDemand", "Reserved") if index < 2 else ("OnDemand",):
                details = json.dumps({"InstanceType": machine, "GpuCount": count, "x_Plan": kind})
                out.append(
                    Sku(
                        f"{provider[:2].upper()}{number}{index:02d}{kind[:2].upper()}",
                        provider,
                        "Virtual Machines",
                        f"BoxUsage:{machine}",
                        f"${count * 1.5:.2f} per {kind} Linux {machine} Instance Hour",
                        "Hours",
                        details,
                        chip,
                        count,
                    )
                )
        for name, unit in (("Object storage", "GB-Months"), ("c6i.4xlarge processors", "Hours")):
            out.append(
                Sku(
                    f"{provider[:2].upper()}{number}{name[:2].upper()}",
                    provider,
                    "Object Storage" if unit == "GB-Months" else "Virtual Machines",
                    "TimedStorage-ByteHrs" if unit == "GB-Months" else "BoxUsage:c6i.4xlarge",
                    "$0.023 per GB-month of storage" if unit == "GB-Months" else "$0.68 per On Demand c6i.4xlarge hour",
                    unit,
                    None if unit == "GB-Months" else json.dumps({"InstanceType": "c6i.4xlarge", "CoreCount": 16}),
                    None,
                    0,
                )
            )
    return tuple(out)


class KnownSku(NamedTuple):
    """What the baselines are told about an accelerator SKU: the answer, which Plimsoll has to find by itself."""

    sku_id: str
    chip: str
    ns_per_unit: int
    peak: int


DESCRIPTIVE = (
    "ServiceProviderName", "SkuId", "SkuMeter", "SkuPriceDetails", "ServiceName", "ChargeDescription", "ConsumedUnit",
)  # fmt: skip
"""The columns that say what was sold: what a baseline has to look at that is not given the SKUs."""

STATUS = ("ChargeCategory", "ChargeClass", "CommitmentDiscountStatus")
"""The columns that say what kind of charge a row is."""


def known_skus() -> list[KnownSku]:
    """The 48 accelerator SKUs, with accelerator-nanoseconds per hour and peak FLOP per nanosecond."""
    known = []
    for sku in skus():
        if sku.chip is not None:
            known.append(KnownSku(sku.sku_id, sku.chip, sku.accelerators * 3_600 * 10**9, _peak(sku.chip)))
    return known


def resolved_skus(found: Iterable[Sequence[str | None]]) -> list[KnownSku]:
    """The accelerators among distinct values of `DESCRIPTIVE`, by Plimsoll's own SKU map."""
    known: dict[str, KnownSku] = {}
    for provider, sku_id, meter, details, service, description, unit in found:
        read = json.loads(details) if details else {}
        match = resolve(
            SkuDescriptor(
                provider, sku_id, meter, read.get("InstanceType"), read.get("GpuCount"), service, description, unit
            )
        )
        if match.chip is not None and sku_id is not None:
            time = match.accelerators_per_unit * match.unit_ns
            known[sku_id] = KnownSku(sku_id, match.chip, time, _peak(match.chip))
    return list(known.values())


def outcomes(found: Iterable[Sequence[Any]], known: Iterable[KnownSku]) -> dict[str, int]:
    """How many rows became what. `found`: values of `DESCRIPTIVE` and `STATUS`, then rows and faulty rows."""
    accelerators = {sku.sku_id for sku in known}
    counts = dict.fromkeys(("usage", "correction", "commitment.unused", "sku.other", "charge.not_usage", "faulty"), 0)
    for *described, category, charge_class, status, rows, faulty in found:
        counts["faulty"] += faulty
        if category != "Usage":
            reason = "charge.not_usage"
        elif described[1] not in accelerators:
            reason = "sku.other"
        elif status == "Unused":
            reason = "commitment.unused"
        else:
            reason = "correction" if charge_class == "Correction" else "usage"
        counts[reason] += rows
    return counts


def _peak(chip: str) -> int:
    peak = load_catalogue().get(chip).training_peak
    assert peak is not None
    return peak[1]


def generate(folder: Path, rows: int) -> int:
    """Writes the files unless a complete set of that size is there. Returns the rows written."""
    marker = folder / "complete"
    if marker.exists():
        return int(marker.read_text())
    written = 0
    months = [(number, month) for number in range(len(PROVIDERS)) for month in range(1, 13)]
    for position, (number, month) in enumerate(months):
        wanted = rows * (position + 1) // len(months) - rows * position // len(months)
        written += _write_month(folder, number, month, wanted)
    marker.write_text(str(written))
    return written


def _write_month(folder: Path, number: int, month: int, rows: int) -> int:
    rng = np.random.default_rng([YEAR, number, month])
    hours = calendar.monthrange(YEAR, month)[1] * 24
    episodes = rows * 2 // _EPISODE_HOURS + 64
    length = np.minimum(rng.geometric(1 / _EPISODE_HOURS, episodes), hours)
    ends = np.cumsum(length)
    episodes = int(np.searchsorted(ends, rows)) + 1
    length = length[:episodes]
    length[-1] -= int(ends[episodes - 1]) - rows
    rank = np.minimum((CUSTOMERS + 1) ** rng.random(episodes), CUSTOMERS).astype(np.int64)
    spread = rng.integers(0, CUSTOMERS, episodes)
    customer = np.where(rng.random(episodes) < 0.5, rank, spread) % CUSTOMERS
    sku = (customer * 7 + rng.integers(0, 3, episodes)) % 10
    start = (rng.random(episodes) * (hours - length + 1)).astype(np.int64)
    run = np.where(rng.random(episodes) < 0.05, customer % 997, -1)

    first = np.repeat(np.cumsum(length) - length, length)
    hour = np.repeat(start, length) + np.arange(rows) - first
    order = np.argsort(hour, kind="stable")
    episode = np.repeat(np.arange(episodes), length)[order]
    hour = hour[order]
    rows_of = _Rows(number, month, hour, episode, customer[episode], sku[episode], run[episode])
    table = _table(rng, rows_of)
    path = folder / f"provider={PROVIDERS[number]}" / f"month={YEAR}-{month:02d}" / "focus.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="snappy", row_group_size=131_072, store_schema=False)
    return rows


@dataclass(frozen=True, slots=True)
class _Rows:
    """Who used what when: one entry per row."""

    provider: int
    month: int
    hour: np.ndarray
    episode: np.ndarray
    customer: np.ndarray
    sku: np.ndarray
    run: np.ndarray


def _table(rng: np.random.Generator, of: _Rows) -> pa.Table:
    number, month, hour, sku = of.provider, of.month, of.hour, of.sku
    rows = len(hour)
    mine = [each for each in skus() if each.provider == PROVIDERS[number]]
    base = int(np.datetime64(f"{YEAR}-{month:02d}-01", "us").astype(np.int64))
    begin = base + hour * _HOUR_US
    draw = rng.random(rows)
    correction, unused = draw < 0.03, (draw >= 0.03) & (draw < 0.05)
    micro = np.where(rng.random(rows) < 0.7, 1_000_000, rng.integers(1, 1_000_000, rows))
    micro = np.where(correction, -(micro // 4), micro)
    no_machine = np.array([each.chip is None for each in mine])[sku]
    measured = (rng.random(rows) < 0.1) & ~no_machine
    active = rng.integers(500, 6_000, rows)

    def by_sku(field: str) -> pa.Array:
        return _coded(sku, [getattr(each, field) for each in mine])

    def same(text: str | None) -> pa.Array:
        return _coded(np.zeros(rows, dtype=np.int32), [text])

    def stamp(values: np.ndarray) -> pa.Array:
        return pa.array(values, pa.timestamp("us", tz="UTC"))

    machines = [f"i-{number:x}{month:x}{n:010x}" for n in range(int(of.episode.max()) + 1)]
    names = [f"acct-{n:05d}" for n in range(CUSTOMERS)]
    month_end = base + calendar.monthrange(YEAR, month)[1] * 24 * _HOUR_US
    quantity = _decimal(micro, 18, 6)
    consumed = _decimal(micro, 18, 6, unused)
    return pa.table(
        {
            "BillingAccountId": _coded(of.customer, names),
            "BillingCurrency": same("USD"),
            "BillingPeriodStart": stamp(np.full(rows, base)),
            "BillingPeriodEnd": stamp(np.full(rows, month_end)),
            "ChargeCategory": same("Usage"),
            "ChargeClass": _coded(correction.astype(np.int32), [None, "Correction"]),
            "ChargeDescription": by_sku("description"),
            "ChargePeriodStart": stamp(begin),
            "ChargePeriodEnd": stamp(begin + _HOUR_US),
            "CommitmentDiscountStatus": _coded(unused.astype(np.int32), [None, "Unused"]),
            "ConsumedQuantity": consumed,
            "ConsumedUnit": by_sku("unit"),
            "HostProviderName": same(PROVIDERS[number]),
            "InvoiceIssuerName": same(PROVIDERS[number]),
            "PricingQuantity": quantity,
            "PricingUnit": by_sku("unit"),
            "RegionId": _coded(of.customer % 4, ["eu-1", "eu-2", "us-1", "ap-1"]),
            "ResourceId": _coded(of.episode, machines),
            "ServiceCategory": same("Compute"),
            "ServiceName": by_sku("service"),
            "ServiceProviderName": same(PROVIDERS[number]),
            "SkuId": by_sku("sku_id"),
            "SkuMeter": by_sku("meter"),
            "SkuPriceDetails": by_sku("details"),
            "x_WorkloadClass": _coded(of.customer % 3, ["train", "infer", None]),
            "x_DeclaredRunId": _coded(of.run + 1, [None, *(f"run-{n}" for n in range(997))]),
            "x_TensorActive": _decimal(active, 5, 4, ~measured),
        }
    )


def _coded(codes: np.ndarray, values: Sequence[str | None]) -> pa.Array:
    """``values[code]`` for each code, as a dictionary column."""
    distinct = sorted({value for value in values if value is not None})
    place = {value: number for number, value in enumerate(distinct)}
    index = np.array([-1 if value is None else place[value] for value in values])[codes]
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32(), mask=index < 0), pa.array(distinct, pa.string()))


def _decimal(units: np.ndarray, precision: int, scale: int, missing: np.ndarray | None = None) -> pa.Array:
    """Whole numbers of 10^-scale as an Arrow decimal, without a detour through float."""
    low = units.astype(np.int64)
    words = np.empty((len(low), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = low, low >> 63
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(low), [valid, pa.py_buffer(words)])
