"""How often one client may ask: a bucket of tokens per client, in bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict


class RateLimit:
    """Token buckets. Times are seconds of any clock that never goes back, given by the caller.

    Attributes:
        rate: requests per second in the long run.
        burst: requests that may come at once.
        clients: clients that are remembered. When more come, the one that asked longest ago is forgotten, so a flood
            from many addresses costs memory of this size and no more.
    """

    __slots__ = ("_buckets", "_lock", "burst", "clients", "rate")

    def __init__(self, rate: float, burst: int, clients: int = 10_000) -> None:
        self.rate, self.burst, self.clients = rate, burst, clients
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, client: str, now: float) -> float:
        """0 if `client` may ask now, which is counted; else the seconds until it may, and nothing is counted."""
        with self._lock:
            tokens, since = self._buckets.pop(client, (float(self.burst), now))
            tokens = min(float(self.burst), tokens + max(0.0, now - since) * self.rate)
            allowed = tokens >= 1
            self._buckets[client] = (tokens - allowed, now)
            while len(self._buckets) > self.clients:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self.rate
