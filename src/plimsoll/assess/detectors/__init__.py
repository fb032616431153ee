"""The detectors: one file per finding code, each a pure function from observed figures to findings.

Start reading at `figures.py` (what a detector is given), then `coverage.py` (what declarations explain) and
`undeclared_run.py` (the shortest detector).
"""
