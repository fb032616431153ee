"""The sample through our own reader: every row gets the outcome that the truth says it must."""

from collections import Counter
from pathlib import Path

from plimsoll.compute.accounting import account
from plimsoll.compute.engine import connect
from plimsoll.compute.usage.read import open_usage
from plimsoll.sample.jurisdiction import USAGE, Sample


def test_the_reader_counts_what_was_written(sample: Sample, folder: Path) -> None:
    with open_usage([folder / USAGE], connect()) as delivery:
        found = account(delivery, {})
        outcomes: Counter[str] = Counter()
        for count in found.outcomes:
            outcomes[count.outcome.value] += count.rows
        assert found.net_negative_days().count().to_pyarrow().as_py() == 0
        assert found.impossible().count().to_pyarrow().as_py() == 0
        unmapped = [(sku.provider, sku.sku_id) for sku in found.unmapped]
        reasons = {count.reason for count in found.outcomes}
        incomplete = [each.provider for each in found.coverage if each.missing_months]

    assert outcomes == dict(sample.truth.rows)
    assert reasons >= {
        "correction", "correction.unmarked", "commitment.unused", "account.missing", "period.backwards",
        "quantity.missing",
    }  # fmt: skip
    assert unmapped == [("orelane", "ORL-N7")]
    assert incomplete == ["fellmoor-compute"]
