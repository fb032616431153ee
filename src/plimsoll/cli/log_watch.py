"""`plimsoll log watch | compare | check-misbehaviour`: catching a log that lies, and carrying the proof to others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import note, say, show_json, show_table
from plimsoll.cli.log_inputs import bounded, is_url, plural, published_at, reading, seconds, verifier_keys
from plimsoll.cli.log_run import Place
from plimsoll.cli.log_trust import keys_for
from plimsoll.cli.log_verify import LogKeys
from plimsoll.cli.options import Json
from plimsoll.kernel.errors import PlimsollError, Where

if TYPE_CHECKING:
    from plimsoll.ledger.notes.checkpoint_text import Checkpoint
    from plimsoll.ledger.notes.note_keys import VerifierKey
    from plimsoll.ledger.tree.proofs import HashAt
    from plimsoll.ledger.tree.tile_source import Source
    from plimsoll.ledger.watch.equivocation import Compared, TreeOf
    from plimsoll.ledger.watch.monitor import MonitorState, NewEntries

ProofFile = Annotated[
    Path, typer.Option("--proof", metavar="FILE", help="Where a proof of misbehaviour is written, if there is one.")
]


def watch(
    place: Place,
    *,
    log_key: LogKeys = None,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="FILE", help="What was seen before; kept from run to run.")
    ] = None,
    every: Annotated[
        str | None, typer.Option("--every", metavar="AGE", help="Go on and look again so often, until stopped.")
    ] = None,
    proof: ProofFile = Path("misbehaviour.json"),
    as_json: Json = False,
) -> None:
    """Report the entries of a log that are new, by issuer, each verified. --json prints one object a line.

    Exit code 1 if the log has forked; the proof is written then. Without --state everything is new.
    """
    from plimsoll.ledger.watch.monitor import ForkError

    pause = None if every is None else seconds(every)
    try:
        with reading(place) as source:
            keys = keys_for(place, source, log_key)
            seen = _state(state, keys)
            while pause is not None:
                seen = _look_or_say(source, seen, keys, state, as_json=as_json)
                _sleep(pause)
            _look(source, seen, keys, state, as_json=as_json)
    except ForkError as fork:
        proof.write_bytes(fork.proof)
        note(f"error: {fork}")
        note(f"{proof}: the proof; anybody can check it with `plimsoll log check-misbehaviour`")
        raise typer.Exit(1) from None


def compare(
    views: Annotated[
        list[str],
        typer.Argument(metavar="FILE|DIR|URL...", help="Checkpoints of one log, as several were shown it."),
    ],
    *,
    log_key: Annotated[list[str], typer.Option("--log-key", metavar="VKEY", help="The log's verifier key, or a file.")],
    tiles: Annotated[
        str | None, typer.Option("--tiles", metavar="DIR|URL", help="The log or a mirror, to compare sizes by.")
    ] = None,
    proof: ProofFile = Path("misbehaviour.json"),
    as_json: Json = False,
) -> None:
    """Was everybody shown the same log? A contradiction is written down as a proof that fits in an e-mail.

    A view is a checkpoint file, or where a witness (its monitoring address for the log), a mirror or the log itself
    publishes one. Exit code 0: all agree; 1: the log lies; 3: some cannot be compared without --tiles.
    """
    from plimsoll.ledger.notes.notes import MAX_NOTE_BYTES
    from plimsoll.ledger.watch.equivocation import compare as held_against_each_other

    keys = verifier_keys(log_key)
    seen = {
        view: bounded(Path(view), MAX_NOTE_BYTES, "checkpoint") if Path(view).is_file() else published_at(view)
        for view in views
    }
    places = [view for view in views if is_url(view) or Path(view).is_dir()] if tiles is None else [tiles]
    if tiles is not None:
        seen[f"{tiles} "] = published_at(tiles)
    with ExitStack() as sources:
        found = list(
            held_against_each_other(seen, keys, _tree_among([sources.enter_context(reading(each)) for each in places]))
        )
    lies = [each for each in found if each.proof is not None]
    open_questions = [each for each in found if each.consistent is None]
    if lies and lies[0].proof is not None:
        proof.write_bytes(lies[0].proof)
    _show_compared(found, lies, proof, as_json=as_json)
    if lies or open_questions:
        raise typer.Exit(1 if lies else 3)


def check_misbehaviour(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A proof of misbehaviour.", show_default=False)],
    *,
    log_key: Annotated[list[str], typer.Option("--log-key", metavar="VKEY", help="The log's verifier key, or a file.")],
    as_json: Json = False,
) -> None:
    """Check a proof of misbehaviour with nothing but the log's key. Exit code 0: the log lied; 1: it shows nothing."""
    from plimsoll.ledger.watch.equivocation import verify_misbehaviour
    from plimsoll.ledger.watch.misbehaviour import MAX_PROOF_BYTES

    data = bounded(file, MAX_PROOF_BYTES, "proof of misbehaviour")
    try:
        shown = verify_misbehaviour(data, verifier_keys(log_key))
    except PlimsollError as problem:
        if problem.code == "misbehaviour.malformed":
            raise problem.at(Where(str(file))) from None
        if as_json:
            show_json({"proven": False, "problem": {"code": problem.code, "detail": problem.what}})
        else:
            say(f"not proven: {problem.what} [{problem.code}]")
        raise typer.Exit(1) from None
    if as_json:
        trees = [{"size": each.size, "root": each.root.hex()} for each in (shown.first, shown.second)]
        show_json({"proven": True, "origin": shown.origin, "kind": shown.how.kind, "checkpoints": trees})
        return
    say(f"PROVEN: {shown.origin} signed two histories ({shown.how.kind})")
    for each in (shown.first, shown.second):
        say(f"  size {each.size:,}, root {each.root.hex()}")


