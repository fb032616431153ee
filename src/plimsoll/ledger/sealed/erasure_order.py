"""The order to erase a document, as an entry of the log: the reason why something is not there."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements.cbor import decode_cbor, encode_cbor

MAX_ORDER = 4096
"""Bytes of an order. It names an office, a file number and a law, never a person."""


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """Who had what erased, and why.

    Attributes:
        statement: id of the statement whose document is erased, 64 hexadecimal digits.
        digest: that statement's digest, which is how the payload is stored.
        ordered_by: the office that ordered it.
        order: its file number there.
        basis: the law, such as ``GDPR art. 17(1)(a)``.
    """

    statement: str
    digest: bytes
    ordered_by: str
    order: str
    basis: str

    def __post_init__(self) -> None:
        if len(self.statement) != 64 or set(self.statement) - set("0123456789abcdef"):
            raise _malformed("the order does not name a statement by its 64 hexadecimal digits")
        if not 32 <= len(self.digest) <= 64 or not all((self.ordered_by, self.order, self.basis)):
            raise _malformed("the order does not say what is erased, who ordered it, under which number and law")

    def encode(self) -> bytes:
        """The body as CBOR: {1: statement, 2: digest, 3: ordered by, 4: order, 5: basis}."""
        return encode_cbor(
            {1: bytes.fromhex(self.statement), 2: self.digest, 3: self.ordered_by, 4: self.order, 5: self.basis}
        )


def parse_erasure_order(body: bytes) -> ErasureOrder:
    """Reads an order; ``erasure.malformed``, ``cbor.*``."""
    match decode_cbor(body, max_size=MAX_ORDER, max_depth=1):
        case {
            1: bytes() as statement,
            2: bytes() as digest,
            3: str() as ordered_by,
            4: str() as order,
            5: str() as basis,
            **rest,
        } if not rest:
            return ErasureOrder(statement.hex(), digest, ordered_by, order, basis)
    raise _malformed("an erasure order has a statement, a digest, an office, a number and a law")


def _malformed(what: str) -> PlimsollError:
    return PlimsollError("erasure.malformed", what, fix="Make the order with `ErasureOrder`.")
