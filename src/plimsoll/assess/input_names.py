"""What the inputs of an assessment are called, on any machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from plimsoll.kernel.addresses import refuse_address
from plimsoll.kernel.errors import PlimsollError, Where


class Names:
    """What the inputs are called: relative to the folder that holds them all, so that two machines agree."""

    def __init__(self, given: Sequence[Path]) -> None:
        for path in given:
            if not path.exists():
                refuse_address(path)
                raise PlimsollError(
                    "assess.missing_path", "there is no such file or folder", fix="Check the path.",
                    where=Where(file=str(path)),
                )  # fmt: skip
        self._root = Path(os.path.commonpath([_whole(path).parent for path in given]))

    def of(self, path: Path | str) -> str:
        """The name of a file that was given, or that was found in a given folder."""
        whole = _whole(path)
        return whole.relative_to(self._root).as_posix() if whole.is_relative_to(self._root) else whole.as_posix()


def _whole(path: Path | str) -> Path:
    """Absolute and without ``..``, as text: links are not followed, because their targets differ between machines."""
    return Path(os.path.abspath(path))  # noqa: PTH100  # Path.absolute keeps "..", Path.resolve follows links
