"""Fixtures that every test may use."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long examples take to make, and to run, says something about the machine and its other work, not about the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_REAL_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real public data that lies beside the checkout; its tests carry the marker `real_data`."""
    return _REAL_DATA


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _REAL_DATA.is_dir():
        return
    absent = pytest.mark.skip(reason="the public data set ../shared/data is not beside this checkout")
    for item in items:
        if item.get_closest_marker("real_data"):
            item.add_marker(absent)
