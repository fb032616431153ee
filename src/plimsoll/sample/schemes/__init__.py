"""Planted evaders and honest hard cases: who stands behind which accounts, and what they do with them.

Start reading at `asked.py` (which tactics there are and what each must give), then `crew.py` (the persons and what ties
them), `hours.py` (when they compute), `seats.py` (accounts with their usage), and the tactics themselves:
`splitting.py`, `hiding.py`, `honest.py`.
"""
