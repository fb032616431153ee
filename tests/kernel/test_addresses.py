"""An address where a path is wanted is refused with what to do instead."""

from pathlib import Path

import pytest

from plimsoll.kernel.addresses import refuse_address
from plimsoll.kernel.errors import PlimsollError


@pytest.mark.parametrize(
    "address", ["s3a://bucket/usage", "s3://bucket", "gs://b/x", "hdfs://name:8020/x", "https://x"]
)
def test_storage_behind_a_network_is_to_be_mounted(address: str) -> None:
    for given in (address, Path(address)):
        with pytest.raises(PlimsollError) as refused:
            refuse_address(given)
        assert (refused.value.code, refused.value.where.file) == ("file.address", address)
        assert "Mount" in refused.value.fix


def test_a_file_of_this_machine_needs_no_scheme() -> None:
    with pytest.raises(PlimsollError) as refused:
        refuse_address(Path("file:///srv/usage"))
    assert "without file://" in refused.value.fix


@pytest.mark.parametrize("path", ["usage", "/srv/usage", "C:/usage", r"C:\usage", "a:b", "provider=x:y/z", "1:/x", ""])
def test_paths_pass(path: str) -> None:
    refuse_address(path)
