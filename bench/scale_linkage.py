"""Child of bench.scale: resolves the customers of one sample, and says how long Splink itself took of it.

``python -m bench.scale_linkage FOLDER``
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.measure import timed


def work() -> dict[str, object]:
    """Reads the filings, finds the parties."""
    from plimsoll.compute.engine import connect
    from plimsoll.parties.filing.read import read_filings
    from plimsoll.parties.resolution.resolve import resolve

    filed = read_filings([Path(sys.argv[1]) / "kyc"])
    found = resolve(filed.records, connect(threads=2))
    return {
        "records": filed.records.num_rows,
        "parties": len(set(found.party_of)),
        "pairs": found.compared,
        "splink_seconds": f"{found.linkage_seconds:.3f}",
    }


if __name__ == "__main__":
    timed(work)
