"""Entity resolution: which records stand for one legal person, with evidence for every link.

Splink (Fellegi and Sunter's model of record linkage) scores pairs of records on DuckDB or on Spark with one model
file, `company_model.json`. Start reading at `resolve.py`; `features.py` says what of a record is compared,
`blocking.py` which pairs are, `scoring.py` how, `clustering.py` how pairs become parties, `decisions.py` what an
officer may settle, and `explain.py` lays the evidence out.
"""
