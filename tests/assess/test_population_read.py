"""Reading a stranger's table of models: forgiving about a cell, strict about the table, and nobody is dropped."""

from __future__ import annotations

import csv
import hashlib
import io
import tracemalloc
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.assess.population_read import Population, read_population
from plimsoll.assess.population_table import Table
from plimsoll.kernel.errors import PlimsollError

HEADER = (
    "Model,Training compute (FLOP),Finetune compute (FLOP),Base model,Training hardware,Hardware quantity,"
    "Training time (hours),Numerical format\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "models.csv"


def read(table: Path, text: str | bytes, **columns: str) -> Population:
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_population(table, columns)


def refusal(table: Path, text: str | bytes, **columns: str) -> PlimsollError:
    with pytest.raises(PlimsollError) as refused:
        read(table, text, **columns)
    assert refused.value.fix
    assert refused.value.where.file == str(table)
    return refused.value


def test_figures_are_read_exactly_and_an_empty_cell_is_unknown(table: Path) -> None:
    found = read(table, HEADER + "A,5.0000000000001e26,,,,,,\nB,,,,,,,\nC,10000000000000000000000001,1e20,,,,,\n")
    assert (found.rows, found.compute.known, found.compute.unknown) == (3, 2, 1)
    assert found.finetune_compute.known == 1
    assert found.compute.around("gt", 10**25, Fraction(0)).above == 2
    assert found.compute.around("gt", 500000000000009999999999999, Fraction(0)).above == 1
    assert found.compute.around("gt", 500000000000010000000000000, Fraction(0)).above == 0
    assert found.unreadable == ()
    assert found.sha256 == hashlib.sha256(table.read_bytes()).hexdigest()


def test_a_claim_needs_hardware_number_and_hours(table: Path) -> None:
    found = read(table, HEADER + 'A,1e24,1e20,B,"H100\nSXM",512,100.5,FP8\nB,1e24,,,H100,,100,\nC,,,,H100,1,1,\n')
    (claim,) = found.claims
    assert (claim.row, claim.model, claim.hardware, claim.quantity) == (1, "A", "H100 SXM", 512)
    assert (claim.hours, claim.finetune_compute, claim.base_model) == (Fraction(201, 2), 10**20, "B")
    assert claim.number_format == "FP8"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("NaN", "flop.unreadable"),
        ("nan", "flop.unreadable"),
        ("inf", "flop.unreadable"),
        ("1e999", "flop.too_large"),
        ("1e39", "flop.too_large"),
        ("-1e25", "flop.negative"),
        ('"1,5e25"', "flop.unreadable"),
        ("about 1e25", "flop.unreadable"),
        ("9" * 500, "flop.unreadable"),
        ("\x1b[31m1e25", "flop.unreadable"),
    ],
)
def test_an_unreadable_figure_makes_its_row_unknown_with_the_reason(table: Path, cell: str, code: str) -> None:
    found = read(table, HEADER + f"Good,1e25,,,,,,\nBad,{cell},,,,,,\n")
    assert (found.rows, found.compute.known, found.compute.unknown) == (2, 1, 1)
    (listed,) = found.unreadable
    assert (listed.row, listed.model, listed.column) == (2, "Bad", "Training compute (FLOP)")
    assert (listed.code, listed.effect) == (code, "unknown")
    assert listed.fix
    assert "\x1b" not in listed.what


def test_an_unreadable_figure_beside_the_compute_costs_the_check_only(table: Path) -> None:
    found = read(table, HEADER + "A,1e24,,,H100,many,100,\nB,1e24,,,H100,0,100,\nC,1e24,x,,H100,1,100,\n")
    assert (found.compute.known, len(found.claims)) == (3, 1)
    assert [(cell.code, cell.effect) for cell in found.unreadable] == [
        ("flop.unreadable", "unchecked"),
        ("flop.zero", "unchecked"),
        ("flop.unreadable", "finetune_unknown"),
    ]


def test_a_row_of_the_wrong_width_is_unknown(table: Path) -> None:
    found = read(table, HEADER + "A,1e25,,,,,,\nB,1e25,x,y\nC,1e25,,,a,b,c,d,e\n")
    assert (found.rows, found.compute.known, found.compute.unknown) == (3, 1, 2)
    assert [cell.code for cell in found.unreadable] == ["row.cells", "row.cells"]


def test_blank_lines_are_no_rows_and_a_nameless_model_is_named_by_its_row(table: Path) -> None:
    found = read(table, HEADER + "\n,nan,,,,,,\n\nA,1e25,,,,,,\n\n")
    assert found.rows == 2
    assert found.unreadable[0].model == "row 1"


