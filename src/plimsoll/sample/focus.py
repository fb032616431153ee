"""Usage rows as FOCUS 1.4 Cost and Usage columns (FinOps Open Cost and Usage Specification), with our x_ columns.

Left out are columns that FOCUS lets a provider leave out and that these providers have nothing to say in: allocation,
contracts, invoices beyond their issuer, and pricing in other currencies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from plimsoll.sample.plan import Month, Plan
from plimsoll.sample.rhythm import Whole
from plimsoll.sample.roster import Account, Stream
from plimsoll.sample.usage import Kind, Rows

_TEXT = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("us", tz="UTC")
_QUANTITY = pa.decimal128(18, 6)
_COST = pa.decimal128(18, 8)
_SHARE = pa.decimal128(5, 4)
_PRICE = pa.decimal128(18, 2)
_HOUR_US = 3_600_000_000

_SAME: dict[str, str] = {
    "BillingAccountType": "Billing Account",
    "BillingCurrency": "USD",
    "ChargeCategory": "Usage",
    "ChargeFrequency": "Usage-Based",
    "PricingCurrency": "USD",
    "SubAccountType": "Project",
}
"""Columns that say the same in every row."""


def _cluster(stream: Stream, account: Account) -> str | None:
    return f"cluster-{stream.resource}" if stream.sku.role == "train" and account.provider.tells_customer else None


_Describe = Callable[[Stream, Account], str | None]
_OF_STREAM: dict[str, _Describe] = {
    "BillingAccountId": lambda stream, account: account.id,
    "BillingAccountName": lambda stream, account: account.party.legal_name,
    "ChargeDescription": lambda stream, account: stream.sku.text,
    "ConsumedUnit": lambda stream, account: stream.sku.unit,
    "HostProviderName": lambda stream, account: account.provider.host,
    "InvoiceIssuerName": lambda stream, account: account.provider.name,
    "PricingUnit": lambda stream, account: stream.sku.unit,
    "RegionId": lambda stream, account: stream.region.id,
    "RegionName": lambda stream, account: stream.region.name or None,
    "ResourceId": lambda stream, account: None if stream.adds_up else stream.resource,
    "ResourceType": lambda stream, account: stream.sku.category[1],
    "ServiceCategory": lambda stream, account: stream.sku.category[0],
    "ServiceName": lambda stream, account: stream.sku.service,
    "ServiceProviderName": lambda stream, account: account.provider.name,
    "ServiceSubcategory": lambda stream, account: stream.sku.category[1],
    "SkuId": lambda stream, account: stream.sku.id,
    "SkuMeter": lambda stream, account: stream.sku.meter and stream.region.prefix + stream.sku.meter,
    "SkuPriceDetails": lambda stream, account: stream.sku.details,
    "SkuPriceId": lambda stream, account: f"{stream.sku.id}.OD",
    "SubAccountId": lambda stream, account: f"{account.id}-{stream.sku.role}",
    "Tags": lambda stream, account: stream.run and json.dumps({"plimsoll:run_id": stream.run}),
    "x_AcceleratorModel": lambda stream, account: stream.sku.model,
    "x_ClusterId": _cluster,
    "x_CustomerRef": lambda stream, account: account.ref if account.provider.tells_customer else None,
    "x_DeclaredRunId": lambda stream, account: stream.run,
    "x_InterconnectDomain": lambda stream, account: _cluster(stream, account) and f"fabric-{stream.region.id.lower()}",
    "x_WorkloadClass": lambda stream, account: stream.workload,
}
"""Columns that follow from the stream."""

_UNUSED: dict[str, str] = {
    "CommitmentDiscountCategory": "Usage",
    "CommitmentDiscountId": "commitment-1",
    "CommitmentDiscountStatus": "Unused",
    "CommitmentDiscountType": "Reserved",
}
"""Columns that only rows of idle commitments fill."""

SCHEMA = pa.schema(
    sorted(
        [
            *((name, _TEXT) for name in (*_SAME, *_OF_STREAM, *_UNUSED, "ChargeClass", "PricingCategory")),
            *((name, _COST) for name in ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")),
            *((name, _PRICE) for name in ("ContractedUnitPrice", "ListUnitPrice")),
            *((name, _QUANTITY) for name in ("ConsumedQuantity", "PricingQuantity")),
            *((f"{period}Period{edge}", _TIME) for period in ("Billing", "Charge") for edge in ("Start", "End")),
            ("x_AcceleratorCount", pa.int32()),
            ("x_TensorActive", _SHARE),
        ]
    )
)
"""In order of names, ours last."""
TEXT_COLUMNS = tuple(field.name for field in SCHEMA if pa.types.is_dictionary(field.type))


@dataclass(frozen=True)
class _Coded:
    """One text per stream, as codes into a list of distinct values; -1 for none."""

    codes: NDArray[np.int32]
    values: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> _Coded:
        known: dict[str, int] = {}
        codes = [-1 if text is None else known.setdefault(text, len(known)) for text in texts]
        return cls(np.array(codes, dtype=np.int32), tuple(known))


class FocusTables:
    """Turns rows into FOCUS tables."""

    def __init__(self, plan: Plan) -> None:
        accounts = plan.roster.accounts
        streams = [(stream, accounts[stream.account]) for stream in plan.roster.streams]
        self._coded = {name: _Coded.of(say(*pair) for pair in streams) for name, say in _OF_STREAM.items()}
        self._cents = np.array([stream.sku.cents for stream, _ in streams], dtype=np.int64)
        self._count = np.array([stream.sku.count or 0 for stream, _ in streams], dtype=np.int32)
        self._zero_us = _microseconds(plan.request.start)

    def table(self, rows: Rows, month: Month) -> pa.Table:
        """The rows as they stand in the report of a month."""
        present, local = np.unique(rows.stream, return_inverse=True)
        columns: dict[str, pa.Array] = {name: _constant(text, len(rows)) for name, text in _SAME.items()}
        for name, coded in self._coded.items():
            columns[name] = _of_codes(coded, present, local)
        columns |= self._of_kind(rows, columns)
        columns |= self._times(rows, month)
        columns |= self._amounts(rows)
        return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)

    def _of_kind(self, rows: Rows, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
        unused = rows.kind == Kind.UNUSED
        without = unused | (rows.kind == Kind.NO_QUANTITY)
        found = {
            "ChargeClass": _where(rows.kind == Kind.CORRECTION, "Correction"),
            "PricingCategory": _either(unused, "Committed", "Standard"),
            **{name: _where(unused, text) for name, text in _UNUSED.items()},
        }
        if without.any():
            found["ConsumedUnit"] = _blanked(columns["ConsumedUnit"], without)
        if (lost := rows.kind == Kind.NO_ACCOUNT).any():
            found["BillingAccountId"] = _blanked(columns["BillingAccountId"], lost)
        return found

    def _times(self, rows: Rows, month: Month) -> dict[str, pa.Array]:
        year, number = month
        edges = (date(year, number, 1), date(year + number // 12, number % 12 + 1, 1))
        billing = [np.full(len(rows), _microseconds(edge), dtype=np.int64) for edge in edges]
        return {
            "BillingPeriodStart": pa.array(billing[0], _TIME),
            "BillingPeriodEnd": pa.array(billing[1], _TIME),
            "ChargePeriodStart": pa.array(rows.start * _HOUR_US + self._zero_us, _TIME),
            "ChargePeriodEnd": pa.array(rows.end * _HOUR_US + self._zero_us, _TIME),
        }

    def _amounts(self, rows: Rows) -> dict[str, pa.Array]:
        """Quantities and costs; a cost is exact, since millionths times cents are 10^-8 dollars."""
        cents = self._cents[rows.stream]
        cost = _decimal(rows.quantity * cents, _COST)
        missing = rows.kind == Kind.NO_QUANTITY
        return {
            **dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), cost),
            **{name: _decimal(cents, _PRICE) for name in ("ContractedUnitPrice", "ListUnitPrice")},
            "ConsumedQuantity": _decimal(rows.quantity, _QUANTITY, missing | (rows.kind == Kind.UNUSED)),
            "PricingQuantity": _decimal(rows.quantity, _QUANTITY, missing),
            "x_AcceleratorCount": pa.array(self._count[rows.stream], mask=self._count[rows.stream] == 0),
            "x_TensorActive": _decimal(rows.active_bp, _SHARE, rows.active_bp == 0),
        }


def _microseconds(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 24 * _HOUR_US


def _of_codes(coded: _Coded, present: Whole, local: Whole) -> pa.Array:
    """A text column with a dictionary of only those values that occur."""
    used, inverse = np.unique(coded.codes[present], return_inverse=True)
    codes = inverse.astype(np.int32)
    if used[0] == -1:
        used, codes = used[1:], codes - 1
    values = pa.array([coded.values[code] for code in used], pa.string())
    picked = codes[local]
    return pa.DictionaryArray.from_arrays(pa.array(picked, mask=picked < 0), values)


def _constant(text: str, length: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(length, dtype=np.int32)), pa.array([text]))


def _where(chosen: NDArray[np.bool_], text: str) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(len(chosen), dtype=np.int32), mask=~chosen), pa.array([text])
    )


def _either(chosen: NDArray[np.bool_], text: str, otherwise: str) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array((~chosen).astype(np.int32)), pa.array([text, otherwise]))


def _blanked(column: pa.Array, without: NDArray[np.bool_]) -> pa.Array:
    codes = column.indices.to_numpy(zero_copy_only=False)
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=without), column.dictionary)


def _decimal(whole: Whole, kind: pa.Decimal128Type, without: NDArray[np.bool_] | None = None) -> pa.Array:
    """Whole numbers as decimals whose last digit they count; the bytes are laid out directly, without any parsing."""
    words = np.empty((len(whole), 2), dtype="<i8")
    words[:, 0] = whole
    words[:, 1] = whole >> 63
    validity = None
    if without is not None and without.any():
        validity = pa.py_buffer(np.packbits(~without, bitorder="little").tobytes())
    return pa.Array.from_buffers(kind, len(whole), [validity, pa.py_buffer(words)])
