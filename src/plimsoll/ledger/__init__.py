"""The record: signed statements in an append-only Merkle log that peers witness, mirror and verify without trusting it.

One RFC 9162 tree per log, shown as C2SP tiles, checkpoints and cosignatures and as COSE receipts (RFC 9942, RFC 9943).
Imports nothing of Plimsoll but the kernel.

- ``tree``: hashes, proofs, tiles. Start reading at `tree.merkle`.
- ``notes``: checkpoints, cosignatures, policies and offline receipts, as text.
- ``keys``: private keys and their roles, and which of them were valid at which entry.
- ``statements``: what is logged, as COSE; COSE receipts; SCRAPI.
- ``sealed``: what stays secret, and how it is erased.
- ``log``: running a log and serving it. `log.sequencer` says why nothing is lost, doubled or signed twice.
- ``watch``: witnesses, mirrors, monitors, proofs of misbehaviour, and the verdict of whoever relies on a receipt.
"""
