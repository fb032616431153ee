"""Connected components: in memory by rustworkx; by Splink's clustering where the edges lie in DuckDB or Spark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from splink.internals.database_api import DatabaseAPISubClass

Edges = Sequence[tuple[int, int]]


def components(size: int, edges: Edges) -> list[list[int]]:
    """The parts of a graph of nodes 0 to ``size - 1`` that have two nodes or more, in order; each in order."""
    import rustworkx

    graph = rustworkx.PyGraph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from_no_data(list(edges))
    return sorted(sorted(part) for part in rustworkx.connected_components(graph) if len(part) > 1)


def components_by_splink(size: int, edges: Edges, database: DatabaseAPISubClass) -> list[list[int]]:
    """The same, out of core: `database` is Splink's DuckDBAPI or SparkAPI, e.g. on a cluster.

    Only nodes that have an edge go through the engine.
    """
    import pyarrow as pa
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    del size
    used = sorted({node for edge in edges for node in edge})
    if not used:
        return []
    nodes = pa.table({"node": pa.array(used, pa.int64())})
    pairs = pa.table(
        {
            "node_l": pa.array([one for one, _ in edges], pa.int64()),
            "node_r": pa.array([other for _, other in edges], pa.int64()),
        }
    )
    clustered = cluster_pairwise_predictions_at_threshold(nodes, pairs, database, node_id_column_name="node")
    return _parts(clustered.as_record_list())


def _parts(rows: Sequence[dict[str, int]]) -> list[list[int]]:
    parts: dict[int, list[int]] = {}
    for row in rows:
        parts.setdefault(row["cluster_id"], []).append(row["node"])
    return sorted(sorted(part) for part in parts.values() if len(part) > 1)
