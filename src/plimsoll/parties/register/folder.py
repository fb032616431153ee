"""A register on disk: records, who is whom and why, and what officers decided. It is written whole or not at all.

The parts carry their digest in their names; `manifest.json`, which names them, is put in place last and in one step. A
reader sees either the old register or the new one. Nothing in it depends on the clock or the machine.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.kernel.canonical import digest_of_bytes
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.parties.filing.delivery import KycDelivery, KycRejection
from plimsoll.parties.known import KycFile, KycProblem
from plimsoll.parties.resolution.decisions import Decision, Entry, as_json, from_json, in_force
from plimsoll.parties.resolution.model import Model, load_model
from plimsoll.parties.resolution.resolve import Known, Resolution, settle

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = "plimsoll-register-1"
MANIFEST = "manifest.json"
_PARTS = ("records.parquet", "features.parquet", "links.parquet", "compared.parquet", "filings.json", "decisions.jsonl")
_PART_NAME = re.compile(r"[a-z]+-[0-9a-f]{16}\.[a-z]+")


@dataclass(frozen=True, slots=True)
class Register:
    """What a register folder holds.

    Attributes:
        entries: all decisions and revocations, in the order they were taken.
        resolution: with the decisions in force.
    """

    delivery: KycDelivery
    resolution: Resolution
    entries: tuple[Entry, ...]
    model: Model

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return in_force(self.entries)

    def decided(self, entry: Entry) -> Register:
        """The register after one more decision or revocation.

        Raises:
            PlimsollError: ``decision.contradicts``.
        """
        entries = (*self.entries, entry)
        return Register(
            self.delivery, settle(self.resolution.known, self.model, in_force(entries)), entries, self.model
        )


def is_register(folder: Path) -> bool:
    """Whether a register lies there."""
    return (folder / MANIFEST).is_file()


def save_register(register: Register, folder: Path) -> None:
    """Writes the register; one that lies there is replaced in one step.

    Raises:
        PlimsollError: ``register.unwritable``, ``register.not_empty``.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not is_register(folder) and any(not each.name.startswith(".") for each in folder.iterdir()):
            raise PlimsollError(
                "register.not_empty",
                "the folder holds something else than a register",
                fix="Name a new folder, or that of a register.",
                where=Where(str(folder)),
            )
        named = {part: _write_part(folder, part, content) for part, content in _contents(register).items()}
        manifest = {
            "format": FORMAT,
            "model": {"version": register.model.version, "digest": register.model.digest},
            "records": register.delivery.records.num_rows,
            "parties": len(set(register.resolution.party_of)),
            "parts": named,
            "reading": register.resolution.known.reading,
        }
        _put(folder / MANIFEST, (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode())
        kept = {part["name"] for part in named.values()}
        for each in folder.iterdir():
            if _PART_NAME.fullmatch(each.name) and each.name not in kept:
                each.unlink()
    except OSError as problem:
        raise PlimsollError(
            "register.unwritable",
            f"the register cannot be written: {problem.strerror or problem}",
            fix="Check the folder, its permissions and the free space.",
            where=Where(str(folder)),
        ) from None


def open_register(folder: Path, model: Model | None = None) -> Register:
    """Reads a register.

    Raises:
        PlimsollError: ``register.absent``, ``register.damaged``, ``register.other_model``, ``decision.contradicts``.
    """
    model = model or load_model()
    if not is_register(folder):
        raise PlimsollError(
            "register.absent",
            "there is no register in this folder",
            fix="Make one: plimsoll parties resolve PATH... --register DIR.",
            where=Where(str(folder)),
        )
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if manifest["format"] != FORMAT:
            raise ValueError(f'the format is "{manifest["format"]}", not "{FORMAT}"')
        version, digest = manifest["model"]["version"], manifest["model"]["digest"]
        if digest == model.digest:
            parts = {part: _read_part(folder, manifest["parts"][part]) for part in _PARTS}
            return _register(parts, model, manifest.get("reading", ""))
    except PlimsollError as problem:
        if problem.code == "decision.contradicts":
            raise
        raise _damaged(folder, str(problem.what)) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as problem:
        raise _damaged(folder, f"{type(problem).__name__}: {problem}") from None
    raise PlimsollError(
        "register.other_model",
        f"the register was made with the linkage model {version}, and this is {model.version}",
        fix="Resolve the filings again into a new folder; decisions.jsonl can be read from the old one.",
        where=Where(str(folder)),
    )


def _damaged(folder: Path, why: str) -> PlimsollError:
    return PlimsollError(
        "register.damaged",
        f"the register is damaged: {why[:300]}",
        fix="Restore it from a copy, or resolve the filings again into a new folder.",
        where=Where(str(folder)),
    )


def _contents(register: Register) -> dict[str, bytes]:
    import pyarrow as pa

    known = register.resolution.known
    gammas = [pa.array(column) for column in known.gammas.T]
    links = {"pair": pa.array(known.linked)} | {
        comparison.name: column for comparison, column in zip(register.model.comparisons, gammas, strict=True)
    }
    delivery = register.delivery
    filings = {
        "files": [asdict(each) for each in delivery.files],
        "rejections": [asdict(each) for each in delivery.rejections],
        "problems": {subject: [asdict(each) for each in found] for subject, found in delivery.problems.items()},
        "superseded": delivery.superseded,
        "notes": list(delivery.notes),
    }
    decisions = "".join(json.dumps(as_json(entry), ensure_ascii=False) + "\n" for entry in register.entries)
    return {
        "records.parquet": _parquet(delivery.records),
        "features.parquet": _parquet(known.features),
        "links.parquet": _parquet(pa.table(links)),
        "compared.parquet": _parquet(pa.table({"pair": pa.array(known.compared)})),
        "filings.json": (json.dumps(filings, ensure_ascii=False, sort_keys=True) + "\n").encode(
            "utf-8", "surrogatepass"
        ),
        "decisions.jsonl": decisions.encode("utf-8", "surrogatepass"),
    }


def _register(parts: Mapping[str, bytes], model: Model, reading: str) -> Register:
    import numpy as np

    records, links = _table(parts["records.parquet"]), _table(parts["links.parquet"])
    columns = [links.column(comparison.name).to_numpy() for comparison in model.comparisons]
    known = Known(
        model.digest,
        tuple(records.column("subject").to_pylist()),
        _table(parts["features.parquet"]),
        _table(parts["compared.parquet"]).column("pair").to_numpy(),
        links.column("pair").to_numpy(),
        np.stack(columns, axis=1).astype(np.int8),
        records,
        reading,
    )
    lines = parts["decisions.jsonl"].decode("utf-8", "surrogatepass").splitlines()
    entries = tuple(from_json(json.loads(line)) for line in lines)
    return Register(
        _delivery(records, json.loads(parts["filings.json"])), settle(known, model, in_force(entries)), entries, model
    )


def _delivery(records: pa.Table, filings: Mapping[str, Any]) -> KycDelivery:
    return KycDelivery(
        records=records,
        files=tuple(KycFile(**each) for each in filings["files"]),
        rejections=tuple(KycRejection(**each) for each in filings["rejections"]),
        problems={subject: _problems(found) for subject, found in filings["problems"].items()},
        superseded=filings["superseded"],
        notes=tuple(filings["notes"]),
    )


def _problems(found: Sequence[Mapping[str, str]]) -> tuple[KycProblem, ...]:
    return tuple(KycProblem(**each) for each in found)


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    sink = BytesIO()
    pq.write_table(table, sink, compression="zstd", store_schema=True)
    return sink.getvalue()


def _table(content: bytes) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.read_table(BytesIO(content))


def _write_part(folder: Path, part: str, content: bytes) -> dict[str, str]:
    digest = digest_of_bytes(content)
    stem, _, suffix = part.partition(".")
    name = f"{stem}-{digest.removeprefix('sha256:')[:16]}.{suffix}"
    _put(folder / name, content)
    return {"name": name, "digest": digest}


def _put(path: Path, content: bytes) -> None:
    """Beside its place first, then moved there."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink()


def _read_part(folder: Path, part: Mapping[str, str]) -> bytes:
    if _PART_NAME.fullmatch(part["name"]) is None:
        raise ValueError(f'"{part["name"]}" is no name of a part')
    content = (folder / part["name"]).read_bytes()
    if digest_of_bytes(content) != part["digest"]:
        raise ValueError(f"{part['name']} was changed")
    return content
