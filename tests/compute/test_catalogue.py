"""The hardware catalogue: names, peaks, the data, and how bad rows are refused."""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.catalogue import (
    FIGURE_UNITS,
    PRECISION_BITS,
    Catalogue,
    Chip,
    load_catalogue,
    read_catalogue,
)
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.rounding import divide_half_even

CHIPS = "id,name,maker,kind,family,released,interconnect,aliases,note\n"
FIGURES = "chip,figure,value,source\n"
A_CHIP = CHIPS + "x1,Maker X1,Maker,gpu,X1,2026-01-01,Link,X One|X-1 PCIe,\n"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


# Names


@pytest.mark.parametrize(
    ("name", "chip"),
    [
        ("h100-sxm", "h100-sxm"),
        ("H100", "h100-sxm"),
        ("NVIDIA H100 80GB HBM3", "h100-sxm"),
        ("nvidia-h100-mega-80gb", "h100-sxm"),
        ("Ｈ１００", "h100-sxm"),
        ("H100\u2011PCIe", "h100-pcie"),
        ("NVIDIA A100-SXM4-80GB", "a100-sxm-80gb"),
        ("a100_80gb", "a100-sxm-80gb"),
        ("nvidia-tesla-t4", "t4"),
        ("Tesla V100-SXM2-32GB", "v100-sxm2-32gb"),
        ("GeForce RTX 4090", "rtx-4090"),
        ("Quadro RTX 6000", "quadro-rtx-6000"),
        ("NVIDIA RTX 6000 Ada Generation", "rtx-6000-ada"),
        ("AMD Instinct MI300X", "mi300x"),
        ("Cloud TPU v5e", "tpu-v5e"),
        ("Ironwood", "tpu-v7"),
        ("AWS Trainium2", "trainium2"),
        ("Intel Habana Gaudi3", "gaudi3"),
        ("Tesla D1", "tesla-d1"),
    ],
)
def test_a_chip_is_found_under_the_names_people_use(catalogue: Catalogue, name: str, chip: str) -> None:
    found = catalogue.find(name)
    assert found is not None
    assert found.id == chip


@pytest.mark.parametrize("name", ["", " ", "Tesla", "NVIDIA", "H1000", "H10", "A100X", "100", "💾", "GPU", "960"])
def test_other_names_find_nothing(catalogue: Catalogue, name: str) -> None:
    assert catalogue.find(name) is None


def test_an_unknown_name_is_refused_with_the_nearest_ones(catalogue: Catalogue) -> None:
    with pytest.raises(PlimsollError) as refusal:
        catalogue.get("H101 SXM")
    assert refusal.value.code == "catalogue.unknown_chip"
    assert "h100-sxm" in refusal.value.fix


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_finds_a_chip_or_none(name: str) -> None:
    found = load_catalogue().find(name)
    assert found is None or found in load_catalogue().chips


def test_no_name_belongs_to_two_chips() -> None:
    twice = A_CHIP + "x2,Maker X2,Maker,gpu,X2,,,x one,\n"
    with pytest.raises(PlimsollError, match="x1 and x2"):
        read_catalogue(twice, FIGURES)


def test_families_join_the_names_that_statistics_use(catalogue: Catalogue) -> None:
    assert catalogue.family_of("H100") == catalogue.family_of("H200") == catalogue.family_of("H100/H200") == "H100/H200"
    assert catalogue.family_of("A800") != catalogue.family_of("A100")
    assert catalogue.family_of("GB200") == catalogue.family_of("B200")
    assert catalogue.family_of("no such chip") is None


# Peaks


def chip_with(**figures: int) -> Chip:
    rows = "".join(f"x1,{name},{value},a source\n" for name, value in figures.items())
    return read_catalogue(A_CHIP, FIGURES + rows).get("x1")


@pytest.mark.parametrize(
    ("figures", "bound"),
    [
        ({"bf16": 100, "fp16": 100, "tf32": 50, "fp32": 10}, ("bf16", 100)),
        ({"bf16": 92, "fp16": 184, "fp32": 23}, ("fp16", 184)),
        ({"fp16": 125, "fp32": 15}, ("fp16", 125)),
        ({"fp16": 1, "fp32": 64}, ("fp32", 64)),
        ({"tf32": 80, "fp32": 20}, ("tf32", 80)),
        ({"fp32": 20, "fp64": 10}, ("fp32", 20)),
        ({"fp8": 2000, "fp4": 4000}, ("fp8", 2000)),
        ({"fp8": 2000, "bf16": 1000}, ("bf16", 1000)),
        ({"int8": 2000}, None),
        ({"memory_bytes": 1}, None),
    ],
)
def test_the_bound_of_training(figures: dict[str, int], bound: tuple[str, int] | None) -> None:
    assert chip_with(**figures).training_peak == bound


def test_total_processing_performance_is_the_highest_product() -> None:
    assert chip_with(bf16=989_400, fp8=1_979_000).tpp == 15_832
    assert chip_with(bf16=190_000, tf32=190_000).tpp == 3_610
    assert chip_with(bf16=500, fp8=1_000).tpp == 8
    assert chip_with(memory_bytes=1).tpp is None


