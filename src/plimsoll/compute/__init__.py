"""Compute: what accelerators can do, what was used, and how much a training run cost in operations.

Start reading at `catalogue.py` (peaks of each accelerator) and `skus.py` (which accelerator a line on a cloud bill
means); then `usage/` (bills and logs to one table), `accounting.py` (table to FLOP per account and day) and
`methods.py` (FLOP of one declared run). Rules of calculation: European Commission, guidelines for providers of
general-purpose AI models (18 July 2025), Annex A.
"""
