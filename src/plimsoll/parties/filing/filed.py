"""Records just as they were filed, whichever of the formats with accounts the file has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.delivery import KycRejection
from plimsoll.parties.filing.detect import Found, find_files, inspect
from plimsoll.parties.filing.fields import record_from, writable
from plimsoll.parties.filing.ftm_in import FtmFile
from plimsoll.parties.filing.registers import read_ftm
from plimsoll.parties.filing.rows import Numbered, record_rows
from plimsoll.parties.known import KycProblem
from plimsoll.parties.kyc import CustomerRecord

Filed = tuple[int, KycRejection | tuple[CustomerRecord, list[KycProblem]]]
"""Row number, and the record with what could not be read of it, or why there is none."""

_DAY_OF_FILE = re.compile(r"(?:^|[^0-9])(\d{4}-\d{2}-\d{2})(?:[^0-9]|$)")


def filed(found: Found, entities: FtmFile | None = None) -> Iterator[Filed]:
    """The records of one file; of FollowTheMoney those of its `entities`."""
    day = _day_of(found.path)
    name = found.path.as_posix()
    for row, values in record_rows(found) if entities is None else _of_entities(entities):
        if isinstance(values, PlimsollError):
            yield row, rejection(name, row, values)
            continue
        try:
            yield row, record_from(values, found.provider, day)
        except PlimsollError as problem:
            refused = rejection(name, row, problem)
            if problem.code == "provider.contradicts_folder":
                claim = f"{values.get('provider')}/{values.get('account')}"
                refused = replace(refused, claim=(claim, found.provider or ""))
            yield row, refused


def as_filed(paths: Iterable[str | Path], rejections: list[KycRejection]) -> Iterator[CustomerRecord]:
    """Every record of the files, one after the other; rejected rows are added to the list."""
    for path in find_files(paths):
        name = path.as_posix()
        try:
            found = inspect(path)
        except PlimsollError as problem:
            rejections.append(rejection(name, 0, problem))
            continue
        entities = read_ftm(found)
        if not found.format.startswith("kyc-") and (entities is None or not entities.has_accounts):
            what = "the file names no accounts, only who holds whom"
            fix = "Give it together with records to plimsoll parties resolve; it joins them by official numbers."
            rejections.append(KycRejection(name, 0, "kyc.no_accounts", what, fix))
            continue
        for _, answer in filed(found, entities):
            if isinstance(answer, KycRejection):
                rejections.append(answer)
            else:
                yield answer[0]


def rejection(file: str, row: int, problem: PlimsollError) -> KycRejection:
    """Why there is no record."""
    return KycRejection(file, row, problem.code, writable(problem.what), problem.fix)


def _of_entities(entities: FtmFile) -> Iterator[Numbered]:
    yield from entities.rejected
    yield from entities.rows()


def _day_of(path: Path) -> date | None:
    """A file that is named for a day (``2026-06-30.jsonl``) was filed on it."""
    match = _DAY_OF_FILE.search(path.name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
