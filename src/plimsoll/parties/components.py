"""Connected components: in memory by rustworkx; by Splink's clustering where the edges lie in DuckDB or Spark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from splink.internals.database_api import DatabaseAPISubClass

Edges = Sequence[tuple[int, int]]

_SCATTER, _WIDTH = 0x9E3779B1, 1 << 32
"""An odd factor near the golden section: gives each number below the width another one, far from its neighbours'."""


def components(size: int, edges: Edges) -> list[list[int]]:
    """The parts of a graph of nodes 0 to ``size - 1`` that have two nodes or more, in order; each in order."""
    import rustworkx

    graph = rustworkx.PyGraph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from_no_data(list(edges))
    return sorted(sorted(part) for part in rustworkx.connected_components(graph) if len(part) > 1)


def components_on(engine: str | None) -> Callable[[int, Edges], list[list[int]]]:
    """How to find components on an engine, as `compute.engine.connect` names it: on Spark by Splink, else in memory."""
    from plimsoll.compute.engine import DUCKDB, connect

    if engine in (None, DUCKDB):
        return components

    def on_spark(size: int, edges: Edges) -> list[list[int]]:
        from plimsoll.parties.splink_engine import splink_on

        with splink_on(connect(engine)) as database:
            return components_by_splink(size, edges, database)

    return on_spark


def components_by_splink(size: int, edges: Edges, database: DatabaseAPISubClass) -> list[list[int]]:
    """The same, out of core: `database` is Splink's DuckDBAPI or SparkAPI, e.g. on a cluster.

    Only nodes that have an edge go through the engine, under scattered numbers: in each round a node takes the least
    number next to it, so a chain in order of its numbers would take as many rounds as it has links.
    """
    import pyarrow as pa
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    del size
    used = sorted({node for edge in edges for node in edge})
    if not used:
        return []
    given = {node * _SCATTER % _WIDTH: node for node in used}
    nodes = pa.table({"node": pa.array(list(given), pa.int64())})
    pairs = pa.table(
        {
            "node_l": pa.array([one * _SCATTER % _WIDTH for one, _ in edges], pa.int64()),
            "node_r": pa.array([other * _SCATTER % _WIDTH for _, other in edges], pa.int64()),
        }
    )
    clustered = cluster_pairwise_predictions_at_threshold(nodes, pairs, database, node_id_column_name="node")
    found = clustered.as_dict()
    parts: dict[int, list[int]] = {}
    for part, node in zip(found["cluster_id"], found["node"], strict=True):
        parts.setdefault(part, []).append(given[node])
    return sorted(sorted(part) for part in parts.values() if len(part) > 1)
