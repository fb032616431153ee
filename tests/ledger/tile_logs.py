"""Writes logs of tiles for tests, and serves them over real HTTP."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from plimsoll.ledger.tree.merkle import leaf_hashes
from plimsoll.ledger.tree.tile_edge import TileEdge
from plimsoll.ledger.tree.tile_store import TileStore
from plimsoll.ledger.tree.tiles import TILE, bundle_path, encode_bundle


def entries_of(size: int) -> list[bytes]:
    """Entries that differ in content and length."""
    return [f"entry {number}".encode() * (number % 5) for number in range(size)]


def write_log(store: TileStore, entries: Sequence[bytes], batches: Sequence[int]) -> TileEdge:
    """Stores the tiles and bundles of a log that grew to each of these sizes in turn; gives its edge."""
    edge = TileEdge()
    for size in batches:
        start = edge.size
        tiles = [*edge.extend(leaf_hashes(entries[start:size])), *edge.partial_tiles()]
        for tile in tiles:
            store.put_if_absent(tile.path, tile.data)
        for first in range(start // TILE * TILE, size, TILE):
            part = entries[first : min(first + TILE, size)]
            store.put_if_absent(bundle_path(first // TILE, len(part)), encode_bundle(part))
    store.sync()
    return edge


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(folder: Path, handler: type[SimpleHTTPRequestHandler] = _Quiet) -> Iterator[str]:
    """Serves a folder on loopback and gives its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
