"""Declarations: what developers say about their models and training runs, read from YAML into frozen values.

The form is that of docs/howto/assess.md. One file holds one declaration, or a list under `declarations:`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from plimsoll.assess import declaration_text as text
from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.declaration_problems import DeclarationFileError, checked
from plimsoll.assess.declared_compute import DeclaredCompute, find_chip, read_compute
from plimsoll.compute.reconcile import Reconciliation
from plimsoll.kernel.component import Component
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.estimate import ZERO, Estimate
from plimsoll.kernel.flop import parse_exact
from plimsoll.kernel.period import Period, start_of_day
from plimsoll.kernel.yaml_text import Path as Place
from plimsoll.kernel.yaml_text import YamlText, read_yaml
from plimsoll.rulebook.facts import Facts, read_facts


@dataclass(frozen=True, slots=True)
class DeclaredUtilisation:
    """The share of the dense peak that a run achieves, as its developer says; `attested` by a third party."""

    share: Fraction
    kind: str
    attested: bool


@dataclass(frozen=True, slots=True)
class DeclaredHardware:
    """Accelerators of one kind that a run uses for a period; `peak_gflops` None where no peak is published."""

    provider: str
    account: str | None
    chip: str
    count: int
    period: Period
    peak_gflops: int | None

    @property
    def bound_flop(self) -> int | None:
        """What they could do at most: every accelerator at its dense peak all the time."""
        return None if self.peak_gflops is None else self.count * self.period.nanoseconds * self.peak_gflops


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declared model or training run.

    Attributes:
        accounts: "provider/account" of each account whose usage it explains.
        start, end: first day of the run, and the day after its last; None where it was not stated.
        facts: everything that a rulebook may ask about it. The start of a run stands among its events and dates
            unless the declaration says otherwise.
        covered_flop: how much metered usage it explains; see `DeclarationSeen`.
        caveats: what the methods of its compute leave open.
        reconciliations: parts of its compute that were given by more than one method.
        file, line: where it is written.
    """

    id: str
    kind: str
    name: str
    developer: str
    accounts: tuple[str, ...]
    status: str
    start: date | None
    end: date | None
    utilisation: DeclaredUtilisation | None
    facts: Facts
    covered_flop: int
    caveats: tuple[str, ...]
    reconciliations: tuple[tuple[str, Reconciliation], ...]
    hardware: tuple[DeclaredHardware, ...]
    file: str
    line: int | None

    @property
    def whole(self) -> Estimate | None:
        """Everything declared, whatever a law counts of it; None where nothing was."""
        if self.facts.total is not None or not self.facts.components:
            return self.facts.total
        return sum(self.facts.components.values(), ZERO)

    @property
    def here(self) -> Estimate | None:
        """What was computed on this run's own hardware: without merged base models and distillation parents."""
        if self.facts.total is not None or not self.facts.components:
            return self.facts.total
        elsewhere = (Component.MERGED_BASE, Component.DISTILL_PARENT)
        return sum((e for c, e in self.facts.components.items() if c not in elsewhere), ZERO)

    @property
    def hardware_bound(self) -> int | None:
        """What the declared hardware could do at most, FLOP; None where none is declared or a peak is not published."""
        bounds = [hardware.bound_flop for hardware in self.hardware]
        known = [bound for bound in bounds if bound is not None]
        return sum(known) if known and len(known) == len(bounds) else None

    def seen(self) -> DeclarationSeen:
        """As an assessment shows it. It explains no more usage than its own hardware could do."""
        whole, bound = self.whole, self.hardware_bound
        covered = self.covered_flop if bound is None else min(self.covered_flop, bound)
        providers = {account.partition("/")[0] for account in self.accounts} | {h.provider for h in self.hardware}
        return DeclarationSeen(
            self.id, self.kind, self.name, self.developer, self.status, self.start, self.end, self.accounts,
            whole.low if whole else None, whole.point if whole else None, whole.high if whole else None,
            covered, self.file, self.line, tuple(sorted(providers)),
        )  # fmt: skip


