"""Epoch AI's public tables: where they lie, how to recognise them, and the report that stands beside them.

The data are Epoch AI's, licensed CC BY 4.0, and change daily: one model's published compute differs between releases.
The report therefore names the moment, the address and the digest of every file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from errno import EISDIR
from pathlib import Path

from plimsoll.assess.population_table import Table
from plimsoll.cli.console import Advance
from plimsoll.cli.download import Download, check_url, download
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.period import instant_text

ATTRIBUTION = "Epoch AI, epoch.ai/data"
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
REPORT = "SHA256SUMS"

FILES: Mapping[str, tuple[str, ...]] = {
    "notable_ai_models.csv": ("Model", "Publication date", "Training compute (FLOP)"),
    "ml_hardware.csv": ("Hardware name", "Release date", "TDP (W)"),
}
"""Every file that is fetched, with columns by which it is recognised."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is in its place. `before` says how it relates to the file that was there: new, same or changed."""

    name: str
    url: str
    rows: int
    size: int
    sha256: str
    last_modified: str
    before: str


def fetch_epoch(base_url: str, folder: Path, now: datetime, advance: Advance) -> tuple[Arrived, ...]:
    """Fetches all files into `folder` and writes the report.

    Nothing in the folder changes before every file has arrived and been checked.

    Raises:
        PlimsollError: ``fetch.not_csv`` or an error of `download`, naming the address.
    """
    place = check_url(base_url).rstrip("/")
    made = _make_folder(folder)
    downloads: dict[str, Download] = {}
    report = folder / f".{REPORT}.partial"
    try:
        for number, name in enumerate(FILES):

            def forward(received: int, expected: int | None, number: int = number, name: str = name) -> None:
                advance((number + (received / expected if expected else 0)) / len(FILES), name)

            downloads[name] = download(f"{place}/{name}", folder, progress=forward)
        arrived = tuple(_examine(name, found, folder) for name, found in downloads.items())
        report.write_text(_report(arrived, now), encoding="utf-8")
        for name, found in downloads.items():
            found.path.replace(folder / name)
        report.replace(folder / REPORT)
    except OSError as problem:
        raise PlimsollError(
            "fetch.cannot_write",
            f"the files cannot be put in place: {problem.strerror}",
            fix="Choose another folder with --to.",
            where=Where(file=str(folder)),
        ) from None
    finally:
        for path in (*(found.path for found in downloads.values()), report):
            path.unlink(missing_ok=True)
        for empty in made:
            with suppress(OSError):  # a folder that holds files by now stays
                empty.rmdir()
    return arrived


def _make_folder(folder: Path) -> list[Path]:
    """Makes the folder; the folders that were missing, the innermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = next((folder / name for name in (*FILES, REPORT) if (folder / name).is_dir()), None)
        if occupied:
            raise IsADirectoryError(EISDIR, f"{occupied.name} is a folder", str(occupied))
    except OSError as problem:
        raise PlimsollError(
            "fetch.cannot_write",
            f"the folder cannot be used: {problem.strerror}",
            fix="Choose another folder with --to.",
            where=Where(file=str(folder)),
        ) from None
    return missing


def _examine(name: str, found: Download, folder: Path) -> Arrived:
    try:
        with found.path.open("rb") as stream:
            table = Table(found.url, stream, lambda read: None)
            for column in FILES[name]:
                if column not in table.header:
                    raise table.refused("fetch.not_csv", f'it has no column "{column}"', "")
            for cells in table.rows():
                if len(cells) != len(table.header):
                    raise table.refused("fetch.not_csv", f"row {table.row} has {len(cells)} cells", "")
            if table.row == 0:
                raise table.refused("fetch.not_csv", "it has no rows", "")
    except PlimsollError as problem:
        raise PlimsollError(
            "fetch.not_csv",
            f"what arrived is not Epoch AI's {name}: {problem.what}",
            fix="Open the address in a browser. If Epoch AI changed the file, report it to us; the old one is kept.",
            where=Where(file=found.url, line=problem.where.line),
        ) from None
    return Arrived(
        name, found.url, table.row, found.size, found.sha256, found.last_modified, _compare(folder / name, found.sha256)
    )


def _compare(old: Path, sha256: str) -> str:
    if not old.is_file():
        return "new"
    with old.open("rb") as stream:
        same = hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    return "same" if same else "changed"


def _report(arrived: tuple[Arrived, ...], now: datetime) -> str:
    """The report, in a form that ``sha256sum -c`` reads."""
    lines = [f"# Data: {ATTRIBUTION}. Licence: {LICENCE}", f"# Fetched by plimsoll at {instant_text(now)}"]
    for file in arrived:
        modified = f", last modified {file.last_modified}" if file.last_modified else ""
        lines.append(f"# {file.url}: {file.rows} rows, {file.size} bytes{modified}")
        lines.append(f"{file.sha256}  {file.name}")
    return "\n".join(lines) + "\n"
