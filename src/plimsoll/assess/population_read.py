"""Reads a table of models into known compute, claims about hardware, and a list of what could not be read.

A cell that cannot be read makes its row unknown, with the reason listed: a row is never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from plimsoll.assess.population import Amounts
from plimsoll.assess.population_map import EPOCH
from plimsoll.assess.population_table import Progress, Table, one_line
from plimsoll.assess.utilisation import Claim, Exact
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.flop import MAX_FLOP, parse_exact

_BRACKETED = re.compile(r"[(\[{]([^()\[\]{}]+)[)\]}]")
_PLAIN_FLOP = re.compile(r"(?:in |total )?(?:flops?|ops|operations|floating[ -]point operations)", re.IGNORECASE)
_NOT_PLAIN = re.compile(r"flop|operations|\blog|10 ?(?:\^|\*\*)|\de\d|days?$|[×x] ?10", re.IGNORECASE)

Effect = Literal["unknown", "finetune_unknown", "unchecked"]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell or row that could not be read, and what that costs.

    Attributes:
        column: empty where the whole row cannot be read.
        effect: ``unknown``: the row counts as a model of unknown compute; ``finetune_unknown``: its fine-tuning compute
            is unknown; ``unchecked``: its compute counts, but cannot be set against its hardware.
    """

    row: int
    model: str
    column: str
    code: str
    what: str
    fix: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Population:
    """A table of models as read.

    Attributes:
        rows: data rows, each counted once in `compute` and once in `finetune_compute`.
        compute: known training compute, base model included, and the number of rows without.
        finetune_compute: the same for fine-tuning alone.
        claims: rows that state hardware, its number and the hours beside the compute.
        unreadable: what could not be read, in the order of the rows.
        missing: fields whose column the table does not have.
        sha256: digest of the file's bytes.
    """

    rows: int
    compute: Amounts
    finetune_compute: Amounts
    claims: tuple[Claim, ...]
    unreadable: tuple[Unreadable, ...]
    missing: tuple[str, ...]
    sha256: str


def read_population(
    path: Path, columns: Mapping[str, str] | None = None, progress: Progress = lambda read: None
) -> Population:
    """Reads a CSV file of models.

    Args:
        path: the file.
        columns: the column of each field where it differs from Epoch AI's (`population_map.EPOCH`).
        progress: told how many bytes have been read.

    Raises:
        PlimsollError: ``population.unreadable``, ``population.missing_column``, ``population.delimiter``,
            ``population.unit``, ``population.no_amount``, or an error of `population_table.Table`, each with the file
            and, where there is one, the row.
    """
    try:
        with path.open("rb") as stream:
            return _Reader(Table(str(path), stream, progress), dict(columns or {})).read()
    except OSError as problem:
        raise PlimsollError(
            "population.unreadable",
            f"the table cannot be read: {problem.strerror}",
            fix="Check the path and its permissions; it must be a CSV file.",
            where=Where(file=str(path)),
        ) from None


