"""The shipped model: readable, consistent with itself, the same on both engines."""

import json
from pathlib import Path

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.resolution.model import load_model, read_model

SHIPPED = Path(load_model.__code__.co_filename).with_name("company_model.json")


def test_splink_weighs_what_the_integers_say() -> None:
    """Splink leaves pairs out by its own sum, so its weights must be the model's."""
    from math import log2

    data = json.loads(SHIPPED.read_text())
    for comparison in data["settings"]["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for place, level in enumerate(levels):
            stated = data["centibits"][comparison["output_column_name"]][str(len(levels) - 1 - place)]
            assert 100 * log2(level["m_probability"] / level["u_probability"]) == pytest.approx(stated, abs=0.01)


def test_agreement_never_weighs_less_than_disagreement() -> None:
    for comparison in load_model().comparisons:
        best = max(comparison.levels)
        assert comparison.levels[best].centibits > 0 >= comparison.levels[0].centibits


def test_no_need_is_met_by_name_and_place_alone() -> None:
    assert all(set(need) - {"name", "address", "jurisdiction"} for need in load_model().needs)


def test_the_same_comparisons_are_made_on_spark() -> None:
    duckdb, spark = (load_model().settings(dialect) for dialect in ("duckdb", "spark"))
    conditions = [level["sql_condition"] for part in spark["comparisons"] for level in part["comparison_levels"]]

    assert any("ARRAYS_OVERLAP" in condition for condition in conditions)
    assert not any("&&" in condition for condition in conditions)
    assert [part["output_column_name"] for part in spark["comparisons"]] == [
        part["output_column_name"] for part in duckdb["comparisons"]
    ]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"format": "other"}', b"\xff\xfe", b'{"format": null}'])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.json"
    file.write_bytes(content)
    with pytest.raises(PlimsollError) as refused:
        load_model(file)

    assert refused.value.code == "model.unreadable"


def test_a_need_that_names_no_level_is_refused() -> None:
    data = json.loads(SHIPPED.read_text()) | {"needs": [{"name": 99}]}

    with pytest.raises(ValueError, match="no level"):
        read_model(json.dumps(data).encode())
