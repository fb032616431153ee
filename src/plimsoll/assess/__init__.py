"""Assessment: declarations joined with metered usage, judged against one line of law; findings that explain themselves.

Start reading at `finding.py` (what a finding says) and `evidence.py` (what it rests on), then `assessment.py` (one
whole execution, as data), `conduct.py` (which carries it out) and `detectors/` (one file per finding code).
`check.py` judges one declared model or run; `population.py` judges a table of models.
"""
