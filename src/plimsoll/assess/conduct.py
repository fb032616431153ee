"""Conducts an assessment: reads the inputs, lets the compute room account for them, judges, and gathers the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.assess.assessment import Assessment
from plimsoll.assess.case import Case, Progress
from plimsoll.assess.declarations import Declaration, load_declarations
from plimsoll.assess.input_names import Names
from plimsoll.assess.line_choice import choose_line
from plimsoll.assess.records import read_records
from plimsoll.assess.reported_months import end_of_data
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.rounding import divide_half_even

if TYPE_CHECKING:
    from plimsoll.parties.known import KnownParties
    from plimsoll.rulebook.law import Rulebook


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be assessed.

    Attributes:
        usage: files and folders of usage reports.
        declarations: a file or a folder; None where there are none.
        as_of: usage before this UTC day counts; None for the end of the last charge period in the reports.
        threads: at most so many; None for one per core. The answer does not depend on it.
        parties: customers' records: a register's folder, or files and folders of filings; None where there are none.
        engine: where the bulk of the work is done: see `compute.engine.connect`. The answer does not depend on it.
        lake: a folder in which what accounting found in each file is kept for the next time; None for none.
        lists: sanctions and high-risk lists, against which the customers are screened.
        profiles: a file of risk profiles; None for the starter set.
        memory: what the embedded engine may hold before it spills; None for what `compute.engine.connect` gives it.
    """

    usage: tuple[Path, ...]
    declarations: Path | None
    rulebook: Rulebook
    as_of: date | None = None
    threads: int | None = None
    parties: Path | None = None
    engine: str = "duckdb"
    lake: Path | None = None
    lists: tuple[Path, ...] = ()
    profiles: Path | None = None
    memory: str | None = None

    @property
    def given(self) -> tuple[Path, ...]:
        """Every path that is read."""
        others = (self.declarations, self.parties, self.profiles)
        return (*self.usage, *(path for path in others if path is not None), *self.lists)


def conduct(
    request: Request,
    progress: Progress = lambda step, done, total: None,
    tell: Callable[[str], None] = lambda remark: None,
) -> Assessment:
    """Carries out one assessment.

    Args:
        tell: told what the person who runs it should know and what is no part of the answer.

    Raises:
        PlimsollError: every input that cannot be used, coded: those of `open_usage`, of `load_declarations`, of
            `identify`, and ``assess.no_line``, ``assess.no_as_of``, ``assess.missing_path``, ``assess.no_records``.
    """
    from plimsoll.compute.accounting import account
    from plimsoll.compute.engine import MEMORY, connect
    from plimsoll.compute.lake.store import Lake, refuse_unusable
    from plimsoll.compute.usage.read import open_usage
    from plimsoll.parties.risk.load import load_profiles

    names = Names(request.given)
    if request.parties is None and (request.lists or request.profiles):
        raise PlimsollError(
            "assess.nobody_to_screen",
            "lists and risk profiles are about customers, and no customer's record was given",
            fix="Add --parties with a register or with filings, or leave --list and --profiles out.",
            where=Where(str((*request.lists, request.profiles)[0])),
        )
    declarations: tuple[Declaration, ...] = ()
    if request.declarations is not None:
        declarations = load_declarations(request.declarations, names.of(request.declarations))
    profiles = load_profiles(request.profiles)
    engine = connect(request.engine, threads=request.threads, memory=request.memory or MEMORY)
    with ExitStack() as opened:
        lake = None
        if request.lake is not None:
            refuse_unusable(request.lake, request.given, engine.name)
            lake = opened.enter_context(Lake(request.lake, tell=tell))
        delivery = opened.enter_context(open_usage(request.usage, engine, progress, lake))
        # Before accounting, so that linking records and adding up use do not fill the memory at the same time.
        known = None if request.parties is None else _known(request, request.parties, names, progress)
        holders = {declaration.id: declaration.accounts for declaration in declarations}
        accounts = account(delivery, _attested(declarations), progress=progress, holders=holders)
        as_of = request.as_of or end_of_data(accounts)
        rule = choose_line(request.rulebook, as_of)
        judged = Case(delivery, accounts, declarations, rule, as_of, names, progress, known, profiles)
        return judged.assessment(request.declarations, request.profiles)


def _known(request: Request, parties: Path, names: Names, progress: Progress) -> KnownParties:
    return read_records(parties, names.of, request.engine, request.threads, progress, request.lists)


def _attested(declarations: Iterable[Declaration]) -> dict[str, int]:
    """Declared and attested utilisation per run, in whole basis points: evidence tier B."""
    return {
        declaration.id: divide_half_even(share.numerator * 10_000, share.denominator)
        for declaration in declarations
        if declaration.utilisation is not None
        and declaration.utilisation.attested
        and 0 < (share := declaration.utilisation.share) <= 1
    }
