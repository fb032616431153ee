"""YAML is read safely, bounded, with lines, and without floats."""

import time

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.yaml_text import MAX_BYTES, read_yaml


def test_plain_values_and_the_line_of_each() -> None:
    source = read_yaml(b'a: 1\nb:\n  - x\n  - c: "1e25"\n    d: 2026-01-01\ne: true\nf:\n', "law.yaml")

    assert source.value == {"a": 1, "b": ["x", {"c": "1e25", "d": "2026-01-01"}], "e": True, "f": None}
    assert source.where(("b", 1, "c")).line == 4
    assert source.where(("b", 1, "missing")).line == 4
    assert str(source.where(("e",))) == "law.yaml, line 6, e"


_BOMB = b"a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (b"a: 1.5", "yaml.float", 1),
        (b"a:\n  b: 1e25", "yaml.float", 2),
        (b"a: .nan", "yaml.float", 1),
        (b"a: 10000000000000000000000000", "yaml.float", 1),
        (b"a: 1\nb: 2\na: 3", "yaml.duplicate_key", 3),
        (_BOMB, "yaml.alias", 1),
        (b"a: {b: 1}\nc:\n  <<: {b: 1}", "yaml.alias", 3),
        (b"a: !!python/object/apply:os.system [x]", "yaml.tag", 1),
        (b"a: !!float 1", "yaml.tag", 1),
        (b"a: [1, 2", "yaml.syntax", 2),
        (b"a: 1\n---\nb: 2", "yaml.syntax", 2),
        (b"? [a]\n: 1", "yaml.syntax", 1),
        (b"\xff\xfe\xfa", "yaml.syntax", 1),
        (b"a: 1\nb: caf\xe9 au lait", "yaml.syntax", 2),
        (b"a: 1\n\nb: \x1b[31m", "yaml.syntax", 3),
        (b"a: " + b"[" * 60 + b"]" * 60, "yaml.too_deep", 1),
    ],
)
def test_what_law_must_not_contain_is_refused_with_its_line(text: bytes, code: str, line: int) -> None:
    with pytest.raises(PlimsollError) as refusal:
        read_yaml(text, "law.yaml")

    assert refusal.value.code == code
    assert refusal.value.where.file == "law.yaml"
    assert refusal.value.where.line == line


def test_huge_and_hostile_files_are_refused_at_once() -> None:
    started = time.monotonic()
    for text in (b"x" * (MAX_BYTES + 1), b"[" * 200_000, b"a: [" + b"1, " * 500_000 + b"]"):
        with pytest.raises(PlimsollError):
            read_yaml(text, "bomb.yaml")

    assert time.monotonic() - started < 20


def test_an_empty_file_is_nothing() -> None:
    assert read_yaml(b"", "law.yaml").value is None
    assert read_yaml(b"# only a comment\n", "law.yaml").value is None