class _Reader:
    def __init__(self, table: Table, columns: Mapping[str, str]) -> None:
        self._table = table
        self._columns = {**EPOCH, **columns}
        self._index = {name: table.header.index(c) for name, c in self._columns.items() if c in table.header}
        self._unreadable: list[Unreadable] = []
        for field in ("compute", *columns):
            if field not in self._index:
                raise table.missing(self._columns[field], field)
        for field in ("compute", "finetune_compute"):
            if field in self._index:
                self._refuse_other_units(self._columns[field])

    def _refuse_other_units(self, column: str) -> None:
        """Bare cells are FLOP: under "Compute (YFLOP)" a 38 would be next to nothing, and below every line."""
        for unit in _BRACKETED.findall(column):
            if _NOT_PLAIN.search(unit) and not _PLAIN_FLOP.fullmatch(unit.strip()):
                shown = one_line(column)[:60]
                raise self._table.refused(
                    "population.unit",
                    f'the column "{shown}" is in {one_line(unit)[:40]}, but its cells would be read as FLOP',
                    "Convert it to FLOP; or write the unit into each cell (38 YFLOP) and leave it out of the header.",
                )

    def read(self) -> Population:
        known: list[Exact] = []
        finetunes: list[Exact] = []
        claims: list[Claim] = []
        for cells in self._table.rows():
            if len(cells) != len(self._table.header):
                self._list_ragged(cells)
                continue
            amount = self._amount(cells, "compute", "unknown")
            finetune = self._amount(cells, "finetune_compute", "finetune_unknown")
            if finetune is not None:
                finetunes.append(finetune)
            if amount is not None:
                known.append(amount)
                if claim := self._claim(cells, amount, finetune):
                    claims.append(claim)
        self._check_something_was_read(known)
        return Population(
            rows=self._table.row,
            compute=Amounts(known, self._table.row - len(known)),
            finetune_compute=Amounts(finetunes, self._table.row - len(finetunes)),
            claims=tuple(claims),
            unreadable=tuple(self._unreadable),
            missing=tuple(field for field in EPOCH if field not in self._index),
            sha256=self._table.sha256,
        )

    def _claim(self, cells: Sequence[str], compute: Exact, finetune: Exact | None) -> Claim | None:
        hardware = one_line(self._cell(cells, "hardware"))
        if not hardware or not self._cell(cells, "quantity") or not self._cell(cells, "hours"):
            return None
        quantity = self._amount(cells, "quantity", "unchecked")
        hours = self._amount(cells, "hours", "unchecked")
        if quantity is None or hours is None:
            return None
        return Claim(
            row=self._table.row,
            model=self._model(cells),
            compute=compute,
            hardware=hardware,
            quantity=quantity,
            hours=hours,
            finetune_compute=finetune,
            base_model=one_line(self._cell(cells, "base_model")),
            number_format=one_line(self._cell(cells, "number_format")),
        )

    def _amount(self, cells: Sequence[str], field: str, effect: Effect) -> Exact | None:
        """A number from 0 to the largest amount of compute; None if the cell is empty or, listed, unreadable."""
        text = self._cell(cells, field)
        if not text:
            return None
        try:
            exact = parse_exact(text)
            if exact < 0 or exact > MAX_FLOP:
                raise PlimsollError(
                    "flop.negative" if exact < 0 else "flop.too_large",
                    f'"{text[:60]}" is not between 0 and 10^38',
                    fix="Check the sign, the exponent and the unit.",
                )
            if exact == 0 and effect == "unchecked":
                raise PlimsollError("flop.zero", f"{field} is zero", fix="Give the true figure, or leave it empty.")
        except PlimsollError as problem:
            self._unreadable.append(
                Unreadable(
                    row=self._table.row,
                    model=self._model(cells),
                    column=self._columns[field],
                    code=problem.code,
                    what=one_line(problem.what),
                    fix=problem.fix,
                    effect=effect,
                )
            )
            return None
        return exact.numerator if exact.denominator == 1 else exact

    def _list_ragged(self, cells: Sequence[str]) -> None:
        self._unreadable.append(
            Unreadable(
                row=self._table.row,
                model=f"row {self._table.row}",
                column="",
                code="row.cells",
                what=f"the row has {len(cells)} cells where the header has {len(self._table.header)}",
                fix="Put quotation marks around cells that contain commas.",
                effect="unknown",
            )
        )

    def _cell(self, cells: Sequence[str], field: str) -> str:
        index = self._index.get(field)
        return "" if index is None else cells[index].strip()

    def _model(self, cells: Sequence[str]) -> str:
        return one_line(self._cell(cells, "model"))[:200] or f"row {self._table.row}"

    def _check_something_was_read(self, known: Sequence[Exact]) -> None:
        if self._table.row == 0:
            raise self._table.refused("population.empty", "the table has a header but no rows", "Add a row per model.")
        refused = [problem for problem in self._unreadable if problem.effect == "unknown"]
        if refused and not known:
            first = refused[0]
            raise PlimsollError(
                "population.no_amount",
                f"not one of {len(refused)} stated figures of compute can be read; the first: {first.what}",
                fix=f"{first.fix} If another column holds the compute, name it with --map compute='its column'.",
                where=Where(file=self._table.file, row=first.row, field=first.column or None),
            )
