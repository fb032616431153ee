"""One of several processes that store different bytes under one path; here, because a new process must find it."""

from typing import Any

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.tile_store import LocalTiles
from plimsoll.ledger.tree.tiles import tile_path

TILE_0 = tile_path(0, 0)


def store_one(folder: str, data: bytes, barrier: Any, answers: Any) -> None:
    """Stores the bytes when all are ready, and answers what came of it."""
    store = LocalTiles(folder)
    barrier.wait()
    try:
        store.put_if_absent(TILE_0, data)
        answers.put("stored")
    except PlimsollError as error:
        answers.put(error.code)
