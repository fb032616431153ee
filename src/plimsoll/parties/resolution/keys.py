"""The blocks that each record lies in: what identifies stands alone, what many share with the beginning of the name.

A key is the hash of 64 bits of what it is about, so that none need be kept as text: two keys of one number would only
have a few more pairs compared. Keys are made from the features of all records at once, whoever read those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

_SHORT = 4
"""Letters of a word that go into combined keys."""
_WORDS = 3
"""Words of a name that do."""
_MOST = 6
"""Values of one kind that do: a record with thousands of them gains nothing."""
_ALONE = (
    "names", "cores", "leis", "regs", "taxes", "phones", "payments", "mailboxes", "domains", "people", "streets",
)  # fmt: skip
_PARTLY = ("phones", "payments", "domains", "people_names", "codes", "towns", "networks")


def record_keys(table: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every key of every record, and whose it is: see `blocking.candidate_pairs`.

    Args:
        table: of `features.Features`.
    """
    import duckdb
    import numpy as np

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    try:
        connection.register("features", table)
        found = connection.sql(_SQL).to_arrow_table()
    finally:
        connection.close()
    codes = np.asarray(found.column("code").to_numpy(), np.uint64).view(np.int64)
    return codes, found.column("record").to_numpy().astype(np.int64)


def _sql() -> str:
    words = f"string_split(name, ' ')[1:{_WORDS}]"
    started = (
        f"list_distinct(flatten(list_transform(coalesce(names, common_names, [])[1:{_MOST}], "
        f"lambda name: list_transform({words}, lambda word: left(word, {_SHORT})))))"
    )
    alone = [
        f"SELECT record, hash('{kind}' || chr(31) || value) AS code "  # noqa: S608
        f"FROM (SELECT record, unnest({kind}) AS value FROM features)"
        for kind in _ALONE
    ]
    partly = [
        f"SELECT record, hash('{kind}' || chr(31) || value || chr(31) || start) AS code "  # noqa: S608
        "FROM (SELECT record, value, unnest(starts) AS start FROM "
        f"(SELECT record, unnest({kind}[1:{_MOST}]) AS value, {started} AS starts FROM features))"
        for kind in _PARTLY
    ]
    founded = (
        "SELECT record, hash('incorporated' || chr(31) || incorporated || chr(31) || coalesce(jurisdiction, '')) "
        "AS code FROM features WHERE incorporated IS NOT NULL"
    )
    return " UNION ALL ".join((*alone, *partly, founded))


_SQL = _sql()
