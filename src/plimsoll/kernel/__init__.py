"""The kernel: the quantities, times, errors and bytes that every other room is built from.

Nothing here knows about law, computers, parties or files on disk. Start reading at `flop.py` (exact compute),
then `estimate.py` (what an uncertain figure says about a line) and `errors.py` (how every refusal reads).
"""
