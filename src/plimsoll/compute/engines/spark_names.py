"""The names under which Apache Spark can be asked for."""

from __future__ import annotations

import re

_LOCAL = re.compile(r"local\[([1-9]\d{0,3}|\*)\]")
_HOST = r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}"
_CLUSTER = re.compile(rf"spark://({_HOST}(?:,{_HOST})*)")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def is_master(engine: str) -> bool:
    """Whether this names Spark on this machine or a standalone cluster."""
    return bool(_LOCAL.fullmatch(engine) or _CLUSTER.fullmatch(engine))


def local_threads(engine: str) -> str | None:
    """The N of ``local[N]``; None for a cluster."""
    found = _LOCAL.fullmatch(engine)
    return found[1] if found else None


def masters(engine: str) -> tuple[tuple[str, int], ...]:
    """Host and port of each master of a cluster: several, where one stands by for another."""
    found = _CLUSTER.fullmatch(engine)
    parts = found[1].split(",") if found else ()
    return tuple((host.strip("[]"), int(port)) for host, _, port in (part.rpartition(":") for part in parts))


def on_this_machine(engine: str) -> bool:
    """Whether everything runs here, so that no port need be open to others."""
    found = _CLUSTER.fullmatch(engine)
    hosts = [part.rpartition(":")[0] for part in found[1].split(",")] if found else []
    return all(host in _LOOPBACK for host in hosts)
