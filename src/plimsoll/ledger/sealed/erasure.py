"""Erasing a document by order, and explaining later why it is not there.

Salt, data key, wraps and ciphertext are destroyed, and the recipients are told to do the same. The statement stays in
the log, and with it every other proof: what is left of the document is the output of an HMAC whose key is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.sealed.erasure_order import ErasureOrder
from plimsoll.ledger.sealed.payload_store import PayloadStore
from plimsoll.ledger.statements.cose import CoseSigner
from plimsoll.ledger.statements.statement import ERASURE, parse_statement, sign_record, statement_id

__all__ = ["Absence", "ErasureOrder", "Presence", "erase", "erasure_statement", "explain_absence", "order_for"]


class Presence(Enum):
    """Whether a document is there."""

    PRESENT = "present"
    ERASED = "erased"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Absence:
    """What a verifier says about a document.

    Attributes:
        presence: there, erased under an order that is in the log, or missing without a reason.
        order: the order, if erased.
        index: of the log entry that carries it.
    """

    presence: Presence
    order: ErasureOrder | None = None
    index: int | None = None

    def __str__(self) -> str:
        if self.order is None or self.presence is not Presence.ERASED:
            return self.presence.value
        return (
            f"erased under order {self.order.order} of {self.order.ordered_by} ({self.order.basis}), entry {self.index}"
        )


def order_for(statement: bytes, *, ordered_by: str, order: str, basis: str) -> ErasureOrder:
    """The order to erase the document behind a statement; ``erasure.malformed`` if it does not say by whom and why."""
    return ErasureOrder(statement_id(statement), parse_statement(statement).digest, ordered_by, order, basis)


def erasure_statement(
    signer: CoseSigner, order: ErasureOrder, *, iss: str, issued_at: int | None = None, aud: str | None = None
) -> bytes:
    """The order as a record for the log, about the statement whose document is erased."""
    return sign_record(
        signer, iss=iss, sub=order.statement, media_type=ERASURE, body=order.encode(), issued_at=issued_at, aud=aud
    )


def erase(store: PayloadStore, order: ErasureOrder) -> None:
    """Carries the order out. It may be carried out again, which finishes what a crash cut off.

    Raises:
        PlimsollError: ``erasure.failed`` if something could not be destroyed.
    """
    document = order.digest.hex()
    try:
        store.destroy(document, order)
    except OSError as problem:
        raise PlimsollError(
            "erasure.failed",
            f"not everything was destroyed: {problem.strerror}",
            fix="Make the store writable and carry the order out again.",
        ) from None


def explain_absence(
    statement: bytes, store: PayloadStore, erasures: Mapping[tuple[str, bytes], tuple[int, ErasureOrder]]
) -> Absence:
    """Whether the document behind a statement is there, and if not, why.

    Args:
        statement: the signed statement.
        store: where its document would be.
        erasures: orders in the log (`Registrar.erasures`, which takes an authority's orders only). An order
            in the store alone explains nothing: whoever lost a document could write one.
    """
    digest = parse_statement(statement).digest
    index, order = erasures.get((statement_id(statement), digest), (None, None))
    if store.ciphertext(digest.hex()) is not None:
        # An order that is not carried out yet does not make a document absent.
        return Absence(Presence.PRESENT, order, index)
    return Absence(Presence.MISSING if order is None else Presence.ERASED, order, index)
