"""Filings written by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.parties.filing.delivery import KycDelivery
from plimsoll.parties.filing.read import read_filings

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
