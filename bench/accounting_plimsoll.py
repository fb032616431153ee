"""Contender: Plimsoll itself, as `plimsoll assess` uses it. It knows nothing about the files but their path."""

from __future__ import annotations

import sys
from pathlib import Path

import ibis

from bench.measure import timed
from plimsoll.compute.accounting import account
from plimsoll.compute.engine import connect, fetch, materialise
from plimsoll.compute.rolling import WINDOWS
from plimsoll.compute.usage.outcomes import Outcome
from plimsoll.compute.usage.read import open_usage

BACKEND = ibis.duckdb
"""Named here so that importing it is not timed, as importing the baselines' engines is not."""

EXACT = "decimal(38, 0)"


def work() -> dict[str, object]:
    """Opens, judges, accounts, computes every window of every account, and sums up what it found."""
    backend = connect(threads=2)
    with open_usage([Path(sys.argv[1])], backend) as delivery:
        accounts = account(delivery)
        rolling = materialise(backend, accounts.rolling(), "rolling")
        sums = {
            f"{name}_{days}": rolling[f"{name}_{days}"].sum().cast(EXACT)
            for days in WINDOWS
            for name in ("cap", "est_e4")
        }
        windows = fetch(backend, rolling.agg(account_days=rolling.count(), **sums))[0]
        cells = fetch(backend, accounts.daily.agg(cells=accounts.daily.count()))[0]
        totals = accounts.totals
        return {
            "accel_ns": totals.accel_ns,
            "cap_flop": totals.cap_flop,
            "est_e4": totals.est_e4,
            **cells,
            **windows,
            **dict.fromkeys(("sku.other", "charge.not_usage", "commitment.unused", "correction"), 0),
            **{each.reason: each.rows for each in accounts.outcomes},
            "faulty": sum(each.rows for each in accounts.outcomes if each.outcome is Outcome.REJECTED),
            "unused_accel_ns": totals.unused_accel_ns,
        }


if __name__ == "__main__":
    timed(work)
