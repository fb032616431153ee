"""Output files: refused before the work begins where they would do harm, and written whole or not at all."""

import os
from pathlib import Path

import pytest

from plimsoll.assess.output import refuse_outputs, write_whole
from plimsoll.kernel.errors import PlimsollError


def _code(outputs: list[Path], inputs: list[Path]) -> str | None:
    try:
        refuse_outputs(outputs, inputs)
    except PlimsollError as problem:
        return problem.code
    return None


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    out.write_text("old")
    write_whole(out, "new\n")

    assert out.read_bytes() == b"new\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for target in (tmp_path / "none" / "out.json", tmp_path / "folder"):
        assert _code([target], []) == "output.unwritable"
        with pytest.raises(PlimsollError) as caught:
            write_whole(target, "new")
        assert caught.value.code == "output.unwritable"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_an_interruption_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch) -> None:
    def interrupted(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "out.json"
    out.write_text("old")
    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(out, "new")

    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_a_device_or_a_pipe_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    assert _code([pipe], []) == "output.unwritable"
    assert _code([Path(os.devnull)], []) == "output.unwritable"
    assert pipe.is_fifo()


def test_an_output_is_never_an_input(tmp_path: Path) -> None:
    usage, other = tmp_path / "usage.csv", tmp_path / "other.csv"
    usage.write_text("rows")
    os.link(usage, other)
    (tmp_path / "link.json").symlink_to(usage)

    for output in (usage, other, tmp_path / "link.json", tmp_path / "." / "usage.csv"):
        assert _code([output], [usage]) == "output.is_input"
    assert _code([tmp_path / "out.json"], [usage]) is None


def test_an_output_in_a_folder_of_inputs_must_not_look_like_one(tmp_path: Path) -> None:
    folder = tmp_path / "usage"
    folder.mkdir()

    assert _code([folder / "new.csv"], [folder]) == "output.is_input"
    assert _code([folder / "new.yaml"], [folder]) == "output.is_input"
    assert _code([folder / "report.html", folder / "out.json"], [folder]) is None


def test_two_outputs_need_two_files(tmp_path: Path) -> None:
    assert _code([tmp_path / "out", tmp_path / "." / "out"], []) == "output.twice"


def test_a_file_name_that_is_not_unicode_can_be_written_about(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    write_whole(out, '{"path": "bad\udcff.csv"}\n')

    assert out.read_bytes() == b'{"path": "bad\\udcff.csv"}\n'
