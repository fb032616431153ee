"""`plimsoll hardware` as a person and as a program see it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from plimsoll.cli.hardware import app
from plimsoll.compute.catalogue import load_catalogue
from plimsoll.kernel.errors import PlimsollError


def output(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_the_list_has_every_accelerator_on_a_line() -> None:
    lines = output("list").splitlines()
    assert len(lines) == 2 + len(load_catalogue().chips)
    h100 = next(line for line in lines if line.startswith("h100-sxm "))
    assert h100.split() == ["h100-sxm", "NVIDIA", "2022-09-20", "989.4", "bf16", "80", "700", "15,832"]


def test_a_missing_figure_is_not_shown_as_zero() -> None:
    gh200 = next(line for line in output("list").splitlines() if line.startswith("gh200 "))
    assert gh200.split()[-2] == "-"
    assert "no floating-point peak is published" in output("show", "mlu290-m5")


def test_the_list_as_json() -> None:
    listed = json.loads(output("list", "--json"))
    assert [chip["id"] for chip in listed] == [chip.id for chip in load_catalogue().chips]
    b200 = next(chip for chip in listed if chip["id"] == "b200")
    assert b200["training_peak"] == {"precision": "bf16", "gflops": 2_250_000}
    assert b200["tpp"] == 36_000


def test_one_accelerator_with_its_sources_under_any_name() -> None:
    text = output("show", "NVIDIA H100 80GB HBM3")
    assert "[h100-sxm]" in text
    assert "989.4 TFLOP/s bf16, dense" in text
    assert "15,832 (1,979 in fp8 x 8 bit)" in text
    assert "3,350 GB/s" in text
    assert "white paper 2022" in text
    assert text == output("show", "h100-sxm")


def test_one_accelerator_as_json() -> None:
    shown = json.loads(output("show", "a10g", "--json"))
    assert shown["figures"]["bf16"] == {"value": 70_000, "unit": "GFLOP/s", "source": "NVIDIA A10G data sheet 2022"}
    assert shown["figures"].keys() == load_catalogue().get("a10g").figures.keys()


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(PlimsollError) as refusal:
        CliRunner().invoke(app, ["show", "h101-sxm"], catch_exceptions=False)
    assert refusal.value.code == "catalogue.unknown_chip"
    assert "h100-sxm" in refusal.value.fix
