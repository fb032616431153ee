"""Epoch AI's table of notable models under every rulebook, and the survey as JSON."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from plimsoll.assess.population_read import read_population
from plimsoll.assess.population_survey import Survey, as_json, decimal_text, survey
from plimsoll.compute.catalogue import load_catalogue
from plimsoll.rulebook.load import library_rulebook, load_library

DAY = date(2026, 11, 21)


def survey_of(table: Path, *rulebooks: str) -> Survey:
    books = [library_rulebook(name) for name in rulebooks] or list(load_library().values())
    return survey(read_population(table), books, load_catalogue(), margin=Fraction(3, 10), as_of=DAY, known=DAY)


@pytest.fixture(scope="module")
def epoch(real_data: Path) -> Survey:
    return survey_of(real_data / "epoch" / "notable_ai_models.csv")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("provision", "counts"),
    [
        ("miotti-wasil.global_cap", (10**21, 252, 247, 11, 257)),
        ("eu-gpai.gpai", (10**23, 131, 127, 13, 375)),
        ("miotti-wasil.magic", (10**24, 83, 74, 13, 428)),
        ("eu-gpai.systemic_risk", (10**25, 20, 16, 10, 489)),
        ("taisc.prohibition", (25 * 10**24, 11, 7, 7, 501)),
        ("us-ca-sb53.frontier_model", (10**26, 3, 3, 0, 512)),
    ],
)
def test_epochs_models_around_each_line(epoch: Survey, provision: str, counts: tuple[int, ...]) -> None:
    (found,) = [line for line in as_json(epoch, "x")["lines"] if line["provision"] == provision]
    names = ("above", "surely_above", "indeterminate", "below")
    assert (int(found["line"]), *(found[name] for name in names)) == counts
    assert found["unknown"] == 461


@pytest.mark.real_data
def test_every_epoch_row_is_in_one_group_of_every_line(epoch: Survey) -> None:
    assert epoch.population.rows == 976
    assert epoch.population.unreadable == ()
    for found in epoch.lines:
        counts = found.counts
        assert counts.surely_above + counts.indeterminate + counts.below + counts.unknown == 976


@pytest.mark.real_data
def test_ten_epoch_rows_claim_more_than_their_hardware_can_do(epoch: Survey) -> None:
    listed = epoch.consistency.accelerators.discrepancies
    assert [(found.claim.model, decimal_text(found.implied, 2)) for found in listed] == [
        ("LLaVA", "870"),
        ("LLaVA 1.5", "360"),
        ("Flan-PaLM 540B", "140"),
        ("U-PaLM (540B)", "42"),
        ("nekomata-14b", "8.7"),
        ("OpenVLA", "4.6"),
        ("Minerva (540B)", "3.9"),
        ("LUKE", "3.5"),
        ("SPHINX (Llama 2 13B)", "2.9"),
        ("SigLIP 400M", "1.3"),
    ]
    assert epoch.consistency.accelerators.explained == 7
    assert [found.claim.model for found in listed if found.verdict == "open"] == ["nekomata-14b", "LUKE", "SigLIP 400M"]
    alone = {found.claim.model: decimal_text(found.finetune, 3) for found in listed if found.finetune is not None}
    assert alone == {
        "LLaVA": "0.545",
        "LLaVA 1.5": "0.325",
        "Flan-PaLM 540B": "0.299",
        "U-PaLM (540B)": "0.0658",
        "OpenVLA": "0.400",
        "Minerva (540B)": "0.304",
        "SPHINX (Llama 2 13B)": "0.384",
    }


@pytest.mark.real_data
def test_every_claim_is_checked_or_counted_as_unchecked(epoch: Survey) -> None:
    found = epoch.consistency
    assert found.accelerators.checked + found.other.checked + found.unchecked == len(epoch.population.claims) == 150


def test_the_json_is_what_other_programs_are_promised(tmp_path: Path) -> None:
    table = tmp_path / "models.csv"
    table.write_text(
        "Model,Training compute (FLOP),Training hardware,Hardware quantity,Training time (hours)\n"
        "A,3e25,NVIDIA H100 SXM5 80GB,8,1\nB,oops,,,\nC,,,,\n",
        encoding="utf-8",
    )
    found = json.loads(json.dumps(as_json(survey_of(table, "us-ca-sb53", "heim-koessler"), str(table))))
    assert found["rows"] == 3
    first = {name: found["lines"][0][name] for name in ("regime", "provision", "line", "above", "unknown", "status")}
    assert first == {
        "regime": "us-ca-sb53",
        "provision": "us-ca-sb53.frontier_model",
        "line": "100000000000000000000000000",
        "above": 0,
        "unknown": 2,
        "status": "in_force",
    }
    assert (found["lines"][-1]["line"], found["lines"][-1]["unknown"]) == (None, 3)
    assert found["discrepancies"][0]["model"] == "A"
    assert found["discrepancies"][0]["finetune_utilisation"] is None
    assert (found["unreadable"][0]["row"], found["unreadable"][0]["effect"]) == (2, "unknown")
    assert found["margin"] == "0.3"
    assert {book["id"] for book in found["rulebooks"]} == {"us-ca-sb53", "heim-koessler"}


def test_a_line_not_yet_in_force_is_counted_with_its_status(tmp_path: Path) -> None:
    table = tmp_path / "models.csv"
    table.write_text("Training compute (FLOP)\n2e26\n", encoding="utf-8")
    (line,) = as_json(survey_of(table, "us-ny-raise"), "x")["lines"]
    assert (line["status"], line["above"]) == ("enacted", 1)


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(Fraction(1, 3), "0.3333"), (Fraction(123456), "123500"), (Fraction(0), "0"), (Fraction(2, 5), "0.4"), (30, "30")],
)
def test_ratios_are_plain_decimals(ratio: Fraction, text: str) -> None:
    assert decimal_text(Fraction(ratio)) == text