def test_test_q_of_the_reference(catalogue: Catalogue) -> None:
    expected = {"H100": 15_832, "A100": 4_992, "B200": 36_000, "H20": 2_368}
    assert {name: catalogue.get(name).tpp for name in expected} == expected
    h100 = catalogue.get("H100").peaks_gflops
    assert divide_half_even(h100["fp8"] * PRECISION_BITS["fp8"], 1_000) == 15_832
    assert divide_half_even(h100["bf16"] * PRECISION_BITS["bf16"], 1_000) == 15_830


def test_test_p_of_the_reference(catalogue: Catalogue) -> None:
    line = 10**20
    expected = {
        ("H100", "bf16"): 101_071,
        ("H100", "fp8"): 50_530,
        ("A100", "bf16"): 320_512,
        ("B200", "bf16"): 44_444,
        ("H20", "bf16"): 675_675,
    }
    for (name, precision), count in expected.items():
        chip = catalogue.get(name)
        peak = Fraction(chip.peaks_gflops[precision]) * 10**9
        assert chip.largest_count_within(line, precision) == count
        assert count * peak <= line < (count + 1) * peak
        assert ceil(Fraction(line) / peak) == count + 1


def test_a_cluster_line_met_exactly_is_not_exceeded() -> None:
    assert chip_with(bf16=1_000_000).largest_count_within(10**20, "bf16") == 100_000


def test_a_cluster_count_names_its_precision(catalogue: Catalogue) -> None:
    with pytest.raises(PlimsollError) as refusal:
        catalogue.get("A100").largest_count_within(10**20, "fp8")
    assert refusal.value.code == "catalogue.no_peak"
    assert "bf16" in refusal.value.fix


# The data


def test_the_catalogue_covers_the_makers(catalogue: Catalogue) -> None:
    assert len(catalogue.chips) >= 75
    makers = {chip.maker for chip in catalogue.chips}
    assert makers >= {"NVIDIA", "AMD", "Google", "Amazon", "Intel", "Huawei", "Cambricon", "Biren", "Cerebras", "Meta"}


def test_figures_are_sane(catalogue: Catalogue) -> None:
    for chip in catalogue.chips:
        assert chip.figures, chip.id
        peaks = chip.peaks_gflops
        assert peaks, chip.id
        for figure in chip.figures.values():
            assert figure.name in FIGURE_UNITS
            assert figure.value > 0
            assert re.search(r"20\d\d", figure.source), f"{chip.id} {figure.name}: a source without a year"
        for finer, coarser in (("bf16", "fp8"), ("fp8", "fp4"), ("fp64", "fp32"), ("tf32", "bf16"), ("int8", "int4")):
            if finer in peaks and coarser in peaks:
                assert peaks[finer] <= peaks[coarser], f"{chip.id}: {finer} above {coarser}"
        if chip.memory_bytes is not None:
            assert 10**8 <= chip.memory_bytes <= 10**12, chip.id
        if chip.tdp_watts is not None:
            assert 5 <= chip.tdp_watts <= 2_000, chip.id


def test_no_peak_counts_sparsity(catalogue: Catalogue) -> None:
    """The dense figure of each chip whose brochure leads with the doubled one."""
    dense = {
        "a100-sxm-80gb": 312_000, "a10": 125_000, "a10g": 70_000, "a30": 165_000, "a40": 149_700, "l4": 121_000,
        "l40s": 362_050, "h100-sxm": 989_400, "h100-pcie": 756_000, "h200-sxm": 989_500, "b200": 2_250_000,
        "gb200": 2_500_000, "mi300x": 1_307_400, "rtx-a6000": 154_800, "trainium2": 667_000, "wse-3": 12_500_000,
    }  # fmt: skip
    for name, gflops in dense.items():
        peak = catalogue.get(name).training_peak
        assert peak is not None
        assert peak[1] == gflops, name


# Reading


@pytest.mark.parametrize(
    ("chips", "figures", "field"),
    [
        (A_CHIP.replace("gpu", "toaster"), FIGURES, "kind"),
        (A_CHIP + A_CHIP.splitlines()[1] + "\n", FIGURES, "id"),
        (A_CHIP.replace(",interconnect", ""), FIGURES, None),
        (A_CHIP + "x2,too,few\n", FIGURES, None),
        (A_CHIP, FIGURES + "x2,fp32,1,a source\n", "chip"),
        (A_CHIP, FIGURES + "x1,fp33,1,a source\n", "figure"),
        (A_CHIP, FIGURES + "x1,fp32,1,a source\nx1,fp32,2,a source\n", "figure"),
        (A_CHIP, FIGURES + "x1,fp32,0,a source\n", "value"),
        (A_CHIP, FIGURES + "x1,fp32,19.5,a source\n", "value"),
        (A_CHIP, FIGURES + "x1,fp32,1e3,a source\n", "value"),
        (A_CHIP, FIGURES + "x1,fp32,-5,a source\n", "value"),
        (A_CHIP, FIGURES + "x1,fp32,١٩,a source\n", "value"),
        (A_CHIP, FIGURES + "x1,fp32,1,\n", "source"),
    ],
)
def test_a_bad_row_is_refused_by_its_place(chips: str, figures: str, field: str | None) -> None:
    with pytest.raises(PlimsollError) as refusal:
        read_catalogue(chips, figures)
    assert refusal.value.code == "catalogue.bad_row"
    assert refusal.value.where.field == field
    assert refusal.value.where.file in ("chips.csv", "figures.csv")