def test_other_columns_by_map_with_units_in_the_cells(table: Path) -> None:
    found = read(table, "Name,Work\nA,38 YFLOP\nB,3.8×10^25\n", model="Name", compute="Work")
    assert found.compute.around("ge", 38 * 10**24, Fraction(0)).above == 2
    assert set(found.missing) == {"finetune_compute", "base_model", "hardware", "quantity", "hours", "number_format"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "population.empty"),
        ("\n\n", "population.empty"),
        (",,\n", "population.empty"),
        (HEADER, "population.empty"),
        (HEADER.replace(",", ";") + "A;1e25;;;;;;\n", "population.delimiter"),
        (HEADER.replace(",", "\t") + "A\t1e25\n", "population.delimiter"),
        ("Model,Compute\nA,1e25\n", "population.missing_column"),
        ("Model,Training compute (FLOP),Model\nA,1e25,B\n", "population.duplicate_column"),
        (HEADER + "A,1e25,,,,,,\n" + HEADER + "B,1e25,,,,,,\n", "population.header_repeated"),
        (HEADER + 'A,1e25,,,,,,\n"B,1e25,,,,,,\n', "population.csv"),
        (HEADER + 'A,"1e"25,,,,,,\n', "population.csv"),
        ((HEADER + "A,1e25,,,,,,\n").replace("\n", "\r"), "population.csv"),
        (HEADER + 'A,"' + "x\n" * 100_000, "population.csv"),
        (HEADER + "A," + "1" * 1_100_000, "population.long_line"),
        (HEADER.encode("utf-16"), "population.not_utf8"),
        (HEADER.encode() + b"caf\xe9,1e25,,,,,,\n", "population.not_utf8"),
        (HEADER.encode("utf-16-le"), "population.not_text"),
        (HEADER + "A,nan,,,,,,\nB,inf,,,,,,\n", "population.no_amount"),
    ],
    ids=range(18),
)
def test_a_table_that_cannot_be_trusted_is_refused(table: Path, text: str | bytes, code: str) -> None:
    assert refusal(table, text).code == code


@pytest.mark.parametrize(
    "column", ["Compute (YFLOP)", "Compute (10^24 FLOP)", "Compute [1e24]", "log10 C (log FLOP)", "C (petaFLOP/s-days)"]
)
def test_a_column_in_another_unit_is_not_read_as_flop(table: Path, column: str) -> None:
    assert refusal(table, f"Model,{column}\nA,38\n", compute=column).code == "population.unit"


@pytest.mark.parametrize("column", ["Compute (FLOP)", "Compute (flops)", "C (operations)", "Compute (final run)", "C"])
def test_a_column_in_flop_may_say_so(table: Path, column: str) -> None:
    assert read(table, f"Model,{column}\nA,38\n", compute=column).compute.known == 1


def test_the_line_ends_of_an_old_macintosh_are_named(table: Path) -> None:
    assert "carriage return" in refusal(table, (HEADER + "A,1e25,,,,,,\n").replace("\n", "\r")).fix


def test_refusals_name_row_and_line(table: Path) -> None:
    assert str(refusal(table, HEADER + 'A,1e25,,,,,,\n"B"x,1e25,,,,,,\n').where) == f"{table}, line 3, row 2"
    missing = refusal(table, "Model,Compute\nA,1e25\n")
    assert "--map compute=" in missing.fix
    assert "Compute" in missing.fix
    assert refusal(table, HEADER + "A,1e25,,,,,,\n", hours="Days").code == "population.missing_column"


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(PlimsollError) as refused:
            read_population(path)
        assert refused.value.code == "population.unreadable"


class _EndlessLine(io.RawIOBase):
    """Two gigabytes of one line, made as they are asked for."""

    def __init__(self) -> None:
        self.left = 2 * 1024**3

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        count = min(len(view), self.left)
        view[:count] = b"x" * count
        self.left -= count
        return count


def test_a_line_of_two_gigabytes_is_refused_without_reading_it() -> None:
    source = _EndlessLine()
    tracemalloc.start()
    try:
        with pytest.raises(PlimsollError) as refused:
            Table("endless.csv", cast("BinaryIO", io.BufferedReader(source)), lambda read: None)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.code == "population.long_line"
    assert source.left > 2 * 1024**3 - 4 * 1024**2
    assert peak < 16 * 1024**2


def test_a_row_that_never_ends_is_refused_too(table: Path) -> None:
    line = '"a\n' + ("b" * 1_000 + '","c\n') * 20_000
    assert refusal(table, HEADER + line).code == "population.long_line"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12) | st.sampled_from(["1e25", "", "NaN"]))))
def test_every_row_is_accounted_for_exactly_once(table: Path, cells: list[tuple[str, str]]) -> None:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["Model", "Training compute (FLOP)"])
    writer.writerow(["anchor", "1e25"])
    rows = [(a.replace("\0", "").replace("\r", ""), b.replace("\0", "").replace("\r", "")) for a, b in cells]
    writer.writerows(rows)
    found = read(table, written.getvalue().encode("utf-8", "replace"))
    assert found.rows == len(rows) + 1
    assert found.compute.known + found.compute.unknown == found.rows
    assert sum(1 for cell in found.unreadable if cell.effect == "unknown") <= found.compute.unknown


def test_progress_is_told_in_bytes(table: Path) -> None:
    told: list[int] = []
    table.write_text(HEADER + "A,1e25,,,,,,\n" * 10_000, encoding="utf-8")
    read_population(table, progress=told.append)
    assert told == sorted(told)
    assert 0 < told[-1] <= table.stat().st_size
