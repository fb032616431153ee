"""What the facts of a file depend on besides its bytes: if any of it changes, files are read anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from plimsoll.compute.utilisation import Priors

LAYOUT = 1
"""Of the folder and the files in it. Raised when their meaning changes."""

_ROOMS = ("data", "usage", "lake")
_FILES = (
    "billing_units.py", "catalogue.py", "daily.py", "facts.py", "gather.py", "hourly.py", "rolling.py",
    "sku_patterns.py", "skus.py", "utilisation.py",
)  # fmt: skip
"""The code and the data that decide what a row is: catalogue, SKU patterns, units, priors, and how they are applied."""


@lru_cache
def basis(priors: Priors) -> str:
    """The digest of the layout, the version of the program, the code and data that judge rows, and the priors."""
    told = hashlib.sha256(f"{LAYOUT}\n{_release()}\n{priors!r}\n".encode())
    for name, content in sorted(_sources()):
        told.update(f"{name}\n{hashlib.sha256(content).hexdigest()}\n".encode())
    return told.hexdigest()


def _release() -> str:
    try:
        return version("plimsoll")
    except PackageNotFoundError:
        return "not installed"


def _sources() -> Iterator[tuple[str, bytes]]:
    root = resources.files("plimsoll.compute")
    for name in _FILES:
        if (file := root.joinpath(name)).is_file():
            yield name, file.read_bytes()
    for room in _ROOMS:
        yield from _inside(root.joinpath(room), room)


def _inside(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        if each.is_file() and each.name.endswith((".py", ".csv")):
            yield f"{name}/{each.name}", each.read_bytes()
