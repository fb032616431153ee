"""What the makers of vectors share: how a case is spelt, and writing files or telling which would change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
VECTORS = HERE / "vectors"

Case = dict[str, Any]


def accepted(name: str, operation: str, given: Case, result: Case) -> Case:
    """A case that must give this result."""
    return {"name": name, "operation": operation, "input": given, "expect": {"ok": True, "result": result}}


def refused(name: str, operation: str, given: Case, reason: str) -> Case:
    """A case that must be refused."""
    return {"name": name, "operation": operation, "input": given, "expect": {"ok": False}, "reason": reason}


def vector_file(about: str, command: str, seeds: str, cases: list[Case]) -> str:
    """The text of one file of vectors."""
    content = {"format": "plimsoll/conformance/v1", "about": about, "made_by": command, "seeds": seeds, "cases": cases}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def kept_file(used: Mapping[str, str]) -> str:
    """The text of the file that keeps what is random by design."""
    return json.dumps(used, indent=1, sort_keys=True) + "\n"


def write(files: Mapping[Path, str], arguments: list[str]) -> int:
    """Writes the files that differ; with ``--check`` only names them, and gives 1 if there are any."""
    check = "--check" in arguments
    changed = 0
    for path, content in files.items():
        if path.exists() and path.read_text("utf-8") == content:
            continue
        changed += 1
        print(f"{'would change' if check else 'wrote'} {path.relative_to(HERE)}")
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, "utf-8")
    return 1 if changed and check else 0
