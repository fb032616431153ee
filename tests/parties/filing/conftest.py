"""Filings written by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from plimsoll.parties.filing.delivery import KycDelivery
from plimsoll.parties.filing.example import EXAMPLE
from plimsoll.parties.filing.read import read_filings
from plimsoll.parties.kyc import CustomerRecord, Holder, Kind, Role

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of the provider nimbus; text or bytes."""

    def write_file(content: str | bytes, name: str = "2026-06-30.jsonl", provider: str = "nimbus") -> Path:
        folder = tmp_path / "kyc" / f"provider={provider}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@pytest.fixture
def read(tmp_path: Path) -> Callable[[], KycDelivery]:
    """Reads all files that were written."""
    return lambda: read_filings([tmp_path / "kyc"])


@pytest.fixture
def records() -> list[CustomerRecord]:
    """The example in every kind, and with a holder of every role and share."""
    roles = tuple(
        Holder("Anna Voss", role, share_bp=share, share_max_bp=most, since=date(2020, 1, 1), until=date(2026, 1, 1))
        for role in Role
        for share, most in ((None, None), (0, 0), (3_333, 3_333), (2_500, 5_000), (100, None))
    )
    kinds = [replace(EXAMPLE, account=kind.value, kind=kind) for kind in Kind]
    return [*kinds, *(replace(each, account=f"{each.account}-2", holders=roles) for each in kinds)]