def load_declarations(path: Path, name: str | None = None) -> tuple[Declaration, ...]:
    """Reads a file of declarations, or every ``.yaml`` file in and below a folder, in order of names.

    Args:
        name: how to call the path in messages; its own text by default.

    Raises:
        PlimsollError: ``declaration.unreadable``, ``declaration.nothing_found`` or any error of `parse_declarations`.
    """
    shown = name if name is not None else path.as_posix()
    try:
        if not path.is_dir():
            return parse_declarations(path.read_bytes(), shown)
        files = declaration_files(path)
        if not files:
            raise PlimsollError(
                "declaration.nothing_found",
                "the folder holds no declarations",
                fix="Give a folder with files that end in .yaml, or leave the option out: then nothing is declared.",
                where=Where(file=shown),
            )
        named = [(file, f"{shown}/{file.relative_to(path).as_posix()}") for file in files]
        found = [d for file, called in named for d in parse_declarations(file.read_bytes(), called)]
        refuse_repeated(found)
        return tuple(found)
    except OSError as problem:
        raise PlimsollError(
            "declaration.unreadable",
            f"the file cannot be read: {problem.strerror}",
            fix="Check the path and its permissions.",
            where=Where(file=shown),
        ) from None


def declaration_files(path: Path) -> tuple[Path, ...]:
    """The file itself, or the ``.yaml`` files in and below a folder in order of names, hidden ones left out."""
    if not path.is_dir():
        return (path,)
    return tuple(sorted(file for file in path.rglob("*") if _is_declarations(file, path)))


