"""Whom usage reports name beside an account: the provider's own number of the customer, and who sends the invoice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.expr.operations import Literal

from plimsoll.compute.engine import materialise
from plimsoll.compute.usage.delivery import Batch

_NAMED = ("customer_ref", "invoice_issuer")


def named_customers(batches: Iterable[Batch], backend: Any) -> ir.Table | None:
    """The distinct combinations in which rows name an account, its customer and who invoices it; scans the rows once.

    Batches whose files have neither column are not read.

    Returns:
        provider, account, customer_ref, invoice_issuer, without the blanks around them, empty texts made null, never
        both null; None where no file names either.
    """
    parts = list(_parts(batches, (), backend))
    if not parts:
        return None
    together = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return materialise(backend, together.distinct(), "named_customers")


def named_in(batch: Batch, backend: Any) -> ir.Table | None:
    """The same for each file of one batch, with `file_no`; None where its files have neither column."""
    return next(_parts([batch], ("file_no",), backend), None)


def _parts(batches: Iterable[Batch], by: tuple[str, ...], backend: Any) -> Iterator[ir.Table]:
    for batch in batches:
        rows = batch.rows
        if all(_absent(rows, name) for name in _NAMED):
            continue
        # Few combinations stand in many rows. They are found before their spelling is looked at, and kept, because
        # an engine would move the filters on the spelling below the search and look at that of every row.
        raw = rows.select(*by, "provider_folder", "provider_name", "account", *_NAMED).distinct()
        raw = materialise(backend, raw, "customers_as_spelt")
        named = raw.select(
            *by,
            provider=ibis.coalesce(raw.provider_folder, raw.provider_name).strip().replace("/", "%2F"),
            account=raw.account,
            customer_ref=raw.customer_ref.strip().nullif(""),
            invoice_issuer=raw.invoice_issuer.strip().nullif(""),
        )
        told = named.provider.notnull() & named.account.notnull()
        yield named.filter(told, named.customer_ref.notnull() | named.invoice_issuer.notnull()).distinct()


def _absent(rows: ir.Table, name: str) -> bool:
    """Whether the files have no such column: then the adapter gives every row the same null."""
    value = rows.op().values[name]
    return isinstance(value, Literal) and value.value is None
