"""The record: signed statements in an append-only Merkle log that peers witness, mirror and verify without trusting it.

One RFC 9162 tree per log, shown as C2SP tiles, checkpoints and cosignatures and as COSE receipts (RFC 9942, RFC 9943).
Imports nothing of Plimsoll but the kernel. Start reading at `merkle.py`, then `checkpoint.py`, then `log.py`.
"""
