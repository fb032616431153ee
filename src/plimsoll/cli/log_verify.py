"""`plimsoll log verify` and `check-proofs`: what a relying party asks, offline and without trusting who answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import counted, note, progress, say, show_json, show_table
from plimsoll.cli.options import Json

if TYPE_CHECKING:
    from plimsoll.kernel.errors import PlimsollError
    from plimsoll.ledger.tree.vector_files import VectorResult
    from plimsoll.ledger.watch.client import Verdict

PolicyFile = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="Which logs and witnesses are trusted (tlog-policy).")
]
LogKeys = Annotated[
    list[str] | None,
    typer.Option("--log-key", metavar="VKEY", help="A log's verifier key, or a file of them; may be repeated."),
]
_MOST_STATEMENT = 1 << 20
_LISTED = 40


def verify(
    receipt: Annotated[Path, typer.Argument(metavar="R.tlog-proof", help="The receipt.", show_default=False)],
    *,
    statement: Annotated[
        Path | None, typer.Option("--statement", metavar="FILE", help="What was logged: its bytes, or its statement.")
    ] = None,
    policy: PolicyFile = None,
    log_key: LogKeys = None,
    max_age: Annotated[
        str | None, typer.Option("--max-age", metavar="AGE", help="Refuse older evidence: 15m, 24h, 7d.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="INSTANT", help="As of 2026-11-21T12:00:00Z (default now).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify a receipt offline under a policy. Exit code 0: valid; 1: not valid; 2: unusable input.

    Without --statement the receipt's own leaf hash is looked up, which shows that some such entry is logged and not
    which document it is. Without --policy or --log-key no log is trusted, and nothing is valid.
    """
    from plimsoll.cli.log_inputs import bounded, instant, seconds, trusted
    from plimsoll.kernel.errors import PlimsollError, Where
    from plimsoll.ledger.notes.tlog_proof import MAX_RECEIPT_BYTES
    from plimsoll.ledger.watch.client import verify as judge

    rules = trusted(policy, log_key)
    age = None if max_age is None else seconds(max_age)
    now = instant(at)
    said = None if statement is None else bounded(statement, _MOST_STATEMENT, "statement")
    try:
        verdict = judge(bounded(receipt, MAX_RECEIPT_BYTES, "receipt"), said, rules, age, now)
    except PlimsollError as problem:
        raise problem.at(Where(str(receipt))) from None
    if as_json:
        show_json(verdict.as_dict())
    else:
        _show(verdict, now, untold=statement is None, quorum=rules.quorum)
        if not rules.logs:
            note("note: no log is trusted; say which with --policy FILE or --log-key VKEY")
    if not verdict.ok:
        raise typer.Exit(1)


def check_proofs(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE.json...", help="Vector files, or folders.", show_default=False)
    ],
    *,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")] = False,
) -> None:
    """Run Merkle proof vectors. Exit code 0: all as they say; 1: a proof came out otherwise; 2: an unusable file."""
    from plimsoll.kernel.errors import PlimsollError
    from plimsoll.ledger.tree.vector_files import check_vector

    results, refused = [], []
    files = _vector_files(paths)
    with progress("running vectors", quiet=quiet) as advance:
        for number, path in enumerate(files):
            advance(number / len(files))
            try:
                results.append(check_vector(path))
            except PlimsollError as problem:
                refused.append((path, problem))
    wrong = [result for result in results if not result.ok]
    if as_json:
        show_json(_vectors_json(results, wrong, refused))
    else:
        _show_vectors(results, wrong, refused, quiet=quiet)
    if refused or wrong:
        raise typer.Exit(2 if refused else 1)


def _vector_files(paths: list[Path]) -> list[Path]:
    from plimsoll.kernel.errors import PlimsollError, Where

    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        found = sorted(each for each in path.rglob("*.json") if each.is_file())
        if not found:
            what = "there is no vector in this folder"
            raise PlimsollError(
                "vector.none", what, fix="Name JSON files, or a folder that has some.", where=Where(str(path))
            )
        files.extend(found)
    return files


def _show_vectors(
    results: list[VectorResult], wrong: list[VectorResult], refused: list[tuple[Path, PlimsollError]], *, quiet: bool
) -> None:
    for _, problem in refused[:_LISTED]:
        note(f"error: {problem}")
    if wrong:
        rows = [
            (each.path, each.kind, "refused" if each.must_fail else "accepted", each.refusal or "accepted")
            for each in wrong[:_LISTED]
        ]
        show_table(("file", "proof", "must be", "came out"), rows)
    for listed in (wrong, refused):
        if len(listed) > _LISTED:
            note(f"note: the first {_LISTED} of {len(listed):,} are shown; --json has all")
    if quiet:
        return
    kinds = sorted({each.kind for each in results})
    by_kind = ", ".join(f"{sum(each.kind == kind for each in results):,} {kind}" for kind in kinds)
    say(
        f"{counted(len(results), 'vector')}{f' ({by_kind})' if kinds else ''}: {len(results) - len(wrong):,} as they "
        f"must be, {len(wrong):,} not{f', {len(refused):,} unusable' if refused else ''}"
    )


def _vectors_json(
    results: list[VectorResult], wrong: list[VectorResult], refused: list[tuple[Path, PlimsollError]]
) -> dict[str, object]:
    return {
        "ok": not wrong and not refused,
        "vectors": len(results),
        "wrong": [
            {
                "file": each.path,
                "kind": each.kind,
                "description": each.description,
                "must_fail": each.must_fail,
                "refusal": each.refusal,
            }
            for each in wrong
        ],
        "unusable": [{"file": str(path), "code": each.code, "what": each.what} for path, each in refused],
    }


def _show(verdict: Verdict, now: int, *, untold: bool, quorum: str) -> None:
    heading = "valid" if verdict.ok else "NOT VALID"
    say(f"{heading}: entry {verdict.index:,} of {verdict.origin}, at size {verdict.size:,}")
    say(f"  root         {verdict.root.hex()}")
    say(f"  signed by    {', '.join(verdict.signers) or 'no log that is trusted'}")
    for name, time in verdict.cosigners:
        say(f"  cosigned by  {name}, {_moment(time)}, {_ago(now - time)}")
    if not verdict.cosigners:
        say("  cosigned by  no witness that counts")
    met = "none is asked for" if quorum == "none" else "met" if verdict.quorum else "NOT met"
    say(f"  quorum       {met}")
    for problem in verdict.problems:
        say(f"  problem      {problem.detail} [{problem.code}]")
    if untold and verdict.ok:
        say("  about        some entry with the leaf hash in this receipt; --statement FILE says whether it is yours")


def _moment(time: int) -> str:
    from datetime import UTC, datetime

    try:
        return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"POSIX second {time}"


def _ago(age: int) -> str:
    if age < 0:
        return f"{-age:,} s ahead"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if age >= 2 * length:
            return f"{age // length:,} {unit} ago"
    return f"{age:,} s ago"
