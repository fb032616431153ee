"""One sample of default size, written once for all tests that only read it."""

from pathlib import Path

import pytest

from plimsoll.sample.jurisdiction import Sample, write_sample
from plimsoll.sample.plan import Request


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write_sample(tmp_path_factory.mktemp("sample") / "out", Request())


@pytest.fixture(scope="session")
def folder(sample: Sample) -> Path:
    return sample.folder