def _look_or_say(
    source: Source, seen: MonitorState, keys: list[VerifierKey], file: Path | None, *, as_json: bool
) -> MonitorState:
    """`_look`, where a log that cannot be read now is looked at again later; what it lies about is not."""
    from plimsoll.ledger.watch.monitor import ForkError

    try:
        return _look(source, seen, keys, file, as_json=as_json)
    except ForkError:
        raise
    except PlimsollError as problem:
        note(f"error: {problem}")
        # Steps before the problem are kept in the file, so that nothing is reported twice.
        return _state(file, keys) if file is not None else seen


def _look(
    source: Source, seen: MonitorState, keys: list[VerifierKey], file: Path | None, *, as_json: bool
) -> MonitorState:
    from plimsoll.ledger.watch.monitor import follow

    start = seen.position
    for step in follow(source, seen, keys, _issuer):
        _report(step, as_json=as_json)
        seen = step.state
        if file is not None:
            _keep(file, seen.encode())
    if not as_json:
        size = seen.position
        say(f"{seen.origin}: {plural(size, 'entry', 'entries')}, {size - start:,} of them new")
    return seen


def _report(step: NewEntries, *, as_json: bool) -> None:
    import json

    from plimsoll.ledger.tree.merkle import leaf_hash

    rows = sorted((entry.index, issuer, entry.body) for issuer, each in step.by_issuer.items() for entry in each)
    if as_json:
        for index, issuer, body in rows:
            print(json.dumps({"index": index, "issuer": issuer, "bytes": len(body), "leaf": leaf_hash(body).hex()}))
        return
    shown = [(f"{index:,}", issuer or "(no statement)", f"{len(body):,}") for index, issuer, body in rows]
    show_table(("entry", "issuer", "bytes"), shown, right=(0, 2))


def _issuer(body: bytes) -> str | None:
    from plimsoll.ledger.statements.statement import parse_statement

    return parse_statement(body, any_payload=True).iss


def _state(file: Path | None, keys: list[VerifierKey]) -> MonitorState:
    from plimsoll.ledger.notes.notes import MAX_NOTE_BYTES
    from plimsoll.ledger.watch.monitor import MonitorState

    if file is not None and file.exists():
        try:
            return MonitorState.parse(bounded(file, 3 * MAX_NOTE_BYTES, "monitor's state"))
        except PlimsollError as problem:
            raise problem.at(Where(str(file))) from None
    if not keys:
        raise PlimsollError("log.no_keys", "no key of the log is known", fix="Name it with --log-key VKEY.")
    return MonitorState(keys[0].name)


def _keep(file: Path, content: bytes) -> None:
    """Replaces a file at one stroke, so that a crash leaves the old state or the new one."""
    fresh = file.with_name(file.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(file)


def _sleep(pause: int) -> None:
    import time

    time.sleep(pause)


def _tree_among(sources: Sequence[Source]) -> TreeOf:
    """Hashes of a checkpoint's tree, from the first source that has it."""
    from plimsoll.ledger.notes.checkpoint import read_checkpoint
    from plimsoll.ledger.tree.tile_reader import TileReader

    def tree_of(checkpoint: Checkpoint) -> HashAt | None:
        for source in sources:
            try:
                data = source.get("checkpoint")
                if data is not None and read_checkpoint(data)[0].size >= checkpoint.size:
                    reader = TileReader(source, checkpoint.size, checkpoint.root)
                    reader.edge()
                    return reader.hash_at
            except PlimsollError:
                continue
        return None

    return tree_of


def _show_compared(found: list[Compared], lies: list[Compared], proof: Path, *, as_json: bool) -> None:
    words = {True: "agree", False: "CONTRADICT", None: "cannot be compared"}
    if as_json:
        rows = [
            {"first": each.first.strip(), "second": each.second.strip(), "consistent": each.consistent}
            for each in found
        ]
        show_json(
            {"ok": all(each.consistent for each in found), "compared": rows, "proof": str(proof) if lies else None}
        )
        return
    if not found:
        say("One view alone agrees with itself; give two at least.")
        return
    show_table(
        ("smaller tree", "larger tree", "they"),
        [(each.first.strip(), each.second.strip(), words[each.consistent]) for each in found],
    )
    if lies:
        note(f"{proof}: the proof; anybody can check it with `plimsoll log check-misbehaviour`")
    elif any(each.consistent is None for each in found):
        note("note: name with --tiles a place that serves the larger tree")
