"""Which column means what."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.assess.population_map import read_map
from plimsoll.kernel.errors import PlimsollError


def test_pairs_and_files_may_be_mixed_and_the_later_wins(tmp_path: Path) -> None:
    file = tmp_path / "map.yaml"
    file.write_text("compute: Training FLOP\nmodel: Name\n", encoding="utf-8")
    assert read_map([str(file), "model=System", "hours = Wall clock (h)"]) == {
        "compute": "Training FLOP",
        "model": "System",
        "hours": "Wall clock (h)",
    }
    assert read_map([]) == {}


def test_a_column_name_may_hold_an_equals_sign_and_a_slash() -> None:
    assert read_map(["compute=C = 6 N D / 1"]) == {"compute": "C = 6 N D / 1"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("flops: Training FLOP", "map.unknown_field"),
        ("compute: 7", "map.not_text"),
        ("[compute]", "map.not_text"),
        ("", "map.not_text"),
        ("a: &x b\nc: *x", "yaml.alias"),
    ],
)
def test_bad_files_are_refused_with_their_line(tmp_path: Path, content: str, code: str) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(PlimsollError) as refused:
        read_map([str(file)])
    assert refused.value.code == code
    assert str(file) in str(refused.value.where)


@pytest.mark.parametrize(
    ("option", "code"), [("flops=X", "map.unknown_field"), ("no/such/file.yaml", "map.unreadable")]
)
def test_bad_options_are_refused(option: str, code: str) -> None:
    with pytest.raises(PlimsollError) as refused:
        read_map([option])
    assert refused.value.code == code
