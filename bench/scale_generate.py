"""Child of bench.scale: writes the sample jurisdiction of one size, with evaders planted.

``python -m bench.scale_generate FOLDER CUSTOMERS``
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.measure import timed

SEED = 4_100
DAYS = 365
DENSITY = 730
"""Permille of days on which everyday customers compute: about a thousand rows a customer and year."""

EVADERS_PER_CUSTOMERS = 2_500
"""One evader of every tactic for so many customers."""


def work() -> dict[str, object]:
    """Writes the sample."""
    from plimsoll.sample.jurisdiction import write_sample
    from plimsoll.sample.plan import Request
    from plimsoll.sample.schemes.asked import parse_evaders

    folder, customers = Path(sys.argv[1]), int(sys.argv[2])
    each = max(1, customers // EVADERS_PER_CUSTOMERS)
    request = Request(SEED, customers, DAYS, evaders=parse_evaders(f"all={each}"), density=DENSITY)
    written = write_sample(folder, request, force=True)
    usage = sum(path.stat().st_size for path in (folder / "usage").rglob("*.parquet"))
    records = sum(1 for path in (folder / "kyc").rglob("*.jsonl") for line in path.open("rb") if line.strip())
    return {"rows": written.rows, "accounts": written.accounts, "records": records, "usage_bytes": usage}


if __name__ == "__main__":
    timed(work)
