"""Who is behind which account: from filings or a register to `KnownParties`, the answer the rest of the house uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.parties.claimed_numbers import claimed_numbers
from plimsoll.parties.control import ControlGraph, control_graph
from plimsoll.parties.control_settings import ControlSettings
from plimsoll.parties.filing.delivery import Progress, no_progress
from plimsoll.parties.known import KnownAccount, KnownParties, KycFile, KycProblem
from plimsoll.parties.kyc import Kind, Role, Use
from plimsoll.parties.lists import fields_of, parts_of
from plimsoll.parties.normalise import is_placeholder, name_key
from plimsoll.parties.register.folder import Register, is_register, open_register
from plimsoll.parties.register.intake import found_in, taken_in
from plimsoll.parties.resolution.weakest import WeakestLinks
from plimsoll.parties.uncollected import uncollected

if TYPE_CHECKING:
    import pyarrow as pa

_OWNERS = frozenset((Role.OWNER.value, Role.VOTER.value, Role.ON_BEHALF.value))
_WITHOUT_OWNERS = frozenset((Kind.PERSON.value, Kind.PUBLIC_BODY.value))
_READ = (
    "record", "subject", "legal_name", "kind", "customer_ref", "aliases", "jurisdiction", "incorporated", "payer",
    "reseller", "downstream", "declared_use", "opened", "closed", "file_no", "row",
)  # fmt: skip
_PIECE = 8_192


def identify(
    paths: Sequence[Path] | Path,
    *,
    as_of: date | None = None,
    engine: str | None = None,
    threads: int | None = None,
    key: bytes | None = None,
    settings: ControlSettings | None = None,
    lists: Sequence[Path] = (),
    progress: Progress = no_progress,
) -> KnownParties:
    """Everybody with a record.

    Args:
        paths: a register folder, know-your-customer files and folders, or a register and newer filings.
        as_of: the day of an assessment. Providers file after the month, so records that were filed later count too;
            a note says how many there are.
        engine: for linkage and components, as `compute.engine.connect` names it; DuckDB if None. The answer does not
            depend on it.
        key: hashes what was filed in plain.
        lists: sanctions and high-risk lists in FollowTheMoney form, against which everybody is screened.

    Raises:
        PlimsollError: ``kyc.not_found``, ``kyc.nothing_found``, ``register.damaged``, ``register.other_model``,
            ``register.several``, ``screening.unreadable``, ``screening.absent``.
    """
    register = read_register([paths] if isinstance(paths, Path) else paths, engine, threads, key, progress)
    progress("drawing the control graph", 0, 1)
    known = known_parties(register, drawn_graph(register, settings, engine))
    if lists:
        progress("screening", 0, 1)
        known = replace(known, **_screened(register, lists, known.notes))
    return known if as_of is None else replace(known, notes=(*known.notes, *_filed_later(register, as_of)))


def read_register(
    paths: Sequence[Path],
    engine: str | None = None,
    threads: int | None = None,
    key: bytes | None = None,
    progress: Progress = no_progress,
) -> Register:
    """The register at the paths, with the filings beside it taken in; nothing is written."""
    from plimsoll.compute.engine import DUCKDB, connect
    from plimsoll.kernel.errors import PlimsollError, Where

    folders = [path for path in paths if is_register(path)]
    filings = [path for path in paths if not is_register(path)]
    if len(folders) > 1:
        raise PlimsollError(
            "register.several",
            f"{len(folders)} registers were named",
            fix="Name one register, and filings.",
            where=Where(str(folders[1])),
        )
    if folders and not filings:
        return open_register(folders[0])
    backend = connect(engine or DUCKDB, threads)
    if folders:
        return taken_in(open_register(folders[0]), filings, backend, key=key, progress=progress)[0]
    return found_in(filings, backend, key=key, progress=progress)


def drawn_graph(register: Register, settings: ControlSettings | None = None, engine: str | None = None) -> ControlGraph:
    """The control groups of a register; on Spark, Splink's clustering finds the components."""
    from plimsoll.parties.attributes import attribute_table
    from plimsoll.parties.components import components_on

    records = register.delivery.records
    party_of, cluster = register.resolution.party_of, components_on(engine)
    return control_graph(party_of, records, attribute_table(records), settings, cluster)