def _is_declarations(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not hidden and file.suffix.casefold() in (".yaml", ".yml") and file.is_file()


def parse_declarations(content: bytes, file: str) -> tuple[Declaration, ...]:
    """Checks and builds the declarations of one file; an empty file declares nothing.

    Raises:
        PlimsollError: ``declaration.form``, or a `DeclarationFileError` with, among others,
            ``declaration.unknown_field``, ``declaration.missing``, ``declaration.value``, ``declaration.not_text``,
            ``declaration.account``, ``declaration.duplicate_id``, ``declaration.no_period``,
            ``declaration.utilisation``, ``declaration.unknown_chip``, ``period.backwards``, and those of facts, methods
            and `read_yaml`.
    """
    source = read_yaml(content, file)
    problems: list[PlimsollError] = []
    found: list[Declaration] = []
    for raw, path in _listed(source):
        try:
            found.append(_Builder(source, path).build(raw))
        except PlimsollError as problem:
            problems.append(problem)
    try:
        refuse_repeated(found)
    except PlimsollError as problem:
        problems.append(problem)
    if problems:
        raise DeclarationFileError.of(problems)
    return tuple(found)


def refuse_repeated(declarations: Sequence[Declaration]) -> None:
    """Raises ``declaration.duplicate_id`` where two declarations share an id."""
    first: dict[str, Declaration] = {}
    for declaration in declarations:
        earlier = first.setdefault(declaration.id, declaration)
        if earlier is not declaration:
            raise PlimsollError(
                "declaration.duplicate_id",
                f'the id "{declaration.id}" is already that of the declaration at {earlier.file}, line {earlier.line}',
                fix="Give each declaration an id of its own; keep only the latest version of one that was amended.",
                where=Where(file=declaration.file, line=declaration.line, field="id"),
            )


def _listed(source: YamlText) -> list[tuple[Any, Place]]:
    value = source.value
    if value is None:
        return []
    if isinstance(value, dict) and set(value) == {"declarations"} and isinstance(value["declarations"], list):
        return [(raw, ("declarations", number)) for number, raw in enumerate(value["declarations"])]
    if isinstance(value, dict) and "declarations" not in value:
        return [(value, ())]
    raise PlimsollError(
        "declaration.form",
        "the file is neither one declaration nor a list under declarations:",
        fix="Write the fields of one declaration at the top level; or only `declarations:`, and a list below it.",
        where=source.where(()),
    )


class _Builder:
    """Builds one declaration that stands at `path`."""

    def __init__(self, source: YamlText, path: Place) -> None:
        self._source = source
        self._path = path

    def build(self, raw: Any) -> Declaration:
        shape = checked(text.DeclarationText, raw, self._source, self._path)
        self._check_period(shape)
        compute = read_compute(self._source, (*self._path, "compute"), shape.compute)
        return Declaration(
            id=shape.id,
            kind=shape.kind,
            name=shape.name or shape.id,
            developer=shape.developer,
            accounts=tuple(dict.fromkeys(shape.accounts)),
            status=shape.status or "",
            start=shape.start,
            end=shape.end,
            utilisation=self._utilisation(shape.utilisation),
            facts=self._facts(shape, compute),
            covered_flop=compute.covered_flop,
            caveats=compute.caveats,
            reconciliations=compute.reconciliations,
            hardware=tuple(self._hardware(part, number) for number, part in enumerate(shape.hardware)),
            file=self._source.file,
            line=self._source.where(self._path).line,
        )

    def _check_period(self, shape: text.DeclarationText) -> None:
        if shape.start is not None and shape.end is not None:
            start, end = start_of_day(shape.start), start_of_day(shape.end)
            self._source.placed((*self._path, "end"), lambda: Period(start, end))
        if shape.accounts and (shape.start is None or shape.end is None):
            raise PlimsollError(
                "declaration.no_period",
                "the declaration names accounts, but not when it used them",
                fix="Add start and end; of a run that is still going on, the planned end.",
                where=self._source.where((*self._path, "accounts")),
            )

    def _facts(self, shape: text.DeclarationText, compute: DeclaredCompute) -> Facts:
        sections = {
            "quantities": shape.quantities, "attributes": shape.attributes, "answers": shape.answers,
            "events": shape.events,
        }  # fmt: skip
        rest = read_facts({k: v for k, v in sections.items() if v is not None}, self._source, self._path)
        events: dict[str, datetime] = {}
        dates: dict[str, date] = {}
        if shape.kind == "training_run" and shape.start is not None:
            events["run_started"] = start_of_day(shape.start)
            dates["run_started"] = shape.start
        if shape.kind == "training_run" and shape.end is not None and shape.status == "done":
            events["run_finished"] = start_of_day(shape.end)
        return replace(
            compute.facts,
            subject="run" if shape.kind == "training_run" else "model",
            quantities=rest.quantities,
            attributes=rest.attributes,
            answers=rest.answers,
            dates={**dates, **rest.dates},
            events={**events, **rest.events},
        )

    def _utilisation(self, shape: text.UtilisationText | None) -> DeclaredUtilisation | None:
        if shape is None:
            return None
        share: Fraction = self._source.placed((*self._path, "utilisation", "value"), lambda: parse_exact(shape.value))
        if share <= 0:
            raise PlimsollError(
                "declaration.utilisation",
                f'the utilisation "{shape.value[:60]}" is not above zero',
                fix='Give the share of the dense peak that was achieved, e.g. "0.41" for 41 %.',
                where=self._source.where((*self._path, "utilisation", "value")),
            )
        return DeclaredUtilisation(share, shape.kind, shape.attested)

    def _hardware(self, shape: text.HardwareText, number: int) -> DeclaredHardware:
        chip = find_chip(self._source, (*self._path, "hardware", number, "chip"), shape.chip)
        period = self._source.placed((*self._path, "hardware", number, "to"), lambda: Period(shape.start, shape.end))
        peak = chip.training_peak
        return DeclaredHardware(
            shape.provider, shape.account, chip.id, shape.count, period, None if peak is None else peak[1]
        )
