"""Slurm's accounting, as ``sacct -P -a -o JobID,Cluster,Account,Start,End,ElapsedRaw,AllocTRES,State`` prints it.

GPU-seconds are ElapsedRaw times the GPUs of ``gres/gpu[:type]=n`` in AllocTRES. Steps (``123.batch``) repeat the
allocation of their job and are not counted again. Slurm prints local time without a zone: it is taken as UTC and
said so, which can shift use by some hours but never changes how much of it there was.
"""

from __future__ import annotations

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from plimsoll.compute.usage.format import UsageFormat
from plimsoll.compute.usage.source import Source, canonical

_TYPED = r"gres/gpu:([A-Za-z0-9_.-]+)=(\d+)"
_BARE = r"gres/gpu=(\d+)"
_ENDLESS = 10**12
"""Seconds: thirty thousand years. Longer is no length of a job, and would not fit where it is multiplied."""

_RUN = r"plimsoll:run_id=([^\s,;|]+)"


def version(_columns: Collection[str]) -> str:
    return "slurm-sacct"


def read(source: Source) -> ir.Table:
    """The canonical table: one row per job; the Slurm account is the customer, the cluster the provider."""
    text = source.text
    job, allocated = text("JobID"), text("AllocTRES").fill_null("")
    typed = allocated.re_extract(_TYPED, 1).nullif("")
    two_types = allocated.re_search(_TYPED + r".*gres/gpu:")
    count = ibis.coalesce(
        allocated.re_extract(_TYPED, 2).nullif(""), allocated.re_extract(_BARE, 1).nullif("")
    ).try_cast("int64")
    stated = text("ElapsedRaw").try_cast("decimal(38, 0)")
    elapsed = ibis.ifelse(stated.abs() < _ENDLESS, stated, None).cast("int64")
    start = source.instant("Start")
    ended = source.instant("End")
    running = text("End").isin(("Unknown", "None", ""))
    length = elapsed * 1_000_000
    fits = (count < 10**8) & (elapsed < 10**10)
    return canonical(
        source,
        {
            "provider_name": text("Cluster"),
            "charge_category": ibis.literal("Usage"),
            "sku_id": ibis.ifelse(typed.notnull(), ibis.literal("gres/gpu:") + typed, "gres/gpu"),
            "description": ibis.ifelse(two_types, allocated, None),
            "consumed_unit": ibis.literal("GPU-Seconds"),
            "accelerator_model": ibis.ifelse(two_types, None, typed),
            "ready_reason": ibis.cases(
                (job.contains("."), "slurm.step"),
                (two_types, "sku.ambiguous"),
                (count.fill_null(0) == 0, "slurm.no_accelerator"),
                (elapsed == 0, "slurm.never_ran"),
            ),
            "account": source.key("Account"),
            "run_id": text("Comment").re_extract(_RUN, 1).nullif(""),
            "start_us": start,
            "end_us": ibis.ifelse(running, start + length, ended),
            "from_pricing": ibis.literal(False),
            "quantity": ibis.ifelse(fits, (count * elapsed).cast("decimal(38, 0)"), None),
            "quantity_given": source.given("ElapsedRaw"),
            "sub_account": source.key("User"),
            "cluster_id": source.key("Cluster"),
            "start_text": text("Start"),
            "end_text": text("End"),
            "quantity_text": text("ElapsedRaw"),
        },
    )


SLURM = UsageFormat(
    name="slurm",
    title="Slurm sacct -P",
    delimiter="|",
    quoted=False,
    essential=(("JobID",), ("Account",), ("Start",), ("End",), ("ElapsedRaw",), ("AllocTRES",)),
    provider_columns=("Cluster",),
    instants=("Start", "End"),
    version=version,
    read=read,
)