def _screened(register: Register, lists: Sequence[Path], notes: Sequence[str]) -> dict[str, Any]:
    """What screening adds to `KnownParties`: by number always, by name where an environment for it is named."""
    from plimsoll.parties.screening.names import is_named, nomenklatura
    from plimsoll.parties.screening.screen import screen

    party_of, records = register.resolution.party_of, register.delivery.records
    if is_named():
        with nomenklatura() as matcher:
            found = screen(party_of, records, lists, matcher)
        how = f"Names were compared with the lists by nomenklatura {matcher.version}."
    else:
        found = screen(party_of, records, lists)
        how = "Only official numbers were compared with the lists: no environment that compares names is named."
    return {"screening": found, "notes": (*notes, how)}


def known_parties(register: Register, graph: ControlGraph) -> KnownParties:
    """Puts parties, groups and records together."""
    delivery = register.delivery
    groups = {account: group.id for group in graph.groups for account in group.accounts}
    claimed = claimed_numbers(delivery.records, register.resolution.party_of)
    accounts: dict[str, KnownAccount] = {}
    with uncollected():
        for batch in delivery.records.to_batches(max_chunksize=_PIECE):
            owned = _owned(batch)
            for place, row in enumerate(batch.select(_READ).to_pylist()):
                party = register.resolution.party_of[row["record"]]
                problems = (
                    *delivery.problems.get(row["subject"], ()),
                    *graph.problems.get(party, ()),
                    *claimed.get(row["record"], ()),
                )
                group = groups.get(row["subject"])
                accounts[row["subject"]] = _account(row, place in owned, party, group, problems, delivery.files)
    weakest = WeakestLinks(register)
    return KnownParties(accounts, graph.groups, graph.hubs, delivery.files, {}, delivery.notes, weakest.of)


def _account(
    row: Mapping[str, Any],
    owned: bool,
    party: str,
    group: str | None,
    problems: tuple[KycProblem, ...],
    files: Sequence[KycFile],
) -> KnownAccount:
    downstream, use = row["downstream"], row["declared_use"]
    return KnownAccount(
        subject=row["subject"],
        party=party,
        group=group,
        legal_name=row["legal_name"],
        jurisdiction=row["jurisdiction"],
        customer_ref=row["customer_ref"],
        incorporated=row["incorporated"],
        owner_known=owned or row["kind"] in _WITHOUT_OWNERS,
        payer_differs=_payer_differs(row),
        reseller=bool(row["reseller"]),
        downstream=None if downstream is None else tuple(each["name"] for each in downstream),
        declared_use=None if use is None else Use(use),
        opened=row["opened"],
        closed=row["closed"],
        problems=problems,
        file=files[row["file_no"]].path if row["file_no"] < len(files) else "",
        row=row["row"],
    )


def _owned(batch: pa.RecordBatch) -> set[int]:
    """Places of the records that name an owner."""
    rows, holders = parts_of(batch.column("holders"))
    named = zip(rows.tolist(), *fields_of(holders, "role", "name"), strict=True)
    return {row for row, role, name in named if role in _OWNERS and not is_placeholder(name or "")}


def _payer_differs(row: Mapping[str, Any]) -> bool:
    payer = name_key(row["payer"]) if row["payer"] else ""
    return bool(payer) and payer not in {name_key(each) for each in (row["legal_name"], *(row["aliases"] or ()))}


def _filed_later(register: Register, as_of: date) -> tuple[str, ...]:
    filed = register.delivery.records.column("filed_on").to_pylist()
    later = sum(day is not None and day > as_of for day in filed)
    return (f"{later:,} records were filed after {as_of}; they count all the same.",) if later else ()
