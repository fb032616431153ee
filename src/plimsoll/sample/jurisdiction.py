"""Writes a sample jurisdiction into a folder: all of it, or nothing."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.sample.kyc_files import write_kyc
from plimsoll.sample.outcome import declaration_values, outcomes, truth_subjects
from plimsoll.sample.plan import Plan, Request, make_plan
from plimsoll.sample.scheme_outcome import scheme_cases, scheme_declarations
from plimsoll.sample.situations import CALIBRATED_DAYS, LINE_FLOP
from plimsoll.sample.truth import Truth, read_truth
from plimsoll.sample.usage_files import Progress, write_usage

USAGE, PARTIES, DECLARATIONS, TRUTH = "usage", "parties.jsonl", "declarations.yaml", "truth.json"

_HEAD = """\
# Declarations of the sample jurisdiction. Every name is invented. Written by `plimsoll sample`.
"""
_NOTHING = "# Nobody declared anything.\n"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample that was written."""

    folder: Path
    truth: Truth
    parties: int
    accounts: int
    declarations: int

    @property
    def rows(self) -> int:
        return sum(rows for _, rows in self.truth.files)


def write_sample(
    out: Path, request: Request, *, force: bool = False, progress: Progress = lambda done, doing: None
) -> Sample:
    """Builds the sample beside `out` and moves it into place when it is complete.

    Args:
        force: replace a sample that stands there. Nothing else is ever replaced.

    Raises:
        PlimsollError: ``sample.out_is_file``, ``sample.out_not_sample``, ``sample.out_exists``,
            ``sample.out_has_more`` before anything is written; ``sample.not_written`` if the disk refuses.
    """
    target = out.absolute()
    try:
        _check(target, out, force)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as problem:
        raise _not_written(out, problem) from None
    old, new = beside / "old", beside / "new"
    try:
        # Inside a private folder, so that the sample itself gets the permissions of any new folder.
        new.mkdir()
        sample = _build(new, out, make_plan(request), progress)
        if target.exists():
            target.rename(old)
        new.rename(target)
        return sample
    except OSError as problem:
        raise _not_written(out, problem) from None
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(beside, ignore_errors=True)


def _build(folder: Path, out: Path, plan: Plan, progress: Progress) -> Sample:
    tally = write_usage(plan, folder, progress)
    found = outcomes(plan, tally)
    cases = scheme_cases(plan, tally)
    declarations = declaration_values(plan, found) + scheme_declarations(plan, cases)
    kyc = write_kyc(plan, folder)
    request = plan.request
    truth = Truth(
        request.seed, request.customers, request.days, request.start, request.end, LINE_FLOP,
        request.days >= CALIBRATED_DAYS, tuple(tally.outcomes.items()),
        tuple((file.path, file.rows) for file in tally.files), truth_subjects(plan, found), kyc,
        tuple(case for scheme, case in zip(plan.schemes, cases, strict=True) if not scheme.tactic.honest),
        tuple(case for scheme, case in zip(plan.schemes, cases, strict=True) if scheme.tactic.honest),
    )  # fmt: skip
    _write(folder / PARTIES, parties_text(plan))
    _write(folder / DECLARATIONS, declarations_text(declarations))
    _write(folder / TRUTH, truth.text())
    return Sample(out, truth, len(plan.roster.parties), len(plan.roster.accounts), len(declarations))


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def parties_text(plan: Plan) -> str:
    """One JSON object per line and party, with the accounts it holds."""
    accounts: dict[str, list[str]] = {}
    for account in plan.roster.accounts:
        accounts.setdefault(account.party.id, []).append(account.key)
    lines = [
        json.dumps(
            {
                "id": party.id,
                "kind": party.kind,
                "legal_name": party.legal_name,
                "jurisdiction": party.jurisdiction,
                "accounts": accounts.get(party.id, []),
            },
            ensure_ascii=False,
        )
        for party in plan.roster.parties
    ]
    return "\n".join(lines) + "\n"


class _Dumper(yaml.SafeDumper):
    """Puts numbers and dates in quotation marks, and never writes an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text[:1].isalpha() else '"')


_Dumper.add_representer(str, _text)


def declarations_text(declarations: list[dict[str, Any]]) -> str:
    """The declarations file; only a comment where nobody declared anything."""
    if not declarations:
        return _HEAD + _NOTHING
    body = yaml.dump({"declarations": declarations}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return _HEAD + body


def _check(target: Path, out: Path, force: bool) -> None:
    """Refuses to write over anything but an empty folder and, with `force`, a sample."""
    where = Where(file=str(out))
    if not target.exists() and not target.is_symlink():
        return
    if not target.is_dir():
        raise PlimsollError(
            "sample.out_is_file", "this is not a folder", fix="Name a folder that does not exist yet.", where=where
        )
    if not any(target.iterdir()):
        return
    marker = target / TRUTH
    try:
        truth = read_truth(marker.read_bytes() if marker.is_file() else b"", str(marker))
    except PlimsollError:
        raise PlimsollError(
            "sample.out_not_sample", "the folder is not empty, and it is not a sample",
            fix="Name an empty folder, or one that does not exist yet.", where=where,
        ) from None  # fmt: skip
    ours = {PARTIES, DECLARATIONS, TRUTH, *(path for path, _ in (*truth.files, *truth.kyc))}
    inside = (path.relative_to(target).as_posix() for path in sorted(target.rglob("*")) if not path.is_dir())
    more = [name for name in inside if name not in ours]
    if more:
        raise PlimsollError(
            "sample.out_has_more", f"the folder holds more than the sample, e.g. {more[0]} ({len(more):,} in all)",
            fix="Move them elsewhere, or name another folder.", where=where,
        )  # fmt: skip
    if not force:
        raise PlimsollError(
            "sample.out_exists", "a sample stands there already", fix="Name another folder, or add --force.",
            where=where,
        )  # fmt: skip


def _not_written(out: Path, problem: OSError) -> PlimsollError:
    return PlimsollError(
        "sample.not_written",
        f"the sample could not be written: {problem.strerror or problem}",
        fix="Check the path, its permissions and the free space. Nothing half-written was left behind.",
        where=Where(file=str(out)),
    )
