"""What the commands of a log make of files: entries, statements and receipts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.kernel.errors import PlimsollError, Where

if TYPE_CHECKING:
    from plimsoll.ledger.keys.signers import FileKey
    from plimsoll.ledger.log.log import Log
    from plimsoll.ledger.notes.tlog_proof import Receipt
    from plimsoll.ledger.tree.tile_source import Source

_COSE_SIGN1 = b"\xd2"


@dataclass(frozen=True, slots=True)
class Logged:
    """A file and the entry that it becomes; `statement` are the bytes that were signed here, if any were."""

    file: Path
    entry: bytes
    statement: bytes | None = None


def entries_of(files: Sequence[Path], issuer: FileKey | None, subject: str | None) -> list[Logged]:
    """The entry of each file. Raises ``entry.*``, ``statement.*`` with the file."""
    entries = []
    for file in files:
        try:
            entries.append(_bare(file) if issuer is None else _signed(file, issuer, subject))
        except PlimsollError as problem:
            raise problem.at(Where(str(file))) from None
    return entries


def first_policy(authority: FileKey, origin: str) -> bytes:
    """The first entry of a log that takes statements from strangers: who may register them. Raises ``key.role``."""
    from plimsoll.ledger.keys.key_register import KeyRegistered
    from plimsoll.ledger.keys.roles import Role
    from plimsoll.ledger.statements.registration_policy import RegistrationPolicy
    from plimsoll.ledger.statements.statement import REGISTRATION_POLICY, leaf_bytes, sign_record

    name = authority.verifier.name
    if authority.role is not Role.AUTHORITY:
        raise PlimsollError(
            "key.role",
            f"the key of {name} is a {authority.role.value} key and no authority's",
            fix="Make one with `plimsoll log keygen NAME -o FILE --role authority`.",
        )
    policy = RegistrationPolicy(authorities=(KeyRegistered(authority.cose_key, name, Role.AUTHORITY),))
    return leaf_bytes(
        sign_record(authority, iss=name, sub=origin, media_type=REGISTRATION_POLICY, body=policy.encode(), aud=origin)
    )


def receipt_of(source: Source, checkpoint: bytes, index: int) -> tuple[Receipt, bytes]:
    """The receipt of an entry, with its leaf hash as extra data, and the entry; every hash checked against the root."""
    from plimsoll.ledger.notes.checkpoint import read_checkpoint
    from plimsoll.ledger.notes.tlog_proof import Receipt
    from plimsoll.ledger.tree.merkle import leaf_hash
    from plimsoll.ledger.tree.proofs import inclusion_path
    from plimsoll.ledger.tree.tile_reader import TileReader

    read, _ = read_checkpoint(checkpoint)
    if index >= read.size:
        what = f"the log has {read.size:,} entries and none with the number {index:,}"
        raise PlimsollError("proof.index", what, fix="Number entries from 0; a new one is published after a second.")
    reader = TileReader(source, read.size, read.root)
    entry = reader.entry(index)
    path = inclusion_path(index, read.size, reader.hash_at)
    return Receipt(index, tuple(path), checkpoint, leaf_hash(entry)), entry


def write_receipts(log: Log, logged: Sequence[Logged], indices: Sequence[int | None], folder: Path) -> None:
    """Writes FILE.tlog-proof for each entry that has its place, and FILE.scitt for each statement signed here."""
    folder.mkdir(parents=True, exist_ok=True)
    data = log.checkpoint()
    for each, index in zip(logged, indices, strict=True):
        if each.statement is not None:
            (folder / f"{each.file.name}.scitt").write_bytes(each.statement)
        if index is not None:
            receipt, _ = receipt_of(log.tiles, data, index)
            (folder / f"{each.file.name}.tlog-proof").write_bytes(receipt.encode())


def _bare(file: Path) -> Logged:
    from plimsoll.ledger.statements.statement import leaf_bytes
    from plimsoll.ledger.tree.tiles import MAX_ENTRY, entry_too_large

    with file.open("rb") as opened:
        # A statement may come with certificates and receipts around it, which are not logged.
        data = opened.read(16 * MAX_ENTRY)
    if data.startswith(_COSE_SIGN1):
        try:
            return Logged(file, leaf_bytes(data))
        except PlimsollError as problem:
            if len(data) > MAX_ENTRY:
                raise
            if not problem.code.startswith(("cbor.", "cose.")):
                raise
    if len(data) > MAX_ENTRY:
        raise entry_too_large(file.stat().st_size)
    return Logged(file, data)


def _signed(file: Path, issuer: FileKey, subject: str | None) -> Logged:
    import mimetypes

    from plimsoll.ledger.statements.statement import leaf_bytes, sign_statement

    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").digest()
    statement = sign_statement(
        issuer,
        iss=issuer.verifier.name,
        sub=subject or f"urn:sha256:{digest.hex()}",
        digest=digest,
        content_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
    )
    return Logged(file, leaf_bytes(statement), statement)
