"""A small sample jurisdiction, written once for all tests of this room."""

import sys
from pathlib import Path

import pytest

from plimsoll.sample.jurisdiction import Sample, write_sample
from plimsoll.sample.plan import Request

CUSTOMERS, DAYS = 14, 120

sys.path.insert(0, str(Path(__file__).parent))
"""Lets the tests of this folder import `party_cases.py`, which stands beside them."""


@pytest.fixture(scope="session")
def jurisdiction(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Every planted situation once, among a few honest customers."""
    folder: Path = tmp_path_factory.mktemp("jurisdiction") / "sample"
    return write_sample(folder, Request(seed=7, customers=CUSTOMERS, days=DAYS))
