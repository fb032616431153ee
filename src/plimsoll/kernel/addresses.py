"""Addresses of storage that is reached over a network, given where a path of this machine is wanted."""

from __future__ import annotations

import re
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError, Where

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.*)", re.DOTALL)
"""At least two letters: a single one is a Windows drive. `Path` makes one slash out of two."""


def refuse_address(path: str | Path) -> None:
    """Says what to do where a path that is not there is an address such as ``s3a://bucket/usage``.

    Raises:
        PlimsollError: ``file.address``.
    """
    found = _ADDRESS.fullmatch(str(path))
    if found is None:
        return
    if found[1].casefold() == "file":
        fix = "Give the path alone, without file://."
    else:
        fix = "Mount the storage as a folder, or copy the files to one, and name that folder: see docs/howto/spark.md."
    raise PlimsollError(
        "file.address",
        f"this is an address ({found[1]}://), and only files in folders can be read",
        fix=fix,
        where=Where(f"{found[1]}://{found[2]}"),
    )
