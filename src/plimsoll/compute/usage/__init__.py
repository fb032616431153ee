"""Usage reports as providers write them, read into one canonical table.

`read.open_usage` is the way in: it takes files or folders, finds out each file's format, refuses what cannot be read
with one coded error, and gives a `UsageDelivery`. `columns.py` lists the canonical columns; one file per format says
how to get there (`focus.py`, `cur.py`, `slurm.py`, `plain.py`); `outcomes.py` lists what can become of a row.
To add a format, see docs/reference/usage-formats.md.
"""
