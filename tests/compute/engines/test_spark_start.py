"""What keeps Spark from being used is said in one coded error, within bounded time and before Java starts."""

from __future__ import annotations

import builtins
import importlib
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from plimsoll.compute.engine import SHARED_FOLDER, connect, staging_folder
from plimsoll.compute.engines import spark_start
from plimsoll.kernel.errors import PlimsollError


@pytest.mark.parametrize("name", ["", "Spark", "local", "spark://nowhere", "duckdb://x", "local[2]; rm"])
def test_an_unknown_engine(name: str) -> None:
    with pytest.raises(PlimsollError) as refused:
        connect(name)
    assert refused.value.code == "engine.unknown"


def test_without_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "pyspark":
            raise ImportError("No module named 'pyspark'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(PlimsollError) as refused:
        spark_start.session("local[1]")
    assert refused.value.code == "engine.spark_absent"
    assert "plimsoll[spark]" in refused.value.fix


@pytest.mark.parametrize("said", [None, 'openjdk version "11.0.2"', 'java version "1.8.0_1"', "nothing"])
def test_without_a_java_that_is_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None) -> None:
    (tmp_path / "bin").mkdir()
    if said is not None:
        script = tmp_path / "bin" / "java"
        script.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
        script.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(PlimsollError) as refused:
        spark_start._check_java()
    assert refused.value.code == "engine.java_absent"


def test_a_master_that_is_not_there() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        # Bound and not listening: whoever connects is turned away.
        with pytest.raises(PlimsollError) as refused:
            spark_start._check_master(f"spark://127.0.0.1:{port}")
    assert refused.value.code == "engine.unreachable"


def test_copies_lie_in_the_shared_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARED_FOLDER, str(tmp_path))
    assert staging_folder().parent == tmp_path
    monkeypatch.setenv(SHARED_FOLDER, str(tmp_path / "none"))
    with pytest.raises(PlimsollError) as refused:
        staging_folder()
    assert refused.value.code == "engine.no_shared_folder"


def test_one_process_has_one_spark(spark: Any) -> None:
    with pytest.raises(PlimsollError) as refused:
        connect("local[1]")
    assert refused.value.code == "engine.other_session"
    assert connect("local[2]").session.sparkContext is spark.session.sparkContext


def test_duckdb_needs_nothing_of_spark() -> None:
    assert importlib.util.find_spec("plimsoll.compute.engines.duck") is not None
    assert "plimsoll.compute.engines.spark_sql" not in sys.modules or "pyspark" in sys.modules
