"""New filings into a register: read, put beside what is known, and resolved; the same as if all had come at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from plimsoll.parties.filing.contradictions import contradictions
from plimsoll.parties.filing.delivery import KycDelivery, Progress, no_progress
from plimsoll.parties.filing.detect import find_files, inspect
from plimsoll.parties.filing.read import read_filings
from plimsoll.parties.known import KycProblem
from plimsoll.parties.records import latest
from plimsoll.parties.register.folder import Register
from plimsoll.parties.resolution.model import Model, load_model
from plimsoll.parties.resolution.resolve import resolve


def as_found(path: str) -> str:
    """The path itself."""
    return path


def found_in(
    paths: Sequence[Path],
    backend: Any,
    model: Model | None = None,
    *,
    key: bytes | None = None,
    name: Callable[[str], str] = as_found,
    progress: Progress = no_progress,
) -> Register:
    """A register of these filings, not on disk yet.

    Args:
        name: what a file is called in the register, from the path where it was found.

    Raises:
        PlimsollError: ``kyc.not_found``, ``kyc.nothing_found``.
    """
    model = model or load_model()
    delivery = _named(read_filings(paths, key=key, progress=progress), name)
    return Register(delivery, resolve(delivery.records, backend, model, progress=progress), (), model)


def taken_in(
    register: Register,
    paths: Sequence[Path],
    backend: Any,
    *,
    key: bytes | None = None,
    name: Callable[[str], str] = as_found,
    progress: Progress = no_progress,
) -> tuple[Register, int]:
    """The register with more filings; only pairs with a new or a changed record are compared.

    Returns:
        The register, and how many of the files it knew already (by their bytes), which are not read again.

    Raises:
        PlimsollError: ``kyc.not_found``, ``kyc.nothing_found``.
    """
    known = {each.sha256 for each in register.delivery.files if each.sha256}
    files = find_files(paths)
    fresh = [path for path in files if not path.stat().st_size or inspect(path).sha256() not in known]
    if not fresh:
        return register, len(files)
    delivery = _together(register.delivery, _named(read_filings(fresh, key=key, progress=progress), name))
    resolution = resolve(
        delivery.records, backend, register.model, register.decisions, register.resolution.known, progress
    )
    return Register(delivery, resolution, register.entries, register.model), len(files) - len(fresh)


def _named(delivery: KycDelivery, name: Callable[[str], str]) -> KycDelivery:
    return replace(
        delivery,
        files=tuple(replace(each, path=name(each.path)) for each in delivery.files),
        rejections=tuple(replace(each, file=name(each.file)) for each in delivery.rejections),
    )


def _together(old: KycDelivery, new: KycDelivery) -> KycDelivery:
    import pyarrow as pa
    import pyarrow.compute as pc

    place = new.records.schema.get_field_index("file_no")
    moved = pc.add(new.records.column("file_no"), pa.scalar(len(old.files), pa.int32()))
    later = new.records.set_column(place, new.records.schema.field("file_no"), moved)
    records = latest(pa.concat_tables([old.records, later]), fresh_from=len(old.files))
    stands = records.select(["subject", "file_no"]).to_pydict()
    between = dict[str, list[KycProblem]]()
    for subject, problem in contradictions(records):
        between.setdefault(subject, []).append(problem)
    codes = {problem.code for found in between.values() for problem in found}
    problems: dict[str, tuple[KycProblem, ...]] = {}
    for subject, file_no in zip(stands["subject"], stands["file_no"], strict=True):
        own = (new if file_no >= len(old.files) else old).problems.get(subject, ())
        kept = [problem for problem in own if problem.code not in codes]
        if found := [*kept, *between.get(subject, ())]:
            problems[subject] = tuple(dict.fromkeys(found))
    replaced = old.records.num_rows + new.records.num_rows - records.num_rows
    return KycDelivery(
        records=records,
        files=(*old.files, *new.files),
        rejections=(*old.rejections, *new.rejections),
        problems=problems,
        superseded=old.superseded + new.superseded + replaced,
        notes=tuple(dict.fromkeys((*old.notes, *new.notes))),
    )
