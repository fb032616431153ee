"""Sealed documents on disk: one folder for each, named by the digest in its statement.

commitment.cbor  what the statement's digest is over: says nothing once the salt is gone, and is kept
ciphertext.bin   the encrypted document          destroyed by an erasure
wraps.cbor       its key, closed per recipient   destroyed by an erasure
secrets.bin      data key and salt, mode 0600; only where the holder wants to keep them       destroyed
erased.cbor      the order, from the moment on that it is carried out
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.ledger.sealed.commitment import MAX_OBJECT, MAX_PAYLOAD, Sealed, Secrets
from plimsoll.ledger.sealed.erasure_order import MAX_ORDER, ErasureOrder, parse_erasure_order
from plimsoll.ledger.sealed.recipients import MAX_WRAPS, Wrap, encode_wraps, parse_wraps

COMMITMENT, CIPHERTEXT, WRAPS, SECRETS, ERASED = (
    "commitment.cbor",
    "ciphertext.bin",
    "wraps.cbor",
    "secrets.bin",
    "erased.cbor",
)
DESTROYED = (SECRETS, WRAPS, CIPHERTEXT)
"""What an erasure destroys, the keys first: should it be cut off, what is left cannot be opened."""

_MAX_SIZES = {COMMITMENT: MAX_OBJECT, CIPHERTEXT: MAX_PAYLOAD + 64, WRAPS: MAX_WRAPS * 2048, SECRETS: 64}


def _nothing(step: str) -> None:
    """What happens between two steps, outside of tests."""


class PayloadStore:
    """A folder of sealed documents."""

    __slots__ = ("_folder",)

    def __init__(self, folder: Path | str) -> None:
        """Uses a folder, which is made if it is not there."""
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, sealed: Sealed, *, keep_secrets: bool = False) -> None:
        """Stores a document; ``payload.erased`` if it was erased before: it does not come back."""
        place = self._place(sealed.document)
        if (place / ERASED).exists():
            raise _erased(place)
        place.mkdir(exist_ok=True, mode=0o700)
        parts = {CIPHERTEXT: sealed.ciphertext, WRAPS: encode_wraps(sealed.wraps), COMMITMENT: sealed.commitment}
        if keep_secrets:
            parts[SECRETS] = sealed.secrets.data_key + sealed.secrets.salt
        for name, content in parts.items():
            _write(place / name, content)
        _sync_folder(place)
        _sync_folder(self._folder)
        order = self.erasure(sealed.document)
        if order is not None:
            # It was carried out while this was being written.
            self.destroy(sealed.document, order)
            raise _erased(place)

    def commitment(self, document: str) -> bytes | None:
        """The commitment object; None if it is not here."""
        return self._read(document, COMMITMENT)

    def ciphertext(self, document: str) -> bytes | None:
        """The encrypted document; None if it is not here."""
        return self._read(document, CIPHERTEXT)

    def wraps(self, document: str) -> tuple[Wrap, ...] | None:
        """The wrapped keys; None if they are not here."""
        content = self._read(document, WRAPS)
        return None if content is None else parse_wraps(content)

    def secrets(self, document: str) -> Secrets | None:
        """Data key and salt, where they were kept."""
        content = self._read(document, SECRETS)
        return None if content is None or len(content) != 64 else Secrets(content[:32], content[32:])

    def erasure(self, document: str) -> ErasureOrder | None:
        """The order under which the document was erased, if it was."""
        content = self._read(document, ERASED)
        return None if content is None else parse_erasure_order(content)

    def destroy(self, document: str, order: ErasureOrder, at: Callable[[str], None] = _nothing) -> None:
        """Writes the order down, then destroys; called again after a crash, it finishes.

        `at` is told the name of each file that was just dealt with, so that a test can cut the work off there.
        Files are overwritten before they are removed. On flash and on file systems that copy on write, old blocks may
        outlive that: keep the folder on an encrypted volume, and let its key end with the store.
        """
        place = self._place(document)
        place.mkdir(exist_ok=True, mode=0o700)
        _write(place / ERASED, order.encode())
        _sync_folder(place)
        at(ERASED)
        for name in DESTROYED:
            _shred(place / name)
            at(name)
        _sync_folder(place)

    def _read(self, document: str, name: str) -> bytes | None:
        path = self._place(document) / name
        limit = _MAX_SIZES.get(name, MAX_ORDER)
        try:
            with path.open("rb") as file:
                content = file.read(limit + 1)
        except FileNotFoundError:
            return None
        if len(content) > limit:
            raise PlimsollError("payload.too_large", "the file is too large", fix="Restore it.", where=_where(path))
        return content

    def _place(self, document: str) -> Path:
        if not 64 <= len(document) <= 128 or set(document) - set("0123456789abcdef"):
            raise PlimsollError(
                "payload.id", "a document is named by the hexadecimal digits of its digest", fix="Give the digest."
            )
        return self._folder / document


def _write(path: Path, content: bytes) -> None:
    """Writes the whole file or none of it, with mode 0600."""
    temporary = path.with_suffix(".new")
    _destroy(temporary)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.ExitStack() as stack:
        try:
            replaced = stack.enter_context(path.open("r+b"))
        except FileNotFoundError:
            replaced = None
        temporary.replace(path)
        if replaced is not None:
            # What is replaced would stay on the disk, out of reach of an erasure.
            _overwrite(replaced)


def _shred(path: Path) -> None:
    for each in (path, path.with_suffix(".new")):
        _destroy(each)


def _destroy(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        with path.open("r+b") as file:
            _overwrite(file)
        path.unlink()


def _overwrite(file: BinaryIO) -> None:
    left = os.fstat(file.fileno()).st_size
    while left > 0:
        left -= file.write(b"\0" * min(left, 1 << 20))
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _erased(place: Path) -> PlimsollError:
    return PlimsollError(
        "payload.erased", "this document was erased by order", fix="File it anew.", where=_where(place)
    )


def _where(path: Path) -> Where:
    return Where(file=str(path))
