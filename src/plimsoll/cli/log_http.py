"""How a serving command ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def until_asked_to_stop() -> Iterator[None]:
    """Around everything that a serving command does: once all of ours is closed, the process ends at once.

    Threads of the HTTP server may still be on their way out then. If the interpreter takes itself apart under them,
    they abort the process, and a clean stop looks like a crash.
    """
    try:
        yield
    except SystemExit as asked:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(asked.code if isinstance(asked.code, int) else 1)
