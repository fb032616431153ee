"""The catalogue against Epoch's table of machine learning hardware: names, figures, and every disagreement."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from plimsoll.compute.catalogue import Catalogue, Chip, load_catalogue
from plimsoll.kernel.rounding import divide_half_even

pytestmark = pytest.mark.real_data

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "hardware.md"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


EPOCH_COLUMNS = {
    "16-bit": ("Tensor-FP16/BF16 performance (FLOP/s)", "FP16 (half precision) performance (FLOP/s)"),
    "tf32": ("TF32 (TensorFloat-32) performance (FLOP/s)",),
    "fp64": ("FP64 (double precision) performance (FLOP/s)",),
    "fp32": ("FP32 (single precision) performance (FLOP/s)",),
    "fp8": ("FP8 performance (FLOP/s)",),
    "fp4": ("FP4 performance (FLOP/s)",),
    "int8": ("INT8 performance (OP/s)",),
    "int4": ("INT4 performance (OP/s)",),
    "memory": ("Memory (bytes)",),
    "bandwidth": ("Memory bandwidth (byte/s)",),
    "TDP": ("TDP (W)",),
    "TPP": ("Total processing performance (bit-OP/s)",),
}
SHOWN_IN = {"memory": (10**9, "GB"), "bandwidth": (10**9, "GB/s"), "TDP": (1, "W"), "TPP": (10**12, "")}
NOT_COVERED = {
    "Sunway SW26010-Pro", "MetaX MXN100", "NVIDIA GeForce RTX 4070", "Intel Data Center GPU Max 1350",
    "AMD Radeon Instinct MI300", "NVIDIA GeForce RTX 4080", "MT-3000", "Baidu Kunlun R100 (75W)",
    "Baidu Kunlun R100 (100W)", "Cambricon MLU270-F4", "Huawei Ascend 910A Pro", "NVIDIA Quadro RTX 4000",
    "NVIDIA GeForce RTX 2080 Ti 11GB", "NVIDIA Quadro RTX 5000", "NVIDIA Quadro RTX 8000",
    "NVIDIA Tesla V100 SXM3 32 GB", "NVIDIA Titan V",
    "PEZY-SC2", "NVIDIA TITAN Xp", "NVIDIA GeForce GTX 1080 Ti", "NVIDIA Quadro P600", "NVIDIA Quadro P4000",
    "MT-2000", "NVIDIA Quadro P5000", "NVIDIA Quadro P6000", "NVIDIA GeForce GTX 1080", "NVIDIA Tesla P100 DGXS",
    "NVIDIA Quadro M4000", "Google TPU v1", "NVIDIA GeForce GTX TITAN X", "NVIDIA Quadro K1200",
    "NVIDIA GeForce GTX 980", "NVIDIA GeForce GTX Titan Black", "NVIDIA Tesla K40s", "NVIDIA Tesla K40t",
    "NVIDIA Quadro K6000", "NVIDIA GeForce GTX 780", "NVIDIA Quadro K4000", "NVIDIA GeForce GTX TITAN",
    "NVIDIA Tesla K20c", "NVIDIA Tesla K20X", "NVIDIA Tesla C2050", "NVIDIA GeForce GTX 580",
    "NVIDIA GeForce GTX 280", "Huawei Ascend 910B Pro", "Huawei Ascend 910B1 (v2)", "Huawei Ascend 800T A2",
    "NVIDIA Rubin CPX", "Cambricon Siyuan 690", "NVIDIA VR300 (Rubin Ultra)",
}  # fmt: skip
"""Names in Epoch's table that the catalogue leaves out: workstation parts, mobile parts, CPUs, and chips of which
nobody has published a figure."""


def epoch_rows(real_data: Path) -> list[dict[str, str]]:
    with (real_data / "epoch" / "ml_hardware.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ours(chip: Chip, figure: str) -> int | None:
    """The catalogue's figure in Epoch's unit."""
    if figure == "TPP":
        return None if chip.tpp is None else chip.tpp * 10**12
    if figure == "TDP":
        return chip.tdp_watts
    if figure in ("memory", "bandwidth"):
        found = chip.figures.get({"memory": "memory_bytes", "bandwidth": "memory_bytes_per_s"}[figure])
        return None if found is None else found.value
    names = ("bf16", "fp16") if figure == "16-bit" else (figure,)
    return max((chip.peaks_gflops[name] * 10**9 for name in names if name in chip.peaks_gflops), default=None)


def compared(real_data: Path, catalogue: Catalogue) -> Iterator[tuple[str, Chip, str, int, Fraction]]:
    for row in epoch_rows(real_data):
        chip = catalogue.find(row["Hardware name"])
        if chip is None:
            continue
        for figure, columns in EPOCH_COLUMNS.items():
            theirs = next((row[column] for column in columns if row[column]), None)
            mine = ours(chip, figure)
            if mine is not None and theirs is not None:
                yield row["Hardware name"], chip, figure, mine, Fraction(theirs)


def shown(figure: str, amount: Fraction | int) -> str:
    by, unit = SHOWN_IN.get(figure, (10**12, "TOP/s" if figure.startswith("int") else "TFLOP/s"))
    exact = Fraction(amount) / by
    digits = Decimal(divide_half_even(exact.numerator * 1_000, exact.denominator)) / 1_000
    text = f"{digits:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} {unit}".strip()


def difference(mine: int, theirs: Fraction) -> str:
    tenths = (Fraction(mine) - theirs) * 1_000 / theirs
    rounded = Decimal(divide_half_even(tenths.numerator, tenths.denominator)) / 10
    return f"{'+' if rounded > 0 else '−'}{abs(rounded):,f} %"


def listed_disagreements() -> list[tuple[str, ...]]:
    """The rows of the table on the reference page, without their reasons; every row has one."""
    table = PAGE.read_text(encoding="utf-8").split("## Where Epoch's table says otherwise", 1)[1].split("\n## ", 1)[0]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table.splitlines() if "|" in line]
    for row in rows[2:]:
        assert len(row) == 7
        assert len(row[6]) >= 10, f"no reason for {row}"
    return [row[:6] for row in rows[2:]]


def test_every_name_of_epoch_is_mapped_or_left_out_on_purpose(real_data: Path, catalogue: Catalogue) -> None:
    unmapped = {row["Hardware name"] for row in epoch_rows(real_data) if catalogue.find(row["Hardware name"]) is None}
    assert unmapped == NOT_COVERED


def test_every_disagreement_with_epoch_is_listed_with_its_reason(real_data: Path, catalogue: Catalogue) -> None:
    found = [
        (name, f"`{chip.id}`", figure, shown(figure, mine), shown(figure, theirs), difference(mine, theirs))
        for name, chip, figure, mine, theirs in compared(real_data, catalogue)
        if abs(mine - theirs) * 100 > theirs
    ]
    listed = listed_disagreements()
    assert sorted(set(found) - set(listed)) == [], "disagreements that the page does not list"
    assert sorted(set(listed) - set(found)) == [], "the page lists disagreements that do not exist"
    assert len(listed) == len(set(listed))


def test_most_figures_agree_and_the_page_says_how_many(real_data: Path, catalogue: Catalogue) -> None:
    everything = list(compared(real_data, catalogue))
    agreeing = [row for row in everything if abs(row[3] - row[4]) * 100 <= row[4]]
    assert len(agreeing) * 100 >= 85 * len(everything)
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    names = epoch_rows(real_data)
    assert f"Of the {len(names)} names in Epoch's table (April 2026) {len(names) - len(NOT_COVERED)} are" in page
    assert f"have {len(everything)} figures in common, of which these {len(everything) - len(agreeing)} differ" in page


def test_the_peaks_that_the_reference_names(real_data: Path, catalogue: Catalogue) -> None:
    """Rulebook reference, section 5.3: useful dense 16-bit peaks, in FLOP per nanosecond."""
    named = {
        "NVIDIA H100 SXM5 80GB": 989_400, "NVIDIA H200 SXM": 989_500, "NVIDIA GH200": 989_500,
        "NVIDIA H100 PCIe": 756_000, "NVIDIA A100": 312_000, "NVIDIA B200": 2_250_000, "NVIDIA GB200": 2_500_000,
        "NVIDIA HGX H20": 148_000, "Google TPU v5p": 459_000, "AMD Instinct MI300X": 1_307_400,
        "Huawei Ascend 910C": 800_000,
    }  # fmt: skip
    names = {row["Hardware name"] for row in epoch_rows(real_data)}
    for name, gflops in named.items():
        assert name in names
        peak = catalogue.get(name).training_peak
        assert peak is not None
        assert peak[1] == gflops, name
