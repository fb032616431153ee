"""Which records of today say what they said when they were last read: their features need not be made again.

Records are compared in full, not by a digest, and only if the program would still read them in the same way.
"""

from __future__ import annotations

import hashlib
import unicodedata
from functools import cache
from importlib import resources
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

READ = (
    "legal_name", "aliases", "kind", "identifiers", "jurisdiction", "incorporated", "addresses", "emails", "phones",
    "payment_instruments", "access_networks", "holders",
)  # fmt: skip
"""The columns of records from which features are made."""
_LIBRARIES = ("anyascii", "python-stdnum")


@cache
def reading() -> str:
    """The digest of all that decides how a record is read, besides the model: code, libraries, tables of letters."""
    told = hashlib.sha256(unicodedata.unidata_version.encode())
    for library in _LIBRARIES:
        told.update(f"\n{library} {version(library)}".encode())
    for file in sorted(_sources(), key=lambda each: each[0]):
        told.update(f"\n{file[0]} {hashlib.sha256(file[1]).hexdigest()}".encode())
    return f"sha256:{told.hexdigest()}"


def _sources() -> list[tuple[str, bytes]]:
    """The whole room but for its folders, whichever file imports which, and the features."""
    root = resources.files("plimsoll.parties")
    files = [each for each in root.iterdir() if each.is_file() and each.name.endswith((".py", ".json", ".csv"))]
    return [(each.name, each.read_bytes()) for each in (*files, root.joinpath("resolution", "compared.py"))]


def same_as_before(
    then: pa.Table, subjects_then: tuple[str, ...], today: pa.Table, subjects: tuple[str, ...], columns: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places, then and today, of the subjects whose columns are all the same; in order of today's places."""
    import duckdb
    import numpy as np
    import pyarrow as pa

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    try:
        for name, table, named in (("then", then, subjects_then), ("today", today, subjects)):
            places = pa.array(np.arange(len(named)))
            whole = table.select(columns).append_column("subject", pa.array(named, pa.string()))
            connection.register(name, whole.append_column("place", places))
        same = " AND ".join(f"t.{column} IS NOT DISTINCT FROM n.{column}" for column in columns)
        sql = f'SELECT t.place AS was, n.place AS now FROM "then" t JOIN today n USING (subject) WHERE {same}'  # noqa: S608
        found = connection.sql(sql).to_arrow_table()
    finally:
        connection.close()
    was, now = (found.column(name).to_numpy().astype(np.int64) for name in ("was", "now"))
    order = np.argsort(now)
    return was[order], now[order]
