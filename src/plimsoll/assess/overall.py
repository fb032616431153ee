"""The sums of a whole assessment, and the files of declarations among its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.assess.assessment import InputFile, Totals
from plimsoll.assess.declarations import Declaration, declaration_files
from plimsoll.assess.detectors.figures import whole_flop
from plimsoll.assess.finding import Finding
from plimsoll.assess.input_names import Names
from plimsoll.assess.judge import counts
from plimsoll.assess.quality import outcome_counts
from plimsoll.kernel.canonical import digest_of_stream

if TYPE_CHECKING:
    from plimsoll.assess.account_totals import TotalOfMany
    from plimsoll.compute.accounting import Accounts
    from plimsoll.parties.risk.profile import ProfileSet


def totals_of(accounts: Accounts, used: TotalOfMany, declarations: int, findings: Sequence[Finding]) -> Totals:
    """Everything added up.

    Args:
        used: what all accounts used before the assessment's date.
        declarations: how many there are.
    """
    outcomes = outcome_counts(accounts)
    return Totals(
        rows=accounts.totals.rows,
        rejected=dict(outcomes)["rejected"],
        providers=len(accounts.coverage),
        accounts=used.accounts,
        declarations=declarations,
        first_day=min((coverage.first_day for coverage in accounts.coverage), default=None),
        last_day=max((coverage.last_day for coverage in accounts.coverage), default=None),
        cap_flop=used.cap_flop,
        est_flop=whole_flop(used.est_e4),
        findings=counts(findings),
        outcomes=outcomes,
    )


def declaration_inputs(declared: Sequence[Declaration], path: Path, names: Names) -> tuple[InputFile, ...]:
    """The declarations' files; their rows are the declarations in them.

    Args:
        path: the file or folder that was given.
    """
    held: dict[str, int] = {}
    for declaration in declared:
        held[declaration.file] = held.get(declaration.file, 0) + 1
    return tuple(
        InputFile(names.of(file), _sha256(file), "declarations", held.get(names.of(file), 0), 0)
        for file in declaration_files(path)
    )


def profiles_input(profiles: ProfileSet, path: Path, names: Names) -> InputFile:
    """The file of risk profiles; its rows are the profiles in it."""
    digest = profiles.digest.removeprefix("sha256:")
    return InputFile(names.of(path), digest, "profiles", len(profiles.profiles), 0)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of_stream(stream).removeprefix("sha256:")
