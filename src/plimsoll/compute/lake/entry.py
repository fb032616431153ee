"""One usage file's entry in the lake: its facts as JSON with a digest of their own, its sums as Parquet beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from plimsoll.compute.accounting import UnmappedSku
from plimsoll.compute.facts import Cover, Facts, RejectedRow
from plimsoll.compute.usage.delivery import KnownFile

FACTS = "facts.json"


@dataclass(frozen=True)
class Entry:
    """What the lake keeps about one file.

    Attributes:
        folder: where its tables are.
        file: what opening the file would tell.
        facts: with 0 for the number of the file.
        covers: the months with use.
        tables: by name (see `tables.py`), the digest of each Parquet file.
    """

    folder: Path
    file: KnownFile
    facts: Facts
    covers: tuple[Cover, ...]
    tables: Mapping[str, str]

    def table(self, name: str) -> Path | None:
        """The Parquet file of that name; None where it would have no row."""
        return self.folder / f"{name}.parquet" if name in self.tables else None

    def facts_as(self, number: int) -> Facts:
        """The facts, with the number that the file has in a delivery."""
        rejected = sum(self.facts.rejected_in.values())
        return replace(
            self.facts,
            rejected_in={number: rejected} if rejected else {},
            rejected=tuple(replace(row, file_no=number) for row in self.facts.rejected),
        )


def write(entry: Entry) -> None:
    """Writes the facts into the entry's folder; the tables must be there already."""
    body = {
        "file": asdict(entry.file),
        "facts": asdict(replace(entry.facts_as(0), rejected_in={})),
        "rejected_rows": sum(entry.facts.rejected_in.values()),
        "covers": [asdict(cover) for cover in entry.covers],
        "tables": dict(entry.tables),
    }
    text = json.dumps({"digest": _digest_of(body), "body": body}, sort_keys=True, indent=1)
    (entry.folder / FACTS).write_text(text, encoding="utf-8")


def read(folder: Path) -> Entry:
    """The entry in a folder, every file of it checked against its digest.

    Raises:
        ValueError: if anything is not as it was written.
    """
    try:
        whole = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        body = whole["body"]
        if whole["digest"] != _digest_of(body):
            raise ValueError(f"{FACTS} is not as it was written")
        entry = _entry(folder, body)
        for name, digest in entry.tables.items():
            if file_digest(folder / f"{name}.parquet") != digest:
                raise ValueError(f"{name}.parquet is not as it was written")
    except (OSError, KeyError, TypeError, RecursionError) as problem:
        raise ValueError(f"{type(problem).__name__}: {problem}") from None
    return entry


def _entry(folder: Path, body: Mapping[str, Any]) -> Entry:
    file, facts = body["file"], body["facts"]
    rejected = body["rejected_rows"]
    span = file["span"]
    return Entry(
        folder=folder,
        file=KnownFile(
            file["digest"],
            file["rows"],
            None if span is None else (span[0], span[1]),
            tuple((code, rows, text) for code, rows, text in file["notes"]),
        ),
        facts=Facts(
            counts=facts["counts"],
            rejected_in={0: rejected} if rejected else {},
            rejected=tuple(RejectedRow(**row) for row in facts["rejected"]),
            unmapped=tuple(UnmappedSku(**sku) for sku in facts["unmapped"]),
            last_end_us=facts["last_end_us"],
            spanning=facts["spanning"],
        ),
        covers=tuple(Cover(**cover) for cover in body["covers"]),
        tables=body["tables"],
    )


def file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digest_of(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
